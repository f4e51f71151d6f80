package gemm

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/pullback-go/pullback/internal/kernel/array"
	"github.com/pullback-go/pullback/internal/kernel/elementwise"
	"github.com/pullback-go/pullback/internal/kernel/kerneltest"
	"github.com/pullback-go/pullback/internal/kernel/layout"
)

// gemmCase is one product: sizes and storage.
type gemmCase struct {
	m, n, k        int
	aTrans, bTrans bool
	pad            int // elements between the end of a line and the next
	spread         int // elements between neighbours in a line
	accumulate     bool
}

func (g gemmCase) strides(rows, cols int, trans bool) (rs, cs int) {
	if trans {
		return g.spread, rows*g.spread + g.pad
	}
	return cols*g.spread + g.pad, g.spread
}

func checkGemmCase[T array.Float](t *testing.T, r *rand.Rand, g gemmCase) {
	t.Helper()
	ars, acs := g.strides(g.m, g.k, g.aTrans)
	brs, bcs := g.strides(g.k, g.n, g.bTrans)
	ldc := g.n + g.pad
	a := kerneltest.Normals[T](r, max(0, (g.m-1)*ars+(g.k-1)*acs+1))
	b := kerneltest.Normals[T](r, max(0, (g.k-1)*brs+(g.n-1)*bcs+1))
	c := kerneltest.Normals[T](r, g.m*ldc)
	want := slices.Clone(c)
	kerneltest.PlainMul(g.m, g.n, g.k, a, ars, acs, b, brs, bcs, want, ldc, g.accumulate)
	Mul(g.m, g.n, g.k, a, ars, acs, b, brs, bcs, c, ldc, g.accumulate)
	kerneltest.WantClose(t, c, want, 4*kerneltest.Eps[T]()*math.Sqrt(float64(g.k+1)))
}

func TestGemm(t *testing.T) {
	kerneltest.EachFloat(t, testGemm[float32], testGemm[float64])
}

func testGemm[T array.Float](t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	sizes := []int{0, 1, 2, 3, 4, 5, 7, 8, 9, 31, 64, 65}
	for _, m := range sizes {
		for _, n := range sizes {
			for _, k := range []int{0, 1, 2, 5, 33} {
				runGemm[T](t, r, m, n, k)
			}
		}
	}
}

func runGemm[T array.Float](t *testing.T, r *rand.Rand, m, n, k int) {
	g := gemmCase{m: m, n: n, k: k, pad: r.IntN(3), spread: 1 + r.IntN(2), aTrans: r.IntN(2) == 0,
		bTrans: r.IntN(2) == 0, accumulate: r.IntN(2) == 0}
	t.Run(fmt.Sprintf("%+v", g), func(t *testing.T) { checkGemmCase[T](t, r, g) })
}

// TestGemmPastBlocks has sizes past every cache block and grain.
func TestGemmPastBlocks(t *testing.T) { kerneltest.EachISA(t, testGemmPastBlocks) }

func testGemmPastBlocks(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	for _, s := range [][3]int{
		{RowBlock + 3, 5, 7}, {3*vectorRows + 5, 70, 40}, {1500, 40, 70}, {17, 1024, 2*DepthBlock + 3}, {2, 2*ColBlock + 1, 3}, {5, 7, 2*DepthBlock + 1}, {RowBlock + 1, ColBlock + 2, DepthBlock + 1},
		{3000, 1, 40}, {1, 3000, 41}, {1200, 1, 600}, {1, 1201, 601}, {40, 1, 70000}, {1, 1, 1001},
	} {
		for range kerneltest.AtMost(2, 1) {
			runGemm[float32](t, r, s[0], s[1], s[2])
			runGemm[float64](t, r, s[0], s[1], s[2])
		}
	}
}

// TestGemmBroadcast has operands with stride 0, and one array as both.
func TestGemmBroadcast(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 8))
	x := kerneltest.Normals[float64](r, 64)
	for _, s := range []struct{ m, n, k, ars, acs, brs, bcs int }{
		{5, 4, 7, 0, 1, 4, 1}, {5, 4, 7, 7, 0, 4, 1}, {5, 4, 7, 0, 0, 0, 0}, {6, 6, 5, 1, 6, 6, 1}, {5, 1, 7, 0, 1, 0, 0}, {1, 5, 7, 0, 3, 1, 0},
	} {
		got, want := kerneltest.Garbage[float64](s.m*s.n), make([]float64, s.m*s.n)
		Mul(s.m, s.n, s.k, x, s.ars, s.acs, x, s.brs, s.bcs, got, s.n, false)
		kerneltest.PlainMul(s.m, s.n, s.k, x, s.ars, s.acs, x, s.brs, s.bcs, want, s.n, false)
		kerneltest.WantClose(t, got, want, 1e-14)
	}
}

