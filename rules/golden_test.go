package rules_test

import (
	"encoding/json"
	"testing"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/internal/testutil"
	"github.com/pullback-go/pullback/rules"
	"github.com/pullback-go/pullback/trace"
	"github.com/pullback-go/pullback/transforms"
	"github.com/pullback-go/pullback/transforms/lawtest"
)

// arguments are the arguments of a rule in the reference values.
type arguments struct {
	Epsilon, Stabilizer *stabilizer
	Gamma, Alpha, Beta  *float64
	BetaSmooth          float64         `json:"beta_smooth"`
	ZeroParams          json.RawMessage `json:"zero_params"`
	Low, High           json.RawMessage
}

// stabilizer is a number, or all parameters.
type stabilizer rules.Stabilizer

func (s *stabilizer) UnmarshalJSON(b []byte) error {
	if json.Unmarshal(b, &s.Epsilon) == nil {
		return nil
	}
	var all struct {
		Epsilon   float64
		Clip      bool
		NormScale bool `json:"norm_scale"`
		Dim       []int
	}
	err := json.Unmarshal(b, &all)
	*s = stabilizer{Epsilon: all.Epsilon, Clip: all.Clip, NormScale: all.NormScale, Axes: all.Dim}
	return err
}

func (a arguments) config() rules.Config {
	zero := string(a.ZeroParams)
	c := rules.Config{ZeroBias: zero == `"bias"` || zero == `["bias"]`}
	if a.Stabilizer != nil {
		c.Stabilizer = rules.Stabilizer(*a.Stabilizer)
	}
	return c
}

func bound(t *testing.T, raw json.RawMessage, tensors map[string]Value) Value {
	var number float64
	if json.Unmarshal(raw, &number) == nil {
		return fn.Scalar(number)
	}
	var key struct{ Tensor string }
	decode(t, raw, &key)
	return tensors[key.Tensor]
}

func (a arguments) rule(t *testing.T, name string, tensors map[string]Value) rules.Rule {
	c := a.config()
	switch name {
	case "Epsilon":
		c.Stabilizer = rules.Stabilizer(*a.Epsilon)
		return rules.EpsilonWith(0, c)
	case "Gamma":
		return rules.GammaWith(*a.Gamma, c)
	case "ZPlus":
		return rules.ZPlusWith(c)
	case "AlphaBeta":
		return rules.AlphaBetaWith(*a.Alpha, *a.Beta, c)
	case "ZBox":
		return rules.ZBoxWith(bound(t, a.Low, tensors), bound(t, a.High, tensors), c)
	case "WSquare":
		return rules.WSquareWith(c)
	case "Flat":
		return rules.FlatWith(c)
	case "Norm":
		return rules.NormWith(c.Stabilizer)
	case "Pass":
		return rules.Pass()
	case "ReLUDeconvNet":
		return rules.ReLUDeconvNet()
	case "ReLUGuidedBackprop":
		return rules.ReLUGuidedBackprop()
	case "ReLUBetaSmooth":
		return rules.ReLUBetaSmooth(a.BetaSmooth)
	}
	t.Fatalf("no such rule: %s", name)
	return nil
}

// assigned is one entry of a case's list of rules.
type assigned struct {
	Module, Rule string
	Args         arguments
}

func networkOf(t *testing.T, r *testutil.Reference, c testutil.Case) *network {
	var name string
	c.Decode("model", &name)
	n := &network{tensors: r.Tensors}
	decode(t, r.Models[name], n)
	return n
}

// holds compares output, attribution and second-order gradient of a case under a
// composite.
func holds(t *testing.T, c testutil.Case, composite rules.Composite, f func(Value) Value) {
	t.Helper()
	x, target, v := c.Values("inputs")["x"], c.Value("grad_output"), c.Values("v")["x"]
	ruled := transforms.WithRules(composite, f)
	lawtest.Close(t, ruled(x), c.Value("output"), 1e-12)
	relevance := transforms.Pull(ruled, constant(target))
	lawtest.Close(t, relevance(x), c.Values("attribution")["x"], 1e-9)
	lawtest.Close(t, transforms.Pull(relevance, constant(v))(x), c.Values("gradgrad")["x"], 1e-9)
}

func TestGoldenRules(t *testing.T) {
	for _, name := range []string{"linear", "linear_edge", "conv1d", "conv2d_stride_groups", "avgpool1d", "sum_last", "relu"} {
		r := testutil.Golden(t, "testdata/"+name+".json")
		t.Run(name, func(t *testing.T) {
			r.Each(t, func(t *testing.T, c testutil.Case) {
				var list []assigned
				c.Decode("rules", &list)
				composite := rules.NameMap()
				for _, a := range list {
					composite = rules.NameMap(rules.At(a.Module, a.Args.rule(t, a.Rule, r.Tensors)))
				}
				holds(t, c, composite, networkOf(t, r, c).apply(true))
			})
		})
	}
}

