package transforms

import (
	"context"
	"fmt"
	"runtime"
	"sync"
)

// CallMany calls the function for each of xs, up to atOnce calls at a time, and returns
// the results in the order of xs: the bits of single calls. With atOnce 0 there are as
// many as there are cores, GOMAXPROCS, or as [JitConfig.MemoryLimit] has room for.
//
// It is for throughput. A single call divides each operation among the cores, and small
// ones not at all; calls side by side keep every core busy, at the cost of
// [Compiled.Memory] for each. On two cores that doubles the rate of a small network and
// adds a quarter to that of ResNet-18.
//
// A call that fails stops those that have not begun, and CallMany returns its error with
// its place; of several, that of the first by place. Once ctx is done it returns the
// error of ctx with the place of the first call that was stopped.
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

// many is what the goroutines of one CallMany share.
type many[P, R any] struct {
	compiled *Compiled[P, R]
	xs       []P
	results  []R

	lock   sync.Mutex
	next   int
	failed int // the first call that failed, or as many as there are
	err    error
	cause  any // of a panic
}

// work takes calls in order until there are none, or one has failed: so all before the
// first that fails have been made.
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

// call makes one call, and keeps a panic for the caller of CallMany.
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
