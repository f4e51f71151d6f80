package transforms_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/trace"
	"github.com/pullback-go/pullback/transforms"
)

func ExampleCost() {
	dense := func(path string, out int) func(trace.Value) trace.Value {
		layer := transforms.Named(transforms.Layer{Kind: trace.KindDense, Path: path}, func(x, w trace.Value) trace.Value {
			return fn.ReLU(fn.MatMul(x, w))
		})
		return func(x trace.Value) trace.Value {
			return layer(x, fn.Ones(trace.TypeOf(trace.Float32, x.Dim(-1), out)))
		}
	}
	model := func(x trace.Value) trace.Value { return fn.Softmax(dense("head", 10)(dense("body", 256)(x)), -1) }
	fmt.Print(transforms.Cost(model, trace.Unknown(trace.TypeOf(trace.Float32, 32, 784))))
	// Output:
	// applied    FLOPs    share      read  written  layer
	//         2   12.9 M   98.7 %  935.9 kB  65.5 kB  body
	//         2  164.2 k    1.3 %   44.3 kB   2.6 kB  head
	//   applied    FLOPs    share      read  written  operation
	//         2   13.0 M   99.9 %  946.2 kB  34.0 kB  dot
	//         2    8.5 k    0.1 %   34.0 kB  34.0 kB  relu
	//         1      320    0.0 %    1.3 kB   1.3 kB  softmax
	//         5   13.0 M  100.0 %  981.5 kB  69.4 kB  total
}

// Loops count their steps, choices their larger branch, and derivatives what they are made
// of.
func TestCostOfCompositions(t *testing.T) {
	w := fn.Ones(trace.TypeOf(trace.Float64, 8, 8))
	product := func(x Value) Value { return fn.MatMul(x, w) }
	const one = 2 * 8 * 8
	x := fn.Ones(trace.TypeOf(trace.Float64, 8))
	for _, c := range []struct {
		name  string
		f     Func
		dots  int64
		flops int64
	}{
		{"one", product, 1, one},
		{"a loop", func(x Value) Value { return transforms.For(5, func(_, c Value) Value { return product(c) })(x) }, 5, 5 * one},
		{"a choice", func(x Value) Value {
			return transforms.Cond(fn.Greater(fn.Sum(x, 0), num(0)), fn.Neg, func(x Value) Value { return product(product(x)) })(x)
		}, 2, 2 * one},
		{"a while", func(x Value) Value {
			return transforms.While(func(x Value) Value { return fn.Less(fn.SumAll(x), num(0)) }, product)(x)
		}, 1, one},
		{"a gradient", transforms.Grad(func(x Value) Value { return fn.SumAll(product(x)) }), 2, 2 * one},
		{"a checkpoint", transforms.Grad(transforms.Checkpoint(func(x Value) Value { return fn.SumAll(fn.Square(product(x))) })), 3, 3 * one},
		{"rules", transforms.WithRules(composite{"all", func(*Site) transforms.Rule { return bent{1} }}, product), 1, one},
		{"a batch", func(x Value) Value { return transforms.Vmap(product)(fn.Stack(0, x, x, x)) }, 1, 3 * one},
		{"a custom derivative", transforms.CustomVJP(product, func(x Value) (Value, Value) { return product(x), x }, func(_, ct Value) Value { return ct }), 1, one},
	} {
		found := false
		r := transforms.Cost(c.f, x)
		for _, row := range r.ByOp {
			if row.Name == "dot" {
				if found = true; row.Ops != c.dots || row.FLOPs != c.flops {
					t.Errorf("%s: %d products of %d FLOPs, want %d of %d", c.name, row.Ops, row.FLOPs, c.dots, c.flops)
				}
			}
		}
		if !found {
			t.Errorf("%s: no product in\n%v", c.name, r)
		}
		sum := transforms.Usage{}
		for _, row := range r.ByOp {
			sum.Ops, sum.FLOPs, sum.Read, sum.Written = sum.Ops+row.Ops, sum.FLOPs+row.FLOPs, sum.Read+row.Read, sum.Written+row.Written
		}
		if sum != r.Total {
			t.Errorf("%s: the operations add up to %+v, the total is %+v", c.name, sum, r.Total)
		}
	}
}

// An outer layer counts what is inside of an inner one; aliases and effects move nothing.
func TestCostOfLayers(t *testing.T) {
	layer := func(path string, f Func) Func {
		return func(x Value) Value {
			return transforms.Named(transforms.Layer{Kind: "block", Path: path}, func(x Value, _ struct{}) Value { return f(x) })(x, struct{}{})
		}
	}
	inner := layer("a.b", fn.Exp)
	f := layer("a", func(x Value) Value {
		transforms.Callback(func(Value) {}, x)
		return inner(inner(fn.Reshape(x, 2, 2)))
	})
	r := transforms.Cost(f, vector(1, 2, 3, 4))
	want := []transforms.CostRow{{"a", transforms.Usage{Ops: 4, FLOPs: 8, Read: 64, Written: 64}}, {"a.b", transforms.Usage{Ops: 2, FLOPs: 8, Read: 64, Written: 64}}}
	if fmt.Sprint(r.ByLayer) != fmt.Sprint(want) {
		t.Errorf("got %v, want %v", r.ByLayer, want)
	}
	if text := r.String(); !strings.Contains(text, "reshape") || !strings.Contains(text, "callback") {
		t.Errorf("got\n%s", text)
	}
}
