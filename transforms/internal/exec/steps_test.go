package exec_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/trace"
	"github.com/pullback-go/pullback/transforms/internal/exec"
	"github.com/pullback-go/pullback/transforms/internal/opt"
)

// Neighboring elementwise equations over the same number of elements are one step.
// Aliases, and constants that only such equations read, are in no step.
func TestSteps(t *testing.T) {
	short := func(x Value) Value { return fn.Slice(x, fn.SliceConfig{Stop: []int{50}}) }
	for _, c := range []struct {
		name string
		f    func(x Value) []Value
		want string
	}{
		{"none", func(x Value) []Value { return []Value{x} }, "[]"},
		{"one", func(x Value) []Value { return []Value{fn.Sin(x)} }, "[[0]]"},
		{"a chain", func(x Value) []Value { return []Value{fn.Tanh(fn.Exp(fn.Sin(x)))} }, "[[0 1 2]]"},
		{"that do not read each other", func(x Value) []Value { return []Value{fn.Sin(x), fn.Cos(x)} }, "[[0 1]]"},
		{"another between", func(x Value) []Value { return []Value{fn.Exp(fn.Tanh(fn.CumSum(fn.Cos(fn.Sin(x)), 0)))} }, "[[0 1] [2] [3 4]]"},
		{"an alias between", func(x Value) []Value { return []Value{fn.Exp(fn.Reshape(fn.Sin(x), 4, 25))} }, "[[0 2]]"},
		{"bools", func(x Value) []Value { return []Value{fn.Mask(fn.Greater(fn.Sin(x), x), x)} }, "[[0 1 2]]"},
		{"other sizes", func(x Value) []Value { y := short(x); return []Value{fn.Sin(y), fn.Cos(x), fn.Exp(y), fn.Tanh(y)} }, "[[0] [1] [2] [3 4]]"},
		{"other shapes", func(x Value) []Value { y := fn.Reshape(x, 4, 25); return []Value{fn.Sin(x), fn.Cos(y), fn.Exp(x)} }, "[[1 2 3]]"},
		{"no elements", func(x Value) []Value {
			y := fn.Slice(x, fn.SliceConfig{Stop: []int{0}})
			return []Value{fn.Exp(fn.Sin(y))}
		}, "[[0] [1] [2]]"},
		{"ints", func(x Value) []Value {
			n := fn.Cast(x, trace.Int64)
			return []Value{fn.Add(fn.Mul(n, n), n), fn.Cast(n, trace.Float64), fn.Sin(x), fn.Cos(x)}
		}, "[[0] [1] [2] [3] [4 5]]"},
		{"a constant", func(x Value) []Value { return []Value{fn.Add(fn.Sin(x), fn.FullLike(x, 3))} }, "[[0 2]]"},
		{"a constant of two fusions", func(x Value) []Value {
			c := fn.FullLike(x, 3)
			return []Value{fn.Add(fn.CumSum(fn.Mul(x, c), 0), c)}
		}, "[[1] [2] [3]]"},
		{"a constant that another reads", func(x Value) []Value { c := fn.FullLike(x, 3); return []Value{fn.Add(fn.CumSum(c, 0), fn.Mul(x, c))} }, "[[0] [1] [2 3]]"},
		{"a constant that is a result", func(x Value) []Value { c := fn.FullLike(x, 3); return []Value{fn.Mul(x, c), c} }, "[[0] [1]]"},
		{"a constant that an alias of is a result", func(x Value) []Value {
			c := fn.FullLike(x, 3)
			return []Value{fn.Mul(x, c), fn.Reshape(c, 4, 25)}
		}, "[[0] [1]]"},
		{"a repeated array", func(x Value) []Value { return []Value{fn.Mul(fn.Sin(x), fn.BroadcastTo(fn.Max(x, 0), 100))} }, "[[0] [1] [3]]"},
	} {
		p := record(c.f)
		plan := exec.New(p)
		if got := fmt.Sprint(plan.Steps()); got != c.want {
			t.Errorf("%s: got steps %s, want %s of\n%s", c.name, got, c.want, p.Listing())
		}
		same(t, c.name, run(t, plan, ramp()), p.Apply(ramp()))
	}
}

// asked counts the calls of its Eval.
type asked struct {
	poison
	calls *int
}

func (op asked) Eval(in, out []*trace.Array) {
	*op.calls++
	out[0].CopyFrom(in[0])
}

