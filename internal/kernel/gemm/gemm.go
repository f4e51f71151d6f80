package gemm

import (
	"github.com/pullback-go/pullback/internal/kernel/array"
	"github.com/pullback-go/pullback/internal/kernel/parallel"
)

// Mul is the matrix product C = A·B of A[m k] and B[k n], or C += A·B if accumulate is
// set:
//
//	C(i,j) (+)= Σ_l A(i,l) B(l,j).
//
// A(i,l) is a[i·ars + l·acs], B(l,j) is b[l·brs + j·bcs] and C(i,j) is c[i·ldc + j], so a
// transpose or a broadcast (stride 0) costs nothing. Strides are not negative and ldc >=
// n; the elements of c between its rows are left alone. With k == 0 the product is zero.
// No operand is skipped for being zero: NaN and infinities propagate as in the sum. The
// sums are taken in blocks, in an order that depends on k alone unless m or n is 1, when
// the matrix is read in place and in its own order.
func Mul[T array.Float](m, n, k int, a []T, ars, acs int, b []T, brs, bcs int, c []T, ldc int, accumulate bool) {
	if m == 0 || n == 0 {
		return
	}
	checkGemm("gemm.Mul", m, n, k, len(a), ars, acs, len(b), brs, bcs, len(c), ldc)
	switch {
	case k == 0:
		if !accumulate {
			clearRows(c, m, n, ldc)
		}
	case n == 1:
		mulVector(m, k, a, ars, acs, b, brs, c, ldc, accumulate)
	case m == 1:
		mulVector(n, k, b, bcs, brs, a, acs, c, 1, accumulate)
	default:
		mul(Strided[T]{a, ars, acs}, Strided[T]{b, bcs, brs}, m, n, k, c, ldc, accumulate)
	}
}

// MulInt is [Mul] for integers: exact, modulo 2³² or 2⁶⁴.
func MulInt[T int32 | int64](m, n, k int, a []T, ars, acs int, b []T, brs, bcs int, c []T, ldc int, accumulate bool) {
	if m == 0 || n == 0 {
		return
	}
	checkGemm("gemm.MulInt", m, n, k, len(a), ars, acs, len(b), brs, bcs, len(c), ldc)
	parallel.Split(m, max(1, 1<<16/(n*max(k, 1))), intProduct[T]{n, k, a, ars, acs, b, brs, bcs, c, ldc, accumulate})
}

type intProduct[T int32 | int64] struct {
	n, k       int
	a          []T
	ars, acs   int
	b          []T
	brs, bcs   int
	c          []T
	ldc        int
	accumulate bool
}

func (p intProduct[T]) Run(lo, hi int) {
	for i := lo; i < hi; i++ {
		row := p.c[i*p.ldc : i*p.ldc+p.n]
		if !p.accumulate {
			clear(row)
		}
		for l := range p.k {
			AddScaledStrided(row, p.a[i*p.ars+l*p.acs], p.b[l*p.brs:], p.bcs)
		}
	}
}

// AddScaledStrided is dst[j] += s·x[j·stride].
func AddScaledStrided[T array.Number](dst []T, s T, x []T, stride int) {
	for j := range dst {
		dst[j] += s * x[j*stride]
	}
}

func checkGemm(fn string, m, n, k, a, ars, acs, b, brs, bcs, c, ldc int) {
	if k > 0 {
		array.WantAtLeast(fn, "a", a, (m-1)*ars+(k-1)*acs+1)
		array.WantAtLeast(fn, "b", b, (k-1)*brs+(n-1)*bcs+1)
	}
	array.WantAtLeast(fn, "c", c, (m-1)*ldc+n)
}

func clearRows[T array.Number](c []T, m, n, ldc int) {
	for i := range m {
		clear(c[i*ldc : i*ldc+n])
	}
}

// mul is the blocked product of two operands.
func mul[T array.Float, A Left[T], B Right[T]](a A, b B, m, n, k int, c []T, ldc int, accumulate bool) {
	EachBlock[T](1, m, n, k, product[T, A, B]{a, b, k, c, ldc, accumulate})
}

type product[T array.Float, A Left[T], B Right[T]] struct {
	a          A
	b          B
	k          int
	c          []T
	ldc        int
	accumulate bool
}

func (p product[T, A, B]) Block(_, i0, i1, j0, j1 int) {
	Multiply(p.c[i0*p.ldc+j0:], p.ldc, p.a, i0, i1, p.b, j0, j1, p.k, p.accumulate)
}
