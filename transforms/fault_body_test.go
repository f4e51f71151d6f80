package transforms_test

import (
	"fmt"
	"math"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/trace"
	"github.com/pullback-go/pullback/transforms"
	"github.com/pullback-go/pullback/transforms/lawtest"
)

// Fault A1: what a body computes from captured values alone was computed outside of it.

type none = struct{}

// root is √x where x > 0, else 2x, of a captured x, and of an operand x.
func root(x Value) Value {
	return transforms.Cond(fn.Greater(x, fn.Scalar(0)), func(none) Value { return fn.Sqrt(x) }, func(none) Value { return fn.Mul(fn.Scalar(2), x) })(none{})
}

// timesRoot has an operand beside the captured value.
func timesRoot(x Value) Value {
	return transforms.Cond(fn.Greater(x, fn.Scalar(0)),
		func(y Value) Value { return fn.Mul(y, fn.Sqrt(x)) },
		func(y Value) Value { return fn.Mul(fn.Scalar(2), y) })(x)
}

func TestFaultA1SlopeOfABranchNotTaken(t *testing.T) {
	twice := func(x Value) Value { return root(fn.Mul(root(x), fn.Exp(x))) } // a choice in front of a choice
	nested := func(x Value) Value {                                          // bodies in bodies, of values of all levels
		return transforms.Checkpoint(func(none) Value {
			y := fn.Mul(x, fn.Scalar(1))
			return transforms.Cond(fn.Greater(y, fn.Scalar(0)), func(none) Value {
				z := fn.Mul(y, fn.Scalar(1))
				return transforms.Checkpoint(func(none) Value { return fn.Mul(fn.Sqrt(fn.Mul(z, y)), fn.Sqrt(x)) })(none{})
			}, func(none) Value {
				return transforms.Checkpoint(func(none) Value { return fn.Mul(fn.Scalar(2), fn.Add(x, fn.Scalar(0))) })(none{})
			})(none{})
		})(none{})
	}
	for name, c := range map[string]struct {
		f     Func
		at    []float64
		slope []float64
	}{
		"root":      {root, []float64{-1, 0, 4, 0.25}, []float64{2, 2, 0.25, 1}},
		"timesRoot": {timesRoot, []float64{-1, 0, 4, 0.25}, []float64{2, 2, 3, 0.75}},
		"twice":     {twice, []float64{-1}, []float64{0}},
		"nested":    {nested, []float64{-1, 0, 4}, []float64{2, 2, 3}},
	} {
		if name == "twice" { // 2·2x·eˣ: its slope is 4(1 + x)eˣ
			c.slope[0] = 4 * (1 + c.at[0]) * math.Exp(c.at[0])
		}
		xs, exact := trace.New(c.at), trace.New(c.slope)
		rows := func(f Func) Value {
			out := make([]Value, len(c.at))
			for i, x := range c.at {
				out[i] = f(trace.Scalar(x))
			}
			return fn.Stack(0, out...)
		}
		t.Run(name, func(t *testing.T) {
			g := transforms.Grad(c.f)
			want(t, "Grad", rows(g), exact)
			want(t, "Jit of Grad", rows(transforms.Jit(g)), exact)
			want(t, "JVP", rows(func(x Value) Value { return slope(c.f, x, trace.Scalar(1.0)) }), exact)
			want(t, "Vmap of Grad", transforms.Vmap(g)(xs), exact)
			want(t, "Grad of Vmap", transforms.Grad(sumOf(transforms.Vmap(c.f)))(xs), exact)
			want(t, "Jit of Vmap of Grad", transforms.Jit(transforms.Vmap(g))(xs), exact)
			want(t, "JVP of Vmap", slope(transforms.Vmap(c.f), xs, fn.OnesLike(xs)), exact)
			second := func(x Value) Value {
				h := 1e-6
				return fn.Div(fn.Sub(g(fn.Add(x, fn.Scalar(h))), g(fn.Sub(x, fn.Scalar(h)))), fn.Scalar(2*h))
			}
			for _, x := range c.at {
				if x == 0 {
					continue
				}
				x := trace.Scalar(x)
				for kind, got := range map[string]Value{
					"Grad of Grad": transforms.Grad(g)(x), "JVP of Grad": slope(g, x, trace.Scalar(1.0)),
					"Grad of JVP": transforms.Grad(func(x Value) Value { return slope(c.f, x, trace.Scalar(1.0)) })(x),
				} {
					within(t, kind, got, second(x), 1e-7)
				}
			}
		})
	}
}

