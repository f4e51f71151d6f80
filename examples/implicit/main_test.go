package main

import (
	"math"
	"os"
	"strings"
	"testing"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/trace"
	"github.com/pullback-go/pullback/transforms"
)

// The program prints what it printed when its numbers were compared with the formulas.
func TestOutput(t *testing.T) {
	want, err := os.ReadFile("testdata/output.txt")
	if err != nil {
		t.Fatal(err)
	}
	var got strings.Builder
	show(&got)
	lines := strings.Split(string(want), "\n")
	for i, line := range strings.Split(got.String(), "\n") {
		if i >= len(lines) || line != lines[i] {
			t.Errorf("line %d: got %q", i+1, line)
		}
	}
}

// The second derivative of the anomaly is that of the formula 1/(1 - e cos E).
func TestSecondDerivative(t *testing.T) {
	e := trace.Scalar(0.3)
	first := func(m trace.Value) trace.Value {
		return transforms.Grad(func(m trace.Value) trace.Value { return anomaly(orbit{m, e}) })(m)
	}
	formula := func(m trace.Value) trace.Value {
		return fn.Reciprocal(fn.Sub(trace.Scalar(1.0), fn.Mul(e, fn.Cos(anomaly(orbit{m, e})))))
	}
	m := trace.Scalar(0.8)
	if got, want := transforms.Grad(first)(m).Float64(), transforms.Grad(formula)(m).Float64(); math.Abs(got-want) > 1e-12 {
		t.Errorf("got %v, want %v", got, want)
	}
}
