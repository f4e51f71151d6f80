package gemm

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/pullback-go/pullback/internal/kernel/array"
	"github.com/pullback-go/pullback/internal/kernel/cpu"
	"github.com/pullback-go/pullback/internal/kernel/elementwise"
	"github.com/pullback-go/pullback/internal/kernel/kerneltest"
)

func TestDots(t *testing.T) { kerneltest.EachFloat(t, testDots[float32], testDots[float64]) }

// testDots has the dot products of every length past what is taken at a time, and past
// one and two blocks.
func testDots[T array.Float](t *testing.T) {
	r := rand.New(rand.NewPCG(131, 132))
	lengths := []int{DepthBlock - 1, DepthBlock, DepthBlock + 1, DepthBlock + 9, 2*DepthBlock + 7}
	for n := range 150 {
		lengths = append(lengths, n)
	}
	for _, n := range lengths {
		a, x := kerneltest.Wholes[T](r, 3*n+5), kerneltest.Wholes[T](r, n)
		for _, stride := range []int{0, 1, 2, 3} {
			want := T(0)
			for k, v := range x {
				want += a[k*stride] * v
			}
			if got := DotStrided(a, stride, x); got != want {
				t.Fatalf("strided by %d, %d elements: got %v, want %v", stride, n, got, want)
			}
			if stride != 1 {
				continue
			}
			if got, short := dot(a[:n], x), dotShort(a, x); got != want || short != want {
				t.Fatalf("%d elements: got %v and %v, want %v", n, got, short, want)
			}
		}
	}
}

// TestDotPrecision: dots are summed in several parts, so that a long sum of ones and
// halves of the last place is better than one by one.
func TestDotPrecision(t *testing.T) {
	kerneltest.EachSet(func() {
		const n = 1 << 16
		x, ones := make([]float32, n), make([]float32, n)
		elementwise.Fill(x, 1.0/3)
		elementwise.Fill(ones, 1)
		want := float64(x[0]) * n
		for what, got := range map[string]float32{"dot": dot(x, ones), "strided": DotStrided(x, 1, ones)} {
			if err := math.Abs(float64(got)-want) / want; !(err < 3e-5) {
				t.Errorf("%v: %s: got %v, want %v", cpu.InUse(), what, got, want)
			}
		}
	})
}

func TestGemvStrides(t *testing.T) {
	kerneltest.EachFloat(t, testGemvStrides[float32], testGemvStrides[float64])
}

// testGemvStrides has matrices by rows and by columns, broadcast and spread, vectors on
// both sides that are not neighbours, and sums past a block and past what is shared out
// at a time.
func testGemvStrides[T array.Float](t *testing.T) {
	r := rand.New(rand.NewPCG(133, 134))
	for i, s := range []struct{ m, k, rs, cs, xs, ys int }{
		{5, 7, 7, 1, 1, 1},
		{5, 7, 9, 1, 2, 3},
		{5, 7, 14, 2, 1, 1}, // rows of which every other element counts
		{5, 7, 0, 1, 1, 2},  // one row, again and again
		{5, 7, 1, 0, 1, 1},  // one column
		{5, 7, 0, 0, 3, 1},
		{5, 7, 1, 5, 1, 1}, // by columns
		{5, 7, 1, 5, 1, 2},
		{5, 7, 2, 11, 4, 1}, // by columns of which every other element counts
		{5, 7, 0, 3, 1, 1},
		{5, 7, 7, 1, 0, 1}, // one element of x
		{1, 7, 7, 1, 1, 1},
		{67, 33, 35, 1, 1, 1},
		{130, 1, 1, 1, 1, 1},
		{35, 8, 1, 40, 1, 1},
		{35, 9, 1, 40, 1, 3},
		{35, 15, 3, 120, 2, 1},
		{70, DepthBlock + 1, 1, 71, 1, 1},
		{33, DepthBlock + 1, 1, 71, 1, 2},
		{9, 2*DepthBlock + 3, 2, 20, 1, 1},
		{1030, 3, 1, 1030, 1, 1}, // three times what a core takes
		{1030, 3, 1, 1030, 1, 2},
		{300, 300, 301, 1, 1, 1},
	} {
		a := kerneltest.Wholes[T](r, (s.m-1)*s.rs+(s.k-1)*s.cs+1)
		x, y := kerneltest.Wholes[T](r, (s.k-1)*s.xs+1), kerneltest.Wholes[T](r, (s.m-1)*s.ys+1)
		for _, accumulate := range []bool{false, true} {
			got, want := slices.Clone(y), slices.Clone(y)
			kerneltest.PlainMul(s.m, 1, s.k, a, s.rs, s.cs, x, s.xs, 1, want, s.ys, accumulate)
			kerneltest.WithCores(1+i%3, func() { mulVector(s.m, s.k, a, s.rs, s.cs, x, s.xs, got, s.ys, accumulate) })
			if !slices.Equal(got, want) {
				t.Fatalf("%+v, accumulate %v: got %v, want %v", s, accumulate, got, want)
			}
		}
	}
}

// TestGemvNaN: a NaN of the matrix reaches its row, and one of the vector all rows,
// whichever way the matrix lies.
func TestGemvNaN(t *testing.T) { kerneltest.EachISA(t, testGemvNaN) }