func TestFaultA1FailureOfABranchNotTaken(t *testing.T) {
	table, zero := vector(1, 2, 3), trace.Scalar(int64(0))
	minus := func(none) Value { return trace.Scalar(-1.0) }
	for name, take := range map[string]func(i Value) Value{
		"index":   func(i Value) Value { return fn.Take(table, i, 0) },
		"in turn": func(i Value) Value { return fn.Mul(fn.Take(table, i, 0), fn.Exp(fn.Take(table, i, 0))) },
		"divisor": func(i Value) Value { return fn.Cast(fn.Div(i, fn.Mul(i, zero)), trace.Float64) },
		"unused":  func(i Value) Value { fn.Take(table, i, 0); return trace.Scalar(1.0) },
		"in a checkpoint": func(i Value) Value {
			return transforms.Checkpoint(func(none) Value { return fn.Take(table, i, 0) })(none{})
		},
		"in a layer": func(i Value) Value {
			return transforms.Named(Layer{Kind: "block", Path: "block"}, func(none, none) Value { return fn.Take(table, i, 0) })(none{}, none{})
		},
	} {
		f := func(i Value) Value {
			return transforms.Cond(fn.Less(i, fn.Scalar(3)), func(none) Value { return take(i) }, minus)(none{})
		}
		seven := trace.Scalar(int64(7))
		t.Run(name, func(t *testing.T) {
			sameBits(t, "eager", f(seven), trace.Scalar(-1.0))
			sameBits(t, "Jit", transforms.Jit(f)(seven), trace.Scalar(-1.0))
			sameBits(t, "Vmap", transforms.Vmap(f)(trace.New([]int64{7, 8})), vector(-1, -1))
			sameBits(t, "Checkpoint", transforms.Checkpoint(f)(seven), trace.Scalar(-1.0))
			type in struct{ X, I Value }
			g := transforms.Grad(func(p in) Value { return fn.Mul(f(p.I), p.X) })(in{trace.Scalar(2.0), seven})
			sameBits(t, "Grad", g.X, trace.Scalar(-1.0))
			// The predicate is traced, and the value that the branch captured is known:
			// the error is that of the branch.
			known := func(p Value) Value {
				return transforms.Cond(fn.Less(p, fn.Scalar(3)), func(none) Value { return take(seven) }, minus)(none{})
			}
			for kind, f := range map[string]Func{"Jit": transforms.Jit(known), "Checkpoint": transforms.Checkpoint(known), "known": known} {
				sameBits(t, kind+", captured", f(seven), trace.Scalar(-1.0))
				if name == "unused" {
					continue
				}
				if got := message(t, func() { f(trace.Scalar(int64(1))) }); !containsAll(got, "fault_body_test.go:") || !(strings.Contains(got, "index 7") || strings.Contains(got, "integer division by zero")) {
					t.Errorf("%s: got %q", kind, got)
				}
			}
		})
	}
}

