package rules_test

import (
	"math"
	"testing"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/rules"
	"github.com/pullback-go/pullback/trace"
	"github.com/pullback-go/pullback/transforms"
	"github.com/pullback-go/pullback/transforms/lawtest"
)

// tiny is a stabilizer that takes up next to nothing.
var tiny = rules.Config{Stabilizer: rules.Stabilizer{Epsilon: 1e-13}}

// TestConservation checks that rules keep the total relevance of a layer without a bias,
// for inputs and weights of both signs.
func TestConservation(t *testing.T) {
	w, x, r := drawn("w", 5, 7), drawn("x", 3, 7), drawn("r", 3, 5)
	f := func(x Value) Value { return fn.Linear(x, w, Value{}) }
	for _, rule := range []rules.Rule{
		rules.Epsilon(1e-13), rules.GammaWith(0.3, tiny), rules.ZPlusWith(tiny), rules.AlphaBetaWith(2, 1, tiny),
		rules.WSquareWith(tiny), rules.FlatWith(tiny), rules.NormWith(tiny.Stabilizer), rules.ZBoxWith(fn.Scalar(-4), fn.Scalar(3), tiny),
	} {
		lawtest.Close(t, fn.SumAll(relevance(everywhere(rule), f, x, r)), fn.SumAll(r), 1e-9)
	}
}

// TestConservationOfSumsAndActivations checks the same for the rules of other kinds of
// layers.
func TestConservationOfSumsAndActivations(t *testing.T) {
	x, r := drawn("x", 2, 3, 4, 6), drawn("r", 2, 3, 2, 3)
	pool := func(x Value) Value { return fn.AvgPool(x, fn.AvgPoolConfig{Kernel: []int{2, 2}}) }
	c := rules.LayerMap(rules.On(trace.KindAvgPool, rules.NormWith(tiny.Stabilizer)), rules.On(trace.KindActivation, rules.Pass()))
	lawtest.Close(t, fn.SumAll(relevance(c, pool, x, r)), fn.SumAll(r), 1e-9)
	mean := func(x Value) Value { return fn.Mean(x, 0, 3) }
	lawtest.Close(t, fn.SumAll(relevance(c, mean, x, drawn("m", 3, 4))), fn.SumAll(drawn("m", 3, 4)), 1e-9)
	lawtest.Close(t, relevance(c, fn.Tanh, x, x), x, 0)
}

// TestConservationOfZBoxWithBias checks that z^B absorbs nothing, with a bias too.
func TestConservationOfZBoxWithBias(t *testing.T) {
	w, b, x, r := drawn("w", 5, 7), drawn("b", 5), drawn("x", 3, 7), drawn("r", 3, 5)
	f := func(x Value) Value { return fn.Linear(x, w, b) }
	got := relevance(everywhere(rules.ZBoxWith(fn.Scalar(-4), fn.Scalar(3), tiny)), f, x, r)
	lawtest.Close(t, fn.SumAll(got), fn.SumAll(r), 1e-9)
}

// TestLimits checks cases in which rules agree.
func TestLimits(t *testing.T) {
	for name, layer := range affineLayers() {
		r := drawn("r"+name, layer.f(layer.x).Shape()...)
		of := func(rule rules.Rule) Value { return relevance(everywhere(rule), layer.f, layer.x, r) }
		lawtest.Close(t, of(rules.AlphaBeta(1, 0)), of(rules.ZPlus()), 0)
		lawtest.Close(t, of(rules.Gamma(0)), of(rules.Epsilon(1e-6)), 1e-12)
		lawtest.Close(t, of(rules.Norm()), of(rules.Epsilon(1e-6)), 0)
		lawtest.Close(t, of(rules.Plain()), transforms.Pull(layer.f, constant(r))(layer.x), 0)
		// x·gradient of a linear function is LRP-0 of the output's own relevance
		linear := func(x Value) Value { return fn.Sub(layer.f(x), layer.f(fn.ZerosLike(x))) }
		want := fn.Mul(layer.x, transforms.Pull(linear, fn.OnesLike)(layer.x))
		lawtest.Close(t, transforms.Pull(transforms.WithRules(everywhere(rules.EpsilonWith(0, rules.Config{ZeroBias: true})), layer.f),
			func(y Value) Value { return linear(layer.x) })(layer.x), want, 1e-9)
	}
}

