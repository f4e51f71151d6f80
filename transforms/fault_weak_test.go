package transforms_test

import (
	"context"
	"testing"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/trace"
	"github.com/pullback-go/pullback/transforms"
)

// Faults A6 and B9: a scalar that takes the dtype of the value it is combined with became
// f64 at every boundary.

type weakIn struct{ X, C Value }

// of returns values as an array of a dtype.
func of(d trace.DType, xs ...float64) Value { return fn.Cast(vector(xs...), d) }

func ofScalar(d trace.DType, x float64) Value { return fn.Cast(trace.Scalar(x), d) }

func floatDTypes(t *testing.T, f func(t *testing.T, d trace.DType)) {
	for _, d := range []trace.DType{trace.Float32, trace.Float64} {
		t.Run(d.String(), func(t *testing.T) { f(t, d) })
	}
}

// However a function is wrapped, a weak leaf of its argument is weak inside, and a weak
// result is weak outside.
func TestFaultA6B9WeakArguments(t *testing.T) {
	f := func(p weakIn) Value { return fn.Mul(p.X, fn.Exp(fn.Neg(p.C))) }
	sum := func(p weakIn) Value { return fn.SumAll(f(p)) }
	floatDTypes(t, func(t *testing.T, d trace.DType) {
		p := weakIn{of(d, 1, 2), fn.Scalar(3)}
		y := f(p)
		for name, g := range map[string]func(weakIn) Value{
			"Jit":        transforms.Jit(f),
			"Checkpoint": transforms.Checkpoint(f),
			"WithRules":  transforms.WithRules(nothing, f),
			"Vmap":       transforms.Vmap(f, transforms.VmapConfig{Shared: []string{".C"}}),
			"Cond": func(p weakIn) Value {
				return transforms.Jit(func(p weakIn) Value {
					return transforms.Cond(yes(p.X), f, func(p weakIn) Value { return fn.Mul(p.C, p.X) })(p)
				})(p)
			},
			"CustomVJP": transforms.CustomVJP(f, func(p weakIn) (Value, weakIn) { return f(p), p }, func(p weakIn, ct Value) weakIn {
				return weakIn{X: fn.Mul(ct, fn.Exp(fn.Neg(p.C)))}
			}),
			"Named": func(p weakIn) Value {
				return transforms.Jit(func(p weakIn) Value {
					return transforms.Named(Layer{Kind: "block"}, func(x, c Value) Value { return f(weakIn{x, c}) })(p.X, p.C)
				})(p)
			},
			"Rewrite": transforms.Rewrite(canonizer(func([]*Site) ([]transforms.Replacement, error) { return nil, nil }), f),
			"VJP":     func(p weakIn) Value { y, _ := transforms.VJP(f)(p); return y },
			"JVP":     func(p weakIn) Value { y, _ := transforms.JVP(f)(p, p); return y },
		} {
			if got := g(p); !got.Type().Equal(y.Type()) {
				t.Errorf("%s: got %v, want %v", name, got.Type(), y.Type())
			} else {
				within(t, name, got, y, 1e-6)
			}
		}
		c, err := transforms.Compile(f, p)
		if err != nil {
			t.Fatal(err)
		}
		got, err := c.Call(context.Background(), weakIn{p.X, fn.Scalar(1)})
		if err != nil {
			t.Fatal(err)
		}
		within(t, "Compile", got, f(weakIn{p.X, fn.Scalar(1)}), 1e-6)
		g := transforms.Grad(sum)(p)
		strong := transforms.Grad(sum)(weakIn{p.X, ofScalar(d, 3)})
		if !g.C.IsWeak() || g.C.Rank() != 0 || g.X.DType() != d {
			t.Errorf("gradients %v and %v, weak %v: want %v and a weak scalar", g.X.Type(), g.C.Type(), g.C.IsWeak(), d)
		}
		within(t, "Grad", g.X, strong.X, 1e-6)
		within(t, "Grad by the weak", fn.Cast(g.C, d), strong.C, 1e-6)
		pulled := transforms.Pull(f, func(y Value) Value { return fn.OnesLike(y) })(p)
		within(t, "Pull", fn.Cast(pulled.C, d), strong.C, 1e-6)
		_, tangent := transforms.JVP(f)(p, weakIn{C: fn.Scalar(1)})
		within(t, "tangent", tangent, fn.Neg(y), 1e-6)
	})
}