func TestFaultA1LoopWithoutSteps(t *testing.T) {
	table, init := vector(1, 2, 3), trace.Scalar(5.0)
	f := func(i, rows Value) Value {
		c, _ := transforms.Scan(func(c, _ Value) (Value, Value) { return fn.Add(c, fn.Take(table, i, 0)), c })(init, rows)
		return c
	}
	empty, seven := trace.New([]float64{}), trace.Scalar(int64(7))
	sameBits(t, "eager", f(seven, empty), init)
	sameBits(t, "captured, Jit", transforms.Jit(func(rows Value) Value { return f(seven, rows) })(empty), init)
	sameBits(t, "Jit", transforms.Jit(func(i Value) Value { return f(i, empty) })(seven), init)
	sameBits(t, "Vmap", transforms.Vmap(func(i Value) Value { return f(i, empty) })(trace.New([]int64{7, 8})), vector(5, 5))
	sameBits(t, "Checkpoint", transforms.Checkpoint(func(i Value) Value { return f(i, empty) })(seven), init)
	for kind, run := range map[string]func(){
		"eager": func() { f(seven, vector(1)) },
		"Jit":   func() { transforms.Jit(func(i Value) Value { return f(i, vector(1)) })(seven) },
	} {
		if got := message(t, run); !containsAll(got, "fault_body_test.go:", "index 7") {
			t.Errorf("%s: got %q", kind, got)
		}
	}
}

// An operation that fails outside of every body fails at once.
func TestFaultA1FailureOutsideOfBodies(t *testing.T) {
	table, seven := vector(1, 2, 3), trace.Scalar(int64(7))
	if got := message(t, func() { fn.Take(table, seven, 0) }); !strings.Contains(got, "index 7") {
		t.Errorf("got %q", got)
	}
	var kept Value
	leak := func(p Value) Value {
		return transforms.Cond(fn.Less(p, fn.Scalar(3)), func(none) Value { kept = fn.Take(table, seven, 0); return kept }, func(none) Value { return trace.Scalar(-1.0) })(none{})
	}
	sameBits(t, "value", transforms.Jit(leak)(seven), trace.Scalar(-1.0))
	for what, use := range map[string]func(){
		"read":     func() { kept.Float64() },
		"computed": func() { fn.Exp(kept) },
		"printed":  func() { kept.Array() },
	} {
		if got := message(t, use); !containsAll(got, "fault_body_test.go:", "index 7") {
			t.Errorf("%s: got %q", what, got)
		}
	}
}

// A heavy branch that captured its operands is not computed where it is not taken.
func TestFaultA1CostOfABranchNotTaken(t *testing.T) {
	evals := counted{new(atomic.Int64)}
	f := func(x Value) Value {
		return transforms.Cond(fn.Greater(fn.SumAll(x), fn.Scalar(0)), func(none) Value {
			y := x
			for range 20 {
				y = trace.Bind1(evals, y)
			}
			return y
		}, func(none) Value { return fn.Neg(x) })(none{})
	}
	x := vector(-1, -2)
	sameBits(t, "eager", f(x), vector(1, 2))
	sameBits(t, "Jit", transforms.Jit(f)(x), vector(1, 2))
	sameBits(t, "Checkpoint", transforms.Checkpoint(f)(x), vector(1, 2))
	sameBits(t, "Grad", transforms.Grad(sumOf(f))(x), vector(-1, -1))
	if n := evals.evals.Load(); n != 0 {
		t.Errorf("the branch that is not taken was computed: %d operations", n)
	}
	transforms.Jit(f)(vector(1, 2))
	if n := evals.evals.Load(); n != 20 {
		t.Errorf("the branch that is taken made %d operations, want 20", n)
	}
}

