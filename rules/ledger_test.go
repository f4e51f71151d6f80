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

// convolutional is a small network with biases, padding, pooling and a residual addition.
func convolutional() (func(Value) Value, Value) {
	r := lawtest.Rand("convolutional")
	first := nn.Conv{Path: "first", Weight: draw(r, 4, 3, 3), Bias: draw(r, 4), Config: fn.ConvConfig{Padding: []int{1}}}
	second := nn.Conv{Path: "second", Weight: draw(r, 4, 2, 3), Bias: draw(r, 4), Config: fn.ConvConfig{Padding: []int{1}, Groups: 2}}
	last := nn.Linear{Path: "last", Weight: draw(r, 5, 12), Bias: draw(r, 5)}
	relu, pool := nn.ReLU(), nn.AvgPool{Path: "pool", Config: fn.AvgPoolConfig{Kernel: []int{2}}}
	return func(x Value) Value {
		h := relu.Apply(first.Apply(x))
		h = fn.Add(relu.Apply(second.Apply(h)), h)
		return last.Apply(fn.Flatten(pool.Apply(h), 1))
	}, draw(r, 2, 3, 6)
}

// lrpRules are the rules that share relevance among inputs, all with a large stabilizer.
func lrpRules() []rules.Rule {
	c := rules.Config{Stabilizer: rules.Stabilizer{Epsilon: 0.3}}
	noBias := c
	noBias.ZeroBias = true
	return []rules.Rule{
		rules.Epsilon(0.5), rules.EpsilonWith(0, noBias), rules.EpsilonWith(0, rules.Config{Stabilizer: rules.Stabilizer{Epsilon: 0.5, Clip: true, NormScale: true}}),
		rules.ZPlusWith(c), rules.ZPlusWith(noBias), rules.AlphaBetaWith(3, 2, c), rules.GammaWith(0.25, c), rules.GammaWith(2, noBias),
		rules.ZBoxWith(fn.Scalar(-3), fn.Scalar(4), c), rules.WSquareWith(c), rules.FlatWith(c),
	}
}

// On a linear layer, each rule of LRP accounts for all relevance that does not reach the
// data.
func TestLedgerLinear(t *testing.T) {
	f, x := convolutional()
	for _, rule := range lrpRules() {
		t.Run(rule.String(), func(t *testing.T) {
			c := rules.Mixed(rules.LayerMap(rules.On(trace.KindLinear, rule)), rules.EpsilonPlus())
			a := rules.Ledger(c, f, fn.Sin)(x)
			linear := 0
			for _, row := range a.Rows {
				if row.Site.Kind.Is(trace.KindLinear) {
					linear++
					if scale := math.Abs(row.In) + math.Abs(row.Bias) + math.Abs(row.Stabilizer); !(math.Abs(row.Rest) <= 1e-12*scale) {
						t.Errorf("%v: %v of %v is unaccounted for", row.Site, row.Rest, row.In)
					}
				}
			}
			if linear != 3 {
				t.Errorf("%d linear layers, want 3", linear)
			}
			balanced(t, a)
			total := fn.SumAll(transforms.Pull(transforms.WithRules(c, f), fn.Sin)(x)).Float64()
			start := fn.SumAll(fn.Sin(f(x))).Float64()
			if !(math.Abs(a.Input-total) <= 1e-12*math.Abs(start)) || !(math.Abs(a.Start-start) <= 1e-12*math.Abs(start)) {
				t.Errorf("from %v to %v, want %v to %v", a.Start, a.Input, start, total)
			}
		})
	}
}

// balanced checks that the rows add up, and that nothing is lost between them.
func balanced(t *testing.T, a rules.Account) {
	t.Helper()
	for _, r := range a.Rows {
		if d := r.In - r.Out - r.Bias - r.Stabilizer - r.Masked - r.Rest; !(math.Abs(d) <= 1e-12*(math.Abs(r.In)+math.Abs(r.Bias)+math.Abs(r.Rest))) {
			t.Errorf("%v does not add up: %+v", r.Site, r)
		}
	}
	if !(math.Abs(a.Elsewhere) <= 1e-11*math.Abs(a.Start)) {
		t.Errorf("%v of %v got lost between sites", a.Elsewhere, a.Start)
	}
}

