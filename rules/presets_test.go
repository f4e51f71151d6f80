package rules_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/rules"
	"github.com/pullback-go/pullback/trace"
)

// zoo has an operation of every kind that presets name, and some that they ignore.
func zoo(x Value) Value {
	y := fn.Reshape(x, 2, 1, 3)
	w, v := fn.Reshape(square, 3, 1, 3), fn.Reshape(fn.Concat(0, square, square, square), 3, 3, 3)
	y = fn.ReLU(fn.Conv(y, w, fn.ConvConfig{Padding: []int{1}}))
	y = fn.Add(fn.Conv(y, v, fn.ConvConfig{Padding: []int{1}}), y)
	y = fn.Sub(y, fn.Tanh(y))
	y = fn.BatchNorm(y, fn.Zeros(trace.TypeOf(trace.Float64, 3)), fn.Ones(trace.TypeOf(trace.Float64, 3)), fn.Ones(trace.TypeOf(trace.Float64, 3)),
		fn.Zeros(trace.TypeOf(trace.Float64, 3)), 1e-5)
	y = fn.MaxPool(fn.AvgPool(y, fn.AvgPoolConfig{Kernel: []int{2}, Stride: []int{1}}), fn.MaxPoolConfig{Kernel: []int{2}, Stride: []int{1}})
	y = layer("total", trace.KindSum, func(x Value) Value { return fn.Sum(x, 2) })(y)
	return fn.Softmax(fn.ReLU6(fn.Linear(y, square, Value{})), 1)
}

// rulesOf returns the rules that a preset gives to the zoo, by path, without their
// reasons.
func rulesOf(c rules.Composite) map[string]string {
	out := plan(c, zoo)
	for path, rule := range out {
		out[path], _, _ = strings.Cut(rule, ": ")
	}
	return out
}

const (
	normed  = "Norm(stabilizer=1e-06)"
	zplus   = "ZPlus(stabilizer=1e-06)"
	flat    = "Flat(stabilizer=1e-06)"
	epsilon = "Epsilon(1e-06)"
)

// TestPresets pins the rule of each preset for every kind of operation.
func TestPresets(t *testing.T) {
	sums := map[string]string{"add#0": normed, "sub#0": normed, "avg_pool#0": normed, "total": normed}
	base := with(sums, "relu#0", "Pass()", "tanh#0", "Pass()", "relu6#0", "Pass()", "batch_norm#0", "Pass()", "dot#0", epsilon)
	alphaBeta := "AlphaBeta(2, 1, stabilizer=1e-06)"
	low, high := fn.Scalar(-1), fn.Scalar(1)
	for _, test := range []struct {
		composite rules.Composite
		want      map[string]string
	}{
		{rules.EpsilonGammaBox(low, high), with(base, "conv#0", "ZBox(low=-1, high=1, stabilizer=1e-06)", "conv#1", "Gamma(0.25, stabilizer=1e-06)")},
		{rules.EpsilonPlus(), with(base, "conv#0", zplus, "conv#1", zplus)},
		{rules.EpsilonPlusFlat(), with(base, "conv#0", flat, "conv#1", zplus)},
		{rules.EpsilonAlpha2Beta1(), with(base, "conv#0", alphaBeta, "conv#1", alphaBeta)},
		{rules.EpsilonAlpha2Beta1Flat(), with(base, "conv#0", flat, "conv#1", alphaBeta)},
		{rules.ExcitationBackprop(), with(sums, "conv#0", zplus, "conv#1", zplus, "dot#0", zplus)},
		{rules.DeconvNet(), with(nil, "relu#0", "ReLUDeconvNet()")},
		{rules.GuidedBackprop(), with(nil, "relu#0", "ReLUGuidedBackprop()")},
		{rules.BetaSmooth(), with(nil, "relu#0", "ReLUBetaSmooth(10)")},
	} {
		sameRules(t, test.composite, test.want)
	}
}

// with returns a map with more entries. Keys and values alternate.
func with(m map[string]string, more ...string) map[string]string {
	out := map[string]string{}
	for k, v := range m {
		out[k] = v
	}
	for i := 0; i < len(more); i += 2 {
		out[more[i]] = more[i+1]
	}
	return out
}

func sameRules(t *testing.T, c rules.Composite, want map[string]string) {
	t.Helper()
	got := rulesOf(c)
	for path := range with(got, pairs(want)...) {
		if got[path] != want[path] {
			t.Errorf("%v: %s has %q, want %q", c, path, got[path], want[path])
		}
	}
}

func pairs(m map[string]string) (out []string) {
	for k, v := range m {
		out = append(out, k, v)
	}
	return out
}

