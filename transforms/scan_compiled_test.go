package transforms_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/trace"
	"github.com/pullback-go/pullback/transforms"
)

// oscillator is a loop of a small step: nine operations on vectors.
func oscillator(p struct{ Init, Rows Value }) []Value {
	w := vector(0.3, -0.2, 0.1, 0.4)
	c, ys := transforms.Scan(func(c [2]Value, row Value) ([2]Value, Value) {
		force := fn.Tanh(fn.Add(fn.Mul(c[0], w), row))
		v := fn.Add(fn.Mul(c[1], num(0.9)), fn.Mul(force, num(0.1)))
		x := fn.Add(c[0], fn.Mul(v, num(0.1)))
		return [2]Value{x, v}, fn.SumAll(fn.Mul(x, x))
	})([2]Value{p.Init, fn.ZerosLike(p.Init)}, p.Rows)
	return []Value{c[0], c[1], ys}
}

func newOscillator(steps int) struct{ Init, Rows Value } {
	r := seeded(80)
	return struct{ Init, Rows Value }{draw(r, 4), draw(r, steps, 4)}
}

// Nested loops and choices give the same results compiled and uncompiled: forward, in
// reverse and at second order, for any number of steps.
func TestCompiledLoopsAndChoices(t *testing.T) {
	table := fn.Reshape(vector(0.3, -0.2, 0.1, 0.4, 0.2, -0.5, 0.6, 0.1, -0.3), 3, 3)
	f := func(p struct{ X, W, Rows Value }) Value {
		scale := fn.Exp(fn.Mul(p.W, num(0.1)))
		c, ys := transforms.Scan(func(c, row Value) (Value, []Value) {
			c = transforms.Cond(fn.Greater(fn.SumAll(fn.Mul(row, row)), num(2)),
				func(x Value) Value { return fn.Tanh(fn.MatMul(x, table)) },
				func(x Value) Value {
					inner, _ := transforms.Scan(func(c, _ Value) (Value, []Value) { return fn.Sin(fn.Mul(c, scale)), nil })(x, row)
					return fn.Add(inner, fn.SumAll(row))
				})(fn.Add(c, row))
			return c, []Value{fn.Mul(c, p.W), row, table}
		})(p.X, p.Rows)
		return fn.Add(fn.SumAll(fn.Mul(c, c)), fn.Add(fn.SumAll(fn.Mul(ys[0], ys[1])), fn.SumAll(fn.MatMul(ys[1], fn.Sum(ys[2], 0)))))
	}
	for _, steps := range []int{0, 1, 2, 3, 4, 7} {
		r := seeded(uint64(81 + steps))
		p := struct{ X, W, Rows Value }{draw(r, 3), draw(r, 3), draw(r, steps, 3)}
		v := struct{ X, W, Rows Value }{draw(r, 3), draw(r, 3), draw(r, steps, 3)}
		within(t, fmt.Sprint(steps, " steps: value"), transforms.Jit(f)(p), f(p), 1e-12)
		g, e := transforms.Jit(transforms.Grad(f))(p), transforms.Grad(f)(p)
		within(t, fmt.Sprint(steps, " steps: by X"), g.X, e.X, 1e-12)
		within(t, fmt.Sprint(steps, " steps: by W"), g.W, e.W, 1e-12)
		within(t, fmt.Sprint(steps, " steps: by Rows"), g.Rows, e.Rows, 1e-12)
		second := func(p struct{ X, W, Rows Value }) Value { return transforms.HVP(f)(p, v).W }
		within(t, fmt.Sprint(steps, " steps: second order"), transforms.Jit(second)(p), second(p), 1e-12)
	}
}

// A carry that is swapped, passed on or constant arrives, whichever buffer the last step
// writes.
func TestCompiledLoopThatMovesItsCarry(t *testing.T) {
	type carry struct{ A, B, N, Yes Value }
	k := vector(7, 8)
	f := func(p struct {
		C    carry
		Rows Value
	}) []Value {
		c, ys := transforms.Scan(func(c carry, row Value) (carry, []Value) {
			return carry{c.B, c.A, fn.Add(c.N, row), fn.Not(c.Yes)}, []Value{c.A, k, row, c.Yes}
		})(p.C, p.Rows)
		return append(ys, c.A, c.B, c.N, c.Yes)
	}
	for steps := range 5 {
		p := struct {
			C    carry
			Rows Value
		}{carry{vector(1, 2), vector(3, 4), trace.Scalar(int32(5)), trace.Scalar(true)}, fn.Iota(trace.TypeOf(trace.Int32, steps), 0)}
		got, e := transforms.Jit(f)(p), f(p)
		for i := range e {
			sameBits(t, fmt.Sprintf("%d steps, result %d", steps, i), got[i], e[i])
		}
	}
}

// Simultaneous calls have memory of their own.
func TestCompiledLoopFromManyGoroutines(t *testing.T) {
	p := newOscillator(60)
	c, err := transforms.Compile(oscillator, p)
	if err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	for g := range 4 {
		wg.Go(func() {
			own := p
			own.Init = fn.Mul(p.Init, num(float64(g+1)))
			e := oscillator(own)
			for range 10 {
				got, err := c.Call(context.Background(), own)
				if err != nil {
					t.Error(err)
					return
				}
				for i := range e {
					within(t, fmt.Sprint("concurrent ", i), got[i], e[i], 1e-12)
				}
			}
		})
	}
	wg.Wait()
}

