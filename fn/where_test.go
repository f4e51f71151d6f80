package fn

import (
	"testing"

	"github.com/pullback-go/pullback/trace"
)

// Where and Mask choose element by element in every dtype. They compute nothing from the
// element that is not chosen.
func TestChoicesAgainstLoops(t *testing.T) {
	for _, n := range []int{0, 1, 5, 70} {
		cond, a, b := make([]bool, n), make([]float64, n), make([]float64, n)
		for i := range n {
			cond[i], a[i], b[i] = i%3 != 1, float64(i%2), float64((i+1)%2)
		}
		chosen, kept := make([]float64, n), make([]float64, n)
		for i := range n {
			chosen[i], kept[i] = piece(cond[i], a[i], b[i]), piece(cond[i], a[i], 0)
		}
		for _, d := range everyType {
			typ := trace.TypeOf(d, n).String()
			wantElems(t, Where(trace.New(cond), vector(d, a...), vector(d, b...)), typ, chosen...)
			if d != trace.Bool {
				wantElems(t, Mask(trace.New(cond), vector(d, a...)), typ, kept...)
			}
		}
	}
	c := bools(true, false)
	wantElems(t, Mask(c, f64(negZero, negZero)), "f64[2]", negZero, 0)
	wantElems(t, Where(c, f32(inf32, 1), f32(1, float32(nan))), "f32[2]", inf, nan)
}

// The result of Where depends on which branches are numbers.
func TestWhereWithNumbers(t *testing.T) {
	boolean, x := typed(trace.Bool, 2), typed(trace.Float32, 2)
	of := func(f func(cond, x trace.Value) trace.Value) string {
		_, p := recorded(func(in []trace.Value) trace.Value { return f(in[0], in[1]) }, boolean, x)
		names := ""
		for _, e := range p.Eqns {
			names += e.Op.Name() + " "
		}
		return names
	}
	tests := []struct {
		f    func(cond, x trace.Value) trace.Value
		want string
	}{
		{func(c, x trace.Value) trace.Value { return Where(c, x, Scalar(0)) }, "mask "},
		{func(c, x trace.Value) trace.Value { return Where(c, Scalar(0), x) }, "not mask "},
		{func(c, x trace.Value) trace.Value { return Where(c, x, Scalar(negZero)) }, "full where "},
		{func(c, x trace.Value) trace.Value { return Where(c, x, Scalar(1)) }, "full where "},
		{func(c, x trace.Value) trace.Value { return Where(c, x, x) }, "where "},
		{func(c, x trace.Value) trace.Value { return Where(c, Scalar(0), Scalar(0)) }, "full full where "},
	}
	for i, test := range tests {
		if got := of(test.f); got != test.want {
			t.Errorf("case %d is %s, want %s", i, got, test.want)
		}
	}
	both := Where(bools(true, false), Scalar(0.1), Scalar(0))
	if !both.IsWeak() {
		t.Error("of two numbers comes an array with a dtype of its own")
	}
	wantElems(t, Mul(both, f32(1, 1)), "f32[2]", float64(float32(0.1)), 0)
	wantElems(t, Where(bools(true, false), i64(1<<40), Scalar(7)), "i64[2]", 1<<40, 7)
	wantError(t, "where(bool[2], i32[1], 0.5): 0.5 is not an i32: fn.Cast the array to a float dtype first", func() { Where(bools(true, false), i32(1), Scalar(0.5)) })
}

func TestChoiceRules(t *testing.T) {
	cond, a, b := trace.New([]bool{true, false, false, true, true, false}, 2, 3), waves(1, 2, 3), waves(2, 2, 3)
	slopesHold(t, where{}, cond, a, b)
	batchHolds(t, where{}, cond, a, b)
	slopesHold(t, mask{}, cond, a)
	batchHolds(t, mask{}, cond, a)
	for choice := range 4 {
		want := []bool{false, choice&1 != 0, choice&2 != 0}
		for i, c := range (where{}).VJP([]trace.Value{cond, a, b}, nil, []trace.Value{a}, want) {
			if c.IsAbsent() == want[i] {
				t.Errorf("wanted %v: cotangent %d is %v", want, i, c)
			}
		}
	}
	// A cotangent that is not a number stays with the branch that was taken.
	cts := where{}.VJP([]trace.Value{bools(true, false), f64(1, 2), f64(3, 4)}, nil, []trace.Value{f64(nan, inf)}, []bool{true, true, true})
	wantElems(t, cts[1], "f64[2]", nan, 0)
	wantElems(t, cts[2], "f64[2]", 0, inf)
	if !cts[0].IsAbsent() {
		t.Errorf("the condition has the cotangent %v", cts[0])
	}
}

func TestChoiceErrors(t *testing.T) {
	c := typed(trace.Bool, 2)
	x := typed(trace.Float32, 2)
	wantReason(t, where{}, "", c, x, x)
	wantReason(t, where{}, "shapes [2] and [1] differ: fn.BroadcastTo makes them equal", c, x, typed(trace.Float32, 1))
	wantReason(t, where{}, "shapes [1] and [2] differ: fn.BroadcastTo makes them equal", typed(trace.Bool, 1), x, x)
	wantReason(t, where{}, "the condition is f32[2], not bool: compare it first, as with fn.NotEqual", x, x, x)
	wantReason(t, mask{}, "the condition is i32[2], not bool: compare it first, as with fn.NotEqual", typed(trace.Int32, 2), x)
	wantReason(t, mask{}, "shapes [3] and [2] do not broadcast: axis -1 has the lengths 3 and 2, neither equal nor 1", typed(trace.Bool, 3), x)
	wantError(t, "mask(bool[3], f64[2]): shapes [3] and [2] do not broadcast: axis -1 has the lengths 3 and 2, neither equal nor 1",
		func() { Mask(bools(true, true, true), f64(1, 2)) })
	wantError(t, "mask(bool[1], absent): operand 1 is absent (the zero trace.Value): was a field never set?", func() { Mask(bools(true), trace.Value{}) })
	wantError(t, "where(bool[1], f64[1], absent): operand 2 is absent (the zero trace.Value): was a field never set?", func() { Where(bools(true), f64(1), trace.Value{}) })
}
