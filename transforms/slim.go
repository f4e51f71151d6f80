package transforms

import (
	"slices"

	"github.com/pullback-go/pullback/trace"
	"github.com/pullback-go/pullback/transforms/internal/opt"
)

// slimmable is an op with bodies that can do with less.
type slimmable interface {
	trace.Op
	// optimised returns the op with its bodies optimised, on some of its operands:
	// constants are part of the bodies, and what is passed twice is passed once. Its
	// outputs are as before; origins says which of them there is another way to have.
	optimised(known []Value, in []trace.Var, o opt.Options) (op trace.Op, operands []int, origins []origin)
	// needed returns the op with the outputs wanted, and others that it needs itself, on
	// the operands that it then reads.
	needed(wanted []bool) (op trace.Op, operands, outputs []int)
}

// origin is an operand, or an earlier output, that an output is equal to; both are -1 for
// none.
type origin struct{ operand, output int }

var original = origin{-1, -1}

// slim optimises the bodies of loops and choices in an optimised program, at any depth,
// and lets them neither take nor return what nobody needs. Reverse mode makes a residual
// of each value in a step: many of them twice, many that are rows the loop was given, and
// many that its optimised backward loop does not read.
func slim(p *trace.Program, o opt.Options) *trace.Program {
	if !slices.ContainsFunc(p.Eqns, isStageable) {
		return p
	}
	return needed(distinct(p, o))
}