// Each step runs once, and its time is added under its number.
func TestTimesAreAdded(t *testing.T) {
	calls := 0
	p := record(func(x Value) []Value {
		y := trace.Bind1(asked{calls: &calls}, fn.Exp(fn.Sin(x)))
		return []Value{trace.Bind1(asked{calls: &calls}, y)}
	})
	plan := exec.New(p)
	times := []time.Duration{time.Hour, 2 * time.Hour, 3 * time.Hour, 4 * time.Hour}
	for range 3 {
		if _, err := plan.Run(context.Background(), []*trace.Array{ramp().Array()}, times); err != nil {
			t.Fatal(err)
		}
	}
	if calls != 6 {
		t.Errorf("%d calls in three runs, want 6", calls)
	}
	for i, d := range times { // what was there is not lost
		if d < time.Duration(i+1)*time.Hour {
			t.Errorf("step %d: %v", i, d)
		}
	}
	if times[3] != 4*time.Hour {
		t.Errorf("there is no step 3, and it took %v", times[3]-4*time.Hour)
	}
}

// A value is written over an argument if operations in place made it from the argument,
// and nothing needs the argument's earlier content.
func TestOverwritten(t *testing.T) {
	change := func(xs ...Value) Value { return trace.Bind1(bump{}, xs...) }
	for _, c := range []struct {
		name string
		f    func(x, y Value) (value Value, results []Value)
		want bool
	}{
		{"the argument", func(x, y Value) (Value, []Value) { return x, []Value{fn.Sin(y)} }, true},
		{"an alias of it", func(x, y Value) (Value, []Value) { return trace.Bind1(opt.Barrier{}, x), []Value{fn.Sin(y)} }, true},
		{"changed once", func(x, y Value) (Value, []Value) { return change(x, y), []Value{y} }, true},
		{"changed three times", func(x, y Value) (Value, []Value) { return change(change(change(x), y), y), nil }, true},
		{"changed through an alias", func(x, y Value) (Value, []Value) { return change(trace.Bind1(opt.Barrier{}, change(x, y))), nil }, true},
		{"read before it is changed", func(x, y Value) (Value, []Value) { s := fn.CumSum(x, 0); return change(x, y), []Value{s} }, true},
		{"read afterwards", func(x, y Value) (Value, []Value) { z := change(x, y); return z, []Value{fn.CumSum(x, 0)} }, false},
		{"a result itself", func(x, y Value) (Value, []Value) { return change(x, y), []Value{x} }, false},
		{"one in between is read afterwards", func(x, y Value) (Value, []Value) {
			z := change(x, y)
			w := change(z, y)
			return w, []Value{fn.CumSum(z, 0)}
		}, false},
		{"one in between is a result", func(x, y Value) (Value, []Value) { z := change(x, y); return change(z, y), []Value{z} }, false},
		{"the value is a result too", func(x, y Value) (Value, []Value) { z := change(x, y); return z, []Value{z} }, false},
		{"made otherwise", func(x, y Value) (Value, []Value) { return fn.CumSum(x, 0), []Value{y} }, false},
		{"made otherwise in between", func(x, y Value) (Value, []Value) { return change(fn.CumSum(x, 0), y), []Value{y} }, false},
		{"of another argument", func(x, y Value) (Value, []Value) { return change(y, x), nil }, false},
		{"another argument", func(x, y Value) (Value, []Value) { return y, nil }, false},
		{"read by another operand", func(x, y Value) (Value, []Value) { return change(x, y, x), nil }, false},
	} {
		results := 0
		all := trace.Record(func(in []Value) []Value {
			value, out := c.f(in[0], in[1])
			results = len(out)
			return append([]Value{value}, out...)
		}, []trace.Type{wide, wide})
		p := *all
		p.Out = all.Out[1:]
		over := [2]trace.Var{all.In[0], all.Out[0]}
		plan, got := exec.NewOverwriting(stored(&p, [][2]trace.Var{over}), over)
		if len(got) != 1 || got[0] != c.want {
			t.Errorf("%s: got %v, want %v of\n%s", c.name, got, c.want, all.Listing())
			continue
		}
		x, y := ramp(), fn.Sin(ramp())
		args := []*trace.Array{trace.NewArray(wide), trace.NewArray(wide)}
		args[0].CopyFrom(x.Array())
		args[1].CopyFrom(y.Array())
		want := all.Apply(x, y)
		out, err := plan.Run(context.Background(), args, nil)
		if err != nil || len(out) != results {
			t.Fatalf("%s: %d results, %v", c.name, len(out), err)
		}
		for i, a := range out {
			same(t, c.name, []Value{trace.FromArray(a)}, want[1+i:2+i])
		}
		holds := x
		if c.want {
			holds = want[0]
		}
		same(t, c.name+", the arguments", []Value{trace.FromArray(args[0]), trace.FromArray(args[1])}, []Value{holds, y})
	}
	if _, got := exec.NewOverwriting(record(func(x Value) []Value { return []Value{fn.Sin(x)} })); len(got) != 0 {
		t.Errorf("without being asked: %v", got)
	}
}
