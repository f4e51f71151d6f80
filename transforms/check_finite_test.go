package transforms_test

import (
	"context"
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/trace"
	"github.com/pullback-go/pullback/transforms"
)

func ExampleCheckFinite() {
	loss := func(p trace.Value) trace.Value {
		return fn.Neg(fn.SumAll(fn.Log(p)))
	}
	p := trace.New([]float64{0.5, 0, 0.5})
	err := trace.Try(func() { transforms.CheckFinite(loss)(p) })
	fmt.Println(strings.ReplaceAll(err.Error(), ": ", ":\n  "))
	// Output:
	// check_finite_test.go:17:
	//   log(f64[3]):
	//   CheckFinite:
	//   the result has -Inf at [1], 1 of 3 elements; operand 0 is from 0 to 0.5
}

var infinity = math.Inf(1)

// The first operation that makes a NaN or infinity is named, computed at once or compiled,
// wherever it is.
func TestCheckFinite(t *testing.T) {
	bad := func(x Value) Value { return fn.Log(fn.Sub(x, fn.FillAs(x, x.Type(), 1))) } // -Inf at 1, NaN below
	layer := func(path string, f Func) Func {
		return func(x Value) Value {
			return transforms.Named(transforms.Layer{Kind: "block", Path: path}, func(x Value, _ struct{}) Value { return f(x) })(x, struct{}{})
		}
	}
	x := trace.Scalar(1.0)
	for _, c := range []struct {
		name string
		f    Func
		x    Value
		want []string
	}{
		{"infinite", bad, x, []string{"log(f64[]): CheckFinite: the result has -Inf at []; operand 0 is 0"}},
		{"NaN", bad, vector(2, 0), []string{"log(f64[2])", "NaN at [1]", "operand 0 is from -1 to 1"}},
		{"in a layer", layer("a", layer("a.b", bad)), x, []string{"log(f64[])", "; in layer a.b"}},
		{"in a checkpoint", transforms.Checkpoint(bad), x, []string{"log(f64[])"}},
		{"in a compiled function", transforms.Jit(bad), x, []string{"log(f64[])"}},
		{"in a loop", func(x Value) Value {
			return transforms.For(4, func(_, c Value) Value { return fn.Log(c) })(fn.Add(x, num(2)))
		}, x, []string{"log(f64[])", "NaN", "operand 0 is -2."}},
		{"in a while loop", func(x Value) Value {
			return transforms.While(func(c Value) Value { return fn.Less(c, num(1e9)) }, func(c Value) Value { return fn.Div(c, fn.Sub(c, num(1))) })(x)
		}, x, []string{"div(f64[], f64[])", "+Inf", "operand 0 is 1, operand 1 is 0"}},
		{"in a branch", func(x Value) Value {
			return transforms.Cond(fn.Greater(x, num(0)), bad, fn.Neg)(x)
		}, x, []string{"log(f64[])"}},
		{"in a custom derivative", transforms.CustomVJP(bad, func(x Value) (Value, Value) { return bad(x), x }, func(x, ct Value) Value { return ct }), x, []string{"log(f64[])"}},
		{"in a batch", func(x Value) Value { return transforms.Vmap(bad)(x) }, vector(2, 1, 3), []string{"log(f64[3])", "-Inf at [1]"}},
		{"of a derivative", transforms.Grad(func(x Value) Value { return fn.SumAll(fn.Sqrt(x)) }), vector(4, 0), []string{"; it belongs to the derivative of sqrt", "Inf at [1]"}},
		{"of a derivative in a layer", transforms.Grad(layer("root", fn.Sqrt)), trace.Scalar(0.0), []string{"; it belongs to the derivative of block; in layer root"}},
		{"of a derivative of second order", transforms.Grad(transforms.Grad(func(x Value) Value { return fn.PowScalar(x, 1.5) })), trace.Scalar(0.0), []string{"; it belongs to the derivative of "}},
		{"an argument", fn.Neg, vector(1, infinity), []string{"CheckFinite: the argument at its only leaf has +Inf at [1], 1 of 2 elements"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			checked := transforms.CheckFinite(c.f)
			eager := trace.Try(func() { checked(c.x) })
			compiled, err := transforms.Compile(checked, c.x)
			if err != nil {
				t.Fatal(err)
			}
			_, late := compiled.Call(context.Background(), c.x)
			for how, err := range map[string]error{"eager": eager, "compiled": late} {
				if err == nil || !containsAll(err.Error(), c.want...) || !strings.HasPrefix(err.Error(), "check_finite_test.go:") {
					t.Errorf("%s: got %v, want %q", how, err, c.want)
				}
			}
		})
	}
}

// Without a fault nothing changes: values and derivatives, with rules and in batches.
// Infinite constants are none.
func TestCheckFiniteOfFiniteFunctions(t *testing.T) {
	mask := vector(0, math.Inf(-1), 0)
	f := func(x Value) Value {
		x = fn.Where(fn.Equal(mask, num(0)), x, fn.FillAs(x, x.Type(), math.Inf(-1)))
		y := transforms.Named(transforms.Layer{Kind: "block", Path: "a"}, func(x, w Value) Value { return fn.Mul(fn.Softmax(x, -1), w) })(x, vector(1, 2, 3))
		return transforms.For(2, func(_, y Value) Value { return fn.Tanh(y) })(y)
	}
	x := vector(0.5, -1, 2)
	c := transforms.CheckFinite(f)
	sameBits(t, "value", c(x), f(x))
	sameBits(t, "gradient", transforms.Grad(sumOf(c))(x), transforms.Grad(sumOf(f))(x))
	sameBits(t, "checked gradient", transforms.CheckFinite(transforms.Grad(sumOf(f)))(x), transforms.Grad(sumOf(f))(x))
	sameBits(t, "compiled", transforms.Jit(c)(x), transforms.Jit(f)(x))
	rows := fn.Stack(0, x, fn.Neg(x))
	sameBits(t, "batch", transforms.Vmap(c)(rows), transforms.Vmap(f)(rows))
	rules := composite{"all", func(*Site) transforms.Rule { return bent{0.5} }}
	sameBits(t, "rules outside", transforms.Grad(sumOf(transforms.WithRules(rules, c)))(x), transforms.Grad(sumOf(transforms.WithRules(rules, f)))(x))
	sameBits(t, "rules inside", transforms.Grad(sumOf(transforms.CheckFinite(transforms.WithRules(rules, f))))(x), transforms.Grad(sumOf(transforms.WithRules(rules, f)))(x))
}
