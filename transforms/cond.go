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
	return func(x P) R {
		if i, known := branchOf(pred); known {
			return [2]func(P) R{then, otherwise}[i](x)
		}
		var r [2]*recording
		for i, f := range [2]func(P) R{then, otherwise} {
			r[i] = recordBody(f, x, pred)
		}
		if len(r[0].weak) == len(r[1].weak) {
			promote(r[0], r[1])
			promote(r[1], r[0])
		}
		out := bindCond(pred, [2]*trace.Program{r[0].program, r[1].program}, r[0].leaves)
		if r[0].out.Key() != r[1].out.Key() {
			panic(trace.Errorf("Cond: the two functions return trees of different structure or static parts: values at %q and at %q", r[0].out.Paths(), r[1].out.Paths()))
		}
		return result[R](r[0], out)
	}
}

// branchOf returns the branch taken, 0 for true and 1 for false, if the predicate is
// known.
func branchOf(pred Value) (branch int, known bool) {
	if !pred.IsConcrete() || !pred.Type().Equal(trace.TypeOf(trace.Bool)) {
		return 0, false
	}
	return taken(pred.Array()), true
}

// taken returns the branch for a known predicate.
func taken(pred *trace.Array) int {
	if trace.Elems[bool](pred)[0] {
		return 0
	}
	return 1
}

// promote gives weak results of a body the dtype of the other body's results where those
// are not weak.
func promote(r, to *recording) {
	p, types := r.program, to.program.TypesOf(to.program.Out)
	weak := slices.Clone(r.weak)
	for i, t := range types {
		r.weak[i] = weak[i] && (to.weak[i] || t.DType == trace.Bool)
	}
	if slices.Equal(weak, r.weak) {
		return
	}
	r.program = trace.Record(func(args []Value) []Value {
		out := p.Apply(args...)
		for i := range out {
			if weak[i] && !r.weak[i] {
				out[i] = fn.Promote(out[i].WithWeak(true), types[i].DType)
			}
		}
		return out
	}, p.TypesOf(p.In))
}

// condFlat traces both branches, 0 for true and 1 for false, on the types of args and
// applies the choice. If the predicate is known, it applies the branch directly.
func condFlat(pred Value, branch func(i int, args []Value) []Value, args []Value) []Value {
	if i, known := branchOf(pred); known {
		return branch(i, args)
	}
	var bodies [2]*trace.Program
	for i := range bodies {
		bodies[i] = trace.RecordBody(func(args []Value) []Value { return branch(i, args) }, trace.TypesOfValues(args), args, []Value{pred})
	}
	return bindCond(pred, bodies, args)
}

