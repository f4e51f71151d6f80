package fn

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/pullback-go/pullback/trace"
)

func TestEvenStrides(t *testing.T) {
	shape := []int{2, 3, 1, 5}
	tests := []struct {
		axes   []int
		length int
		stride int
		even   bool
	}{
		{nil, 1, 1, true}, {[]int{3}, 5, 1, true}, {[]int{1}, 3, 5, true}, {[]int{0}, 2, 15, true}, {[]int{2}, 1, 1, true},
		{[]int{1, 3}, 15, 1, true}, {[]int{0, 1}, 6, 5, true}, {[]int{0, 1, 2, 3}, 30, 1, true}, {[]int{1, 2, 3}, 15, 1, true}, {[]int{2, 0}, 2, 15, true},
		{[]int{0, 3}, 10, 0, false}, {[]int{3, 1}, 15, 0, false}, {[]int{1, 0}, 6, 0, false}, {[]int{0, 1, 3, 2}, 30, 1, true},
	}
	for _, test := range tests {
		stride, even := evenStride(shape, test.axes)
		if even != test.even || stride != test.stride || lengthOf(shape, test.axes) != test.length {
			t.Errorf("axes %v: got %d elements %d apart, %v, want %d, %d, %v", test.axes, lengthOf(shape, test.axes), stride, even, test.length, test.stride, test.even)
		}
	}
}

// A side finds the elements of its axes wherever they lie. It copies only axes without an
// even stride.
func TestSidesOfProducts(t *testing.T) {
	shape := []int{2, 3, 4, 5}
	x := Iota(typed(trace.Float64, 120), 0)
	for _, c := range []struct {
		batch, rows, cols []int
		copied            bool
	}{
		{[]int{0}, []int{1}, []int{2, 3}, false}, {[]int{0}, []int{2, 3}, []int{1}, false}, {[]int{}, []int{0, 1, 2}, []int{3}, false},
		{[]int{1}, []int{0}, []int{2, 3}, false}, {[]int{}, []int{0, 2}, []int{1, 3}, true}, {[]int{3, 0}, []int{1}, []int{2}, true}, {[]int{2}, []int{3}, []int{1, 0}, true},
	} {
		s := sideOf[float64](Reshape(x, shape...).Array(), c.batch, c.rows, c.cols)
		if (s.held != nil) != c.copied {
			t.Errorf("%v, %v, %v: copied %v, want %v", c.batch, c.rows, c.cols, s.held != nil, c.copied)
		}
		order := slices.Concat(c.batch, c.rows, c.cols)
		all := permuted(shape, order)
		for i := range 120 {
			index := unflat(i, all)
			from := make([]int, 4)
			for k, a := range order {
				from[a] = index[k]
			}
			b, row, col := i/(s.rows*s.cols), i/s.cols%s.rows, i%s.cols
			if got := s.elems[b*s.perBatch+row*s.perRow+col*s.perCol]; got != float64(flat(from, shape)) {
				t.Fatalf("%v, %v, %v: element %d, %d, %d is %v, want %d", c.batch, c.rows, c.cols, b, row, col, got, flat(from, shape))
			}
		}
		release(s.held)
	}
}

func TestProductsPerBlock(t *testing.T) {
	for _, c := range [][2]int{{0, 1 << 17}, {1, 1 << 17}, {3, 1 << 17 / 3}, {1 << 17, 1}, {1<<17 + 1, 1}, {1<<22 - 1, 1}, {1 << 22, math.MaxInt}, {1 << 40, math.MaxInt}} {
		if got := productsPerBlock(c[0]); got != c[1] {
			t.Errorf("products of %d multiplications: %d in a block, want %d", c[0], got, c[1])
		}
	}
}

// A batch of products is the products of its matrices one by one, also if there are many
// of them, or none.
func TestBatchesOfProducts(t *testing.T) {
	r := rand.New(rand.NewPCG(56, 1))
	for _, c := range []struct{ batch, m, n, k int }{{0, 2, 3, 4}, {3, 0, 3, 4}, {3, 2, 0, 4}, {3, 2, 3, 0}, {1, 2, 3, 4}, {2, 3, 4, 5}, {700, 3, 5, 19}} {
		for _, d := range numberTypes {
			draw := func(shape ...int) trace.Value {
				elems := make([]float64, volume(shape))
				for i := range elems {
					elems[i] = float64(r.IntN(9) - 4)
				}
				return array(d, elems, shape...)
			}
			a, b := draw(c.batch, c.m, c.k), draw(c.k, c.batch, c.n)
			as, bs := a.Float64s(), b.Float64s()
			want := make([]float64, c.batch*c.m*c.n)
			for i := range want {
				at, row, col := i/(c.m*c.n), i/c.n%c.m, i%c.n
				for k := range c.k {
					want[i] += as[(at*c.m+row)*c.k+k] * bs[(k*c.batch+at)*c.n+col]
				}
			}
			got := DotGeneral(a, b, DotConfig{ContractA: []int{2}, ContractB: []int{0}, BatchA: []int{0}, BatchB: []int{1}})
			wantElems(t, got, trace.TypeOf(d, c.batch, c.m, c.n).String(), want...)
		}
	}
}

func TestProductsOfIntegersWrap(t *testing.T) {
	wantElems(t, Dot(i32(math.MaxInt32, 2), i32(2, 3)), "i32[]", 4)
	wantElems(t, Dot(i64(math.MaxInt64, 1), i64(1, 1)), "i64[]", math.MinInt64)
	wantElems(t, Dot(i64(1<<53+1), i64(1)), "i64[]", 1<<53) // as f64; the element itself is odd
	if got := trace.Data[int64](Reshape(Dot(i64(1<<53+1), i64(1)), 1))[0]; got != 1<<53+1 {
		t.Errorf("a product of integers goes through floats: got %d", got)
	}
}
