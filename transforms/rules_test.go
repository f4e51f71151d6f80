package transforms_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/trace"
	"github.com/pullback-go/pullback/transforms"
	"github.com/pullback-go/pullback/transforms/lawtest"
)

// WithRules changes only derivatives, and an empty composite changes nothing under any
// transform.
func TestTransparency(t *testing.T) {
	r := seeded(30)
	n := newNetwork(r)
	x, v, ct := draw(r, 5, 3), draw(r, 5, 3), draw(r, 5, 2)
	rules := both(on(trace.KindDense, lrp{0.5}), on(trace.KindActivation, pass{1.5}))
	for name, f := range map[string]Func{"layers": n.apply, "operations": n.bare} {
		sameBits(t, name, transforms.WithRules(rules, f)(x), f(x))
		y, _ := transforms.VJP(transforms.WithRules(rules, f))(x)
		sameBits(t, name+": value of VJP", y, f(x))
		y, _ = transforms.JVP(transforms.WithRules(rules, f))(x, v)
		sameBits(t, name+": value of JVP", y, f(x))
		sameBits(t, name+": Jit", transforms.Jit(transforms.WithRules(rules, f))(x), f(x))
		sameBits(t, name+": Vmap", transforms.Vmap(transforms.WithRules(rules, f))(fn.Stack(0, x, v)), transforms.Vmap(f)(fn.Stack(0, x, v)))
		empty := transforms.WithRules(nothing, f)
		sameBits(t, name+": empty, value", empty(x), f(x))
		sameBits(t, name+": empty, VJP", pulled(empty, x, ct), pulled(f, x, ct))
		sameBits(t, name+": empty, JVP", slope(empty, x, v), slope(f, x, v))
		sameBits(t, name+": empty, second order", transforms.Grad(squared(transforms.Grad(squared(empty))))(x), transforms.Grad(squared(transforms.Grad(squared(f))))(x))
		sameBits(t, name+": empty, Vmap", transforms.Vmap(transforms.Grad(squared(empty)))(fn.Stack(0, x, v)), transforms.Vmap(transforms.Grad(squared(f)))(fn.Stack(0, x, v)))
	}
}

// The value that VJP returns has a plain derivative. The value of the wrapped function
// itself has a modified one, wherever it is used.
func TestWhereTheModifiedGradientActs(t *testing.T) {
	r := seeded(31)
	w, b, x, v := draw(r, 3, 3), draw(r, 3), draw(r, 3), draw(r, 3)
	f := mixing(w, b)
	ruled := transforms.WithRules(smooth, f)
	value := func(x Value) Value { y, _ := transforms.VJP(ruled)(x); return fn.SumAll(y) }
	want(t, "VJP's value", transforms.Grad(value)(x), transforms.Grad(sumOf(f))(x))
	if d := fn.Sub(transforms.Grad(sumOf(ruled))(x), transforms.Grad(sumOf(f))(x)); fn.SumAll(fn.Abs(d)).Float64() < 0.1 {
		t.Error("the value of the wrapped function has a plain gradient")
	}
	// CE + λ·reg(R), with y from VJP's value
	ones := func(y Value) Value { return fn.OnesLike(y) }
	loss := func(x Value) Value {
		y, pull := transforms.VJP(ruled)(x)
		rel := pull(ones(y))
		return fn.Add(fn.SumAll(fn.Sin(y)), dot(rel, rel))
	}
	within(t, "loss", dot(transforms.Grad(loss)(x), v), lawtest.FiniteDifference(loss, x, v), 1e-7)
}

