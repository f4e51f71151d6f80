package winograd

import (
	"fmt"
	"sync"
	"sync/atomic"

	"github.com/pullback-go/pullback/internal/kernel/array"
	"github.com/pullback-go/pullback/internal/kernel/conv"
	"github.com/pullback-go/pullback/internal/kernel/cpu"
	"github.com/pullback-go/pullback/internal/kernel/scratch"
)

// Form is a two-dimensional convolution of 3×3 kernels in float32 by the minimal
// filtering algorithm F(m×m, 3×3), m being the Tile: with matrices A, B, G for m, each
// tile of m×m outputs y is made from the tile of (m+2)×(m+2) inputs d that it reads,
// which overlaps its neighbours, as
//
//	y[o] = Aᵀ (Σ_c (G w[o,c] Gᵀ) ⊙ (Bᵀ d[c] B)) A,
//
// so that the sums over channels are (m+2)² matrix products, of m² outputs to 9 m² /
// (m+2)² times fewer multiplications than the convolution has.
//
// It rounds otherwise than the convolution itself: the error of an output is relative to
// the largest of what its tile reads, with F(2×2) of what it reads itself, and not to the
// sum of its terms' magnitudes, so that a sum of terms of one sign may come out with the
// other where it is that small. Against float64, for normal weights and inputs as after a
// ReLU, the largest error of any of the layers of VGG and ResNet, forward and towards the
// input, is 4e-7 of the largest output for F(2×2), as of the convolution, and 1.4e-6 for
// F(4×4). Most of it is that of the sums over c, which grows with the square root of
// their length; so no more than 64 and 32 channels are summed up at a time. F(4×4) uses
// the points 0, ±11/16, ±3/2 and infinity, which have a third of the largest error of the
// usual 0, ±1, ±2 and infinity, and two thirds of that of 0, ±1, 1/2, -2 and infinity.
// Through all of VGG16 the errors are 1.1e-6 forward and 1.8e-6 towards the input by
// F(4×4), 0.7e-6 both ways by F(2×2), and 1.0e-6 and 0.7e-6 by the convolution.
//
// Zeros are kept: an output is +0 if all that it reads is ±0, over all channels, as the
// convolution has it. In F(2×2) no product that makes an output reads beyond its window,
// and F(4×4) sets them. So a gradient that is masked stays 0 where it was. Where
// relevance is divided by the result, F(2×2) will do: among 32 channels and more, outputs
// that are small against their own window are none that relevance comes through.
// [conv.Forward] and [conv.Input] never compute in this way, which whoever knows the rest
// of the program chooses. What is not finite is left to them.
//
// S. Winograd, "Arithmetic Complexity of Computations", SIAM, 1980; A. Lavin and S. Gray,
// "Fast Algorithms for Convolutional Neural Networks", CVPR 2016.
type Form struct {
	Conv  conv.Geometry // of the forward pass: one group, a 1×3×3 kernel, stride and dilation 1
	Tile  int           // m, which is 2 or 4
	Input bool          // towards the input, instead of forward
}

// Fits says whether the convolution has a Winograd form, which it has for any batch,
// channels, sizes and padding.
func (g Form) Fits() bool {
	s, ones := &g.Conv, [3]int{1, 1, 1}
	return (g.Tile == 2 || g.Tile == 4) && s.Groups == 1 && s.Kernel == [3]int{1, 3, 3} && s.Stride == ones && s.Dilation == ones &&
		s.In[0] == 1 && s.Out[0] == 1 && s.Pad[0] == 0
}

// Pays says whether Run has been measured to take less time than the convolution and, for
// F(4×4), than F(2×2).
//
// Transforming tiles pays from 32 channels on each side and, for F(2×2), from 16 tiles
// on, which is a map of 7×7; for F(4×4), whose tiles fill small maps badly, from 32 on: a
// map of 28×28, two of 14×14 or eight of 7×7. On an AMD Zen 5, at 64 channels and more,
// F(2×2) takes two thirds of the time at 7×7 and half of it from 14×14 on, and F(4×4) a
// third from 28×28 on. Transforming the weights pays if there are no more than 12000
// pairs of channels to a tile: it takes as long as multiplying a few tiles.
func (g Form) Pays() bool {
	const channels, pairs = 32, 12000
	few := 16
	if g.Tile == 4 {
		few = 32
	}
	s := &g.Conv
	if !g.Fits() || cpu.InUse() == cpu.Plain || min(s.CIn, s.COut) < channels {
		return false
	}
	tiles := g.tiles()
	return tiles >= few && s.CIn*s.COut <= pairs*tiles
}