func TestFaultA6WeakAloneStaysWeak(t *testing.T) {
	two := fn.Scalar(2)
	inside := func(x32 Value) Func { return func(c Value) Value { return fn.SumAll(fn.Mul(x32, c)) } }
	floatDTypes(t, func(t *testing.T, d trace.DType) {
		x := of(d, 1, 2)
		within(t, "Grad", fn.Cast(transforms.Grad(inside(x))(two), d), ofScalar(d, 3), 1e-6)
		within(t, "a step down", fn.Sub(x, fn.Mul(fn.Scalar(0.5), transforms.Grad(inside(x))(two))), of(d, -0.5, 0.5), 1e-6)
		for name, f := range map[string]Func{
			"Jit": transforms.Jit(fn.Exp), "Checkpoint": transforms.Checkpoint(fn.Exp), "Grad": transforms.Grad(fn.Exp),
			"StopGradient": func(x Value) Value { return transforms.StopGradient(fn.Exp(x)) },
			"Reshape":      func(x Value) Value { return fn.Reshape(fn.Reshape(fn.Exp(x), 1, 1)) },
			"Grad of Grad": transforms.Grad(transforms.Grad(fn.Exp)),
			"Vmap":         func(x Value) Value { return fn.Index(transforms.Vmap(fn.Exp)(fn.Stack(0, x, x)), 0) },
			"Scan": func(x Value) Value {
				c, _ := transforms.Scan(func(c, x Value) (Value, none) { return fn.Mul(c, fn.Exp(fn.Scalar(1))), none{} })(x, vector(1, 2))
				return fn.Mul(c, fn.Scalar(0.5))
			},
			"Cond": func(x Value) Value {
				return transforms.Jit(func(x Value) Value { return transforms.Cond(fn.Greater(x, fn.Scalar(0)), fn.Exp, fn.Neg)(x) })(x)
			},
		} {
			y := f(two)
			if !y.IsWeak() {
				t.Errorf("%s: the result is not weak", name)
				continue
			}
			within(t, name, fn.Mul(y, x), fn.Mul(fn.Exp(two), x), 1e-6)
		}
		if y := transforms.Jit(fn.Exp)(trace.Scalar(2.0)); y.IsWeak() {
			t.Error("the result for an ordinary scalar is weak")
		}
	})
	j := transforms.NewJit(fn.Exp) // weak and ordinary are two kinds of argument
	if !j.Call(two).IsWeak() || j.Call(trace.Scalar(2.0)).IsWeak() || !j.Call(fn.Scalar(3)).IsWeak() {
		t.Error("Jit confuses weak and ordinary arguments")
	}
}

func TestFaultA6WeakCarry(t *testing.T) {
	floatDTypes(t, func(t *testing.T, d trace.DType) {
		rows := of(d, 1, 2, 3)
		step := func(c, x Value) (Value, Value) { return fn.Add(c, x), c }
		loop := func(rows Value) weakIn { c, ys := transforms.Scan(step)(fn.Scalar(0), rows); return weakIn{c, ys} }
		for name, f := range map[string]func(Value) weakIn{"eager": loop, "Jit": transforms.Jit(loop)} {
			sameBits(t, name, f(rows).X, ofScalar(d, 6))
			sameBits(t, name, f(rows).C, of(d, 0, 1, 3))
		}
		sum := func(rows Value) Value { return fn.SumAll(fn.Mul(loop(rows).C, loop(rows).X)) }
		if g := transforms.Grad(sum)(rows); g.DType() != d {
			t.Errorf("the gradient is %v", g.Type())
		}
		type pair struct{ A, B Value } // one leaf makes the other strong
		c, _ := transforms.Scan(func(c pair, x Value) (pair, none) {
			return pair{fn.Add(c.A, fn.Scalar(1)), fn.Add(c.B, fn.Mul(c.A, x))}, none{}
		})(
			pair{fn.Scalar(0), fn.Scalar(0)}, rows)
		sameBits(t, "beside", c.B, ofScalar(d, 8))
		if !c.A.IsWeak() || c.A.Float64() != 3 {
			t.Errorf("the counter is %v, weak %v", c.A, c.A.IsWeak())
		}
		chain, _ := transforms.Scan(func(c pair, x Value) (pair, none) { return pair{c.B, fn.Add(c.B, x)}, none{} })(pair{fn.Scalar(7), fn.Scalar(0)}, rows)
		sameBits(t, "in turn", chain.A, ofScalar(d, 3))
		none0, _ := transforms.Scan(step)(fn.Scalar(0), of(d))
		sameBits(t, "no rows", none0, ofScalar(d, 0))
	})
	c, _ := transforms.Scan(func(c, x Value) (Value, none) { return fn.Add(c, x), none{} })(fn.Scalar(1), trace.New([]int64{1, 2}))
	sameBits(t, "integers", c, trace.Scalar(int64(4)))
}

