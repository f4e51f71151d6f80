package rules_test

import (
	"math"
	"testing"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/rules"
	"github.com/pullback-go/pullback/trace"
	"github.com/pullback-go/pullback/transforms"
)

func TestParametersAreChecked(t *testing.T) {
	nan := math.NaN()
	for name, test := range map[string]struct {
		build func()
		parts []string
	}{
		"epsilon":         {func() { rules.Epsilon(-0.1) }, []string{"rules.Epsilon", "epsilon is -0.1", "at least 0"}},
		"epsilon NaN":     {func() { rules.Epsilon(nan) }, []string{"epsilon is NaN"}},
		"epsilon Inf":     {func() { rules.Epsilon(math.Inf(1)) }, []string{"epsilon is +Inf"}},
		"epsilon twice":   {func() { rules.EpsilonWith(0.1, large) }, []string{"epsilon = 0.1", "stabilizer 0.3", "give 0"}},
		"gamma":           {func() { rules.Gamma(-1) }, []string{"rules.Gamma", "gamma is -1"}},
		"gamma NaN":       {func() { rules.Gamma(nan) }, []string{"gamma is NaN"}},
		"alpha":           {func() { rules.AlphaBeta(-1, -2) }, []string{"rules.AlphaBeta", "alpha is -1"}},
		"beta":            {func() { rules.AlphaBeta(0.5, -0.5) }, []string{"beta is -0.5"}},
		"alpha NaN":       {func() { rules.AlphaBeta(nan, 1) }, []string{"alpha is NaN"}},
		"alpha - beta":    {func() { rules.AlphaBeta(2, 0.5) }, []string{"2 - 0.5 = 1.5", "only if it is 1"}},
		"beta smooth":     {func() { rules.ReLUBetaSmooth(-1) }, []string{"rules.ReLUBetaSmooth", "beta is -1"}},
		"stabilizer":      {func() { rules.ZPlusWith(rules.Config{Stabilizer: rules.Stabilizer{Epsilon: nan}}) }, []string{"rules.Stabilizer", "Epsilon is NaN"}},
		"stabilizer func": {func() { rules.StabilizerFunc("", fn.Abs) }, []string{"rules.StabilizerFunc", "a name and a function"}},
		"nil func":        {func() { rules.StabilizerFunc("abs", nil) }, []string{`"abs" and nil`}},
		"low absent":      {func() { rules.ZBox(Value{}, fn.Scalar(1)) }, []string{"rules.ZBox", "low is absent"}},
		"high absent":     {func() { rules.ZBox(fn.Scalar(1), Value{}) }, []string{"high is absent"}},
		"low whole":       {func() { rules.ZBox(trace.Scalar(int32(0)), fn.Scalar(1)) }, []string{"low is i32[], not a float"}},
		"high NaN":        {func() { rules.ZBox(fn.Scalar(0), trace.New([]float64{1, nan})) }, []string{"high, f64[2], has NaN"}},
		"low above high":  {func() { rules.ZBox(fn.Scalar(2), trace.Scalar(1.0)) }, []string{"low = 2 lies above high = 1"}},
	} {
		t.Run(name, func(t *testing.T) { mustFail(t, test.build, append(test.parts, "errors_test.go:")...) })
	}
}

func TestAlphaMinusBetaWithinRounding(t *testing.T) {
	if got := rules.AlphaBeta(2.3, 1.3).String(); got != "AlphaBeta(2.3, 1.3, stabilizer=1e-06)" {
		t.Error(got)
	}
}

