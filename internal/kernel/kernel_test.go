package kernel

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
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

// wantClose fails unless got is within tol of want, relative to the largest magnitude
// wanted.
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
	var want []T
	withCores(1, func() { want = f() })
	for _, cores := range []int{2, 3} {
		withCores(cores, func() { sameBits(t, f(), want, fmt.Sprint("GOMAXPROCS ", cores)) })
	}
}

// float64s converts to float64.
func float64s[T Number](x []T) []float64 {
	y := make([]float64, len(x))
	for i, v := range x {
		y[i] = float64(v)
	}
	return y
}

// atMost is how many cases to draw: fewer in short mode.
func atMost(full, short int) int {
	if testing.Short() {
		return short
	}
	return full
}

func TestSizes(t *testing.T) {
	for _, c := range []struct{ a, b, want int }{{0, 1, 0}, {0, 7, 0}, {1, 7, 1}, {6, 7, 1}, {7, 7, 1}, {8, 7, 2}, {14, 7, 2}, {15, 7, 3}, {5, 1, 5}} {
		if got := ceilDiv(c.a, c.b); got != c.want {
			t.Errorf("%d/%d rounded up is %d, want %d", c.a, c.b, got, c.want)
		}
	}
	for want, shape := range map[int][]int{1: nil, 7: {7}, 30: {2, 3, 5}, 0: {4, 0, 9}} {
		if got := volume(shape); got != want {
			t.Errorf("the volume of %v is %d, want %d", shape, got, want)
		}
		if got := sizeOfAll("Any", shape...); got != want {
			t.Errorf("an array of %v has %d elements, want %d", shape, got, want)
		}
	}
	if got := sizeOfAll("Any", math.MaxInt, 1); got != math.MaxInt {
		t.Errorf("the largest size comes to %d", got)
	}
	if got := sizeOfAll("Any", 1<<31, 1<<31-1, 2); got != 1<<63-1<<32 {
		t.Errorf("the largest sizes come to %d", got)
	}
	for want, got := range map[int]int{1: sizeOf[bool](), 4: sizeOf[float32](), 8: sizeOf[int64](), 0: sizeOf[struct{}](), 24: sizeOf[[]int]()} {
		if got != want {
			t.Errorf("an element has %d bytes, want %d", got, want)
		}
	}
}

// TestNoSuchSizes: sizes whose product no memory can have are refused, also where another
// is 0, and sizes below 0, also where two of them make a product that is not.
func TestNoSuchSizes(t *testing.T) {
	for _, c := range []struct {
		sizes []int
		want  string
	}{
		{[]int{3, -1}, "kernel: Gemm: there are no arrays of the sizes [3 -1]"},
		{[]int{-2, -2}, "kernel: Gemm: there are no arrays of the sizes [-2 -2]"},
		{[]int{0, -1}, "kernel: Gemm: there are no arrays of the sizes [0 -1]"},
		{[]int{1 << 32, 1 << 31}, "kernel: Gemm: there are no arrays of the sizes [4294967296 2147483648]"},
		{[]int{1 << 33, 1 << 31}, "kernel: Gemm: there are no arrays of the sizes [8589934592 2147483648]"},
		{[]int{1 << 32, 1 << 32, 0}, "kernel: Gemm: there are no arrays of the sizes [4294967296 4294967296 0]"},
	} {
		if got := fmt.Sprint(caught(func() { sizeOfAll("Gemm", c.sizes...) })); got != c.want {
			t.Errorf("%v: panicked with %q, want %q", c.sizes, got, c.want)
		}
	}
}

func TestInstructions(t *testing.T) {
	for want, set := range map[string]instructions{"plain": plain, "avx2": avx2, "avx512": avx512} {
		if set.String() != want {
			t.Errorf("got %q, want %q", set, want)
		}
	}
	if got := detect(); got != detected {
		t.Errorf("this machine has %v now, and had %v", got, detected)
	}
	for i := plain; i <= detected; i++ {
		withISA(i, func() {
			if isa() != i {
				t.Errorf("in use are %v, want %v", isa(), i)
			}
		})
	}
	if isa() != detected {
		t.Errorf("in use are %v, want %v", isa(), detected)
	}
}