// An equation that has a rule keeps it.
func TestInnerRulesWin(t *testing.T) {
	x := vector(0.3, -0.8, 1.4)
	tanh := func(x Value) Value { return fn.Tanh(x) }
	inner := transforms.WithRules(on(trace.KindActivation, pass{2}), tanh)
	outer := on(trace.KindActivation, pass{10})
	for _, k := range kindsOfCalls() {
		if k.name == "custom" {
			continue
		}
		f := transforms.WithRules(outer, func(x Value) Value { return fn.Sigmoid(k.wrap(inner)(x)) })
		want(t, k.name, pulled(f, x, vector(1, 1, 1)), vector(20, 20, 20))
	}
	// A whole layer gets no rule if a rule lives in it. Sites beside it do.
	layer := asLayer(func(x Value) Value { return fn.Sin(fn.Sigmoid(inner(x))) })
	f := transforms.WithRules(both(on("block", pass{1000}), outer), layer)
	want(t, "beside", pulled(f, x, vector(1, 1, 1)),
		fn.Mul(num(20), fn.Cos(fn.Sigmoid(fn.Tanh(x)))))
	again := transforms.WithRules(on("block", pass{1000}), transforms.WithRules(on("block", pass{3}), layer))
	if got := fmt.Sprint(transforms.Plan(on("block", pass{1000}), layer, x).Rows); strings.Contains(got, "1000") {
		t.Errorf("the plan offers a layer that holds a rule: %s", got)
	}
	want(t, "no site", pulled(again, x, vector(1, 1, 1)), pulled(layer, x, vector(1, 1, 1)))
	wins := transforms.WithRules(on("block", pass{1000}), transforms.WithRules(on("block", pass{3}), asLayer(tanh)))
	want(t, "layer with a rule", pulled(wins, x, vector(1, 1, 1)), vector(3, 3, 3))
}

// derived is a composite for equations that a derivative added.
func derived(kind trace.Kind, r transforms.Rule) composite {
	return composite{"derived", func(s *Site) transforms.Rule {
		if s.Kind.Is(kind) && s.Derived {
			return r
		}
		return nil
	}}
}

// Rules in the second derivative are written as WithRules(c2, Pull(WithRules(c1, f), t)).
func TestRulesInTheSecondDerivative(t *testing.T) {
	x := vector(0.3, -0.8, 1.4)
	ones := func(y Value) Value { return fn.OnesLike(y) }
	f := func(x Value) Value { return fn.Mul(fn.Tanh(x), fn.Exp(x)) }
	first := transforms.Pull(transforms.WithRules(on(trace.KindActivation, pass{2}), f), ones)
	th, ex := fn.Tanh(x), fn.Exp(x)
	// first = 2·exp + tanh·exp
	want(t, "first", first(x), fn.Add(fn.Mul(num(2), ex), fn.Mul(th, ex)))
	plain := fn.Add(fn.Mul(num(2), ex), fn.Add(fn.Mul(ex, fn.Sub(num(1), fn.Mul(th, th))), fn.Mul(th, ex)))
	want(t, "second, plain", transforms.Pull(first, ones)(x), plain)
	// the second composite: tanh' is 5 where its value enters first
	second := transforms.Pull(transforms.WithRules(on(trace.KindActivation, pass{5}), first), ones)
	want(t, "second, with rules", second(x), fn.Add(fn.Mul(num(2), ex), fn.Add(fn.Mul(ex, num(5)), fn.Mul(th, ex))))
	want(t, "second, with rules, Jit", transforms.Jit(second)(x), second(x))
	want(t, "second, with rules, Vmap", transforms.Vmap(second)(fn.Stack(0, x, x)), fn.Stack(0, second(x), second(x)))
	// A composite sees derived equations only if it asks for them.
	var own, added int
	for _, row := range transforms.Plan(derived(trace.KindProduct, pass{0}), first, x).Rows {
		switch {
		case row.Site.Derived && row.Rule != nil:
			added++
		case !row.Site.Derived && row.Rule == nil && row.Site.Kind.Is(trace.KindProduct):
			own++
		}
		if row.Site.Derived && row.Site.Layer {
			t.Errorf("%v is a layer that was derived", row.Site)
		}
	}
	if own != 1 || added == 0 {
		t.Errorf("%d products of the user's own and %d derived ones with a rule, want 1 and some", own, added)
	}
}

