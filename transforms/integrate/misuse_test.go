package integrate_test

import (
	"testing"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/internal/testutil"
	"github.com/pullback-go/pullback/transforms/integrate"
)

// No argument causes one of Go's own panics.
func TestMisuse(t *testing.T) {
	testutil.Misuse(t, ".", map[string]testutil.Misused{
		"ODE": {func(start, ts Value, method integrate.Method, steps int) Value {
			falls := func(_, y Value) Value { return fn.Neg(y) }
			return integrate.ODE(falls, integrate.ODEConfig{Method: method, Steps: min(steps, 5)})(start, ts)
		}, ""},
		"Quad": {func(a, b Value, n int) Value { return integrate.Quad(fn.Exp, a, b, min(n, 5)) }, ""},
	})
}
