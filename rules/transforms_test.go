package rules_test

import (
	"strings"
	"testing"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/rules"
	"github.com/pullback-go/pullback/trace"
	"github.com/pullback-go/pullback/transforms"
	"github.com/pullback-go/pullback/transforms/lawtest"
)

// presetsWithBounds are all presets.
func presetsWithBounds(t *testing.T) []rules.Composite {
	var out []rules.Composite
	for _, name := range rules.Names() {
		c, err := rules.Named(name, fn.Scalar(-4), fn.Scalar(4), rules.Preset{Stabilizer: large.Stabilizer, Epsilon: large.Stabilizer})
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, c)
	}
	return out
}

// smallNetwork is a convolution, ReLU, average pooling, a residual addition and a dense
// layer.
func smallNetwork(x Value) Value {
	w, b, v, c := drawn("w", 3, 3, 3), drawn("b", 3), drawn("v", 5, 6), drawn("c", 5)
	y := fn.ReLU(conv(x, fn.Reshape(w, 3, 3, 3), b, fn.ConvConfig{Padding: []int{1}}))
	y = fn.AvgPool(fn.Add(y, x), fn.AvgPoolConfig{Kernel: []int{2}})
	return fn.Linear(fn.Flatten(y, 1), v, c)
}

// TestTransparency checks that rules change no value.
func TestTransparency(t *testing.T) {
	x := drawn("x", 2, 3, 4)
	for _, c := range presetsWithBounds(t) {
		lawtest.Close(t, transforms.WithRules(c, smallNetwork)(x), smallNetwork(x), 0)
	}
}

// TestVmapAndJitKeepRules checks that the pullback of a batch is the batch of the
// pullbacks, and that Jit changes nothing.
func TestVmapAndJitKeepRules(t *testing.T) {
	x, r := drawn("xs", 7, 2, 3, 4), drawn("rs", 7, 2, 5)
	for _, c := range presetsWithBounds(t) {
		ruled := transforms.WithRules(c, smallNetwork)
		want := make([]Value, 7)
		for i := range want {
			want[i] = transforms.Pull(ruled, constant(fn.Index(r, i)))(fn.Index(x, i))
		}
		_, pull := transforms.VJP(transforms.Vmap(ruled))(x)
		lawtest.Close(t, pull(r), fn.Stack(0, want...), 1e-12)
		jitted := transforms.Jit(func(in []Value) Value {
			return transforms.Pull(ruled, constant(in[1]))(in[0])
		})
		for i := range want {
			lawtest.Close(t, jitted([]Value{fn.Index(x, i), fn.Index(r, i)}), want[i], 1e-12)
		}
	}
}

// TestJVPIsTheTransposeOfTheRule checks <v, JVP u> = <VJP v, u> for the rules that are
// linear in the relevance.
func TestJVPIsTheTransposeOfTheRule(t *testing.T) {
	w, b, x, u, v := drawn("w", 5, 7), drawn("b", 5), drawn("x", 3, 7), drawn("u", 3, 7), drawn("v", 3, 5)
	f := func(x Value) Value { return fn.Linear(fn.ReLU(x), w, b) }
	for _, rule := range append(linearRules(), rules.Pass(), rules.ReLUBetaSmooth(3)) {
		c := everywhere(rule)
		if rule.String()[0] == 'P' || rule.String()[0] == 'R' {
			c = rules.LayerMap(rules.On(trace.KindReLU, rule))
		}
		ruled := transforms.WithRules(c, f)
		_, pushed := transforms.JVP(ruled)(x, u)
		_, pull := transforms.VJP(ruled)(x)
		lawtest.Close(t, fn.SumAll(fn.Mul(v, pushed)), fn.SumAll(fn.Mul(pull(v), u)), 1e-12)
	}
}

// TestJVPIsTheTransposeOfThePreset checks the same for whole composites that are linear
// in the relevance.
func TestJVPIsTheTransposeOfThePreset(t *testing.T) {
	x, u, v := drawn("x", 2, 3, 4), drawn("u", 2, 3, 4), drawn("v", 2, 5)
	for _, c := range presetsWithBounds(t) {
		ruled := transforms.WithRules(c, smallNetwork)
		if s := c.String(); strings.Contains(s, "DeconvNet") || strings.Contains(s, "GuidedBackprop") {
			mustFail(t, func() { transforms.JVP(ruled)(x, u) }, "no JVP")
			continue
		}
		_, pushed := transforms.JVP(ruled)(x, u)
		_, pull := transforms.VJP(ruled)(x)
		lawtest.Close(t, fn.SumAll(fn.Mul(v, pushed)), fn.SumAll(fn.Mul(pull(v), u)), 1e-12)
	}
}