// Layers are not offered again in derived form: neither their backward pass nor their
// recomputed forward pass.
func TestDerivedEquationsAreNoLayers(t *testing.T) {
	r := seeded(32)
	n := newNetwork(r)
	g := transforms.Pull(transforms.WithRules(smooth, transforms.Checkpoint(n.apply)), func(y Value) Value { return fn.OnesLike(y) })
	layers := map[string]int{}
	for _, s := range sites(g, draw(r, 5, 3)) {
		if s.Layer {
			layers[s.Path]++
		}
	}
	if len(layers) != 2 || layers["first"] != 1 || layers["second"] != 1 {
		t.Errorf("got layers %v, want first and second, once each", layers)
	}
}

// The target belongs outside: a reduction inside is attributed too, and the plan warns of
// it.
func TestTargetBelongsOutside(t *testing.T) {
	x := vector(0.5, -1, 2)
	rules := on(trace.KindReduction, pass0{})
	inside := transforms.Grad(transforms.WithRules(rules, func(x Value) Value { return fn.SumAll(fn.Tanh(x)) }))
	outside := transforms.Pull(transforms.WithRules(rules, fn.Tanh), func(y Value) Value { return fn.OnesLike(y) })
	want(t, "inside", inside(x), vector(0, 0, 0))
	want(t, "outside", outside(x), transforms.Grad(sumOf(fn.Tanh))(x))
	for _, reduce := range []Func{fn.SumAll, fn.MeanAll} {
		plan := transforms.Plan(nothing, func(x Value) Value { return reduce(fn.Tanh(x)) }, x)
		if row := plan.Rows[len(plan.Rows)-1]; !strings.Contains(row.Warning, "put the target outside") {
			t.Errorf("the plan warns %q of a reduction as the result", row.Warning)
		}
	}
	pooled := func(x Value) Value { return fn.Mean(fn.Tanh(fn.Reshape(x, 1, 3)), 1) } // a score for each sample, not a target
	if row := transforms.Plan(nothing, pooled, x).Rows[1]; strings.Contains(row.Warning, "target") {
		t.Errorf("the plan warns %q of pooling as the result", row.Warning)
	}
}

// pass0 gives no relevance.
type pass0 struct{}

func (pass0) String() string                             { return "pass0" }
func (pass0) Relevance(_ *Site, _, _, _ []Value) []Value { return []Value{{}} }

// Under Vmap a rule is mapped, not matched again: it sees single cases.
func TestRulesUnderVmap(t *testing.T) {
	r := seeded(33)
	x, ct := draw(r, 4, 3), draw(r, 4, 3)
	perCase := composite{"per case", func(s *Site) transforms.Rule {
		if s.Kind.Is(trace.KindActivation) {
			return normalized{}
		}
		return nil
	}}
	f := transforms.WithRules(perCase, func(x Value) Value { return fn.Tanh(fn.Mul(x, num(2))) })
	rows := make([]Value, 4)
	for i := range rows {
		rows[i] = pulled(f, fn.Index(x, i), fn.Index(ct, i))
	}
	want(t, "pullback of the batch", pulled(transforms.Vmap(f), x, ct), fn.Stack(0, rows...))
	both := func(p [2]Value) Value { return pulled(f, p[0], p[1]) }
	want(t, "batch of pullbacks", transforms.Vmap(both)([2]Value{x, ct}), fn.Stack(0, rows...))
	want(t, "twice", pulled(transforms.Vmap(transforms.Vmap(f)), fn.ExpandDims(x, 1), fn.ExpandDims(ct, 1)), fn.ExpandDims(fn.Stack(0, rows...), 1))
}

// normalized divides relevance by its sum over all axes that it sees.
type normalized struct{}

func (normalized) String() string { return "normalized" }

func (normalized) Relevance(_ *Site, in, _, r []Value) []Value {
	return []Value{fn.Mul(in[0], fn.Div(r[0], fn.Add(num(3), fn.SumAll(fn.Mul(in[0], in[0])))))}
}

