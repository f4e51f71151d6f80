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
	"time"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/trace"
	"github.com/pullback-go/pullback/transforms"
	"pgregory.net/rapid"
)

// A size that overflows an int is an error at the user's line, wherever it comes up:
// typed in, or by a batch, a loop or a product.
func TestSizesBeyondInt(t *testing.T) {
	const big = 1 << 40
	x := vector(1, 2)
	wide := func(x Value) Value { return fn.BroadcastTo(fn.SumAll(x), big, big) }
	for name, f := range map[string]func(){
		"array":     func() { trace.NewArray(trace.TypeOf(trace.Float32, big, big)) },
		"zeros":     func() { fn.Zeros(trace.TypeOf(trace.Float32, big, big)) },
		"broadcast": func() { wide(x) },
		"Jit":       func() { transforms.Jit(wide)(x) },
		"Grad":      func() { transforms.Grad(func(x Value) Value { return fn.SumAll(wide(x)) })(x) },
		"Vmap":      func() { transforms.Vmap(func(x Value) Value { return fn.BroadcastTo(x, big, 1<<22) })(x) },
		"chunks":    func() { chunked(func(x Value) Value { return fn.BroadcastTo(x, big, 1<<22) }, 1)(x) },
		"product": func() {
			transforms.Jit(func(x Value) Value { return fn.MatMul(fn.BroadcastTo(x, big, 1), fn.BroadcastTo(x, 1, big)) })(num(1))
		},
		"Scan": func() {
			transforms.Jit(func(x Value) Value {
				_, ys := transforms.Scan(func(c, r Value) (Value, Value) { return c, fn.BroadcastTo(r, big, 1<<19) })(x, fn.Zeros(trace.TypeOf(trace.Float64, 4096)))
				return ys
			})(x)
		},
	} {
		if got := message(t, f); !containsAll(got, "input_test.go:", "has more bytes than memory can address") {
			t.Errorf("%s: got %q", name, got)
		}
	}
	if _, err := transforms.Compile(wide, x); err == nil || !containsAll(err.Error(), "input_test.go:", "f64[1099511627776 1099511627776]") {
		t.Errorf("Compile: got %v", err)
	}
}

// special is a number that an operation may treat specially.
var special = rapid.SampledFrom([]float64{math.NaN(), math.Inf(1), math.Inf(-1), 0, math.Copysign(0, -1), 1e308, 5e-324})

// equalNumbers compares within rounding, NaN with NaN and infinities with their like.
func equalNumbers(t *rapid.T, what string, got, want Value) {
	t.Helper()
	g, w, scale := got.Float64s(), want.Float64s(), 1e-3
	for _, y := range w {
		if !math.IsNaN(y) && !math.IsInf(y, 0) {
			scale = max(scale, math.Abs(y))
		}
	}
	for i := range w {
		switch {
		case math.IsNaN(w[i]) && math.IsNaN(g[i]), w[i] == g[i], math.Abs(g[i]-w[i]) <= 1e-12*scale:
		default:
			t.Fatalf("%s: element %d is %v, want %v", what, i, g[i], w[i])
		}
	}
}

// NaN and infinities in the input, and numbers at the ends of the range, give the same
// values and gradients compiled and uncompiled: through calls, loops, choices, batches
// and rules. For products with a known zero, this holds only with ExactZeros.
func TestCompiledNotANumber(t *testing.T) {
	met, compared := 0, 0
	rapid.Check(t, func(t *rapid.T) {
		p := drawProgram(t)
		data := p.x.Float64s()
		for range rapid.IntRange(2, 5).Draw(t, "how many") {
			data[rapid.IntRange(0, len(data)-1).Draw(t, "at")] = special.Draw(t, "number")
		}
		x := trace.New(data, p.x.Shape()...)
		rows := fn.Stack(0, p.x, x, p.v)
		for what, f := range map[string]Func{"value": p.f, "gradient": p.gradient(p.f), "modified gradient": p.gradient(p.ruled)} {
			y := f(x)
			if s := fn.SumAll(y).Float64(); math.IsNaN(s) || math.IsInf(s, 0) {
				met++
			}
			each := transforms.Vmap(f)(rows)
			exact := transforms.JitConfig{ExactZeros: true}
			equalNumbers(t, what+", exactly", transforms.Jit(f, exact)(x), y)
			equalNumbers(t, what+" in chunks, exactly", transforms.Jit(chunked(f, 2), exact)(rows), each)
			if knowsZeros(t, f, x) || knowsZeros(t, chunked(f, 2), rows) {
				continue
			}
			compared++
			equalNumbers(t, what, transforms.Jit(f)(x), y)
			equalNumbers(t, what+" in chunks", transforms.Jit(chunked(f, 2))(rows), each)
		}
	})
	if met < 20 || compared < 20 {
		t.Errorf("%d results were infinite or NaN, %d were compared", met, compared)
	}
}

