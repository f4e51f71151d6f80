package lawtest

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/trace"
	"github.com/pullback-go/pullback/transforms"
)

// recorder is a test that notes its failures.
type recorder struct {
	testing.TB
	failures []string
}

func (r *recorder) Name() string { return "recorder" }
func (r *recorder) Helper()      {}
func (r *recorder) Errorf(f string, args ...any) {
	r.failures = append(r.failures, fmt.Sprintf(f, args...))
}

// cubic is x²·w with x and w of one shape, and one planted fault.
type cubic struct{ Fault string }

func (cubic) Name() string { return "cubic" }

func (op cubic) Infer(in []trace.Type) ([]trace.Type, error) {
	if !in[0].Equal(in[1]) {
		return nil, fmt.Errorf("shapes differ")
	}
	return in[:1], nil
}

func (op cubic) Eval(in, out []*trace.Array) {
	x, w, y := trace.Elems[float64](in[0]), trace.Elems[float64](in[1]), trace.Elems[float64](out[0])
	for i := range y {
		y[i] = x[i] * x[i] * w[i]
	}
	if op.Fault == "nan" {
		y[len(y)-1] = math.NaN()
	}
}

func (op cubic) VJP(in, _, ct []Value, want []bool) []Value {
	x, w, r := in[0], in[1], ct[0]
	two := fn.Scalar(2)
	dx, dw := fn.Mul(fn.Mul(two, fn.Mul(x, w)), r), fn.Mul(fn.Mul(x, x), r)
	switch op.Fault {
	case "factor":
		dx = fn.Mul(dx, fn.Scalar(1.00001))
	case "swapped":
		dx, dw = dw, dx
	case "missing":
		dw = Value{}
	case "second order":
		dx = fn.Mul(fn.Mul(two, fn.Mul(transforms.StopGradient(x), w)), r)
	case "third order":
		dx = fn.Mul(fn.Mul(two, fn.Mul(fn.Add(x, fn.Mul(stillZero(x), w)), w)), r)
	case "one element":
		dx = fn.Mul(dx, onesBut(x, 4))
	case "nonlinear":
		dx = fn.Mul(dx, fn.Square(r))
	case "offset":
		dx = fn.Add(dx, fn.FullLike(dx, 1e-3))
	case "nan cotangent":
		dx = fn.Mul(dx, fn.FullLike(dx, math.NaN()))
	case "needs all":
		if !want[1] {
			dx = fn.Add(dx, dx)
		}
	}
	return []Value{dx, dw}
}

// stillZero is 0 with derivative 0 and second derivative 1 in x.
func stillZero(x Value) Value {
	d := fn.Sub(x, transforms.StopGradient(x))
	return fn.Mul(fn.Scalar(0.5), fn.Mul(d, d))
}

func onesBut(x Value, at int) Value {
	data := make([]float64, x.Size())
	for i := range data {
		data[i] = 1
	}
	if len(data) > 0 {
		data[at%len(data)] = 1.001
	}
	return trace.New(data, x.Shape()...)
}

func (op cubic) Batch(size int, in []Value, batched []bool) []Value {
	in = append([]Value{}, in...)
	for i, b := range batched {
		if !b {
			in[i] = fn.Expand(in[i], 0, size)
		}
	}
	switch op.Fault {
	case "batch of all":
		in[1] = fn.Flip(in[1], 0)
	case "batch of one":
		if !batched[1] {
			in[1] = fn.Add(in[1], in[1])
		}
	case "batch axis":
		return []Value{fn.Transpose(trace.Bind1(op, in...))}
	}
	return trace.Bind(op, in...)
}

// Simplify is wrong about cubic where that is the fault.
func (op cubic) Simplify([]trace.Type) (trace.Op, []int, bool) {
	if op.Fault == "simplify" {
		return nil, []int{0}, true
	}
	return nil, nil, false
}

