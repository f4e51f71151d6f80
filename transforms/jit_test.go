package transforms_test

import (
	"context"
	"errors"
	"fmt"
	"math"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/trace"
	"github.com/pullback-go/pullback/transforms"
)

type configured struct {
	X    Value
	Name string
	At   []float64
	Tags map[string]int
	On   any
}

// countingCalls wraps a function and counts how often it is traced.
func countingCalls[P any](f func(P) Value) (func(P) Value, *int) {
	n := 0
	return func(p P) Value { n++; return f(p) }, &n
}

// The cache is keyed by structure, shapes, dtypes and static parts, compared by deep
// value. NaN equals NaN.
func TestJitCache(t *testing.T) {
	f, traced := countingCalls(func(c configured) Value { return fn.Mul(c.X, num(float64(len(c.Name)+len(c.At)))) })
	j := transforms.NewJit(f)
	base := func() configured {
		return configured{X: vector(1, 2), Name: "ab", At: []float64{1, math.NaN()}, Tags: map[string]int{"a": 1, "b": 2}}
	}
	call := func(what string, c configured, wantTraced int) {
		t.Helper()
		y := j.Call(c)
		want(t, what, y, fn.Mul(c.X, num(float64(len(c.Name)+len(c.At)))))
		if *traced != wantTraced {
			t.Errorf("%s: traced %d times, want %d", what, *traced, wantTraced)
		}
	}
	call("first", base(), 1)
	call("again", base(), 1)
	other := base()
	other.X = vector(5, 6)
	call("other data", other, 1)
	changes := []func(c *configured){
		func(c *configured) { c.X = vector(1, 2, 3) },
		func(c *configured) { c.X = trace.New([]float32{1, 2}) },
		func(c *configured) { c.Name = "xyz" },
		func(c *configured) { c.At[0] = 2 },
		func(c *configured) { c.Tags["a"] = 3 },
		func(c *configured) { c.On = 1 },
		func(c *configured) { c.On = int64(1) },
	}
	for i, change := range changes {
		c := base()
		change(&c)
		call(fmt.Sprintf("change %d", i), c, i+2)
		call(fmt.Sprintf("change %d again", i), c, i+2)
	}
	call("the first once more", base(), len(changes)+1)
	explain := j.Explain()
	if !containsAll(explain, "8 of 64 programs, 10 hits, 8 misses, 0 evictions", "miss 0   first call", ".X is f64[3], compiled for f64[2]",
		"its structure or static parts differ", "traced       2 equations") {
		t.Errorf("Explain says\n%s", explain)
	}
}

func TestJitCacheIsBounded(t *testing.T) {
	f, traced := countingCalls(func(x Value) Value { return fn.SumAll(x) })
	j := transforms.NewJit(f)
	call := func(n int) { j.Call(fn.Ones(trace.TypeOf(trace.Float64, n))) }
	for n := range 64 {
		call(n)
	}
	call(0) // used last
	call(64)
	if got := j.Explain(); !containsAll(got, "64 of 64 programs, 1 hits, 65 misses, 1 evictions") {
		t.Errorf("Explain says\n%s", got)
	}
	before := *traced
	call(0)
	if *traced != before {
		t.Error("the program used last was dropped")
	}
	call(1)
	if *traced != before+1 {
		t.Error("the program unused for longest was kept")
	}
}

