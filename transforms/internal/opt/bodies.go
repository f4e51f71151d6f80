package opt

import (
	"slices"

	"github.com/pullback-go/pullback/trace"
)

// OptimizeBodies applies all passes up to itself to the bodies of loops and choices, at
// any depth. Before that, constant operands are moved into the bodies, and repeated
// operands are passed once. An output that equals an operand or an earlier output is
// replaced by it. Reverse mode makes many such outputs: it keeps each value of a step as
// a residual, some of them twice, and some that are rows the loop was given.
func OptimizeBodies(k *Knowledge, p *trace.Program) *trace.Program {
	if !hasBodies(p) {
		return p
	}
	q, same := *p, identities(p)
	q.Eqns = make([]trace.Eqn, 0, len(p.Eqns))
	constants := map[trace.Var]trace.Value{}
	for _, c := range p.Consts {
		constants[c.Var] = c.Value
	}
	for _, e := range p.Eqns {
		e.In = renamed(e.In, same)
		if b := bodiesOf(e.Op); b != nil {
			known := make([]trace.Value, len(e.In))
			for i, v := range e.In {
				known[i] = constants[v]
			}
			in := e.In
			op, operands, origins := b.optimized(k, known, in)
			e.Op, e.In = op, at(in, operands)
			for i, o := range origins {
				switch {
				case o.operand >= 0:
					same[e.Out[i]] = in[o.operand]
				case o.output >= 0:
					same[e.Out[i]] = same[e.Out[o.output]]
				}
			}
		}
		q.Eqns = append(q.Eqns, e)
	}
	q.Out = renamed(p.Out, same)
	return &q
}

// PruneBodies removes the equations that no result and no effect needs and, from loops and choices at
// any depth, the operands and outputs that nobody reads. A backward loop often reads few
// of the residuals that its forward loop stacks.
func PruneBodies(p *trace.Program) *trace.Program {
	q, used := *p, make(trace.Mask, len(p.Types))
	used.Set(p.Out)
	q.Eqns = make([]trace.Eqn, 0, len(p.Eqns))
	for _, e := range slices.Backward(p.Eqns) {
		wanted := used.Of(e.Out)
		if !slices.Contains(wanted, true) && !trace.HasEffect(e.Op) {
			continue
		}
		if b := bodiesOf(e.Op); b != nil {
			op, operands, outputs := b.pruned(wanted)
			e.Op, e.In, e.Out = op, at(e.In, operands), at(e.Out, outputs)
		}
		used.Set(e.In)
		q.Eqns = append(q.Eqns, e)
	}
	slices.Reverse(q.Eqns)
	return Prune(&q) // constants may have moved into bodies
}

// everywhere applies f to a program and to all bodies in it, each separately.
func everywhere(f func(*trace.Program) *trace.Program) func(*trace.Program) *trace.Program {
	var apply func(p *trace.Program) *trace.Program
	apply = func(p *trace.Program) *trace.Program { return f(withBodies(p, apply)) }
	return apply
}

// withBodies returns a program with f applied to the bodies of its loops and choices.
func withBodies(p *trace.Program, f func(*trace.Program) *trace.Program) *trace.Program {
	if !hasBodies(p) {
		return p
	}
	q := *p
	q.Eqns = slices.Clone(p.Eqns)
	for i := range q.Eqns {
		e := &q.Eqns[i]
		if bodiesOf(e.Op) == nil {
			continue
		}
		op := e.Op.(trace.Bodied)
		bodies := slices.Clone(op.Bodies())
		for j, b := range bodies {
			bodies[j] = f(b)
		}
		e.Op = op.WithBodies(bodies)
	}
	return &q
}

// bodies is a loop or a choice. Its bodies are optimized as part of the program.
type bodies interface {
	// optimized returns the op with its bodies optimized, and the indices of the operands
	// that it still takes. in are its operands, known the values of those that are
	// constant. The outputs keep their positions; origins names, for each, an equal
	// operand or earlier output.
	optimized(k *Knowledge, known []trace.Value, in []trace.Var) (op trace.Op, operands []int, origins []origin)
	// pruned returns the op with only the wanted outputs and those that it needs itself,
	// and the indices of its remaining operands and outputs.
	pruned(wanted trace.Mask) (op trace.Op, operands, outputs []int)
}

// origin is the operand, or the earlier output, that an output equals. Either is -1 for
// none.
type origin struct{ operand, output int }

var original = origin{-1, -1}

// bodiesOf returns an op as a loop or choice, nil if it is neither.
func bodiesOf(op trace.Op) bodies {
	switch op := op.(type) {
	case trace.LoopOp:
		return loop{op.AsLoop(), op}
	case trace.WhileOp:
		return while{op.AsWhile(), op}
	case trace.ChoiceOp:
		return choice{op}
	}
	return nil
}

func hasBodies(p *trace.Program) bool {
	return slices.ContainsFunc(p.Eqns, func(e trace.Eqn) bool { return bodiesOf(e.Op) != nil })
}

// loop is a [trace.LoopOp] with its parts.
type loop struct {
	trace.Loop
	op trace.LoopOp
}

// optimized leaves the carries alone. A stacked output may equal a row or another stacked
// output.
func (l loop) optimized(k *Knowledge, known []trace.Value, in []trace.Var) (trace.Op, []int, []origin) {
	fixed, body := make([]trace.Value, len(in)), l.Body
	copy(fixed, known[:l.Consts])
	same, twice := identities(body), make(trace.Mask, len(in))
	for i := range in {
		if j := l.first(in, i); j < i {
			same[body.In[i]], twice[i] = body.In[j], true
		}
	}
	body, rest := withConstants(substituted(body, same), fixed)
	body.In, rest = without(body.In, at(twice, rest)), without(rest, at(twice, rest))
	l.Body = k.optimizeBody(body)
	consts := 0
	for _, i := range rest {
		if i < l.Consts {
			consts++
		}
	}
	l.Consts = consts
	return l.op.WithLoop(l.Loop), rest, l.origins(rest)
}