func testGemvNaN(t *testing.T) {
	r := rand.New(rand.NewPCG(135, 136))
	for _, s := range [][4]int{{70, 37, 37, 1}, {70, 37, 1, 70}, {35, 20, 40, 2}, {35, 20, 2, 70}} {
		m, k, rs, cs := s[0], s[1], s[2], s[3]
		a, x := kerneltest.Wholes[float32](r, m*k*2), kerneltest.Wholes[float32](r, k)
		i, l := r.IntN(m), r.IntN(k)
		got, want := kerneltest.Garbage[float32](m), make([]float32, m)
		a[i*rs+l*cs] = float32(kerneltest.NaN)
		kerneltest.PlainMul(m, 1, k, a, rs, cs, x, 1, 1, want, 1, false)
		mulVector(m, k, a, rs, cs, x, 1, got, 1, false)
		kerneltest.WantAlike(t, fmt.Sprint("matrix ", s), got, want)
		a[i*rs+l*cs], x[l] = 0, float32(kerneltest.NaN)
		mulVector(m, k, a, rs, cs, x, 1, got, 1, false)
		for row, v := range got {
			if v == v {
				t.Fatalf("%v: row %d is %v, with a NaN in the vector", s, row, v)
			}
		}
	}
}

// TestGemmGaps: whatever Gemm does, elements between the rows of C and behind the last
// stay, and without steps rows are cleared or left alone.
func TestGemmGaps(t *testing.T) {
	kerneltest.EachFloat(t, testGemmGaps[float32], testGemmGaps[float64])
}

func testGemmGaps[T array.Float](t *testing.T) {
	r := rand.New(rand.NewPCG(137, 138))
	for _, s := range [][3]int{{1, 1, 0}, {3, 4, 0}, {1, 9, 5}, {9, 1, 5}, {40, 1, 9}, {1, 40, 9}, {5, 33, 3}, {17, 70, 9}, {3, 1, DepthBlock + 1}} {
		m, n, k := s[0], s[1], s[2]
		a, b := kerneltest.Wholes[T](r, m*k), kerneltest.Wholes[T](r, k*n)
		for _, accumulate := range []bool{false, true} {
			ldc := n + 3
			c := kerneltest.Wholes[T](r, m*ldc+kerneltest.Fence)
			want := slices.Clone(c)
			kerneltest.PlainMul(m, n, k, a, k, 1, b, n, 1, want, ldc, accumulate)
			Mul(m, n, k, a, k, 1, b, n, 1, c, ldc, accumulate)
			if !slices.Equal(c, want) {
				t.Fatalf("%v, accumulate %v: got %v, want %v", s, accumulate, c, want)
			}
		}
	}
}

// TestGemmNothing: a product without rows or columns looks at no operand, one without
// steps at neither side.
func TestGemmNothing(t *testing.T) {
	c := []float32{1, 2, 3}
	Mul(0, 5, 7, nil, 1, 1, nil, 1, 1, c, 5, false)
	Mul(5, 0, 7, nil, 1, 1, nil, 1, 1, c, 0, false)
	MulInt[int32](0, 5, 7, nil, 1, 1, nil, 1, 1, nil, 5, false)
	MulInt[int32](5, 0, 7, nil, 1, 1, nil, 1, 1, nil, 0, false)
	Mul(1, 2, 0, nil, 1, 1, nil, 1, 1, c, 2, true)
	if !slices.Equal(c, []float32{1, 2, 3}) {
		t.Errorf("got %v, want what was there", c)
	}
	Mul(1, 2, 0, nil, 1, 1, nil, 1, 1, c, 2, false)
	if !slices.Equal(c, []float32{0, 0, 3}) {
		t.Errorf("got %v, want two zeros", c)
	}
	d := []int64{1, 2, 3}
	MulInt(1, 2, 0, nil, 1, 1, nil, 1, 1, d, 2, true)
	MulInt(1, 1, 0, nil, 1, 1, nil, 1, 1, d, 1, false)
	if !slices.Equal(d, []int64{0, 2, 3}) {
		t.Errorf("got %v, want a zero and what was there", d)
	}
}

// TestGemmIntStrides has operands that are broadcast and spread, gaps between rows, and
// rows that are shared out.
func TestGemmIntStrides(t *testing.T) {
	r := rand.New(rand.NewPCG(139, 140))
	for _, s := range []struct{ m, n, k, ars, acs, brs, bcs, ldc int }{
		{3, 4, 5, 5, 1, 4, 1, 4}, {3, 4, 5, 0, 1, 4, 1, 6}, {3, 4, 5, 5, 0, 0, 1, 4}, {3, 4, 5, 1, 3, 1, 5, 5}, {3, 4, 5, 11, 2, 9, 2, 7},
		{3, 4, 5, 0, 0, 0, 0, 4}, {200, 30, 40, 40, 1, 30, 1, 33}, {1, 1, 9, 0, 1, 2, 0, 1},
	} {
		a, b, c := make([]int32, (s.m-1)*s.ars+(s.k-1)*s.acs+1), make([]int32, (s.k-1)*s.brs+(s.n-1)*s.bcs+1), make([]int32, s.m*s.ldc)
		for _, x := range [][]int32{a, b, c} {
			for i := range x {
				x[i] = int32(r.Uint32())
			}
		}
		for _, accumulate := range []bool{false, true} {
			want := slices.Clone(c)
			for i := range s.m {
				for j := range s.n {
					total := uint32(0) // modulo 2³²
					for l := range s.k {
						total += uint32(a[i*s.ars+l*s.acs]) * uint32(b[l*s.brs+j*s.bcs])
					}
					if accumulate {
						total += uint32(c[i*s.ldc+j])
					}
					want[i*s.ldc+j] = int32(total)
				}
			}
			kerneltest.WithCores(3, func() { MulInt(s.m, s.n, s.k, a, s.ars, s.acs, b, s.brs, s.bcs, c, s.ldc, accumulate) })
			if !slices.Equal(c, want) {
				t.Fatalf("%+v, accumulate %v: a wrong product", s, accumulate)
			}
		}
	}
}
