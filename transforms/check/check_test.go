package check_test

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/trace"
	"github.com/pullback-go/pullback/transforms"
	"github.com/pullback-go/pullback/transforms/check"
)

type arguments struct {
	X, Y trace.Value
	N    trace.Value
}

func some(d trace.DType) arguments {
	cast := func(v trace.Value) trace.Value { return fn.Cast(v, d) }
	return arguments{cast(trace.New([]float64{0.3, -1.2, 2})), cast(trace.New([]float64{1.5, 0.4, -0.7})), trace.New([]int64{1, 2, 3})}
}

func right(a arguments) [2]trace.Value {
	return [2]trace.Value{fn.Mul(fn.Sin(a.X), fn.Exp(a.Y)), fn.SumAll(fn.Mul(a.X, fn.Cast(a.N, a.X.DType())))}
}

// wrong has the derivative 2·cos x, which is not its own.
var wrong = transforms.CustomVJP(
	func(x trace.Value) trace.Value { return fn.Sin(x) },
	func(x trace.Value) (trace.Value, trace.Value) { return fn.Sin(x), x },
	func(x, ct trace.Value) trace.Value { return fn.Mul(fn.Mul(fn.Scalar(2), fn.Cos(x)), ct) })

// later has the right derivative, and a wrong second one.
func later(x trace.Value) trace.Value {
	f := transforms.CustomVJP(
		func(x trace.Value) trace.Value { return fn.Square(x) },
		func(x trace.Value) (trace.Value, trace.Value) { return fn.Square(x), x },
		func(x, ct trace.Value) trace.Value {
			return fn.Mul(fn.Mul(fn.Scalar(2), transforms.StopGradient(x)), ct)
		})
	return f(x)
}

func TestGrads(t *testing.T) {
	for _, d := range []trace.DType{trace.Float32, trace.Float64} {
		if err := check.Grads(right, some(d), check.Config{Order: 3}); d == trace.Float64 && err != nil {
			t.Error(err)
		}
		if err := check.Grads(right, some(d), check.Config{Order: 1}); err != nil {
			t.Error(err)
		}
	}
	x := trace.New([]float64{0.3, -1.2})
	for want, err := range map[string]error{
		"derivative 1 in reverse mode is": check.Grads(wrong, x),
		"derivative 2 in reverse mode is": check.Grads(later, x),
		"the order is -1":                 check.Grads(right, some(trace.Float64), check.Config{Order: -1}),
		"add(f64[2], f64[3])":             check.Grads(func(x trace.Value) trace.Value { return fn.Add(x, trace.New([]float64{1, 2, 3})) }, x),
		"the difference quotient NaN":     check.Grads(func(x trace.Value) trace.Value { return fn.Log(x) }, x),
	} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("the error is %v, want %s", err, want)
		}
	}
	if err := check.Grads(later, x, check.Config{Order: 1}); err != nil {
		t.Error(err)
	}
}

func TestVmapAndJit(t *testing.T) {
	xs := fn.Stacked(some(trace.Float64), some(trace.Float64))
	if err := check.Vmap(right, xs, 1e-12); err != nil {
		t.Error(err)
	}
	if err := check.Jit(right, some(trace.Float64), 1e-12); err != nil {
		t.Error(err)
	}
	nan := func(x trace.Value) trace.Value { return fn.Div(x, fn.Sub(x, x)) }
	if err := check.Jit(nan, trace.New([]float64{0, 1, math.Inf(1)}), 0); err != nil {
		t.Error(err)
	}
	// A function that has another value in each call is not what it is under Vmap or Jit.
	calls := 0.0
	unsteady := func(x trace.Value) trace.Value { calls++; return fn.Mul(x, fn.Scalar(calls)) }
	if err := check.Vmap(unsteady, trace.New([]float64{1, 2, 3}), 1e-12); err == nil || !strings.Contains(err.Error(), "element 0 of its only leaf") {
		t.Errorf("the error is %v", err)
	}
	if err := check.Jit(unsteady, trace.New([]float64{1, 2, 3}), 1e-12); err == nil || !strings.Contains(err.Error(), "check.Jit: Jit(f)(x) is") {
		t.Errorf("the error is %v", err)
	}
	if err := check.Vmap(right, some(trace.Float64), 0); err != nil {
		t.Error(err)
	}
	if err := check.Vmap(func(x trace.Value) trace.Value { return x }, trace.Scalar(1.0), 0); err == nil {
		t.Error("a scalar has rows")
	}
}

func ExampleGrads() {
	softplus := func(x trace.Value) trace.Value { return fn.Log1p(fn.Exp(x)) }
	fmt.Println(check.Grads(softplus, trace.New([]float64{-1, 0.5, 2})))
	// Output: <nil>
}
