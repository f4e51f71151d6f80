package transforms

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/pullback-go/pullback/trace"
)

// cacheLimit bounds the programs that a jitted function keeps. The least recently used
// one is dropped.
const cacheLimit = 64

// Jitted is a function that compiles itself for each kind of argument it meets. It is
// safe for concurrent use: a kind is compiled once, and calls of that kind wait for it.
type Jitted[P, R any] struct {
	f      func(P) R
	config JitConfig

	mu      sync.Mutex
	entries []*Compiled[P, R] // most recently used first
	flights []*flight[P, R]   // kinds that are being compiled
	stats   cacheStats
}

type cacheStats struct {
	hits, misses, evictions, inlined int
	reasons                          []string
}

// Jit returns f compiled. f is traced once for each structure, set of shapes and dtypes,
// and set of static parts of its argument. The program is optimized as a whole, and a
// call allocates only its results. Values that f captured are frozen when it is traced.
//
// The results are those of f within rounding, NaN and infinities included: where f is
// finite, the compiled function is finite and equal.
//
// Zeros: derivatives and rules compute some values whose elements are all zero or NaN,
// whatever the data. Such a value is taken for zero. So 0·y and 0/y are 0 there for any
// y, even for a NaN, and a zero may have another sign bit. Operations that the user wrote
// are computed as written, on a gradient too. [JitConfig].ExactZeros switches this off.
//
// Rounding: in float32, a convolution may be computed by another algorithm, which the
// printed program names. Values keep 1e-5 of the largest magnitude of a layer. Relevance
// is at most four times as far from float64 as eager float32 is. Convolutions with 3×3
// kernels of stride 1 may be computed by Winograd's minimal filtering. Tiles of 2×2 are
// as accurate as the convolution itself. Tiles of 4×4 lose 1.4e-6 of the largest output,
// and are used only where nothing is divided by the result. If relevance needs a layer's
// output for its positive and for its negative weights, one of them is computed by
// subtracting the other from the layer's output. Elements where this cancels to less than
// 1/16 are computed directly. [JitConfig].Direct switches all of this off.
//
// Inside of another transform a jitted function is transparent: f itself is traced. So
// write Jit(Grad(f)). Use [NewJit] for a handle that explains its cache. A call that
// needs more memory than [JitConfig.MemoryLimit] panics with a *trace.Error before it
// allocates.
func Jit[P, R any](f func(P) R, config ...JitConfig) func(P) R {
	j := newJit("Jit", f, config)
	return func(x P) R { return j.Call(x) } // a method value would hide the caller's line from errors
}

// NewJit is [Jit] and returns a handle.
func NewJit[P, R any](f func(P) R, config ...JitConfig) *Jitted[P, R] {
	return newJit("NewJit", f, config)
}

func newJit[P, R any](what string, f func(P) R, config []JitConfig) *Jitted[P, R] {
	return &Jitted[P, R]{f: f, config: configured(what, config)}
}

// Call runs the function on x. It compiles the function first if need be.
func (j *Jitted[P, R]) Call(x P) R {
	leaves, s := trace.Flatten(x)
	if slices.ContainsFunc(leaves, func(v Value) bool { return !v.IsConcrete() }) {
		j.count(func(c *cacheStats) { c.inlined++ })
		return j.f(x)
	}
	c, inlined := j.program(x, leaves, s)
	if c == nil {
		j.count(func(c *cacheStats) { c.inlined++ })
		return result[R](inlined, inlined.program.Apply(inlined.leaves...))
	}
	out, err := c.run(context.Background(), leaves)
	if err != nil {
		panic(err)
	}
	return out
}

