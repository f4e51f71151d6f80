package fn

import (
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/pullback-go/pullback/trace"
)

var inf, nan = math.Inf(1), math.NaN()

// same64 reports whether the elements are equal. NaN equals NaN, and 0 differs from -0.
func same64(a, b []float64) bool {
	return slices.EqualFunc(a, b, func(x, y float64) bool { return math.Float64bits(x) == math.Float64bits(y) || x != x && y != y })
}

func wantElems(t *testing.T, got trace.Value, typ string, want ...float64) {
	t.Helper()
	if got.Type().String() != typ || !same64(got.Float64s(), want) {
		t.Errorf("got %v, want %s %v", got, typ, want)
	}
}

// wantError checks that f panics with a *trace.Error that ends in the text and names a
// line of a test.
func wantError(t *testing.T, text string, f func()) {
	t.Helper()
	err := trace.Try(f)
	if err == nil {
		t.Errorf("no error, want %q", text)
		return
	}
	if !strings.HasSuffix(err.Error(), text) || !strings.Contains(err.Error(), "_test.go:") {
		t.Errorf("got error\n%v, want one that ends in\n%s", err, text)
	}
}

func f64(x ...float64) trace.Value { return trace.New(x) }
func f32(x ...float32) trace.Value { return trace.New(x) }
func i32(x ...int32) trace.Value   { return trace.New(x) }
func i64(x ...int64) trace.Value   { return trace.New(x) }
func bools(x ...bool) trace.Value  { return trace.New(x) }

func TestArithmeticOfFloats(t *testing.T) {
	a, b := f64(1, -2, inf, nan, 0), f64(4, 0.5, inf, 1, 0)
	wantElems(t, Add(a, b), "f64[5]", 5, -1.5, inf, nan, 0)
	wantElems(t, Sub(a, b), "f64[5]", -3, -2.5, nan, nan, 0)
	wantElems(t, Mul(a, b), "f64[5]", 4, -1, inf, nan, 0)
	wantElems(t, Div(a, b), "f64[5]", 0.25, -4, nan, nan, nan)
	wantElems(t, Div(f64(1, -1), f64(0, 0)), "f64[2]", inf, -inf)
	wantElems(t, Neg(a), "f64[5]", -1, 2, -inf, nan, math.Copysign(0, -1))
	wantElems(t, Maximum(a, b), "f64[5]", 4, 0.5, inf, nan, 0)
	wantElems(t, Minimum(a, b), "f64[5]", 1, -2, inf, nan, 0)
	wantElems(t, Rem(f64(7.5, -7.5, 7.5, 1), f64(2, 2, -2, 0)), "f64[4]", 1.5, -1.5, 1.5, nan)
	wantElems(t, Pow(f64(2, -8, 0, -1), f64(0.5, 3, 0, 0.5)), "f64[4]", math.Sqrt2, -512, 1, nan)
	wantElems(t, Add(f32(0.1), f32(0.2)), "f32[1]", float64(float32(0.1)+float32(0.2)))
}

func TestArithmeticOfIntegers(t *testing.T) {
	a, b := i32(7, -7, math.MaxInt32), i32(2, 2, 1)
	wantElems(t, Add(a, b), "i32[3]", 9, -5, math.MinInt32)
	wantElems(t, Sub(a, b), "i32[3]", 5, -9, math.MaxInt32-1)
	wantElems(t, Mul(a, b), "i32[3]", 14, -14, math.MaxInt32)
	wantElems(t, Div(a, b), "i32[3]", 3, -3, math.MaxInt32)
	wantElems(t, Rem(a, b), "i32[3]", 1, -1, 0)
	wantElems(t, Neg(i64(3, math.MinInt64)), "i64[2]", -3, math.MinInt64)
	wantElems(t, Div(i64(math.MinInt64), i64(-1)), "i64[1]", math.MinInt64)
	wantElems(t, Maximum(a, b), "i32[3]", 7, 2, math.MaxInt32)
	wantElems(t, Minimum(a, Scalar(1)), "i32[3]", 1, -7, 1)
	wantElems(t, Square(a), "i32[3]", 49, 49, 1)
	wantElems(t, Abs(i64(-3, 0, 4)), "i64[3]", 3, 0, 4)
	wantElems(t, Sign(i32(-3, 0, 4)), "i32[3]", -1, 0, 1)
	wantElems(t, Clamp(i64(-3, 0, 4), -1, inf), "i64[3]", -1, 0, 4)
	const zero = "integer division by zero: element 1 of the divisor i32[3] is 0; use fn.Where to replace it, or fn.Cast to a float dtype"
	wantError(t, "div: "+zero, func() { Div(a, i32(1, 0, 1)) })
	wantError(t, "rem: "+strings.ReplaceAll(zero, "i32", "i64"), func() { Rem(i64(1, 2, 3), i64(1, 0, 1)) })
}

func TestOperandsBroadcast(t *testing.T) {
	x := trace.New([]float64{0, 1, 2, 3, 4, 5}, 2, 3)
	wantElems(t, Add(x, f64(10, 20, 30)), "f64[2 3]", 10, 21, 32, 13, 24, 35)
	wantElems(t, Sub(trace.New([]float64{10, 20}, 2, 1), x), "f64[2 3]", 10, 9, 8, 17, 16, 15)
	wantElems(t, Mul(trace.New([]float64{1, 2}, 2, 1), f64(3, 4, 5)), "f64[2 3]", 3, 4, 5, 6, 8, 10)
	wantElems(t, Mul(x, trace.Scalar(2.0)), "f64[2 3]", 0, 2, 4, 6, 8, 10)
	wantElems(t, Add(trace.New([]float64{}, 0, 3), f64(1, 2, 3)), "f64[0 3]")
	wantElems(t, Add(trace.New([]float64{}, 0, 1), trace.New([]float64{1}, 1, 1)), "f64[0 1]")
	wantElems(t, Maximum(trace.Scalar(1.0), trace.Scalar(2.0)), "f64[]", 2)
}

