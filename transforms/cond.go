package transforms

import (
	"errors"
	"fmt"
	"slices"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/trace"
)

// Cond returns a function that applies then where pred, a bool[], is true, and otherwise
// where it is false. If pred is concrete, only the chosen function is called. If it is
// traced, both functions are traced. They must return trees of the same structure and
// types; a weak leaf, as [fn.Scalar] gives, takes the dtype that the other function
// gives. Values that either function captures are differentiated and batched through.
// pred itself has no derivative.
//
// What a function computes from captured values alone belongs to it just like what it
// computes from its argument. If the function is not chosen, none of this is computed,
// fails or has a slope. An operation on concrete values runs at once while a function is
// traced; if it fails, tracing fails with that error.
//
// If a [Vmap] maps over pred, every case runs both functions and selects. The function
// not chosen then neither fails nor gives NaN. Its operands are cut off from derivatives
// case by case, which needs a copy of a shared operand for each case. Operands from which
// an integer is computed, such as an index, take the value of a case that does choose the
// function. If there is no such case, the function is not computed.
//
// Composites see through a Cond: the operations and layers of both functions are sites.
// Cond panics with a *trace.Error if pred is no bool scalar or the results differ in
// structure or types.
func Cond[P, R any](pred Value, then, otherwise func(P) R) func(P) R {
	return choice("Cond", pred, []func(P) R{then, otherwise})
}

// Cond0 is [Cond] of functions without an argument, which capture what they need. It
// returns the result of the one that pred chooses:
//
//	y := transforms.Cond0(fn.Less(x, y), func() Value { return fn.Exp(x) }, func() Value { return y })
func Cond0[R any](pred Value, then, otherwise func() R) R {
	of := func(f func() R) func(struct{}) R { return func(struct{}) R { return f() } }
	return choice("Cond0", pred, []func(struct{}) R{of(then), of(otherwise)})(struct{}{})
}

// Switch returns a function that applies branches[i], where i is an integer scalar. An i
// below 0 chooses the first branch, and an i behind the last branch the last one. Apart
// from that, everything said of [Cond] holds: if i is concrete, only the chosen branch is
// called; if it is traced, all branches are traced, and must return trees of the same
// structure and types; if a [Vmap] maps over i, every case runs all branches and selects.
//
// Switch panics with a *trace.Error if there is no branch, i is no integer scalar, or the
// results differ in structure or types.
func Switch[P, R any](i Value, branches ...func(P) R) func(P) R {
	if len(branches) == 0 {
		panic(trace.Errorf("Switch without branches: give at least one function to choose"))
	}
	if !i.IsAbsent() && i.DType().IsInt() {
		i = fn.Cast(i, trace.Int64)
	}
	return choice("Switch", i, branches)
}

// choice returns a function that applies one of several functions. what is the name of the
// transform that the user called.
func choice[P, R any](what string, which Value, functions []func(P) R) func(P) R {
	over := &cond{index: what == "Switch", bodies: make([]*trace.Program, len(functions))}
	return func(x P) R {
		if i, known := over.known(which); known {
			return functions[i](x)
		}
		r := make([]*recording, len(functions))
		for i, f := range functions {
			r[i] = recordBody(f, x, which)
		}
		promote(r)
		bodies := make([]*trace.Program, len(r))
		for i := range r {
			bodies[i] = r[i].program
		}
		out := over.bind(which, bodies, r[0].leaves)
		for _, other := range r[1:] {
			if r[0].out.Key() != other.out.Key() {
				panic(trace.Errorf("%s: the functions return trees of different structure or static parts: values at %q and at %q", what, r[0].out.Paths(), other.out.Paths()))
			}
		}
		return result[R](r[0], out)
	}
}

// promote gives the weak results of bodies the dtype that another body gives them where
// that is not weak.
func promote(all []*recording) {
	if slices.ContainsFunc(all, func(r *recording) bool { return len(r.weak) != len(all[0].weak) }) {
		return // which is an error
	}
	strong := make([]trace.DType, len(all[0].weak))
	found := make(trace.Mask, len(strong))
	for _, r := range all {
		for i, t := range r.program.TypesOf(r.program.Out) {
			if !found[i] && !r.weak[i] && t.DType != trace.Bool {
				strong[i], found[i] = t.DType, true
			}
		}
	}
	for _, r := range all {
		r.strengthen(strong, found)
	}
}