// TestEpsilonOfAnOutputOfZero checks that LRP-0 passes nothing on if the output is
// exactly 0, and that its derivative is finite.
func TestEpsilonOfAnOutputOfZero(t *testing.T) {
	w := trace.New([]float64{1, 1, 2, -1}, 2, 2)
	f := func(x Value) Value { return fn.Linear(x, w, Value{}) } // (x0 + x1, 2x0 - x1)
	x, r := trace.New([]float64{1, -1}, 1, 2), trace.New([]float64{5, 6}, 1, 2)
	attribution := transforms.Pull(transforms.WithRules(everywhere(rules.Epsilon(0)), f), constant(r))
	lawtest.Close(t, attribution(x), trace.New([]float64{4, 2}, 1, 2), 1e-15)
	// R_0 = 12 x0 / (2 x0 - x1), R_1 = -6 x1 / (2 x0 - x1)
	lawtest.Close(t, transforms.Pull(attribution, constant(trace.New([]float64{1, 0}, 1, 2)))(x), trace.New([]float64{4 - 8./3, 4. / 3}, 1, 2), 1e-15)
}

// TestGammaOfAnOutputOfZero checks that the relevance of an output of exactly 0 is lost,
// as documented.
func TestGammaOfAnOutputOfZero(t *testing.T) {
	w := trace.New([]float64{1, 1}, 1, 2)
	f := func(x Value) Value { return fn.Linear(x, w, Value{}) }
	x := trace.New([]float64{1, -1}, 1, 2)
	lawtest.Close(t, relevance(everywhere(rules.Gamma(0.25)), f, x, fn.Ones(trace.TypeOf(trace.Float64, 1, 1))), fn.ZerosLike(x), 0)
}

// TestGammaLooksAtTheOutputWithItsBias checks that Gamma uses the sign of the output with
// its bias, although the bias otherwise counts as 0.
func TestGammaLooksAtTheOutputWithItsBias(t *testing.T) {
	w, b := trace.New([]float64{2, -1}, 1, 2), trace.New([]float64{-5}, 1)
	f := func(x Value) Value { return fn.Linear(x, w, b) } // -4 at (1, 1), but 1 without the bias
	x := trace.New([]float64{1, 1}, 1, 2)
	c := rules.Config{ZeroBias: true, Stabilizer: rules.Stabilizer{}}
	got := relevance(everywhere(rules.GammaWith(1, c)), f, x, fn.Ones(trace.TypeOf(trace.Float64, 1, 1)))
	// the negative contribution counts double: 2 / (2 - 2), which is masked as a division
	// by 0; so take γ = 3: 2 and -4 of -2
	lawtest.Close(t, got, fn.ZerosLike(x), 0)
	got = relevance(everywhere(rules.GammaWith(3, c)), f, x, fn.Ones(trace.TypeOf(trace.Float64, 1, 1)))
	lawtest.Close(t, got, trace.New([]float64{-1, 2}, 1, 2), 1e-15)
}

