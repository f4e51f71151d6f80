package trace_test

import (
	"errors"
	"fmt"
	"testing"

	"github.com/pullback-go/pullback/trace"
)

type Value = trace.Value

// add is x + y of two float64 arrays of one shape.
type add struct{}

func (add) Name() string { return "add" }

func (add) Infer(in []trace.Type) ([]trace.Type, error) {
	if len(in) != 2 || !in[0].Equal(in[1]) {
		return nil, fmt.Errorf("operands differ: %v", in)
	}
	return in[:1], nil
}

func (add) Eval(in, out []*trace.Array) {
	x, y, z := trace.Elems[float64](in[0]), trace.Elems[float64](in[1]), trace.Elems[float64](out[0])
	for i := range z {
		z[i] = x[i] + y[i]
	}
}

func (add) VJP(_, _, ct []Value, _ []bool) []Value { return []Value{ct[0], ct[0]} }

func (add) Batch(_ int, in []Value, _ []bool) []Value { return trace.Bind(add{}, in...) }

// scale multiplies a float64 array by a static factor.
type scale struct{ By float64 }

func (scale) Name() string                                { return "scale" }
func (scale) Infer(in []trace.Type) ([]trace.Type, error) { return in[:1], nil }

func (op scale) Eval(in, out []*trace.Array) {
	z := trace.Elems[float64](out[0])
	for i, x := range trace.Elems[float64](in[0]) {
		z[i] = op.By * x
	}
}

func (op scale) VJP(_, _, ct []Value, _ []bool) []Value { return trace.Bind(op, ct[0]) }

func (op scale) Batch(_ int, in []Value, _ []bool) []Value { return trace.Bind(op, in...) }

// halves cuts a vector of even length in two.
type halves struct{}

func (halves) Name() string { return "halves" }

func (halves) Infer(in []trace.Type) ([]trace.Type, error) {
	if n := in[0].Shape[0]; n%2 != 0 {
		return nil, fmt.Errorf("%d is odd", n)
	}
	half := trace.TypeOf(in[0].DType, in[0].Shape[0]/2)
	return []trace.Type{half, half}, nil
}

func (halves) Eval(in, out []*trace.Array) {
	x := trace.Elems[float64](in[0])
	copy(trace.Elems[float64](out[0]), x)
	copy(trace.Elems[float64](out[1]), x[len(x)/2:])
}

func (halves) VJP(_, _, _ []Value, _ []bool) []Value    { panic("not differentiated") }
func (halves) Batch(_ int, _ []Value, _ []bool) []Value { panic("not batched") }

// filled is a float64 array of a static type, all 7, that depends on nothing.
type filled struct{ Shape []int }

func (filled) Name() string { return "filled" }

func (op filled) Infer([]trace.Type) ([]trace.Type, error) {
	return []trace.Type{trace.TypeOf(trace.Float64, op.Shape...)}, nil
}

func (op filled) Eval(_, out []*trace.Array) {
	z := trace.Elems[float64](out[0])
	for i := range z {
		z[i] = 7
	}
}

func (op filled) VJP(_, _, _ []Value, _ []bool) []Value    { return nil }
func (op filled) Batch(_ int, _ []Value, _ []bool) []Value { panic("no operand to batch") }

// call applies a program.
type call struct{ Body *trace.Program }

func (call) Name() string                { return "call" }
func (call) String() string              { return "call" }
func (op call) Bodies() []*trace.Program { return []*trace.Program{op.Body} }
func (op call) Run(in []Value) []Value   { return op.Body.Apply(in...) }
func (op call) Eval(_, _ []*trace.Array) { panic("a Runner is run") }

func (op call) Infer([]trace.Type) ([]trace.Type, error) { return op.Body.TypesOf(op.Body.Out), nil }

func (op call) VJP(_, _, _ []Value, _ []bool) []Value    { panic("not differentiated") }
func (op call) Batch(_ int, _ []Value, _ []bool) []Value { panic("not batched") }

// refuse never fits.
type refuse struct{ scale }

var errRefused = errors.New("refused on principle")

func (refuse) Name() string                             { return "refuse" }
func (refuse) Infer([]trace.Type) ([]trace.Type, error) { return nil, errRefused }

// huge infers a type that no memory holds.
type huge struct{ scale }

func (huge) Name() string { return "huge" }

func (huge) Infer([]trace.Type) ([]trace.Type, error) {
	return []trace.Type{trace.TypeOf(trace.Float64, 1<<40, 1<<40)}, nil
}

func plus(x, y Value) Value           { return trace.Bind1(add{}, x, y) }
func times(by float64, x Value) Value { return trace.Bind1(scale{by}, x) }
func vector(xs ...float64) Value      { return trace.New(xs) }
func f64(shape ...int) trace.Type     { return trace.TypeOf(trace.Float64, shape...) }
func wantText(t *testing.T, got, want string) {
	t.Helper()
	if got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

// record traces a function of one float64 vector of length n.
func record(n int, f func(x Value) Value) *trace.Program {
	return trace.Record(func(in []Value) []Value { return []Value{f(in[0])} }, []trace.Type{f64(n)})
}

// failure is the error that f panics with.
func failure(t *testing.T, f func()) *trace.Error {
	t.Helper()
	e, ok := trace.AsError(trace.Try(f))
	if !ok {
		t.Fatal("no error")
	}
	return e
}

// wantReason holds f to an error, whatever its position.
func wantReason(t *testing.T, want string, f func()) {
	t.Helper()
	e := failure(t, f)
	wantText(t, e.Unwrap().Error(), want)
}

func TestDescribe(t *testing.T) {
	tests := []struct {
		op   trace.Op
		want string
	}{{add{}, "add"}, {scale{2.5}, "scale{By:2.5}"}, {filled{[]int{2, 3}}, "filled{Shape:[2 3]}"}, {call{}, "call"}}
	for _, tt := range tests {
		wantText(t, trace.Describe(tt.op), tt.want)
	}
}