// strengthen casts the weak results of a body for which a dtype was found.
func (r *recording) strengthen(strong []trace.DType, found trace.Mask) {
	p, cast := r.program, make(trace.Mask, len(found))
	for i := range cast {
		cast[i] = r.weak[i] && found[i]
	}
	if !cast.Any() {
		return
	}
	for i := range cast {
		r.weak[i] = r.weak[i] && !cast[i]
	}
	r.program = trace.Record(func(args []Value) []Value {
		out := p.Apply(args...)
		for i := range out {
			if cast[i] {
				out[i] = fn.Promote(out[i].WithWeak(true), strong[i])
			}
		}
		return out
	}, p.TypesOf(p.In))
}

// known returns the branch taken if the predicate or index is known.
func (c *cond) known(which Value) (branch int, known bool) {
	if !which.IsConcrete() || !which.Type().Equal(c.operand()) {
		return 0, false
	}
	return c.Branch(which.Array()), true
}

// flat traces all branches on the types of args and applies the choice between them. If
// the predicate or index is known, it applies the branch directly.
func (c *cond) flat(which Value, branch func(i int, args []Value) []Value, args []Value) []Value {
	if i, known := c.known(which); known {
		return branch(i, args)
	}
	bodies := make([]*trace.Program, len(c.bodies))
	for i := range bodies {
		bodies[i] = trace.RecordBody(func(args []Value) []Value { return branch(i, args) }, trace.TypesOfValues(args), args, []Value{which})
	}
	return c.bind(which, bodies, args)
}

// bind applies the choice between other bodies. The values they captured come before
// args.
func (c *cond) bind(which Value, bodies []*trace.Program, args []Value) []Value {
	closed, captured := make([]*trace.Program, len(bodies)), make([][]Value, len(bodies))
	for i, p := range bodies {
		closed[i], captured[i] = p.Closed()
	}
	for i := range closed {
		at := 0
		for j, of := range captured {
			if j != i {
				closed[i] = widened(closed[i], at, trace.TypesOfValues(of))
			}
			at += len(of)
		}
	}
	return trace.Bind(newCond(c.index, closed), slices.Concat([]Value{which}, slices.Concat(captured...), args)...)
}

// widened returns p with further arguments, which nothing uses, before argument at.
func widened(p *trace.Program, at int, types []trace.Type) *trace.Program {
	q := *p
	q.Types = append(append([]trace.Type{}, p.Types...), types...)
	q.In = append([]trace.Var{}, p.In[:at]...)
	for i := range types {
		q.In = append(q.In, trace.Var(len(p.Types)+i))
	}
	q.In = append(q.In, p.In[at:]...)
	return &q
}

// cond is the choice as an op. Its operands are the predicate or index, then those of all
// bodies.
type cond struct {
	index  bool // whether an i64 chooses the body, not a bool that chooses the first if true
	bodies []*trace.Program
	ruled  bool
}

func newCond(index bool, bodies []*trace.Program) *cond {
	return &cond{index, bodies, slices.ContainsFunc(bodies, hasRules)}
}

func (c *cond) Name() string {
	if c.index {
		return "switch"
	}
	return "cond"
}

// operand returns the type of the predicate or index.
func (c *cond) operand() trace.Type {
	if c.index {
		return trace.TypeOf(trace.Int64)
	}
	return trace.TypeOf(trace.Bool)
}

func (c *cond) String() string              { return c.Name() }
func (c *cond) Bodies() []*trace.Program    { return c.bodies }
func (c *cond) Eval(in, out []*trace.Array) { evalByRun(c, in, out) }
func (c *cond) hasRules() bool              { return c.ruled }

// Branch clamps an index to those that there are.
func (c *cond) Branch(which *trace.Array) int {
	switch {
	case c.index:
		return int(min(max(trace.Elems[int64](which)[0], 0), int64(len(c.bodies)-1)))
	case trace.Elems[bool](which)[0]:
		return 0
	}
	return 1
}

func (c *cond) Infer(in []trace.Type) ([]trace.Type, error) {
	switch {
	case in[0].Equal(c.operand()):
	case c.index:
		return nil, fmt.Errorf("the index is %v, want an integer scalar", in[0])
	default:
		return nil, fmt.Errorf("the predicate is %v, want bool[]: compare, and reduce with fn.All or fn.Any", in[0])
	}
	var first []trace.Type
	for k, body := range c.bodies {
		out, err := inferBody(body, in[1:])
		switch {
		case err != nil:
			return nil, err
		case k == 0:
			first = out
		case len(out) != len(first):
			return nil, fmt.Errorf("one function returns %d values, the other %d", len(first), len(out))
		}
		for i, t := range first {
			if !t.Equal(out[i]) {
				return nil, fmt.Errorf("value %d is %v from one function and %v from the other; both must return the same types", i, t, out[i])
			}
		}
	}
	return first, nil
}