// TestPresetOptions checks each option of Preset.
func TestPresetOptions(t *testing.T) {
	has := func(c rules.Composite, path, want string) {
		t.Helper()
		if got := rulesOf(c)[path]; got != want {
			t.Errorf("%v: %s has %q, want %q", c, path, got, want)
		}
	}
	fine := rules.Stabilizer{Epsilon: 0.5}
	has(rules.EpsilonPlusWith(rules.Preset{Epsilon: fine}), "dot#0", "Epsilon(0.5)")
	has(rules.EpsilonPlusWith(rules.Preset{Epsilon: rules.Stabilizer{}}), "dot#0", "Epsilon(0)")
	has(rules.EpsilonPlusWith(rules.Preset{Stabilizer: fine}), "conv#0", "ZPlus(stabilizer=0.5)")
	has(rules.EpsilonPlusWith(rules.Preset{Stabilizer: fine}), "add#0", "Norm(stabilizer=0.5)")
	has(rules.EpsilonPlusWith(rules.Preset{Stabilizer: fine}), "dot#0", epsilon)
	has(rules.EpsilonPlusFlatWith(rules.Preset{Stabilizer: fine}), "conv#0", "Flat(stabilizer=0.5)")
	low, high := fn.Scalar(-1), fn.Scalar(1)
	has(rules.EpsilonGammaBoxWith(low, high, rules.Preset{Gamma: new(0.5)}), "conv#1", "Gamma(0.5, stabilizer=1e-06)")
	has(rules.EpsilonGammaBoxWith(low, high, rules.Preset{Gamma: new(0.0)}), "conv#1", "Gamma(0, stabilizer=1e-06)")
	has(rules.EpsilonGammaBoxWith(low, high, rules.Preset{ZeroBias: true}), "conv#0", "ZBox(low=-1, high=1, stabilizer=1e-06, zero=bias)")
	has(rules.EpsilonAlpha2Beta1With(rules.Preset{ZeroBias: true, ZeroWeight: true}), "dot#0", "Epsilon(1e-06, zero=weight+bias)")
	has(rules.BetaSmoothWith(rules.Preset{Beta: new(3.0)}), "relu#0", "ReLUBetaSmooth(3)")
	has(rules.EpsilonPlusWith(rules.Preset{PlainResidual: true}), "add#0", "")
	has(rules.EpsilonPlusWith(rules.Preset{PlainResidual: true}), "sub#0", "")
	has(rules.EpsilonPlusWith(rules.Preset{PlainResidual: true}), "total", normed)
	has(rules.ExcitationBackpropWith(rules.Preset{PlainResidual: true}), "add#0", "")
	mine := rules.Preset{LayerMap: []rules.Entry{rules.On(trace.KindAdd, rules.Plain()), rules.On(trace.KindConv, rules.WSquare())}}
	has(rules.EpsilonPlusWith(mine), "add#0", "Plain()")
	has(rules.EpsilonPlusFlatWith(mine), "conv#0", flat) // the first layer's rule comes before the map
	has(rules.EpsilonPlusFlatWith(mine), "conv#1", "WSquare(stabilizer=1e-06)")
	first := rules.Preset{FirstMap: []rules.Entry{rules.On(trace.KindDense, rules.WSquare())}}
	has(rules.EpsilonPlusWith(first), "dot#0", "WSquare(stabilizer=1e-06)")
	has(rules.EpsilonPlusFlatWith(first), "dot#0", epsilon) // a convolution is first
	has(rules.GuidedBackpropWith(first), "dot#0", "WSquare(stabilizer=1e-06)")
	order := rules.Preset{Order: []string{"max_pool#0", "dot#0", "conv#0"}}
	has(rules.EpsilonPlusFlatWith(order), "dot#0", flat)
	has(rules.EpsilonPlusFlatWith(order), "conv#0", zplus)
}

// TestNamed checks that every preset has its name, and that wrong names and options are
// errors.
func TestNamed(t *testing.T) {
	want := []string{"attnlrp", "attnlrp_efficient", "beta_smooth", "cp_lrp", "cp_lrp_efficient", "deconvnet", "epsilon_alpha2_beta1", "epsilon_alpha2_beta1_flat", "epsilon_gamma_box", "epsilon_plus",
		"epsilon_plus_flat", "excitation_backprop", "guided_backprop", "vit_gamma"}
	if got := rules.Names(); !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	for _, name := range want {
		c, err := rules.Named(name, fn.Scalar(0), fn.Scalar(1), rules.Preset{Gamma: new(0.5)})
		if err != nil || !strings.HasPrefix(c.String(), name+" = ") {
			t.Errorf("%s: got %v, %v", name, c, err)
		}
	}
	for want, f := range map[string]func() (rules.Composite, error){
		`no composite is named "epsilon_pluss"; the nearest are epsilon_plus, `: func() (rules.Composite, error) {
			return rules.Named("epsilon_pluss", Value{}, Value{}, rules.Preset{})
		},
		"low is absent": func() (rules.Composite, error) {
			return rules.Named("epsilon_gamma_box", Value{}, Value{}, rules.Preset{})
		},
		"gamma is -1": func() (rules.Composite, error) {
			return rules.Named("epsilon_gamma_box", fn.Scalar(0), fn.Scalar(1), rules.Preset{Gamma: new(-1.0)})
		},
	} {
		if c, err := f(); c != nil || err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, %v, want an error with %q", c, err, want)
		}
	}
}
