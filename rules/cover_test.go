package rules_test

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/nn"
	"github.com/pullback-go/pullback/rules"
	"github.com/pullback-go/pullback/trace"
	"github.com/pullback-go/pullback/transforms"
	"github.com/pullback-go/pullback/transforms/lawtest"
)

// between has a dense layer before and after an operation, and no biases.
func between(op func(y Value) Value) func(x Value) Value {
	a, b := nn.Linear{Path: "a", Weight: before}, nn.Linear{Path: "b", Weight: after}
	return func(x Value) Value { return b.Apply(op(a.Apply(x))) }
}

var before, after = trace.New([]float64{1, 2, 3, 5}, 2, 2), trace.New([]float64{1, -2, -3, 5}, 2, 2)

// supported counts the outputs of the layer after an operation that have a positive
// contribution.
func supported(op func(y Value) Value) float64 {
	y, w, n := op(fn.Linear(half, before, Value{})).Float64s(), after.Float64s(), 0.0
	for j := 0; j < len(w); j += 2 {
		if w[j]*y[0] > 0 || w[j+1]*y[1] > 0 {
			n++
		}
	}
	return n
}

var half = trace.New([]float64{0.5, 0.25}, 1, 2)

// lrpPresets are the presets that share relevance, without a stabilizer.
func lrpPresets() []rules.Composite {
	exact := rules.Stabilizer{}
	p := rules.Preset{Epsilon: exact, Stabilizer: exact}
	return []rules.Composite{rules.EpsilonPlusWith(p), rules.EpsilonGammaBoxWith(fn.Scalar(-1), fn.Scalar(1), p), rules.EpsilonPlusFlatWith(p),
		rules.EpsilonAlpha2Beta1With(p), rules.EpsilonAlpha2Beta1FlatWith(p), rules.ExcitationBackpropWith(p)}
}

// A quotient by a constant once created or lost relevance without an error, while a
// product with one was refused. Both, a change of sign, and a shift by a constant now
// hand relevance on. A difference of two data values shares it, as their sum does.
func TestFaultB3ConstantsConserve(t *testing.T) {
	c := trace.New([]float64{4, -0.5}, 1, 2)
	for name, op := range map[string]func(y Value) Value{
		"quarter":      func(y Value) Value { return fn.Div(y, fn.Scalar(4)) },
		"double":       func(y Value) Value { return fn.Mul(y, fn.Scalar(2)) },
		"double left":  func(y Value) Value { return fn.Mul(fn.Scalar(2), y) },
		"negative":     fn.Neg,
		"scale":        func(y Value) Value { return fn.Mul(y, c) },
		"over":         func(y Value) Value { return fn.Div(y, c) },
		"plus":         func(y Value) Value { return fn.Add(y, c) },
		"minus":        func(y Value) Value { return fn.Sub(y, c) },
		"from":         func(y Value) Value { return fn.Sub(c, y) },
		"normalize":    func(y Value) Value { return fn.Add(fn.Mul(fn.Div(fn.Sub(y, c), fn.Scalar(3)), c), c) },
		"computed":     func(y Value) Value { return fn.Div(y, fn.Exp(c)) },
		"sum of two":   func(y Value) Value { return fn.Add(y, fn.Flip(y, 1)) },
		"minus itself": func(y Value) Value { return fn.Sub(y, fn.Flip(y, 1)) },
	} {
		for _, preset := range lrpPresets() {
			t.Run(name+"/"+preset.String(), func(t *testing.T) {
				f, r, want := between(op), fn.Ones(trace.TypeOf(trace.Float64, 1, 2)), 2.0
				if strings.HasPrefix(preset.String(), "excitation") { // ZPlus passes on only positive contributions
					want = supported(op)
				}
				total := fn.SumAll(relevance(rules.Strict(preset), f, half, r)).Float64()
				if !(math.Abs(total-want) <= 1e-12) {
					t.Errorf("of a relevance of %v, %v arrives", want, total)
				}
				account := rules.Ledger(preset, f, constant(r))(half)
				balanced(t, account)
			})
		}
	}
}

// The snippet of the fault, with the presets' own stabilizers.
func TestFaultB3Snippet(t *testing.T) {
	w := trace.New([]float64{1, 2, 3, 5}, 2, 2)
	a, b := nn.Linear{Path: "a", Weight: w}, nn.Linear{Path: "b", Weight: w}
	c := rules.Strict(rules.EpsilonPlus())
	for name, f := range map[string]func(x Value) Value{
		"quarter":  func(x Value) Value { return b.Apply(fn.Div(a.Apply(x), fn.Scalar(4))) },
		"double":   func(x Value) Value { return b.Apply(fn.Mul(a.Apply(x), fn.Scalar(2))) },
		"residual": func(x Value) Value { return fn.Sub(a.Apply(x), x) },
	} {
		in := fn.SumAll(relevance(c, f, half, fn.Ones(trace.TypeOf(trace.Float64, 1, 2)))).Float64()
		if !(math.Abs(in-2) <= 1e-4) {
			t.Errorf("%s: of a relevance of 2, %v arrives", name, in)
		}
	}
}

