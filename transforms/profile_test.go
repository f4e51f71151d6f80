package transforms_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/trace"
	"github.com/pullback-go/pullback/transforms"
	"github.com/pullback-go/pullback/transforms/lawtest"
)

func TestProfile(t *testing.T) {
	w := lawtest.Between(-1, 1).Value(lawtest.Rand("profile"), trace.TypeOf(trace.Float64, 7, 5))
	f := func(x Value) Value { return fn.Add(fn.Tanh(fn.MatMul(x, w)), fn.Scalar(1)) }
	x := fn.Ones(trace.TypeOf(trace.Float64, 3, 7))
	c, err := transforms.Compile(f, x)
	if err != nil {
		t.Fatal(err)
	}
	p, err := c.Profile(context.Background(), x, 4)
	if err != nil {
		t.Fatal(err)
	}
	if p.Calls != 4 || p.Total() <= 0 {
		t.Errorf("%d calls of %v", p.Calls, p.Total())
	}
	equations, flops, sum := 0, int64(0), time.Duration(0)
	for _, s := range p.Steps {
		equations += len(s.Equations)
		flops += s.FLOPs
		sum += s.Mean
	}
	if equations != 3 || flops != 2*3*7*5 || sum != p.Total() {
		t.Errorf("%d equations, %d FLOPs and %v in the steps, want 3, %d and %v\n%v", equations, flops, sum, 2*3*7*5, p.Total(), p)
	}
	text := p.String()
	for _, want := range []string{"mean of 4 calls", "GFLOP/s", "dot{", "(f64[3 7], f64[7 5]) f64[3 5]", "tanh(f64[3 5]) f64[3 5]; "} {
		if !strings.Contains(text, want) {
			t.Errorf("no %q in\n%s", want, text)
		}
	}
}

func TestProfileErrors(t *testing.T) {
	x := fn.Ones(trace.TypeOf(trace.Float64, 3))
	c, err := transforms.Compile(func(x Value) Value { return fn.Exp(x) }, x)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.Profile(context.Background(), fn.Ones(trace.TypeOf(trace.Float64, 4)), 1); err == nil || !strings.Contains(err.Error(), "compiled for f64[3]") {
		t.Errorf("another type: %v", err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := c.Profile(ctx, x, 1); !errors.Is(err, context.Canceled) {
		t.Errorf("a done context: %v", err)
	}
	if p, err := c.Profile(context.Background(), x, 0); err != nil || p.Calls != 1 {
		t.Errorf("no calls: %d and %v, want 1", p.Calls, err)
	}
}