// Inside of another transform a jitted function is traced as it is. A captured traced
// value has the same effect.
func TestJitIsTransparentInside(t *testing.T) {
	f, traced := countingCalls(func(x Value) Value { return fn.Mul(x, fn.Mul(x, x)) })
	j := transforms.NewJit(f)
	want(t, "Grad of Jit", transforms.Grad(j.Call)(num(2)), num(12))
	want(t, "Vmap of Jit", transforms.Vmap(j.Call)(vector(1, 2)), vector(1, 8))
	if !containsAll(j.Explain(), "0 of 64 programs, 0 hits, 0 misses, 0 evictions, 2 calls inlined") || *traced != 2 {
		t.Errorf("traced %d times; Explain says\n%s", *traced, j.Explain())
	}
	captured := transforms.Grad(func(a Value) Value {
		return transforms.Jit(func(x Value) Value { return fn.Mul(fn.Mul(a, a), x) })(trace.Scalar(5.0))
	})
	want(t, "captured", captured(num(3)), num(30))
	want(t, "captured, in Jit", transforms.Jit(captured)(trace.Scalar(3.0)), num(30))
}

// Values that a jitted function captured are frozen when it is traced.
func TestJitFreezesWhatItCaptured(t *testing.T) {
	w := vector(1, 2)
	f := transforms.Jit(func(x Value) Value { return fn.Mul(x, w) })
	want(t, "before", f(vector(3, 4)), vector(3, 8))
	w = vector(10, 20)
	want(t, "after", f(vector(3, 4)), vector(3, 8))
}

func TestJitFromManyGoroutines(t *testing.T) {
	r := seeded(60)
	n := newNetwork(r)
	explain := transforms.Pull(transforms.WithRules(smooth, n.apply), func(y Value) Value { return fn.OnesLike(y) })
	inputs, wants := make([]Value, 5), make([]Value, 5)
	for i := range inputs {
		inputs[i] = draw(r, i+1, 3)
		wants[i] = transforms.Jit(explain)(inputs[i])
	}
	j := transforms.NewJit(explain)
	var wg sync.WaitGroup
	for g := range 8 {
		wg.Go(func() {
			for k := range 20 {
				i := (g + k) % len(inputs)
				sameBits(t, "concurrent", j.Call(inputs[i]), wants[i])
			}
		})
	}
	wg.Wait()
	if got := j.Explain(); !strings.Contains(got, "5 of 64 programs") && !strings.Contains(got, "0 evictions") {
		t.Errorf("Explain says\n%s", got)
	}
}

func TestCompile(t *testing.T) {
	type pair struct {
		X Value
		N int
	}
	c, err := transforms.Compile(func(p pair) Value { return fn.Mul(p.X, num(float64(p.N))) }, pair{vector(1, 2), 3})
	if err != nil {
		t.Fatal(err)
	}
	y, err := c.Call(context.Background(), pair{vector(5, 7), 3})
	if err != nil {
		t.Fatal(err)
	}
	want(t, "value", y, vector(15, 21))
	for says, x := range map[string]pair{
		".X is f64[3], compiled for f64[2]":    {vector(1, 2, 3), 3},
		"its structure or static parts differ": {vector(1, 2), 4},
		"static parts differ":                  {N: 3},
	} {
		_, err := c.Call(context.Background(), x)
		if err == nil || !strings.Contains(err.Error(), says) || !strings.HasPrefix(err.Error(), "jit_test.go:") {
			t.Errorf("got %v, want %q", err, says)
		}
	}
	if got := c.Explain(); !containsAll(got, "traced", "inline", "simplify", "share", "prune", "memory") {
		t.Errorf("Explain says\n%s", got)
	}
	if got := c.Program(); !containsAll(got, "program(a f64[2])", "mul(", "jit_test.go:") {
		t.Errorf("Program prints\n%s", got)
	}
	_, err = transforms.Compile(func(x Value) Value { return fn.Add(x, vector(1, 2, 3)) }, vector(1, 2))
	if err == nil || !containsAll(err.Error(), "jit_test.go:", "add(f64[2], f64[3])") {
		t.Errorf("a misuse inside: got %v", err)
	}
	transforms.Grad(func(a Value) Value {
		_, err := transforms.Compile(func(x Value) Value { return fn.Mul(x, a) }, vector(1, 2))
		if err == nil || !containsAll(err.Error(), "jit_test.go:", "captured a traced f64[", "part of the argument") {
			t.Errorf("a captured value: got %v", err)
		}
		_, err = c.Call(context.Background(), pair{fn.Stack(0, a, a), 3})
		if err == nil || !containsAll(err.Error(), "traced") {
			t.Errorf("a traced argument: got %v", err)
		}
		return a
	})(num(1))
}