func TestFaultA6WeakBranch(t *testing.T) {
	floatDTypes(t, func(t *testing.T, d trace.DType) {
		x := of(d, 1, 2)
		f := func(x Value) Value {
			return transforms.Cond(fn.Greater(fn.SumAll(x), fn.Scalar(0)), fn.SumAll, func(Value) Value { return fn.Scalar(0) })(x)
		}
		g := func(x Value) Value {
			return transforms.Cond(fn.Greater(fn.SumAll(x), fn.Scalar(0)), func(Value) Value { return fn.Scalar(0) }, fn.SumAll)(x)
		}
		sameBits(t, "then", transforms.Jit(f)(x), ofScalar(d, 3))
		sameBits(t, "otherwise", transforms.Jit(f)(fn.Neg(x)), ofScalar(d, 0))
		sameBits(t, "the other way", transforms.Jit(g)(x), ofScalar(d, 0))
		sameBits(t, "Grad", transforms.Grad(f)(x), of(d, 1, 1))
		sameBits(t, "Grad, known", transforms.Grad(f)(fn.Neg(x)), of(d, 0, 0))
		sameBits(t, "Vmap", transforms.Vmap(f)(fn.Stack(0, x, fn.Neg(x))), of(d, 3, 0))
		if y := f(fn.Neg(x)); !y.IsWeak() && y.DType() != d {
			t.Errorf("eager: got %v", y)
		}
		sameBits(t, "eager", fn.Add(f(fn.Neg(x)), x), x)
	})
	ints := func(i Value) Value {
		return transforms.Cond(fn.Less(i, fn.Scalar(0)), func(Value) Value { return fn.Scalar(7) }, fn.Neg)(i)
	}
	sameBits(t, "integers", transforms.Vmap(ints)(trace.New([]int32{-1, 2})), trace.New([]int32{7, -2}))
}

func TestFaultA6WeakOperations(t *testing.T) {
	floatDTypes(t, func(t *testing.T, d trace.DType) {
		x, p := of(d, 3), trace.New([]bool{true, false})
		ops := func(c Value) []Value { // c is 1, known or traced
			zero := fn.Sub(c, c)
			return []Value{
				fn.Mul(fn.Where(p, c, zero), fn.Index(x, 0)), fn.Mul(fn.Where(p, c, fn.Scalar(0)), fn.Index(x, 0)),
				fn.Stack(0, c, fn.Index(x, 0)), fn.Stack(0, fn.Index(x, 0), c), fn.Concat(0, fn.Reshape(c, 1), x),
				fn.Mul(fn.Stack(0, c, c), fn.Index(x, 0)), fn.Mul(transforms.StopGradient(c), x), fn.Mul(fn.Reshape(c, 1), x),
				fn.Mul(fn.BroadcastTo(c, 2), fn.Index(x, 0)), fn.Pow(x, c), fn.PReLU(fn.Neg(x), c), fn.Where(p, c, fn.Index(x, 0)),
				fn.Cast(fn.Less(c, x), d), fn.Maximum(c, x), fn.Mul(fn.Clamp(fn.Neg(c), -2, 5), x), fn.Add(x, fn.ZerosLike(c)),
			}
		}
		exact := []Value{of(d, 3, 0), of(d, 3, 0), of(d, 1, 3), of(d, 3, 1), of(d, 1, 3), of(d, 3, 3), x, x, of(d, 3, 3), x, of(d, -3), of(d, 1, 3),
			of(d, 1), x, of(d, -3), x}
		traced := transforms.Jit(ops)(fn.Scalar(1))
		for i, y := range ops(fn.Scalar(1)) {
			within(t, "eager", fn.Cast(y, d), exact[i], 1e-6)
			if y.DType() != d || traced[i].DType() != d {
				t.Errorf("%d: got %v eager and %v traced", i, y.Type(), traced[i].Type())
			}
			within(t, "traced", traced[i], exact[i], 1e-6)
		}
	})
	whole := transforms.Jit(func(p weakIn) Value { return fn.Mul(p.X, p.C) })
	ints := trace.New([]int32{2, 3})
	sameBits(t, "integers", whole(weakIn{ints, fn.Scalar(3)}), trace.New([]int32{6, 9}))
	if got := message(t, func() { whole(weakIn{ints, fn.Scalar(2.5)}) }); !containsAll(got, "fault_weak_test.go:", "2.5", "is not an i32") {
		t.Errorf("got %q", got)
	}
}