// TestEveryDataOperandHasItsOwnRelevance checks sums and layers of two inputs of one
// shape.
func TestEveryDataOperandHasItsOwnRelevance(t *testing.T) {
	x, y, r := drawn("x", 3, 4), drawn("y", 3, 4), drawn("r", 3, 4)
	sum := func(in []Value) Value { return fn.Add(in[0], in[1]) }
	share := fn.Div(r, fn.Add(x, y))
	of := func(c rules.Composite, f func([]Value) Value) []Value {
		return transforms.Pull(transforms.WithRules(c, f), constant(r))([]Value{x, y})
	}
	got := of(rules.LayerMap(rules.On(trace.KindAdd, rules.NormWith(rules.Stabilizer{}))), sum)
	lawtest.Close(t, got[0], fn.Mul(x, share), 1e-12)
	lawtest.Close(t, got[1], fn.Mul(y, share), 1e-12)

	w, v := drawn("w", 4, 4), drawn("v", 4, 4)
	layer := transforms.Named(transforms.Layer{Kind: trace.KindDense, Path: "two"}, func(in, p []Value) Value {
		return fn.Add(fn.MatMul(in[0], p[0]), fn.MatMul(in[1], p[1]))
	})
	got = of(everywhere(rules.Epsilon(0)), func(in []Value) Value { return layer(in, []Value{w, v}) })
	share = fn.Div(r, fn.Add(fn.MatMul(x, w), fn.MatMul(y, v)))
	lawtest.Close(t, got[0], fn.Mul(x, fn.MatMul(share, fn.Transpose(w))), 1e-12)
	lawtest.Close(t, got[1], fn.Mul(y, fn.MatMul(share, fn.Transpose(v))), 1e-12)
}

// TestWholeNumbersHaveNoRelevance checks a layer with an index among its data.
func TestWholeNumbersHaveNoRelevance(t *testing.T) {
	w, x, i := drawn("w", 4, 3), drawn("x", 5, 4), trace.New([]int64{2, 0})
	type operands struct{ Index, X Value }
	layer := transforms.Named(transforms.Layer{Kind: trace.KindDense, Path: "rows"}, func(in operands, w Value) Value {
		return fn.MatMul(fn.Take(in.X, in.Index, 0), w)
	})
	r := drawn("r", 2, 3)
	for _, rule := range []rules.Rule{rules.Epsilon(0.1), rules.ZPlus(), rules.Flat(), rules.Plain()} {
		got := relevanceOf(everywhere(rule), func(in operands) Value { return layer(in, w) }, operands{i, x}, r)
		want := relevance(everywhere(rule), func(x Value) Value { return layer(operands{i, x}, w) }, x, r)
		lawtest.Close(t, got.X, want, 0)
		lawtest.Close(t, got.Index, trace.New([]int64{0, 0}), 0)
		for _, row := range []int{1, 3, 4} { // rows that the index does not name
			lawtest.Close(t, fn.Index(got.X, row), fn.Zeros(trace.TypeOf(trace.Float64, 4)), 0)
		}
		if named := fn.Abs(fn.Index(got.X, 2)); !(fn.SumAll(named).Float64() > 0) {
			t.Errorf("%v: no relevance for a row that the index names", rule)
		}
	}
}

// TestSitesWithoutADerivative checks that nothing passes through a piecewise constant
// function.
func TestSitesWithoutADerivative(t *testing.T) {
	x, w := drawn("x", 2, 3), drawn("w", 2, 3)
	steps := transforms.Named(transforms.Layer{Kind: trace.KindDense, Path: "steps"}, func(x, w Value) Value { return fn.Floor(fn.Mul(x, w)) })
	f := func(x Value) Value { return steps(x, w) }
	for _, rule := range []rules.Rule{rules.Epsilon(0.1), rules.Norm(), rules.AlphaBeta(2, 1), rules.Gamma(1), rules.Flat(), rules.Plain(), rules.ReLUGuidedBackprop()} {
		lawtest.Close(t, relevance(everywhere(rule), f, x, x), fn.ZerosLike(x), 0)
	}
}

// TestAddUpAndScaleOfAbsentRelevance checks that absent relevance counts as zero.
func TestAddUpAndScaleOfAbsentRelevance(t *testing.T) {
	a, b := trace.Scalar(2.0), trace.Scalar(3.0)
	got := rules.AddUp([]Value{a, {}, a, {}}, rules.Scale(2, []Value{b, b, {}, {}}))
	lawtest.Close(t, got[0], trace.Scalar(8.0), 0)
	lawtest.Close(t, got[1], trace.Scalar(6.0), 0)
	lawtest.Close(t, got[2], a, 0)
	if !got[3].IsAbsent() {
		t.Errorf("got %v, want it absent", got[3])
	}
}