// knowsZeros reports whether f has a value known to be 0 everywhere, filled with 0 or
// found by analysis. The optimizer takes its products for 0, as Jit says.
func knowsZeros(t *rapid.T, f Func, x Value) bool {
	c, err := transforms.Compile(f, x)
	if err != nil {
		t.Fatal(err)
	}
	traced := trace.Record(func(in []Value) []Value { return []Value{f(in[0])} }, []trace.Type{x.Type()})
	return strings.Contains(c.Program(), " zeros{") || strings.Contains(traced.Listing(), " Value:0}")
}

// Values of one case do not reach the others.
func TestNotANumberStaysInItsCase(t *testing.T) {
	r := seeded(120)
	net := newNetwork(r)
	explain := transforms.Pull(transforms.WithRules(smooth, net.apply), func(y Value) Value { return fn.OnesLike(y) })
	rows := draw(r, 6, 5, 3)
	data := rows.Float64s()
	data[2*15+4], data[4*15+7] = math.NaN(), math.Inf(-1)
	marred := trace.New(data, rows.Shape()...)
	for _, chunk := range []int{1, 2, 4, 6} {
		got := transforms.Jit(chunked(explain, chunk))
		clean, hit := got(rows), got(marred)
		for i := range 6 {
			if i == 2 || i == 4 {
				if s := fn.SumAll(fn.Index(hit, i)).Float64(); !math.IsNaN(s) && i == 2 {
					t.Errorf("chunk %d: case %d has lost its NaN: the sum is %v", chunk, i, s)
				}
				continue
			}
			sameBits(t, fmt.Sprintf("chunk %d, case %d", chunk, i), fn.Index(hit, i), fn.Index(clean, i))
		}
	}
}

// A context that has ended before the call lets no operation run, however the function is
// called.
func TestContextThatHasEnded(t *testing.T) {
	n := counted{new(atomic.Int64)}
	c, err := transforms.Compile(func(x Value) Value {
		return nested(3, func(x Value) Value { return trace.Bind1(n, fn.Tanh(x)) })(trace.Bind1(n, x))
	}, vector(1, 2))
	if err != nil {
		t.Fatal(err)
	}
	ended, cancel := context.WithCancel(context.Background())
	cancel()
	late, stop := context.WithTimeout(context.Background(), -1)
	defer stop()
	for want, ctx := range map[error]context.Context{context.Canceled: ended, context.DeadlineExceeded: late} {
		if _, err := c.Call(ctx, vector(1, 2)); !errors.Is(err, want) {
			t.Errorf("Call: got %v, want %v", err, want)
		}
		if _, err := c.CallMany(ctx, []Value{vector(1, 2)}, 2); !errors.Is(err, want) {
			t.Errorf("CallMany: got %v, want %v", err, want)
		}
		if _, err := c.Profile(ctx, vector(1, 2), 2); !errors.Is(err, want) {
			t.Errorf("Profile: got %v, want %v", err, want)
		}
	}
	if got := n.evals.Load(); got != 0 {
		t.Errorf("%d operations ran", got)
	}
}

// Calls that are stopped at any point do not disturb calls beside and after them.
func TestStoppedCallsBesideOthers(t *testing.T) {
	p := newOscillator(40)
	c, err := transforms.Compile(oscillator, p)
	if err != nil {
		t.Fatal(err)
	}
	e, err := c.Call(context.Background(), p)
	if err != nil {
		t.Fatal(err)
	}
	stopped := new(atomic.Int64)
	var wg sync.WaitGroup
	for g := range 4 {
		wg.Go(func() {
			for k := range 150 {
				ctx, cancel := context.WithCancel(context.Background())
				if g%2 == 1 {
					ctx, cancel = context.WithTimeout(ctx, time.Duration(k%50)*time.Microsecond)
				}
				got, err := c.Call(ctx, p)
				if err != nil {
					if stopped.Add(1); err != context.DeadlineExceeded || g%2 == 0 {
						t.Errorf("goroutine %d: %v", g, err)
					}
				} else {
					for i := range e {
						sameBits(t, fmt.Sprintf("goroutine %d, result %d", g, i), got[i], e[i])
					}
				}
				cancel()
			}
		})
	}
	wg.Wait()
	if n := stopped.Load(); n == 0 {
		t.Error("no call was stopped")
	}
}
