package opt

import (
	"fmt"
	"slices"

	"github.com/pullback-go/pullback/trace"
)

// Signs follows the classes of values through the program. For example, the output of a
// ReLU is +0, positive or NaN. So its negative part is zero by convention, and so is
// everything the negative part is multiplied by; and a stabilizer of a sum of such
// products need not test their sign. Signs removes operations that become the identity,
// simplifies others, and does not compute zeros. It is exact except for the
// [conventions].
func Signs(k *Knowledge, p *trace.Program) *trace.Program {
	w := signWalk{table: newSignTable(k, p), same: identities(p), out: *p}
	w.out.Eqns = make([]trace.Eqn, 0, len(p.Eqns))
	for _, e := range p.Eqns {
		w.step(e)
	}
	w.out.Out = renamed(p.Out, w.same)
	return Prune(&w.out)
}

// signWalk rewrites a program equation by equation.
type signWalk struct {
	table *signTable
	same  []trace.Var
	out   trace.Program
}

func (w *signWalk) step(e trace.Eqn) {
	e.In = renamed(e.In, w.same)
	t := w.table
	in := t.learn(&e)
	if len(e.Out) == 1 {
		if t.vanishes(&e, t.signs[e.Out[0]]) {
			e.Op, e.In = zeros{w.out.Types[e.Out[0]]}, nil
			t.signs[e.Out[0]] = trace.PosZero
		} else if op, kept, ok := t.simplified(&e, in); ok && op == nil {
			w.same[e.Out[0]] = kept[0]
			return
		} else if ok {
			e.Op, e.In = op, kept
		}
	}
	w.out.Eqns = append(w.out.Eqns, e)
}

// signTable has what is known about the classes of a program's variables, in all cases.
type signTable struct {
	*Knowledge
	program *trace.Program
	signs   []trace.Sign
	unread  []*constant // by variable: a constant of which only a sample was read; signs has every class for it
	asked   []bool      // by variable: whether a comparison or selection depends on its elements, moved or not
}

// newSignTable returns what is known before the first equation, from a sample of each
// constant.
func newSignTable(k *Knowledge, p *trace.Program) *signTable {
	t := &signTable{k, p, make([]trace.Sign, len(p.Types)), make([]*constant, len(p.Types)), asked(p)}
	for v, typ := range p.Types {
		t.signs[v] = trace.AnyOf(typ.DType)
	}
	for _, c := range p.Consts {
		if !c.Value.IsConcrete() {
			continue
		}
		if known := k.constant(c.Value.Array()); known.done() {
			t.signs[c.Var] = k.all(known)
		} else {
			t.unread[c.Var] = known
		}
	}
	return t
}

// asked marks the variables whose elements, moved or not, a comparison, a selection or an
// effect reads. These decide otherwise for NaN than for zero, and their output is not NaN.
func asked(p *trace.Program) trace.Mask {
	out := make(trace.Mask, len(p.Types))
	for i := len(p.Eqns) - 1; i >= 0; i-- {
		e := &p.Eqns[i]
		_, moves := e.Op.(trace.Mover)
		decides := trace.HasEffect(e.Op)
		for _, v := range e.Out {
			decides = decides || !p.Types[v].DType.IsFloat() || moves && out[v]
		}
		if _, calls := e.Op.(trace.Caller); decides && !calls {
			out.Set(e.In)
		}
	}
	return out
}

// learn notes the classes of an equation's outputs. It returns those of its operands.
func (t *signTable) learn(e *trace.Eqn) []trace.Sign {
	t.Visits++
	in := t.of(e.In)
	t.read(e, in)
	told := signsOf(e.Op, in)
	for i, v := range e.Out[:min(len(e.Out), len(told))] {
		d := t.program.Types[v].DType
		if s := t.conventions.loosened(e, told[i]) & trace.AnyOf(d); s != 0 && !d.IsInt() {
			t.signs[v] = s
		}
	}
	return in
}

func (t *signTable) of(vars []trace.Var) []trace.Sign {
	out := make([]trace.Sign, len(vars))
	for i, v := range vars {
		out[i] = t.signs[v]
	}
	return out
}

// read reads constants among an equation's operands to the end, if that can tell anything
// about the equation. It updates in, the classes of the operands. The classes of the
// output grow with those of a constant: assuming only the sample's classes gives the
// fewest, assuming all classes the most, and the constant's own classes lie in between.
// If the fewest and the most are the same, nothing is read.
func (t *signTable) read(e *trace.Eqn, in []trace.Sign) {
	var unread []int
	sampled := in
	for j, v := range e.In {
		if c := t.unread[v]; c != nil {
			if unread == nil {
				sampled = slices.Clone(in)
			}
			unread, sampled[j] = append(unread, j), sampled[j]&c.some
		}
	}
	if unread == nil {
		return
	}
	if _, _, ok := t.simplified(e, sampled); !ok && slices.Equal(signsOf(e.Op, sampled), signsOf(e.Op, in)) {
		return
	}
	for _, j := range unread {
		v := e.In[j]
		if c := t.unread[v]; c != nil {
			t.signs[v], t.unread[v] = t.all(c), nil
		}
		in[j] &= t.signs[v]
	}
}

// signsOf returns what an op knows about its outputs.
func signsOf(op trace.Op, in []trace.Sign) []trace.Sign {
	if s, ok := op.(trace.Signed); ok {
		return s.Signs(in)
	}
	return nil
}

// simplified returns the simpler form of an equation for operands of these classes.
func (t *signTable) simplified(e *trace.Eqn, in []trace.Sign) (trace.Op, []trace.Var, bool) {
	s, ok := e.Op.(trace.SignSimplifier)
	if !ok || len(e.Out) != 1 {
		return nil, nil, false
	}
	floats := make([]bool, len(e.In))
	for j, v := range e.In {
		floats[j] = t.program.Types[v].DType.IsFloat()
	}
	for _, reading := range t.conventions.readings(e, in, floats) {
		if simpler, places, ok := s.SimplifySigns(reading); ok {
			kept := make([]trace.Var, len(places))
			for i, o := range places {
				kept[i] = e.In[o]
			}
			return simpler, kept, true
		}
	}
	return nil, nil, false
}

// vanishes reports whether an equation whose output has the classes out can be replaced
// by zeros to save work. An output that may be NaN is kept if a comparison or selection
// depends on it.
func (t *signTable) vanishes(e *trace.Eqn, out trace.Sign) bool {
	if len(e.In) == 0 || !t.program.Types[e.Out[0]].DType.IsFloat() || out&trace.NaN != 0 && t.asked[e.Out[0]] {
		return false
	}
	return t.conventions.vanish(e, out)
}

// zeros is an array of float zeros that an analysis found.
type zeros struct{ Type trace.Type }

func (zeros) Name() string { return "zeros" }

func (op zeros) Infer(in []trace.Type) ([]trace.Type, error) {
	if len(in) > 0 || !op.Type.DType.IsFloat() {
		return nil, fmt.Errorf("zeros of %v take no operands, and are floats", op.Type)
	}
	return []trace.Type{op.Type}, nil
}

func (zeros) Eval(_, out []*trace.Array) { out[0].Clear() }

func (zeros) StoresIn(int) bool { return true }

// Uniform says that the output is one number.
func (zeros) Uniform() {}

func (zeros) Signs([]trace.Sign) []trace.Sign { return []trace.Sign{trace.PosZero} }

func (zeros) VJP(_, _, _ []trace.Value, _ []bool) []trace.Value { return nil }

func (op zeros) Batch(int, []trace.Value, []bool) []trace.Value { return trace.Bind(op) }
