package transforms

import (
	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/trace"
)

// applyGuarded maps a branch over all cases, though only some take it. In the other cases
// it must neither fail nor have a slope: an infinite slope times the cotangent 0 would be
// NaN.
//
// Operands from which integers are computed may become an index or a divisor. Cases that
// do not take the branch get the operands of a case that does. If no case does, the
// branch is skipped.
func applyGuarded(p *trace.Program, taken Value, size int, args []Value, batched trace.Mask) []Value {
	counts := countsOn(p)
	if !counts.Any() {
		return applyCutOff(p, taken, size, args, batched)
	}
	if size == 0 {
		out := make([]Value, len(p.Out))
		for i, t := range p.TypesOf(p.Out) {
			out[i] = fn.Zeros(batchedBy(0, t))
		}
		return out
	}
	in := append([]Value{taken}, args...)
	types := trace.TypesOfValues(in)
	body := trace.Record(func(in []Value) []Value {
		taken, args := in[0], append([]Value{}, in[1:]...)
		first := fn.ArgMax(fn.Cast(taken, trace.Int32), 0)
		for i, v := range args {
			if counts[i] && batched[i] {
				one := StopGradient(fn.Take(v, first, 0))
				args[i] = fn.Where(perCase(taken, v), v, fn.BroadcastTo(one, v.Shape()...))
			}
		}
		return applyCutOff(p, taken, size, args, batched)
	}, types)
	nothing := trace.Record(func([]Value) []Value { return nil }, types)
	n := len(p.Out)
	return eitherOr.choose(fn.Any(taken, 0), in, []partial{{body, trace.AllMarked(n)}, {nothing, make(trace.Mask, n)}})
}

// eitherOr stands for a choice between two functions.
var eitherOr = &cond{bodies: make([]*trace.Program, 2)}

// applyCutOff maps a branch over all cases. Derivatives flow only in the cases that take
// it.
func applyCutOff(p *trace.Program, taken Value, size int, args []Value, batched trace.Mask) []Value {
	in, marked := append([]Value{}, args...), append(trace.Mask{}, batched...)
	for i, v := range in {
		if !v.DType().IsFloat() {
			continue
		}
		if !batched[i] {
			v = fn.Expand(v, 0, size)
		}
		in[i], marked[i] = fn.Where(perCase(taken, v), v, StopGradient(v)), true
	}
	return applyBatched(p, size, in, marked)
}

// countsOn marks the arguments of a program from which integers are computed, at any
// depth. Indices and integer divisors are among these integers.
func countsOn(p *trace.Program) trace.Mask {
	counts := make(trace.Mask, len(p.Types))
	for v, t := range p.Types {
		counts[v] = t.DType.IsInt()
	}
	for i := len(p.Eqns) - 1; i >= 0; i-- {
		e := &p.Eqns[i]
		if counts.AnyOf(e.Out) || hasIntegers(e.Op) {
			counts.Set(e.In)
		}
	}
	return counts.Of(p.In)
}

// hasIntegers reports whether a body of an op has an integer variable, at any depth.
func hasIntegers(op trace.Op) bool {
	c, ok := op.(trace.Caller)
	if !ok {
		return false
	}
	for _, p := range c.Bodies() {
		for _, t := range p.Types {
			if t.DType.IsInt() {
				return true
			}
		}
		for i := range p.Eqns {
			if hasIntegers(p.Eqns[i].Op) {
				return true
			}
		}
	}
	return false
}