// distinct optimises the bodies, and reads every output under its first name.
func distinct(p *trace.Program, o opt.Options) *trace.Program {
	q, same := withTypes(p), make([]trace.Var, len(p.Types))
	for v := range same {
		same[v] = trace.Var(v)
	}
	q.Eqns = make([]trace.Eqn, 0, len(p.Eqns))
	constants := map[trace.Var]Value{}
	for _, c := range p.Consts {
		constants[c.Var] = c.Value
	}
	for _, e := range p.Eqns {
		e.In = through(same, e.In)
		if op, ok := e.Op.(slimmable); ok {
			operands, origins := []int(nil), []origin(nil)
			in := e.In
			e.Op, operands, origins = op.optimised(get(constants, in), in, o)
			e.In = at(in, operands)
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
	q.Out = through(same, p.Out)
	return q
}

// through looks variables up under other names.
func through(same, vars []trace.Var) []trace.Var {
	out := make([]trace.Var, len(vars))
	for i, v := range vars {
		out[i] = same[v]
	}
	return out
}

// at picks elements of a list.
func at[E any](list []E, indices []int) []E {
	out := make([]E, len(indices))
	for i, j := range indices {
		out[i] = list[j]
	}
	return out
}

// needed drops the equations that no result needs, and of loops and choices what is not
// needed of them.
func needed(p *trace.Program) *trace.Program {
	q, used := withTypes(p), make([]bool, len(p.Types))
	setAll(used, p.Out)
	q.Eqns = make([]trace.Eqn, 0, len(p.Eqns))
	for _, e := range slices.Backward(p.Eqns) {
		wanted := flags(used, e.Out)
		if !slices.Contains(wanted, true) {
			continue
		}
		if op, ok := e.Op.(slimmable); ok {
			operands, outputs := []int(nil), []int(nil)
			e.Op, operands, outputs = op.needed(wanted)
			e.In, e.Out = at(e.In, operands), at(e.Out, outputs)
		}
		setAll(used, e.In)
		q.Eqns = append(q.Eqns, e)
	}
	slices.Reverse(q.Eqns)
	return opt.Prune(q) // drops constants that went into bodies
}

// optimised leaves the carries alone. What is stacked may be a row, or stacked already.
func (s *scan) optimised(known []Value, in []trace.Var, o opt.Options) (trace.Op, []int, []origin) {
	fixed, same, body := make([]Value, len(in)), make([]trace.Var, len(s.body.Types)), s.body
	copy(fixed, known[:s.consts])
	for v := range same {
		same[v] = trace.Var(v)
	}
	twice := make([]bool, len(in))
	for i := range in {
		if j := s.first(in, i); j < i {
			same[body.In[i]], twice[i] = body.In[j], true
		}
	}
	body, rest := withConstants(substituted(body, same), fixed)
	body.In, rest = without(body.In, at(twice, rest)), without(rest, at(twice, rest))
	d := *s
	d.body, _ = opt.Optimize(body, o)
	d.body = distinct(d.body, o)
	d.consts = 0
	for _, i := range rest {
		if i < s.consts {
			d.consts++
		}
	}
	return &d, rest, d.origins(rest)
}

// first is the first operand of the same kind that is the same variable; a carry is
// always its own.
func (s *scan) first(in []trace.Var, i int) int {
	switch {
	case i < s.consts:
		return slices.Index(in, in[i])
	case i < s.rows():
		return i
	}
	return s.rows() + slices.Index(in[s.rows():], in[i])
}

// origins are those of the outputs, with operands under the numbers given.
func (s *scan) origins(operands []int) []origin {
	out := make([]origin, len(s.body.Out))
	for i, v := range s.body.Out {
		out[i] = original
		if i < s.carry {
			continue
		}
		if j := slices.Index(s.body.In[s.rows():], v); j >= 0 {
			out[i].operand = operands[s.rows()+j]
		} else if j := s.carry + slices.Index(s.body.Out[s.carry:], v); j < i {
			out[i].output = j
		}
	}
	return out
}

// substituted is p with variables under other names, in equations and results.
func substituted(p *trace.Program, same []trace.Var) *trace.Program {
	q := withTypes(p)
	q.Eqns = slices.Clone(p.Eqns)
	for i := range q.Eqns {
		q.Eqns[i].In = through(same, q.Eqns[i].In)
	}
	q.Out = through(same, p.Out)
	return q
}

// without is a list without the elements marked.
func without[E any](list []E, marked []bool) []E {
	var out []E
	for i, e := range list {
		if !marked[i] {
			out = append(out, e)
		}
	}
	return out
}

// needed keeps the carries that are wanted or that a step needs for something else than
// themselves.
func (s *scan) needed(wanted []bool) (trace.Op, []int, []int) {
	wanted = slices.Clone(wanted)
	var body *trace.Program
	var reads []bool
	for grown := true; grown; {
		body = withTypes(s.body)
		body.Out = without(s.body.Out, not(wanted))
		body = needed(body)
		_, reads = body.Pruned()
		grown = false
		for i := range s.carry {
			if reads[s.consts+i] && !wanted[i] {
				wanted[i], grown = true, true
			}
		}
	}
	copy(reads[s.consts:], wanted[:s.carry]) // a carry that is not read is still one
	d := *s
	d.body = body
	d.body.In = without(d.body.In, not(reads))
	d.consts, d.carry = count(reads[:s.consts]), count(wanted[:s.carry])
	return &d, indices(reads), indices(wanted)
}

func not(marked []bool) []bool {
	out := make([]bool, len(marked))
	for i, b := range marked {
		out[i] = !b
	}
	return out
}

func indices(marked []bool) []int {
	var out []int
	for i, b := range marked {
		if b {
			out = append(out, i)
		}
	}
	return out
}

func count(marked []bool) int { return len(indices(marked)) }

func (c *cond) optimised(known []Value, _ []trace.Var, o opt.Options) (trace.Op, []int, []origin) {
	d := *c
	operands := []int{0}
	for i := range c.bodies {
		body, rest := withConstants(c.bodies[i], known[1:])
		d.bodies[i], _ = opt.Optimize(body, o)
		d.bodies[i] = distinct(d.bodies[i], o)
		operands = operands[:1]
		for _, j := range rest {
			operands = append(operands, 1+j)
		}
	}
	return &d, operands, d.origins()
}

// origins are outputs that are equal in both branches.
func (c *cond) origins() []origin {
	then, otherwise := c.bodies[0].Out, c.bodies[1].Out
	out := make([]origin, len(then))
	for i := range out {
		out[i] = original
		for j := range i {
			if then[j] == then[i] && otherwise[j] == otherwise[i] {
				out[i].output = j
				break
			}
		}
	}
	return out
}

func (c *cond) needed(wanted []bool) (trace.Op, []int, []int) {
	d := *c
	reads := make([]bool, len(c.bodies[0].In))
	for i, b := range c.bodies {
		body := withTypes(b)
		body.Out = without(b.Out, not(wanted))
		d.bodies[i] = needed(body)
		_, used := d.bodies[i].Pruned()
		for j, u := range used {
			reads[j] = reads[j] || u
		}
	}
	operands := []int{0}
	for _, j := range indices(reads) {
		operands = append(operands, 1+j)
	}
	for i := range d.bodies {
		d.bodies[i].In = without(d.bodies[i].In, not(reads))
	}
	return &d, operands, indices(wanted)
}
