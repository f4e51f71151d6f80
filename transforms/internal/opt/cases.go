package opt

import "github.com/pullback-go/pullback/trace"

// SignCases is a case analysis on signs. It follows elementwise operations as [Signs]
// does, once for each sign of a value, the root: negative, zero, positive and NaN. An
// output that is zero in every case is replaced by zeros, and one that equals the same
// operand in every case by that operand. For example, r = relu(s)·u is zero or NaN where
// s ≤ 0. So where(s < 0, r, 0) is zero or NaN everywhere, and if u is finite, where(s >
// 0, r, 0) is r. Cases also pass from a max-pooling to the scatter that sends values back
// to where they were found.
//
// The values that vanish come first, by convention or not. With zeros in their place, the
// program is analyzed again for guards. A guard is removed only if that changes nothing
// in any case, without a convention. [Signs] runs after each step, to simplify what the
// new zeros are multiplied by.
func SignCases(k *Knowledge, p *trace.Program) *trace.Program {
	a := analysed(k, p)
	if len(a.zero) > 0 {
		p = Signs(k, a.withZeros())
		a = analysed(k, p)
	}
	if len(a.same) == 0 {
		return p
	}
	return Signs(k, a.withoutGuards())
}

// The cases of a root. Infinities belong to their sign. Both zeros are one case, because
// a pooling may take one for the other.
const (
	negative = iota
	zero
	positive
	nan
	caseCount
)

var caseSigns = [caseCount]trace.Sign{trace.NegInf | trace.Negative, trace.Zero, trace.Positive | trace.PosInf, trace.NaN}

// cases has the classes of a value in each case of a root.
type cases [caseCount]trace.Sign

// A root is followed through at most walkMost equations, and at most walkFar in a row.
// Its cases matter close to it: a rule's masks are some ten equations from the output
// that they test, along the path of relevance. Without a bound, the cases of each step of
// an unrolled recurrence would be followed through all later steps.
const (
	walkMost = 256
	walkFar  = 24
)

// caseAnalysis follows the cases of one root at a time, and collects the conclusions that
// hold in all cases.
type caseAnalysis struct {
	*signTable
	readers readers
	base    []trace.Var // by variable: the variable that it is a reshape of
	by      []int       // by variable: the equation that computes it, or -1
	results trace.Mask  // by variable
	walk    *walk       // the current one

	scatters map[trace.Var][]int // by pooled variable: scattering equations, in order
	unchosen map[int]nothing     // by scattering equation
	zero     map[int]bool        // equations that compute zeros
	same     map[int]trace.Var   // equations that are the identity on this operand
}

// nothing has the classes of a pooled element to which only zeros are scattered, and
// those to which only zeros and NaN are scattered.
type nothing struct{ zero, orNaN trace.Sign }

// analysed returns the analysis of a program.
func analysed(k *Knowledge, p *trace.Program) *caseAnalysis {
	n := len(p.Types)
	a := &caseAnalysis{
		signTable: newSignTable(k, p), readers: readersIn(p), base: identities(p), by: make([]int, n), results: make(trace.Mask, n),
		walk: newWalk(p), scatters: map[trace.Var][]int{}, unchosen: map[int]nothing{}, zero: map[int]bool{}, same: map[int]trace.Var{},
	}
	for v := range a.by {
		a.by[v] = -1
	}
	a.results.Set(p.Out)
	for i := range p.Eqns {
		e := &p.Eqns[i]
		a.learn(e)
		alias := trace.IsAlias(e.Op)
		for j, v := range e.Out {
			a.by[v] = i
			if alias {
				a.base[v] = a.base[e.In[j]]
			}
		}
	}
	for i := range p.Eqns {
		a.scatter(i)
	}
	for _, root := range a.roots() {
		a.follow(root, len(p.Eqns))
	}
	return a
}

