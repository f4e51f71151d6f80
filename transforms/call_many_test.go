package transforms_test

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"sync/atomic"
	"testing"
	"time"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/trace"
	"github.com/pullback-go/pullback/transforms"
)

// crowded notes how many of its calls run at a time.
type crowded struct {
	counted
	now, most *atomic.Int64
}

func newCrowded() crowded {
	return crowded{counted{new(atomic.Int64)}, new(atomic.Int64), new(atomic.Int64)}
}

func (crowded) Name() string { return "crowded" }
func (c crowded) Eval(in, out []*trace.Array) {
	for n := c.now.Add(1); ; {
		if most := c.most.Load(); n <= most || c.most.CompareAndSwap(most, n) {
			break
		}
	}
	time.Sleep(time.Millisecond) // others may come
	c.counted.Eval(in, out)
	c.now.Add(-1)
}

// Results come in order, with the bits of single calls, and no more calls run at a time
// than asked for.
func TestCallMany(t *testing.T) {
	r := seeded(110)
	net, op := newNetwork(r), newCrowded()
	explain := transforms.Pull(transforms.WithRules(smooth, net.apply), func(y Value) Value { return fn.OnesLike(y) })
	xs := make([]Value, 13)
	for i := range xs {
		xs[i] = draw(r, 5, 3)
	}
	c, err := transforms.Compile(func(x Value) Value { return explain(trace.Bind1(op, x)) }, xs[0])
	if err != nil {
		t.Fatal(err)
	}
	wants := make([]Value, len(xs))
	for i, x := range xs {
		if wants[i], err = c.Call(context.Background(), x); err != nil {
			t.Fatal(err)
		}
	}
	for atOnce, most := range map[int]int64{1: 1, 2: 2, 3: 3, 100: 13, 0: int64(runtime.GOMAXPROCS(0))} {
		op.most.Store(0)
		got, err := c.CallMany(context.Background(), xs, atOnce)
		if err != nil || len(got) != len(xs) {
			t.Fatalf("%d at once: %d results, %v", atOnce, len(got), err)
		}
		for i := range xs {
			sameBits(t, fmt.Sprintf("%d at once: result %d", atOnce, i), got[i], wants[i])
		}
		if n := op.most.Load(); n > most || most > 1 && n < 2 {
			t.Errorf("%d at once: up to %d calls ran at a time, want up to %d, and more than one if that is allowed", atOnce, n, most)
		}
	}
	if none, err := c.CallMany(context.Background(), nil, 2); len(none) != 0 || err != nil {
		t.Errorf("no calls: got %v, %v", none, err)
	}
	if _, err := c.CallMany(context.Background(), xs, -1); err == nil || !containsAll(err.Error(), "CallMany: -1 calls at a time", "0 for as many") {
		t.Errorf("-1 at once: got %v", err)
	}
}

// The first call that fails is named, however many run at a time. The function stays
// usable.
func TestCallManyThatFails(t *testing.T) {
	c, err := transforms.Compile(func(n Value) Value { return fn.Div(num(60), n) }, trace.Scalar(int64(1)))
	if err != nil {
		t.Fatal(err)
	}
	xs := make([]Value, 40)
	for i := range xs {
		xs[i] = trace.Scalar(int64(i%7 + 1))
	}
	xs[17], xs[18], xs[30] = trace.Scalar(int64(0)), vector(1), trace.Scalar(int64(0))
	for _, atOnce := range []int{1, 2, 8} {
		_, err := c.CallMany(context.Background(), xs, atOnce)
		if _, isError := trace.AsError(err); err == nil || !isError || !containsAll(err.Error(), "call 17 of 40: ", "div") {
			t.Errorf("%d at once: got %v", atOnce, err)
		}
		got, err := c.CallMany(context.Background(), xs[:17], atOnce)
		if err != nil || got[16].Float64s()[0] != 60/3 {
			t.Errorf("%d at once, afterwards: %v, %v", atOnce, got, err)
		}
	}
	if _, err := c.CallMany(context.Background(), xs[18:], 1); err == nil || !containsAll(err.Error(), "call 0 of 22: ", "f64[1], compiled for i64[]") {
		t.Errorf("another type: got %v", err)
	}
}

// Once the context is done no call begins.
func TestCallManyHonoursItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	ran := counted{new(atomic.Int64)}
	c, err := transforms.Compile(func(x Value) Value { return trace.Bind1(canceling{ran, cancel}, x) }, vector(1, 2))
	if err != nil {
		t.Fatal(err)
	}
	xs := []Value{vector(1, 2), vector(3, 4), vector(5, 6)}
	if _, err := c.CallMany(ctx, xs, 1); !errors.Is(err, context.Canceled) || !containsAll(err.Error(), "call 1 of 3: ") || ran.evals.Load() != 1 {
		t.Errorf("%d calls ran, got %v", ran.evals.Load(), err)
	}
	if got, err := c.CallMany(context.Background(), xs, 2); err != nil || len(got) != 3 {
		t.Errorf("afterwards: %v, %v", got, err)
	}
}

// panicking fails as no operation should.
type panicking struct{ counted }

func (panicking) Name() string                { return "panicking" }
func (panicking) Eval(in, out []*trace.Array) { panic("broken") }

// A panic reaches the caller, whichever goroutine it was on.
func TestCallManyThatPanics(t *testing.T) {
	c, err := transforms.Compile(func(x Value) Value { return trace.Bind1(panicking{counted{new(atomic.Int64)}}, x) }, vector(1, 2))
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if got := recover(); got != "broken" {
			t.Errorf("recovered %v", got)
		}
	}()
	_, err = c.CallMany(context.Background(), []Value{vector(1, 2), vector(3, 4), vector(5, 6)}, 3)
	t.Errorf("no panic, but %v", err)
}

// The rate of a small explanation, one call at a time and several.
func BenchmarkCallMany(b *testing.B) {
	r := seeded(111)
	net := newNetwork(r)
	x := draw(r, 50, 3)
	c, err := transforms.Compile(transforms.Pull(transforms.WithRules(smooth, net.apply), func(y Value) Value { return fn.OnesLike(y) }), x)
	if err != nil {
		b.Fatal(err)
	}
	xs := make([]Value, 1000)
	for i := range xs {
		xs[i] = x
	}
	for _, atOnce := range []int{1, 2, 4} {
		b.Run(fmt.Sprint(atOnce), func(b *testing.B) {
			for b.Loop() {
				if _, err := c.CallMany(context.Background(), xs, atOnce); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(len(xs)*b.N)/b.Elapsed().Seconds(), "calls/s")
		})
	}
}
