package transforms_test

import (
	"flag"
	"os"
	"path/filepath"
	"sync/atomic"
	"testing"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/trace"
	"github.com/pullback-go/pullback/transforms"
)

var update = flag.Bool("update", false, "write the golden files")

// golden compares text with a file of testdata.
func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("%s differs; got\n%s\nwant\n%s", path, got, want)
	}
}

func TestPlanText(t *testing.T) {
	r := seeded(40)
	n, w := newNetwork(r), draw(r, 2, 2)
	model := func(x Value) Value {
		y := transforms.Checkpoint(n.apply)(x)
		y = asLayer(func(y Value) Value { return fn.ReLU(fn.MatMul(y, w)) })(y)
		y, _ = transforms.Scan(func(y, row Value) (Value, []Value) { return fn.Add(fn.MatMul(y, w), row), nil })(y, w)
		y = transforms.Cond(yes(y), fn.Sigmoid, fn.Tanh)(y)
		y = fn.Mul(straightThrough(y), y)
		return fn.Sum(fn.Add(y, fn.Softmax(y, 1)), 1)
	}
	rules := both(on("block", pass{1}), both(on(trace.KindDense, lrp{0.5}), on(trace.KindReLU, pass{2})))
	x := draw(r, 5, 3)
	golden(t, "plan.golden", transforms.Plan(rules, model, x).String())
	golden(t, "plan_nothing.golden", transforms.Plan(nothing, model, x).String())
}

func TestPlanRows(t *testing.T) {
	r := seeded(41)
	n := newNetwork(r)
	report := transforms.Plan(on("block", pass{3}), asLayer(n.apply), draw(r, 5, 3))
	if len(report.Rows) != 1 || report.Rows[0].Site.Path != "block" || report.Rows[0].Rule.String() != "pass(3)" || report.Rows[0].Reason == "" {
		t.Errorf("got %v: sites inside of a layer with a rule are left out", report)
	}
	if report.Composite != "pass(3) on block" {
		t.Errorf("composite %q", report.Composite)
	}
	// Nothing is computed.
	evals := counted{new(atomic.Int64)}
	transforms.Plan(nothing, func(x Value) Value { return trace.Bind1(evals, x) }, draw(r, 3))
	if evals.evals.Load() != 0 {
		t.Error("Plan computed the function")
	}
}

// What a product's derivative looks like, in print: the program of a gradient, with the
// lines of what each equation comes from.
func TestProgramText(t *testing.T) {
	f := func(x Value) Value {
		y := fn.Mul(x, vector(2, 3, 5))
		return fn.SumAll(fn.Mul(y, x))
	}
	p := trace.Record(func(in []Value) []Value { return []Value{transforms.Grad(f)(in[0])} }, []trace.Type{trace.TypeOf(trace.Float64, 3)})
	golden(t, "gradient.golden", p.String())
}
