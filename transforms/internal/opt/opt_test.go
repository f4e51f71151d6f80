package opt_test

import (
	"context"
	"flag"
	"fmt"
	"os"
	"runtime/debug"
	"slices"
	"testing"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/trace"
	"github.com/pullback-go/pullback/transforms"
	"github.com/pullback-go/pullback/transforms/internal/exec"
	"github.com/pullback-go/pullback/transforms/internal/opt"
	"github.com/pullback-go/pullback/transforms/lawtest"
	"pgregory.net/rapid"
)

var shape = trace.TypeOf(trace.Float64, 2, 3)

// TestMain seeds the random programs, the same ones in every run.
func TestMain(m *testing.M) {
	flag.Parse()
	defaults := map[string]string{"rapid.seed": "1", "rapid.checks": "60", "rapid.nofailfile": "true"}
	if testing.Short() {
		defaults["rapid.checks"] = "60" // rapid takes a fifth of it
	}
	flag.Visit(func(f *flag.Flag) { delete(defaults, f.Name) })
	for name, value := range defaults {
		if err := flag.Set(name, value); err != nil {
			panic(err)
		}
	}
	debug.SetGCPercent(400) // the tests allocate much and keep little
	os.Exit(m.Run())
}

// drawProgram draws a random program: a function, its gradient, or the derivative of the
// gradient.
func drawProgram(t *rapid.T) *trace.Program {
	f := lawtest.Smooth([]int{2, 3}).Draw(t, "program").Apply1
	loss := func(x Value) Value { y := f(x); return fn.SumAll(fn.Mul(y, y)) }
	g := transforms.Grad(loss)
	order := rapid.IntRange(0, 2).Draw(t, "order")
	return trace.Record(func(in []Value) []Value {
		switch order {
		case 0:
			return []Value{f(in[0])}
		case 1:
			return []Value{loss(in[0]), g(in[0])}
		}
		return []Value{g(in[0]), transforms.HVP(loss)(in[0], in[1])}
	}, []trace.Type{shape, shape})
}

func drawArguments(t *rapid.T) []Value {
	seed := fmt.Sprint(rapid.IntRange(0, 99).Draw(t, "arguments"))
	r := lawtest.Rand(seed)
	return []Value{lawtest.Between(-1, 1).Value(r, shape), lawtest.Between(-1, 1).Value(r, shape)}
}

func bits(vs []Value) string {
	out := ""
	for _, v := range vs {
		out += fmt.Sprintf("%v %x\n", v.Type(), v.Float64s())
	}
	return out
}

// After every pass the program is valid and has the same arguments and results. It
// computes the same bits, with no more equations at the end.
func TestPassesKeepTheBits(t *testing.T) {
	shorter := 0
	rapid.Check(t, func(t *rapid.T) {
		p, in := drawProgram(t), drawArguments(t)
		want := bits(p.Apply(in...))
		inlined, k := 0, fresh()
		for _, pass := range opt.Passes {
			before := p.String()
			q := pass.Run(k, p)
			if p.String() != before {
				t.Fatalf("%s changed its argument", pass.Name)
			}
			if err := q.Check(); err != nil {
				t.Fatalf("after %s: %v\n%v", pass.Name, err, q)
			}
			if got := bits(q.Apply(in...)); got != want {
				t.Fatalf("after %s: got %s, want %s\n%v", pass.Name, got, want, q)
			}
			if p = q; pass.Name == "inline" {
				inlined = len(p.Eqns)
			}
		}
		if len(p.Eqns) > inlined {
			t.Fatalf("%d equations in the end, %d after inlining", len(p.Eqns), inlined)
		}
		if len(p.Eqns) < inlined {
			shorter++
		}
	})
	if shorter == 0 {
		t.Error("no program became shorter")
	}
}

// The executor computes the same bits in planned memory. It runs twice, with other
// arguments in between, and the test checks that no buffer is written while a variable in
// it is needed.
func TestPlansKeepTheBits(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p, in, other := drawProgram(t), drawArguments(t), drawArguments(t)
		want := bits(p.Apply(in...))
		optimized, _ := opt.Optimize(p, opt.Options{})
		for name, p := range map[string]*trace.Program{"as traced": p, "optimized": optimized} {
			plan := exec.New(p)
			run(t, plan, other)
			first := run(t, plan, in)
			run(t, plan, other)
			if got := bits(run(t, plan, in)); got != want {
				t.Fatalf("%s: got %s, want %s", name, got, want)
			}
			if got := bits(first); got != want {
				t.Fatalf("%s: a later run changed the results of an earlier one: got %s, want %s", name, got, want)
			}
		}
	})
}

func run(t *rapid.T, plan *exec.Plan, in []Value) []Value {
	args := make([]*trace.Array, len(in))
	for i, v := range in {
		args[i] = v.Array()
	}
	before := bits(in)
	out, err := plan.Run(context.Background(), args, nil)
	if err != nil {
		t.Fatal(err)
	}
	if bits(in) != before {
		t.Fatal("the arguments were written")
	}
	vs := make([]Value, len(out))
	for i, a := range out {
		vs[i] = trace.FromArray(a)
	}
	return vs
}

func ofTwo(f func(x, y Value) []Value) *trace.Program {
	return trace.Record(func(in []Value) []Value { return f(in[0], in[1]) }, []trace.Type{shape, shape})
}

// names lists the operations of a program in order.
func names(p *trace.Program) []string {
	var out []string
	for _, e := range p.Eqns {
		out = append(out, e.Op.Name())
	}
	return out
}

