package exec_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/trace"
	"github.com/pullback-go/pullback/transforms/internal/exec"
	"github.com/pullback-go/pullback/transforms/internal/opt"
)

type Value = trace.Value

var wide = trace.TypeOf(trace.Float64, 100)

func record(f func(x Value) []Value) *trace.Program {
	return trace.Record(func(in []Value) []Value { return f(in[0]) }, []trace.Type{wide})
}

func run(t *testing.T, plan *exec.Plan, x Value) []Value {
	t.Helper()
	out, err := plan.Run(context.Background(), []*trace.Array{x.Array()}, nil)
	if err != nil {
		t.Fatal(err)
	}
	vs := make([]Value, len(out))
	for i, a := range out {
		vs[i] = trace.FromArray(a)
	}
	return vs
}

func ramp() Value { return fn.Mul(fn.Iota(wide, 0), fn.Scalar(0.01)) }

func bits(v Value) string { return fmt.Sprintf("%x", v.Float64s()) }

// A chain takes one buffer beside its result, however long it is. A value that is needed
// later keeps its own buffer.
func TestMemoryIsReused(t *testing.T) {
	const size = 100 * 8
	chain := func(n int) func(x Value) []Value {
		return func(x Value) []Value {
			for range n {
				x = fn.Tanh(x)
			}
			return []Value{x}
		}
	}
	for n, want := range map[int]int{1: size, 2: 2 * size, 3: 2 * size, 10: 2 * size, 50: 2 * size} {
		if got := exec.New(record(chain(n))).Peak(); got != want {
			t.Errorf("a chain of %d: %d bytes, want %d", n, got, want)
		}
	}
	kept := func(x Value) []Value {
		var all []Value
		for range 6 {
			x = fn.Tanh(x)
			all = append(all, x)
		}
		sum := all[0]
		for _, v := range all[1:] {
			sum = fn.Add(sum, v)
		}
		return []Value{sum}
	}
	if got := exec.New(record(kept)).Peak(); got < 6*size || got > 9*size {
		t.Errorf("six values alive at once: %d bytes, want 6 to 9 times %d", got, size)
	}
	// A smaller array fits in a larger buffer; an array of another dtype does not.
	mixed := exec.New(record(func(x Value) []Value {
		y := fn.Tanh(x)
		s := fn.Sum(y, 0)
		f := fn.Cast(fn.Tanh(fn.BroadcastTo(s, 100)), trace.Float32)
		return []Value{fn.Cast(f, trace.Float64)}
	}))
	if got := mixed.Peak(); got > 3*size+size/2+16 {
		t.Errorf("mixed sizes: %d bytes", got)
	}
}

// poison writes its output before it reads its operand, so memory shared by both would
// show.
type poison struct{}

func (poison) Name() string                                { return "poison" }
func (poison) Infer(in []trace.Type) ([]trace.Type, error) { return in[:1], nil }
func (poison) VJP(_, _, ct []Value, _ []bool) []Value      { return ct }
func (poison) Batch(_ int, in []Value, _ []bool) []Value   { return trace.Bind(poison{}, in...) }
func (poison) Eval(in, out []*trace.Array) {
	y := trace.Elems[float64](out[0])
	for i := range y {
		y[i] = -1e300
	}
	for i := range y {
		sum := 0.0
		for _, a := range in {
			sum += trace.Elems[float64](a)[i]
		}
		y[i] = 0.5*sum + 1
	}
}

// No operation writes over a value that it or a later operation reads.
func TestBuffersNeverAliasLiveValues(t *testing.T) {
	for seed := range 200 {
		p := record(func(x Value) []Value {
			pool, state := []Value{x}, uint64(seed)*2654435761+1
			next := func(n int) int {
				state = state*6364136223846793005 + 1442695040888963407
				return int(state>>33) % n
			}
			for range 3 + next(20) {
				var in []Value
				for range 1 + next(3) {
					in = append(in, pool[len(pool)-1-next(min(len(pool), 6))])
				}
				if next(4) == 0 {
					pool = append(pool, trace.Bind(opt.Barrier{}, in...)...)
				} else {
					pool = append(pool, trace.Bind1(poison{}, in...))
				}
			}
			return []Value{pool[len(pool)-1], pool[next(len(pool))], pool[len(pool)/2], pool[len(pool)-1]}
		})
		x := ramp()
		plan := exec.New(p)
		run(t, plan, fn.Neg(x))
		got, want := run(t, plan, x), p.Apply(x)
		for i := range want {
			if bits(got[i]) != bits(want[i]) {
				t.Fatalf("seed %d, result %d: got %v, want %v\n%v", seed, i, got[i], want[i], p)
			}
		}
	}
}

// Results may be arguments, constants, aliases of them, or one variable twice.
func TestKindsOfResults(t *testing.T) {
	w := ramp()
	p := record(func(x Value) []Value {
		y := fn.Tanh(x)
		alias := trace.Bind(opt.Barrier{}, x, y, w)
		return append([]Value{x, y, y, fn.Add(w, x)}, alias...)
	})
	got, want := run(t, exec.New(p), fn.Neg(ramp())), p.Apply(fn.Neg(ramp()))
	for i := range want {
		if bits(got[i]) != bits(want[i]) {
			t.Errorf("result %d: got %v, want %v", i, got[i], want[i])
		}
	}
}

// A plan serves many goroutines at once, each with memory of its own.
func TestPlanIsConcurrent(t *testing.T) {
	plan := exec.New(record(func(x Value) []Value {
		y := x
		for range 30 {
			y = fn.Tanh(fn.Add(fn.Tanh(y), x))
		}
		return []Value{y}
	}))
	var wg sync.WaitGroup
	for g := range 8 {
		x := fn.Mul(ramp(), fn.Scalar(float64(g)))
		want := bits(run(t, plan, x)[0])
		wg.Go(func() {
			for range 20 {
				if got := bits(run(t, plan, x)[0]); got != want {
					t.Errorf("goroutine %d: got another result", g)
					return
				}
			}
		})
	}
	wg.Wait()
}

func TestEndedContext(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	plan := exec.New(record(func(x Value) []Value { return []Value{fn.Tanh(x)} }))
	if out, err := plan.Run(ctx, []*trace.Array{ramp().Array()}, nil); !errors.Is(err, context.Canceled) || out != nil {
		t.Errorf("got %v, %v, want %v", out, err, context.Canceled)
	}
}
