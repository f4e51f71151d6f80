package elementwise

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/pullback-go/pullback/internal/kernel/array"
	"github.com/pullback-go/pullback/internal/kernel/kerneltest"
)

// lengths are none, few, and past the grain.
var lengths = []int{0, 1, 7, Grain + 3}

// checkArith holds a kernel to a function of two elements, into a slice of its own and in
// place.
func checkArith[T array.Number](t *testing.T, name string, a, b []T, kernel func(dst, a, b []T), want func(a, b T) T) {
	t.Helper()
	got := make([]T, len(a))
	Fill(got, 99)
	kernel(got, a, b)
	for i := range got {
		if w := want(a[i], b[i]); !kerneltest.Same(got[i], w) || math.Signbit(float64(got[i])) != math.Signbit(float64(w)) && w == w {
			t.Fatalf("%s(%v, %v) = %v, want %v", name, a[i], b[i], got[i], w)
		}
	}
	left, right := append([]T{}, a...), append([]T{}, b...)
	kernel(left, left, b)
	kernel(right, a, right)
	for i := range got {
		if !kerneltest.Same(left[i], got[i]) || !kerneltest.Same(right[i], got[i]) {
			t.Fatalf("%s in place at %d: got %v and %v, want %v", name, i, left[i], right[i], got[i])
		}
	}
}

func TestArith(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for _, n := range lengths {
		checkFloatArith(t, kerneltest.Normals[float32](r, n), kerneltest.Normals[float32](r, n))
		checkFloatArith(t, kerneltest.Normals[float64](r, n), kerneltest.Normals[float64](r, n))
		checkFloatArith(t, kerneltest.FloatsWithNaN[float32](r, n), kerneltest.FloatsWithNaN[float32](r, n))
		checkFloatArith(t, kerneltest.FloatsWithNaN[float64](r, n), kerneltest.FloatsWithNaN[float64](r, n))
		checkIntArith(t, kerneltest.SmallInts[int32](r, n), kerneltest.SmallInts[int32](r, n))
		checkIntArith(t, kerneltest.SmallInts[int64](r, n), kerneltest.SmallInts[int64](r, n))
	}
	zero := math.Copysign(0, -1)
	checkFloatArith(t, []float64{zero, 0, zero, 0}, []float64{zero, 0, 0, zero})
	checkIntArith(t, []int32{math.MinInt32, math.MaxInt32}, []int32{-1, 2})
}

func checkFloatArith[T array.Float](t *testing.T, a, b []T) {
	t.Helper()
	checkRing(t, a, b)
	checkArith(t, "Div", a, b, Div[T], func(a, b T) T { return a / b })
	checkArith(t, "Maximum", a, b, Maximum[T], larger[T])
	checkArith(t, "Minimum", a, b, Minimum[T], func(a, b T) T { return -larger(-a, -b) })
}

// larger is the larger of two floats: NaN if one is, and +0 of two zeros that differ in
// sign.
func larger[T array.Float](a, b T) T {
	if a != a || a > b || a == b && !math.Signbit(float64(a)) {
		return a
	}
	return b
}

func checkIntArith[T int32 | int64](t *testing.T, a, b []T) {
	t.Helper()
	checkRing(t, a, b)
	checkArith(t, "Maximum", a, b, Maximum[T], func(a, b T) T {
		if a > b {
			return a
		}
		return b
	})
	checkArith(t, "Minimum", a, b, Minimum[T], func(a, b T) T {
		if a < b {
			return a
		}
		return b
	})
	for i := range b {
		b[i] |= 1 // not zero
	}
	checkArith(t, "Div", a, b, Div[T], func(a, b T) T { return a / b })
}

func checkRing[T array.Number](t *testing.T, a, b []T) {
	t.Helper()
	checkArith(t, "Add", a, b, Add[T], func(a, b T) T { return a + b })
	checkArith(t, "Sub", a, b, Sub[T], func(a, b T) T { return a - b })
	checkArith(t, "Mul", a, b, Mul[T], func(a, b T) T { return a * b })
	checkArith(t, "Neg", a, a, func(dst, a, _ []T) { Neg(dst, a) }, func(a, _ T) T { return -a })
	checkArith(t, "Scale", a, a, func(dst, a, _ []T) { Scale(dst, a, 3) }, func(a, _ T) T { return 3 * a })
	checkArith(t, "MulAdd", a, b, func(dst, a, b []T) { MulAdd(dst, a, b, b) }, func(a, b T) T { return T(a*b) + b })
	checkArith(t, "Binary", a, b, func(dst, a, b []T) { Binary(dst, a, b, func(a, b T) T { return a - 2*b }) }, func(a, b T) T { return a - 2*b })
}

