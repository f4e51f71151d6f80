package transforms

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"sync"
	"time"

	"github.com/pullback-go/pullback/trace"
	"github.com/pullback-go/pullback/transforms/internal/exec"
	"github.com/pullback-go/pullback/transforms/internal/opt"
)

// Compiled is a function compiled for one structure, one set of shapes and dtypes, and one set of static parts. It is safe for
// concurrent use.
type Compiled[P, R any] struct {
	in, out *trace.Structure
	types   []trace.Type
	program *trace.Program
	plan    *exec.Plan
	steps   []opt.Step
	kept    int // bytes that were computed from constants
	// routines are the bodies of loops and choices; if there are any, the program has the number of the call as its last argument.
	routines []*routine
	running  calls
}

// Compile traces f at the structure and types of example, optimises the program and plans its memory. What f captured is frozen as
// it is now: what changes from call to call must be part of the argument. It returns the *trace.Error of a misuse inside f.
func Compile[P, R any](f func(P) R, example P) (c *Compiled[P, R], err error) {
	err = trace.Try(func() {
		r := record(f, example)
		for _, k := range r.program.Consts {
			if k.Value.IsTraced() {
				panic(trace.Errorf("Compile of a function that captured a traced %v: compile outside of other transforms, or pass it as part of the argument", k.Value.Type()))
			}
		}
		c = compiled[P, R](r)
	})
	return c, err
}

func compiled[P, R any](r *recording) *Compiled[P, R] {
	c := &Compiled[P, R]{in: r.in, out: r.out, types: trace.TypesOfValues(r.leaves)}
	traced := dischargeProgram(r.program)
	c.program, c.steps = opt.Optimize(traced)
	c.program = slim(c.program)
	divides := opt.Divides(c.program)
	c.program = opt.Again(opt.Prepare(c.program, divides))
	c.kept = opt.Kept(c.program, traced)
	c.program, c.routines = staged(c.program, &c.running, divides)
	c.plan = exec.New(c.program)
	if c.kept > muchKept {
		runtime.GC() // what the kept constants were computed with is memory for the calls
	}
	return c
}

// muchKept is a size in bytes from which on the garbage of compilation is worth a collection.
const muchKept = 4 << 20

// Call runs the compiled function. It returns an error if x differs from the example in structure, shapes, dtypes or static parts,
// if an operation fails on the data, or as soon as ctx is done. A nil ctx is never done.
func (c *Compiled[P, R]) Call(ctx context.Context, x P) (R, error) {
	if ctx == nil {
		ctx = context.Background()
	}
	leaves, err := c.leaves(x)
	if err != nil {
		var zero R
		return zero, err
	}
	return c.run(ctx, leaves)
}

// leaves takes an argument apart, if it is of the kind that was compiled for.
func (c *Compiled[P, R]) leaves(x P) (leaves []Value, err error) {
	err = trace.Try(func() {
		var s *trace.Structure
		leaves, s = trace.Flatten(x)
		if reason := c.mismatch(leaves, s); reason != "" {
			panic(trace.Errorf("a compiled function was called with another kind of argument: %s", reason))
		}
	})
	return leaves, err
}

func (c *Compiled[P, R]) run(ctx context.Context, leaves []Value) (R, error) {
	return c.timed(ctx, leaves, nil)
}

// timed is run that adds to times, unless there are none, how long each step took.
func (c *Compiled[P, R]) timed(ctx context.Context, leaves []Value, times []time.Duration) (R, error) {
	out, err := c.arrays(ctx, leaves, times)
	if err != nil {
		var zero R
		return zero, err
	}
	vals := make([]Value, len(out))
	for i, a := range out {
		vals[i] = trace.FromArray(a)
	}
	return unflatten[R](c.out, vals), nil
}

// arrays runs the plan.
func (c *Compiled[P, R]) arrays(ctx context.Context, leaves []Value, times []time.Duration) (out []*trace.Array, err error) {
	args := make([]*trace.Array, len(leaves), len(leaves)+1)
	if len(c.routines) > 0 {
		number := c.running.begin(ctx)
		defer c.running.end(number)
		args = append(args, number)
	}
	failed := trace.Try(func() {
		for i, v := range leaves {
			args[i] = v.Array()
		}
		out, err = c.plan.Run(ctx, args, times)
	})
	if stopped := ctx.Err(); stopped != nil && errors.Is(failed, stopped) { // in a loop
		return nil, stopped
	}
	if failed != nil {
		return nil, failed
	}
	return out, err
}

// mismatch says how an argument differs from what was compiled for, "" if it does not.
func (c *Compiled[P, R]) mismatch(leaves []Value, s *trace.Structure) string {
	if s != c.in && s.Key() != c.in.Key() {
		return "its structure or static parts differ"
	}
	for i, v := range leaves {
		if !v.Type().Equal(c.types[i]) {
			return fmt.Sprintf("%s is %v, compiled for %v", leafName(s.Path(i)), v.Type(), c.types[i])
		}
	}
	return ""
}

