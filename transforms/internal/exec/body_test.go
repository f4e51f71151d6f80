package exec_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/trace"
	"github.com/pullback-go/pullback/transforms"
	"github.com/pullback-go/pullback/transforms/internal/exec"
	"github.com/pullback-go/pullback/transforms/internal/opt"
)

// scanned is a loop over the rows of x[n 5], with a carry of two vectors.
func scanned(step func(c [2]Value, row Value) ([2]Value, []Value)) func(x Value) []Value {
	return func(x Value) []Value {
		one := fn.Ones(trace.TypeOf(trace.Float64, 5))
		c, ys := transforms.Scan(step)([2]Value{one, fn.Neg(one)}, x)
		return append(ys, c[0], c[1])
	}
}

// first is whether the first element of a vector is positive.
func first(v Value) Value { return fn.Greater(fn.Index(v, 0), fn.Scalar(0)) }

// withBodies are programs with loops and choices, one in the other.
func withBodies() map[string]func(x Value) []Value {
	swap := func(c [2]Value, row Value) ([2]Value, []Value) { return [2]Value{c[1], c[0]}, []Value{row} }
	return map[string]func(x Value) []Value{
		"carries that change places": scanned(swap),
		"a carry that stays": scanned(func(c [2]Value, row Value) ([2]Value, []Value) {
			return [2]Value{c[0], fn.Add(c[1], row)}, []Value{fn.Mul(c[0], c[1]), fn.Flip(row, 0)}
		}),
		"a carry that is changed where it is": scanned(func(c [2]Value, row Value) ([2]Value, []Value) {
			i := fn.Cast(fn.Abs(fn.Round(fn.Index(row, 1))), trace.Int64)
			return [2]Value{fn.Add(c[0], fn.AddTake(fn.SumAll(row), i, 0, 5)), fn.Sin(c[0])}, nil
		}),
		"a carry that is read after its change": scanned(func(c [2]Value, row Value) ([2]Value, []Value) {
			next := fn.Add(fn.Sin(c[0]), row)
			return [2]Value{next, fn.Sub(c[0], next)}, []Value{fn.SumAll(fn.Mul(c[0], c[1]))}
		}),
		"a choice": func(x Value) []Value {
			one := fn.Index(x, 0)
			return []Value{transforms.Cond(first(one), fn.Sin, fn.Neg)(one), transforms.Cond(fn.Not(first(one)), fn.Sin, fn.Neg)(one)}
		},
		"a choice in a loop": scanned(func(c [2]Value, row Value) ([2]Value, []Value) {
			y := transforms.Cond(first(row), func(v Value) Value { return fn.Add(v, c[0]) }, fn.Cos)(row)
			return [2]Value{y, c[0]}, []Value{y}
		}),
		"a loop in a loop, in a choice": func(x Value) []Value {
			return transforms.Cond(first(fn.Index(x, 0)), scanned(func(c [2]Value, row Value) ([2]Value, []Value) {
				inner := scanned(swap)(fn.Stack(0, row, c[0], c[1]))
				return [2]Value{inner[1], fn.Mul(inner[2], row)}, inner[:1]
			}), func(x Value) []Value {
				n := x.Dim(0)
				return []Value{fn.Zeros(trace.TypeOf(trace.Float64, n, 3, 5)), fn.Index(x, 0), fn.Index(x, n-1)}
			})(x)
		},
	}
}

func rows(n int, sign float64) Value {
	i := fn.Iota(trace.TypeOf(trace.Float64, n*5), 0)
	return fn.Reshape(fn.Mul(fn.Cos(fn.Mul(i, fn.Scalar(1.3))), fn.Scalar(2*sign)), n, 5)
}

// Planned bodies give the bits of the program as it is: for every number of steps, from
// either branch, in memory full of garbage, and again in the memory of the call before.
func TestBodies(t *testing.T) {
	for name, f := range withBodies() {
		for _, steps := range []int{1, 2, 3, 6} {
			types := []trace.Type{trace.TypeOf(trace.Float64, steps, 5)}
			p, _ := opt.Optimize(trace.Record(func(in []Value) []Value { return f(in[0]) }, types), opt.Options{})
			plan := exec.New(p)
			for call := range 3 {
				if call == 0 {
					plan.Poison()
				}
				x := rows(steps, 1-2*float64(call%2))
				given, out := bits(x), run(t, plan, x)
				for i, want := range p.Apply(x) {
					if bits(out[i]) != bits(want) {
						t.Fatalf("%s, %d steps, call %d, result %d: got %v, want %v\n%s", name, steps, call, i, out[i], want, p)
					}
				}
				if bits(x) != given {
					t.Fatalf("%s: the argument was written over", name)
				}
			}
		}
	}
}

