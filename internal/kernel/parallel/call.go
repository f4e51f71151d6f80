package parallel

import (
	"sync"
	"sync/atomic"
	"time"
)

// call is what the goroutines that share one job have in common.
type call struct {
	n, grain, blocks int
	job              Job
	next             atomic.Int64 // the first block that nobody has taken

	helpers atomic.Int64 // workers that are at it
	ended   sync.WaitGroup

	lock   sync.Mutex
	failed int // the first block that panicked, or blocks
	cause  any // what it panicked with
}

var calls = sync.Pool{New: func() any { return new(call) }}

func (c *call) begin(n, grain, blocks int, j Job) {
	c.n, c.grain, c.blocks, c.job, c.failed = n, grain, blocks, j, blocks
	c.next.Store(0)
}

// open says whether there are blocks that nobody has taken.
func (c *call) open() bool { return c.next.Load() < int64(c.blocks) }

// finish does the caller's part and waits for the workers, which no longer find the call
// afterwards.
func (c *call) finish() {
	defer func() {
		workers.remove(c)
		spin(func() bool { return c.helpers.Load() == 0 })
		c.ended.Wait()
	}()
	c.work()
}

// work takes blocks until there are none left or one has panicked.
func (c *call) work() {
	block := c.blocks
	defer func() {
		if cause := recover(); cause != nil {
			c.fail(block, cause)
		}
	}()
	for {
		block = int(c.next.Add(1)) - 1
		if block >= c.blocks {
			return
		}
		lo := block * c.grain
		c.job.Run(lo, min(lo+c.grain, c.n))
	}
}

// fail notes a panic and hands out no more blocks. Blocks are handed out in order, so the
// first that can panic has been taken already, whichever goroutine comes here first.
func (c *call) fail(block int, cause any) {
	c.next.Store(int64(c.blocks))
	c.lock.Lock()
	defer c.lock.Unlock()
	if block < c.failed {
		c.failed, c.cause = block, cause
	}
}

// spinTime is how long a goroutine spins for what is about to come. Waking one that
// sleeps takes the system about as long.
const spinTime = 50 * time.Microsecond

// spin waits until done, but no longer than spinTime, and reports which.
func spin(done func() bool) bool {
	for begin := time.Now(); ; {
		for range 16 {
			if done() {
				return true
			}
			pause()
		}
		if time.Since(begin) > spinTime {
			return false
		}
	}
}