// TestRulesRefuseSitesTheyDoNotFit checks that the error names the rule, the site, the
// reason, a remedy, and the model's line.
func TestRulesRefuseSitesTheyDoNotFit(t *testing.T) {
	x := drawn("x", 2, 3, 4)
	two := transforms.Named(transforms.Layer{Kind: "two", Path: "l"}, func(x Value, w Value) []Value {
		return []Value{fn.Mul(x, w), fn.Add(x, w)}
	})
	outputs := func(x Value) Value { return two(x, drawn("w", 2, 3, 4))[0] }
	mean := func(x Value) Value { return fn.Mean(x, 1) }
	add := func(x Value) Value { return fn.Add(x, fn.Tanh(x)) }
	linear := func(x Value) Value { return fn.Linear(x, drawn("w", 5, 4), Value{}) }
	for name, test := range map[string]struct {
		rule  rules.Rule
		f     func(Value) Value
		kind  trace.Kind
		parts []string
	}{
		"pass on another shape":       {rules.Pass(), mean, trace.KindAvgPool, []string{"Pass()", "mean#0 (pool.avg.mean)", "f64[2 4] of f64[2 3 4]", "Norm()"}},
		"pass on two data":            {rules.Pass(), add, trace.KindAdd, []string{"Pass()", "add#0", "2 data operands"}},
		"pass on several outputs":     {rules.Pass(), outputs, "two", []string{"Pass()", "l (two)", "2 outputs"}},
		"deconvnet on another shape":  {rules.ReLUDeconvNet(), mean, trace.KindAvgPool, []string{"ReLUDeconvNet()", "keep the shape"}},
		"guided on another shape":     {rules.ReLUGuidedBackprop(), mean, trace.KindAvgPool, []string{"ReLUGuidedBackprop()", "keep the shape"}},
		"betasmooth on another shape": {rules.ReLUBetaSmooth(1), mean, trace.KindAvgPool, []string{"ReLUBetaSmooth(1)", "keep the shape"}},
		"wsquare without weights":     {rules.WSquare(), mean, trace.KindAvgPool, []string{"WSquare(", "no weights", "use Norm()"}},
		"zplus without weights":       {rules.ZPlus(), mean, trace.KindAvgPool, []string{"ZPlus(", "no weights"}},
		"alphabeta without weights":   {rules.AlphaBeta(2, 1), mean, trace.KindAvgPool, []string{"AlphaBeta(2, 1", "no weights"}},
		"gamma without weights":       {rules.Gamma(1), mean, trace.KindAvgPool, []string{"Gamma(1", "no weights"}},
		"zbox without weights":        {rules.ZBox(fn.Scalar(0), fn.Scalar(1)), mean, trace.KindAvgPool, []string{"ZBox(low=0, high=1", "no weights"}},
		"epsilon on several outputs":  {rules.Epsilon(1), outputs, "two", []string{"Epsilon(1)", "2 outputs", "Plain()"}},
		"norm on several outputs":     {rules.Norm(), outputs, "two", []string{"Norm(", "2 outputs"}},
		"flat on several outputs":     {rules.Flat(), outputs, "two", []string{"Flat(", "2 outputs"}},
		"zplus on several outputs":    {rules.ZPlus(), outputs, "two", []string{"ZPlus(", "2 outputs"}},
		"a bound of many axes":        {rules.ZBox(drawn("l", 1, 1, 1, 4), fn.Scalar(1)), linear, trace.KindDense, []string{"bound low, f64[1 1 1 4]", "input, f64[2 3 4]"}},
		"a bound of another length":   {rules.ZBox(fn.Scalar(-1), drawn("h", 1, 4)), linear, trace.KindDense, []string{"bound high, f64[1 4]", "appended on the right"}},
		"a bound of a short batch":    {rules.ZBox(fn.Scalar(-1), drawn("h", 0, 3)), linear, trace.KindDense, []string{"bound high, f64[0 3]"}},
		"a bound of another dtype":    {rules.ZBox(trace.Scalar(float32(-1)), fn.Scalar(1)), linear, trace.KindDense, []string{"bound low is f32[]", "fn.Cast it to f64"}},
	} {
		t.Run(name, func(t *testing.T) {
			c := rules.LayerMap(rules.On(test.kind, test.rule))
			mustFail(t, func() { transforms.Pull(transforms.WithRules(c, test.f), fn.OnesLike)(x) }, append(test.parts, "errors_test.go:")...)
		})
	}
}

// TestPlainFitsEverySite checks Plain on several outputs.
func TestPlainFitsEverySite(t *testing.T) {
	x, w := drawn("x", 2, 3), drawn("w", 2, 3)
	two := transforms.Named(transforms.Layer{Kind: "two", Path: "l"}, func(x Value, w Value) []Value {
		return []Value{fn.Mul(x, w), fn.Exp(x)}
	})
	f := func(x Value) Value { out := two(x, w); return fn.Add(out[0], fn.Mul(out[1], out[1])) }
	got := relevance(rules.LayerMap(rules.On("two", rules.Plain())), f, x, w)
	want := transforms.Pull(f, constant(w))(x)
	if d := fn.SumAll(fn.Abs(fn.Sub(got, want))).Float64(); !(d <= 1e-14) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestStabilizersAreChecked(t *testing.T) {
	x := drawn("x", 2, 3)
	mustFail(t, func() { rules.Stabilizer{Epsilon: -1}.Apply(x) }, "Epsilon is -1")
	mustFail(t, func() { rules.Stabilizer{Epsilon: 1, NormScale: true, Axes: []int{2}}.Apply(x) }, "no axis 2", "between -2 and 1")
	sum := rules.StabilizerFunc("sum", fn.SumAll)
	mustFail(t, func() { sum.Apply(x) }, "stabilizer sum", "f64[] for an output of f64[2 3]")
}