// bindCond applies the choice between two bodies. The values they captured come before
// args.
func bindCond(pred Value, bodies [2]*trace.Program, args []Value) []Value {
	var captured [2][]Value
	for i, p := range bodies {
		bodies[i], captured[i] = p.Closed()
	}
	n := len(captured[0])
	bodies[0] = widened(bodies[0], n, trace.TypesOfValues(captured[1]))
	bodies[1] = widened(bodies[1], 0, trace.TypesOfValues(captured[0]))
	in := append([]Value{pred}, captured[0]...)
	return trace.Bind(newCond(bodies), append(append(in, captured[1]...), args...)...)
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

// cond is the choice as an op. Its operands are the predicate, then those of both bodies.
type cond struct {
	bodies [2]*trace.Program
	ruled  bool
}

func newCond(bodies [2]*trace.Program) *cond {
	return &cond{bodies, hasRules(bodies[0]) || hasRules(bodies[1])}
}

func (c *cond) Name() string                 { return "cond" }
func (c *cond) String() string               { return "cond" }
func (c *cond) Bodies() []*trace.Program     { return c.bodies[:] }
func (c *cond) Eval(in, out []*trace.Array)  { evalByRun(c, in, out) }
func (c *cond) hasRules() bool               { return c.ruled }
func (c *cond) Branch(pred *trace.Array) int { return taken(pred) }

func (c *cond) Infer(in []trace.Type) ([]trace.Type, error) {
	if !in[0].Equal(trace.TypeOf(trace.Bool)) {
		return nil, fmt.Errorf("the predicate is %v, want bool[]: compare, and reduce with fn.All or fn.Any", in[0])
	}
	then, err := inferBody(c.bodies[0], in[1:])
	if err != nil {
		return nil, err
	}
	otherwise, err := inferBody(c.bodies[1], in[1:])
	if err != nil {
		return nil, err
	}
	if len(then) != len(otherwise) {
		return nil, fmt.Errorf("one function returns %d values, the other %d", len(then), len(otherwise))
	}
	for i, t := range then {
		if !t.Equal(otherwise[i]) {
			return nil, fmt.Errorf("value %d is %v from one function and %v from the other; both must return the same types", i, t, otherwise[i])
		}
	}
	return then, nil
}

// Run runs the chosen body.
func (c *cond) Run(in []Value) []Value {
	return c.bodies[taken(in[0].Array())].Apply(in[1:]...)
}

func (c *cond) WithBodies(bodies []*trace.Program) trace.Op {
	return newCond([2]*trace.Program(bodies))
}

func (c *cond) bindBodies(bodies []*trace.Program, in []Value) []Value {
	return bindCond(in[0], [2]*trace.Program(bodies), in[1:])
}

// flows looks into both branches. A result comes after the sites of either branch on its
// way, and depends on the argument if the predicate does.
func (c *cond) flows(f *finder, b *body, i int, in []flow) []flow {
	e := &b.Eqns[i]
	results, wanted := b.result.Of(e.Out), b.wanted.Of(e.Out)
	then := f.walk(f.inside(b, i, c.bodies[0], 0), in[1:], results, wanted)
	otherwise := f.walk(f.inside(b, i, c.bodies[1], 1), in[1:], results, wanted)
	out := make([]flow, len(then))
	for j := range out {
		out[j] = f.graph.union([]flow{in[0], then[j], otherwise[j]})
	}
	return out
}

func (c *cond) dependent(marked trace.Mask) trace.Mask {
	if marked[0] {
		return trace.AllMarked(len(c.bodies[0].Out))
	}
	then, otherwise := reached(c.bodies[0], marked[1:]), reached(c.bodies[1], marked[1:])
	for i := range then {
		then[i] = then[i] || otherwise[i]
	}
	return then
}

func (c *cond) discharge() trace.Op {
	return newCond([2]*trace.Program{dischargeProgram(c.bodies[0]), dischargeProgram(c.bodies[1])})
}

func (c *cond) Batch(size int, in []Value, batched []bool) []Value {
	pred, args := in[0], in[1:]
	if !batched[0] {
		return condFlat(pred, func(i int, args []Value) []Value {
			return applyBatched(c.bodies[i], size, args, batched[1:])
		}, args)
	}
	then := applyGuarded(c.bodies[0], pred, size, args, batched[1:])
	otherwise := applyGuarded(c.bodies[1], fn.Not(pred), size, args, batched[1:])
	out := make([]Value, len(then))
	for i := range out {
		out[i] = fn.Where(perCase(pred, then[i]), then[i], otherwise[i])
	}
	return out
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
	l := &linearCond{cond: c}
	for i, b := range c.bodies {
		l.branches[i] = linearizeProgram(b, want[1:])
	}
	return l
}

// linearCond is the linearization of a choice. Its residuals are the predicate and those
// of both branches; those of the branch not taken are zero.
type linearCond struct {
	*cond
	branches [2]*linearProgram
	spans    [2]int // the number of residuals of each
}

func (l *linearCond) forward(in []Value) (out, res []Value) {
	n := len(l.bodies[0].Out)
	var parts [2]partial
	for i, b := range l.branches {
		parts[i].program = trace.Record(func(args []Value) []Value {
			out, res := b.forward(args)
			l.spans[i] = len(res)
			return append(out, res...)
		}, trace.TypesOfValues(in[1:]))
	}
	for i := range parts {
		own := [2]trace.Mask{make(trace.Mask, l.spans[0]), make(trace.Mask, l.spans[1])}
		own[i] = trace.AllMarked(l.spans[i])
		parts[i].present = slices.Concat(trace.AllMarked(n), own[0], own[1])
	}
	all := choose(in[0], in[1:], parts)
	return all[:n], append([]Value{in[0]}, all[n:]...)
}

func (l *linearCond) backward(res, ct []Value) []Value {
	return append([]Value{{}}, l.either(res, ct, (*linearProgram).backward)...)
}

func (l *linearCond) push(res, tangents []Value) []Value {
	return l.either(res, tangents[1:], (*linearProgram).push)
}

// either applies f to the residuals of the branch that was chosen. A result is absent if
// it is absent in both branches.
func (l *linearCond) either(res, vectors []Value, f func(l *linearProgram, res, vectors []Value) []Value) []Value {
	given, m := present(vectors), l.spans[0]+l.spans[1]
	args := append(append([]Value{}, res[1:]...), compact(vectors)...)
	var parts [2]partial
	for i, b := range l.branches {
		parts[i] = recordPartial(func(args []Value) []Value {
			return f(b, args[i*l.spans[0]:][:l.spans[i]], spread(args[m:], given))
		}, trace.TypesOfValues(args))
	}
	return choose(res[0], args, parts)
}

// choose applies one of two functions whose results are parts of one list. A result that
// only the other function has is zero; a result that neither has is absent.
func choose(pred Value, args []Value, parts [2]partial) []Value {
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
	return spread(condFlat(pred, func(i int, args []Value) []Value {
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
// and depends on the operands in the other is an error too.
func (c *cond) linearIn(marked, zero trace.Mask, eqn linearity, strict bool) error {
	if marked[0] {
		return errors.New("the predicate is no number")
	}
	if zero != nil {
		zero = zero[1:]
	}
	then, zerosThen, err := linearIn(c.bodies[0], marked[1:], zero, eqn)
	otherwise, zerosOtherwise, err2 := linearIn(c.bodies[1], marked[1:], zero, eqn)
	if err := errors.Join(err, err2); err != nil || !strict {
		return err
	}
	return errors.Join(addsConstant(c.bodies[0], otherwise, then, zerosThen), addsConstant(c.bodies[1], then, otherwise, zerosOtherwise))
}
