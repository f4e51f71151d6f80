package transforms

import (
	"context"
	"fmt"
	"runtime"
	"sync"
)

// CallMany calls the function for each of xs, at most atOnce calls at a time. It returns
// the results in the order of xs, equal bit for bit to those of single calls. With atOnce
// 0 there are as many calls at a time as cores (GOMAXPROCS), or fewer if
// [JitConfig.MemoryLimit] has no room for them.
//
// CallMany is for throughput. A single call divides each operation among the cores,
// except small operations, which run on one. Calls side by side keep every core busy, and
// each needs [Compiled.Memory]. The gain is largest for small networks.
//
// A call that fails stops the calls that have not begun. CallMany then returns its error
// with its position in xs; if several fail, the error of the first by position. Once ctx
// is done, CallMany returns the error of ctx with the position of the first call that was
// stopped.
func (c *Compiled[P, R]) CallMany(ctx context.Context, xs []P, atOnce int) ([]R, error) {
	if atOnce < 0 {
		return nil, fmt.Errorf("CallMany: %d calls at a time: want at least 1, or 0 for as many as there are cores", atOnce)
	}
	fitting := max(1, c.config.memoryLimit()/max(1, c.Memory()))
	if atOnce == 0 {
		atOnce = min(runtime.GOMAXPROCS(0), fitting)
	}
	if min(atOnce, len(xs)) > fitting {
		return nil, fmt.Errorf("CallMany: %d calls at a time need %d bytes each, and %d are allowed for all: make %d at a time, or raise JitConfig.MemoryLimit",
			min(atOnce, len(xs)), c.Memory(), c.config.memoryLimit(), fitting)
	}
	m := many[P, R]{compiled: c, xs: xs, results: make([]R, len(xs)), failed: len(xs)}
	var workers sync.WaitGroup
	for range min(atOnce, len(xs)) - 1 {
		workers.Go(func() { m.work(ctx) })
	}
	m.work(ctx)
	workers.Wait()
	switch {
	case m.cause != nil:
		panic(m.cause)
	case m.err != nil:
		return nil, fmt.Errorf("call %d of %d: %w", m.failed, len(xs), m.err)
	}
	return m.results, nil
}

// many is the state that the goroutines of one CallMany share.
type many[P, R any] struct {
	compiled *Compiled[P, R]
	xs       []P
	results  []R

	lock   sync.Mutex
	next   int
	failed int // the first call that failed, or len(xs) if none has
	err    error
	cause  any // of a panic
}

// work takes calls in order until none is left or one has failed. So every call before
// the first one that fails has been made.
func (m *many[P, R]) work(ctx context.Context) {
	for {
		i, ok := m.take()
		if !ok {
			return
		}
		m.call(ctx, i)
	}
}

func (m *many[P, R]) take() (i int, ok bool) {
	m.lock.Lock()
	defer m.lock.Unlock()
	i = m.next
	if i == len(m.xs) || m.failed < len(m.xs) {
		return 0, false
	}
	m.next++
	return i, true
}

// call makes one call. It keeps a panic for the caller of CallMany.
func (m *many[P, R]) call(ctx context.Context, i int) {
	var err error
	defer func() {
		if cause := recover(); cause != nil || err != nil {
			m.fail(i, err, cause)
		}
	}()
	m.results[i], err = m.compiled.Call(ctx, m.xs[i])
}

func (m *many[P, R]) fail(i int, err error, cause any) {
	m.lock.Lock()
	defer m.lock.Unlock()
	if i < m.failed {
		m.failed, m.err, m.cause = i, err, cause
	}
}