// Each rule that fits a scaling or a difference equals its double sum over the explicit
// Jacobian.
func TestFaultB3DoubleSums(t *testing.T) {
	const eps = 0.01
	s := rules.Stabilizer{Epsilon: eps}
	c := trace.New([]float64{2, -3, 0.5})
	x, y, r := drawn("x", 3), drawn("y", 3), drawn("r", 3)
	for name, test := range map[string]struct {
		f    func(x Value) Value
		kind trace.Kind
	}{
		"mul":  {func(x Value) Value { return fn.Mul(x, c) }, trace.KindScaling},
		"div":  {func(x Value) Value { return fn.Div(x, c) }, trace.KindScaling},
		"neg":  {fn.Neg, trace.KindScaling},
		"from": {func(x Value) Value { return fn.Sub(c, x) }, trace.KindScaling},
		"sub": {func(x Value) Value {
			return fn.Sub(fn.Slice(x, fn.SliceConfig{Stop: []int{3}}), fn.Slice(x, fn.SliceConfig{Start: []int{3}}))
		}, trace.KindSub},
	} {
		in := x
		if name == "sub" {
			in = fn.Concat(0, x, y)
		}
		l := written(test.f, in, in, in, r)
		for _, by := range []struct {
			rule rules.Rule
			want []float64
		}{{rules.Epsilon(eps), l.epsilon(eps)}, {rules.Epsilon(0), l.epsilon(0)}, {rules.NormWith(s), l.epsilon(eps)}} {
			lawtest.Close(t, relevance(rules.LayerMap(rules.On(test.kind, by.rule)), test.f, in, r), trace.New(by.want), 1e-12)
		}
		if name == "sub" {
			lawtest.Close(t, relevance(rules.EpsilonPlus(), test.f, in, r), trace.New(l.epsilon(1e-6)), 1e-12)
			continue
		}
		// Under a preset it is LRP-0 on the diagonal alone, which passes on all of the
		// relevance.
		if got := relevance(rules.EpsilonPlus(), test.f, in, r); fmt.Sprint(got) != fmt.Sprint(r) {
			t.Errorf("%s: got %v, want %v", name, got, r)
		}
		zeroBias := rules.LayerMap(rules.On(test.kind, rules.EpsilonWith(0, rules.Config{ZeroBias: true})))
		lawtest.Close(t, relevance(zeroBias, test.f, in, r), r, 1e-12)
	}
}

// shout is a user's operation without a kind.
type shout struct{}

func (shout) Name() string                                 { return "shout" }
func (shout) Infer(in []trace.Type) ([]trace.Type, error)  { return in, nil }
func (shout) Eval(in, out []*trace.Array)                  { out[0].CopyFrom(in[0]) }
func (shout) VJP(_, _, ct []Value, _ []bool) []Value       { return []Value{fn.Mul(ct[0], fn.Scalar(7))} }
func (op shout) Batch(_ int, in []Value, _ []bool) []Value { return trace.Bind(op, in[0]) }

// uncoveredOps are operations that do not hand relevance on, by the kind of their site.
func uncoveredOps() map[string]func(y Value) Value {
	two := fn.Scalar(2)
	return map[string]func(y Value) Value{
		"square#0 (op.square)":         fn.Square,
		"exp#0 (op.exp)":               fn.Exp,
		"expm1#0 (op.expm1)":           fn.Expm1,
		"log#0 (op.log)":               fn.Log,
		"log1p#0 (op.log1p)":           fn.Log1p,
		"sqrt#0 (op.sqrt)":             fn.Sqrt,
		"rsqrt#0 (op.rsqrt)":           fn.Rsqrt,
		"pow#0 (op.pow)":               func(y Value) Value { return fn.Pow(y, trace.New([]float64{1.5, 2.5}, 1, 2)) },
		"pow_scalar#0 (op.pow_scalar)": func(y Value) Value { return fn.PowScalar(y, 1.5) },
		"abs#0 (op.abs)":               fn.Abs,
		"sin#0 (op.sin)":               fn.Sin,
		"cos#0 (op.cos)":               fn.Cos,
		"tan#0 (op.tan)":               fn.Tan,
		"atan#0 (op.atan)":             fn.Atan,
		"erf#0 (op.erf)":               fn.Erf,
		"reciprocal#0 (op.reciprocal)": fn.Reciprocal,
		"div#0 (op.div)":               func(y Value) Value { return fn.Div(two, y) },
		"cumsum#0 (op.cumsum)":         func(y Value) Value { return fn.CumSum(y, 1) },
		"maximum#0 (op.maximum)":       func(y Value) Value { return fn.Maximum(y, two) },
		"minimum#0 (op.minimum)":       func(y Value) Value { return fn.Minimum(y, two) },
		"clamp#0 (op.clamp)":           func(y Value) Value { return fn.Clamp(y, -1, 1) },
		"rem#0 (op.rem)":               func(y Value) Value { return fn.Rem(y, two) },
		"round#0 (op.round)":           fn.Round,
		"floor#0 (op.floor)":           fn.Floor,
		"sign#0 (op.sign)":             fn.Sign,
		"shout#0 (op.shout)":           func(y Value) Value { return trace.Bind1(shout{}, y) },
		"mul#0 (product)":              func(y Value) Value { return fn.Mul(y, fn.Flip(y, 1)) },
		"softmax#0 (softmax)":          func(y Value) Value { return fn.Softmax(y, 1) },
		"sum#0 (reduce.sum)":           func(y Value) Value { return fn.BroadcastTo(fn.Reshape(fn.Sum(y, 1), 1, 1), 1, 2) },
	}
}