// row returns the row of a site.
func row(t *testing.T, a rules.Account, path string) rules.AccountRow {
	t.Helper()
	for _, r := range a.Rows {
		if r.Site.Path == path {
			return r
		}
	}
	t.Fatalf("no row for %s in\n%v", path, a)
	return rules.AccountRow{}
}

// The parts agree with the double sum, written out for one layer.
func TestLedgerParts(t *testing.T) {
	w, b := [2][3]float64{{1, -2, 3}, {0, 0, 0}}, []float64{0.5, 0}
	x, rel, eps := []float64{1, 2, 4}, []float64{6, 5}, 0.25
	fc := nn.Linear{Path: "fc", Weight: trace.New([]float64{1, -2, 3, 0, 0, 0}, 2, 3), Bias: trace.New(b)}
	target := func(Value) Value { return trace.New(rel, 1, 2) }
	z := b[0]
	for i := range x {
		z += x[i] * w[0][i]
	}
	share := rel[0] / (z + eps)
	got := row(t, rules.Ledger(rules.LayerMap(rules.On(trace.KindDense, rules.Epsilon(eps))), fc.Apply, target)(trace.New(x, 1, 3)), "fc")
	for _, c := range []struct {
		name      string
		got, want float64
	}{
		{"in", got.In, 11}, {"out", got.Out, share * (z - b[0])}, {"bias", got.Bias, share * b[0]},
		{"stabilizer", got.Stabilizer, share*eps + rel[1]}, {"masked", got.Masked, 0}, {"rest", got.Rest, 0},
	} {
		if !(math.Abs(c.got-c.want) <= 1e-12) {
			t.Errorf("%s: got %v, want %v", c.name, c.got, c.want)
		}
	}
	// An output of exactly 0 passes nothing on: without a stabilizer under LRP-0, with
	// one under Gamma.
	for _, rule := range []rules.Rule{rules.Epsilon(0), rules.Gamma(0.25)} {
		got := row(t, rules.Ledger(rules.LayerMap(rules.On(trace.KindDense, rule)), fc.Apply, target)(trace.New(x, 1, 3)), "fc")
		if got.Masked != rel[1] {
			t.Errorf("%v: %v is masked, want %v", rule, got.Masked, rel[1])
		}
	}
}

// Sites without a rule have rows of their own, also inside layers. The relevance that
// they do not conserve is their rest.
func TestLedgerWithoutRules(t *testing.T) {
	block := transforms.Named(transforms.Layer{Kind: "block", Path: "block"}, func(x Value, _ struct{}) Value { return fn.ReLU(fn.Tanh(x)) })
	f := func(x Value) Value { return fn.Exp(block(fn.Flatten(x, 1), struct{}{})) }
	x := draw(lawtest.Rand("x"), 2, 3, 4)
	a := rules.Ledger(rules.LayerMap(rules.On(trace.KindReLU, rules.Pass())), f, fn.Cos)(x)
	var paths []string
	for _, r := range a.Rows {
		paths = append(paths, fmt.Sprint(r.Site.Path, " ", r.Rule))
	}
	if got, want := strings.Join(paths, ", "), "reshape#0 <nil>, block/tanh#0 <nil>, block/relu#0 Pass(), exp#0 <nil>"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if r := row(t, a, "block/tanh#0"); r.Rest == 0 || r.Rest != r.In-r.Out {
		t.Errorf("tanh is accounted for as %+v", r)
	}
	if r := row(t, a, "reshape#0"); r.Rest != 0 || r.In != a.Input {
		t.Errorf("reshape is accounted for as %+v, the input gets %v", r, a.Input)
	}
	if r := row(t, a, "exp#0"); r.In != a.Start || r.Rest == 0 || !(math.Abs(a.Elsewhere) <= 1e-12) {
		t.Errorf("exp is accounted for as %+v, the function starts with %v, and %v got lost elsewhere", r, a.Start, a.Elsewhere)
	}
}

