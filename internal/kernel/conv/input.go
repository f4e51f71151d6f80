package conv

import (
	"github.com/pullback-go/pullback/internal/kernel/array"
	"github.com/pullback-go/pullback/internal/kernel/gemm"
	"github.com/pullback-go/pullback/internal/kernel/parallel"
	"github.com/pullback-go/pullback/internal/kernel/scratch"
)

// Input is the adjoint of [Forward] towards the input, which is also the
// transposed convolution:
//
//	dx[n,c,i] = Σ_{o,p,k} dy[n,o,p] w[o,c,k]  over all p, k with p·stride + k·dilation - pad = i.
//
// An infinite weight may make a NaN where one of its terms has p out of bounds. With
// vector instructions it is a product like that of Forward, for the positions with
// each remainder modulo the stride, or for few input channels one that reads dy as it
// lies; otherwise it is one whose result is added to dx tile by tile.
func Input[T array.Float](dx, dy, w []T, s Geometry) {
	s.Check("conv.Input", "dy", len(dy), "dx", len(dx), "w", len(w))
	if len(dy) == 0 || len(w) == 0 {
		clear(dx) // there may be any number of positions, of no channels
		return
	}
	if len(dx) == 0 {
		return
	}
	if s.pointwise() {
		s.In = [3]int{1, 1, s.positions()}
		s.Out = s.In
		if !s.narrow(gemm.SizesOf[T]().TileCols) {
			pointwiseInput(dx, dy, w, s)
			return
		}
	}
	sparse := s.sparse()
	if !s.reachesFew() && (inputByLines(dx, dy, w, s) || !sparse && inputImplicit(dx, dy, w, s)) {
		return
	}
	if s.depthwise() && !sparse {
		depthwiseInput(dx, dy, w, s)
	} else {
		inputByProduct(dx, dy, w, s)
	}
}

// reachesFew says whether there are far more coordinates of dx with the same remainder
// modulo the stride than outputs, and much to sum up for each: a sum over the taps that
// would reach each of them is for the most part of zeros.
func (s *Geometry) reachesFew() bool {
	const times, much = 8, 1 << 20
	coordinates := 1.0
	for a := range 3 {
		coordinates *= float64(array.CeilDiv(s.In[a], s.Stride[a]))
	}
	return coordinates > times*float64(s.positions()) && coordinates*float64(array.Volume(s.Kernel[:])) > much
}

// inputByProduct is the blocked product.
func inputByProduct[T array.Float](dx, dy, w []T, s Geometry) {
	perGroup, channels := s.CIn/s.Groups, s.channelBlock()
	blocks := array.CeilDiv(perGroup, channels)
	ops := channels * array.Volume(s.Kernel[:]) * (s.COut / s.Groups) * s.positions()
	parallel.Split(s.Batch*s.Groups*blocks, max(1, gemm.SmallBlock()/max(1, ops)), inputProduct[T]{dx, dy, w, s, channels, blocks})
}

// channelBlock is how many input channels of a group are worked on at a time: about as
// many as make a row block of the product, fewer where there would be too few blocks to
// share out.
func (s Geometry) channelBlock() int {
	const enough = 8
	perGroup := s.CIn / s.Groups
	channels := min(perGroup, max(1, gemm.RowBlock/max(1, array.Volume(s.Kernel[:]))))
	for channels > 1 && s.Batch*s.Groups*array.CeilDiv(perGroup, channels) < enough {
		channels = array.CeilDiv(channels, 2)
	}
	return channels
}

// inputProduct works on some channels of a group of an image at a time; there are so many
// such blocks to a group.
type inputProduct[T array.Float] struct {
	dx, dy, w        []T
	conv             Geometry
	channels, blocks int
}

func (f inputProduct[T]) Run(lo, hi int) {
	for u := lo; u < hi; u++ {
		c := u % f.blocks * f.channels
		f.block(u/f.blocks, c, min(c+f.channels, f.conv.CIn/f.conv.Groups))
	}
}

// block computes the channels [c0, c1) of unit u = image · Groups + group.
func (f inputProduct[T]) block(u, c0, c1 int) {
	s := &f.conv
	perGroup, m, in := s.CIn/s.Groups, s.COut/s.Groups, array.Volume(s.In[:])
	positions, taps, window := s.positions(), s.taps(), array.Volume(s.Kernel[:])
	planes := f.dx[u*perGroup*in:][:perGroup*in]
	clear(planes[c0*in : c1*in])
	a := gemm.Strided[T]{Data: f.w[u%s.Groups*m*taps:], Line: 1, Step: taps}
	b := gemm.Strided[T]{Data: f.dy[u*m*positions:], Line: 1, Step: positions}
	tile, st := scratch.Borrow[T](gemm.RowBlock * gemm.ColBlock)
	for i := c0 * window; i < c1*window; i += gemm.RowBlock {
		end := min(i+gemm.RowBlock, c1*window)
		for p := 0; p < positions; p += gemm.ColBlock {
			cols := min(gemm.ColBlock, positions-p)
			gemm.Multiply(tile, cols, a, i, end, b, p, p+cols, m, false)
			for r := range end - i {
				addTap(planes, tile[r*cols:(r+1)*cols], s, i+r, p)
			}
		}
	}
	scratch.Release(st)
}

// addTap adds the products of one tap with the output positions from p on to the input
// elements they stem from; what stems from outside is dropped.
func addTap[T array.Float](planes, row []T, s *Geometry, tap, p int) {
	channel, offset := s.tapIndex(tap)
	plane := planes[channel*array.Volume(s.In[:]):]
	for len(row) > 0 {
		n, line, first := s.segment(p, offset)
		n = min(n, len(row))
		if line >= 0 {
			addLine(plane[line:line+s.In[2]], row[:n], first, s.Stride[2])
		}
		row, p = row[n:], p+n
	}
}

// addLine is the adjoint of [readLine].
func addLine[T array.Float](line, src []T, first, step int) {
	lo, hi := Inside(len(src), len(line), first, step)
	src = src[lo:hi]
	at := first + lo*step
	for _, v := range src {
		line[at] += v
		at += step
	}
}
