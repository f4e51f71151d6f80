package opt

import "github.com/pullback-go/pullback/trace"

// Support finds values that are zero wherever another one has a certain sign: r = relu(s)·u is zero where s ≤ 0, so where(s < 0, r, 0) is
// zero everywhere, and where(s > 0, r, 0) is r. It does so by cases: elementwise operations are followed as [Signs] follows them, once for
// the elements where s is negative, once for zero and once for positive, and what comes out as zero, or as one of the operands, in all
// cases is that. Through a max-pooling the cases of its values reach what is added up where those were found.
//
// [Signs] runs again at the end, for what the new zeros are multiplied by. What it says of NaN holds here too.
func Support(p *trace.Program) *trace.Program {
	a := newCaseAnalysis(p)
	for i := range p.Eqns {
		a.scatter(i)
	}
	for _, root := range a.roots() {
		a.walk(root, len(p.Eqns))
	}
	return Signs(a.rewritten())
}

// cases are the signs of a value where a root is negative, zero and positive.
type cases [3]trace.Sign

// sign is the root's sign in a case.
func sign(i int) trace.Sign { return trace.Negative << i }

// caseAnalysis follows the cases of one root at a time, and gathers what they have in common.
type caseAnalysis struct {
	program *trace.Program
	signs   []trace.Sign // by variable, in all cases
	base    []trace.Var  // by variable: what it is a reshape of
	by      []int        // by variable: the equation that computes it, or -1

	possible trace.Sign // the signs of the root
	cases    []cases    // by variable, if its last walk is the present one
	walked   []int      // by variable: the number of the last walk that reached it
	walks    int

	unchosen map[int]trace.Sign // by scattering equation: the signs of a pooled element that let it get nothing
	zero     map[int]bool       // equations that compute zeros
	same     map[int]trace.Var  // equations that are the identity on this operand
}

func newCaseAnalysis(p *trace.Program) *caseAnalysis {
	n := len(p.Types)
	a := &caseAnalysis{
		program: p, signs: signsOfConsts(p), base: identities(p), by: make([]int, n), cases: make([]cases, n), walked: make([]int, n),
		unchosen: map[int]trace.Sign{}, zero: map[int]bool{}, same: map[int]trace.Var{},
	}
	for v := range a.by {
		a.by[v] = -1
	}
	w := signWalk{signs: a.signs, out: *p}
	for i := range p.Eqns {
		e := &p.Eqns[i]
		w.learn(e, signsAt(a.signs, e.In))
		alias, ok := e.Op.(trace.Aliaser)
		for j, v := range e.Out {
			a.by[v] = i
			if ok && alias.Alias() {
				a.base[v] = a.base[e.In[j]]
			}
		}
	}
	return a
}

// roots are the variables whose sign decides whether an elementwise operation gives zero.
func (a *caseAnalysis) roots() []trace.Var {
	var roots []trace.Var
	found := map[trace.Var]bool{}
	for i := range a.program.Eqns {
		e := &a.program.Eqns[i]
		for j, v := range e.In {
			if b := a.base[v]; !found[b] && a.decides(e, j) {
				found[b] = true
				roots = append(roots, b)
			}
		}
	}
	return roots
}

func (a *caseAnalysis) decides(e *trace.Eqn, operand int) bool {
	if _, ok := e.Op.(trace.Elementwise); !ok {
		return false
	}
	in := signsAt(a.signs, e.In)
	for _, s := range []trace.Sign{trace.Negative, trace.Positive} {
		if in[operand] = s; a.signs[e.In[operand]]&s != 0 && a.outcome(e, in) == trace.Zero {
			return a.signs[e.Out[0]] != trace.Zero
		}
	}
	return false
}

// outcome is the signs of an elementwise equation's output for operands of these signs.
func (a *caseAnalysis) outcome(e *trace.Eqn, in []trace.Sign) trace.Sign {
	known := a.signs[e.Out[0]]
	if d := a.program.Types[e.Out[0]].DType; d.IsInt() {
		return known
	}
	for _, s := range signsOf(e.Op, in) {
		if s&known != 0 {
			return s & known
		}
	}
	return known
}

// walk follows the cases of a root through the equations before end.
func (a *caseAnalysis) walk(root trace.Var, end int) {
	a.walks++
	a.possible = a.signs[root]
	a.reach(root, cases{trace.Negative, trace.Zero, trace.Positive})
	for i := a.by[root] + 1; i < end; i++ {
		e := &a.program.Eqns[i]
		if _, ok := a.unchosen[i]; ok {
			a.gather(i)
		} else if _, ok := e.Op.(trace.Elementwise); ok && a.reached(e.In) {
			a.step(i)
		}
	}
}

func (a *caseAnalysis) reach(v trace.Var, c cases) { a.cases[v], a.walked[v] = c, a.walks }

