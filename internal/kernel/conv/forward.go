package conv

import (
	"github.com/pullback-go/pullback/internal/kernel/array"
	"github.com/pullback-go/pullback/internal/kernel/gemm"
)

// Forward is the convolution (cross-correlation, as in all neural network libraries)
//
//	y[n,o,p] = Σ_{c,k} x[n, c, p·stride + k·dilation - pad] w[o,c,k],
//
// c running over the channels of the group of o, and x being zero outside of its bounds
// (so that an infinite weight over the padding makes a NaN). It is a blocked matrix
// product whose right operand is gathered from x as it is packed; with vector
// instructions, few output or few input channels sweep over a padded copy of x instead.
func Forward[T array.Float](y, x, w []T, s Geometry) {
	s.Check("conv.Forward", "y", len(y), "x", len(x), "w", len(w))
	if len(y) == 0 {
		return
	}
	if s.pointwise() {
		s.In = [3]int{1, 1, s.positions()}
		s.Out = s.In
		if !s.narrow(gemm.SizesOf[T]().TileCols) {
			pointwiseForward(y, x, w, s)
			return
		}
	}
	sparse := s.sparse()
	if !sparse && (forwardByLines(y, x, w, s) || forwardImplicit(y, x, w, s)) {
		return
	}
	if s.depthwise() && !sparse {
		depthwiseForward(y, x, w, s)
	} else {
		gemm.EachBlock[T](s.Batch*s.Groups, s.COut/s.Groups, s.positions(), s.taps(), forwardProduct[T]{y, x, w, s})
	}
}

type forwardProduct[T array.Float] struct {
	y, x, w []T
	conv    Geometry
}

// Block has output channels as rows and output positions as columns; u is image · Groups
// + group.
func (f forwardProduct[T]) Block(u, i0, i1, j0, j1 int) {
	s := &f.conv
	positions, taps, m := s.positions(), s.taps(), s.COut/s.Groups
	image, group := u/s.Groups, u%s.Groups
	a := gemm.Strided[T]{Data: f.w[group*m*taps:], Line: taps, Step: 1}
	b := windows[T]{im2col[T]{f.x, *s, group}}
	first := image * positions
	gemm.Multiply(f.y[(u*m+i0)*positions+j0:], positions, a, i0, i1, b, first+j0, first+j1, taps, false)
}
