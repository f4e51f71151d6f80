package method_test

import (
	"context"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/pullback-go/pullback/examples/internal/digits"
	"github.com/pullback-go/pullback/examples/internal/method"
	"github.com/pullback-go/pullback/examples/internal/network"
	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/nn"
	"github.com/pullback-go/pullback/rules"
	"github.com/pullback-go/pullback/trace"
	"github.com/pullback-go/pullback/transforms"
	"github.com/pullback-go/pullback/transforms/attribute"
)

type value = trace.Value

func digit(t *testing.T, d int) (network.Network, value) {
	t.Helper()
	net, err := network.Digits()
	if err != nil {
		t.Fatal(err)
	}
	img, err := digits.Image(d)
	if err != nil {
		t.Fatal(err)
	}
	x, _, err := net.Image(img)
	if err != nil {
		t.Fatal(err)
	}
	return net, x
}

func options(net network.Network, x value) method.Options {
	return method.Options{
		Layer: "features.2", Baselines: fn.Concat(0, x, fn.Neg(x)), Samples: 4,
		Baseline: method.Constant(net.BlankLevel()), Low: fn.Scalar(-1), High: fn.Scalar(1),
	}
}

func close(a, b value, tolerance float64) bool {
	if !a.Type().Equal(b.Type()) {
		return false
	}
	largest, other := 0.0, b.Float64s()
	for _, v := range other {
		largest = max(largest, math.Abs(v))
	}
	for i, v := range a.Float64s() {
		if !(math.Abs(v-other[i]) <= tolerance*largest) {
			return false
		}
	}
	return true
}

// Every attributor with every composite explains a digit, compiled as computed at once.
func TestAllMethods(t *testing.T) {
	net, x := digit(t, 3)
	o := options(net, x)
	ct := attribute.Class(3)(net.Apply(x))
	composites := append(rules.Names(), method.None)
	for _, a := range method.Attributors() {
		for i, c := range composites {
			if testing.Short() && a != "gradient" && i%4 != 0 {
				continue
			}
			m, err := method.New(a, c, o)
			if err != nil {
				t.Fatal(err)
			}
			e := method.NewExplainer(net.Apply, nil, []method.Method{m}, 0)
			got, err := e.Explain(context.Background(), 0, []method.Question{{X: x, Cotangent: ct}})
			if err != nil {
				t.Errorf("%s: %v", m.Caption(), err)
				continue
			}
			want := trace.TypeOf(trace.Float32, 1, 1, 8, 8)
			if strings.HasPrefix(a, "gradcam") {
				want = trace.TypeOf(trace.Float32, 1, 8, 8)
			}
			if eager := m.Relevance(net.Apply, x, ct); !got[0].Type().Equal(want) || !close(got[0], eager, 1e-3) {
				t.Errorf("%s: got %v, want %v", m.Caption(), got[0], eager)
			}
		}
	}
}

// A result does not depend on what is explained beside it.
func TestResultsStandAlone(t *testing.T) {
	net, _ := digit(t, 0)
	methods, err := method.Sheet(method.Options{Samples: 3, Low: fn.Scalar(-1), High: fn.Scalar(1)})
	if err != nil {
		t.Fatal(err)
	}
	e := method.NewExplainer(net.Apply, nil, methods, 0)
	var questions []method.Question
	var xs []value
	for d := range 5 {
		_, x := digit(t, d)
		xs, questions = append(xs, x), append(questions, method.Question{X: x, Cotangent: attribute.Class(d)(net.Apply(x))})
	}
	ys, err := e.Predict(context.Background(), xs)
	if err != nil {
		t.Fatal(err)
	}
	for d, y := range ys {
		if fn.ArgMax(y, 1).Float64() != float64(d) {
			t.Errorf("%d is read as %v", d, y)
		}
	}
	for i, m := range methods {
		all, err := e.Explain(context.Background(), i, questions)
		if err != nil {
			t.Fatal(err)
		}
		for d, q := range questions {
			one, err := e.Explain(context.Background(), i, []method.Question{q})
			if err != nil || !slices.Equal(one[0].Float64s(), all[d].Float64s()) {
				t.Errorf("%s: digit %d alone: %v, with others: %v", m.Caption(), d, one, all[d])
			}
		}
	}
}

// block is x + relu(W x), with the operands of the sum in either order.
type block struct {
	Layer nn.Linear
	First bool
}

func (b block) Apply(x value) value {
	y := fn.ReLU(b.Layer.Apply(x))
	if b.First {
		return fn.Add(y, x)
	}
	return fn.Add(x, y)
}