// composites returns the composites of the reference values, by case. The first and the
// last layer have their own names in each network.
func composites(first, middle, last string) map[string]rules.Composite {
	low, high := fn.Scalar(-3), fn.Scalar(3)
	activation, sums := rules.On(trace.KindActivation, rules.Pass()), rules.NormWith(nil)
	smooth := []rules.Entry{rules.On(trace.KindActivation, rules.ReLUBetaSmooth(10))}
	fine := rules.Stabilizer{Epsilon: 0.001}
	noBias := rules.Config{ZeroBias: true}
	return map[string]rules.Composite{
		"vanilla":                   rules.LayerMap(),
		"epsilon_gamma_box":         rules.EpsilonGammaBox(low, high),
		"epsilon_plus":              rules.EpsilonPlus(),
		"epsilon_alpha2_beta1":      rules.EpsilonAlpha2Beta1(),
		"epsilon_plus_flat":         rules.EpsilonPlusFlat(),
		"epsilon_alpha2_beta1_flat": rules.EpsilonAlpha2Beta1Flat(),
		"deconvnet":                 rules.DeconvNet(),
		"guided_backprop":           rules.GuidedBackprop(),
		"excitation_backprop":       rules.ExcitationBackprop(),
		"beta_smooth":               rules.BetaSmooth(),
		"epsilon_gamma_box/varied": rules.EpsilonGammaBoxWith(low, high, rules.Preset{Epsilon: rules.Stabilizer{Epsilon: 0.1},
			Gamma: new(1.0), Stabilizer: rules.Stabilizer{Epsilon: 0.001, Clip: true}, ZeroBias: true}),
		"epsilon_gamma_box/cooperative_beta_smooth": rules.EpsilonGammaBoxWith(low, high, rules.Preset{LayerMap: smooth}),
		"epsilon_gamma_box/cooperative_first_map": rules.EpsilonGammaBoxWith(low, high, rules.Preset{
			FirstMap: []rules.Entry{rules.On(trace.KindLinear, rules.WSquare())}}),
		"epsilon_plus/varied": rules.EpsilonPlusWith(rules.Preset{Epsilon: rules.Stabilizer{Epsilon: 0.1, NormScale: true}, Stabilizer: fine, ZeroBias: true}),
		"epsilon_plus_flat/cooperative": rules.EpsilonPlusFlatWith(rules.Preset{Epsilon: rules.Stabilizer{Epsilon: 0.1},
			LayerMap: append([]rules.Entry{rules.On(trace.KindDense, rules.AlphaBeta(2, 1))}, smooth...)}),
		"epsilon_alpha2_beta1/varied":     rules.EpsilonAlpha2Beta1With(rules.Preset{Epsilon: rules.Stabilizer{Epsilon: 1}, Stabilizer: fine}),
		"excitation_backprop/cooperative": rules.ExcitationBackpropWith(rules.Preset{Stabilizer: fine, LayerMap: []rules.Entry{activation}}),
		"LayerMapComposite": rules.LayerMap(activation, rules.On(trace.KindAvgPool, rules.NormWith(fine)), rules.On(trace.KindSum, rules.NormWith(fine)),
			rules.On(trace.KindConv, rules.Gamma(0.5)), rules.On(trace.KindDense, rules.Epsilon(0.1))),
		"SpecialFirstLayerMapComposite": rules.Mixed(rules.FirstMap(rules.On(trace.KindLinear, rules.WSquareWith(noBias))),
			rules.LayerMap(activation, rules.On(trace.KindAvgPool, sums), rules.On(trace.KindLinear, rules.ZPlus()))),
		"NameMapComposite": rules.NameMap(rules.At(middle, rules.AlphaBeta(2, 1)), rules.At(first, rules.Epsilon(0.1)), rules.At(last, rules.Epsilon(0.1))),
		"MixedComposite":   rules.Mixed(rules.NameMap(rules.At(first, rules.Gamma(0.75))), rules.EpsilonPlusFlat()),
		"NameLayerMapComposite": rules.NameLayerMap([]rules.NameEntry{rules.At(last, rules.ZPlus())},
			activation, rules.On(trace.KindAvgPool, sums), rules.On(trace.KindLinear, rules.EpsilonWith(0.1, noBias))),
	}
}

func TestGoldenComposites(t *testing.T) {
	for name, known := range map[string]map[string]rules.Composite{
		"mlp":    composites("0", "2", "4"),
		"conv1d": composites("features.0", "features.3", "classifier"),
	} {
		r := testutil.Golden(t, "testdata/composites_"+name+".json")
		t.Run(name, func(t *testing.T) {
			r.Each(t, func(t *testing.T, c testutil.Case) {
				composite, ok := known[c.ID]
				if !ok {
					t.Fatalf("no composite for the case %q", c.ID)
				}
				holds(t, c, composite, networkOf(t, r, c).apply(true))
				samePlan(t, r, c, composite)
			})
		})
	}
}

// samePlan compares the rules that a composite assigns to the layers with those of the
// case.
func samePlan(t *testing.T, r *testutil.Reference, c testutil.Case, composite rules.Composite) {
	t.Helper()
	var list []assigned
	c.Decode("rules", &list)
	want := map[string]string{}
	for _, a := range list {
		want[a.Module] = a.Args.rule(t, a.Rule, r.Tensors).String()
	}
	for _, row := range transforms.Plan(composite, networkOf(t, r, c).apply(true), c.Values("inputs")["x"]).Rows {
		got := ""
		if row.Rule != nil {
			got = row.Rule.String()
		}
		if row.Site.Layer && got != want[row.Site.Path] {
			t.Errorf("%v: got %s (%s), want %s", row.Site, got, row.Reason, want[row.Site.Path])
		}
	}
}

func TestGoldenStabilizer(t *testing.T) {
	r := testutil.Golden(t, "testdata/stabilize.json")
	r.Each(t, func(t *testing.T, c testutil.Case) {
		var s rules.Stabilizer
		c.Decode("epsilon", &s.Epsilon)
		c.Decode("clip", &s.Clip)
		c.Decode("norm_scale", &s.NormScale)
		if c.Has("dim") {
			c.Decode("dim", &s.Axes)
		}
		y, pull := transforms.VJP(s.Apply)(c.Value("input"))
		lawtest.Close(t, y, c.Value("y"), 1e-12)
		lawtest.Close(t, pull(c.Value("c")), c.Value("vjp"), 1e-12)
	})
}