// first returns the first operand of the same kind that is the same variable. A carry
// counts as different from all others.
func (l loop) first(in []trace.Var, i int) int {
	switch {
	case i < l.Consts:
		return slices.Index(in, in[i])
	case i < l.Mapped():
		return i
	}
	return l.Mapped() + slices.Index(in[l.Mapped():], in[i])
}

// origins returns the origins of the outputs. operands are the operands' indices in the
// original op.
func (l loop) origins(operands []int) []origin {
	out := make([]origin, len(l.Body.Out))
	for i, v := range l.Body.Out {
		out[i] = original
		if i < l.Carry {
			continue
		}
		if j := slices.Index(l.Body.In[l.Mapped():], v); j >= 0 {
			out[i].operand = operands[l.Mapped()+j]
		} else if j := l.Carry + slices.Index(l.Body.Out[l.Carry:], v); j < i {
			out[i].output = j
		}
	}
	return out
}

// pruned keeps the carries that are wanted, and those that a step needs for something
// other than themselves.
func (l loop) pruned(wanted trace.Mask) (trace.Op, []int, []int) {
	wanted = slices.Clone(wanted)
	var body *trace.Program
	var reads trace.Mask
	for grown := true; grown; {
		body = PruneBodies(returning(l.Body, wanted))
		_, reads = body.Pruned()
		grown = false
		for i := range l.Carry {
			if reads[l.Consts+i] && !wanted[i] {
				wanted[i], grown = true, true
			}
		}
	}
	copy(reads[l.Consts:], wanted[:l.Carry]) // a carry that is not read still is one
	body.In = without(body.In, reads.Not())
	l.Body, l.Consts, l.Carry = body, reads[:l.Consts].Count(), wanted[:l.Carry].Count()
	return l.op.WithLoop(l.Loop), reads.Indices(), wanted.Indices()
}

// choice is a [trace.ChoiceOp].
type choice struct{ op trace.ChoiceOp }

func (c choice) optimized(k *Knowledge, known []trace.Value, _ []trace.Var) (trace.Op, []int, []origin) {
	bodies, operands := slices.Clone(c.op.Bodies()), []int{0}
	for i, b := range bodies {
		body, rest := withConstants(b, known[1:])
		bodies[i] = k.optimizeBody(body)
		operands = operands[:1]
		for _, j := range rest {
			operands = append(operands, 1+j)
		}
	}
	return c.op.WithBodies(bodies), operands, sameOutputs(bodies)
}

// sameOutputs returns the origins of outputs that are equal in all of the given bodies.
func sameOutputs(bodies []*trace.Program) []origin {
	out := make([]origin, len(bodies[0].Out))
	for i := range out {
		out[i] = original
		for j := range i {
			if !slices.ContainsFunc(bodies, func(b *trace.Program) bool { return b.Out[i] != b.Out[j] }) {
				out[i].output = j
				break
			}
		}
	}
	return out
}

func (c choice) pruned(wanted trace.Mask) (trace.Op, []int, []int) {
	bodies := slices.Clone(c.op.Bodies())
	reads := make(trace.Mask, len(bodies[0].In))
	for i, b := range bodies {
		bodies[i] = PruneBodies(returning(b, wanted))
		_, used := bodies[i].Pruned()
		for j, u := range used {
			reads[j] = reads[j] || u
		}
	}
	operands := []int{0}
	for _, j := range reads.Indices() {
		operands = append(operands, 1+j)
	}
	for i := range bodies {
		bodies[i].In = without(bodies[i].In, reads.Not())
	}
	return c.op.WithBodies(bodies), operands, wanted.Indices()
}

// withConstants returns p with its known arguments as constants, and the indices of the
// others.
func withConstants(p *trace.Program, known []trace.Value) (q *trace.Program, rest []int) {
	c := *p
	q = &c
	q.In, q.Consts = nil, slices.Clone(p.Consts)
	for i, v := range p.In {
		if known[i].IsAbsent() {
			q.In, rest = append(q.In, v), append(rest, i)
		} else {
			q.Consts = append(q.Consts, trace.Const{Var: v, Value: known[i]})
		}
	}
	return q, rest
}

// substituted returns p with variables replaced in equations and results.
func substituted(p *trace.Program, same []trace.Var) *trace.Program {
	q := *p
	q.Eqns = slices.Clone(p.Eqns)
	for i := range q.Eqns {
		q.Eqns[i].In = renamed(q.Eqns[i].In, same)
	}
	q.Out = renamed(p.Out, same)
	return &q
}

// returning returns p with only the wanted results.
func returning(p *trace.Program, wanted trace.Mask) *trace.Program {
	q := *p
	q.Out = without(p.Out, wanted.Not())
	return &q
}

// at returns the elements of a list at some indices.
func at[E any](list []E, indices []int) []E {
	out := make([]E, len(indices))
	for i, j := range indices {
		out[i] = list[j]
	}
	return out
}

// without returns a list without its marked elements.
func without[E any](list []E, marked trace.Mask) []E {
	var out []E
	for i, e := range list {
		if !marked[i] {
			out = append(out, e)
		}
	}
	return out
}
