package transforms

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/pullback-go/pullback/trace"
)

// cacheLimit bounds the programs that a jitted function keeps; the one unused for longest
// is dropped.
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

// Jit returns f compiled: traced once for each structure, set of shapes and dtypes and
// static parts of its argument, optimised as a whole, run without further allocation than
// its results. What f captured is frozen when it is traced.
//
// Its results are those of f within rounding, NaN and infinities included: where f is
// finite, the compiled function is finite and equal.
//
// Zeros: in what derivatives and rules compute, a value whose elements are all zero or
// NaN, whatever the data, is taken for zero, so 0·y and 0/y are 0 for any y, even for a
// NaN. A zero there may have another sign bit. What the user wrote is computed as written,
// on a gradient too. [JitConfig].ExactZeros switches this off.
//
// Rounding: in float32, a convolution may be computed by another algorithm, and the
// printed program says by which. Values keep 1e-5 of the largest magnitude of a layer, and
// relevance is not further from float64 than four times what eager float32 loses.
// Convolutions with 3×3 kernels of stride 1 may be computed by Winograd's minimal
// filtering: by tiles of 2×2, which are as accurate as the convolution itself, or by tiles
// of 4×4, which lose 1.4e-6 of the largest output, where nothing is divided by the result.
// If relevance needs a layer's output for its positive and for its negative weights, one
// of them is computed by subtracting the other from the layer's output. Elements where
// this cancels to less than 1/16 are computed directly. [JitConfig].Direct switches all of
// this off.
//
// Inside of another transform a jitted function is transparent: f itself is traced. So
// write Jit(Grad(f)). Use [NewJit] for a handle that explains its cache. A call that
// needs more memory than [JitConfig.MemoryLimit] panics with a *trace.Error before it
// allocates.
func Jit[P, R any](f func(P) R, config ...JitConfig) func(P) R {
	j := newJit("Jit", f, config)
	return func(x P) R { return j.Call(x) } // a method value would take the caller's line from errors
}

// NewJit is [Jit] as a handle.
func NewJit[P, R any](f func(P) R, config ...JitConfig) *Jitted[P, R] {
	return newJit("NewJit", f, config)
}

func newJit[P, R any](what string, f func(P) R, config []JitConfig) *Jitted[P, R] {
	return &Jitted[P, R]{f: f, config: configured(what, config)}
}

// Call runs the function on x, compiling it first if need be.
func (j *Jitted[P, R]) Call(x P) R {
	leaves, s := trace.Flatten(x)
	if trace.Newest(leaves) != nil {
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

// program is the program for x: kept, or compiled by this call or by another one at the
// same time. It is nil if f captured a value of a transform around; then there is a
// recording of f at x.
func (j *Jitted[P, R]) program(x P, leaves []Value, s *trace.Structure) (*Compiled[P, R], *recording) {
	for {
		c, other, own := j.find(leaves, s)
		switch {
		case c != nil:
			return c, nil
		case own != nil:
			return j.compile(x, own)
		case isTracing():
			// The other call may be one around this one, or wait for one that is.
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

// compile traces f at x and compiles it, for all who wait for the flight, if there is
// one.
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
	if trace.Newest(r.program.Captured()) != nil { // f captured a value of a transform around
		return nil, r
	}
	return compiled[P, R](r, j.config), nil
}

func (j *Jitted[P, R]) count(f func(*cacheStats)) {
	j.mu.Lock()
	defer j.mu.Unlock()
	f(&j.stats)
}

// find looks the kind of argument up and moves it to the front. If another call compiles
// it, that is its flight; else this call gets one of its own, and must land it.
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

// keep puts a program in front, if there is none of its kind yet. The lock is held.
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
