package rules_test

import (
	"fmt"
	"math"
	"strings"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/rules"
	"github.com/pullback-go/pullback/trace"
	"github.com/pullback-go/pullback/transforms"
)

// The examples of composites assign rules to a convolution, ReLU, a convolution, average
// pooling, and a dense layer, for x[1 1 6].
var (
	kernel  = trace.New([]float64{1, -1, 2, 1, 1, -2}, 2, 1, 3)
	kernel2 = trace.New([]float64{1, -1, 0.5, 2}, 1, 2, 2)
	head    = trace.New([]float64{1, -2, 3, 1}, 2, 2)
)

func classify(x trace.Value) trace.Value {
	x = fn.ReLU(fn.Conv(x, kernel, fn.ConvConfig{Padding: []int{1}}))
	x = fn.AvgPool(fn.Conv(x, kernel2, fn.ConvConfig{}), fn.AvgPoolConfig{Kernel: []int{2}})
	return fn.Linear(fn.Flatten(x, 1), head, trace.Value{})
}

var signal = trace.New([]float64{1, 0.5, -1, 2, 0, 1}, 1, 1, 6)

// show prints the rules that a composite assigns, and the relevance of the input for the
// first output.
func show(c rules.Composite) {
	for _, row := range transforms.Plan(c, classify, signal).Rows {
		if row.Rule != nil {
			fmt.Printf("%s: %v, %s\n", row.Site.Path, row.Rule, row.Reason)
		}
	}
	target := func(y trace.Value) trace.Value { return trace.New([]float64{1, 0}, 1, 2) }
	relevance := transforms.Pull(transforms.WithRules(c, classify), target)(signal)
	fmt.Println(rounded(relevance))
}

// rounded rounds to three decimals and avoids negative zeros.
func rounded(v trace.Value) []float64 {
	out := v.Float64s()
	for i, x := range out {
		out[i] = math.Round(1000*x)/1000 + 0
	}
	return out
}

func ExampleLayerMap() {
	show(rules.LayerMap(
		rules.On(trace.KindActivation, rules.Pass()),
		rules.On(trace.KindLinear, rules.Epsilon(0.1)),
	))
	// Output:
	// conv#0: Epsilon(0.1), layer map linear
	// relu#0: Pass(), layer map activation
	// conv#1: Epsilon(0.1), layer map linear
	// dot#0: Epsilon(0.1), layer map linear
	// [-0.048 -0.014 -0.168 0.703 0 0.438]
}

// The convolutions of this model go along one axis.
func ExampleOn() {
	show(rules.LayerMap(
		rules.On(trace.KindConvStandard.WithRank(2), rules.ZPlus()),
		rules.On(trace.KindConvStandard.WithRank(1), rules.Flat()),
		rules.On(trace.KindLinear, rules.Epsilon(0.1)),
	))
	// Output:
	// conv#0: Flat(stabilizer=1e-06), layer map linear.conv.standard.1d
	// conv#1: Flat(stabilizer=1e-06), layer map linear.conv.standard.1d
	// dot#0: Epsilon(0.1), layer map linear
	// [-0.055 -0.015 0.12 0.242 0.202 0.067]
}

func ExampleFirstMap() {
	show(rules.Mixed(
		rules.FirstMap(rules.On(trace.KindConv, rules.WSquare())),
		rules.LayerMap(rules.On(trace.KindConv, rules.ZPlus())),
	))
	// Output:
	// conv#0: WSquare(stabilizer=1e-06), first linear.conv
	// conv#1: ZPlus(stabilizer=1e-06), layer map linear.conv
	// [0.167 0.044 0.333 -0.7 -0.844 0]
}

func ExampleNameMap() {
	show(rules.NameMap(rules.At("conv#1", rules.ZPlus()), rules.At("dot#0", rules.Epsilon(0.1))))
	// Output:
	// conv#1: ZPlus(stabilizer=1e-06), name conv#1
	// dot#0: Epsilon(0.1), name dot#0
	// [-0.657 -0.064 1.744 2.209 -2.047 0]
}

func ExampleLastN() {
	show(rules.LastN(2, rules.LayerMap(rules.On(trace.KindLinear, rules.Epsilon(0.1)))))
	// Output:
	// conv#1: Epsilon(0.1), last 2, linear
	// dot#0: Epsilon(0.1), last 2, linear
	// [-0.174 -0.059 0.333 1.23 -1.099 1.796]
}

func ExampleOtherwise() {
	show(rules.Otherwise(rules.LayerMap(rules.On(trace.KindLinear, rules.ZPlus())), rules.Epsilon(0.1)))
	// Output:
	// conv#0: ZPlus(stabilizer=1e-06), layer map linear
	// relu#0: Epsilon(0.1), otherwise
	// conv#1: ZPlus(stabilizer=1e-06), layer map linear
	// avg_pool#0: Epsilon(0.1), otherwise
	// dot#0: ZPlus(stabilizer=1e-06), layer map linear
	// [0.262 0.131 0.523 0 0 0]
}

func ExampleStrict() {
	composite := rules.Strict(rules.LayerMap(rules.On(trace.KindLinear, rules.ZPlus()), rules.On(trace.KindAvgPool, rules.Norm())))
	err := trace.Try(func() { transforms.WithRules(composite, classify)(signal) })
	_, reason, _ := strings.Cut(err.Error(), "Strict: ")
	site, _, _ := strings.Cut(reason, " at ")
	fmt.Println(site)
	// Output: no rule for relu#0 (activation.relu)
}

