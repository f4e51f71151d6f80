package fn

import (
	"math"
	"testing"

	"github.com/pullback-go/pullback/trace"
)

// Each function, alone and in its loop, agrees with values by hand. Columns are the
// numbers.
func TestRoundingByHand(t *testing.T) {
	x := []float64{-inf, -2.5, -1.5, -1, -0.5, negZero, 0, 0.25, 0.5, 0.75, 1.5, 2.5, 1<<23 + 0.5, inf, nan}
	tests := []struct {
		f    function
		want []float64
	}{
		{floor{}, []float64{-inf, -3, -2, -1, -1, negZero, 0, 0, 0, 0, 1, 2, 1 << 23, inf, nan}},
		{ceil{}, []float64{-inf, -2, -1, -1, negZero, negZero, 0, 1, 1, 1, 2, 3, 1<<23 + 1, inf, nan}},
		{round{}, []float64{-inf, -2, -2, -1, negZero, negZero, 0, 0, 0, 1, 2, 2, 1 << 23, inf, nan}},
		{trunc{}, []float64{-inf, -2, -1, -1, negZero, negZero, 0, 0, 0, 0, 1, 2, 1 << 23, inf, nan}},
		{sign{}, []float64{-1, -1, -1, -1, -1, negZero, 0, 1, 1, 1, 1, 1, 1, 1, nan}},
		{abs{}, []float64{inf, 2.5, 1.5, 1, 0.5, 0, 0, 0.25, 0.5, 0.75, 1.5, 2.5, 1<<23 + 0.5, inf, nan}},
	}
	for _, test := range tests {
		for i, v := range x {
			if got := test.f.At(v); !same64([]float64{got}, test.want[i:i+1]) {
				t.Errorf("%s of %v: got %v, want %v", test.f.Name(), v, got, test.want[i])
			}
		}
		for _, d := range floatTypes {
			in, want := vector(d, x...), append([]float64{}, test.want...)
			if d == trace.Float32 && test.f.Name() == "ceil" {
				want[12] = 1 << 23 // f32 does not have 2^23 + 0.5
			}
			if d == trace.Float32 && test.f.Name() == "abs" {
				want[12] = in.Float64s()[12]
			}
			y := trace.NewArray(in.Type())
			test.f.(looped).Loop(in.Array(), y)
			wantElems(t, trace.FromArray(y), in.Type().String(), want...)
		}
		if d := test.f.Deriv(f64(1.25), f64(1)); test.f.Name() != "abs" && !d.IsAbsent() {
			t.Errorf("%s has the derivative %v, want none", test.f.Name(), d)
		}
	}
	wantElems(t, abs{}.Deriv(f64(-3, negZero, 0, 2, nan), trace.Value{}), "f64[5]", -1, negZero, 0, 1, nan)
}

func TestSignsOfIntegers(t *testing.T) {
	wantElems(t, Sign(i32(math.MinInt32, -1, 0, 1, math.MaxInt32)), "i32[5]", -1, -1, 0, 1, 1)
	wantElems(t, Sign(i64(math.MinInt64, 0, 1<<60)), "i64[3]", -1, 0, 1)
	wantElems(t, Abs(i32(math.MinInt32, -7, 7)), "i32[3]", math.MinInt32, 7, 7)
	wantElems(t, Abs(i64(math.MinInt64, -7)), "i64[2]", math.MinInt64, 7)
	if got := trace.Data[int64](Abs(i64(-1<<60 - 1)))[0]; got != 1<<60+1 {
		t.Errorf("the magnitude of an integer goes through floats: got %d", got)
	}
	const number = " has no arithmetic: use fn.Any or fn.All, or fn.Cast it to numbers"
	wantError(t, "abs(bool[1]): bool[1]"+number, func() { Abs(bools(true)) })
	wantError(t, "sign(bool[1]): bool[1]"+number, func() { Sign(bools(true)) })
	for name, f := range map[string]func(trace.Value) trace.Value{"floor": Floor, "ceil": Ceil, "round": Round, "trunc": Trunc} {
		wantError(t, name+"(i64[1]): i64[1] is not a float array: fn.Cast it to f32 or f64", func() { f(i64(1)) })
	}
}