func TestDivByZeroPanicsInTheCaller(t *testing.T) {
	x := make([]int32, Grain*3)
	if kerneltest.Caught(func() { Div(x, x, x) }) == nil {
		t.Error("an integer division by zero did not panic")
	}
}

func TestClamp(t *testing.T) {
	x := []float64{-2, -1, 0.5, 1, 2, kerneltest.NaN, kerneltest.Inf, -kerneltest.Inf}
	got := make([]float64, len(x))
	Clamp(got, x, -1, 1)
	for i, want := range []float64{-1, -1, 0.5, 1, 1, kerneltest.NaN, 1, -1} {
		if !kerneltest.Same(got[i], want) {
			t.Errorf("Clamp(%v, -1, 1) = %v, want %v", x[i], got[i], want)
		}
	}
	Clamp(x, x, 3, 1)
	if x[0] != 1 || x[4] != 1 || x[5] == x[5] {
		t.Errorf("bounds the wrong way round: got %v, want the high one", x)
	}
	ints := []int64{-5, 0, 5}
	Clamp(ints, ints, -1, 2)
	kerneltest.WantEqual(t, ints, []int64{-1, 0, 2})
}

func TestUnary(t *testing.T) {
	for _, n := range lengths {
		x, got := kerneltest.Counting[int32](n), make([]float64, n)
		Unary(got, x, func(v int32) float64 { return float64(v) / 2 })
		for i, v := range got {
			if v != float64(i+1)/2 {
				t.Fatalf("element %d: got %v", i, v)
			}
		}
	}
}

func TestSelect(t *testing.T) {
	for _, n := range lengths {
		cond, a, b, got := make([]bool, n), kerneltest.Counting[int64](n), make([]int64, n), make([]int64, n)
		for i := range cond {
			cond[i], b[i] = i%3 == 0, -a[i]
		}
		Select(got, cond, a, b)
		for i, v := range got {
			if want := b[i] * map[bool]int64{true: -1, false: 1}[cond[i]]; v != want {
				t.Fatalf("element %d: got %v, want %v", i, v, want)
			}
		}
		Select(b, cond, a, b)
		kerneltest.WantEqual(t, b, got)
	}
}

func TestIota(t *testing.T) {
	got := make([]float32, 2*3*2)
	Iota(got, 2, 3, 2)
	kerneltest.WantEqual(t, got, []float32{0, 0, 1, 1, 2, 2, 0, 0, 1, 1, 2, 2})
	Iota([]int32{}, 0, 3, 2)
}

func TestCast(t *testing.T) {
	checkCast(t, []float64{1.9, -1.9, kerneltest.NaN, kerneltest.Inf, -kerneltest.Inf, 0x1p31, -0x1p31, 0x1p31 - 0.5, -0x1p31 - 0.5, 1e300},
		[]int32{1, -1, 0, math.MaxInt32, math.MinInt32, math.MaxInt32, math.MinInt32, math.MaxInt32, math.MinInt32, math.MaxInt32})
	checkCast(t, []float64{0x1p63, -0x1p63, 0x1p63 - 1024, -0x1p64, kerneltest.NaN}, []int64{math.MaxInt64, math.MinInt64, 1<<63 - 1024, math.MinInt64, 0})
	checkCast(t, []float32{0x1p31, -0x1p31, 2147483520, float32(kerneltest.NaN), 2.5}, []int32{math.MaxInt32, math.MinInt32, 2147483520, 0, 2})
	checkCast(t, []float32{0x1p63, -0x1p63, float32(kerneltest.Inf)}, []int64{math.MaxInt64, math.MinInt64, math.MaxInt64})
	checkCast(t, []int64{1<<24 + 1, 3, -1 << 63}, []float32{1 << 24, 3, -0x1p63})
	checkCast(t, []int64{1<<53 + 1, -2}, []float64{1 << 53, -2})
	checkCast(t, []int64{1 << 32, 1<<31 + 5, -1}, []int32{0, math.MinInt32 + 5, -1})
	checkCast(t, []int32{math.MinInt32, 7}, []int64{math.MinInt32, 7})
	checkCast(t, []float64{0.1, 1e300, kerneltest.NaN}, []float32{0.1, float32(kerneltest.Inf), float32(kerneltest.NaN)})
	checkCast(t, []float32{0.5, -3}, []float64{0.5, -3})
}

func checkCast[D, S array.Number](t *testing.T, src []S, want []D) {
	t.Helper()
	got := make([]D, len(src))
	Fill(got, 99)
	Cast(got, src)
	for i := range want {
		if !kerneltest.Same(got[i], want[i]) {
			t.Errorf("%T(%v) = %v, want %v", want[i], src[i], got[i], want[i])
		}
	}
	long := make([]S, Grain*2)
	longer := make([]D, len(long))
	Fill(long, 7)
	Cast(longer, long)
	if longer[0] != 7 || longer[len(long)-1] != 7 {
		t.Errorf("a long %T: got %v ... %v, want 7", longer, longer[0], longer[len(long)-1])
	}
}

