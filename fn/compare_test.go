package fn

import (
	"math"
	"testing"

	"github.com/pullback-go/pullback/trace"
)

func TestCompare(t *testing.T) {
	tests := []struct {
		f    func(a, b trace.Value) trace.Value
		want []float64 // at 1 < 2, 2 = 2, 3 > 2, NaN beside 2, NaN beside NaN
		name string
	}{
		{Equal, []float64{0, 1, 0, 0, 0}, "equal"}, {NotEqual, []float64{1, 0, 1, 1, 1}, "not_equal"},
		{Less, []float64{1, 0, 0, 0, 0}, "less"}, {LessEqual, []float64{1, 1, 0, 0, 0}, "less_equal"},
		{Greater, []float64{0, 0, 1, 0, 0}, "greater"}, {GreaterEqual, []float64{0, 1, 1, 0, 0}, "greater_equal"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			wantElems(t, test.f(f64(1, 2, 3, nan, nan), f64(2, 2, 2, 2, nan)), "bool[5]", test.want...)
			wantElems(t, test.f(f32(1, 2, 3), f32(2)), "bool[3]", test.want[:3]...)
			wantElems(t, test.f(i32(1, 2, 3), Scalar(2)), "bool[3]", test.want[:3]...)
			wantElems(t, test.f(i64(1<<60, 1<<60+1, 1<<60+2), i64(1<<60+1)), "bool[3]", test.want[:3]...)
		})
	}
	wantElems(t, Equal(bools(true, false, true), bools(true, true, false)), "bool[3]", 1, 0, 0)
	wantElems(t, NotEqual(bools(true, false), bools(true)), "bool[2]", 0, 1)
	wantError(t, "less(bool[1], bool[1]): bool[1] has no order: only fn.Equal and fn.NotEqual compare bools", func() { Less(bools(true), bools(true)) })
}

func TestClassify(t *testing.T) {
	x := f64(1, nan, inf, -inf, math.MaxFloat64)
	wantElems(t, IsNaN(x), "bool[5]", 0, 1, 0, 0, 0)
	wantElems(t, IsFinite(x), "bool[5]", 1, 0, 0, 0, 1)
	wantElems(t, IsFinite(f32(math.MaxFloat32)), "bool[1]", 1)
	wantElems(t, IsNaN(i32(0)), "bool[1]", 0)
	wantElems(t, IsFinite(i64(math.MinInt64)), "bool[1]", 1)
}

func TestLogic(t *testing.T) {
	a, b := bools(false, false, true, true), bools(false, true, false, true)
	wantElems(t, And(a, b), "bool[4]", 0, 0, 0, 1)
	wantElems(t, Or(a, b), "bool[4]", 0, 1, 1, 1)
	wantElems(t, Xor(a, b), "bool[4]", 0, 1, 1, 0)
	wantElems(t, Not(a), "bool[4]", 1, 1, 0, 0)
	wantElems(t, And(trace.New([]bool{true, false}, 2, 1), bools(true, false, true)), "bool[2 3]", 1, 0, 1, 0, 0, 0)
	wantError(t, "and(i32[1], i32[1]): i32[1] is not a bool array: compare it first, as with fn.NotEqual", func() { And(i32(1), i32(1)) })
	wantError(t, "not(f64[1]): f64[1] is not a bool array: compare it first, as with fn.NotEqual", func() { Not(f64(1)) })
}

func TestWhere(t *testing.T) {
	c := bools(true, false, true)
	wantElems(t, Where(c, f64(1, 2, 3), f64(4, 5, nan)), "f64[3]", 1, 5, 3)
	wantElems(t, Where(c, i32(1, 2, 3), Scalar(9)), "i32[3]", 1, 9, 3)
	wantElems(t, Where(c, Scalar(9), f32(1)), "f32[3]", 9, 1, 9)
	wantElems(t, Where(c, Scalar(1), Scalar(2)), "f64[3]", 1, 2, 1)
	wantElems(t, Where(c, bools(true), bools(false)), "bool[3]", 1, 0, 1)
	wantElems(t, Where(trace.New([]bool{true, false}, 2, 1), f64(1, 2, 3), trace.Scalar(0.5)), "f64[2 3]", 1, 2, 3, 0.5, 0.5, 0.5)
	wantElems(t, Where(c, f64(nan, nan, 1), Scalar(0)), "f64[3]", nan, 0, 1)
	wantElems(t, Where(c, Scalar(0), f64(1, 2, nan)), "f64[3]", 0, 2, 0)
	wantElems(t, Where(c, f64(1, 2, 3), Scalar(math.Copysign(0, -1))), "f64[3]", 1, math.Copysign(0, -1), 3)
	wantError(t, "where(i32[1], f64[1], f64[1]): the condition is i32[1], not bool: compare it first, as with fn.NotEqual",
		func() { Where(i32(1), f64(1), f64(1)) })
	wantError(t, "where(bool[3], f64[1], f32[1]): dtypes differ: f64 and f32; convert one of them with fn.Cast", func() { Where(c, f64(1), f32(1)) })
	wantError(t, "where(bool[3], f64[2], f64[2]): shapes [3] and [2] do not broadcast: axis -1 has the lengths 3 and 2, neither equal nor 1",
		func() { Where(c, f64(1, 2), f64(1, 2)) })
}

func TestMask(t *testing.T) {
	wantElems(t, Mask(bools(true, false, false), f32(1, float32(inf), float32(nan))), "f32[3]", 1, 0, 0)
	wantElems(t, Mask(bools(true, false), trace.New([]int64{5, 6}, 2, 1)), "i64[2 2]", 5, 0, 6, 0)
	wantError(t, "mask(bool[1], bool[1]): bool[1] has no arithmetic: use fn.Any or fn.All, or fn.Cast it to numbers", func() { Mask(bools(true), bools(true)) })
}

// Only an op that is zero when its marked operands are zero is linear. A where with one
// branch fixed is affine.
func TestWhatIsLinear(t *testing.T) {
	tests := []struct {
		op     trace.Linear
		marked []bool
		want   bool
	}{
		{add{}, []bool{true, true}, true}, {add{}, []bool{true, false}, false},
		{sub{}, []bool{true, true}, true}, {sub{}, []bool{false, true}, false},
		{mul{}, []bool{true, false}, true}, {mul{}, []bool{false, true}, true}, {mul{}, []bool{true, true}, false},
		{div{}, []bool{true, false}, true}, {div{}, []bool{false, true}, false}, {div{}, []bool{true, true}, false},
		{where{}, []bool{false, true, true}, true}, {where{}, []bool{false, true, false}, false}, {where{}, []bool{true, true, true}, false},
		{mask{}, []bool{false, true}, true}, {mask{}, []bool{true, true}, false},
		{neg{}, []bool{true}, true}, {expand{}, []bool{true}, true},
		{cast{To: trace.Float32}, []bool{true}, true}, {cast{To: trace.Int32}, []bool{true}, false},
	}
	for _, test := range tests {
		if got := test.op.LinearIn(test.marked); got != test.want {
			t.Errorf("%s linear in %v: got %v, want %v", test.op.Name(), test.marked, got, test.want)
		}
	}
}

func TestIsInf(t *testing.T) {
	wantElems(t, IsInf(f64(inf, -inf, nan, 0, math.MaxFloat64)), "bool[5]", 1, 1, 0, 0, 0)
	wantElems(t, IsInf(f32(inf32, -inf32, float32(nan), negZero32)), "bool[4]", 1, 1, 0, 0)
	wantElems(t, IsInf(i32(math.MaxInt32, 0)), "bool[2]", 0, 0)
}

var negZero32 = float32(negZero)
