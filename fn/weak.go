package fn

import (
	"github.com/pullback-go/pullback/trace"
)

// isNumber reports whether x is a weak scalar whose value is known, as [Scalar] gives.
func isNumber(x trace.Value) bool { return x.IsWeak() && x.IsConcrete() && x.Rank() == 0 }

// Promote gives a weak value the dtype of what it is combined with, as every operation of
// two operands does. The dtype is a float dtype, or an integer one, which takes whole
// numbers only. A value that is not weak is left as it is, and so is every value if d is
// bool.
func Promote(x trace.Value, d trace.DType) trace.Value {
	defer trace.Naming("promote", x)
	switch {
	case !x.IsWeak():
	case d.IsFloat():
		return Cast(x, d)
	case d.IsInt():
		return trace.Bind1(whole{d}, x).WithWeak(false)
	}
	return x
}

// promoted gives a weak operand the dtype of the other.
func promoted(a, b trace.Value) (trace.Value, trace.Value) {
	if a.IsWeak() == b.IsWeak() {
		return a, b
	}
	both := promoteAll([]trace.Value{a, b})
	return both[0], both[1]
}

// promoteAll gives weak operands the dtype of the others, which have one dtype.
func promoteAll(xs []trace.Value) []trace.Value {
	for _, x := range xs {
		if x.IsAbsent() || x.IsWeak() {
			continue
		}
		out := append([]trace.Value(nil), xs...)
		for i, y := range xs {
			if !y.IsAbsent() {
				out[i] = Promote(y, x.DType())
			}
		}
		return out
	}
	return xs
}

// whole converts to integers and refuses numbers that are not integers of the dtype.
type whole struct{ To trace.DType }

func (whole) Name() string { return "whole" }

func (op whole) Infer(in []trace.Type) ([]trace.Type, error) { return cast(op).Infer(in) }

func (op whole) Eval(in, out []*trace.Array) {
	for i, x := range in[0].Float64s() {
		if !fits(x, op.To) {
			panic(trace.Errorf("whole(%v): element %d, %v, is not an %v: fn.Cast the array that it is combined with to a float dtype first", in[0].Type(), i, x, op.To))
		}
	}
	cast(op).Eval(in, out)
}

func (whole) VJP(_, _, _ []trace.Value, _ []bool) []trace.Value { return make([]trace.Value, 1) }

func (op whole) Batch(_ int, in []trace.Value, _ []bool) []trace.Value {
	return trace.Bind(op, in[0])
}