func TestCastVectors(t *testing.T) {
	kerneltest.EachISA(t, func(t *testing.T) {
		r := rand.New(rand.NewPCG(9, 10))
		for n := range 40 {
			x, y := kerneltest.Specials[float64](r, n), kerneltest.Specials[float32](r, n)
			if n > 2 {
				x[0], x[1], x[2] = 1e300, 1e-46, 0x1.000001p0
			}
			narrow, wide := kerneltest.Garbage[float32](n+9), kerneltest.Garbage[float64](n+9)
			wantNarrow, wantWide := make([]float32, n), make([]float64, n)
			for i := range n {
				wantNarrow[i], wantWide[i] = float32(x[i]), float64(y[i])
			}
			Cast(narrow[:n], x)
			Cast(wide[:n], y)
			kerneltest.WantAlike(t, "Cast to float32", narrow, wantNarrow)
			kerneltest.WantAlike(t, "Cast to float64", wide, wantWide)
			Cast(wide[:n], x)
			kerneltest.WantAlike(t, "Cast to the same", wide, x)
		}
	})
}

func TestNormalize(t *testing.T) {
	kerneltest.EachFloat(t, testNormalize[float32], testNormalize[float64])
}

func testNormalize[T array.Float](t *testing.T) {
	r := rand.New(rand.NewPCG(11, 12))
	const mean, gain, bias = 0.3, -1.7, 1e-3
	for n := range 40 {
		x, want := kerneltest.Specials[T](r, n), make([]T, n)
		for i, v := range x {
			product := (float64(v) - mean) * gain
			want[i] = T(product + bias)
		}
		got := kerneltest.Garbage[T](n + 9)
		Normalize(got[:n], x, mean, gain, bias)
		kerneltest.WantAlike(t, "Normalize", got, want)
		Normalize(x, x, mean, gain, bias)
		kerneltest.WantAlike(t, "Normalize in place", x, want)
	}
}

func TestFill(t *testing.T) {
	for _, n := range []int{0, 1, 63, 64, 65, 127, 500, 1024, 1100, 5000} {
		x := make([]int32, n+1)
		Fill(x[:n], 7)
		for i, v := range x[:n] {
			if v != 7 {
				t.Fatalf("%d elements: element %d is %d", n, i, v)
			}
		}
		if x[n] != 0 {
			t.Fatalf("more than %d elements were written", n)
		}
	}
}

// TestIotaCounts in every type, in arrays of several shapes, beside elements that are not
// its own.
func TestIotaCounts(t *testing.T) {
	for _, s := range [][3]int{{1, 1, 1}, {1, 70, 1}, {3, 5, 1}, {2, 3, 9}, {4, 1, 33}, {2, 7, 65}, {0, 3, 4}, {3, 0, 4}, {1 << 40, 3, 0}} {
		checkIota[float32](t, s)
		checkIota[float64](t, s)
		checkIota[int32](t, s)
		checkIota[int64](t, s)
	}
}

func checkIota[T array.Number](t *testing.T, s [3]int) {
	t.Helper()
	dst, check := kerneltest.Fenced(array.Volume(s[:]), T(-5))
	Iota(dst, s[0], s[1], s[2])
	for at, v := range dst {
		if want := at / s[2] % s[1]; v != T(want) {
			t.Fatalf("%v: element %d of %T: got %v, want %d", s, at, dst, v, want)
		}
	}
	check(t, "Iota")
}

// TestAnyFunction: elements are paired by place, first operand first, in types of any
// kind.
func TestAnyFunction(t *testing.T) {
	for _, n := range []int{0, 1, 5, Grain, 2*Grain + 3} {
		a, b := kerneltest.Counting[int32](n), make([]int32, n)
		for i := range b {
			b[i] = int32(i % 7)
		}
		for _, cores := range []int{1, 3} {
			kerneltest.WithCores(cores, func() {
				got, words := make([]bool, n), make([][2]int32, n)
				Binary(got, a, b, func(a, b int32) bool { return a > 3*b })
				Binary(words, a, b, func(a, b int32) [2]int32 { return [2]int32{a, b} })
				for i := range n {
					if want := int32(i+1) > 3*int32(i%7); got[i] != want || words[i] != [2]int32{int32(i + 1), int32(i % 7)} {
						t.Fatalf("element %d of %d: got %v and %v", i, n, got[i], words[i])
					}
				}
				Unary(got, words, func(w [2]int32) bool { return w[0]%2 == w[1]%2 })
				for i, v := range got {
					if want := (i+1)%2 == i%7%2; v != want {
						t.Fatalf("element %d of %d: got %v, want %v", i, n, v, want)
					}
				}
			})
		}
	}
}