// The relevance of masked channels has a row of its own.
func TestLedgerMasks(t *testing.T) {
	f, x := convolutional()
	only := trace.New([]float64{0, 1, 0, 0}, 4, 1)
	masked := transforms.WithMasks(f, map[string]trace.Value{"first": only})
	c := rules.EpsilonPlusWith(rules.Preset{Stabilizer: rules.Stabilizer{Epsilon: 0.3}})
	_, arrives := transforms.Relevances(transforms.WithRules(c, f), fn.Sin, "first")(x)
	r := arrives["first"]
	kept := fn.SumAll(fn.Mul(r, fn.BroadcastTo(only, r.Shape()...))).Float64()
	a := rules.Ledger(c, masked, fn.Sin)(x)
	balanced(t, a)
	for _, row := range a.Rows {
		if row.Site.Kind != trace.KindMasking {
			continue
		}
		all := fn.SumAll(r).Float64()
		if !(math.Abs(row.In-all) <= 1e-12*math.Abs(all)) || !(math.Abs(row.Out-kept) <= 1e-12*math.Abs(all)) ||
			!(math.Abs(row.Masked-(all-kept)) <= 1e-12*math.Abs(all)) || !(math.Abs(row.Rest) <= 1e-12*math.Abs(all)) {
			t.Errorf("of %v the mask keeps %v, the account says %+v", all, kept, row)
		}
		return
	}
	t.Errorf("the account has no mask:\n%v", a)
}

func TestLedgerErrors(t *testing.T) {
	x := trace.New([]float64{1, 2})
	c := rules.LayerMap(rules.On(trace.KindActivation, rules.Pass()))
	mustFail(t, func() { rules.Ledger(c, transforms.Checkpoint(fn.Tanh), fn.OnesLike)(x) }, "tanh#0", "Checkpoint")
	mustFail(t, func() {
		trace.Record(func(in []Value) []Value { rules.Ledger(c, fn.Tanh, fn.OnesLike)(in[0]); return in }, []trace.Type{x.Type()})
	}, "Ledger", "traced", "outside of Jit")
	mustFail(t, func() { rules.Ledger(nil, fn.Tanh, fn.OnesLike) }, "Ledger", "nil")
	mustFail(t, func() { rules.Ledger(rules.Strict(rules.LayerMap()), fn.Tanh, fn.OnesLike)(x) }, "Strict")
}

// The ledger shows where relevance remains in a network of two layers.
func ExampleLedger() {
	model := nn.Name(nn.Sequential{
		nn.Linear{Weight: trace.New([]float64{1, 2, -1, 1}, 2, 2), Bias: trace.New([]float64{1, 0})},
		nn.ReLU(),
		nn.Linear{Weight: trace.New([]float64{2, 1}, 1, 2)},
	})
	account := rules.Ledger(rules.LayerMap(rules.On(trace.KindDense, rules.Epsilon(1)), rules.On(trace.KindReLU, rules.Pass())), model.Apply, fn.OnesLike)
	fmt.Print(account(trace.New([]float64{1, 2}, 1, 2)))
	// Output:
	// LayerMap(linear.dense: Epsilon(1), activation.relu: Pass())
	// site       rule        in      out     bias    stabilizer  masked  rest
	// 0          Epsilon(1)  0.9286  0.648   0.1224  0.1582      0       0
	// 1          Pass()      0.9286  0.9286  0       0           0       0
	// 2          Epsilon(1)  1       0.9286  0       0.07143     0       0
	// elsewhere                                                          0
	// all                    1       0.648   0.1224  0.2296      0       0
}

// A table prints amounts within rounding, relative to the largest, as 0, and larger ones
// as they are.
func TestAccountPrintsRoundingAsNothing(t *testing.T) {
	site := &rules.Site{Path: "dense#0"}
	a := rules.Account{Composite: "none", Start: 400, Rows: []rules.AccountRow{
		{Site: site, In: -2000, Out: 1e-9, Bias: 3e-9, Stabilizer: 1, Masked: 2, Rest: 4},
		{Site: site, In: 8, Bias: 1, Stabilizer: 10, Masked: 20, Rest: 40},
	}, Elsewhere: 1.5e-9}
	want := `none
site       rule  in     out  bias   stabilizer  masked  rest
dense#0    -     -2000  0    3e-09  1           2       4
dense#0    -     8      0    1      10          20      40
elsewhere                                               0
all              400    0    1      11          22      44
`
	if got := a.String(); got != want {
		t.Errorf("got\n%swant\n%s", got, want)
	}
}