func TestScalarsTakeTheOtherDType(t *testing.T) {
	wantElems(t, Mul(f32(0.5, 1), Scalar(0.1)), "f32[2]", float64(float32(0.5)*float32(0.1)), float64(float32(0.1)))
	wantElems(t, Sub(Scalar(1), i32(3)), "i32[1]", -2)
	wantElems(t, Less(Scalar(1), i64(0, 2)), "bool[2]", 0, 1)
	wantElems(t, Mul(Mul(Scalar(2), Scalar(3)), f32(1)), "f32[1]", 6)
	wantElems(t, Add(Neg(Exp(Scalar(0))), f32(3)), "f32[1]", 2)
	wantElems(t, Mul(Clamp(Scalar(7), 0, 2), i32(3)), "i32[1]", 6)
	if y := Cast(Scalar(2), trace.Float64); y.IsWeak() {
		t.Error("a scalar stays weak after Cast")
	}
	wantError(t, "mul(i32[1], 2.5): 2.5 is not an i32: fn.Cast the array to a float dtype first", func() { Mul(i32(1), Scalar(2.5)) })
	wantError(t, "3e+09 is not an i32: fn.Cast the array to a float dtype first", func() { Add(i32(1), Scalar(3e9)) })
}

func TestOperandsThatDoNotFit(t *testing.T) {
	x := trace.New(make([]float64, 6), 2, 3)
	wantError(t, "add(f64[2 3], f64[4 3]): shapes [2 3] and [4 3] do not broadcast: axis -2 has the lengths 2 and 4, neither equal nor 1",
		func() { Add(x, trace.New(make([]float64, 12), 4, 3)) })
	wantError(t, "mul(f64[2], f64[2 3]): shapes [2] and [2 3] do not broadcast: axis -1 has the lengths 2 and 3, neither equal nor 1",
		func() { Mul(f64(1, 2), x) })
	wantError(t, "sub(f64[1], f32[1]): dtypes differ: f64 and f32; convert one of them with fn.Cast", func() { Sub(f64(1), f32(1)) })
	wantError(t, "less(i32[1], i64[1]): dtypes differ: i32 and i64; convert one of them with fn.Cast", func() { Less(i32(1), i64(1)) })
	wantError(t, "add(bool[1], bool[1]): bool[1] has no arithmetic: use fn.Any or fn.All, or fn.Cast it to numbers", func() { Add(bools(true), bools(true)) })
	wantError(t, "neg(bool[1]): bool[1] has no arithmetic: use fn.Any or fn.All, or fn.Cast it to numbers", func() { Neg(bools(true)) })
	wantError(t, "pow(i32[1], i32[1]): i32[1] is not a float array: fn.Cast it to f32 or f64", func() { Pow(i32(1), i32(1)) })
	wantError(t, "tanh(i64[1]): i64[1] is not a float array: fn.Cast it to f32 or f64", func() { Tanh(i64(1)) })
	wantError(t, "add(f64[1], absent): operand 1 is absent (the zero trace.Value): was a field never set?", func() { Add(f64(1), trace.Value{}) })
	wantError(t, "where(absent, f64[1], f64[1]): operand 0 is absent (the zero trace.Value): was a field never set?",
		func() { Where(trace.Value{}, f64(1), f64(1)) })
	wantError(t, "add(f64[2 1], f64[1 2]): shapes [2 1] and [1 2] differ: fn.BroadcastTo makes them equal",
		func() { trace.Bind(add{}, Reshape(f64(1, 2), 2, 1), Reshape(f64(1, 2), 1, 2)) })
}

// Large arrays are split over several cores. Every operation gives the same there as on
// their parts.
func TestLargeArraysInParts(t *testing.T) {
	const n = 3*grain + 5
	for _, d := range []trace.DType{trace.Float32, trace.Float64} {
		x := Sub(Div(Cast(Rem(Iota(trace.TypeOf(trace.Int64, n), 0), Scalar(1009)), d), Scalar(100)), Scalar(5))
		y := Flip(x, 0)
		part := func(v trace.Value, lo, hi int) trace.Value {
			return Slice(v, SliceConfig{Start: []int{lo}, Stop: []int{hi}})
		}
		for name, f := range map[string]func(x, y trace.Value) trace.Value{
			"add": Add, "less": Less, "greater_equal": GreaterEqual, "equal": Equal,
			"mask": func(x, y trace.Value) trace.Value { return Mask(Less(x, y), x) },
			"tanh": func(x, _ trace.Value) trace.Value { return Tanh(x) },
			"relu": func(x, _ trace.Value) trace.Value { return ReLU(x) },
			"sign": func(x, _ trace.Value) trace.Value { return Sign(x) },
			"kept": func(x, _ trace.Value) trace.Value { return above(x, 1) },
			"bent": PReLU, "pow": func(x, y trace.Value) trace.Value { return Pow(Abs(x), y) },
		} {
			whole := f(x, y)
			for lo := 0; lo < n; lo += grain / 16 {
				hi := min(n, lo+grain/16)
				if got, want := part(whole, lo, hi), f(part(x, lo, hi), part(y, lo, hi)); !same64(got.Float64s(), want.Float64s()) {
					t.Errorf("%s of %v: elements %d to %d differ from those computed alone", name, x.Type(), lo, hi)
					break
				}
			}
		}
	}
}