// Run runs the chosen body.
func (c *cond) Run(in []Value) []Value {
	return c.bodies[c.Branch(in[0].Array())].Apply(in[1:]...)
}

func (c *cond) WithBodies(bodies []*trace.Program) trace.Op { return newCond(c.index, bodies) }

func (c *cond) bindBodies(bodies []*trace.Program, in []Value) []Value {
	return c.bind(in[0], bodies, in[1:])
}

// flows looks into all branches. A result comes after the sites of every branch on its
// way, and depends on the argument if the predicate does.
func (c *cond) flows(f *finder, b *body, i int, in []flow) []flow {
	e := &b.Eqns[i]
	results, wanted := b.result.Of(e.Out), b.wanted.Of(e.Out)
	branches := make([][]flow, len(c.bodies))
	for k, body := range c.bodies {
		branches[k] = f.walk(f.inside(b, i, body, k), in[1:], results, wanted)
	}
	out := make([]flow, len(e.Out))
	for j := range out {
		all := []flow{in[0]}
		for _, branch := range branches {
			all = append(all, branch[j])
		}
		out[j] = f.graph.union(all)
	}
	return out
}

func (c *cond) dependent(marked trace.Mask) trace.Mask {
	if marked[0] {
		return trace.AllMarked(len(c.bodies[0].Out))
	}
	out := make(trace.Mask, len(c.bodies[0].Out))
	for _, body := range c.bodies {
		for i, depends := range reached(body, marked[1:]) {
			out[i] = out[i] || depends
		}
	}
	return out
}

func (c *cond) discharge() trace.Op {
	bodies := make([]*trace.Program, len(c.bodies))
	for i, body := range c.bodies {
		bodies[i] = dischargeProgram(body)
	}
	return newCond(c.index, bodies)
}

func (c *cond) Batch(size int, in []Value, batched []bool) []Value {
	which, args := in[0], in[1:]
	if !batched[0] {
		return c.flat(which, func(i int, args []Value) []Value {
			return applyBatched(c.bodies[i], size, args, batched[1:])
		}, args)
	}
	last := len(c.bodies) - 1
	out := applyGuarded(c.bodies[last], c.takes(last, which), size, args, batched[1:])
	for k := last - 1; k >= 0; k-- {
		taken := c.takes(k, which)
		for i, v := range applyGuarded(c.bodies[k], taken, size, args, batched[1:]) {
			out[i] = fn.Where(perCase(taken, v), v, out[i])
		}
	}
	return out
}

// takes reports, for each case of a mapped predicate or index, whether it chooses a
// branch.
func (c *cond) takes(branch int, which Value) Value {
	switch last := len(c.bodies) - 1; {
	case c.index && last == 0:
		return fn.FillAs(which, trace.TypeOf(trace.Bool, which.Shape()...), 1)
	case c.index && branch == 0:
		return fn.LessEqual(which, trace.Scalar(int64(0)))
	case c.index && branch == last:
		return fn.GreaterEqual(which, trace.Scalar(int64(last)))
	case c.index:
		return fn.Equal(which, trace.Scalar(int64(branch)))
	case branch == 0:
		return which
	}
	return fn.Not(which)
}

// perCase repeats one bool for each case over the other axes of x.
func perCase(taken, x Value) Value { return fn.BroadcastIn(taken, x.Shape(), 0) }

func (c *cond) VJP(in, _, ct []Value, want []bool) []Value {
	return vjpByLinearize(c, zerosForUnknown(in, ct[0]), ct, want)
}

// zerosForUnknown replaces operands of which only the type is known by zeros. An op is
// linear in such operands.
func zerosForUnknown(in []Value, like Value) []Value {
	args := append([]Value{}, in...)
	for i, v := range args {
		if !v.IsConcrete() && !v.IsTraced() {
			args[i] = fn.FillAs(like, v.Type(), 0)
		}
	}
	return args
}

func (c *cond) linearize(want trace.Mask) linearization {
	l := &linearCond{cond: c, spans: make([]int, len(c.bodies))}
	for _, b := range c.bodies {
		l.branches = append(l.branches, linearizeProgram(b, want[1:]))
	}
	return l
}

// linearCond is the linearization of a choice. Its residuals are the predicate and those
// of all branches; those of a branch not taken are zero.
type linearCond struct {
	*cond
	branches []*linearProgram
	spans    []int // the number of residuals of each
}