func (a *caseAnalysis) reached(vars []trace.Var) bool {
	for _, v := range vars {
		if a.walked[v] == a.walks {
			return true
		}
	}
	return false
}

// in is the signs of variables in a case.
func (a *caseAnalysis) in(vars []trace.Var, i int) []trace.Sign {
	out := signsAt(a.signs, vars)
	for j, v := range vars {
		if a.walked[v] == a.walks {
			out[j] = a.cases[v][i]
		}
	}
	return out
}

// step follows an elementwise equation, and notes if it is the same simple thing in every case.
func (a *caseAnalysis) step(i int) {
	e := &a.program.Eqns[i]
	var out cases
	zero, alike := true, make([]bool, len(e.In))
	for j, v := range e.In {
		alike[j] = a.program.Types[v].Equal(a.program.Types[e.Out[0]])
	}
	for c := range out {
		if out[c] = a.signs[e.Out[0]]; a.possible&sign(c) == 0 {
			continue
		}
		in := a.in(e.In, c)
		out[c] = a.outcome(e, in)
		zero = zero && out[c] == trace.Zero
		a.compare(e, in, out[c], alike)
	}
	a.reach(e.Out[0], out)
	switch {
	case zero:
		a.zero[i] = true
	default:
		for j, same := range alike {
			if same {
				a.same[i] = e.In[j]
			}
		}
	}
}

// compare unmarks the operands that the output is not equal to, for operands of these signs.
func (a *caseAnalysis) compare(e *trace.Eqn, in []trace.Sign, out trace.Sign, alike []bool) {
	op, kept, ok := simplified(e.Op, e.In, in)
	for j, v := range e.In {
		identity := ok && op == nil && kept[0] == v
		alike[j] = alike[j] && (identity || out == trace.Zero && in[j] == trace.Zero)
	}
}

// scatter notes, for an equation that adds up elements where a max-pooling found its values, which signs of a pooled element let it get
// nothing: there what is added is zero, or the value of a window never has that sign.
func (a *caseAnalysis) scatter(i int) {
	e := &a.program.Eqns[i]
	s, ok := e.Op.(trace.Scatterer)
	if !ok {
		return
	}
	pool := a.selection(e, s)
	if pool == nil {
		return
	}
	values := pool.Out[0]
	a.walk(values, i)
	nothing := trace.AnySign &^ a.signs[values]
	for c := range 3 {
		if a.possible&sign(c) != 0 && a.in(e.In[:1], c)[0] == trace.Zero {
			nothing |= sign(c)
		}
	}
	a.unchosen[i] = nothing
}

// selection is the equation that found the places where e adds up, if every element goes back to where it was taken from.
func (a *caseAnalysis) selection(e *trace.Eqn, s trace.Scatterer) *trace.Eqn {
	i := a.by[a.base[e.In[1]]]
	if i < 0 {
		return nil
	}
	pool := &a.program.Eqns[i]
	selector, ok := pool.Op.(trace.Selector)
	if !ok || len(pool.Out) != 2 || pool.Out[1] != a.base[e.In[1]] {
		return nil
	}
	size := func(v trace.Var) int { return a.program.Types[v].Size() }
	plane, ok := s.Scatters(a.program.TypesOf(e.In))
	if !ok || plane != selector.Selects(a.program.TypesOf(pool.In)) || size(e.In[0]) != size(pool.Out[0]) || size(e.Out[0]) != size(pool.In[0]) {
		return nil
	}
	return pool
}

// gather follows a scattering equation in the cases of what was pooled.
func (a *caseAnalysis) gather(i int) {
	e := &a.program.Eqns[i]
	pooled := a.program.Eqns[a.by[a.base[e.In[1]]]].In[:1]
	if !a.reached(pooled) {
		return
	}
	var out cases
	for c := range out {
		if out[c] = a.signs[e.Out[0]]; a.in(pooled, c)[0]&^a.unchosen[i] == 0 {
			out[c] = trace.Zero
		}
	}
	a.reach(e.Out[0], out)
}

// rewritten is the program with what was found put in place.
func (a *caseAnalysis) rewritten() *trace.Program {
	q, same := *a.program, identities(a.program)
	q.Eqns = make([]trace.Eqn, 0, len(a.program.Eqns))
	for i, e := range a.program.Eqns {
		e.In = renamed(e.In, same)
		if v, ok := a.same[i]; ok {
			same[e.Out[0]] = same[v]
			continue
		}
		if a.zero[i] && vanishes(&q, &e) {
			e.Op, e.In = zeros{q.Types[e.Out[0]]}, nil
		}
		q.Eqns = append(q.Eqns, e)
	}
	q.Out = renamed(q.Out, same)
	return &q
}
