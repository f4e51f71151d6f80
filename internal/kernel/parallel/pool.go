package parallel

import (
	"slices"
	"sync"
	"sync/atomic"
)

// workerPool is the goroutines that help with calls. A worker is started when a call
// wants more of them than there are, helps with one call after another, spins for a while
// when there is none, and ends: so a run of short calls finds workers awake, and an idle
// program has none.
type workerPool struct {
	offered atomic.Int64 // how many calls have been, to be watched without the lock

	lock       sync.Mutex
	calls      []*call // on offer, the oldest first
	all, limit int     // the workers there are, and how many there may be
	idle       int     // those without a call
}

var workers workerPool

// offer puts a call up for so many helpers, and starts those that are missing.
func (p *workerPool) offer(c *call, helpers, limit int) {
	p.lock.Lock()
	defer p.lock.Unlock()
	p.calls = append(p.calls, c)
	p.offered.Add(1)
	p.limit = limit
	for p.idle < helpers && p.all < limit {
		p.all++
		p.idle++
		go help()
	}
}

// remove takes a call off, and nobody joins it afterwards.
func (p *workerPool) remove(c *call) {
	p.lock.Lock()
	defer p.lock.Unlock()
	i := slices.Index(p.calls, c)
	p.calls = slices.Delete(p.calls, i, i+1)
}

// help is the life of a worker.
func help() {
	for {
		c, seen := workers.join()
		switch {
		case c != nil:
			c.help()
		case spin(func() bool { return workers.offered.Load() != seen }):
		case workers.stop(seen):
			return
		}
	}
}

// join finds a call to help with, or none, and says how many calls had been offered by
// then.
func (p *workerPool) join() (c *call, seen int64) {
	p.lock.Lock()
	defer p.lock.Unlock()
	seen = p.offered.Load()
	i := slices.IndexFunc(p.calls, (*call).open)
	if i < 0 || p.all > p.limit {
		return nil, seen
	}
	p.idle--
	p.calls[i].helpers.Add(1)
	p.calls[i].ended.Add(1)
	return p.calls[i], seen
}

// stop takes an idle worker out of the pool, unless there is a call for it: one offered
// in the meantime, or one it could not join because the pool was too large then.
func (p *workerPool) stop(seen int64) bool {
	p.lock.Lock()
	defer p.lock.Unlock()
	if p.all <= p.limit && (p.offered.Load() != seen || slices.ContainsFunc(p.calls, (*call).open)) {
		return false
	}
	p.idle--
	p.all--
	return true
}

// help does a worker's part. It may be the end of the goroutine, should a block call
// runtime.Goexit.
func (c *call) help() {
	live := false
	defer func() {
		workers.leave(live)
		c.helpers.Add(-1)
		c.ended.Done()
	}()
	c.work()
	live = true
}

// leave is for a worker whose call has no more blocks, and who may have come to its end.
func (p *workerPool) leave(live bool) {
	p.lock.Lock()
	defer p.lock.Unlock()
	if live {
		p.idle++
	} else {
		p.all--
	}
}
