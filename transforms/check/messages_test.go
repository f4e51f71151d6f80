package check_test

import (
	"testing"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/internal/testutil"
	"github.com/pullback-go/pullback/trace"
	"github.com/pullback-go/pullback/transforms/check"
)

// Each error says what f is and should be, where, and what may be the reason.
func TestMessages(t *testing.T) {
	x := trace.New([]float64{0.3, -1.2, 2})
	calls := 0
	unsteady := func(x trace.Value) trace.Value { calls++; return fn.Mul(x, fn.Scalar(float64(calls))) }
	testutil.Messages(t, nil,
		testutil.Mistake{Does: "checks the derivatives of halves", Call: func() error { return check.Grads(fn.Exp, fn.Cast(x, trace.Float16)) }},
		testutil.Mistake{Does: "checks derivatives of order -1", Call: func() error { return check.Grads(fn.Exp, x, check.Config{Order: -1}) }},
		testutil.Mistake{Does: "gives a function a wrong derivative", Call: func() error { return check.Grads(wrong, x) }},
		testutil.Mistake{Does: "gives a function a wrong second derivative", Call: func() error { return check.Grads(later, x) }},
		testutil.Mistake{Does: "checks derivatives where there are none", Call: func() error { return check.Grads(fn.Log, x) }},
		testutil.Mistake{Does: "checks a function that fails", Call: func() error {
			return check.Grads(func(x trace.Value) trace.Value { return fn.Add(x, trace.New([]float64{1, 2})) }, x)
		}},
		testutil.Mistake{Does: "checks Vmap of a function with state", Call: func() error { calls = 0; return check.Vmap(unsteady, x, 0) }},
		testutil.Mistake{Does: "checks Jit of a function with state", Call: func() error { calls = 0; return check.Jit(unsteady, x, 0) }},
		testutil.Mistake{Does: "checks Vmap over a scalar", Call: func() error { return check.Vmap(fn.Exp, trace.Scalar(1.0), 0) }},
		testutil.Mistake{Does: "checks Jit of a function that grows", Call: func() error {
			calls = 0
			return check.Jit(func(x trace.Value) trace.Value { calls++; return fn.Expand(x, 0, calls) }, x, 0)
		}},
		testutil.Mistake{Does: "checks Jit of a function with more results each time", Call: func() error {
			calls = 0
			return check.Jit(func(x trace.Value) []trace.Value {
				calls++
				return fn.Split(fn.Expand(x, 0, calls), calls, 0)
			}, x, 0)
		}},
	)
}
