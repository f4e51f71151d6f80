package fn

import (
	"math"
	"testing"

	"github.com/pullback-go/pullback/trace"
)

func TestWhatIsANumber(t *testing.T) {
	var traced bool
	trace.Record(func(in []trace.Value) []trace.Value {
		traced = isNumber(in[0].WithWeak(true))
		return in
	}, []trace.Type{typed(trace.Float64)})
	tests := []struct {
		what      string
		got, want bool
	}{
		{"a scalar", isNumber(Scalar(3)), true}, {"what is computed of scalars", isNumber(Mul(Scalar(3), Scalar(2))), true},
		{"an array of no axes", isNumber(trace.Scalar(3.0)), false}, {"a weak vector", isNumber(Reshape(Scalar(3), 1)), false},
		{"nothing", isNumber(trace.Value{}), false}, {"a weak scalar that is traced", traced, false},
		{"0", isZero(Scalar(0)), true}, {"-0", isZero(Scalar(negZero)), false}, {"1 for 0", isZero(Scalar(1)), false}, {"an array with 0", isZero(trace.Scalar(0.0)), false}, {"NaN for 0", isZero(Scalar(nan)), false},
	}
	for _, test := range tests {
		if test.got != test.want {
			t.Errorf("%s: got %v, want %v", test.what, test.got, test.want)
		}
	}
}

// A weak value takes a dtype with numbers, if it can. It keeps its own for bool, and a
// value that is not weak stays as it is.
func TestPromote(t *testing.T) {
	weak := Reshape(Stack(0, Scalar(3), Scalar(-2)), 2, 1)
	for _, d := range numberTypes {
		got := Promote(weak, d)
		wantElems(t, got, trace.TypeOf(d, 2, 1).String(), 3, -2)
		if got.IsWeak() {
			t.Errorf("promoted to %v it is weak", d)
		}
	}
	wantElems(t, Promote(Scalar(0.1), trace.Float32), "f32[]", float64(float32(0.1)))
	if Promote(weak, trace.Bool) != weak {
		t.Error("bool takes numbers")
	}
	if x := f64(1, 2); Promote(x, trace.Float32) != x || Promote(x, trace.Int32) != x {
		t.Error("what is not weak is converted")
	}
	wantElems(t, PReLU(f32(-1, 2), Reshape(Scalar(0.1), 1)), "f32[2]", -float64(float32(0.1)), 2)
	wantError(t, "promote(0.5): whole(f64[]): element 0, 0.5, is not an i32: fn.Cast the array that it is combined with to a float dtype first",
		func() { Promote(Scalar(0.5), trace.Int32) })
}

// Whole numbers of the dtype pass, in every shape. The first other number is named.
func TestWholeNumbers(t *testing.T) {
	wantElems(t, trace.Bind1(whole{trace.Int64}, f64(-1<<63, 1<<53, negZero)), "i64[3]", -1<<63, 1<<53, 0)
	const reason = "fn.Cast the array that it is combined with to a float dtype first"
	for _, c := range []struct {
		x    trace.Value
		to   trace.DType
		want string
	}{
		{f64(1, 2.5, 3.5), trace.Int32, "whole(f64[3]): element 1, 2.5, is not an i32: "}, {f64(1<<31, 1), trace.Int32, "whole(f64[2]): element 0, 2.147483648e+09, is not an i32: "},
		{f64(0, nan), trace.Int64, "whole(f64[2]): element 1, NaN, is not an i64: "}, {f64(-inf), trace.Int64, "whole(f64[1]): element 0, -Inf, is not an i64: "},
		{f64(1 << 63), trace.Int64, "whole(f64[1]): element 0, 9.223372036854776e+18, is not an i64: "}, {f64(-1<<31 - 1), trace.Int32, "whole(f64[1]): element 0, -2.147483649e+09, is not an i32: "},
	} {
		wantError(t, c.want+reason, func() { trace.Bind1(whole{c.to}, c.x) })
	}
	op := whole{trace.Int32}
	batchHolds(t, op, f64(4, 8)) // its cases are whole numbers too
	if cts := vjp(op, f64(1)); len(cts) != 1 || !cts[0].IsAbsent() {
		t.Errorf("the cotangents are %v, want none", cts)
	}
	if op.Name() != "whole" {
		t.Errorf("it is called %s", op.Name())
	}
}

func TestFits(t *testing.T) {
	tests := []struct {
		x        float64
		i32, i64 bool
	}{
		{0, true, true}, {negZero, true, true}, {0.5, false, false}, {math.MaxInt32, true, true}, {math.MaxInt32 + 1, false, true}, {math.MinInt32, true, true}, {math.MinInt32 - 1, false, true},
		{1 << 63, false, false}, {-1 << 63, false, true}, {math.Nextafter(1<<63, 0), false, true}, {inf, false, false}, {-inf, false, false}, {nan, false, false},
	}
	for _, test := range tests {
		if a, b := fits(test.x, trace.Int32), fits(test.x, trace.Int64); a != test.i32 || b != test.i64 {
			t.Errorf("%v is an i32 %v and an i64 %v, want %v and %v", test.x, a, b, test.i32, test.i64)
		}
	}
}

// A weak array takes the dtype of the other factor of a product.
func TestWeakFactors(t *testing.T) {
	weak := Stack(0, Scalar(3), Scalar(-2))
	x := f32(1, 2, 4, 8)
	m := Reshape(x, 2, 2)
	wantElems(t, Dot(weak, m), "f32[2]", -5, -10)
	wantElems(t, MatMul(m, weak), "f32[2]", -1, -4)
	wantElems(t, DotGeneral(weak, m, DotConfig{ContractA: []int{0}, ContractB: []int{1}}), "f32[2]", -1, -4)
	wantElems(t, Conv(Reshape(x, 1, 1, 4), Reshape(weak, 1, 1, 2), ConvConfig{}), "f32[1 1 3]", -1, -2, -4)
	if y := Dot(weak, weak); !y.IsWeak() {
		t.Errorf("a product of weak arrays is %v, not weak", y)
	}
	wantError(t, "dot(f64[2], f32[3]): inner dimensions differ: 2 and 3", func() { Dot(weak, f32(1, 2, 3)) })
}

// A scalar that is computed while tracing takes its dtype when the program runs, and is
// checked there.
func TestPromotionIsRecorded(t *testing.T) {
	p := trace.Record(func(in []trace.Value) []trace.Value {
		return []trace.Value{Add(in[1], in[0].WithWeak(true))}
	}, []trace.Type{typed(trace.Float64), typed(trace.Int32, 2)})
	wantElems(t, p.Apply(trace.Scalar(5.0), i32(1, 2))[0], "i32[2]", 6, 7)
	if err := trace.Try(func() { p.Apply(trace.Scalar(5.5), i32(1, 2)) }); err == nil {
		t.Error("half a number is added to integers")
	}
}
