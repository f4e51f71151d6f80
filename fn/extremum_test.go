package fn

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/pullback-go/pullback/trace"
)

// +0 is larger than -0, and NaN wins, as with Go's max and min.
func TestExtremesOfTwoAgainstGo(t *testing.T) {
	points := []float64{-inf, -2, -1, negZero, 0, 1, 2, inf, nan}
	for _, a := range points {
		for _, b := range points {
			for _, d := range floatTypes {
				x, y := vector(d, a, 5), vector(d, b, 6)
				wantElems(t, Maximum(x, y), d.String()+"[2]", max(a, b), 6)
				wantElems(t, Minimum(x, y), d.String()+"[2]", min(a, b), 5)
			}
		}
	}
	wantElems(t, Maximum(i32(math.MinInt32, 3), i32(math.MaxInt32, -3)), "i32[2]", math.MaxInt32, 3)
	if got := trace.Data[int64](Minimum(i64(1<<60+1), i64(1<<60))); got[0] != 1<<60 {
		t.Errorf("the smaller of two near 2^60 is %d", got[0])
	}
}

// The larger operand gets all of the cotangent. Equal operands get half each.
func TestExtremesOfTwoShare(t *testing.T) {
	for _, d := range floatTypes {
		a, b, ct := vector(d, 1, 2, 3, 0, -inf), vector(d, 2, 1, 3, negZero, -inf), vector(d, 10, 20, 30, 40, 50)
		larger, smaller := []float64{0, 20, 15, 20, 25}, []float64{10, 0, 15, 20, 25}
		for _, op := range []trace.Op{maximum{}, minimum{}} {
			cts := op.VJP([]trace.Value{a, b}, nil, []trace.Value{ct}, []bool{true, true})
			if op.Name() == "minimum" {
				cts[0], cts[1] = cts[1], cts[0]
			}
			wantElems(t, cts[0], d.String()+"[5]", larger...)
			wantElems(t, cts[1], d.String()+"[5]", smaller...)
		}
	}
	for _, op := range []trace.Op{maximum{}, minimum{}, rem{}, mod{}} {
		for i, want := range [][]bool{{true, false}, {false, true}} {
			x := []trace.Value{f64(5, 2), f64(3, 4)}
			cts := op.VJP(x, trace.Bind(op, x...), []trace.Value{f64(1, 1)}, want)
			if cts[i].IsAbsent() || !cts[1-i].IsAbsent() {
				t.Errorf("%s: wanted %v, got %v", op.Name(), want, cts)
			}
		}
		batchHolds(t, op, f64(5, 2, -7), f64(3, 4, 2))
		slopesHold(t, op, f64(5, 2, -7), f64(3, 4, 2))
	}
}

// A remainder has the sign of the first operand and is less than the second.
func TestRemaindersAgainstTheDefinition(t *testing.T) {
	r := rand.New(rand.NewPCG(57, 1))
	for range 200 {
		a, b := float64(r.IntN(41)-20), float64(r.IntN(21)-10)
		if b == 0 {
			continue
		}
		want := a - b*math.Trunc(a/b)
		if want == 0 {
			want = math.Copysign(0, a)
		}
		for _, d := range numberTypes {
			exact := want
			if d.IsInt() {
				exact += 0
			}
			wantElems(t, Rem(vector(d, a), vector(d, b)), d.String()+"[1]", exact)
		}
		wantClose(t, "towards the divisor", vjp(rem{}, f64(a/4), f64(b/4))[1].Float64s(), []float64{-math.Trunc(a / b)}, 0)
		floored := a - b*math.Floor(a/b)
		for _, d := range numberTypes {
			exact := floored
			if exact == 0 && !d.IsInt() {
				exact = math.Copysign(0, b)
			}
			wantElems(t, Mod(vector(d, a), vector(d, b)), d.String()+"[1]", exact)
		}
		wantClose(t, "towards the divisor of mod", vjp(mod{}, f64(a/4), f64(b/4))[1].Float64s(), []float64{-math.Floor(a / b)}, 0)
	}
}

func TestRemaindersOfSpecialNumbers(t *testing.T) {
	wantElems(t, Rem(f64(1, inf, 3, -3, nan, negZero), f64(0, 2, inf, inf, 1, 1)), "f64[6]", nan, nan, 3, -3, nan, negZero)
	wantElems(t, Rem(i32(math.MinInt32, 7), i32(-1, -2)), "i32[2]", 0, 1)
	wantElems(t, Rem(f32(5.5), Scalar(2)), "f32[1]", 1.5)
	wantElems(t, Rem(f64(1e300), f64(3)), "f64[1]", math.Mod(1e300, 3))
	wantElems(t, Mod(f64(1, inf, 3, -3, -3, nan, negZero, -4), f64(0, 2, inf, inf, -inf, 1, 1, 2)), "f64[8]", nan, nan, 3, inf, -3, nan, 0, 0)
	wantElems(t, Mod(i32(math.MinInt32, 7, -7), i32(-1, -2, 2)), "i32[3]", 0, -1, 1)
	wantElems(t, Mod(f32(-5.5), Scalar(2)), "f32[1]", 0.5)
	const zero = "integer division by zero: element 0 of the divisor i32[] is 0; use fn.Where to replace it, or fn.Cast to a float dtype"
	wantError(t, "rem: "+zero, func() { Rem(trace.Scalar(int32(1)), trace.Scalar(int32(0))) })
	wantError(t, "mod: "+zero, func() { Mod(trace.Scalar(int32(1)), trace.Scalar(int32(0))) })
	wantError(t, "rem(bool[1], bool[1]): bool[1] has no arithmetic: use fn.Any or fn.All, or fn.Cast it to numbers", func() { Rem(bools(true), bools(true)) })
	wantError(t, "maximum(f64[1], i32[1]): dtypes differ: f64 and i32; convert one of them with fn.Cast", func() { Maximum(f64(1), i32(1)) })
	wantError(t, "minimum(f64[2], f64[3]): shapes [2] and [3] do not broadcast: axis -1 has the lengths 2 and 3, neither equal nor 1",
		func() { Minimum(f64(1, 2), f64(1, 2, 3)) })
}