func expect(t *testing.T, what string, p *trace.Program, want ...string) {
	t.Helper()
	if err := p.Check(); err != nil {
		t.Fatalf("%s: %v", what, err)
	}
	if got := names(p); !slices.Equal(got, want) {
		t.Errorf("%s: got %q, want %q", what, got, want)
	}
}

func TestShare(t *testing.T) {
	p := ofTwo(func(x, y Value) []Value {
		a, b := fn.Tanh(fn.Add(x, y)), fn.Tanh(fn.Add(x, y)) // shared at both levels
		c := fn.Tanh(fn.Add(y, x))                           // other operands
		d, e := fn.Sum(a, 0), fn.Sum(b, 0)                   // shared once their operands are
		f := fn.Sum(a, 1)                                    // another parameter
		return []Value{c, d, e, f}
	})
	q := opt.Share(fresh(), p)
	expect(t, "share", q, "add", "tanh", "add", "tanh", "sum", "sum")
	if q.Out[1] != q.Out[2] || q.Out[0] == q.Out[1] {
		t.Errorf("results %v: the second and third are one, the first another", q.Out)
	}
}

func TestShareKeepsTypesApart(t *testing.T) {
	p := ofTwo(func(x, y Value) []Value {
		return []Value{fn.Full(trace.TypeOf(trace.Float64, 2), 1), fn.FillAs(x, trace.TypeOf(trace.Float64, 2), 1), fn.FillAs(x, trace.TypeOf(trace.Float64, 3), 1),
			fn.FillAs(x, trace.TypeOf(trace.Float64, 2), 2), fn.FillAs(y, trace.TypeOf(trace.Float64, 2), 1)}
	})
	expect(t, "share", opt.Share(fresh(), p), "full", "full", "full")
}

func TestPrune(t *testing.T) {
	w, v := lawtest.Between(-1, 1).Value(lawtest.Rand("w"), shape), lawtest.Between(-1, 1).Value(lawtest.Rand("v"), shape)
	p := ofTwo(func(x, y Value) []Value {
		unused := fn.Sin(fn.Mul(x, w))
		_ = fn.Exp(unused)
		return []Value{fn.Add(x, v)}
	})
	q := opt.Prune(p)
	expect(t, "prune", q, "add")
	if len(q.Consts) != 1 || !trace.Same(q.Consts[0].Value, v) || len(q.In) != 2 {
		t.Errorf("%d constants and %d arguments, want the constant in use and both arguments", len(q.Consts), len(q.In))
	}
}

func TestInline(t *testing.T) {
	layer := func(x Value) Value {
		return transforms.Named(transforms.Layer{Kind: "k"}, func(x Value, _ []Value) Value { return fn.Tanh(x) })(x, nil)
	}
	check := func(x Value) Value { return transforms.Checkpoint(func(x Value) Value { return fn.Sin(layer(x)) })(x) }
	loop := func(x Value) Value {
		c, _ := transforms.Scan(func(c, row Value) (Value, []Value) { return fn.Mul(c, row), nil })(fn.Index(x, 0), x)
		return c
	}
	expect(t, "layers are opened", opt.Inline(ofTwo(func(x, _ Value) []Value { return []Value{layer(layer(x))} })), "tanh", "tanh")
	expect(t, "checkpoints are opened behind a barrier", opt.Inline(ofTwo(func(x, _ Value) []Value { return []Value{check(x)} })), "barrier", "tanh", "sin")
	expect(t, "loops stay", opt.Inline(ofTwo(func(x, _ Value) []Value { return []Value{loop(x)} })), "slice", "reshape", "scan")
	// A checkpoint's recomputation is not shared with the original computation.
	p := ofTwo(func(x, _ Value) []Value {
		return []Value{fn.Tanh(x), transforms.Checkpoint(fn.Tanh)(x), transforms.Checkpoint(fn.Tanh)(x)}
	})
	optimized, steps := opt.Optimize(p, opt.Options{})
	expect(t, "nothing is shared through a barrier", optimized, "tanh", "barrier", "tanh", "barrier", "tanh")
	if len(steps) != len(opt.Passes)+1 || steps[0].Pass != "traced" || steps[0].Equations != 3 || steps[len(steps)-1].Equations != 5 {
		t.Errorf("steps %v", steps)
	}
}

// simple is an op that knows what it is.
type simple struct {
	trace.Op
	op       trace.Op
	operands []int
}

func (s simple) Simplify([]trace.Type) (trace.Op, []int, bool) { return s.op, s.operands, true }

func TestSimplify(t *testing.T) {
	add := ofTwo(func(x, y Value) []Value { return []Value{fn.Add(x, y)} }).Eqns[0].Op
	sin := ofTwo(func(x, y Value) []Value { return []Value{fn.Sin(x)} }).Eqns[0].Op
	p := ofTwo(func(x, y Value) []Value {
		first := trace.Bind1(simple{add, nil, []int{1}}, x, y)      // y
		second := trace.Bind1(simple{add, sin, []int{0}}, first, x) // sin y
		return []Value{first, second, fn.Mul(second, first)}
	})
	q := opt.Simplify(p)
	expect(t, "simplify", q, "sin", "mul")
	if q.Out[0] != p.In[1] || q.Eqns[0].In[0] != p.In[1] {
		t.Errorf("an identity is not replaced by its operand:\n%v", q)
	}
}