// TestDataAreFoundByRole checks an activation whose captured values come before its data.
func TestDataAreFoundByRole(t *testing.T) {
	type operands struct{ X, Scale Value }
	f := func(in operands) Value {
		return transforms.Named(transforms.Layer{Kind: trace.KindReLU, Path: "scaled"}, func(x Value, _ []Value) Value {
			return fn.ReLU(fn.Mul(x, in.Scale))
		})(in.X, nil)
	}
	in, r := operands{drawn("x", 2, 3), drawn("scale", 2, 3)}, drawn("r", 2, 3)
	got := relevanceOf(rules.LayerMap(rules.On(trace.KindReLU, rules.ReLUBetaSmooth(3))), f, in, r)
	lawtest.Close(t, got.X, fn.Mul(r, fn.Sigmoid(fn.Mul(in.X, fn.Scalar(3)))), 1e-15)
}

func relevanceOf[P any](c rules.Composite, f func(P) Value, x P, r Value) P {
	return transforms.Pull(transforms.WithRules(c, f), constant(r))(x)
}

// TestParametersKeepTheirCotangents checks that rules leave weights and biases their true
// gradient.
func TestParametersKeepTheirCotangents(t *testing.T) {
	type layer struct{ X, W, B Value }
	f := func(l layer) Value {
		return transforms.Named(transforms.Layer{Kind: trace.KindDense, Path: "l", Biases: []string{".B"}}, func(x Value, p layer) Value {
			return fn.Linear(x, p.W, p.B)
		})(l.X, layer{W: l.W, B: l.B})
	}
	l, r := layer{drawn("x", 3, 4), drawn("w", 5, 4), drawn("b", 5)}, drawn("r", 3, 5)
	want := transforms.Pull(f, constant(r))(l)
	for _, rule := range linearRules() {
		if rule.String() == rules.Plain().String() {
			continue
		}
		got := relevanceOf(everywhere(rule), f, l, r)
		lawtest.Close(t, got.W, want.W, 1e-12)
		lawtest.Close(t, got.B, want.B, 1e-12)
		if fault := fn.SumAll(fn.Abs(fn.Sub(got.X, want.X))).Float64(); !(fault > 1e-3) {
			t.Errorf("%v: the input has its plain gradient", rule)
		}
	}
}

// TestOneSiteHoweverItIsWritten checks that bare operations, with the bias added outside,
// and a named layer have the same relevance.
func TestOneSiteHoweverItIsWritten(t *testing.T) {
	w, b, x, r := drawn("w", 4, 3, 2, 3), drawn("b", 1, 4, 1, 1), drawn("x", 2, 3, 4, 7), drawn("r", 2, 4, 3, 5)
	body := func(x Value, p []Value) Value { return fn.Add(fn.Conv(x, p[0], fn.ConvConfig{}), p[1]) }
	named := transforms.Named(transforms.Layer{Kind: trace.KindConvStandard, Path: "conv", Biases: []string{"[1]"}}, body)
	flipped := func(x Value) Value { return fn.Add(b, fn.Conv(x, w, fn.ConvConfig{})) }
	for _, rule := range append(convolutionRules(), rules.EpsilonWith(0.3, rules.Config{ZeroBias: true}), rules.GammaWith(1, rules.Config{ZeroBias: true}),
		rules.ZPlusWith(rules.Config{ZeroBias: true}), rules.WSquareWith(rules.Config{ZeroBias: true})) {
		want := relevance(everywhere(rule), func(x Value) Value { return named(x, []Value{w, b}) }, x, r)
		lawtest.Close(t, relevance(everywhere(rule), func(x Value) Value { return body(x, []Value{w, b}) }, x, r), want, 1e-12)
		lawtest.Close(t, relevance(everywhere(rule), flipped, x, r), want, 1e-12)
	}
}

