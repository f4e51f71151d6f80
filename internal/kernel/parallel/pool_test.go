package parallel

import (
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/pullback-go/pullback/internal/kernel/kerneltest"
)

// TestPoolConcurrentCallers: calls from many goroutines at once, nested ones among them,
// each do all of their own work and share the workers.
func TestPoolConcurrentCallers(t *testing.T) {
	kerneltest.WithCores(3, func() {
		var callers sync.WaitGroup
		for caller := range 8 {
			callers.Go(func() {
				for round := range 100 {
					n := 1 + (caller+round)%17
					var sum, nested atomic.Int64
					Run(n, 1, func(lo, _ int) {
						sum.Add(int64(lo))
						Run(3, 1, func(int, int) { nested.Add(1) })
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

// TestPoolBounds: there are never more workers than GOMAXPROCS allows beside the caller,
// whatever was allowed before.
func TestPoolBounds(t *testing.T) {
	for _, cores := range []int{6, 2, 4} {
		kerneltest.WithCores(cores, func() {
			Run(50, 1, func(int, int) { time.Sleep(20 * time.Microsecond) })
			wantNoWorkers(t)
			Run(50, 1, func(int, int) {
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

// TestPoolGoexit: a block that ends its goroutine takes no worker with it.
func TestPoolGoexit(t *testing.T) {
	kerneltest.WithCores(2, func() {
		var both, done sync.WaitGroup
		both.Add(2)
		done.Go(func() {
			Run(2, 1, func(int, int) {
				both.Done()
				both.Wait() // so that the caller and a worker have one block each
				runtime.Goexit()
			})
		})
		done.Wait()
		wantNoWorkers(t)
	})
}

// begun is a call of so many blocks that nobody has taken.
func begun(blocks int) *call {
	c := new(call)
	c.begin(blocks, 1, blocks, function(func(int, int) {}))
	return c
}

// TestPoolJoin: an idle worker joins the oldest call that has blocks left, and is counted
// with it. This pool has no goroutines of its own.
func TestPoolJoin(t *testing.T) {
	t1 := &workerPool{all: 3, idle: 3}
	if c, seen := t1.join(); c != nil || seen != 0 {
		t.Errorf("of no calls: got %v, seen %d", c, seen)
	}
	first, second, third := begun(1), begun(2), begun(1)
	for _, c := range []*call{first, second, third} {
		t1.offer(c, 0, 3)
	}
	c, seen := t1.join()
	if c != first || seen != 3 || t1.idle != 2 || first.helpers.Load() != 1 {
		t.Errorf("got call %p of %p, seen %d, %d idle, %d helpers", c, first, seen, t1.idle, first.helpers.Load())
	}
	first.work()
	if c, _ = t1.join(); c != second || second.helpers.Load() != 1 {
		t.Error("a call without blocks is joined")
	}
	t1.remove(second)
	if c, _ = t1.join(); c != third || t1.idle != 0 {
		t.Error("a call that is removed is joined")
	}
	if len(t1.calls) != 2 || t1.calls[0] != first || t1.calls[1] != third {
		t.Errorf("%d calls are left", len(t1.calls))
	}
	t1.limit = 2 // where there are more workers than that, none joins
	if c, seen = t1.join(); c != nil || seen != 3 || t1.idle != 0 {
		t.Errorf("past the limit: got %v, seen %d, %d idle", c, seen, t1.idle)
	}
}

// TestPoolStop: a worker that finds no call ends, unless one came after it looked.
func TestPoolStop(t *testing.T) {
	for _, c := range []struct {
		what       string
		all, limit int
		seen       int64
		open       bool
		want       bool
	}{
		{"nothing to do", 2, 2, 1, false, true},
		{"a call has blocks left", 2, 2, 1, true, false},
		{"a call came and went", 2, 2, 0, false, false},
		{"too many workers", 3, 2, 1, true, true},
		{"too many workers for a call that came", 3, 2, 0, false, true},
	} {
		offer := begun(1)
		if !c.open {
			offer.work()
		}
		t1 := &workerPool{all: c.all, idle: 1}
		t1.offer(offer, 0, c.limit)
		if got := t1.stop(c.seen); got != c.want || t1.idle != 1-kerneltest.OneIf(c.want) || t1.all != c.all-kerneltest.OneIf(c.want) {
			t.Errorf("%s: got %v, with %d idle of %d left", c.what, got, t1.idle, t1.all)
		}
	}
}

// TestPoolLeave: a worker that lives is idle, one that does not is no more.
func TestPoolLeave(t *testing.T) {
	t1 := &workerPool{all: 3, idle: 1}
	if t1.leave(true); t1.all != 3 || t1.idle != 2 {
		t.Errorf("%d idle of %d, want 2 of 3", t1.idle, t1.all)
	}
	if t1.leave(false); t1.all != 2 || t1.idle != 2 {
		t.Errorf("%d idle of %d, want 2 of 2", t1.idle, t1.all)
	}
}

// TestPoolStartsNoMoreThanItNeeds: two blocks want one helper, whatever the cores.
// Workers are started before the first block begins.
func TestPoolStartsNoMoreThanItNeeds(t *testing.T) {
	for _, c := range []struct{ cores, blocks, want int }{{4, 2, 1}, {4, 3, 2}, {3, 9, 2}, {2, 9, 1}} {
		wantNoWorkers(t)
		kerneltest.WithCores(c.cores, func() {
			var most atomic.Int64
			Run(c.blocks, 1, func(int, int) {
				workers.lock.Lock()
				defer workers.lock.Unlock()
				most.Store(max(most.Load(), int64(workers.all)))
			})
			if got := most.Load(); got != int64(c.want) {
				t.Errorf("%d blocks on %d cores: %d workers, want %d", c.blocks, c.cores, got, c.want)
			}
		})
	}
	wantNoWorkers(t)
}

// TestPoolNestedBounds: calls within calls, whose workers are all busy, start no more
// than GOMAXPROCS allows.
func TestPoolNestedBounds(t *testing.T) {
	const cores = 3
	wantNoWorkers(t)
	kerneltest.WithCores(cores, func() {
		var begun, seen sync.WaitGroup
		begun.Add(cores)
		seen.Add(cores)
		var most atomic.Int64
		Run(cores, 1, func(int, int) {
			begun.Done()
			begun.Wait() // so that the caller and each worker have one block
			Run(2, 1, func(int, int) {
				workers.lock.Lock()
				defer workers.lock.Unlock()
				most.Store(max(most.Load(), int64(workers.all)))
			})
			seen.Done()
			seen.Wait() // so that none of them helps another before it has looked
		})
		if got := most.Load(); got != cores-1 {
			t.Errorf("%d workers on %d cores, want %d", got, cores, cores-1)
		}
	})
	wantNoWorkers(t)
}
