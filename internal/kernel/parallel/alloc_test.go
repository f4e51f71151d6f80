//go:build !race

// Under the race detector a sync.Pool forgets on purpose, so allocations cannot be
// counted.

package parallel

import (
	"runtime"
	"testing"

	"github.com/pullback-go/pullback/internal/kernel/kerneltest"
)

// TestPoolAllocations: a call that is shared out allocates nothing once there are
// workers.
func TestPoolAllocations(t *testing.T) {
	const calls = 2000
	kerneltest.WithCores(2, func() {
		x := make([]float32, 4)
		run := func() {
			for range calls {
				Split(4, 1, increment(x))
			}
		}
		run()
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		run()
		runtime.ReadMemStats(&after)
		if got := after.Mallocs - before.Mallocs; got > calls/10 {
			t.Errorf("%d allocations in %d calls", got, calls)
		}
		if x[0] != 2*calls {
			t.Errorf("the first element is %v, want %v", x[0], 2*calls)
		}
	})
}

// increment is a job that adds one to each element.
type increment []float32

func (x increment) Run(lo, hi int) {
	for i := range x[lo:hi] {
		x[lo+i]++
	}
}
