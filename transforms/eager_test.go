package transforms_test

import (
	"sync/atomic"
	"testing"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/trace"
	"github.com/pullback-go/pullback/transforms"
)

// counted is the identity. It counts its evaluations.
type counted struct{ evals *atomic.Int64 }

func (counted) Name() string                                { return "counted" }
func (counted) Infer(in []trace.Type) ([]trace.Type, error) { return in, nil }
func (c counted) Eval(in, out []*trace.Array)               { c.evals.Add(1); out[0].CopyFrom(in[0]) }
func (c counted) VJP(_, _, ct []Value, _ []bool) []Value    { return trace.Bind(c, ct...) }
func (counted) LinearIn([]bool) bool                        { return true }
func (c counted) Batch(_ int, in []Value, _ []bool) []Value { return trace.Bind(c, in...) }

// counting is the lrp rule with modified weights that pass through a counted operation.
type counting struct {
	lrp
	evals *atomic.Int64
}

func (c counting) Relevance(s *Site, in, out, r []Value) []Value {
	modified := append([]Value{}, in...)
	for i, o := range s.Operands {
		if o.Role == transforms.RoleWeight {
			w := trace.Bind1(counted{c.evals}, in[i])
			modified[i] = fn.Add(w, fn.Mul(fn.Positive(w), num(0.25)))
		}
	}
	return c.lrp.Relevance(s, modified, out, r)
}

// Operations of a rule on captured weights are recorded. While a transform of a model is
// traced, nothing of array size is computed. The constants of the program are the model's
// arrays, one each.
func TestTracingComputesNothing(t *testing.T) {
	r := seeded(8)
	n := newNetwork(r)
	x := draw(r, 3)
	var evals atomic.Int64
	rules := both(on(trace.KindDense, counting{lrp{0.5}, &evals}), on(trace.KindActivation, pass{0.7}))
	ones := func(y Value) Value { return fn.OnesLike(y) }
	second := func(f Func) Func { return transforms.Pull(f, func(x Value) Value { return fn.Mul(x, num(2)) }) }
	for model, f := range map[string]Func{"layers": n.apply, "operations": n.bare} {
		explain := transforms.Pull(transforms.WithRules(rules, f), ones)
		for name, g := range map[string]Func{
			"relevance":           explain,
			"its derivative":      second(explain),
			"its tangent":         func(x Value) Value { return slope(explain, x, x) },
			"batched":             func(x Value) Value { return transforms.Vmap(explain)(fn.Stack(0, x, x)) },
			"checkpointed":        transforms.Pull(transforms.Checkpoint(transforms.WithRules(rules, f)), ones),
			"in a checkpoint":     transforms.Checkpoint(explain),
			"in a loop":           func(x Value) Value { return scanRows(explain)(x) },
			"of a loop":           transforms.Pull(transforms.WithRules(rules, func(x Value) Value { return scanRows(f)(x) }), ones),
			"of a choice":         transforms.Pull(transforms.WithRules(rules, func(x Value) Value { return condFalse(f)(x) }), ones),
			"of a batch":          transforms.Pull(vmapTwice(transforms.WithRules(rules, f)), ones),
			"derivative of batch": second(transforms.Pull(vmapTwice(transforms.WithRules(rules, f)), ones)),
		} {
			t.Run(model+"/"+name, func(t *testing.T) {
				evals.Store(0)
				p := trace.Record(func(in []Value) []Value { return []Value{g(in[0])} }, []trace.Type{x.Type()})
				if n := evals.Load(); n != 0 {
					t.Errorf("%d array operations ran while tracing", n)
				}
				constantsAre(t, p, n.arrays())
				if err := p.Check(); err != nil {
					t.Error(err)
				}
				compiled := transforms.Jit(g)
				sameBits(t, "Jit", compiled(x), compiled(x))
				if evals.Load() == 0 {
					t.Error("the counted operation is not in the program: the test tests nothing")
				}
				want(t, "Jit", compiled(x), g(x))
			})
		}
	}
}

// constantsAre fails unless two things hold. The program's constants that are not scalars
// are among the given arrays, each at most once. The first weight is among them.
func constantsAre(t *testing.T, p *trace.Program, arrays []Value) {
	t.Helper()
	seen := map[int]bool{}
	for _, c := range p.Consts {
		if c.Value.Rank() == 0 {
			continue
		}
		at := -1
		for i, a := range arrays {
			if trace.Same(a, c.Value) {
				at = i
			}
		}
		if at < 0 || seen[at] {
			t.Errorf("constant %v is no array of the model, or one met before", c.Value.Type())
		}
		seen[at] = true
	}
	if !seen[0] {
		t.Error("the first weight is not among the constants")
	}
}

// For the transforms themselves, a concrete array that a function captured is one
// constant, however often it is used.
func TestCapturedConstantIsOneVariable(t *testing.T) {
	w := vector(1, 2, 3)
	f := func(x Value) Value {
		y := asLayer(func(x Value) Value { return fn.Mul(fn.Tanh(fn.Mul(x, w)), w) })(x)
		y = transforms.Checkpoint(func(y Value) Value { return fn.Mul(y, w) })(y)
		y = scanRows(func(y Value) Value { return fn.Div(y, w) })(y)
		return condFalse(func(y Value) Value { return fn.Sub(fn.Mul(y, y), w) })(y)
	}
	for name, g := range map[string]Func{
		"f": f, "gradient": transforms.Grad(sumOf(f)), "tangent": func(x Value) Value { return slope(f, x, x) },
		"gradient of gradient": transforms.Grad(sumOf(transforms.Grad(sumOf(f)))),
		"batch":                func(x Value) Value { return fn.Sum(transforms.Vmap(f)(fn.Stack(0, x, x)), 0) },
	} {
		p := trace.Record(func(in []Value) []Value { return []Value{g(in[0])} }, []trace.Type{w.Type()})
		arrays := 0
		for _, c := range p.Consts {
			if c.Value.Rank() > 0 {
				arrays++
			}
		}
		if arrays != 1 {
			t.Errorf("%s: %d array constants, want 1:\n%v", name, arrays, p)
		}
	}
}

// A pullback made outside of a trace and applied inside gets its residuals as constants
// of the trace: a rule computes nothing eagerly.
func TestTracingAPullbackComputesNothing(t *testing.T) {
	r := seeded(15)
	n, x, ct := newNetwork(r), draw(r, 3), draw(r, 2)
	var evals atomic.Int64
	rules := on(trace.KindDense, counting{lrp{0.5}, &evals})
	for model, f := range map[string]Func{"layers": n.apply, "operations": n.bare, "loop": scanRows(n.apply), "checkpoint": transforms.Checkpoint(n.apply)} {
		_, pull := transforms.VJP(transforms.WithRules(rules, f))(x)
		evals.Store(0)
		trace.Record(func(in []Value) []Value { return []Value{pull(in[0])} }, []trace.Type{ct.Type()})
		if n := evals.Load(); n != 0 {
			t.Errorf("%s: %d array operations ran while tracing the pullback", model, n)
		}
		pull(ct)
		if evals.Load() == 0 {
			t.Errorf("%s: the counted operation is not in the pullback", model)
		}
	}
}