// A loop of no steps returns its first carry, and stacks nothing.
func TestBodyOfNoSteps(t *testing.T) {
	p := trace.Record(func(in []Value) []Value {
		return scanned(func(c [2]Value, row Value) ([2]Value, []Value) { return [2]Value{fn.Sin(c[1]), row}, []Value{row} })(in[0])
	}, []trace.Type{trace.TypeOf(trace.Float64, 0, 5)})
	out := run(t, exec.New(p), fn.Zeros(trace.TypeOf(trace.Float64, 0, 5)))
	if got := out[0].Type().String() + bits(out[1]) + bits(out[2]); got != "f64[0 5]"+bits(fn.Ones(trace.TypeOf(trace.Float64, 5)))+bits(fn.Neg(fn.Ones(trace.TypeOf(trace.Float64, 5)))) {
		t.Errorf("got %v", out)
	}
}

// stopper is the identity, and calls stop when it has run so many times.
type stopper struct {
	poison
	runs *int
	at   int
	stop func()
}

func (stopper) Infer(in []trace.Type) ([]trace.Type, error) { return in, nil }
func (s stopper) Eval(in, out []*trace.Array) {
	out[0].CopyFrom(in[0])
	if *s.runs++; *s.runs == s.at {
		s.stop()
	}
}

// A call whose context ends in the middle of a loop, at any depth, stops there and returns
// the context's error. The next call begins from the start.
func TestBodiesStop(t *testing.T) {
	ctx, stop := context.WithCancel(context.Background())
	runs := 0
	step := func(c [2]Value, row Value) ([2]Value, []Value) {
		row = trace.Bind1(stopper{runs: &runs, at: 3, stop: stop}, row)
		return [2]Value{fn.Add(c[0], row), c[1]}, nil
	}
	f := func(x Value) []Value { return transforms.Cond(first(fn.Index(x, 0)), scanned(step), scanned(step))(x) }
	x := rows(6, 1)
	plan := exec.New(trace.Record(func(in []Value) []Value { return f(in[0]) }, []trace.Type{x.Type()}))
	out, err := plan.Run(ctx, []*trace.Array{x.Array()}, nil)
	if !errors.Is(err, context.Canceled) || out != nil || runs != 3 {
		t.Errorf("got %v, %v after %d steps, want it cancelled after 3", out, err, runs)
	}
	runs = 10
	want := fn.Add(fn.Ones(trace.TypeOf(trace.Float64, 5)), fn.Index(x, 0))
	for k := 1; k < 6; k++ {
		want = fn.Add(want, fn.Index(x, k))
	}
	if got := run(t, plan, x)[0]; bits(got) != bits(want) || runs != 16 {
		t.Errorf("then got %v after %d steps, want %v after 6", got, runs-10, want)
	}
}

// What bodies need is part of the peak: the memory of their values, and a second array
// for a carry that cannot be changed where it is.
func TestPeakOfBodies(t *testing.T) {
	peak := func(step func(c [2]Value, row Value) ([2]Value, []Value)) int {
		return exec.New(trace.Record(func(in []Value) []Value { return scanned(step)(in[0]) }, []trace.Type{trace.TypeOf(trace.Float64, 3, 5)})).Peak()
	}
	const vector = 5 * 8
	stays := peak(func(c [2]Value, _ Value) ([2]Value, []Value) { return c, nil })
	swaps := peak(func(c [2]Value, _ Value) ([2]Value, []Value) { return [2]Value{c[1], c[0]}, nil })
	if swaps != stays+2*vector {
		t.Errorf("%d bytes for two carries that change places, %d where they stay: want two vectors more", swaps, stays)
	}
	works := peak(func(c [2]Value, _ Value) ([2]Value, []Value) {
		fn.Sin(c[0])
		return [2]Value{fn.Flip(fn.Flip(c[0], 0), 0), c[1]}, nil
	})
	if works <= stays+vector {
		t.Errorf("%d bytes for a body with a value of its own, %d without", works, stays)
	}
}

// What planned bodies are made of has no derivative and no batch: that is asked before.
func TestPlannedBodiesAreLast(t *testing.T) {
	for what, f := range map[string]func(){
		"no derivative":     func() { exec.Fetch.VJP(nil, nil, nil, nil) },
		"cannot be batched": func() { exec.Fetch.Batch(1, nil, nil) },
	} {
		func() {
			defer func() {
				if text, _ := recover().(string); !strings.Contains(text, what) {
					t.Errorf("got %q, want %q", text, what)
				}
			}()
			f()
		}()
	}
}