// Values that depend only on constants are computed once, when the loop is compiled.
// Explain shows the optimized step.
func TestBodyIsOptimised(t *testing.T) {
	n := counted{new(atomic.Int64)}
	w := vector(1, 2, 3)
	f := func(p struct{ X, Rows Value }) Value {
		c, _ := transforms.Scan(func(c, row Value) (Value, []Value) {
			twice := trace.BindLike(row, n, w)
			return fn.Add(fn.Mul(c, twice), fn.Mul(fn.Add(row, row), trace.BindLike(row, n, w))), nil
		})(p.X, p.Rows)
		return c
	}
	r := seeded(90)
	p := struct{ X, Rows Value }{draw(r, 3), draw(r, 50, 3)}
	c, err := transforms.Compile(f, p)
	if err != nil {
		t.Fatal(err)
	}
	if got := n.evals.Load(); got != 1 {
		t.Errorf("a shared constant was computed %d times by compiling, want once", got)
	}
	if _, err := c.Call(context.Background(), p); err != nil || n.evals.Load() != 1 {
		t.Errorf("the call computed it again: %d times in all, error %v", n.evals.Load(), err)
	}
	if got := c.Explain(); !containsAll(got, "4 equations, in scan{consts:0 carry:1 length:50}") {
		t.Errorf("Explain says\n%s", got)
	}
	if got := c.Program(); strings.Count(got, "mul(") != 2 || strings.Count(got, "counted") != 0 {
		t.Errorf("Program prints\n%s", got)
	}
}

// A loop stops within its step when its context ends, at any depth. Its memory is used
// again, and other calls go on.
func TestCompiledLoopHonoursItsContext(t *testing.T) {
	for _, depth := range []int{1, 2, 3} {
		ctx, cancel := context.WithCancel(context.Background())
		before, after := counted{new(atomic.Int64)}, counted{new(atomic.Int64)}
		stopping := &canceling{before, cancel}
		f := func(x Value) Value {
			step := func(x Value) Value { return trace.Bind1(after, fn.Tanh(trace.Bind1(stopping, x))) }
			return nested(depth, step)(x)
		}
		c, err := transforms.Compile(f, vector(1, 2))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := c.Call(ctx, vector(1, 2)); err != context.Canceled {
			t.Errorf("depth %d: got %v, want %v", depth, err, context.Canceled)
		}
		if a, b := before.evals.Load(), after.evals.Load(); a != 1 || b != 0 {
			t.Errorf("depth %d: %d operations before the end of the context and %d after it, want 1 and 0", depth, a, b)
		}
		y, err := c.Call(context.Background(), vector(1, 2))
		if err != nil {
			t.Fatal(err)
		}
		within(t, "afterwards", y, f(vector(1, 2)), 1e-12)
		live, end := context.WithCancel(context.Background())
		if _, err := c.Call(live, vector(1, 2)); err != nil {
			t.Errorf("depth %d: a live context: %v", depth, err)
		}
		end()
	}
}

// nested applies f three times in a loop, in a choice, in a loop, to the given depth.
func nested(depth int, f Func) Func {
	if depth == 0 {
		return f
	}
	inner := nested(depth-1, f)
	if depth%2 == 0 {
		return func(x Value) Value { return transforms.Cond(fn.Less(fn.SumAll(x), num(1e3)), inner, fn.Sin)(x) }
	}
	return func(x Value) Value {
		c, _ := transforms.Scan(func(c, _ Value) (Value, []Value) { return inner(c), nil })(x, vector(0, 0, 0))
		return c
	}
}

// A failure inside of a step is an error that names the operation and the line. The
// function stays usable.
func TestCompiledLoopThatFails(t *testing.T) {
	c, err := transforms.Compile(func(p struct{ N, By Value }) Value {
		n, _ := transforms.Scan(func(n, by Value) (Value, []Value) { return fn.Div(n, by), nil })(p.N, p.By)
		return n
	}, struct{ N, By Value }{trace.Scalar(int64(60)), trace.New([]int64{1, 2, 3})})
	if err != nil {
		t.Fatal(err)
	}
	call := func(by ...int64) (Value, error) {
		return c.Call(context.Background(), struct{ N, By Value }{trace.Scalar(int64(60)), trace.New(by)})
	}
	if _, err := call(1, 0, 3); err == nil || !containsAll(err.Error(), "div") || errors.Is(err, context.Canceled) {
		t.Errorf("division by zero: got %v", err)
	}
	if y, err := call(1, 2, 3); err != nil || y.Float64s()[0] != 10 {
		t.Errorf("afterwards: got %v, %v, want 10", y, err)
	}
}

// The time of a step of nine small operations, compiled and not.
func BenchmarkScan(b *testing.B) {
	const steps = 1000
	p := newOscillator(steps)
	c, err := transforms.Compile(oscillator, p)
	if err != nil {
		b.Fatal(err)
	}
	for name, run := range map[string]func() error{
		"compiled": func() error { _, err := c.Call(context.Background(), p); return err },
		"eager":    func() error { oscillator(p); return nil },
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if err := run(); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/steps, "ns/step")
		})
	}
}