// Strict names each operation without a rule that does not hand relevance on, with or
// without a kind. Plan warns of it, Otherwise gives it a rule, and the ledger has a row
// for it.
func TestFaultB3NothingIsSilentlyUncovered(t *testing.T) {
	for site, op := range uncoveredOps() {
		t.Run(site, func(t *testing.T) {
			f, preset := between(op), rules.EpsilonPlus()
			mustFail(t, func() { transforms.WithRules(rules.Strict(preset), f)(half) }, "Strict: no rule for "+site+" at cover_test.go:", "Plain()")
			path, _, _ := strings.Cut(site, " ")
			warned := false
			for _, r := range transforms.Plan(preset, f, half).Rows {
				if r.Site.Path == path {
					warned = r.Rule == nil && strings.Contains(r.Warning, "keeps its plain gradient")
				} else if r.Warning != "" && !strings.HasPrefix(r.Site.Path, "sum#") {
					t.Errorf("%v: %s", r.Site, r.Warning)
				}
			}
			if !warned {
				t.Error("Plan does not warn")
			}
			if got := plan(rules.Otherwise(preset, rules.Plain()), func(x Value) Value { return f(fn.Reshape(fn.Slice(x, fn.SliceConfig{Stop: []int{1, 2}}), 1, 2)) })[path]; got != "Plain(): otherwise" {
				t.Errorf("Otherwise gives %q", got)
			}
			if a := rules.Ledger(preset, f, fn.OnesLike)(half); !(math.Abs(a.Elsewhere) <= 1e-12*(1+math.Abs(a.Start))) {
				t.Errorf("%v elsewhere of\n%v", a.Elsewhere, a)
			}
		})
	}
}

// Otherwise reports a rule that does not fit an operation, and applies one that does.
func TestOtherwiseOnOperationsWithoutKind(t *testing.T) {
	f := between(fn.Exp)
	mustFail(t, func() { relevance(rules.Otherwise(rules.EpsilonPlus(), rules.ZPlus()), f, half, half) },
		"does not fit exp#0 (op.exp): it has no weights")
	in := fn.SumAll(relevance(rules.Otherwise(rules.EpsilonPlus(), rules.Pass()), f, half, half)).Float64()
	if !(math.Abs(in-0.75) <= 1e-4) {
		t.Errorf("of a relevance of 0.75, %v arrives", in)
	}
	all := rules.Strict(rules.Mixed(rules.EpsilonPlus(), rules.LayerMap(rules.On(trace.KindBare, rules.Plain()))))
	if err := trace.Try(func() { transforms.WithRules(all, f)(half) }); err != nil {
		t.Errorf("a rule for every operation without a kind: %v", err)
	}
}

