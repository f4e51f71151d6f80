package fn

import (
	"testing"

	"github.com/pullback-go/pullback/trace"
)

// The connectives agree with Go's, for every pair, at every position in an array.
func TestLogicAgainstGo(t *testing.T) {
	connectives := map[string]struct {
		f  func(a, b trace.Value) trace.Value
		of func(a, b bool) bool
	}{
		"and": {And, func(a, b bool) bool { return a && b }},
		"or":  {Or, func(a, b bool) bool { return a || b }},
		"xor": {Xor, func(a, b bool) bool { return a != b }},
	}
	for name, c := range connectives {
		for _, n := range []int{0, 1, 4, 67} {
			a, b, want := make([]bool, n), make([]bool, n), make([]float64, n)
			for i := range n {
				a[i], b[i] = i%2 == 1, i/2%2 == 1
				want[i] = piece(c.of(a[i], b[i]), 1, 0)
			}
			wantElems(t, c.f(trace.New(a), trace.New(b)), trace.TypeOf(trace.Bool, n).String(), want...)
			for i := range n {
				want[i] = piece(c.of(a[i], true), 1, 0)
			}
			wantElems(t, c.f(trace.New(a), trace.Scalar(true)), trace.TypeOf(trace.Bool, n).String(), want...)
			for i := range n {
				want[i] = piece(!a[i], 1, 0)
			}
			wantElems(t, Not(trace.New(a)), trace.TypeOf(trace.Bool, n).String(), want...)
		}
		op := logic{name}
		batchHolds(t, op, bools(true, false, true), bools(true, true, false))
		if op.Name() != name || op.String() != name {
			t.Errorf("%s is called %s and printed %s", name, op.Name(), op.String())
		}
		if cts := vjp(op, bools(true), bools(false)); len(cts) != 2 || !cts[0].IsAbsent() || !cts[1].IsAbsent() {
			t.Errorf("%s has the cotangents %v, want none", name, cts)
		}
	}
	batchHolds(t, not{}, bools(true, false, true))
	if cts := vjp(not{}, bools(true)); len(cts) != 1 || !cts[0].IsAbsent() {
		t.Errorf("not has the cotangents %v, want none", cts)
	}
}

func TestLogicErrors(t *testing.T) {
	const not = " is not a bool array: compare it first, as with fn.NotEqual"
	wantError(t, "or(f32[1], bool[1]): f32[1]"+not, func() { Or(f32(1), bools(true)) })
	wantError(t, "xor(bool[1], i64[1]): dtypes differ: bool and i64; convert one of them with fn.Cast", func() { Xor(bools(true), i64(1)) })
	wantError(t, "or(i32[2], i32[2]): i32[2]"+not, func() { Or(i32(1, 2), i32(1, 2)) })
	wantError(t, "and(bool[2], bool[3]): shapes [2] and [3] do not broadcast: axis -1 has the lengths 2 and 3, neither equal nor 1",
		func() { And(bools(true, true), bools(true, true, false)) })
	wantError(t, "not(i32[1]): i32[1]"+not, func() { Not(i32(1)) })
	wantError(t, "and(absent, bool[1]): operand 0 is absent (the zero trace.Value): was a field never set?", func() { And(trace.Value{}, bools(true)) })
}