// Explain says what compilation did: equations after each pass, what is kept that was computed from constants, as modified weights, the work of
// products and convolutions, and the memory of a call.
func (c *Compiled[P, R]) Explain() string {
	var b strings.Builder
	for _, s := range c.steps {
		fmt.Fprintf(&b, "%-8s %5d equations\n", s.Pass, s.Equations)
	}
	explainRoutines(&b, c.routines)
	fmt.Fprintf(&b, "kept     %5d bytes made of constants\n", c.kept)
	fmt.Fprintf(&b, "work     %5d FLOPs in products and convolutions\n", flops(c.program))
	fmt.Fprintf(&b, "memory   %5d bytes beside arguments and constants\n", c.Memory())
	return b.String()
}

// Memory is what a call needs beside arguments and constants, in bytes: results, and what is planned in between. It is known before the
// first call. Calls at the same time need as much each.
func (c *Compiled[P, R]) Memory() int { return c.plan.Peak() + memoryOf(c.routines) }

func flops(p *trace.Program) int64 {
	var n int64
	for i := range p.Eqns {
		n += costOf(p, &p.Eqns[i])
	}
	return n
}

func costOf(p *trace.Program, e *trace.Eqn) int64 {
	if op, ok := e.Op.(trace.Costed); ok {
		return op.FLOPs(p.TypesOf(e.In))
	}
	return 0
}

// Program prints the optimised program.
func (c *Compiled[P, R]) Program() string { return c.program.String() }

// cacheLimit bounds the programs that a jitted function keeps; the one unused for longest is dropped.
const cacheLimit = 64

// Jitted is a function that compiles itself for each kind of argument it meets. It is safe for concurrent use.
type Jitted[P, R any] struct {
	f func(P) R

	mu      sync.Mutex
	entries []*Compiled[P, R] // most recently used first
	stats   cacheStats
}

type cacheStats struct {
	hits, misses, evictions, inlined int
	reasons                          []string
}

// Jit returns f compiled: traced once for each structure, set of shapes and dtypes and static parts of its argument, optimised as a
// whole, run without further allocation than its results. What f captured is frozen when it is traced.
//
// Its results are those of f within rounding. Where the optimiser can tell that x is 0 everywhere it takes 0·y and 0/y for 0, though y be
// infinite or NaN, and a zero may have another sign bit: the negative part of a ReLU's output is 0, even of a NaN, whose positive part still
// is NaN.
//
// In float32, convolutions with 3×3 kernels of stride 1 may be computed by Winograd's minimal filtering: by tiles of 2×2, whose largest error is that of the
// convolution itself, and, where nothing is divided by the result, by tiles of 4×4, which lose 1.4e-6 of the largest output of a layer. Values keep
// 1e-5 of the largest magnitude, and relevance is not further from float64 than four times what eager float32 loses; a sum that is zero since all
// its terms are stays zero. Where relevance needs what a convolution gives for positive and for negative weights, one is what the other leaves of the
// whole, and computed by itself where less than a sixteenth is left. The printed program says which convolutions are computed so.
//
// Inside of another transform a jitted function is transparent: f itself is traced. So write Jit(Grad(f)). Use [NewJit] for a handle that
// explains its cache.
func Jit[P, R any](f func(P) R) func(P) R {
	j := NewJit(f)
	return func(x P) R { return j.Call(x) } // a method value would take the caller's line from errors
}

// NewJit is [Jit] as a handle.
func NewJit[P, R any](f func(P) R) *Jitted[P, R] { return &Jitted[P, R]{f: f} }

// Call runs the function on x, compiling it first if need be.
func (j *Jitted[P, R]) Call(x P) R {
	leaves, s := trace.Flatten(x)
	if trace.Newest(leaves) != nil {
		j.count(func(c *cacheStats) { c.inlined++ })
		return j.f(x)
	}
	c := j.find(leaves, s)
	if c == nil {
		r := record(j.f, x)
		if trace.Newest(constsOf(r.program)) != nil { // f captured a value of a transform around
			j.count(func(c *cacheStats) { c.inlined++ })
			return unflatten[R](r.out, r.program.Apply(r.leaves...))
		}
		c = compiled[P, R](r)
		j.keep(c)
	}
	out, err := c.run(context.Background(), leaves)
	if err != nil {
		panic(err)
	}
	return out
}

func (j *Jitted[P, R]) count(f func(*cacheStats)) {
	j.mu.Lock()
	defer j.mu.Unlock()
	f(&j.stats)
}

// find looks the kind of argument up and moves it to the front.
func (j *Jitted[P, R]) find(leaves []Value, s *trace.Structure) *Compiled[P, R] {
	j.mu.Lock()
	defer j.mu.Unlock()
	reason := "first call"
	for i, c := range j.entries {
		m := c.mismatch(leaves, s)
		if m == "" {
			copy(j.entries[1:i+1], j.entries[:i])
			j.entries[0] = c
			j.stats.hits++
			return c
		}
		if i == 0 {
			reason = m
		}
	}
	j.stats.misses++
	if len(j.stats.reasons) < cacheLimit {
		j.stats.reasons = append(j.stats.reasons, reason)
	}
	return nil
}

func (j *Jitted[P, R]) keep(c *Compiled[P, R]) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if len(j.entries) == cacheLimit {
		j.entries = j.entries[:cacheLimit-1]
		j.stats.evictions++
	}
	j.entries = append([]*Compiled[P, R]{c}, j.entries...)
}

// Explain says what the cache did, why calls missed it, and what compilation did for the kind of argument used last.
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