// program returns the program for x: a kept one, or one compiled by this call or by
// another call at the same time. It is nil if f captured a value of a surrounding
// transform; then program returns a recording of f at x.
func (j *Jitted[P, R]) program(x P, leaves []Value, s *trace.Structure) (*Compiled[P, R], *recording) {
	for {
		c, other, own := j.find(leaves, s)
		switch {
		case c != nil:
			return c, nil
		case own != nil:
			return j.compile(x, own)
		case isTracing():
			// The other call may surround this one, or wait for one that does.
			return j.compile(x, nil)
		}
		<-other.landed
		switch {
		case other.cause != nil:
			panic(copied(other.cause))
		case other.compiled != nil:
			return other.compiled, nil
		case other.inlined:
			return j.compile(x, nil)
		} // else the goroutine that compiled has ended
	}
}

// compile traces f at x and compiles it. If there is a flight, it lands it for the
// waiting calls.
func (j *Jitted[P, R]) compile(x P, own *flight[P, R]) (c *Compiled[P, R], inlined *recording) {
	defer func() {
		if own != nil {
			cause := recover()
			own.compiled, own.inlined, own.cause = c, inlined != nil, copied(cause)
			j.land(own)
			if cause != nil {
				panic(cause)
			}
		} else if c != nil {
			j.mu.Lock()
			defer j.mu.Unlock()
			j.keep(c)
		}
	}()
	r := traced(func() *recording { return record(j.f, x) })
	if trace.Newest(r.program.Captured()) != nil || find(r.program, isScoped) != nil { // f uses something of a surrounding transform
		return nil, r
	}
	return compiled[P, R](r, j.config), nil
}

func (j *Jitted[P, R]) count(f func(*cacheStats)) {
	j.mu.Lock()
	defer j.mu.Unlock()
	f(&j.stats)
}

// find looks up the kind of argument and moves its program to the front. If another call
// is compiling it, find returns the flight of that call. Otherwise it returns a new
// flight, which this call must land.
func (j *Jitted[P, R]) find(leaves []Value, s *trace.Structure) (c *Compiled[P, R], other, own *flight[P, R]) {
	j.mu.Lock()
	defer j.mu.Unlock()
	reason := "first call"
	for i, c := range j.entries {
		m := c.mismatch(leaves, s)
		if m == "" && !slices.Equal(weakness(leaves), c.kind.weak) {
			m = "another leaf takes the dtype of what it is combined with"
		}
		if m == "" {
			copy(j.entries[1:i+1], j.entries[:i])
			j.entries[0] = c
			j.stats.hits++
			return c, nil, nil
		}
		if i == 0 {
			reason = m
		}
	}
	for _, f := range j.flights {
		if f.kind.mismatch(leaves, s) == "" {
			j.stats.hits++
			return nil, f, nil
		}
	}
	j.stats.misses++
	if len(j.stats.reasons) < cacheLimit {
		j.stats.reasons = append(j.stats.reasons, reason)
	}
	own = &flight[P, R]{kind: kind{s, trace.TypesOfValues(leaves), weakness(leaves)}, landed: make(chan struct{})}
	j.flights = append(j.flights, own)
	return nil, nil, own
}

// keep puts a program in front, if there is none of its kind yet. The caller holds the
// lock.
func (j *Jitted[P, R]) keep(c *Compiled[P, R]) {
	for _, e := range j.entries {
		if e.kind.same(c.kind) {
			return
		}
	}
	if len(j.entries) == cacheLimit {
		j.entries = j.entries[:cacheLimit-1]
		j.stats.evictions++
	}
	j.entries = append([]*Compiled[P, R]{c}, j.entries...)
}

// Explain says what the cache did, why calls missed it, and what compilation did for the
// kind of argument used last.
func (j *Jitted[P, R]) Explain() string {
	j.mu.Lock()
	defer j.mu.Unlock()
	var b strings.Builder
	fmt.Fprintf(&b, "cache    %d of %d programs, %d hits, %d misses, %d evictions, %d calls inlined into other transforms\n",
		len(j.entries), cacheLimit, j.stats.hits, j.stats.misses, j.stats.evictions, j.stats.inlined)
	for i, r := range j.stats.reasons {
		fmt.Fprintf(&b, "miss %-3d %s\n", i, r)
	}
	if len(j.entries) > 0 {
		b.WriteString(j.entries[0].Explain())
	}
	return b.String()
}