// TestNonlinearRulesHaveNoJVP checks that the error names rule, site and line.
func TestNonlinearRulesHaveNoJVP(t *testing.T) {
	x := drawn("x", 3, 7)
	for _, rule := range []rules.Rule{rules.ReLUDeconvNet(), rules.ReLUGuidedBackprop()} {
		ruled := transforms.WithRules(rules.LayerMap(rules.On(trace.KindReLU, rule)), func(x Value) Value { return fn.ReLU(x) })
		mustFail(t, func() { transforms.JVP(ruled)(x, x) }, "transforms_test.go:", rule.String(), "relu#0", "activation.relu", "no JVP")
	}
}

// TestDischarge checks that the second derivative of a modified gradient is true, with
// presets over a whole network.
func TestDischarge(t *testing.T) {
	for _, c := range presetsWithBounds(t) {
		t.Run(c.String()[:12], func(t *testing.T) {
			matchesDifferences(t, func(in []Value) Value {
				return transforms.Pull(transforms.WithRules(c, smallNetwork), func(y Value) Value { return fn.Mul(y, y) })(in[0])
			}, []lawtest.Input{{Shape: []int{2, 3, 4}, Sampler: lawtest.AwayFrom(0)}})
		})
	}
}

// TestTheSecondDerivativeHasRulesOnlyIfAsked checks that Derived gives rules to the
// products of the pullback, too.
func TestTheSecondDerivativeHasRulesOnlyIfAsked(t *testing.T) {
	w, x, one := drawn("w", 3, 4), drawn("x", 2, 4), fn.Ones(trace.TypeOf(trace.Float64, 2, 4))
	gradient := transforms.Pull(func(x Value) Value { return fn.Square(fn.Linear(x, w, Value{})) }, fn.OnesLike)
	c := everywhere(rules.WSquare())
	forward := relevance(c, gradient, x, one)
	all := relevance(rules.Derived(c), gradient, x, one)
	rows := transforms.Plan(rules.Derived(c), gradient, x).Rows
	n, m := 0, 0
	for _, row := range rows {
		if row.Rule != nil {
			n++
			if row.Site.Derived {
				m++
			}
		}
	}
	if n != 2 || m != 1 {
		t.Errorf("got rules on %d sites, %d of them derived, want 2 and 1:\n%v", n, m, transforms.Plan(rules.Derived(c), gradient, x))
	}
	if d := fn.SumAll(fn.Abs(fn.Sub(forward, all))).Float64(); !(d > 1e-3) {
		t.Error("a rule on the derived product changes nothing")
	}
}

// TestBoundsHaveADerivative checks relevance as a function of the bounds of ZBox, which
// may be traced.
func TestBoundsHaveADerivative(t *testing.T) {
	w, x, r := drawn("w", 5, 4), drawn("x", 3, 4), drawn("r", 3, 5)
	matchesDifferences(t, func(in []Value) Value {
		return relevance(everywhere(rules.ZBoxWith(in[0], in[1], large)), func(x Value) Value { return fn.Linear(x, w, Value{}) }, x, r)
	}, []lawtest.Input{{Shape: []int{1, 4}, Sampler: lawtest.Between(-5, -4)}, {Shape: []int{3}, Sampler: lawtest.Between(4, 5)}})
}

// TestNothingIsComputedTwice counts the matrix products of one pullback. A rule that
// needs the unmodified site reuses its output. A rule for a linear site does not apply
// the site again to pull back.
func TestNothingIsComputedTwice(t *testing.T) {
	w, b := drawn("w", 5, 7), drawn("b", 5)
	for _, test := range []struct {
		rule rules.Rule
		want int
	}{
		{rules.Plain(), 2}, {rules.Epsilon(0.1), 2}, {rules.Norm(), 2}, // forward and back
		{rules.EpsilonWith(0.1, rules.Config{ZeroBias: true}), 3}, // forward, without the bias, and back
		{rules.ZPlus(), 5}, {rules.AlphaBeta(1, 0), 5}, {rules.AlphaBeta(2, 1), 9}, {rules.Gamma(1), 9}, {rules.WSquare(), 3}, {rules.Flat(), 3},
		{rules.ZBox(fn.Scalar(-1), fn.Scalar(1)), 6},
	} {
		ruled := transforms.WithRules(everywhere(test.rule), func(x Value) Value { return fn.Linear(x, w, b) })
		p := trace.Record(func(in []Value) []Value {
			return []Value{transforms.Pull(ruled, constant(in[1]))(in[0])}
		}, []trace.Type{trace.TypeOf(trace.Float64, 3, 7), trace.TypeOf(trace.Float64, 3, 5)})
		products := 0
		for _, e := range p.Inlined(bodyOf).Eqns {
			if e.Op.Name() == "dot" {
				products++
			}
		}
		if products != test.want {
			t.Errorf("%v: %d products, want %d:\n%v", test.rule, products, test.want, p)
		}
	}
}

func bodyOf(op trace.Op) *trace.Program {
	if c, ok := op.(trace.Caller); ok && op.Name() == "call" {
		return c.Bodies()[0]
	}
	return nil
}