// A layer of captured values is a site, at any depth. Rules act on it as on a layer with
// operands.
func TestFaultA1LayerOfCapturedValues(t *testing.T) {
	layerKind := Layer{Kind: "block", Path: "block"}
	w := draw(seeded(3), 3, 3)
	captures := func(x Value) Value {
		return transforms.Named(layerKind, func(none, none) Value { return fn.Tanh(fn.Dot(x, w)) })(none{}, none{})
	}
	operands := func(x Value) Value {
		return transforms.Named(layerKind, func(x Value, w Value) Value { return fn.Tanh(fn.Dot(x, w)) })(x, w)
	}
	x, ct := draw(seeded(4), 2, 3), draw(seeded(5), 2, 3)
	inside := map[string]func(f Func) Func{
		"alone": func(f Func) Func { return f },
		"in a checkpoint": func(f Func) Func {
			return func(x Value) Value { return transforms.Checkpoint(func(none) Value { return f(x) })(none{}) }
		},
		"in a choice": func(f Func) Func {
			return func(x Value) Value {
				return transforms.Cond(yes(x), func(none) Value { return f(x) }, func(none) Value { return fn.ZerosLike(x) })(none{})
			}
		},
		"in a loop": func(f Func) Func {
			return func(x Value) Value {
				c, _ := transforms.Scan(func(c, _ Value) (Value, none) { return fn.Add(c, f(x)), none{} })(fn.ZerosLike(x), vector(0))
				return c
			}
		},
	}
	for name, in := range inside {
		t.Run(name, func(t *testing.T) {
			f := in(captures)
			rows := transforms.Plan(on("block", pass{3}), f, x).Rows
			if len(rows) == 0 || rows[0].Site.Path != "block" && !strings.HasSuffix(rows[0].Site.Path, "block") || rows[0].Rule == nil {
				t.Fatalf("the layer is no site with a rule: %v", transforms.Plan(on("block", pass{3}), f, x))
			}
			if n := rows[0].Site.DataOperands(); n != 1 {
				t.Errorf("%d data operands, want 1", n)
			}
			g, h := transforms.WithRules(on("block", lrp{0.1}), f), transforms.WithRules(on("block", lrp{0.1}), in(operands))
			sameBits(t, "value", g(x), captures(x))
			want(t, "relevance", pulled(g, x, ct), pulled(h, x, ct))
			want(t, "slope", slope(g, x, ct), slope(h, x, ct))
			want(t, "Jit", transforms.Jit(func(x Value) Value { return pulled(g, x, ct) })(x), pulled(h, x, ct))
			if testing.Short() && name != "alone" {
				return
			}
			second := func(x Value) Value { return pulled(g, x, ct) }
			within(t, "discharged", slope(second, x, ct), lawtest.FiniteDifference(second, x, ct), 1e-7)
		})
	}
}

// A checkpointed closure is recomputed: its gradient needs the same memory as the
// gradient of one with an operand.
func TestFaultA1MemoryOfCheckpoints(t *testing.T) {
	layer := func(x Value) Value { return fn.Tanh(fn.Sin(fn.Exp(fn.Neg(fn.Square(x))))) }
	chain := func(call func(x Value) Value) Func {
		return func(x Value) Value {
			for range 30 {
				x = call(x)
			}
			return fn.SumAll(x)
		}
	}
	x := fn.Zeros(trace.TypeOf(trace.Float64, 1000))
	memory := func(f Func) (bytes, equations int) {
		c, err := transforms.Compile(transforms.Grad(f), x)
		if err != nil {
			t.Fatal(err)
		}
		p := trace.Record(func(in []Value) []Value { return []Value{transforms.Grad(f)(in[0])} }, []trace.Type{x.Type()})
		return c.Memory(), len(p.Eqns)
	}
	captured, n := memory(chain(func(x Value) Value { return transforms.Checkpoint(func(none) Value { return layer(x) })(none{}) }))
	operand, m := memory(chain(transforms.Checkpoint(layer)))
	plain, _ := memory(chain(layer))
	if captured != operand || n != m {
		t.Errorf("%d bytes and %d equations, with operands %d and %d", captured, n, operand, m)
	}
	if !(2*captured < plain) {
		t.Errorf("%d bytes with checkpoints, %d without", captured, plain)
	}
}

