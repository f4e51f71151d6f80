package transforms

import (
	"slices"

	"github.com/pullback-go/pullback/trace"
)

// zeros finds the variables of a program that are known to be all zeros: arrays of zeros,
// and values that are linear in zeros. It only looks at variables that it is asked for.
type zeros struct {
	program *trace.Program
	known   map[trace.Var]bool
	madeBy  map[trace.Var]*trace.Eqn
	value   func(trace.Var) Value // a value known from elsewhere, or absent; may be nil
}

// zerosIn starts from the marked arguments, which are zeros.
func zerosIn(p *trace.Program, marked trace.Mask) *zeros {
	z := &zeros{program: p, known: make(map[trace.Var]bool, len(p.In))}
	for i, v := range p.In {
		z.known[v] = marked != nil && marked[i]
	}
	return z
}

// among marks those of vars that are zeros, nil if there are none.
func (z *zeros) among(vars []trace.Var) trace.Mask {
	var out trace.Mask
	for i, v := range vars {
		if z.has(v) {
			if out == nil {
				out = make(trace.Mask, len(vars))
			}
			out[i] = true
		}
	}
	return out
}

func (z *zeros) has(v trace.Var) bool {
	known, ok := z.known[v]
	if !ok {
		known = z.find(v)
		z.known[v] = known
	}
	return known
}

func (z *zeros) find(v trace.Var) bool {
	if z.value != nil {
		if x := z.value(v); x.IsConcrete() {
			return isZero(x)
		}
	}
	if z.madeBy == nil {
		z.index()
		if known, ok := z.known[v]; ok {
			return known
		}
	}
	e := z.madeBy[v]
	if e == nil {
		return false
	}
	if _, ok := e.Op.(trace.Uniform); ok {
		op, ok := e.Op.(trace.Signed)
		return ok && op.Signs(nil)[0]&^trace.Zero == 0
	}
	marked := z.among(e.In)
	return marked != nil && vanishes(e, v, marked)
}

// vanishes reports whether v is zero because an operation is linear in operands that are
// zeros: in all of them together, or in one by itself, as a product is.
func vanishes(e *trace.Eqn, v trace.Var, marked trace.Mask) bool {
	at := slices.Index(e.Out, v)
	if notLinear(e.Op, marked, noZeros) == nil {
		return dependent(e.Op, marked, len(e.Out))[at]
	}
	for i, zero := range marked {
		one := make(trace.Mask, len(marked))
		if one[i] = zero; zero && notLinear(e.Op, one, noZeros) == nil {
			return dependent(e.Op, one, len(e.Out))[at]
		}
	}
	return false
}

// index finds the equation of each variable, and the constants that are zeros.
func (z *zeros) index() {
	z.madeBy = make(map[trace.Var]*trace.Eqn, len(z.program.Types))
	for i := range z.program.Eqns {
		for _, v := range z.program.Eqns[i].Out {
			z.madeBy[v] = &z.program.Eqns[i]
		}
	}
	for _, c := range z.program.Consts {
		z.known[c.Var] = isZero(c.Value)
	}
}

// isZero reports whether a value is concrete and all zeros.
func isZero(v Value) bool {
	if !v.IsConcrete() {
		return false
	}
	switch v.DType() {
	case trace.BFloat16, trace.Float16:
		return !slices.ContainsFunc(trace.Bits[uint16](v.Array()), func(bits uint16) bool { return bits<<1 != 0 })
	case trace.Float32:
		return !slices.ContainsFunc(trace.Elems[float32](v.Array()), func(x float32) bool { return x != 0 })
	case trace.Float64:
		return !slices.ContainsFunc(trace.Elems[float64](v.Array()), func(x float64) bool { return x != 0 })
	}
	return false
}
