package conv

import (
	"github.com/pullback-go/pullback/internal/kernel/array"
	"github.com/pullback-go/pullback/internal/kernel/gemm"
)

// Weights is the adjoint of [Forward] towards the weights, summed over the batch:
//
//	dw[o,c,k] = Σ_{n,p} dy[n,o,p] x[n, c, p·stride + k·dilation - pad].
//
// With vector instructions x is gathered or copied with its padding, and dy is transposed
// or read as it lies.
func Weights[T array.Float](dw, x, dy []T, s Geometry) {
	s.Check("conv.Weights", "dy", len(dy), "x", len(x), "dw", len(dw))
	if len(dy) == 0 || len(x) == 0 {
		clear(dw)
		return
	}
	if len(dw) == 0 {
		return
	}
	if s.pointwise() && len(dy) > 0 {
		pointwiseWeights(dw, x, dy, s)
		return
	}
	sparse := s.sparse()
	if !sparse && (weightsByColumns(dw, x, dy, s) || weightsByLines(dw, x, dy, s) || weightsByDots(dw, x, dy, s) || weightsBySplits(dw, x, dy, s) || weightsDirect(dw, x, dy, s)) {
		return
	}
	if s.depthwise() && !sparse {
		depthwiseWeights(dw, x, dy, s)
		return
	}
	gemm.EachBlock[T](s.Groups, s.COut/s.Groups, s.taps(), s.Batch*s.positions(), weightsProduct[T]{dw, x, dy, s})
}

type weightsProduct[T array.Float] struct {
	dw, x, dy []T
	conv      Geometry
}

// Block has output channels as rows and taps as columns.
func (f weightsProduct[T]) Block(group, i0, i1, j0, j1 int) {
	s := &f.conv
	positions, taps, m := s.positions(), s.taps(), s.COut/s.Groups
	a := outputs[T]{f.dy[group*m*positions:], *s}
	b := tapLines[T]{im2col[T]{f.x, *s, group}}
	gemm.Multiply(f.dw[(group*m+i0)*taps+j0:], taps, a, i0, i1, b, j0, j1, s.Batch*positions, false)
}
