package kernel

import (
	"slices"
	"sync"
	"sync/atomic"
)

// team is the goroutines that help with calls. A worker is started when a call wants more
// of them than there are, helps with one call after another, spins for a while when there
// is none, and ends: so a run of short calls finds workers awake, and an idle program has
// none.
type team struct {
	offered atomic.Int64 // how many calls have been, to be watched without the lock

	lock       sync.Mutex
	calls      []*call // on offer, the oldest first
	all, limit int     // the workers there are, and how many there may be
	idle       int     // those without a call
}

var workers team

// offer puts a call up for so many helpers, and starts those that are missing.
func (t *team) offer(c *call, helpers, limit int) {
	t.lock.Lock()
	defer t.lock.Unlock()
	t.calls = append(t.calls, c)
	t.offered.Add(1)
	t.limit = limit
	for t.idle < helpers && t.all < limit {
		t.all++
		t.idle++
		go help()
	}
}

// withdraw takes a call off, and nobody joins it afterwards.
func (t *team) withdraw(c *call) {
	t.lock.Lock()
	defer t.lock.Unlock()
	i := slices.Index(t.calls, c)
	t.calls = slices.Delete(t.calls, i, i+1)
}

// help is the life of a worker.
func help() {
	for {
		c, seen := workers.join()
		switch {
		case c != nil:
			c.help()
		case spin(func() bool { return workers.offered.Load() != seen }):
		case workers.retire(seen):
			return
		}
	}
}

// join finds a call to help with, or none, and says how many calls had been offered by
// then.
func (t *team) join() (c *call, seen int64) {
	t.lock.Lock()
	defer t.lock.Unlock()
	seen = t.offered.Load()
	i := slices.IndexFunc(t.calls, (*call).open)
	if i < 0 || t.all > t.limit {
		return nil, seen
	}
	t.idle--
	t.calls[i].helpers.Add(1)
	t.calls[i].ended.Add(1)
	return t.calls[i], seen
}

// retire takes an idle worker off the team, unless there is a call for it: one offered in
// the meantime, or one it could not join because the team was too large then.
func (t *team) retire(seen int64) bool {
	t.lock.Lock()
	defer t.lock.Unlock()
	if t.all <= t.limit && (t.offered.Load() != seen || slices.ContainsFunc(t.calls, (*call).open)) {
		return false
	}
	t.idle--
	t.all--
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
func (t *team) leave(live bool) {
	t.lock.Lock()
	defer t.lock.Unlock()
	if live {
		t.idle++
	} else {
		t.all--
	}
}
