package optim_test

import (
	"testing"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/internal/testutil"
	"github.com/pullback-go/pullback/nn/optim"
)

// No argument of a public function causes a panic of the Go runtime.
func TestMisuse(t *testing.T) {
	stepped := func(o optim.Optimizer, g, p Value) Value {
		next, _ := optim.Update(o, g, optim.Init(o, p), p)
		return next
	}
	any := func(string) string { return "" }
	testutil.Misuse(t, ".", map[string]testutil.Misused{
		"SGD":         {func(c []optim.SGDConfig, g, p Value) Value { return stepped(optim.SGD(rate, c...), g, p) }, ""},
		"Adam":        {func(c []optim.AdamConfig, g, p Value) Value { return stepped(optim.Adam(rate, c...), g, p) }, ""},
		"AdamW":       {func(c []optim.AdamConfig, g, p Value) Value { return stepped(optim.AdamW(rate, c...), g, p) }, ""},
		"Lion":        {func(c []optim.LionConfig, g, p Value) Value { return stepped(optim.Lion(rate, c...), g, p) }, ""},
		"RMSProp":     {func(c []optim.RMSPropConfig, g, p Value) Value { return stepped(optim.RMSProp(rate, c...), g, p) }, ""},
		"Adagrad":     {func(c []optim.AdagradConfig, g, p Value) Value { return stepped(optim.Adagrad(rate, c...), g, p) }, ""},
		"WeightDecay": {func(x float64, g, p Value) Value { return stepped(optim.WeightDecay(x), g, p) }, ""},
		"ClipValue":   {func(x float64, g, p Value) Value { return stepped(optim.ClipValue(x), g, p) }, ""},
		"ClipNorm":    {func(x float64, g, p Value) Value { return stepped(optim.ClipNorm(x), g, p) }, ""},
		"Frozen":      {func(g, p Value) Value { return stepped(optim.Frozen(), g, p) }, ""},
		"Chain":       {func(g, p Value) Value { return stepped(optim.Chain(), g, p) }, ""},
		"Groups": {func(g, p Value) Value {
			return stepped(optim.Groups(any, map[string]optim.Optimizer{"": optim.Adam(rate)}), g, p)
		}, ""},
		"Masked": {func(on bool, g, p Value) Value {
			return stepped(optim.Masked(func(string) bool { return on }, optim.SGD(rate)), g, p)
		}, ""},
		"Init": {func(p Value) Value { return optim.Init(optim.Adam(rate), p).Count }, "optim.Init"},
		"Update": {func(g, p, count Value) Value {
			next, _ := optim.Update(optim.Adam(rate), g, optim.State[Value]{Count: count}, p)
			return next
		}, "optim.Update"},
		"Step": {func(p Value) Value {
			next, _, _ := optim.Step(optim.SGD(rate), func(x, _ Value) Value { return fn.SumAll(x) })(p, optim.State[Value]{}, p)
			return next
		}, ""},
		"Constant":     {func(x float64, n Value) Value { return optim.Constant(x)(n) }, ""},
		"Linear":       {func(x, y float64, steps int, n Value) Value { return optim.Linear(x, y, steps)(n) }, ""},
		"Cosine":       {func(x, y float64, steps int, n Value) Value { return optim.Cosine(x, y, steps)(n) }, ""},
		"Exponential":  {func(x, y float64, steps int, n Value) Value { return optim.Exponential(x, y, steps)(n) }, ""},
		"Piecewise":    {func(x, y float64, steps []int, n Value) Value { return optim.Piecewise(x, y, steps...)(n) }, ""},
		"OneCycle":     {func(x float64, steps int, n Value) Value { return optim.OneCycle(x, steps)(n) }, ""},
		"Warmup":       {func(x float64, steps int, n Value) Value { return optim.Warmup(steps, optim.Constant(x))(n) }, ""},
		"NewObjective": {func(x Value) []float64 { return optim.NewObjective(fn.SumAll, x).Tree([]float64{1}).Float64s() }, ""},
		"Minimize": {func(x Value) Value {
			v, _, _ := optim.Minimize(func(x Value) Value { return fn.SumAll(fn.Square(x)) }, x)
			return v
		}, "optim.NewObjective"},
		"GlobalNorm":    {optim.GlobalNorm[Value], ""},
		"MovingAverage": {optim.MovingAverage[Value], "optim.MovingAverage"},
	})
}
