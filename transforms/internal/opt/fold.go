package opt

import (
	"slices"

	"github.com/pullback-go/pullback/trace"
)

// FoldLimit is how many bytes of computed constants a program keeps. What would go beyond is computed on each call.
const FoldLimit = 512 << 20

// foldSmall is a size in bytes up to which a result is kept whatever it was made from.
const foldSmall = 4 << 10

// Fold computes what depends on constants alone, such as modified weights, and keeps the results as constants: the same bits, as the
// same operations compute them. It keeps what the rest of the program reads, up to [FoldLimit] bytes, taken in order.
//
// A result that is larger than all the constants it was made from, as a bias repeated over an image is, costs more to read than to
// make: it stays an equation, unless it is small, or the operation is more than a copy (see [trace.Costed]). An operation that fails on
// its constants stays too, so that the program fails when it is called.
func Fold(p *trace.Program) *trace.Program { return FoldWithin(p, FoldLimit) }

// Kept is the memory, in bytes, of what an optimised program has beside the constants that it was made from: results of [Fold].
func Kept(p, from *trace.Program) int {
	var seen []*trace.Array
	for _, c := range from.Consts {
		if c.Value.IsConcrete() {
			seen = append(seen, c.Value.Array())
		}
	}
	n := 0
	for _, c := range p.Consts {
		if c.Value.IsConcrete() && !slices.ContainsFunc(seen, c.Value.Array().Shares) {
			n += bytesOf(c.Value.Type())
			seen = append(seen, c.Value.Array())
		}
	}
	return n
}

// FoldWithin is Fold with another limit.
func FoldWithin(p *trace.Program, limit int) *trace.Program {
	f := newFolder(p)
	kept := f.kept(limit)
	q, same := *p, identities(p)
	q.Eqns, q.Consts = make([]trace.Eqn, 0, len(p.Eqns)), append([]trace.Const(nil), p.Consts...)
	for i := range p.Eqns {
		e := p.Eqns[i]
		if !kept[i] {
			e.In = renamed(e.In, same)
			q.Eqns = append(q.Eqns, e)
			continue
		}
		for _, v := range e.Out {
			if c, ok := f.found(v, q.Consts); isAlias(e.Op) && ok {
				same[v] = c
				continue
			}
			q.Consts = append(q.Consts, trace.Const{Var: v, Value: trace.FromArray(f.value[v])})
		}
	}
	q.Out = renamed(p.Out, same)
	return Prune(&q)
}

// found is the constant that a value is: one that was reshaped to and fro has its first shape and memory again.
func (f *folder) found(v trace.Var, consts []trace.Const) (trace.Var, bool) {
	for _, c := range consts {
		if f.known[c.Var] && c.Value.Type().Equal(f.program.Types[v]) && c.Value.Array().Shares(f.value[v]) {
			return c.Var, true
		}
	}
	return 0, false
}

// folder knows which equations depend on constants alone.
type folder struct {
	program *trace.Program
	by      []int          // by variable: the equation that computes it from constants alone, or -1
	known   []bool         // by variable: whether its value follows from constants
	bytes   []int          // by variable known: the memory of what it is made from, at most its own
	value   []*trace.Array // by variable: its value, once computed and while it is needed
	readers []int          // by variable: the equations that are still to be computed from it
	keep    []bool         // by equation: whether its results are to become constants
	free    []*trace.Array
}

func newFolder(p *trace.Program) *folder {
	n := len(p.Types)
	f := &folder{program: p, by: make([]int, n), known: make([]bool, n), bytes: make([]int, n), value: make([]*trace.Array, n),
		readers: make([]int, n), keep: make([]bool, len(p.Eqns))}
	for v := range f.by {
		f.by[v] = -1
	}
	for _, c := range p.Consts {
		if c.Value.IsConcrete() {
			f.known[c.Var], f.bytes[c.Var], f.value[c.Var] = true, bytesOf(p.Types[c.Var]), c.Value.Array()
		}
	}
	for i := range p.Eqns {
		f.visit(i)
	}
	return f
}