// roots returns the variables whose sign decides whether an elementwise operation gives
// zero, or what a comparison gives.
func (a *caseAnalysis) roots() []trace.Var {
	var roots []trace.Var
	found := make([]bool, len(a.program.Types))
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
	if !elementwise(e) || isZeroOrNaN(a.signs[e.Out[0]]) {
		return false
	}
	in := a.of(e.In)
	all := in[operand]
	for _, c := range []int{negative, positive} {
		if in[operand] = all & caseSigns[c]; in[operand] == 0 {
			continue
		}
		if out := a.outcome(e, in); isZeroOrNaN(out) && out != trace.NaN {
			return true
		}
	}
	in[operand] = all &^ trace.NaN
	return all&trace.NaN != 0 && a.program.Types[e.Out[0]].DType == trace.Bool && a.outcome(e, in) == trace.Positive
}

// outcome returns the classes of an elementwise equation's output for operands of the
// given classes.
func (a *caseAnalysis) outcome(e *trace.Eqn, in []trace.Sign) trace.Sign {
	known := a.signs[e.Out[0]]
	if a.program.Types[e.Out[0]].DType.IsInt() {
		return known
	}
	a.read(e, in)
	if told := signsOf(e.Op, in); len(told) > 0 {
		if s := a.conventions.loosened(e, told[0]) & known; s != 0 {
			return s
		}
	}
	return known
}

// in returns the classes of variables in a case.
func (a *caseAnalysis) in(vars []trace.Var, c int) []trace.Sign {
	out := a.of(vars)
	for j, v := range vars {
		if a.walk.reached(v) {
			out[j] = a.walk.cases[v][c]
		}
	}
	return out
}

// follow follows the cases of a root through the equations before end.
func (a *caseAnalysis) follow(root trace.Var, end int) {
	var at cases
	for c, s := range caseSigns {
		at[c] = a.signs[root] & s
	}
	a.walk.begin(at)
	a.reach(root, at, 0)
	for {
		i, ok := a.walk.next(end)
		if !ok {
			return
		}
		a.Visits++
		if _, ok := a.unchosen[i]; ok {
			a.gather(i)
		} else if elementwise(&a.program.Eqns[i]) {
			a.step(i)
		}
	}
}

// reach notes the classes of a variable in each case, and queues its readers.
func (a *caseAnalysis) reach(v trace.Var, c cases, distance int) {
	w := a.walk
	w.cases[v], w.walked[v], w.distance[v] = c, w.number, distance
	if distance < walkFar {
		w.push(a.readers.of(v))
		w.push(a.scatters[v])
	}
}

// step follows an elementwise equation. It notes if the output is zero in every case, or
// the same operand in every case.
func (a *caseAnalysis) step(i int) {
	e := &a.program.Eqns[i]
	known := a.signs[e.Out[0]]
	var out cases
	all, told := trace.Sign(0), false
	differs := make([]uint8, len(e.In))
	for c := range out {
		if out[c] = known; !a.walk.possible(c) {
			continue
		}
		in := a.in(e.In, c)
		out[c] = a.outcome(e, in)
		all, told = all|out[c], told || out[c] != known
		a.compare(e, in, out[c], differs, c)
	}
	if told {
		a.reach(e.Out[0], out, 1+a.walk.nearest(e.In))
	}
	if a.vanishes(e, all) {
		a.zero[i] = true
		return
	}
	for j, v := range e.In {
		if a.program.Types[v].Equal(a.program.Types[e.Out[0]]) && (differs[j] == 0 || differs[j] == 1<<nan && a.unseen(e, out[nan])) {
			a.same[i] = v
		}
	}
}

// compare notes which operands the output does not equal in a case. differs has, for each
// operand, a bit for each case.
func (a *caseAnalysis) compare(e *trace.Eqn, in []trace.Sign, out trace.Sign, differs []uint8, c int) {
	op, kept, ok := a.simplified(e, in)
	for j, v := range e.In {
		if identity := ok && op == nil && kept[0] == v; !identity && !a.conventions.alike(e, out, in[j]) {
			differs[j] |= 1 << c
		}
	}
}