// canceling ends a context when it is evaluated.
type canceling struct {
	counted
	cancel context.CancelFunc
}

func (canceling) Name() string                  { return "canceling" }
func (c canceling) Eval(in, out []*trace.Array) { c.counted.Eval(in, out); c.cancel() }

func TestCallHonoursItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	before, after := counted{new(atomic.Int64)}, counted{new(atomic.Int64)}
	c, err := transforms.Compile(func(x Value) Value {
		x = trace.Bind1(canceling{before, cancel}, x)
		return trace.Bind1(after, fn.Mul(x, x))
	}, vector(1, 2))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.Call(ctx, vector(3, 4)); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want %v", err, context.Canceled)
	}
	if before.evals.Load() != 1 || after.evals.Load() != 0 {
		t.Errorf("%d operations ran before the end of the context and %d after it, want 1 and 0", before.evals.Load(), after.evals.Load())
	}
	// The memory of the call that ended is used again.
	y, err := c.Call(context.Background(), vector(3, 4))
	if err != nil {
		t.Fatal(err)
	}
	want(t, "afterwards", y, vector(9, 16))
	if _, err := c.Call(ctx, vector(3, 4)); !errors.Is(err, context.Canceled) || before.evals.Load() != 2 {
		t.Errorf("a context that has ended: got %v, and %d operations ran", err, before.evals.Load())
	}
}

// Results have memory of their own: a later call does not write into them. They may be
// arguments or constants.
func TestResultsOfJitAreKept(t *testing.T) {
	w := vector(7, 8)
	type out struct{ X, Y, Same, W, Again Value }
	f := transforms.Jit(func(x Value) out {
		y := fn.Mul(x, x)
		return out{x, y, fn.Reshape(y, 2), w, y}
	})
	first := f(vector(1, 2))
	f(vector(30, 40))
	for name, got := range map[string][2]Value{"x": {first.X, vector(1, 2)}, "y": {first.Y, vector(1, 4)}, "same": {first.Same, vector(1, 4)},
		"w": {first.W, w}, "again": {first.Again, vector(1, 4)}} {
		want(t, name, got[0], got[1])
	}
}

// In float32 a compiled function and a checkpoint agree with the function to 1e-5 of the
// largest magnitude.
func TestCompilationInFloat32(t *testing.T) {
	r := seeded(61)
	n := newNetwork(r)
	single := func(v Value) Value { return fn.Cast(v, trace.Float32) }
	n = network{single(n.W1), single(n.B1), single(n.W2), single(n.B2)}
	x := single(draw(r, 5, 3))
	for name, f := range map[string]Func{"value": n.apply, "gradient": transforms.Grad(squared(n.apply)), "operations": transforms.Grad(squared(n.bare))} {
		if y := f(x); y.DType() != trace.Float32 {
			t.Errorf("%s is %v", name, y.Type())
		}
		within(t, name+": Jit", transforms.Jit(f)(x), f(x), 1e-5)
		within(t, name+": Checkpoint", transforms.Checkpoint(f)(x), f(x), 1e-5)
		wide := fn.Cast(f(x), trace.Float64)
		n := network{fn.Cast(n.W1, trace.Float64), fn.Cast(n.B1, trace.Float64), fn.Cast(n.W2, trace.Float64), fn.Cast(n.B2, trace.Float64)}
		reference := map[string]Func{"value": n.apply, "gradient": transforms.Grad(squared(n.apply)), "operations": transforms.Grad(squared(n.bare))}[name]
		within(t, name+": against float64", wide, reference(fn.Cast(x, trace.Float64)), 1e-5)
	}
}