// TestWrongLengths gives every operand of every elementwise kernel one element too many
// or too few: the message names the kernel, the operand and both lengths.
func TestWrongLengths(t *testing.T) {
	x3, x4, i4, b3, b4, k4 := make([]float64, 3), make([]float64, 4), make([]int64, 4), make([]bool, 3), make([]bool, 4), make([]int32, 4)
	i3, x6, n4 := i4[:3], make([]float64, 6), []int{0, 0}
	first, second, both := "the first operand has 3 elements, want 4", "the second operand has 3 elements, want 4", "the first operand has 4 elements, want 3"
	shape := []int{2, 2}
	for _, c := range []struct {
		want string
		run  func()
	}{
		{"Add: " + second, func() { Add(x4, x4, x3) }},
		{"Add: " + both, func() { Add(x3, x4, x4) }},
		{"Sub: " + first, func() { Sub(x4, x3, x4) }},
		{"Mul: " + first, func() { Mul(x4, x3, x4) }},
		{"Div: " + second, func() { Div(x4, x4, x3) }},
		{"Maximum: " + first, func() { Maximum(x4, x3, x4) }},
		{"Minimum: " + second, func() { Minimum(x4, x4, x3) }},
		{"Bend: " + first, func() { Bend(x4, x3, x4) }},
		{"Neg: " + first, func() { Neg(x4, x3) }},
		{"Abs: " + first, func() { Abs(x4, x3) }},
		{"Sign: " + both, func() { Sign(x3, x4) }},
		{"MulAdd: a has 3 elements, want 4", func() { MulAdd(x4, x3, x4, x4) }},
		{"MulAdd: b has 3 elements, want 4", func() { MulAdd(x4, x4, x3, x4) }},
		{"Equal: " + first, func() { Equal(b4, x3, x4) }},
		{"NotEqual: " + second, func() { NotEqual(b4, x4, x3) }},
		{"Less: " + first, func() { Less(b4, x3, x4) }},
		{"LessEqual: " + both, func() { LessEqual(b3, x4, x4) }},
		{"And: " + second, func() { And(b4, b4, b3) }},
		{"Xor: " + first, func() { Xor(b4, b3, b4) }},
		{"Not: " + first, func() { Not(b4, b3) }},
		{"Select: a has 3 elements, want 4", func() { Select(x4, b4, x3, x4) }},
		{"Select: b has 3 elements, want 4", func() { Select(x4, b4, x4, x3) }},
		{"Keep: cond has 3 elements, want 4", func() { Keep(x4, b3, x4) }},
		{"Binary: a has 3 elements, want 4", func() { Binary(x4, x3, x4, func(a, _ float64) float64 { return a }) }},
		{"Standardize: x has 3 elements, want 4", func() { Standardize(x4, x3, x4, x4, 0, 1) }},
		{"Standardize: scale has 3 elements, want 4", func() { Standardize(x4, x4, x3, x4, 0, 1) }},
		{"ArgMax: x has 3 elements, want 4", func() { ArgMax(i4[:2], x3, 2, 2, 1) }},
		{"ArgMin: the reduced axis is empty, want at least 1 element", func() { ArgMin(i4, x4[:0], 4, 0, 1) }},
		{"CumSum: x has 3 elements, want 4", func() { CumSum(x4, x3, 1, 4, 1, true) }},
		{"Prod: x has 3 elements, want 4", func() { Prod(x4[:1], x3, 1, 4, 1) }},
		{"Max: y has 3 elements, want 2", func() { Max(x3, x4, 2, 2, 1) }},
		{"Min: x has 3 elements, want 4", func() { Min(x4[:2], x3, 2, 2, 1) }},
		{"Max: the reduced axis is empty, want at least 1 element", func() { Max(x4[:1], nil, 1, 0, 1) }},
		{"Min: the reduced axis is empty, want at least 1 element", func() { Min(x4[:1], nil, 1, 0, 1) }},
		{"Any: y has 4 elements, want 1", func() { Any(b4, b4, 1, 4, 1) }},
		{"TakeAlong: x has 3 elements, want 4", func() { TakeAlong(x4, x3, i4, 1, 4, 4, 1) }},
		{"TakeAlong: y has 3 elements, want 4", func() { TakeAlong(x3, x4, i4, 1, 4, 4, 1) }},
		{"AddAlong: dst has 3 elements, want 4", func() { AddAlong(x3, x4, i4, 1, 4, 4, 1) }},
		{"AddAlong: index has 3 elements, want 4", func() { AddAlong(x4, x4, i3, 1, 4, 4, 1) }},
		{"AddAlongOnto: dst has 3 elements, want 4", func() { AddAlongOnto(x3, x4, i4, 1, 4, 4, 1) }},
		{"AddAlongOnto: src has 3 elements, want 4", func() { AddAlongOnto(x4, x3, i4, 1, 4, 4, 1) }},
		{"AddAlongOnto: index has 3 elements, want 4", func() { AddAlongOnto(x4, x4, i3, 1, 4, 4, 1) }},
		{"Take: x has 3 elements, want 4", func() { Take(x4, x3, i4, 1, 4, 1) }},
		{"AddTake: dst has 3 elements, want 4", func() { AddTake(x3, x4, i4, 1, 4, 1) }},
		{"AddTakeOnto: dst has 3 elements, want 4", func() { AddTakeOnto(x3, x4, i4, 1, 4, 1) }},
		{"AddTakeOnto: src has 3 elements, want 4", func() { AddTakeOnto(x4, x3, i4, 1, 4, 1) }},
		{"Permute: perm has 1 elements, want 2", func() { Permute(x4, x4, shape, []int{0}) }},
		{"Permute: src has 3 elements, want 4", func() { Permute(x4, x3, shape, []int{1, 0}) }},
		{"Broadcast: dst has 3 elements, want 4", func() { Broadcast(x3, x4, shape, n4) }},
		{"Slice: src has 3 elements, want 4", func() { Slice(x4, x3, shape, n4, shape, shape) }},
		{"Slice: dst has 3 elements, want 4", func() { Slice(x3, x4, shape, n4, shape, shape) }},
		{"Slice: size has 1 elements, want 2", func() { Slice(x4[:1], x4, shape, n4, []int{1}, shape) }},
		{"Slice: step has 1 elements, want 2", func() { Slice(x4, x4, shape, n4, shape, []int{1}) }},
		{"SliceAdd: src has 3 elements, want 4", func() { SliceAdd(x4, x3, shape, n4, shape, shape) }},
		{"SliceAdd: start has 1 elements, want 2", func() { SliceAdd(x4, x4, shape, []int{0}, shape, shape) }},
		{"Concat: widths has 1 elements, want 2", func() { Concat(x4, [][]float64{x3, x4}, 1, []int{3}) }},
		{"Concat: dst has 4 elements, want 6", func() { Concat(x4, [][]float64{x6}, 2, []int{3}) }},
		{"Concat: operand 0 has 3 elements, want 2", func() { Concat(x4, [][]float64{x3, x3}, 2, []int{1, 1}) }},
		{"MaxPool: x has 3 elements, want 4", func() { MaxPool(x4, k4, x3, singlePool(4)) }},
		{"MaxPool: y has 3 elements, want 4", func() { MaxPool(x3, k4, x4, singlePool(4)) }},
		{"AvgPool: y has 3 elements, want 4", func() { AvgPool(x3, x4, singlePool(4)) }},
		{"AvgPoolInput: dx has 3 elements, want 4", func() { AvgPoolInput(x3, x4, singlePool(4)) }},
	} {
		if got := fmt.Sprint(caught(c.run)); got != "kernel: "+c.want {
			t.Errorf("panicked with %q, want %q", got, "kernel: "+c.want)
		}
	}
	// The functions of one operand.
	for _, f := range functionValues {
		name, _, _ := strings.Cut(f.name, " ")
		want := "kernel: " + name + ": src has 3 elements, want 4"
		if got := fmt.Sprint(caught(func() { f.f64(x4, x3) })); got != want {
			t.Errorf("panicked with %q, want %q", got, want)
		}
	}
}

// singlePool has planes of one element, which is its window.
func singlePool(planes int) *Pool {
	one := []Window{{0, 1, 1}}
	return &Pool{Planes: planes, In: [3]int{1, 1, 1}, Out: [3]int{1, 1, 1}, Windows: [3][]Window{one, one, one}, Divisor: [3][]float64{{1}, {1}, {1}}}
}