func ExampleEpsilonGammaBox() {
	show(rules.EpsilonGammaBox(fn.Scalar(-2), fn.Scalar(2)))
	// Output:
	// conv#0: ZBox(low=-2, high=2, stabilizer=1e-06), first linear.conv
	// relu#0: Pass(), layer map activation
	// conv#1: Gamma(0.25, stabilizer=1e-06), layer map linear.conv
	// avg_pool#0: Norm(stabilizer=1e-06), layer map pool.avg
	// dot#0: Epsilon(1e-06), layer map linear.dense
	// [-0.455 0.246 -0.048 1.901 0.174 -0.819]
}

func ExampleEpsilonGammaBoxWith() {
	show(rules.EpsilonGammaBoxWith(fn.Scalar(-2), fn.Scalar(2), rules.Preset{Gamma: new(0.5), Epsilon: rules.Stabilizer{Epsilon: 0.1}}))
	// Output:
	// conv#0: ZBox(low=-2, high=2, stabilizer=1e-06), first linear.conv
	// relu#0: Pass(), layer map activation
	// conv#1: Gamma(0.5, stabilizer=1e-06), layer map linear.conv
	// avg_pool#0: Norm(stabilizer=1e-06), layer map pool.avg
	// dot#0: Epsilon(0.1), layer map linear.dense
	// [-0.422 0.238 -0.033 1.789 0.159 -0.771]
}

func ExampleEpsilonPlus() {
	show(rules.EpsilonPlus())
	// Output:
	// conv#0: ZPlus(stabilizer=1e-06), layer map linear.conv
	// relu#0: Pass(), layer map activation
	// conv#1: ZPlus(stabilizer=1e-06), layer map linear.conv
	// avg_pool#0: Norm(stabilizer=1e-06), layer map pool.avg
	// dot#0: Epsilon(1e-06), layer map linear.dense
	// [-0.195 0.113 0.03 1.053 0 0]
}

func ExampleEpsilonPlusFlat() {
	show(rules.EpsilonPlusFlat())
	// Output:
	// conv#0: Flat(stabilizer=1e-06), first linear
	// relu#0: Pass(), layer map activation
	// conv#1: ZPlus(stabilizer=1e-06), layer map linear.conv
	// avg_pool#0: Norm(stabilizer=1e-06), layer map pool.avg
	// dot#0: Epsilon(1e-06), layer map linear.dense
	// [-0.228 0.544 0.333 0.561 -0.211 0]
}

func ExampleEpsilonAlpha2Beta1() {
	show(rules.EpsilonAlpha2Beta1())
	// Output:
	// conv#0: AlphaBeta(2, 1, stabilizer=1e-06), layer map linear.conv
	// relu#0: Pass(), layer map activation
	// conv#1: AlphaBeta(2, 1, stabilizer=1e-06), layer map linear.conv
	// avg_pool#0: Norm(stabilizer=1e-06), layer map pool.avg
	// dot#0: Epsilon(1e-06), layer map linear.dense
	// [-0.782 0.308 1.096 4.536 0 1.474]
}

func ExampleEpsilonAlpha2Beta1Flat() {
	show(rules.EpsilonAlpha2Beta1Flat())
	// Output:
	// conv#0: Flat(stabilizer=1e-06), first linear
	// relu#0: Pass(), layer map activation
	// conv#1: AlphaBeta(2, 1, stabilizer=1e-06), layer map linear.conv
	// avg_pool#0: Norm(stabilizer=1e-06), layer map pool.avg
	// dot#0: Epsilon(1e-06), layer map linear.dense
	// [-0.456 0.825 0.404 1.351 0.07 0.491]
}

func ExampleExcitationBackprop() {
	show(rules.ExcitationBackprop())
	// Output:
	// conv#0: ZPlus(stabilizer=1e-06), layer map linear
	// conv#1: ZPlus(stabilizer=1e-06), layer map linear
	// avg_pool#0: Norm(stabilizer=1e-06), layer map pool.avg
	// dot#0: ZPlus(stabilizer=1e-06), layer map linear
	// [0.286 0.143 0.571 0 0 0]
}

func ExampleDeconvNet() {
	show(rules.DeconvNet())
	// Output:
	// relu#0: ReLUDeconvNet(), layer map activation.relu
	// [1 2.25 -2 0 -1 2]
}

func ExampleGuidedBackprop() {
	show(rules.GuidedBackprop())
	// Output:
	// relu#0: ReLUGuidedBackprop(), layer map activation.relu
	// [1.25 1.25 -2.5 1 -1 2]
}

func ExampleBetaSmooth() {
	show(rules.BetaSmooth())
	// Output:
	// relu#0: ReLUBetaSmooth(10), layer map activation.relu
	// [1.125 0 -3.5 -5.5 3 4]
}

func ExampleNamed() {
	composite, err := rules.Named("epsilon_plus", trace.Value{}, trace.Value{}, rules.Preset{})
	if err != nil {
		fmt.Println(err)
		return
	}
	show(composite)
	// Output:
	// conv#0: ZPlus(stabilizer=1e-06), layer map linear.conv
	// relu#0: Pass(), layer map activation
	// conv#1: ZPlus(stabilizer=1e-06), layer map linear.conv
	// avg_pool#0: Norm(stabilizer=1e-06), layer map pool.avg
	// dot#0: Epsilon(1e-06), layer map linear.dense
	// [-0.195 0.113 0.03 1.053 0 0]
}