func TestLawsFindPlantedFaults(t *testing.T) {
	tests := []struct{ fault, want string }{
		{"nan", "f: output 0, a f64[2 3], is NaN at [1 2]"},
		{"factor", "the VJP of f against central differences, operand 0, a f64[2 3]: at"},
		{"one element", "the VJP of f against central differences, operand 0, a f64[2 3]: at [1 1] got"},
		{"swapped", "the VJP of f against central differences, operand 1"},
		{"missing", "the VJP of f against central differences, operand 1"},
		{"offset", "the VJP of f against central differences, operand 0"},
		{"second order", "the VJP of the VJP of f: along a random direction"},
		{"third order", "the VJP of the VJP of the VJP of f: along a random direction"},
		{"nonlinear", "the VJP of f against central differences, operand 0"},
		{"nan cotangent", "the VJP of f: output 0, a f64[2 3], is NaN at [0 0]"},
		{"needs all", "the VJP of f by operand 0 alone, value 0: at"},
		{"batch of all", "Vmap of f with operands batched [false true]"},
		{"batch of one", "Vmap of f with operands batched [true false]"},
		{"batch axis", "Vmap of f with operands batched [true false], value 0: got a f64[3 2 4], want a f64[4 2 3]"},
		{"simplify", "Jit of f, value 0: at"},
	}
	for _, tt := range tests {
		t.Run(tt.fault, func(t *testing.T) {
			r := lawsOfCubic(tt.fault)
			if all := strings.Join(r.failures, "\n"); !strings.Contains(all, tt.want) {
				t.Errorf("got %q\nwant a failure with %q", all, tt.want)
			}
		})
	}
}

func lawsOfCubic(fault string) *recorder {
	r := &recorder{}
	LawsWith(r, Config{}, func(in []Value) Value { return trace.Bind1(cubic{fault}, in...) }, Input{Shape: []int{2, 3}}, Input{Shape: []int{2, 3}})
	return r
}

func TestLawsHoldWithoutAFault(t *testing.T) {
	if r := lawsOfCubic(""); len(r.failures) > 0 {
		t.Errorf("got %q", r.failures)
	}
}

func TestLawsReportErrors(t *testing.T) {
	r := &recorder{}
	Laws(r, func(x Value) Value { return fn.Add(x, fn.Ones(trace.TypeOf(trace.Float64, 7))) }, Normal(), 2, 3)
	if len(r.failures) != 1 || !strings.HasPrefix(r.failures[0], "tracing f: planted_test.go:") {
		t.Errorf("got %q", r.failures)
	}
}

// A function that is not differentiable at one of its points differs from finite
// differences there.
func TestLawsFindKinks(t *testing.T) {
	r := &recorder{}
	Laws(r, fn.Abs, Between(-1e-4, 1e-4), 3)
	if len(r.failures) == 0 {
		t.Error("finite differences across a kink were taken for a derivative")
	}
}

// What a function keeps from a call before shows when it is traced.
func TestLawsFindHiddenState(t *testing.T) {
	calls := 0.0
	r := &recorder{}
	Laws(r, func(x Value) Value { calls++; return fn.Mul(x, fn.Scalar(calls)) }, Normal(), 2)
	if !strings.Contains(strings.Join(r.failures, "\n"), "f traced, value 0: at") {
		t.Errorf("got %q", r.failures)
	}
}

func TestLawsWithLowerOrder(t *testing.T) {
	f := func(in []Value) Value { return trace.Bind1(cubic{"third order"}, in...) }
	r := &recorder{}
	LawsWith(r, Config{Order: 2}, f, Input{Shape: []int{2}}, Input{Shape: []int{2}})
	if len(r.failures) > 0 {
		t.Errorf("order 2 found a fault of order 3: %q", r.failures)
	}
}

func TestLawsWithTolerance(t *testing.T) {
	f := func(in []Value) Value { return trace.Bind1(cubic{"factor"}, in...) }
	r := &recorder{}
	LawsWith(r, Config{Order: 1, Tolerance: 1e-3}, f, Input{Shape: []int{2}}, Input{Shape: []int{2}})
	if len(r.failures) > 0 {
		t.Errorf("got %q", r.failures)
	}
}
