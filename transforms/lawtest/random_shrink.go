package lawtest

import "slices"

// shrink makes a program that fails shorter, as long as it still does: it leaves out
// results, makes arguments of what steps computed, replaces variables by earlier ones,
// and elements of arguments by simpler ones.
func shrink(p *Program, fails func(*Program) bool) *Program {
	for budget := 2000; budget > 0; {
		q, ok := simpler(p, func(q *Program) bool { budget--; return budget > 0 && fails(q) })
		if !ok {
			break
		}
		p = q
	}
	return p
}

// simpler is the first simpler program that still fails.
func simpler(p *Program, fails func(*Program) bool) (*Program, bool) {
	for _, candidates := range []func(p *Program, try func(*Program) bool) *Program{fewerResults, cuts, replacements, plainer} {
		if q := candidates(p, fails); q != nil {
			return q, true
		}
	}
	return nil, false
}

// clone copies a program without the steps and arguments that its results do not need.
func (p *Program) clone() *Program {
	q := &Program{samples: slices.Clone(p.samples), faults: p.faults}
	q.body = p.body.clone()
	q.tidy()
	return q
}

func (b *block) clone() *block {
	c := &block{in: slices.Clone(b.in), out: slices.Clone(b.out)}
	for _, s := range b.steps {
		t := &stmt{s.out, s.fun, slices.Clone(s.args)}
		for i, a := range t.args {
			if inner, ok := a.(*block); ok {
				t.args[i] = inner.clone()
			}
		}
		c.steps = append(c.steps, t)
	}
	return c
}

// tidy drops what nothing needs.
func (p *Program) tidy() {
	for dropped := true; dropped; {
		used := map[variable]bool{}
		p.body.uses(func(v variable) { used[v] = true })
		dropped = p.body.drop(used)
		p.body.in = slices.DeleteFunc(p.body.in, func(v variable) bool { return !used[v] && len(used) > 0 })
	}
}

// drop removes the steps whose result is not used.
func (b *block) drop(used map[variable]bool) bool {
	n := len(b.steps)
	b.steps = slices.DeleteFunc(b.steps, func(s *stmt) bool { return !used[s.out] })
	dropped := len(b.steps) < n
	for _, s := range b.steps {
		for _, a := range s.args {
			if inner, ok := a.(*block); ok {
				dropped = inner.drop(used) || dropped
			}
		}
	}
	return dropped
}

// fewerResults return one of the results alone, or what an earlier step computes.
func fewerResults(p *Program, fails func(*Program) bool) *Program {
	var candidates []variable
	if len(p.body.out) > 1 {
		candidates = append(candidates, p.body.out...)
	}
	for _, s := range p.body.steps {
		if !slices.Contains(p.body.out, s.out) {
			candidates = append(candidates, s.out)
		}
	}
	for _, v := range candidates {
		q := p.clone()
		q.body.out = []variable{v}
		q.tidy()
		if fails(q) {
			return q
		}
	}
	return nil
}

// cuts make an argument, with the value that it had, of what a step computes; late ones
// first, which leaves the least.
func cuts(p *Program, fails func(*Program) bool) *Program {
	for i := len(p.body.steps) - 1; i >= 0; i-- {
		q := p.clone()
		if i >= len(q.body.steps) {
			continue
		}
		v := q.body.steps[i].out
		q.body.steps = slices.Delete(q.body.steps, i, i+1)
		q.body.in = append(q.body.in, v)
		q.tidy()
		if fails(q) {
			return q
		}
	}
	return nil
}

// replacements put an earlier variable of the same type in the place of a step's result.
func replacements(p *Program, fails func(*Program) bool) *Program {
	for _, b := range p.body.blocks() {
		for i := len(b.steps) - 1; i >= 0; i-- {
			old := b.steps[i].out
			for _, v := range before(b, i, p.body) {
				if v == old || !p.samples[v].Type().Equal(p.samples[old].Type()) {
					continue
				}
				q := p.clone()
				q.body.replace(old, v)
				q.tidy()
				if q = q.resampled(); len(q.body.all()) < len(p.body.all()) && fails(q) {
					return q
				}
			}
		}
	}
	return nil
}

// before lists variables that b sees before its step i: its own, and the arguments of the
// program.
func before(b *block, i int, root *block) []variable {
	out := slices.Clone(root.in)
	if b != root {
		out = append(slices.Clone(b.in), out...)
	}
	for _, s := range b.steps[:i] {
		out = append(out, s.out)
	}
	return out
}

// blocks lists b and all functions in it.
func (b *block) blocks() []*block {
	out := []*block{b}
	for _, s := range b.steps {
		for _, a := range s.args {
			if inner, ok := a.(*block); ok {
				out = append(out, inner.blocks()...)
			}
		}
	}
	return out
}

// all lists the steps of b and of all functions in it.
func (b *block) all() []*stmt {
	var out []*stmt
	for _, inner := range b.blocks() {
		out = append(out, inner.steps...)
	}
	return out
}

// replace puts v wherever old is used.
func (b *block) replace(old, v variable) {
	for _, inner := range b.blocks() {
		for _, s := range inner.steps {
			for i, a := range s.args {
				if a == any(old) {
					s.args[i] = v
				}
			}
		}
		for i, o := range inner.out {
			if o == old {
				inner.out[i] = v
			}
		}
	}
}

// plainer makes elements of the arguments 1, all at once or one by one.
func plainer(p *Program, fails func(*Program) bool) *Program {
	for _, v := range p.body.in {
		data := p.samples[v].Float64s()
		for i := -1; i < len(data); i++ {
			next, changed := slices.Clone(data), false
			for j := range next {
				if (i < 0 || i == j) && next[j] != 1 {
					next[j], changed = 1, true
				}
			}
			if !changed {
				continue
			}
			q := p.clone()
			q.samples[v] = fromFloats(next, p.samples[v].Type())
			if q = q.resampled(); fails(q) {
				return q
			}
		}
	}
	return nil
}

// resampled is the program with the values that its variables have for its arguments.
func (p *Program) resampled() *Program {
	q := p.clone()
	_, _ = guarded(func() []Value { return q.body.run(q.samples, q.Args()) })
	return q
}