// Without residuals, relevance flows through the branch alone.
func TestNoResidual(t *testing.T) {
	layer := nn.Linear{Weight: trace.New([]float64{2, -1, 1, 3}, 2, 2)}
	x, ct := trace.New([]float64{1, 2}, 1, 2), trace.New([]float64{3, 5}, 1, 2)
	for _, composite := range []string{method.None, "epsilon_plus"} {
		for _, first := range []bool{true, false} {
			b := nn.Name(block{layer, first})
			m, err := method.New("gradient", composite, method.Options{NoResidual: true})
			if err != nil {
				t.Fatal(err)
			}
			branch := func(x value) value { return fn.ReLU(b.Layer.Apply(x)) }
			if m.Composite != "" {
				branch = transforms.WithRules(rules.EpsilonPlus(), branch)
			}
			got, want := m.Relevance(b.Apply, x, ct), transforms.Pull(branch, attribute.Vector(ct))(x)
			if !slices.Equal(got.Float64s(), want.Float64s()) {
				t.Errorf("%s, %v: got %v, want %v", composite, first, got, want)
			}
		}
	}
}

// The relevance starts with 1, or with the output.
func TestOutputAsRelevance(t *testing.T) {
	net, x := digit(t, 4)
	y := net.Apply(x)
	ct := attribute.Class(4)(y)
	for _, a := range []string{"gradient", "occlusion"} {
		one, err := method.New(a, "", method.Options{})
		if err != nil {
			t.Fatal(err)
		}
		all, err := method.New(a, "", method.Options{Output: true})
		if err != nil {
			t.Fatal(err)
		}
		scale := fn.SumAll(fn.Mul(ct, y))
		if a == "occlusion" { // it adds up outputs already
			scale = fn.Scalar(1)
		}
		if got, want := all.Relevance(net.Apply, x, ct), fn.Mul(one.Relevance(net.Apply, x, ct), scale); !close(got, want, 1e-5) {
			t.Errorf("%s: got %v, want %v", a, got, want)
		}
	}
}

func TestCanonizers(t *testing.T) {
	all, err := method.CanonizersNamed([]string{"none", "strip_softmax", "merge_batch_norm"})
	if err != nil || len(all) != 2 {
		t.Fatalf("got %v, %v", all, err)
	}
	net, x := digit(t, 4)
	e := method.NewExplainer(func(x value) value { return fn.Softmax(net.Apply(x), 1) }, all, nil, 0)
	if y, err := e.Predict(context.Background(), []value{x}); err != nil || !close(y[0], net.Apply(x), 1e-5) {
		t.Errorf("got %v, %v, want the logits %v", y, err, net.Apply(x))
	}
}

func TestPlanAndLedger(t *testing.T) {
	net, x := digit(t, 4)
	methods, err := method.Sheet(options(net, x))
	if err != nil {
		t.Fatal(err)
	}
	e := method.NewExplainer(net.Apply, nil, methods, 0)
	for i, m := range methods {
		r, err := e.Plan(i, x)
		if err != nil || len(r.Rows) < 5 {
			t.Errorf("%s: %v, %v", m.Caption(), r, err)
		}
		if m.Rules() == nil {
			continue
		}
		a, err := e.Ledger(i, method.Question{X: x, Cotangent: attribute.Class(4)(net.Apply(x))})
		if err != nil || !(math.Abs(a.Start-1) <= 1e-6) || len(a.Rows) == 0 {
			t.Errorf("%s: %v, %v", m.Caption(), a, err)
		}
	}
}

func TestErrors(t *testing.T) {
	net, x := digit(t, 4)
	for _, c := range []struct {
		attributor, composite string
		o                     method.Options
		want                  string
	}{
		{"gradiant", "", method.Options{}, `no attributor is named "gradiant"; the nearest are gradient`},
		{"gradient", "epsilon", method.Options{}, `no composite is named "epsilon"`},
		{"gradcam", "", method.Options{}, "gradcam: which layer is missing"},
		{"expectedgradients", "", method.Options{}, "-baselines"},
		{"gradient", "epsilon_gamma_box", method.Options{Low: fn.Scalar(1), High: fn.Scalar(-1)}, "low"},
	} {
		if _, err := method.New(c.attributor, c.composite, c.o); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%v: got %v, want %s", c, err, c.want)
		}
	}
	if _, err := method.CanonizersNamed([]string{"merge"}); err == nil || !strings.Contains(err.Error(), `no canonizer is named "merge"; the nearest are merge_batch_norm`) {
		t.Errorf("got %v", err)
	}
	m, err := method.New("gradcam", "", method.Options{Layer: "features.99"})
	if err != nil {
		t.Fatal(err)
	}
	e := method.NewExplainer(net.Apply, nil, []method.Method{m}, 0)
	question := []method.Question{{X: x, Cotangent: net.Apply(x)}}
	if _, err := e.Explain(context.Background(), 0, question); err == nil || !strings.Contains(err.Error(), "features.99") {
		t.Errorf("got %v", err)
	}
	e = method.NewExplainer(net.Apply, nil, []method.Method{m}, 1000)
	if _, err := e.Predict(context.Background(), []value{x}); err == nil || !strings.Contains(err.Error(), "1000 are allowed") {
		t.Errorf("got %v", err)
	}
}