// Values that a body leaves to the surrounding function are computed there as well.
func TestFaultA1ValuesThatLeaveABody(t *testing.T) {
	f := func(x Value) Value {
		var kept Value
		y := transforms.Cond(fn.Less(x, fn.Scalar(0)), func(none) Value { return fn.Neg(x) }, func(none) Value { kept = fn.Exp(fn.Sin(x)); return kept })(none{})
		return fn.Add(y, fn.Mul(kept, fn.Scalar(2)))
	}
	plain := func(x Value) Value {
		e := fn.Exp(fn.Sin(x))
		return fn.Add(transforms.Cond(fn.Less(x, fn.Scalar(0)), fn.Neg, func(x Value) Value { return fn.Exp(fn.Sin(x)) })(x), fn.Mul(e, fn.Scalar(2)))
	}
	for _, at := range []float64{-0.7, 0.4} {
		x := trace.Scalar(at)
		want(t, "Jit", transforms.Jit(f)(x), plain(x))
		want(t, "Grad", transforms.Grad(f)(x), transforms.Grad(plain)(x))
		want(t, "Grad of Grad", transforms.Grad(transforms.Grad(f))(x), transforms.Grad(transforms.Grad(plain))(x))
		want(t, "Vmap", transforms.Vmap(f)(fn.Reshape(x, 1)), fn.Reshape(plain(x), 1))
		want(t, "JVP", slope(f, x, num(1)), slope(plain, x, num(1)))
	}
	both := func(x Value) Value { // one branch computes what the other uses too
		h := fn.Exp(x)
		return transforms.Cond(fn.Less(x, fn.Scalar(0)), func(none) Value { return fn.Sin(h) }, func(none) Value { return fn.Mul(h, fn.Sqrt(x)) })(none{})
	}
	want(t, "shared", transforms.Grad(both)(trace.Scalar(-1.0)), trace.Scalar(math.Cos(math.Exp(-1))*math.Exp(-1)))
}

// The law: a body of captured values alone has the derivatives and batches of a body with
// operands.
func TestFaultA1BodiesOfCapturedValues(t *testing.T) {
	body := func(a Value) Value {
		return fn.Add(fn.Tanh(fn.Mul(a, fn.Sin(a))), fn.Sqrt(fn.Add(fn.Square(a), fn.Scalar(1))))
	}
	r := seeded(21)
	a, v, ct := draw(r, 3), draw(r, 3), draw(r, 3)
	for _, k := range kindsOfCalls() {
		if !k.captures {
			continue
		}
		for operand, x := range map[string]Func{
			"known":    func(Value) Value { return num(1) },
			"captured": fn.OnesLike,
			"traced":   func(a Value) Value { return fn.Mul(a, fn.Scalar(1)) },
		} {
			t.Run(fmt.Sprintf("%s/%s", k.name, operand), func(t *testing.T) {
				plain := func(a Value) Value { return fn.Add(body(a), fn.Mul(fn.ZerosLike(a), x(a))) }
				f := func(a Value) Value {
					return k.wrap(func(x Value) Value { return fn.Add(body(a), fn.Mul(fn.ZerosLike(a), x)) })(fn.Mul(x(a), fn.OnesLike(a)))
				}
				want(t, "value", f(a), plain(a))
				g, h := func(a Value) Value { return pulled(f, a, ct) }, func(a Value) Value { return pulled(plain, a, ct) }
				want(t, "Grad", g(a), h(a))
				want(t, "JVP", slope(f, a, v), slope(plain, a, v))
				want(t, "Vmap", transforms.Vmap(f)(fn.Stack(0, a, v)), fn.Stack(0, plain(a), plain(v)))
				want(t, "Grad of Grad", pulled(g, a, v), pulled(h, a, v))
				want(t, "JVP of Grad", slope(g, a, v), slope(h, a, v))
				want(t, "Vmap of Grad", transforms.Vmap(g)(fn.Stack(0, a, v)), fn.Stack(0, h(a), h(v)))
				want(t, "Jit", transforms.Jit(f)(a), plain(a))
				want(t, "Jit of Grad", transforms.Jit(g)(a), h(a))
			})
		}
	}
}
