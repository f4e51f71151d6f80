// Package opt rewrites programs into programs that compute the same with less work. Each
// pass is a pure function. [Passes] lists them in order, and [Constraints] gives the
// reasons for the order.
package opt

import (
	"slices"

	"github.com/pullback-go/pullback/trace"
)

// Pass is a rewriting of a program that keeps its arguments, its results and their
// values, bit for bit. The bits of a NaN may change, and so may what the [conventions]
// allow. The passes lower, difference, algorithms and accumulate keep values only within
// rounding.
type Pass struct {
	Name string
	Run  func(*Knowledge, *trace.Program) *trace.Program
}

// Passes are all passes, in the order in which they are applied. [Constraints] says why
// they are in this order.
var Passes = []Pass{
	{"inline", only(Inline)},
	{"lower", only(Lower)},
	{"simplify", only(Simplify)},
	{"share", Share},
	{"prune", only(Prune)},
	{"factor", only(FactorWeights)},
	{"signs", Signs},
	{"cases", SignCases},
	{"fold", Fold},
	{"signs", Signs},
	{"cases", SignCases},
	{"schedule", only(Schedule)},
	{"bodies", OptimizeBodies},
	{"prune bodies", only(PruneBodies)},
	{"difference", unlessDirect(everywhere(ByDifference))},
	{"algorithms", unlessDirect(SelectAlgorithms)},
	{"remat", only(everywhere(Rematerialize))},
	{"accumulate", only(everywhere(Accumulate))},
}

// Constraint says that some run of a pass comes before every run of another one, or that
// some run comes after every run of another one.
type Constraint struct{ Pass, Before, After, Why string }

// Constraints are the rules that the order of [Passes] must keep.
var Constraints = []Constraint{
	{Pass: "inline", Before: "lower", Why: "the other passes see through calls"},
	{Pass: "lower", Before: "simplify", Why: "what an operation is lowered to is simplified"},
	{Pass: "simplify", Before: "share", Why: "more equations are equal after it"},
	{Pass: "share", Before: "factor", Why: "what is shared is matched with a pattern once"},
	{Pass: "factor", Before: "fold", Why: "fold would compute and keep the weights that factor does without"},
	{Pass: "prune", Before: "fold", Why: "nothing is computed and kept that no result needs; fold prunes after itself"},
	{Pass: "signs", Before: "fold", Why: "weights that only meet zeros are not computed"},
	{Pass: "signs", After: "fold", Why: "the classes of folded weights are read off their values"},
	{Pass: "signs", Before: "cases", Why: "the cases are of a program without what is zero in all of them"},
	{Pass: "cases", After: "fold", Why: "it goes by what signs has read off the values"},
	{Pass: "schedule", After: "cases", Why: "it looks at who reads what, which the others change"},
	{Pass: "bodies", After: "schedule", Why: "bodies get the passes before it, with the operands that are constants by then"},
	{Pass: "prune bodies", After: "bodies", Why: "an optimised body reads fewer residuals"},
	{Pass: "difference", After: "prune bodies", Why: "only what will run is a part of a difference"},
	{Pass: "algorithms", After: "difference", Why: "an operation replaced by a difference needs no algorithm"},
	{Pass: "algorithms", After: "cases", Why: "the other passes know nothing of the forms that it chooses"},
	{Pass: "remat", After: "algorithms", Why: "it depends on what is in memory when"},
	{Pass: "accumulate", After: "remat", Why: "an operation in place is not computed again"},
}

// only returns a pass that needs only the program and looks at each equation once.
func only(f func(*trace.Program) *trace.Program) func(*Knowledge, *trace.Program) *trace.Program {
	return func(k *Knowledge, p *trace.Program) *trace.Program {
		k.Visits += len(p.Eqns)
		return f(p)
	}
}

// unlessDirect is only for a pass that [Options].Direct switches off.
func unlessDirect(f func(*trace.Program) *trace.Program) func(*Knowledge, *trace.Program) *trace.Program {
	run := only(f)
	return func(k *Knowledge, p *trace.Program) *trace.Program {
		if k.options.Direct {
			return p
		}
		return run(k, p)
	}
}

// Step says what a pass did.
type Step struct {
	Pass      string
	Equations int // after the pass
}

// Optimize applies the passes and reports on each.
func Optimize(p *trace.Program, o Options) (*trace.Program, []Step) {
	return NewKnowledge(o).Optimize(p)
}

// Optimize applies the passes to a program with a Knowledge of its own.
func (k *Knowledge) Optimize(p *trace.Program) (*trace.Program, []Step) {
	steps := []Step{{"traced", len(p.Eqns)}}
	for i, pass := range Passes {
		k.applied = Passes[:i+1]
		p = pass.Run(k, p)
		steps = append(steps, Step{pass.Name, len(p.Eqns)})
	}
	return p, steps
}

// optimizeBody applies the passes up to the current one to a body.
func (k *Knowledge) optimizeBody(p *trace.Program) *trace.Program {
	inner, passes := NewKnowledge(k.options), k.applied
	for i, pass := range passes {
		inner.applied = passes[:i+1]
		p = pass.Run(inner, p)
	}
	k.Visits, k.Read = k.Visits+inner.Visits, k.Read+inner.Read
	return p
}

// Body is an op that stands for a program. An opaque one must be computed on its own:
// nothing inside may be shared with equations outside.
type Body interface {
	trace.Op
	Body() *trace.Program
	Opaque() bool
}