// movers are the operations that need no rule.
func movers() map[string]func(y Value) Value {
	index, along := trace.New([]int64{1, 0, 1}), trace.New([]int64{1, 0}, 1, 2)
	yes := trace.New([]bool{true, false}, 1, 2)
	return map[string]func(y Value) Value{
		"reshape":    func(y Value) Value { return fn.Reshape(y, 2, 1) },
		"transpose":  func(y Value) Value { return fn.Transpose(y, 1, 0) },
		"broadcast":  func(y Value) Value { return fn.BroadcastTo(y, 3, 2) },
		"slice":      func(y Value) Value { return fn.Slice(y, fn.SliceConfig{Start: []int{0, 1}}) },
		"pad":        func(y Value) Value { return fn.Pad(y, fn.PadConfig{Low: []int{1, 0}, High: []int{0, 2}, Value: 3}) },
		"concat":     func(y Value) Value { return fn.Concat(0, y, half, y) },
		"take":       func(y Value) Value { return fn.Take(y, index, 1) },
		"take along": func(y Value) Value { return fn.TakeAlong(y, along, 1) },
		"where":      func(y Value) Value { return fn.Where(yes, y, fn.Flip(y, 1)) },
		"where data": func(y Value) Value { return fn.Where(fn.Greater(y, fn.Scalar(3)), y, fn.Scalar(9)) },
		"mask":       func(y Value) Value { return fn.Mask(yes, y) },
		"max":        func(y Value) Value { return fn.Max(y, 1) },
		"max pool": func(y Value) Value {
			return fn.MaxPool(fn.Reshape(y, 1, 1, 2), fn.MaxPoolConfig{Kernel: []int{2}})
		},
		"cast":    func(y Value) Value { return fn.Cast(fn.Cast(y, trace.Float32), trace.Float64) },
		"dropout": nn.Dropout{Path: "drop", Rate: 0.5}.Apply,
		"gate":    func(y Value) Value { return fn.Cast(fn.Equal(fn.Exp(y), y), trace.Float64) },
	}
}

// An exempt operation moves elements: each row of its Jacobian has a single one, or
// nothing where the output is a constant.
func TestFaultB3ExemptOperationsMoveElements(t *testing.T) {
	x := trace.New([]float64{2, 5}, 1, 2)
	for name, op := range movers() {
		t.Run(name, func(t *testing.T) {
			if err := trace.Try(func() { transforms.WithRules(rules.Strict(rules.LayerMap()), op)(x) }); err != nil {
				t.Error(err)
			}
			for _, r := range transforms.Plan(rules.LayerMap(), op, x).Rows {
				if r.Warning != "" && r.Site.Kind != "reduce.max" {
					t.Errorf("%v: %s", r.Site, r.Warning)
				}
			}
			jacobian := transforms.Jacobian(op)(x).Float64s()
			for j := 0; j < len(jacobian); j += 2 {
				if a, b := jacobian[j], jacobian[j+1]; a*b != 0 || a+b != 0 && a+b != 1 {
					t.Errorf("output %d has slopes %v and %v", j/2, a, b)
				}
			}
		})
	}
}

// Strict ignores sites that no relevance passes: those that only a comparison reads,
// those that StopGradient stops, and unused ones.
func TestStrictLeavesAloneWhatNoRelevancePasses(t *testing.T) {
	for name, f := range map[string]func(x Value) Value{
		"compared": func(x Value) Value { return fn.Mask(fn.Greater(fn.Exp(x), fn.Scalar(1)), x) },
		"stopped":  func(x Value) Value { return fn.Where(fn.Less(x, fn.Scalar(0)), x, transforms.StopGradient(fn.Exp(x))) },
		"not used": func(x Value) Value { fn.Exp(x); return x },
		"in a loop": func(x Value) Value {
			y, _ := transforms.Scan(func(y, row Value) (Value, []Value) { return fn.Mask(fn.Greater(fn.Exp(row), y), y), nil })(x, trace.New([]float64{1, 2}, 2, 1, 1))
			return y
		},
	} {
		if err := trace.Try(func() { transforms.WithRules(rules.Strict(rules.LayerMap()), f)(trace.New([]float64{2}, 1, 1)) }); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	inside := map[string]func(x Value) Value{
		"scan": func(x Value) Value {
			y, _ := transforms.Scan(func(y, row Value) (Value, []Value) { return fn.Exp(y), nil })(x, trace.New([]float64{1, 2}, 2, 1, 1))
			return y
		},
		"cond":       func(x Value) Value { return transforms.Cond(fn.Greater(fn.SumAll(x), fn.Scalar(0)), fn.Exp, fn.Exp)(x) },
		"checkpoint": transforms.Checkpoint(fn.Exp),
		"layer":      layer("block", "block", fn.Exp),
	}
	for name, f := range inside {
		err := trace.Try(func() { transforms.WithRules(rules.Strict(rules.LayerMap()), f)(trace.New([]float64{2}, 1, 1)) })
		if err == nil || !strings.Contains(err.Error(), "exp#0 (op.exp)") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// The square root of an activation has an infinite slope at 0. It once turned relevance
// into NaN without a warning.
func TestFaultB3SquareRootOfReLU(t *testing.T) {
	f := func(x Value) Value { return fn.Sqrt(fn.ReLU(x)) }
	for _, c := range []rules.Composite{rules.EpsilonPlus(), rules.BetaSmooth()} {
		if text := transforms.Plan(c, f, half).String(); !strings.Contains(text, "sqrt#0  op.sqrt") || !strings.Contains(text, "nonlinear, keeps its plain gradient (cover_test.go:") {
			t.Errorf("no warning in\n%s", text)
		}
	}
}