// convolutionRules are the linear rules with bounds for images.
func convolutionRules() []rules.Rule {
	return append([]rules.Rule{rules.ZBoxWith(fn.Neg(fn.Abs(drawn("low", 1, 3))), fn.Scalar(4), large)},
		rules.Epsilon(0.3), rules.GammaWith(0.5, large), rules.ZPlusWith(large), rules.AlphaBetaWith(2, 1, large),
		rules.NormWith(large.Stabilizer), rules.WSquareWith(large), rules.FlatWith(large), rules.Plain())
}

// TestZeroParameters checks that the role decides which operands count as zero.
func TestZeroParameters(t *testing.T) {
	w, b, x, r := drawn("w", 5, 7), drawn("b", 5), drawn("x", 3, 7), drawn("r", 3, 5)
	with := func(x Value) Value { return fn.Linear(x, w, b) }
	without := func(x Value) Value { return fn.Linear(x, w, Value{}) }
	zero := rules.Config{ZeroBias: true, Stabilizer: large.Stabilizer}
	for _, pair := range [][2]rules.Rule{
		{rules.EpsilonWith(0, zero), rules.EpsilonWith(0, large)}, {rules.ZPlusWith(zero), rules.ZPlusWith(large)},
		{rules.AlphaBetaWith(2, 1, zero), rules.AlphaBetaWith(2, 1, large)}, {rules.WSquareWith(zero), rules.WSquareWith(large)},
		{rules.ZBoxWith(fn.Scalar(-3), fn.Scalar(3), zero), rules.ZBoxWith(fn.Scalar(-3), fn.Scalar(3), large)},
	} {
		lawtest.Close(t, relevance(everywhere(pair[0]), with, x, r), relevance(everywhere(pair[1]), without, x, r), 1e-12)
	}
	got := relevance(everywhere(rules.ZPlusWith(rules.Config{ZeroWeight: true})), with, x, r)
	lawtest.Close(t, got, fn.ZerosLike(x), 0)
}

// TestReluRules compares the rules for ReLU with their formulas, at a kink too.
func TestReluRules(t *testing.T) {
	x, r := trace.New([]float64{-1, 0, 2, 3}), trace.New([]float64{4, 5, -6, 7})
	of := func(rule rules.Rule) Value {
		return relevance(rules.LayerMap(rules.On(trace.KindReLU, rule)), fn.ReLU, x, r)
	}
	lawtest.Close(t, of(rules.Pass()), r, 0)
	lawtest.Close(t, of(rules.ReLUDeconvNet()), trace.New([]float64{4, 5, 0, 7}), 0)
	lawtest.Close(t, of(rules.ReLUGuidedBackprop()), trace.New([]float64{0, 0, 0, 7}), 0)
	smooth := func(x, r float64) float64 { return r / (1 + math.Exp(-2*x)) }
	lawtest.Close(t, of(rules.ReLUBetaSmooth(2)), trace.New([]float64{smooth(-1, 4), smooth(0, 5), smooth(2, -6), smooth(3, 7)}), 1e-15)
}

// TestFloat32 checks that relevance has the dtype of the model and is close to float64.
func TestFloat32(t *testing.T) {
	w, b, x, r := drawn("w", 5, 7), drawn("b", 5), drawn("x", 3, 7), drawn("r", 3, 5)
	narrow := func(v Value) Value { return fn.Cast(v, trace.Float32) }
	for _, rule := range []rules.Rule{
		rules.Epsilon(0.3), rules.GammaWith(0.5, large), rules.ZPlusWith(large), rules.AlphaBetaWith(2, 1, large),
		rules.ZBoxWith(fn.Scalar(-4), fn.Scalar(4), large), rules.WSquareWith(large), rules.FlatWith(large), rules.Plain(),
	} {
		want := relevance(everywhere(rule), func(x Value) Value { return fn.Linear(x, w, b) }, x, r)
		got := relevance(everywhere(rule), func(x Value) Value { return fn.Linear(x, narrow(w), narrow(b)) }, narrow(x), narrow(r))
		if got.DType() != trace.Float32 {
			t.Errorf("%v: relevance is %v", rule, got.Type())
		}
		lawtest.Close(t, fn.Cast(got, trace.Float64), want, 1e-5)
	}
}
