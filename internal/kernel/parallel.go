package kernel

import (
	"fmt"
	"runtime"
	"sync"
	"sync/atomic"
)

// Parallel calls body(lo, hi) for the blocks [0, grain), [grain, 2·grain), ... of [0, n), each once,
// on up to GOMAXPROCS goroutines, of which the caller is one. The blocks do not depend on the number
// of goroutines, so a body that writes only what belongs to its block gives the same bits on any.
//
// With n <= grain there is one block, and it runs on the caller. With n <= 0 there is none.
// All goroutines have ended when Parallel returns. If blocks panic, Parallel panics in the caller
// with the value of the first of them, by position. Parallel panics if grain < 1.
func Parallel(n, grain int, body func(lo, hi int)) {
	if grain < 1 {
		panic(fmt.Sprintf("kernel: Parallel: the grain is %d, want at least 1", grain))
	}
	if n <= 0 {
		return
	}
	if n <= grain {
		body(0, n)
		return
	}
	blocks := ceilDiv(n, grain)
	workers := min(runtime.GOMAXPROCS(0), blocks)
	if workers == 1 {
		for lo := 0; lo < n; lo += grain {
			body(lo, min(lo+grain, n))
		}
		return
	}
	t := &team{n: n, grain: grain, blocks: blocks, failed: blocks, body: body}
	t.run(workers)
}

// job is a loop whose iterations [lo, hi) may run on any goroutine.
type job interface{ run(lo, hi int) }

// split is [Parallel] for a job. Unlike a closure, a job that stays on the caller is not allocated.
func split[J job](n, grain int, j J) {
	if n > grain {
		Parallel(n, grain, j.run)
	} else if n > 0 {
		j.run(0, n)
	}
}

// team is the state that the goroutines of one Parallel share.
type team struct {
	n, grain, blocks int
	body             func(lo, hi int)
	next             atomic.Int64 // the first block that nobody has taken

	wait   sync.WaitGroup
	lock   sync.Mutex
	failed int // the first block that panicked, or blocks
	cause  any // what it panicked with
}

func (t *team) run(workers int) {
	t.wait.Add(workers - 1)
	for range workers - 1 {
		go func() {
			defer t.wait.Done()
			t.work()
		}()
	}
	t.work()
	t.wait.Wait()
	if t.failed < t.blocks {
		panic(t.cause)
	}
}

// work takes blocks until there are none left or one has panicked.
func (t *team) work() {
	block := t.blocks
	defer func() {
		if cause := recover(); cause != nil {
			t.fail(block, cause)
		}
	}()
	for {
		block = int(t.next.Add(1)) - 1
		if block >= t.blocks {
			return
		}
		lo := block * t.grain
		t.body(lo, min(lo+t.grain, t.n))
	}
}

// fail notes a panic and hands out no more blocks. Blocks are handed out in order, so the first that
// can panic has been taken already, whichever goroutine comes here first.
func (t *team) fail(block int, cause any) {
	t.next.Store(int64(t.blocks))
	t.lock.Lock()
	defer t.lock.Unlock()
	if block < t.failed {
		t.failed, t.cause = block, cause
	}
}
