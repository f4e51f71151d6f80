package opt

import (
	"fmt"

	"github.com/pullback-go/pullback/trace"
)

// Signs follows the signs of values through the program: what a ReLU gives is at least 0, so its negative part is 0, and so is what that
// is multiplied by; a stabilizer of a sum of such products need not ask for their sign. Operations that this makes the identity or
// simpler go, and zeros are not computed.
//
// It takes 0·x and 0/x for 0 whatever x is, so that a NaN or an infinity in x is seen only through other uses of it: x⁻ of a NaN x counts
// as 0 if x is a ReLU's output, and x⁺ still is NaN. A comparison with NaN may come out as if NaN had a sign. A zero may change its sign bit.
func Signs(p *trace.Program) *trace.Program {
	w := signWalk{signs: signsOfConsts(p), same: identities(p), out: *p}
	w.out.Eqns = make([]trace.Eqn, 0, len(p.Eqns))
	for _, e := range p.Eqns {
		w.step(e)
	}
	w.out.Out = renamed(p.Out, w.same)
	return Prune(&w.out)
}

// signWalk rewrites a program equation by equation.
type signWalk struct {
	signs []trace.Sign // by variable
	same  []trace.Var
	out   trace.Program
}

func (w *signWalk) step(e trace.Eqn) {
	e.In = renamed(e.In, w.same)
	in := signsAt(w.signs, e.In)
	w.learn(&e, in)
	if len(e.Out) == 1 {
		if w.signs[e.Out[0]] == trace.Zero && vanishes(&w.out, &e) {
			e.Op, e.In = zeros{w.out.Types[e.Out[0]]}, nil
		} else if op, kept, ok := simplified(e.Op, e.In, in); ok && op == nil {
			w.same[e.Out[0]] = kept[0]
			return
		} else if ok {
			e.Op, e.In = op, kept
		}
	}
	w.out.Eqns = append(w.out.Eqns, e)
}

// learn notes the signs of an equation's outputs.
func (w *signWalk) learn(e *trace.Eqn, in []trace.Sign) {
	for i, s := range signsOf(e.Op, in) {
		if d := w.out.Types[e.Out[i]].DType; d.IsFloat() || d == trace.Bool {
			w.signs[e.Out[i]] = s
		}
	}
}

// signsOf returns what an op knows of its outputs.
func signsOf(op trace.Op, in []trace.Sign) []trace.Sign {
	if s, ok := op.(trace.Signed); ok {
		return s.Signs(in)
	}
	return nil
}

// simplified is what is left of an op for operands of these signs.
func simplified(op trace.Op, operands []trace.Var, in []trace.Sign) (trace.Op, []trace.Var, bool) {
	s, ok := op.(trace.SignSimplifier)
	if !ok {
		return nil, nil, false
	}
	simpler, places, ok := s.SimplifySigns(in)
	if !ok {
		return nil, nil, false
	}
	kept := make([]trace.Var, len(places))
	for i, o := range places {
		kept[i] = operands[o]
	}
	return simpler, kept, true
}

// vanishes reports whether zeros are less work than the equation that is known to compute them.
func vanishes(p *trace.Program, e *trace.Eqn) bool {
	return len(e.In) > 0 && p.Types[e.Out[0]].DType.IsFloat()
}

func signsAt(signs []trace.Sign, vars []trace.Var) []trace.Sign {
	out := make([]trace.Sign, len(vars))
	for i, v := range vars {
		out[i] = signs[v]
	}
	return out
}

// signsOfConsts is what is known before the first equation: the signs of constants, and any of all else.
func signsOfConsts(p *trace.Program) []trace.Sign {
	signs := make([]trace.Sign, len(p.Types))
	for v := range signs {
		signs[v] = trace.AnySign
	}
	for _, c := range p.Consts {
		if c.Value.IsConcrete() {
			signs[c.Var] = signsIn(c.Value.Array())
		}
	}
	return signs
}

// signsIn reads the signs of an array's elements: any, if there are none or one is NaN. Those of integers are not used.
func signsIn(a *trace.Array) trace.Sign {
	switch a.DType() {
	case trace.Bool:
		return signsOfBools(trace.Elems[bool](a))
	case trace.Float32:
		return signsOfFloats(trace.Elems[float32](a))
	case trace.Float64:
		return signsOfFloats(trace.Elems[float64](a))
	}
	return trace.AnySign
}

func signsOfBools(x []bool) trace.Sign {
	var found trace.Sign
	for _, v := range x {
		if v {
			found |= trace.Positive
		} else {
			found |= trace.Zero
		}
	}
	return orAny(found)
}

func signsOfFloats[T float32 | float64](x []T) trace.Sign {
	var found trace.Sign
	for _, v := range x {
		switch {
		case v > 0:
			found |= trace.Positive
		case v < 0:
			found |= trace.Negative
		case v == 0:
			found |= trace.Zero
		default:
			return trace.AnySign
		}
		if found == trace.AnySign {
			break
		}
	}
	return orAny(found)
}

func orAny(found trace.Sign) trace.Sign {
	if found == 0 {
		return trace.AnySign
	}
	return found
}

// zeros is an array of zeros that an analysis found, of floats.
type zeros struct{ Type trace.Type }

func (zeros) Name() string { return "zeros" }

func (op zeros) Infer(in []trace.Type) ([]trace.Type, error) {
	if len(in) > 0 || !op.Type.DType.IsFloat() {
		return nil, fmt.Errorf("zeros of %v take no operands, and are floats", op.Type)
	}
	return []trace.Type{op.Type}, nil
}

func (op zeros) Eval(_, out []*trace.Array) {
	if op.Type.DType == trace.Float32 {
		clear(trace.Elems[float32](out[0]))
		return
	}
	clear(trace.Elems[float64](out[0]))
}

// Uniform says that the output is one number.
func (zeros) Uniform() {}

func (zeros) Signs([]trace.Sign) []trace.Sign { return []trace.Sign{trace.Zero} }

func (zeros) VJP(_, _, _ []trace.Value, _ []bool) []trace.Value { return nil }

func (op zeros) Batch(int, []trace.Value, []bool) []trace.Value { return trace.Bind(op) }
