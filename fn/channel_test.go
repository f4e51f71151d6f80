package fn_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/trace"
	"github.com/pullback-go/pullback/transforms/lawtest"
)

// channeled is an operation f of x and w, of the given shapes. weights is the position of
// the weights among them.
type channeled struct {
	name    string
	f       func(x, w trace.Value) trace.Value
	x, w    []int
	weights int
	// out and in are the axes, of the output and of the data, along which weights can
	// take up factors.
	out, in []int
}

var channelTable = []channeled{
	{"conv", func(x, w trace.Value) trace.Value { return fn.Conv(x, w, fn.ConvConfig{Padding: []int{1}}) },
		[]int{2, 6, 5}, []int{4, 6, 3}, 1, []int{1}, []int{1}},
	{"conv in groups", func(x, w trace.Value) trace.Value {
		return fn.Conv(x, w, fn.ConvConfig{Groups: 3, Stride: []int{2, 1}})
	}, []int{2, 6, 5, 4}, []int{9, 2, 3, 2}, 1, []int{1}, []int{1}},
	{"conv, data for weights", func(x, w trace.Value) trace.Value { return fn.Conv(x, w, fn.ConvConfig{}) },
		[]int{2, 6, 5}, []int{4, 6, 3}, 0, nil, nil},
	{"transposed", func(x, w trace.Value) trace.Value {
		return fn.ConvTranspose(x, w, fn.ConvTransposeConfig{Stride: []int{2}})
	}, []int{2, 6, 5}, []int{6, 4, 3}, 1, []int{1}, []int{1}},
	{"transposed in groups", func(x, w trace.Value) trace.Value {
		return fn.ConvTranspose(x, w, fn.ConvTransposeConfig{Groups: 2})
	}, []int{2, 6, 5}, []int{6, 5, 3}, 1, []int{1}, []int{1}},
	{"linear", func(x, w trace.Value) trace.Value { return fn.Linear(x, w, trace.Value{}) },
		[]int{2, 3, 4}, []int{5, 4}, 1, []int{2}, []int{2}},
	{"weights on the left", func(w, x trace.Value) trace.Value { return fn.Dot(w, x) }, []int{5, 4}, []int{4, 3}, 0, []int{0}, []int{0}},
	{"batches", fn.MatMul, []int{2, 3, 4}, []int{2, 4, 5}, 1, []int{0, 2}, []int{0, 2}},
	{"batches, weights on the left", fn.MatMul, []int{2, 3, 4}, []int{2, 4, 5}, 0, []int{0, 1}, []int{0, 1}},
}

// opOf returns the operation that a function of two operands applies.
func opOf(t *testing.T, c channeled) (trace.Channeled, []trace.Type) {
	t.Helper()
	types := []trace.Type{trace.TypeOf(trace.Float64, c.x...), trace.TypeOf(trace.Float64, c.w...)}
	p := trace.Record(func(in []trace.Value) []trace.Value { return []trace.Value{c.f(in[0], in[1])} }, types)
	op, ok := p.Eqns[0].Op.(trace.Channeled)
	if !ok || len(p.Eqns) != 1 {
		t.Fatalf("%v is not one operation on channels", p)
	}
	return op, types
}

// factorsFor draws a factor for each element of an axis, and lays them along it.
func factorsFor(t *testing.T, of trace.Value, axis int) (factors, along trace.Value) {
	factors = lawtest.Normal().Value(lawtest.Rand(fmt.Sprint(t.Name(), axis)), trace.TypeOf(trace.Float64, of.Dim(axis)))
	return factors, fn.BroadcastIn(factors, of.Shape(), axis)
}

func TestChannels(t *testing.T) {
	for _, c := range channelTable {
		t.Run(c.name, func(t *testing.T) {
			op, types := opOf(t, c)
			in := make([]trace.Value, 2)
			for i := range in {
				in[i] = lawtest.Normal().Value(lawtest.Rand(fmt.Sprint(t.Name(), "operand", i)), types[i])
			}
			y := trace.Bind1(op, in...)
			with := func(i int, v trace.Value) trace.Value {
				operands := slices.Clone(in)
				operands[i] = v
				return trace.Bind1(op, operands...)
			}
			for axis := range y.Rank() {
				scale, ok := op.ScaleOutput(types, c.weights, axis)
				if ok != slices.Contains(c.out, axis) {
					t.Errorf("output axis %d: got %t, want %t", axis, ok, !ok)
				} else if ok {
					factors, along := factorsFor(t, y, axis)
					lawtest.Close(t, with(c.weights, scale(in[c.weights], factors)), fn.Mul(y, along), 1e-12)
				}
			}
			data := 1 - c.weights
			for axis := range in[data].Rank() {
				scale, ok := op.ScaleInput(types, c.weights, axis)
				if ok != slices.Contains(c.in, axis) {
					t.Errorf("data axis %d: got %t, want %t", axis, ok, !ok)
				} else if ok {
					factors, along := factorsFor(t, in[data], axis)
					lawtest.Close(t, with(c.weights, scale(in[c.weights], factors)), with(data, fn.Mul(in[data], along)), 1e-12)
				}
			}
		})
	}
}
