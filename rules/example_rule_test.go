package rules_test

import (
	"fmt"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/rules"
	"github.com/pullback-go/pullback/trace"
	"github.com/pullback-go/pullback/transforms"
)

// The examples of rules explain one dense layer, z_0 = 2x_0 - x_1 + 1 and z_1 = -x_0 +
// 3x_1, at x = (1, 2), where z = (1, 5).
var (
	input  = trace.New([]float64{1, 2}, 1, 2)
	weight = trace.New([]float64{2, -1, -1, 3}, 2, 2)
	bias   = trace.New([]float64{1, 0})
)

func unit(x Value) Value { return fn.Linear(x, weight, bias) }

// explain prints how a rule shares the relevance 1 of each output among the inputs.
func explain(rule rules.Rule) {
	composite := rules.LayerMap(rules.On(trace.KindDense, rule))
	relevance := transforms.Pull(transforms.WithRules(composite, unit), fn.OnesLike)
	fmt.Printf("%v %.4f\n", rule, relevance(input).Float64s())
}

func ExampleEpsilon() {
	explain(rules.Epsilon(0))
	explain(rules.Epsilon(0.5))
	explain(rules.EpsilonWith(0, rules.Config{ZeroBias: true})) // z_0 is then 0 and passes nothing on
	// Output:
	// Epsilon(0) [1.8000 -0.8000]
	// Epsilon(0.5) [1.1515 -0.2424]
	// Epsilon(0, zero=bias) [-0.2000 1.2000]
}

func ExampleGamma() {
	explain(rules.Gamma(0.25))
	explain(rules.Gamma(100))
	// Output:
	// Gamma(0.25, stabilizer=1e-06) [1.2747 0.0110]
	// Gamma(100, stabilizer=1e-06) [0.6694 0.9950]
}

func ExampleZPlus() {
	explain(rules.ZPlus())
	// Output: ZPlus(stabilizer=1e-06) [0.6667 1.0000]
}

func ExampleAlphaBeta() {
	explain(rules.AlphaBeta(2, 1))
	// Output: AlphaBeta(2, 1, stabilizer=1e-06) [0.3333 1.0000]
}

func ExampleZBox() {
	explain(rules.ZBox(fn.Scalar(0), fn.Scalar(4)))
	// Bounds by input.
	explain(rules.ZBoxWith(trace.New([]float64{0, 1}, 1, 2), fn.Scalar(4), rules.Config{ZeroBias: true}))
	// Output:
	// ZBox(low=0, high=4, stabilizer=1e-06) [0.8333 1.1667]
	// ZBox(low=f64[1 2]#85c9d0b95f02e858, high=4, stabilizer=1e-06, zero=bias) [1.0000 1.0000]
}

func ExampleWSquare() {
	explain(rules.WSquare())
	// Output: WSquare(stabilizer=1e-06) [0.7667 1.0667]
}

func ExampleFlat() {
	explain(rules.Flat())
	// Output: Flat(stabilizer=1e-06) [1.0000 1.0000]
}

func ExamplePlain() {
	explain(rules.Plain())
	// Output: Plain() [1.0000 2.0000]
}

func ExampleNorm() {
	f := func(in [2]Value) Value { return fn.Add(in[0], in[1]) }
	composite := rules.LayerMap(rules.On(trace.KindAdd, rules.Norm()))
	r := transforms.Pull(transforms.WithRules(composite, f), fn.OnesLike)([2]Value{trace.Scalar(1.0), trace.Scalar(3.0)})
	fmt.Printf("%.4f %.4f\n", r[0].Float64(), r[1].Float64())
	// Output: 0.2500 0.7500
}

// activate prints how a rule for activations hands on relevance through ReLU.
func activate(rule rules.Rule) {
	x, r := trace.New([]float64{-1, 0.5, 2}), trace.New([]float64{3, -4, 5})
	composite := rules.LayerMap(rules.On(trace.KindReLU, rule))
	relevance := transforms.Pull(transforms.WithRules(composite, fn.ReLU), constant(r))
	fmt.Printf("%v %.4f\n", rule, relevance(x).Float64s())
}

func ExamplePass() {
	activate(rules.Pass())
	// Output: Pass() [3.0000 -4.0000 5.0000]
}

func ExampleReLUDeconvNet() {
	activate(rules.ReLUDeconvNet())
	// Output: ReLUDeconvNet() [3.0000 0.0000 5.0000]
}

func ExampleReLUGuidedBackprop() {
	activate(rules.ReLUGuidedBackprop())
	// Output: ReLUGuidedBackprop() [0.0000 0.0000 5.0000]
}

func ExampleReLUBetaSmooth() {
	activate(rules.ReLUBetaSmooth(2))
	// Output: ReLUBetaSmooth(2) [0.3576 -2.9242 4.9101]
}

func ExampleStabilizer() {
	z := trace.New([]float64{-2, -0.1, 0, 0.1, 2})
	fmt.Printf("%.1f\n", rules.Stabilizer{Epsilon: 0.5}.Apply(z).Float64s())
	fmt.Printf("%.1f\n", rules.Stabilizer{Epsilon: 0.5, Clip: true}.Apply(z).Float64s())
	// Output:
	// [-2.5 -0.6 0.5 0.6 2.5]
	// [-2.0 -0.5 0.5 0.5 2.0]
}

func ExampleStabilizerFunc() {
	soft := rules.StabilizerFunc("soft", func(z trace.Value) trace.Value { return fn.Add(z, fn.Tanh(z)) })
	explain(rules.EpsilonWith(0, rules.Config{Stabilizer: soft}))
	// Output: Epsilon(soft) [0.9687 -0.1353]
}

// absolute shares relevance by the magnitude of contributions: R_i = Σ_j |x_i w_ij| / Σ_i
// |x_i w_ij| · R_j.
type absolute struct{ rules.Stabilizer }

func (a absolute) String() string { return fmt.Sprintf("absolute(%v)", a.Stabilizer) }

func (a absolute) Relevance(s *rules.Site, in, _, r []trace.Value) []trace.Value {
	t := rules.Apply(s, in, rules.Modifiers{Data: fn.Abs, Weight: fn.Abs, Bias: rules.Zero})
	return t.Relevance(rules.Divide(r[0], t.Out, a.Stabilizer))
}

// A rule of your own is a type with two methods. It is written in the form that all LRP
// rules share.
func ExampleApply() {
	explain(absolute{rules.Stabilizer{Epsilon: 1e-6}})
	// Output: absolute(1e-06) [0.6429 1.3571]
}
