package opt

import (
	"slices"

	"github.com/pullback-go/pullback/trace"
)

// FoldLimit is the number of bytes of computed constants that a program keeps. Results
// beyond it are computed on each call.
const FoldLimit = 512 << 20

// foldSmall is the size in bytes up to which a result is kept no matter what it was
// computed from.
const foldSmall = 4 << 10

// Fold computes values that depend only on constants, such as modified weights, and keeps
// the results as constants. The results have the same bits, because the same operations
// compute them. Fold keeps the results that the rest of the program reads, in order, up
// to [FoldLimit] bytes.
//
// A result that is larger than all the constants it was computed from, such as a bias
// repeated over an image, costs more to read than to make. It stays an equation, unless
// it is small, or the operation is more than a copy (see [trace.Costed]). An operation
// that fails on its constants stays too, so that the program fails when it is called.
func Fold(k *Knowledge, p *trace.Program) *trace.Program { return k.FoldWithin(p, FoldLimit) }

// Kept returns the memory, in bytes, of the constants that an optimized program has in
// addition to those it was made from: the results of [Fold].
func Kept(p, from *trace.Program) int {
	seen := map[any]bool{} // by address
	for _, c := range from.Consts {
		if c.Value.IsConcrete() {
			seen[c.Value.Array().Place()] = true
		}
	}
	n := 0
	for _, c := range p.Consts {
		if c.Value.IsConcrete() && !seen[c.Value.Array().Place()] {
			n += c.Value.Type().Bytes()
			seen[c.Value.Array().Place()] = true
		}
	}
	return n
}

// FoldWithin is Fold with another limit.
func (k *Knowledge) FoldWithin(p *trace.Program, limit int) *trace.Program {
	f := newFolder(p)
	f.visits = &k.Visits
	kept := f.kept(limit)
	q, same := *p, identities(p)
	q.Eqns, q.Consts = make([]trace.Eqn, 0, len(p.Eqns)), append([]trace.Const(nil), p.Consts...)
	first := newPlaces(f, p.Consts)
	for i := range p.Eqns {
		e := p.Eqns[i]
		if !kept[i] {
			e.In = renamed(e.In, same)
			q.Eqns = append(q.Eqns, e)
			continue
		}
		for _, v := range e.Out {
			if c, ok := first.find(v, f.value[v]); ok && trace.IsAlias(e.Op) {
				same[v] = c
				continue
			}
			q.Consts = append(q.Consts, trace.Const{Var: v, Value: trace.FromArray(f.value[v])})
			first.add(v, f.value[v])
		}
	}
	q.Out = renamed(p.Out, same)
	return Prune(&q)
}

// places looks for an existing constant with the same memory and type as a value, as
// after a reshape that was undone.
type places struct {
	program *trace.Program
	vars    map[any][]trace.Var // by address: the constants there, each of another type
}

func newPlaces(f *folder, consts []trace.Const) places {
	s := places{f.program, make(map[any][]trace.Var, len(consts))}
	for _, c := range consts {
		if c.Value.IsConcrete() {
			s.add(c.Var, c.Value.Array())
		}
	}
	return s
}

func (s places) find(v trace.Var, a *trace.Array) (trace.Var, bool) {
	for _, c := range s.vars[a.Place()] {
		if s.program.Types[c].Equal(s.program.Types[v]) {
			return c, true
		}
	}
	return 0, false
}

func (s places) add(v trace.Var, a *trace.Array) {
	if _, ok := s.find(v, a); !ok {
		s.vars[a.Place()] = append(s.vars[a.Place()], v)
	}
}

// folder knows which equations depend only on constants.
type folder struct {
	program *trace.Program
	by      []int                     // by variable: the equation that computes it from constants, or -1
	known   []bool                    // by variable: whether its value follows from constants
	bytes   []int                     // by known variable: the memory that it is computed from, at most its own
	value   []*trace.Array            // by variable: its value, while it is computed and needed
	readers []int                     // by variable: the number of equations that are still to read it
	keep    []bool                    // by equation: whether its results become constants
	free    map[string][]*trace.Array // by type
	visits  *int
}

func newFolder(p *trace.Program) *folder {
	n := len(p.Types)
	f := &folder{program: p, by: make([]int, n), known: make([]bool, n), bytes: make([]int, n), value: make([]*trace.Array, n),
		readers: make([]int, n), keep: make([]bool, len(p.Eqns)), free: map[string][]*trace.Array{}}
	for v := range f.by {
		f.by[v] = -1
	}
	for _, c := range p.Consts {
		if c.Value.IsConcrete() {
			f.known[c.Var], f.bytes[c.Var], f.value[c.Var] = true, p.Types[c.Var].Bytes(), c.Value.Array()
		}
	}
	for i := range p.Eqns {
		f.visit(i)
	}
	return f
}

// visit notes whether an equation can be computed now, and how much memory it is computed
// from.
func (f *folder) visit(i int) {
	e := &f.program.Eqns[i]
	if !foldable(e.Op) {
		return
	}
	from := 0
	for _, v := range e.In {
		if !f.known[v] {
			return
		}
		from += f.bytes[v]
	}
	for _, v := range e.Out {
		f.known[v], f.by[v], f.bytes[v] = true, i, f.program.Types[v].Bytes()
		if !isCosted(e.Op) {
			f.bytes[v] = min(f.bytes[v], from)
		}
	}
}

