package parallel

import (
	"fmt"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/pullback-go/pullback/internal/kernel/kerneltest"
)

func TestParallelBlocks(t *testing.T) {
	for _, cores := range []int{1, 2, 3, 8} {
		for _, n := range []int{-1, 0, 1, 6, 7, 8, 100} {
			for _, grain := range []int{1, 7, 1000} {
				t.Run(fmt.Sprint(cores, n, grain), func(t *testing.T) {
					kerneltest.WithCores(cores, func() { checkBlocks(t, n, grain) })
				})
			}
		}
	}
}

// checkBlocks wants each multiple of grain below n to begin a block, once.
func checkBlocks(t *testing.T, n, grain int) {
	var lock sync.Mutex
	var got [][2]int
	Run(n, grain, func(lo, hi int) {
		lock.Lock()
		defer lock.Unlock()
		got = append(got, [2]int{lo, hi})
	})
	slices.SortFunc(got, func(a, b [2]int) int { return a[0] - b[0] })
	var want [][2]int
	for lo := 0; lo < n; lo += grain {
		want = append(want, [2]int{lo, min(lo+grain, n)})
	}
	if !slices.Equal(got, want) {
		t.Errorf("got blocks %v, want %v", got, want)
	}
}

func TestParallelCores(t *testing.T) {
	kerneltest.WithCores(3, func() {
		var running, most atomic.Int64
		Run(30, 1, func(lo, hi int) {
			most.Store(max(most.Load(), running.Add(1)))
			time.Sleep(100 * time.Microsecond)
			running.Add(-1)
		})
		if got := most.Load(); got < 2 || got > 3 {
			t.Errorf("%d blocks ran at once, want 2 or 3", got)
		}
	})
}

func TestParallelPanic(t *testing.T) {
	for _, cores := range []int{1, 2, 4} {
		kerneltest.WithCores(cores, func() {
			for range 50 {
				got := kerneltest.Caught(func() {
					Run(64, 4, func(lo, hi int) {
						if lo >= 20 {
							panic(lo)
						}
					})
				})
				if got != 20 {
					t.Fatalf("%d cores: Parallel panicked with %v, want that of the first block, 20", cores, got)
				}
			}
		})
	}
}

// TestParallelFirstPanic: of two blocks that panic, the first by position counts, not the
// first in time.
func TestParallelFirstPanic(t *testing.T) {
	for late := range 2 {
		kerneltest.WithCores(2, func() {
			var both sync.WaitGroup
			both.Add(2)
			got := kerneltest.Caught(func() {
				Run(2, 1, func(lo, hi int) {
					both.Done()
					both.Wait()
					if lo == late {
						time.Sleep(2 * time.Millisecond)
					}
					panic(lo)
				})
			})
			if got != 0 {
				t.Errorf("block %d being late: Parallel panicked with %v, want 0", late, got)
			}
		})
	}
}

// TestParallelStops: after a panic no more blocks begin.
func TestParallelStops(t *testing.T) {
	kerneltest.WithCores(2, func() {
		const blocks = 100
		var began atomic.Int64
		kerneltest.Caught(func() {
			Run(blocks, 1, func(lo, hi int) {
				if lo == 0 {
					panic("stop")
				}
				began.Add(1)
				time.Sleep(time.Millisecond)
			})
		})
		if began.Load() == blocks-1 {
			t.Error("every block ran to the end")
		}
	})
}

func TestParallelLeavesNothingRunning(t *testing.T) {
	kerneltest.WithCores(4, func() {
		before := runtime.NumGoroutine()
		for range 20 {
			var done atomic.Int64
			Run(100, 1, func(lo, hi int) { done.Add(1) })
			if done.Load() != 100 {
				t.Fatalf("%d blocks were done on return, want 100", done.Load())
			}
			kerneltest.Caught(func() { Run(100, 1, func(lo, hi int) { panic(lo) }) })
		}
		// A goroutine that has signalled its end may need a moment to be gone.
		for i := 0; runtime.NumGoroutine() > before && i < 100; i++ {
			time.Sleep(time.Millisecond)
		}
		if after := runtime.NumGoroutine(); after > before {
			t.Errorf("%d goroutines after, %d before", after, before)
		}
	})
}

func TestParallelNested(t *testing.T) {
	kerneltest.WithCores(3, func() {
		var sum atomic.Int64
		Run(10, 2, func(lo, hi int) {
			Run(hi-lo, 1, func(a, b int) { sum.Add(int64(lo + a)) })
		})
		if sum.Load() != 45 {
			t.Errorf("got %d, want 45", sum.Load())
		}
	})
}
