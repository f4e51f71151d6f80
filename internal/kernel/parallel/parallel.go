// Package parallel shares loops out to goroutines. The blocks of a loop follow from its
// length and its grain alone, so that results have the same bits on any number of cores.
package parallel

import (
	"fmt"
	"runtime"
	"sync"

	"github.com/pullback-go/pullback/internal/kernel/array"
)

// Run calls body(lo, hi) for the blocks [0, grain), [grain, 2·grain), ... of [0, n),
// each once, on up to GOMAXPROCS goroutines, of which the caller is one. The blocks do
// not depend on the number of goroutines, so a body that writes only what belongs to its
// block gives the same bits on any.
//
// With n <= grain there is one block, and it runs on the caller. With n <= 0 there is
// none. All blocks have ended when Run returns; goroutines that helped linger for
// some microseconds in case there is more to do, and end. If blocks panic, Run
// panics in the caller with the value of the first of them, by position. Run panics if
// grain < 1.
func Run(n, grain int, body func(lo, hi int)) {
	if grain < 1 {
		panic(fmt.Sprintf("kernel: parallel.Run: the grain is %d, want at least 1", grain))
	}
	if n > grain {
		share(n, grain, function(body))
	} else if n > 0 {
		body(0, n)
	}
}

// Job is a loop whose iterations [lo, hi) may run on any goroutine.
type Job interface{ Run(lo, hi int) }

// function is a job as a function.
type function func(lo, hi int)

func (f function) Run(lo, hi int) { f(lo, hi) }

// Split is [Run] for a job, which is not allocated.
func Split[J Job](n, grain int, j J) {
	if n <= grain {
		if n > 0 {
			j.Run(0, n)
		}
		return
	}
	pool := jobPool[J]()
	kept := pool.Get().(*J)
	*kept = j
	share(n, grain, any(kept).(Job))
	*kept = *new(J) // what it refers to may go
	pool.Put(kept)
}

// jobPools holds a pool of *J for each job type J, by the nil pointer of that type.
var jobPools sync.Map

func jobPool[J Job]() *sync.Pool {
	if pool, ok := jobPools.Load((*J)(nil)); ok {
		return pool.(*sync.Pool)
	}
	pool, _ := jobPools.LoadOrStore((*J)(nil), &sync.Pool{New: func() any { return new(J) }})
	return pool.(*sync.Pool)
}

// share runs a job of several blocks.
func share(n, grain int, j Job) {
	blocks, cores := array.CeilDiv(n, grain), runtime.GOMAXPROCS(0)
	if cores == 1 {
		for lo := 0; lo < n; lo += grain {
			j.Run(lo, min(lo+grain, n))
		}
		return
	}
	c := calls.Get().(*call)
	c.begin(n, grain, blocks, j)
	workers.offer(c, min(cores, blocks)-1, cores-1)
	c.finish()
	failed, cause := c.failed < blocks, c.cause
	c.job, c.cause = nil, nil
	calls.Put(c)
	if failed {
		panic(cause)
	}
}

// GrainOf is how many iterations of so many operations each are worth a goroutine.
func GrainOf(ops int) int { return max(1, 1<<15/max(1, ops)) }
