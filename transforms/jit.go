package transforms

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/pullback-go/pullback/trace"
	"github.com/pullback-go/pullback/transforms/internal/opt"
)

// JitConfig has the options of [Jit] and [Compile]. If several are given, all of them
// apply.
type JitConfig struct {
	// MemoryLimit bounds the memory in bytes that a call may need, which is
	// [Compiled.Memory]. A call that needs more is refused before anything is allocated.
	// 0 means three quarters of [trace.MemoryLimit].
	MemoryLimit int
	// ExactZeros makes the optimizer follow IEEE 754 in derivatives and relevance too,
	// where it otherwise takes 0·y and 0/y for 0 (see [Jit]). What a rule computes from
	// parts that are zero is then computed, and a NaN that results from it shows, as in
	// the function itself.
	ExactZeros bool
	// Direct computes every convolution and product term by term, as outside of [Jit]:
	// without Winograd filtering, and without computing an output as the difference of
	// two others. This is slower.
	Direct bool
}

// configured returns several configurations combined into one.
func configured(what string, config []JitConfig) JitConfig {
	var all JitConfig
	for _, c := range config {
		if c.MemoryLimit < 0 {
			panic(trace.Errorf("%s: MemoryLimit is %d: use a number of bytes, or 0 for three quarters of what there is", what, c.MemoryLimit))
		}
		if c.MemoryLimit > 0 && (all.MemoryLimit == 0 || c.MemoryLimit < all.MemoryLimit) {
			all.MemoryLimit = c.MemoryLimit
		}
		all.ExactZeros = all.ExactZeros || c.ExactZeros
		all.Direct = all.Direct || c.Direct
	}
	return all
}

// memoryLimit returns the memory in bytes that calls may need.
func (c JitConfig) memoryLimit() int {
	if c.MemoryLimit > 0 {
		return c.MemoryLimit
	}
	return trace.MemoryLimit() / 4 * 3
}

// Compiled is a function compiled for one structure, one set of shapes and dtypes, and
// one set of static parts. It is safe for concurrent use.
type Compiled[P, R any] struct {
	kind
	executable
	out    *trace.Structure
	weak   []bool // which leaves of the result are weak
	config JitConfig
}

// Compile traces f at the structure and types of example, optimizes the program and plans
// its memory. Values that f captured are frozen as they are now: whatever changes from
// call to call must be part of the argument. Compile returns the *trace.Error of a misuse
// inside f.
func Compile[P, R any](f func(P) R, example P, config ...JitConfig) (c *Compiled[P, R], err error) {
	err = trace.Try(func() {
		all := configured("Compile", config)
		r := record(f, example)
		for _, k := range r.program.Consts {
			if k.Value.IsTraced() {
				panic(trace.Errorf("Compile of a function that captured a traced %v: compile outside of other transforms, or pass it as part of the argument", k.Value.Type()))
			}
		}
		if e := find(r.program, isScoped); e != nil {
			(*trace.Trace)(nil).Follow(e, false, func() { e.Op.Eval(nil, nil) }) // which says that there is no axis
		}
		c = compiled[P, R](r, all)
	})
	return c, err
}

func compiled[P, R any](r *recording, config JitConfig) *Compiled[P, R] {
	k := kind{r.in, trace.TypesOfValues(r.leaves), weakness(r.leaves)}
	return &Compiled[P, R]{kind: k, executable: compile(r.program, config), out: r.out, weak: r.weak, config: config}
}

// Call runs the compiled function. It returns an error if x differs from the example in
// structure, shapes, dtypes or static parts, if the call needs more memory than
// [JitConfig.MemoryLimit], if an operation fails on the data, or as soon as ctx is done.
// A nil ctx is never done.
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

// leaves flattens an argument, and returns an error if it is not of the kind that was
// compiled for.
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

// timed is run. Unless times is nil, it also adds to times how long each step took.
func (c *Compiled[P, R]) timed(ctx context.Context, leaves []Value, times []time.Duration) (R, error) {
	var out []*trace.Array
	err := trace.Try(func() { c.mustFit() })
	if err == nil {
		out, err = c.execute(ctx, leaves, times)
	}
	if err != nil {
		var zero R
		return zero, err
	}
	vals := make([]Value, len(out))
	for i, a := range out {
		vals[i] = trace.FromArray(a)
	}
	return unflatten[R](c.out, weakAs(vals, c.weak)), nil
}

// mustFit panics if a call needs more memory than is allowed.
func (c *Compiled[P, R]) mustFit() {
	// Smaller needs are not compared with the machine's memory, because asking for that
	// takes time.
	const much = 64 << 20
	need := c.Memory()
	if c.config.MemoryLimit == 0 && need < much {
		return
	}
	if limit := c.config.memoryLimit(); need > limit {
		panic(trace.Errorf("a call of this compiled function needs %d bytes beside its argument and constants, and %d are allowed: compute fewer cases "+
			"at once (VmapConfig.Budget or Chunk), keep less for the reverse pass (Checkpoint), or allow more (JitConfig.MemoryLimit)", need, limit))
	}
}

// Explain says what compilation did: the equations after each pass, the memory of
// constants that were computed from others, such as modified weights, the work of
// products and convolutions, and the memory of a call.
func (c *Compiled[P, R]) Explain() string {
	var b strings.Builder
	for _, s := range c.steps {
		fmt.Fprintf(&b, "%-8s %5d equations\n", s.Pass, s.Equations)
	}
	explainBodies(&b, c.program)
	fmt.Fprintf(&b, "kept     %5d bytes made of constants\n", c.kept)
	fmt.Fprintf(&b, "work     %5d FLOPs in products and convolutions\n", opt.FLOPs(c.program))
	fmt.Fprintf(&b, "memory   %5d bytes beside arguments and constants\n", c.Memory())
	return b.String()
}

// Memory returns the bytes that a call needs beside arguments and constants: the results,
// and what is planned in between. It is known before the first call. Calls at the same
// time need this much each.
func (c *Compiled[P, R]) Memory() int { return c.plan.Peak() }

// explainBodies writes the size of each body of loops and choices.
func explainBodies(b *strings.Builder, p *trace.Program) {
	for _, e := range p.Eqns {
		op, ok := e.Op.(trace.Caller)
		if !ok {
			continue
		}
		for i, body := range op.Bodies() {
			name := trace.Describe(e.Op)
			if len(op.Bodies()) > 1 {
				name = fmt.Sprintf("%s, branch %d", name, i)
			}
			fmt.Fprintf(b, "body     %5d equations, in %s\n", len(body.Eqns), name)
			explainBodies(b, body)
		}
	}
}

// Program prints the optimized program.
func (c *Compiled[P, R]) Program() string { return c.program.String() }