// Inline replaces calls by their bodies. The operands of an opaque body pass through a
// barrier. So sharing does not merge a checkpoint's recomputation with the original
// computation.
func Inline(p *trace.Program) *trace.Program {
	return p.Inlined(func(op trace.Op) *trace.Program {
		b, ok := op.(Body)
		if !ok {
			return nil
		}
		if b.Opaque() {
			return fenced(b.Body())
		}
		return b.Body()
	})
}

// fenced returns the body behind a barrier.
func fenced(p *trace.Program) *trace.Program {
	if len(p.Eqns) == 0 || len(p.In) == 0 {
		return p
	}
	q := *p
	q.Types = append(append([]trace.Type{}, p.Types...), p.TypesOf(p.In)...)
	q.In = make([]trace.Var, len(p.In))
	for i := range q.In {
		q.In[i] = trace.Var(len(p.Types) + i)
	}
	fence := p.Eqns[0]
	fence.Op, fence.In, fence.Out = Barrier{}, q.In, p.In
	q.Eqns = append([]trace.Eqn{fence}, p.Eqns...)
	return &q
}

// Simplify removes operations that are the identity, and replaces others by simpler ones,
// where the op offers this.
func Simplify(p *trace.Program) *trace.Program {
	q, same := *p, identities(p)
	q.Eqns = make([]trace.Eqn, 0, len(p.Eqns))
	for _, e := range p.Eqns {
		e.In = renamed(e.In, same)
		if s, ok := e.Op.(trace.Simplifier); ok && len(e.Out) == 1 {
			if op, operands, ok := s.Simplify(p.TypesOf(e.In)); ok {
				kept := make([]trace.Var, len(operands))
				for i, o := range operands {
					kept[i] = e.In[o]
				}
				if op == nil {
					same[e.Out[0]] = kept[0]
					continue
				}
				e.Op, e.In = op, kept
			}
		}
		q.Eqns = append(q.Eqns, e)
	}
	q.Out = renamed(p.Out, same)
	return &q
}

// Share computes equal equations once (common subexpression elimination): the same
// operation, see [trace.SameOp], on the same operands. An equation that both a derivative
// and the user made counts as the user's.
func Share(k *Knowledge, p *trace.Program) *trace.Program {
	q, same, made := *p, identities(p), map[uint64][]int{}
	q.Eqns = make([]trace.Eqn, 0, len(p.Eqns))
	for _, e := range p.Eqns {
		k.Visits++
		e.In = renamed(e.In, same)
		if shareable(e.Op) {
			hash := hashOf(&e)
			if first := k.equal(&e, q.Eqns, made[hash]); first != nil {
				first.Derived = first.Derived && e.Derived
				for i, v := range e.Out {
					same[v] = first.Out[i]
				}
				continue
			}
			made[hash] = append(made[hash], len(q.Eqns))
		}
		q.Eqns = append(q.Eqns, e)
	}
	q.Out = renamed(p.Out, same)
	return &q
}

// equal returns the one of some equations that computes the same as e, or nil.
func (k *Knowledge) equal(e *trace.Eqn, eqns []trace.Eqn, some []int) *trace.Eqn {
	for _, i := range some {
		k.Visits++
		if first := &eqns[i]; slices.Equal(first.In, e.In) && len(first.Out) == len(e.Out) && trace.SameOp(first.Op, e.Op) {
			return first
		}
	}
	return nil
}

// hashOf returns a hash that is equal for equations that compute the same.
func hashOf(e *trace.Eqn) uint64 {
	h := trace.HashOp(e.Op)
	for _, v := range e.In {
		h = (h ^ uint64(v)) * 0x9E3779B97F4A7C15 // an odd factor, so that different variables give different hashes
	}
	return h
}

// shareable excludes effects, barriers, and calls, which may stand for a barrier.
func shareable(op trace.Op) bool {
	if _, ok := op.(trace.Caller); ok || trace.HasEffect(op) {
		return false
	}
	_, fence := op.(Barrier)
	return !fence
}

// Prune removes equations that no result and no effect needs (dead code).
func Prune(p *trace.Program) *trace.Program {
	q, _ := p.Pruned()
	return q
}

func identities(p *trace.Program) []trace.Var {
	same := make([]trace.Var, len(p.Types))
	for i := range same {
		same[i] = trace.Var(i)
	}
	return same
}

func renamed(vars, same []trace.Var) []trace.Var {
	out := make([]trace.Var, len(vars))
	for i, v := range vars {
		out[i] = same[v]
	}
	return out
}

// Barrier is the identity on its operands, opaque to every pass.
type Barrier struct{}

// Name returns barrier.
func (Barrier) Name() string { return "barrier" }

// Infer returns the operands' types.
func (Barrier) Infer(in []trace.Type) ([]trace.Type, error) { return in, nil }

// Eval copies the operands. The executor aliases them instead.
func (Barrier) Eval(in, out []*trace.Array) {
	for i := range in {
		out[i].CopyFrom(in[i])
	}
}

// Alias reports that outputs may share the memory of the operands, one for one.
func (Barrier) Alias() bool { return true }

// VJP passes the cotangents through.
func (Barrier) VJP(_, _, ct []trace.Value, _ []bool) []trace.Value { return ct }

// Batch batches every operand, so that every output is batched.
func (b Barrier) Batch(_ int, in []trace.Value, _ []bool) []trace.Value { return trace.Bind(b, in...) }