// foldable excludes ops that apply programs, and barriers, which no pass may look
// through.
func foldable(op trace.Op) bool {
	if _, runs := op.(trace.Runner); runs {
		return false
	}
	_, calls := op.(trace.Caller)
	_, fence := op.(Barrier)
	return !calls && !fence
}

func isCosted(op trace.Op) bool {
	_, ok := op.(trace.Costed)
	return ok
}

// kept marks the equations whose results become constants, and computes them. Going
// backward from the last equation, it keeps a result that something else reads if it is
// worth its memory. Otherwise the program reads the operands instead.
func (f *folder) kept(limit int) trace.Mask {
	eqns := f.program.Eqns
	wanted := f.wanted()
	for i := len(eqns) - 1; i >= 0; i-- {
		e := &eqns[i]
		if !f.constant(e) || !wanted.AnyOf(e.Out) || f.worthKeeping(e) {
			continue
		}
		wanted.Set(e.In)
	}
	for i := range eqns {
		e := &eqns[i]
		if size := f.size(e); f.constant(e) && wanted.AnyOf(e.Out) && f.worthKeeping(e) && size <= limit {
			f.keep[i], limit = true, limit-size
		}
	}
	needed := f.needed()
	kept := make(trace.Mask, len(eqns))
	for i := range eqns {
		*f.visits++
		kept[i] = needed[i] && f.compute(i) && f.keep[i]
	}
	return kept
}

// needed marks the equations to compute for those that are kept, and counts the readers
// of each value.
func (f *folder) needed() trace.Mask {
	needed := slices.Clone(f.keep)
	for i := len(needed) - 1; i >= 0; i-- {
		*f.visits++
		if !needed[i] {
			continue
		}
		for _, v := range f.program.Eqns[i].In {
			f.readers[v]++
			if f.by[v] >= 0 {
				needed[f.by[v]] = true
			}
		}
	}
	return needed
}

// wanted marks the variables read by the program's results, and by the equations that
// depend on its arguments.
func (f *folder) wanted() trace.Mask {
	wanted := make(trace.Mask, len(f.program.Types))
	wanted.Set(f.program.Out)
	for i := range f.program.Eqns {
		if e := &f.program.Eqns[i]; !f.constant(e) {
			wanted.Set(e.In)
		}
	}
	return wanted
}

func (f *folder) worthKeeping(e *trace.Eqn) bool {
	if len(e.In) == 0 {
		return false
	}
	size := f.size(e)
	return size <= foldSmall || size <= f.from(e) || isCosted(e.Op)
}

// constant reports whether an equation can be computed now.
func (f *folder) constant(e *trace.Eqn) bool { return len(e.Out) > 0 && f.by[e.Out[0]] >= 0 }

// size returns the memory of an equation's results; from returns the memory that they are
// computed from.
func (f *folder) size(e *trace.Eqn) int {
	n := 0
	for _, v := range e.Out {
		n += f.program.Types[v].Bytes()
	}
	return n
}

func (f *folder) from(e *trace.Eqn) int {
	n := 0
	for _, v := range e.In {
		n += f.bytes[v]
	}
	return n
}

// compute evaluates an equation. It reports whether this and its operands' evaluation
// succeeded. Memory of values that nothing else reads is reused.
func (f *folder) compute(i int) bool {
	e := &f.program.Eqns[i]
	in := make([]*trace.Array, len(e.In))
	for j, v := range e.In {
		if in[j] = f.value[v]; in[j] == nil {
			return false
		}
	}
	if trace.IsAlias(e.Op) {
		f.share(e, in)
		return true
	}
	out := make([]*trace.Array, len(e.Out))
	for j, v := range e.Out {
		out[j] = f.inherited(e, j)
		if out[j] == nil {
			out[j] = f.memory(f.program.Types[v])
		}
	}
	if trace.Try(func() { e.Op.Eval(in, out) }) != nil {
		return false
	}
	for j, v := range e.Out {
		f.value[v] = out[j]
	}
	for _, v := range e.In {
		f.release(v)
	}
	return true
}

// share gives outputs the memory of the operands. That memory may be the user's, so it is
// never released or written over.
func (f *folder) share(e *trace.Eqn, in []*trace.Array) {
	const never = 1 << 30
	for j, v := range e.Out {
		f.value[v] = in[j].Part(0, f.program.Types[v])
		f.readers[v] += never
	}
}

// release notes that a value has been read once more.
func (f *folder) release(v trace.Var) {
	f.readers[v]--
	if f.by[v] < 0 || f.keep[f.by[v]] || f.readers[v] > 0 {
		return
	}
	t := f.value[v].Type().String()
	f.free[t] = append(f.free[t], f.value[v])
	f.value[v] = nil
}

// inherited returns the value of an operand that an elementwise operation, its last
// reader, may write over, or nil.
func (f *folder) inherited(e *trace.Eqn, out int) *trace.Array {
	if _, ok := e.Op.(trace.Elementwise); !ok || f.program.Types[e.Out[out]].DType.IsInt() { // an integer operation may fail halfway
		return nil
	}
	for _, v := range e.In {
		if f.by[v] >= 0 && !f.keep[f.by[v]] && f.readers[v] == 1 && f.program.Types[v].Equal(f.program.Types[e.Out[out]]) {
			f.readers[v]++ // so that it is not released
			return f.value[v]
		}
	}
	return nil
}

// memory returns a released array, or a new one.
func (f *folder) memory(t trace.Type) *trace.Array {
	free := f.free[t.String()]
	if len(free) == 0 {
		return trace.NewArray(t)
	}
	last := len(free) - 1
	f.free[t.String()] = free[:last]
	return free[last]
}