// tiles is how many there are, of all images.
func (g Form) tiles() int {
	out := g.Conv.Out
	if g.Input {
		out = g.Conv.In
	}
	return g.Conv.Batch * array.CeilDiv(out[1], g.Tile) * array.CeilDiv(out[2], g.Tile)
}

// Run sets dst to the convolution of src, or its adjoint towards the input, for the
// weights w. What is not finite in the result makes it the direct convolution, since an
// infinity or a NaN would reach all of its tile.
func (g Form) Run(dst, src, w []float32) {
	p := g.plan()
	defer p.end()
	g.check(dst, src, w)
	if p.inputLen() < p.weightsLen() {
		g.finish(p, dst, src, w, p.runPanels(dst, src, w, g.Input))
		return
	}
	u, s := scratch.Borrow[float32](p.weightsLen())
	p.transformWeights(u, w, g.Input)
	g.finish(p, dst, src, w, p.run(dst, src, u))
	scratch.Release(s)
}

// finish sees to zeros and to what is not finite.
func (g Form) finish(p *plan, dst, src, w []float32, finite bool) {
	switch {
	case finite && p.tile > 2:
		p.zeros(dst, src)
	case finite:
	case g.Input:
		conv.Input(dst, src, w, g.Conv)
	default:
		conv.Forward(dst, src, w, g.Conv)
	}
}

func (g Form) check(dst, src, w []float32) {
	if g.Input {
		g.Conv.Check("winograd.Form.Run", "src", len(src), "dst", len(dst), "w", len(w))
	} else {
		g.Conv.Check("winograd.Form.Run", "dst", len(dst), "src", len(src), "w", len(w))
	}
}

// plan is the geometry of a Winograd convolution: one of src[batch cIn in...] to
// dst[batch cOut out...], whichever way it goes in the program.
//
// Vectors are of channels, lanes at a time. The lines of tiles of all images are numbered
// one after the other, and tiles are worked on in blocks of some lines and columns.
type plan struct {
	tile, edge, lanes, batch, cIn, cOut int
	in, out, pad                        [2]int
	lines, columns                      int // of tiles of an image
	blockLines, blockColumns            int // of tiles of a block
	depth                               int // input channels of a block of them

	bad   atomic.Bool // a result is not finite
	empty atomic.Bool // a position is 0 in all channels
}

// plans holds those that are not in use.
var plans = sync.Pool{New: func() any { return new(plan) }}

// end gives p back, which nobody uses any more.
func (p *plan) end() { plans.Put(p) }

// plan works out the geometry; it panics if there is no such form.
func (g Form) plan() *plan {
	if !g.Fits() {
		panic(fmt.Sprintf("kernel: winograd.Form.Run: there is no F(%d×%d, 3×3) of a convolution with %d groups, kernel %v, stride %v and dilation %v",
			g.Tile, g.Tile, g.Conv.Groups, g.Conv.Kernel, g.Conv.Stride, g.Conv.Dilation))
	}
	s := &g.Conv
	p := plans.Get().(*plan)
	*p = plan{tile: g.Tile, edge: g.Tile + 2, lanes: lanes(), batch: s.Batch, cIn: s.CIn, cOut: s.COut,
		in: [2]int(s.In[1:]), out: [2]int(s.Out[1:]), pad: [2]int(s.Pad[1:])}
	if g.Input {
		p.cIn, p.cOut, p.in, p.out = p.cOut, p.cIn, p.out, p.in
		p.pad = [2]int{2 - p.pad[0], 2 - p.pad[1]}
	}
	p.lines, p.columns = array.CeilDiv(p.out[0], p.tile), array.CeilDiv(p.out[1], p.tile)
	p.planBlocks()
	return p
}
