package kernel

import (
	"fmt"
	"math"
	"math/rand/v2"
	"runtime"
	"slices"
	"testing"
)

// eps is the unit roundoff of T.
func eps[T Float]() float64 {
	var t T
	if _, single := any(t).(float32); single {
		return 0x1p-24
	}
	return 0x1p-53
}

// normals returns n standard normal numbers.
func normals[T Float](r *rand.Rand, n int) []T {
	x := make([]T, n)
	for i := range x {
		x[i] = T(r.NormFloat64())
	}
	return x
}

// garbage returns n elements that no kernel may leave in its output.
func garbage[T Float](n int) []T {
	x := make([]T, n)
	Fill(x, T(math.NaN()))
	return x
}

// wantClose fails unless got is within tol of want, relative to the largest magnitude wanted.
func wantClose[T Float](t *testing.T, got, want []T, tol float64) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("got %d elements, want %d", len(got), len(want))
	}
	scale := 1.0
	for _, w := range want {
		scale = max(scale, math.Abs(float64(w)))
	}
	for i := range got {
		if d := math.Abs(float64(got[i]) - float64(want[i])); !(d <= tol*scale) {
			t.Fatalf("element %d: got %v, want %v (off by %.2g, tolerance %.2g)", i, got[i], want[i], d/scale, tol)
		}
	}
}

// sameBits fails unless the two slices hold the same bits.
func sameBits[T Float](t *testing.T, got, want []T, what string) {
	t.Helper()
	for i := range want {
		if math.Float64bits(float64(got[i])) != math.Float64bits(float64(want[i])) {
			t.Fatalf("%s: element %d: got %v, want %v", what, i, got[i], want[i])
		}
	}
}

// onCores runs f under several numbers of cores, which must give the same bits.
func onCores[T Float](t *testing.T, f func() []T) {
	t.Helper()
	before := runtime.GOMAXPROCS(1)
	defer runtime.GOMAXPROCS(before)
	want := f()
	for _, cores := range []int{2, 3} {
		runtime.GOMAXPROCS(cores)
		sameBits(t, f(), want, fmt.Sprint("GOMAXPROCS ", cores))
	}
}

// plainGemm is the triple loop.
func plainGemm[T Float](m, n, k int, a []T, ars, acs int, b []T, brs, bcs int, c []T, ldc int, accumulate bool) {
	for i := range m {
		for j := range n {
			total := 0.0
			for l := range k {
				total += float64(a[i*ars+l*acs]) * float64(b[l*brs+j*bcs])
			}
			if accumulate {
				total += float64(c[i*ldc+j])
			}
			c[i*ldc+j] = T(total)
		}
	}
}

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

func checkGemmCase[T Float](t *testing.T, r *rand.Rand, g gemmCase) {
	t.Helper()
	ars, acs := g.strides(g.m, g.k, g.aTrans)
	brs, bcs := g.strides(g.k, g.n, g.bTrans)
	ldc := g.n + g.pad
	a := normals[T](r, max(0, (g.m-1)*ars+(g.k-1)*acs+1))
	b := normals[T](r, max(0, (g.k-1)*brs+(g.n-1)*bcs+1))
	c := normals[T](r, g.m*ldc)
	want := slices.Clone(c)
	plainGemm(g.m, g.n, g.k, a, ars, acs, b, brs, bcs, want, ldc, g.accumulate)
	Gemm(g.m, g.n, g.k, a, ars, acs, b, brs, bcs, c, ldc, g.accumulate)
	wantClose(t, c, want, 4*eps[T]()*math.Sqrt(float64(g.k+1)))
}

func TestGemm(t *testing.T) {
	t.Run("f32", testGemm[float32])
	t.Run("f64", testGemm[float64])
}

func testGemm[T Float](t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	sizes := []int{0, 1, 2, 3, 4, 5, 7, 8, 9, 31, 64, 65}
	for _, m := range sizes {
		for _, n := range sizes {
			for _, k := range []int{0, 1, 2, 5, 33} {
				g := gemmCase{m: m, n: n, k: k, pad: r.IntN(3), spread: 1 + r.IntN(2), aTrans: r.IntN(2) == 0,
					bTrans: r.IntN(2) == 0, accumulate: r.IntN(2) == 0}
				t.Run(fmt.Sprintf("%+v", g), func(t *testing.T) { checkGemmCase[T](t, r, g) })
			}
		}
	}
}