// unseen reports whether the value of an equation where the root is NaN does not matter.
// Three things must hold: it is no result; whatever reads it gives NaN there, whatever
// the value is; and it is never NaN itself, so that it makes nothing else NaN. The
// stabilizer of z is such a value, because it is added to z.
func (a *caseAnalysis) unseen(e *trace.Eqn, out trace.Sign) bool {
	v := e.Out[0]
	if out&trace.NaN != 0 || a.results[v] {
		return false
	}
	for _, i := range a.readers.of(v) {
		r := &a.program.Eqns[i]
		a.Visits++
		in := a.in(r.In, nan)
		for j, u := range r.In {
			if u == v {
				in[j] = trace.AnyOf(a.program.Types[v].DType)
			}
		}
		// The known classes of the reader's output do not count: they rely on the present
		// value of v.
		if told := signsOf(r.Op, in); !elementwise(r) || len(told) == 0 || told[0] != trace.NaN {
			return false
		}
	}
	return true
}

// scatter looks at an equation that adds up elements where a max-pooling found its
// values. It notes the classes of a pooled element that receives nothing: either what is
// added for this class is zero, or the value of a window is never of this class.
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
	a.follow(values, i)
	never := trace.AnySign &^ a.signs[values]
	gets := nothing{never, never}
	for c, s := range caseSigns {
		if !a.walk.possible(c) {
			gets.zero, gets.orNaN = gets.zero|s, gets.orNaN|s
			continue
		}
		added := a.in(e.In[:1], c)[0]
		if added&^trace.Zero == 0 {
			gets.zero |= s
		}
		if isZeroOrNaN(added) {
			gets.orNaN |= s
		}
	}
	a.unchosen[i] = gets
	a.scatters[pool.In[0]] = append(a.scatters[pool.In[0]], i)
}

// selection returns the equation that found the positions where e adds, if every element
// goes back to where it was taken from.
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

// gather follows a scattering equation in the cases of the pooled value.
func (a *caseAnalysis) gather(i int) {
	e := &a.program.Eqns[i]
	pooled := a.program.Eqns[a.by[a.base[e.In[1]]]].In[:1]
	if !a.walk.reached(pooled[0]) {
		return
	}
	var out cases
	told := false
	for c := range out {
		known := a.signs[e.Out[0]]
		switch s := a.in(pooled, c)[0]; {
		case s&^a.unchosen[i].zero == 0:
			out[c] = known & trace.Zero
		case s&^a.unchosen[i].orNaN == 0:
			out[c] = known & (trace.Zero | trace.NaN)
		}
		if out[c] == 0 {
			out[c] = known
		}
		told = told || out[c] != known
	}
	if told {
		a.reach(e.Out[0], out, 1+a.walk.nearest(pooled))
	}
}

// withZeros returns the program with zeros in place of the values that vanish.
func (a *caseAnalysis) withZeros() *trace.Program {
	q := *a.program
	q.Eqns = make([]trace.Eqn, 0, len(a.program.Eqns))
	for i, e := range a.program.Eqns {
		if a.zero[i] {
			e.Op, e.In = zeros{q.Types[e.Out[0]]}, nil
		}
		q.Eqns = append(q.Eqns, e)
	}
	return &q
}

// withoutGuards returns the program without the equations that pass an operand on
// unchanged.
func (a *caseAnalysis) withoutGuards() *trace.Program {
	q, same := *a.program, identities(a.program)
	q.Eqns = make([]trace.Eqn, 0, len(a.program.Eqns))
	for i, e := range a.program.Eqns {
		e.In = renamed(e.In, same)
		if v, ok := a.same[i]; ok {
			same[e.Out[0]] = same[v]
			continue
		}
		q.Eqns = append(q.Eqns, e)
	}
	q.Out = renamed(q.Out, same)
	return &q
}
