//go:build !race

package transforms_test

import (
	"context"
	"runtime"
	"sync/atomic"
	"testing"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/trace"
	"github.com/pullback-go/pullback/transforms"
)

// A call that is stopped gives its memory back: twenty such calls allocate less than the
// memory of three. This holds for memory planned outside of loops and inside.
func TestStoppedCallsReturnTheirMemory(t *testing.T) {
	var cancel context.CancelFunc
	stopping := canceling{counted{new(atomic.Int64)}, func() { cancel() }}
	wide := func(x Value) Value { return fn.CumSum(fn.Sin(fn.BroadcastTo(fn.SumAll(x), 1<<18)), 0) }
	c, err := transforms.Compile(func(x Value) Value {
		y := fn.SumAll(wide(x))
		c, _ := transforms.Scan(func(c, _ Value) (Value, []Value) {
			c = fn.Add(c, fn.SumAll(wide(trace.Bind1(stopping, c))))
			return c, nil
		})(y, x)
		return c
	}, vector(1, 2))
	if err != nil {
		t.Fatal(err)
	}
	calls := func() {
		for range 20 {
			var ctx context.Context
			ctx, cancel = context.WithCancel(context.Background())
			if _, err := c.Call(ctx, vector(1, 2)); err != context.Canceled {
				t.Fatalf("got %v, want %v", err, context.Canceled)
			}
		}
	}
	calls()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	calls()
	runtime.ReadMemStats(&after)
	if got := int(after.TotalAlloc - before.TotalAlloc); !(got < 3*c.Memory()) { // a collection may empty the pools
		t.Errorf("20 stopped calls allocated %d bytes, one needs %d", got, c.Memory())
	}
}
