package rules_test

import (
	"regexp"
	"testing"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/rules"
	"github.com/pullback-go/pullback/trace"
)

// TestRulesPrintEveryParameter pins the text of rules, by which they are compared.
func TestRulesPrintEveryParameter(t *testing.T) {
	clip := rules.Stabilizer{Epsilon: 0.25, Clip: true, NormScale: true, Axes: []int{1, 2}}
	both := rules.Config{Stabilizer: clip, ZeroBias: true, ZeroWeight: true}
	for want, got := range map[string]interface{ String() string }{
		"Epsilon(1e-06)":          rules.Epsilon(1e-6),
		"Epsilon(0)":              rules.Epsilon(0),
		"Epsilon(0.5, zero=bias)": rules.EpsilonWith(0.5, rules.Config{ZeroBias: true}),
		"Epsilon({0.25 clip norm_scale[1 2]}, zero=weight+bias)": rules.EpsilonWith(0, both),
		"Gamma(0.25, stabilizer=1e-06)":                          rules.Gamma(0.25),
		"Gamma(0.25, stabilizer=1e-06, zero=bias)":               rules.GammaWith(0.25, rules.Config{ZeroBias: true}),
		"ZPlus(stabilizer=1e-06, zero=weight)":                   rules.ZPlusWith(rules.Config{ZeroWeight: true}),
		"AlphaBeta(2, 1, stabilizer=1e-06)":                      rules.AlphaBeta(2, 1),
		"ZBox(low=-1, high=2.5, stabilizer=1e-06)":               rules.ZBox(fn.Scalar(-1), fn.Scalar(2.5)),
		"ZBox(low=f32[] -1, high=2, stabilizer=1e-06)":           rules.ZBox(trace.Scalar(float32(-1)), fn.Scalar(2)),
		"Norm(stabilizer=1e-06)":                                 rules.Norm(),
		"WSquare(stabilizer={1e-06 norm_scale})":                 rules.WSquareWith(rules.Config{Stabilizer: rules.Stabilizer{Epsilon: 1e-6, NormScale: true}}),
		"Flat(stabilizer=1e-06)":                                 rules.Flat(),
		"Pass()":                                                 rules.Pass(),
		"Plain()":                                                rules.Plain(),
		"ReLUDeconvNet()":                                        rules.ReLUDeconvNet(),
		"ReLUGuidedBackprop()":                                   rules.ReLUGuidedBackprop(),
		"ReLUBetaSmooth(10)":                                     rules.ReLUBetaSmooth(10),
		"LayerMap(linear: Pass(), sum: -)":                       rules.LayerMap(rules.On(trace.KindLinear, rules.Pass()), rules.On(trace.KindSum, nil)),
		"NameMap(a.0: Pass())":                                   rules.NameMap(rules.At("a.0", rules.Pass())),
		"Regexp(^a: Pass())":                                     rules.Regexp(regexp.MustCompile("^a"), rules.Pass()),
		"Func(mine)":                                             rules.Func("mine", func(*rules.Site) rules.Rule { return nil }),
		"First(LayerMap())":                                      rules.First(rules.LayerMap()),
		"FirstInOrder([a b], LayerMap())":                        rules.FirstInOrder([]string{"a", "b"}, rules.LayerMap()),
		"Range(1, 3, LayerMap())":                                rules.Range(1, 3, rules.LayerMap()),
		"Mixed(LastN(2, LayerMap()), FirstN(1, NameMap()))":      rules.Mixed(rules.LastN(2, rules.LayerMap()), rules.FirstN(1, rules.NameMap())),
		"Strict(Otherwise(Derived(LayerMap()), Pass()))":         rules.Strict(rules.Otherwise(rules.Derived(rules.LayerMap()), rules.Pass())),
		"deconvnet = LayerMap(activation.relu: ReLUDeconvNet())": rules.DeconvNet(),
	} {
		if got.String() != want {
			t.Errorf("got %v, want %v", got, want)
		}
	}
}

// TestBoundsPrintTheirElements checks that rules print differently if their bounds
// differ, and alike if they are equal.
func TestBoundsPrintTheirElements(t *testing.T) {
	of := func(x ...float64) string { return rules.ZBox(trace.New(x, 1, 2), fn.Scalar(9)).String() }
	if one, again := of(1, 2), of(1, 2); one != again {
		t.Error("equal bounds print differently")
	}
	if of(1, 2) == of(2, 1) || of(1, 2) == of(1, 2.0000000001) {
		t.Error("different bounds print alike")
	}
	if got := of(1, 2); !regexp.MustCompile(`^ZBox\(low=f64\[1 2\]#[0-9a-f]{16}, high=9, stabilizer=1e-06\)$`).MatchString(got) {
		t.Error(got)
	}
}

// TestArgumentsAreCopied checks that rules and composites do not change when the slices
// they were made from change.
func TestArgumentsAreCopied(t *testing.T) {
	axes, entries, order := []int{1}, []rules.Entry{rules.On(trace.KindDense, rules.Pass())}, []string{"a"}
	rule := rules.EpsilonWith(0, rules.Config{Stabilizer: rules.Stabilizer{Epsilon: 1, NormScale: true, Axes: axes}})
	layers, first := rules.LayerMap(entries...), rules.FirstInOrder(order, rules.LayerMap())
	before := rule.String() + layers.String() + first.String()
	axes[0], entries[0], order[0] = 0, rules.On(trace.KindAdd, nil), "b"
	if after := rule.String() + layers.String() + first.String(); after != before {
		t.Errorf("got %v, want %v", after, before)
	}
}
