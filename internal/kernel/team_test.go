package kernel

import (
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// TestTeamConcurrentCallers: calls from many goroutines at once, nested ones among them, each do all of
// their own work and share the workers.
func TestTeamConcurrentCallers(t *testing.T) {
	withCores(3, func() {
		var callers sync.WaitGroup
		for caller := range 8 {
			callers.Go(func() {
				for round := range 100 {
					n := 1 + (caller+round)%17
					var sum, nested atomic.Int64
					Parallel(n, 1, func(lo, _ int) {
						sum.Add(int64(lo))
						Parallel(3, 1, func(int, int) { nested.Add(1) })
					})
					if sum.Load() != int64(n*(n-1)/2) || nested.Load() != int64(3*n) {
						t.Errorf("%d blocks: the sum is %d, and %d nested blocks ran", n, sum.Load(), nested.Load())
					}
				}
			})
		}
		callers.Wait()
		wantNoWorkers(t)
	})
}

// wantNoWorkers fails unless all workers end by themselves, soon.
func wantNoWorkers(t *testing.T) {
	t.Helper()
	for begin := time.Now(); ; time.Sleep(time.Millisecond) {
		workers.lock.Lock()
		all, idle, calls := workers.all, workers.idle, len(workers.calls)
		workers.lock.Unlock()
		if all == 0 && idle == 0 && calls == 0 {
			return
		}
		if time.Since(begin) > 2*time.Second {
			t.Fatalf("%d workers, %d of them idle, and %d calls are left", all, idle, calls)
		}
	}
}

// TestTeamBounds: there are never more workers than GOMAXPROCS allows beside the caller, whatever was
// allowed before.
func TestTeamBounds(t *testing.T) {
	for _, cores := range []int{6, 2, 4} {
		withCores(cores, func() {
			Parallel(50, 1, func(int, int) { time.Sleep(20 * time.Microsecond) })
			wantNoWorkers(t)
			Parallel(50, 1, func(int, int) {
				workers.lock.Lock()
				defer workers.lock.Unlock()
				if workers.all >= cores {
					t.Errorf("%d workers beside the caller on %d cores", workers.all, cores)
				}
			})
		})
	}
	wantNoWorkers(t)
}

// TestTeamGoexit: a block that ends its goroutine takes no worker with it.
func TestTeamGoexit(t *testing.T) {
	withCores(2, func() {
		var both, done sync.WaitGroup
		both.Add(2)
		done.Go(func() {
			Parallel(2, 1, func(int, int) {
				both.Done()
				both.Wait() // so that the caller and a worker have one block each
				runtime.Goexit()
			})
		})
		done.Wait()
		wantNoWorkers(t)
	})
}
