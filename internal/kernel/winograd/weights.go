package winograd

import (
	"github.com/pullback-go/pullback/internal/kernel/array"
	"github.com/pullback-go/pullback/internal/kernel/elementwise"
	"github.com/pullback-go/pullback/internal/kernel/parallel"
	"github.com/pullback-go/pullback/internal/kernel/scratch"
)

// Transformed weights lie in memory in the order in which they are read: for each panel
// of output channels the positions of a tile, for each of these the blocks of input
// channels, and each of these as the micro kernel reads it,
//
//	u[..., c, o] = (G w[o,c] Gᵀ)_i.
//
// A panel is two vectors of output channels, the last one perhaps one, and filled up with
// zeros.

// panels is how many panels of output channels there are.
func (p *plan) panels() int { return array.CeilDiv(p.cOut, 2*p.lanes) }

// panelWidth is how many channels a panel has room for.
func (p *plan) panelWidth(panel int) int {
	return min(2, array.CeilDiv(p.cOut, p.lanes)-2*panel) * p.lanes
}

// weightsLen is how many elements the transformed weights have.
func (p *plan) weightsLen() int {
	return p.all().positionLen() * p.edge * p.edge * array.CeilDiv(p.cOut, p.lanes) * p.lanes
}

// part is the part of the transformed weights that is in memory: of the panels
// from the first one on, so many input channels from one on.
type part struct{ panel, from, channels int }

// all is all of them.
func (p *plan) all() part { return part{0, 0, p.cIn} }

// positionLen is from a position to the next, in weights of an output channel. It is odd
// as a rule, as all positions are written one after the other and must not fall into the
// same cache set.
func (part part) positionLen() int { return part.channels + planeGap }

// weightsAt is where those of a panel and an input channel begin for a position of a
// tile.
func (p *plan) weightsAt(part part, panel, position, c int) int {
	return p.edge*p.edge*part.positionLen()*(panel-part.panel)*2*p.lanes + (position*part.positionLen()+c-part.from)*p.panelWidth(panel)
}

// transformWeights transforms the weights of the convolution or, if they are turned,
// those of the one that it is the adjoint of: with channels exchanged and the taps in
// opposite order.
func (p *plan) transformWeights(u, w []float32, turned bool) {
	f := weightsJob{p, u, w, turned, p.all()}
	grain := max(1, elementwise.Grain/max(1, p.edge*p.edge*2*p.lanes*weightsBlock))
	parallel.Split(p.panels()*f.blocks(), grain, f)
}

// roomOfTaps is how many elements the taps of a block have, in vectors.
func (p *plan) roomOfTaps() int { return 9*weightsBlock*p.lanes + p.lanes*p.lanes }

// weightsBlock is how many input channels are worked on at a time, for one panel.
const weightsBlock = 64

// weightsJob is transformed weights to be.
type weightsJob struct {
	*plan
	u, w   []float32
	turned bool
	part   part
}

// blocks is how many there are of input channels.
func (f *weightsJob) blocks() int { return array.CeilDiv(f.part.channels, weightsBlock) }

// Run transforms blocks of panels, one after the other as they lie in w.
func (f weightsJob) Run(lo, hi int) {
	x, s := scratch.Borrow[float32](f.roomOfTaps())
	for at := lo; at < hi; at++ {
		if f.turned {
			f.block(x, at%f.panels(), at/f.panels())
		} else {
			f.block(x, at/f.blocks(), at%f.blocks())
		}
	}
	scratch.Release(s)
}

// block transforms a block of input channels of a panel, with room for its taps.
func (f *weightsJob) block(x []float32, panel, block int) {
	c, width := f.part.from+block*weightsBlock, f.panelWidth(panel)
	channels, u := min(weightsBlock, f.part.from+f.part.channels-c), f.u[f.weightsAt(f.part, panel, 0, c):]
	for v := 0; v < width; v += f.lanes {
		o := panel*2*f.lanes + v
		f.read(x, o, c, channels)
		if v+f.lanes < width {
			f.fetch(o+f.lanes, c)
		} else {
			f.fetch(panel*2*f.lanes, c+weightsBlock)
		}
		f.transformTaps(u[v:], x, width, channels)
	}
}

// fetch has the taps brought to the cache that read will read for a block of input
// channels, if there are any.
func (f *weightsJob) fetch(o, c int) {
	rows, channels := min(f.lanes, f.cOut-o), min(weightsBlock, f.cIn-c)
	if channels <= 0 {
		return
	}
	if !f.turned {
		for r := range rows {
			prefetch(f.w[((o+r)*f.cIn+c)*9:], 9*channels)
		}
		return
	}
	for n := range channels {
		prefetch(f.w[((c+n)*f.cOut+o)*9:], 9*rows)
	}
}

// read sets x to the taps of input channels from c on, in vectors of the output channels
// from o on.
func (f *weightsJob) read(x []float32, o, c, channels int) {
	rows := min(f.lanes, f.cOut-o)
	if !f.turned {
		f.interleave(x, f.w[(o*f.cIn+c)*9:], 9*f.cIn, rows, 9*channels)
		return
	}
	for n := range channels {
		f.interleave(x[9*n*f.lanes:], f.w[((c+n)*f.cOut+o)*9:], 9, rows, 9)
	}
}

// taps is where the first tap lies, and how far it is to the next, in elements.
func (f *weightsJob) taps() (first, step int) {
	if f.turned {
		return 8 * f.lanes, -f.lanes
	}
	return 0, f.lanes
}