func (l *linearCond) forward(in []Value) (out, res []Value) {
	n := len(l.bodies[0].Out)
	parts := make([]partial, len(l.branches))
	for i, b := range l.branches {
		parts[i].program = trace.Record(func(args []Value) []Value {
			out, res := b.forward(args)
			l.spans[i] = len(res)
			return append(out, res...)
		}, trace.TypesOfValues(in[1:]))
	}
	for i := range parts {
		parts[i].present = trace.AllMarked(n)
		for j, span := range l.spans {
			own := make(trace.Mask, span)
			if i == j {
				own = trace.AllMarked(span)
			}
			parts[i].present = append(parts[i].present, own...)
		}
	}
	all := l.choose(in[0], in[1:], parts)
	return all[:n], append([]Value{in[0]}, all[n:]...)
}

func (l *linearCond) backward(res, ct []Value) []Value {
	return append([]Value{{}}, l.chosen(res, ct, (*linearProgram).backward)...)
}

func (l *linearCond) push(res, tangents []Value) []Value {
	return l.chosen(res, tangents[1:], (*linearProgram).push)
}

// chosen applies f to the residuals of the branch that was chosen. A result is absent if
// it is absent in all branches.
func (l *linearCond) chosen(res, vectors []Value, f func(l *linearProgram, res, vectors []Value) []Value) []Value {
	given, m := present(vectors), len(res)-1
	args := append(append([]Value{}, res[1:]...), compact(vectors)...)
	parts, from := make([]partial, len(l.branches)), 0
	for i, b := range l.branches {
		own := func(args []Value) []Value { return args[from:][:l.spans[i]] }
		parts[i] = recordPartial(func(args []Value) []Value {
			return f(b, own(args), spread(args[m:], given))
		}, trace.TypesOfValues(args))
		from += l.spans[i]
	}
	return l.choose(res[0], args, parts)
}

// choose applies one of several functions whose results are parts of one list. A result
// that only other functions have is zero; a result that none has is absent.
func (c *cond) choose(which Value, args []Value, parts []partial) []Value {
	types := make([]trace.Type, len(parts[0].present))
	some := make(trace.Mask, len(types))
	for _, p := range parts {
		next := 0
		for k, h := range p.present {
			if h {
				types[k], some[k] = p.program.Types[p.program.Out[next]], true
				next++
			}
		}
	}
	return spread(c.flat(which, func(i int, args []Value) []Value {
		own := parts[i].apply(args)
		for k, v := range own {
			if some[k] && v.IsAbsent() {
				own[k] = trace.Bind1(zero{types[k]}, args[len(args)-1])
			}
		}
		return compact(own)
	}, args), some)
}

// zero maps any operand to zeros of a type. Unlike an array of zeros it depends on its
// operand, linearly. So a choice between something linear and zero can be transposed.
type zero struct{ Type trace.Type }

func (zero) Name() string                                { return "zero" }
func (op zero) Infer([]trace.Type) ([]trace.Type, error) { return []trace.Type{op.Type}, nil }
func (op zero) Run([]Value) []Value                      { return []Value{fn.Zeros(op.Type)} }
func (op zero) Eval(in, out []*trace.Array)              { evalByRun(op, in, out) }
func (zero) VJP(in, _, _ []Value, _ []bool) []Value      { return make([]Value, len(in)) }
func (zero) LinearIn([]bool) bool                        { return true }
func (op zero) Batch(size int, in []Value, _ []bool) []Value {
	return trace.Bind(zero{batchedBy(size, op.Type)}, in...)
}

func batchedBy(size int, t trace.Type) trace.Type {
	return trace.Type{DType: t.DType, Shape: append([]int{size}, t.Shape...)}
}

// LinearIn makes a choice transposable in operands that both bodies are linear in.
func (c *cond) LinearIn(marked []bool) bool { return notLinear(c, marked, noZeros) == nil }

// linearIn returns an error that says why the choice is not linear in the marked operands
// jointly. If strict is true, a result that is a constant other than zero in one branch
// and depends on the operands in another is an error too.
func (c *cond) linearIn(marked, zero trace.Mask, eqn linearity, strict bool) error {
	if marked[0] {
		return errors.New("the predicate is no number")
	}
	if zero != nil {
		zero = zero[1:]
	}
	linear, zeros, any := make([]trace.Mask, len(c.bodies)), make([]*zeros, len(c.bodies)), make(trace.Mask, len(c.bodies[0].Out))
	for k, body := range c.bodies {
		var err error
		if linear[k], zeros[k], err = linearIn(body, marked[1:], zero, eqn); err != nil {
			return err
		}
		for i, l := range linear[k] {
			any[i] = any[i] || l
		}
	}
	for k, body := range c.bodies {
		if err := addsConstant(body, any, linear[k], zeros[k]); strict && err != nil {
			return err
		}
	}
	return nil
}
