package conv

import (
	"github.com/pullback-go/pullback/internal/kernel/array"
	"github.com/pullback-go/pullback/internal/kernel/gemm"
)

// A pointwise convolution, with a kernel of one element, is a product of arrays as they
// lie in memory, for each image and group: y = W·x, and dx = Wᵀ·dy. Positions are its
// columns.

func pointwiseForward[T array.Float](y, x, w []T, s Geometry) {
	m, k, n := s.COut/s.Groups, s.CIn/s.Groups, s.positions()
	gemm.EachBlock[T](s.Batch*s.Groups, m, n, k, pointwise[T]{y, w, x, s.Groups, m, n, k, k, 1})
}

func pointwiseInput[T array.Float](dx, dy, w []T, s Geometry) {
	m, k, n := s.CIn/s.Groups, s.COut/s.Groups, s.positions()
	gemm.EachBlock[T](s.Batch*s.Groups, m, n, k, pointwise[T]{dx, w, dy, s.Groups, m, n, k, 1, m})
}

// pointwise is c[u m n] = Σ_k a[u mod groups, m, k] b[u k n], element (m, k) of a being
// at m·line + k·step of its group.
type pointwise[T array.Float] struct {
	c, a, b         []T
	groups, m, n, k int
	line, step      int
}

func (p pointwise[T]) Block(u, i0, i1, j0, j1 int) {
	a := gemm.Strided[T]{Data: p.a[u%p.groups*p.m*p.k:], Line: p.line, Step: p.step}
	b := gemm.Strided[T]{Data: p.b[u*p.k*p.n:], Line: 1, Step: p.n}
	gemm.Multiply(p.c[(u*p.m+i0)*p.n+j0:], p.n, a, i0, i1, b, j0, j1, p.k, false)
}

// pointwiseWeights is dw = Σ_n dy[n]·x[n]ᵀ, output channels being the rows.
func pointwiseWeights[T array.Float](dw, x, dy []T, s Geometry) {
	m, k := s.COut/s.Groups, s.CIn/s.Groups
	gemm.EachBlock[T](s.Groups, m, k, s.Batch*s.positions(), outer[T]{dw, x, dy, s})
}

// outer computes blocks of dw.
type outer[T array.Float] struct {
	dw, x, dy []T
	conv      Geometry
}

func (p outer[T]) Block(group, i0, i1, j0, j1 int) {
	s := &p.conv
	m, k, n := s.COut/s.Groups, s.CIn/s.Groups, s.positions()
	for image := range s.Batch {
		u := image*s.Groups + group
		a, b := gemm.Strided[T]{Data: p.dy[u*m*n:], Line: n, Step: 1}, gemm.Strided[T]{Data: p.x[u*k*n:], Line: n, Step: 1}
		gemm.Multiply(p.dw[(group*m+i0)*k+j0:], k, a, i0, i1, b, j0, j1, n, image > 0)
	}
}