// TestGemmNotFinite puts one NaN or infinity into an operand of ones and zeros: it must
// reach every element of its row or column, through zeros as NaN.
func TestGemmNotFinite(t *testing.T) { kerneltest.EachISA(t, testGemmNotFinite) }

func testGemmNotFinite(t *testing.T) {
	for _, s := range [][3]int{{5, 7, 9}, {6, 1, 9}, {1, 7, 9}, {600, 1, 9}} {
		m, n, k := s[0], s[1], s[2]
		for _, bad := range []float64{math.NaN(), math.Inf(1)} {
			for _, other := range []float64{0, 1} {
				a, b, c := make([]float64, m*k), make([]float64, k*n), make([]float64, m*n)
				elementwise.Fill(b, other)
				a[(m-1)*k+k-1] = bad
				Mul(m, n, k, a, k, 1, b, n, 1, c, n, false)
				for i, v := range c {
					want := 0.0
					if i >= (m-1)*n {
						want = bad * other
					}
					if v != want && !(v != v && want != want) {
						t.Fatalf("%v: %v times %v: element %d is %v, want %v", s, bad, other, i, v, want)
					}
				}
			}
		}
	}
}

func TestGemmSameBitsOnAnyCores(t *testing.T) { kerneltest.EachISA(t, testGemmSameBitsOnAnyCores) }

func testGemmSameBitsOnAnyCores(t *testing.T) {
	r := rand.New(rand.NewPCG(9, 10))
	for _, s := range [][3]int{{130, 270, 300}, {2000, 1, 300}, {1, 2000, 300}} {
		m, n, k := s[0], s[1], s[2]
		a, b := kerneltest.Normals[float32](r, m*k), kerneltest.Normals[float32](r, k*n)
		kerneltest.OnCores(t, func() []float32 {
			c := kerneltest.Garbage[float32](m * n)
			Mul(m, n, k, a, k, 1, b, n, 1, c, n, false)
			return c
		})
	}
}

// TestGemmSameBitsInParts: an element's bits depend on its row and column only, so a part
// of a product is the product of the parts, and a transposed product is the transpose.
func TestGemmSameBitsInParts(t *testing.T) { kerneltest.EachISA(t, testGemmSameBitsInParts) }

func testGemmSameBitsInParts(t *testing.T) {
	r := rand.New(rand.NewPCG(11, 12))
	const m, n, k = 37, 301, 600
	a, b := kerneltest.Normals[float32](r, m*k), kerneltest.Normals[float32](r, k*n)
	whole, part, trans := make([]float32, m*n), make([]float32, m*n), make([]float32, m*n)
	Mul(m, n, k, a, k, 1, b, n, 1, whole, n, false)
	Mul(20, n, k, a, k, 1, b, n, 1, part, n, false)
	Mul(m-20, n, k, a[20*k:], k, 1, b, n, 1, part[20*n:], n, false)
	kerneltest.SameBits(t, part, whole, "in two parts")
	Mul(n, m, k, b, 1, n, a, 1, k, trans, m, false)
	layout.Permute(part, trans, []int{n, m}, []int{1, 0})
	kerneltest.SameBits(t, part, whole, "transposed")
}

func TestGemmInt(t *testing.T) {
	t.Run("i32", testGemmInt[int32])
	t.Run("i64", testGemmInt[int64])
}

func testGemmInt[T int32 | int64](t *testing.T) {
	r := rand.New(rand.NewPCG(13, 14))
	for i := range 60 {
		m, n, k := r.IntN(9), r.IntN(9), r.IntN(9)
		if i == 0 {
			m, n, k = 90, 50, 40
		}
		a, b, got := make([]T, m*k), make([]T, k*n), make([]T, m*n)
		for _, x := range [][]T{a, b, got} {
			for i := range x {
				x[i] = T(r.Uint64()) // products overflow
			}
		}
		want := slices.Clone(got)
		accumulate := i%2 == 1
		for i := range m {
			for j := range n {
				if !accumulate {
					want[i*n+j] = 0
				}
				for l := range k {
					want[i*n+j] += a[l*m+i] * b[j*k+l]
				}
			}
		}
		MulInt(m, n, k, a, 1, m, b, 1, k, got, n, accumulate)
		if !slices.Equal(got, want) {
			t.Fatalf("%d %d %d: got %v, want %v", m, n, k, got, want)
		}
	}
}
