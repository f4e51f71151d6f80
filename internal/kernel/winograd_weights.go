package kernel

// Transformed weights lie in memory in the order in which they are read: for each panel of output channels the positions
// of a tile, for each of these the blocks of input channels, and each of these as the micro kernel reads it,
//
//	u[..., c, o] = (G w[o,c] Gᵀ)_i.
//
// A panel is two vectors of output channels, the last one perhaps one, and filled up with zeros.

// panels is how many panels of output channels there are.
func (p *winograd) panels() int { return ceilDiv(p.cOut, 2*p.lanes) }

// panelWidth is how many channels a panel has room for.
func (p *winograd) panelWidth(panel int) int {
	return min(2, ceilDiv(p.cOut, p.lanes)-2*panel) * p.lanes
}

// weightsLen is how many elements the transformed weights have.
func (p *winograd) weightsLen() int {
	return p.edge * p.edge * p.cIn * ceilDiv(p.cOut, p.lanes) * p.lanes
}

// weightsAt is where those of a panel and an input channel begin for a position of a tile.
func (p *winograd) weightsAt(panel, position, c int) int {
	return p.edge*p.edge*p.cIn*panel*2*p.lanes + (position*p.cIn+c)*p.panelWidth(panel)
}

// transformWeights transforms the weights of the convolution or, if they are turned, those of the one that it
// is the adjoint of: with channels exchanged and the taps in opposite order.
func (p *winograd) transformWeights(u, w []float32, turned bool) {
	f := winogradWeights{p, u, w, turned, ceilDiv(p.cIn, weightsBlock)}
	grain := max(1, elementGrain/max(1, p.edge*p.edge*2*p.lanes*weightsBlock))
	split(p.panels()*f.blocks, grain, f)
}

// weightsBlock is how many input channels are worked on at a time, for one panel.
const weightsBlock = 64

// winogradWeights is transformed weights to be.
type winogradWeights struct {
	*winograd
	u, w   []float32
	turned bool
	blocks int // of input channels
}

// run transforms blocks of panels, one after the other as they lie in w.
func (f winogradWeights) run(lo, hi int) {
	x, s := borrow[float32](9*weightsBlock*f.lanes + f.lanes*f.lanes)
	for at := lo; at < hi; at++ {
		panel, block := at/f.blocks, at%f.blocks
		if f.turned {
			panel, block = at%f.panels(), at/f.panels()
		}
		c, width := block*weightsBlock, f.panelWidth(panel)
		channels, u := min(weightsBlock, f.cIn-c), f.u[f.weightsAt(panel, 0, c):]
		for v := 0; v < width; v += f.lanes {
			f.read(x, panel*2*f.lanes+v, c, channels)
			f.transformTaps(u[v:], x, width, channels)
		}
	}
	release(s)
}

// read sets x to the taps of input channels from c on, in vectors of the output channels from o on.
func (f *winogradWeights) read(x []float32, o, c, channels int) {
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
func (f *winogradWeights) taps() (first, step int) {
	if f.turned {
		return 8 * f.lanes, -f.lanes
	}
	return 0, f.lanes
}