func TestRulesUnderVmapSumWhatIsShared(t *testing.T) {
	r := seeded(34)
	type two struct{ X, W Value }
	x, w, ct := draw(r, 5, 3), draw(r, 3, 4), draw(r, 5, 4)
	f := transforms.WithRules(smooth, func(p two) Value { return dense("l", p.X, p.W, fn.ZerosLike(fn.Index(p.W, 0))) })
	_, pull := transforms.VJP(transforms.Vmap(f, transforms.VmapConfig{Shared: []string{".W"}}))(two{x, w})
	got := pull(ct)
	want(t, "weights", got.W, fn.MatMul(fn.Transpose(x, 1, 0), ct))
	for i := range 5 {
		one := pulled(func(x Value) Value { return f(two{x, w}) }, fn.Index(x, i), fn.Index(ct, i))
		want(t, fmt.Sprintf("relevance of case %d", i), fn.Index(got.X, i), one)
	}
}

type failing struct{ composite }

func (failing) Assign([]*Site) ([]transforms.Choice, error) {
	return nil, errors.New("uncovered: tanh#0")
}

type short struct{ composite }

func (short) Assign([]*Site) ([]transforms.Choice, error) { return nil, nil }

// ill gives relevance of a wrong number or shape.
type ill struct{ out func(in, r Value) []Value }

func (ill) String() string                                { return "ill" }
func (i ill) Relevance(_ *Site, in, _, r []Value) []Value { return i.out(in[0], r[0]) }

func TestRuleErrors(t *testing.T) {
	x := vector(1, 2)
	f := func(x Value) Value { return fn.Tanh(x) }
	use := func(c transforms.Composite) func() {
		return func() { transforms.Grad(func(x Value) Value { return fn.SumAll(transforms.WithRules(c, f)(x)) })(x) }
	}
	for name, test := range map[string]struct {
		f    func()
		says []string
	}{
		"assign fails":       {use(failing{nothing}), []string{"rules_test.go:", "WithRules(nothing): uncovered: tanh#0"}},
		"plan fails":         {func() { transforms.Plan(failing{nothing}, f, x) }, []string{"rules_test.go:", "Plan(nothing): uncovered: tanh#0"}},
		"too few choices":    {use(short{nothing}), []string{"it made 0 choices for 1 sites"}},
		"too few relevances": {use(on(trace.KindActivation, ill{func(_, _ Value) []Value { return nil }})), []string{"rules_test.go:", "rule ill gives 0 relevances for tanh#0 (activation.tanh)"}},
		"wrong shape":        {use(on(trace.KindActivation, ill{func(in, _ Value) []Value { return []Value{fn.SumAll(in)} }})), []string{"rules_test.go:", "relevance that rule ill gives for tanh#0 (activation.tanh)", "is f64[], want f64[2]"}},
	} {
		got := message(t, test.f)
		for _, part := range test.says {
			if !strings.Contains(got, part) {
				t.Errorf("%s: %q does not say %q", name, got, part)
			}
		}
	}
}

// WithRules(c, Vmap(f)) is Vmap(WithRules(c, f)) for rules that do not read axis 0.
func TestRulesOfAVmap(t *testing.T) {
	r := seeded(35)
	n := newNetwork(r)
	x, ct := draw(r, 4, 5, 3), draw(r, 4, 5, 2)
	rules := both(on(trace.KindDense, lrp{0.5}), on(trace.KindActivation, pass{0.7}))
	for name, f := range map[string]Func{"layers": n.apply, "operations": n.bare, "in a checkpoint": transforms.Checkpoint(n.apply)} {
		outside := transforms.WithRules(rules, transforms.Vmap(f))
		inside := transforms.Vmap(transforms.WithRules(rules, f))
		want(t, name, pulled(outside, x, ct), pulled(inside, x, ct))
	}
}