// visit notes whether an equation can be computed now, and how much memory it is made from.
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
		f.known[v], f.by[v], f.bytes[v] = true, i, bytesOf(f.program.Types[v])
		if !isCosted(e.Op) {
			f.bytes[v] = min(f.bytes[v], from)
		}
	}
}

// foldable excludes what applies programs, and what no pass may look through.
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

func bytesOf(t trace.Type) int { return t.Size() * t.DType.Bytes() }

// kept marks the equations whose results become constants, and computes them. From the last equation on, a result that something else
// reads is kept if it is worth its memory; otherwise its operands are read.
func (f *folder) kept(limit int) []bool {
	eqns := f.program.Eqns
	wanted := f.wanted()
	for i := len(eqns) - 1; i >= 0; i-- {
		e := &eqns[i]
		if !f.constant(e) || !anyOf(wanted, e.Out) || f.worthKeeping(e) {
			continue
		}
		for _, v := range e.In {
			wanted[v] = true
		}
	}
	seen := make([]bool, len(eqns))
	for i := range eqns {
		e := &eqns[i]
		if size := f.size(e); f.constant(e) && anyOf(wanted, e.Out) && f.worthKeeping(e) && size <= limit {
			f.keep[i], limit = true, limit-size
			f.await(i, seen)
		}
	}
	kept := make([]bool, len(eqns))
	for i := range eqns {
		kept[i] = f.keep[i] && (f.value[eqns[i].Out[0]] != nil || f.compute(i))
	}
	return kept
}

// wanted marks what the results of the program and the equations that depend on its arguments read.
func (f *folder) wanted() []bool {
	wanted := make([]bool, len(f.program.Types))
	for _, v := range f.program.Out {
		wanted[v] = true
	}
	for i := range f.program.Eqns {
		if e := &f.program.Eqns[i]; !f.constant(e) {
			for _, v := range e.In {
				wanted[v] = true
			}
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

// size is the memory of an equation's results, from that of what they are made from.
func (f *folder) size(e *trace.Eqn) int {
	n := 0
	for _, v := range e.Out {
		n += bytesOf(f.program.Types[v])
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

// compute evaluates an equation and those it depends on, and reports whether that went without an error. Values that nothing more is to be made
// from give their memory to others.
func (f *folder) compute(i int) bool {
	e := &f.program.Eqns[i]
	in := make([]*trace.Array, len(e.In))
	for j, v := range e.In {
		if f.value[v] == nil && !f.compute(f.by[v]) {
			return false
		}
		in[j] = f.value[v]
	}
	if isAlias(e.Op) {
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

// share gives outputs the memory of the operands, be they the user's. It is neither released nor written over then.
func (f *folder) share(e *trace.Eqn, in []*trace.Array) {
	const never = 1 << 30
	for j, v := range e.Out {
		f.value[v] = in[j].Part(0, f.program.Types[v])
		f.readers[v] += never
	}
}

// await counts how often values will be read by the equations that compute is called for.
func (f *folder) await(i int, seen []bool) {
	if seen[i] {
		return
	}
	seen[i] = true
	for _, v := range f.program.Eqns[i].In {
		f.readers[v]++
		if f.by[v] >= 0 {
			f.await(f.by[v], seen)
		}
	}
}

// release notes that a value has been read once more.
func (f *folder) release(v trace.Var) {
	f.readers[v]--
	if f.by[v] < 0 || f.keep[f.by[v]] || f.readers[v] > 0 {
		return
	}
	f.free = append(f.free, f.value[v])
	f.value[v] = nil
}

// inherited is the value of an operand that an elementwise operation, its last reader, may write over, or nil.
func (f *folder) inherited(e *trace.Eqn, out int) *trace.Array {
	if _, ok := e.Op.(trace.Elementwise); !ok || f.program.Types[e.Out[out]].DType.IsInt() { // which may fail, halfway
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

// memory is a new array, or one that has been released.
func (f *folder) memory(t trace.Type) *trace.Array {
	for i, a := range f.free {
		if a.Type().Equal(t) {
			f.free = append(f.free[:i], f.free[i+1:]...)
			return a
		}
	}
	return trace.NewArray(t)
}

func anyOf(marked []bool, vars []trace.Var) bool {
	for _, v := range vars {
		if marked[v] {
			return true
		}
	}
	return false
}
