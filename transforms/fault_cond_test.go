package transforms_test

import (
	"testing"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/trace"
	"github.com/pullback-go/pullback/transforms"
)

// guarded has functions of one integer, or of a float that becomes one. A choice guards
// an operation that fails on some of them.
func guarded() map[string]Func {
	table, long := trace.New([]float64{10, 20, 30}), trace.New([]float64{1, 2, 3, 4, 5, 6}, 2, 3)
	minus := func(Value) Value { return trace.Scalar(-1.0) }
	below := func(n float64, f Func) Func {
		return func(i Value) Value { return transforms.Cond(fn.Less(i, fn.Scalar(n)), f, minus)(i) }
	}
	notZero := func(f Func) Func {
		return func(d Value) Value {
			return transforms.Cond(fn.NotEqual(d, fn.Scalar(0)), f, func(Value) Value { return trace.Scalar(int64(0)) })(d)
		}
	}
	return map[string]Func{
		"Take": below(3, func(i Value) Value { return fn.Take(table, i, 0) }),
		"Take of a captured index": func(i Value) Value {
			return transforms.Cond(fn.Less(i, fn.Scalar(3)), func([]Value) Value { return fn.Take(table, i, 0) }, func([]Value) Value { return minus(i) })(nil)
		},
		"TakeAlong": below(3, func(i Value) Value {
			at := fn.BroadcastTo(i, 2, 1)
			return fn.SumAll(fn.TakeAlong(long, at, 1))
		}),
		"OneHot":        below(3, func(i Value) Value { return fn.SumAll(fn.Mul(fn.OneHot(i, 3, trace.Float64), table)) }),
		"Div":           notZero(func(d Value) Value { return fn.Div(trace.Scalar(int64(10)), d) }),
		"Rem":           notZero(func(d Value) Value { return fn.Rem(trace.Scalar(int64(10)), d) }),
		"a float index": below(3, func(i Value) Value { return fn.Take(table, fn.Cast(fn.Cast(i, trace.Float64), trace.Int64), 0) }),
		"in a call": below(3, func(i Value) Value {
			return transforms.Checkpoint(func(i Value) Value { return fn.Take(table, i, 0) })(i)
		}),
		"in a loop": below(3, func(i Value) Value {
			c, _ := transforms.Scan(func(c, _ Value) (Value, []Value) { return fn.Add(c, fn.Take(table, i, 0)), nil })(num(0), vector(1, 2))
			return c
		}),
		"in a choice": below(3, func(i Value) Value {
			return transforms.Cond(fn.Less(i, fn.Scalar(1)), minus, func(i Value) Value { return fn.Take(table, fn.Sub(i, fn.Scalar(1)), 0) })(i)
		}),
	}
}

// A mapped choice evaluated operands that its guard excludes: Vmap(f) was not f row by
// row.
func TestFaultA2B4MappedGuards(t *testing.T) {
	for name, f := range guarded() {
		t.Run(name, func(t *testing.T) {
			for _, is := range [][]int64{{0, 5, 1, 2}, {2, 0, 9, 7}, {5, 5, 5, 7}, {0, 1, 2, 1}} {
				rows := make([]Value, len(is))
				for k, i := range is {
					rows[k] = f(trace.Scalar(i))
				}
				x := trace.New(is)
				sameBits(t, "Vmap", transforms.Vmap(f)(x), fn.Stack(0, rows...))
				sameBits(t, "Jit of Vmap", transforms.Jit(transforms.Vmap(f))(x), fn.Stack(0, rows...))
				sameBits(t, "Vmap of Vmap", transforms.Vmap(transforms.Vmap(f))(fn.Reshape(x, 2, 2)), fn.Reshape(fn.Stack(0, rows...), 2, 2))
				sameBits(t, "Jit of Vmap of Vmap", transforms.Jit(transforms.Vmap(transforms.Vmap(f)))(fn.Reshape(x, 2, 2)), fn.Reshape(fn.Stack(0, rows...), 2, 2))
				sameBits(t, "Vmap of Jit", transforms.Vmap(transforms.Jit(f))(x), fn.Stack(0, rows...))
			}
		})
	}
}

// A float operand beside a guarded index has the derivative of the case that takes the
// branch.
func TestFaultA2B4DerivativesOfMappedGuards(t *testing.T) {
	type in struct{ X, I Value }
	f := func(p in) Value {
		return transforms.Cond(fn.Less(p.I, fn.Scalar(2)),
			func(p in) Value { return fn.Mul(fn.Log(fn.Take(p.X, p.I, 0)), num(3)) },
			func(p in) Value { return fn.SumAll(p.X) })(p)
	}
	xs, is := trace.New([]float64{1, 2, -1, -2, 4, 5}, 3, 2), trace.New([]int64{0, 4, 1})
	total := func(x Value) Value { return fn.SumAll(transforms.Vmap(f)(in{x, is})) }
	exact := trace.New([]float64{3, 0, 1, 1, 0, 0.6}, 3, 2)
	want(t, "Grad of Vmap", transforms.Grad(total)(xs), exact)
	want(t, "Jit of Grad of Vmap", transforms.Jit(transforms.Grad(total))(xs), exact)
	want(t, "Vmap of Grad", transforms.Vmap(func(p in) Value {
		return transforms.Grad(func(x Value) Value { return f(in{x, p.I}) })(p.X)
	})(in{xs, is}), exact)
	ones := fn.OnesLike(xs)
	want(t, "JVP of Vmap", slope(func(x Value) Value { return transforms.Vmap(f)(in{x, is}) }, xs, ones), vector(3, 2, 0.6))
	want(t, "Vmap of JVP", transforms.Vmap(func(p in) Value {
		return slope(func(x Value) Value { return f(in{x, p.I}) }, p.X, vector(1, 1))
	})(in{xs, is}), vector(3, 2, 0.6))
	want(t, "HVP of Vmap", slope(transforms.Grad(total), xs, ones), trace.New([]float64{-3, 0, 0, 0, 0, -0.12}, 3, 2))
}

// The error of a case that does take the branch names the element of the case and the
// user's axis.
func TestFaultA2B4Messages(t *testing.T) {
	table := trace.New([]float64{10, 20, 30})
	get := func(i Value) Value {
		return transforms.Cond(fn.Less(i, fn.Scalar(5)), func(i Value) Value { return fn.Take(table, i, 0) }, func(Value) Value { return num(-1) })(i)
	}
	by := func(i Value) Value {
		return transforms.Cond(fn.Less(i, fn.Scalar(5)), func(i Value) Value { return fn.Div(trace.Scalar(int64(7)), i) },
			func(Value) Value { return trace.Scalar(int64(0)) })(i)
	}
	for name, f := range map[string]struct {
		f    Func
		at   []int64
		want []string
	}{
		"index":   {get, []int64{0, 7, 4}, []string{"take", "index 4 (element 2", "axis 0"}},
		"divisor": {by, []int64{4, 9, 9, 0}, []string{"div", "element 3 of the divisor"}},
	} {
		for _, mapped := range []Func{transforms.Vmap(f.f), transforms.Jit(transforms.Vmap(f.f))} {
			if got := message(t, func() { mapped(trace.New(f.at)) }); !containsAll(got, f.want...) {
				t.Errorf("%s: got %q", name, got)
			}
		}
	}
}

// An operand that all cases share fails where a case takes the branch, and only there.
// The error is that of the case alone.
func TestFaultA2B4SharedGuards(t *testing.T) {
	table := trace.New([]float64{10, 20, 30})
	type in struct{ P, I Value }
	f := func(p in) Value {
		return transforms.Cond(p.P, func(i Value) Value { return fn.Take(table, i, 0) }, func(Value) Value { return num(-1) })(p.I)
	}
	shared := transforms.VmapConfig{Shared: []string{".I"}}
	mapped := transforms.Vmap(f, shared)
	for name, f := range map[string]func(in) Value{"Vmap": mapped, "Jit": transforms.Jit(mapped)} {
		sameBits(t, name, f(in{trace.New([]bool{false, false}), trace.Scalar(int64(7))}), vector(-1, -1))
		sameBits(t, name, f(in{trace.New([]bool{true, false}), trace.Scalar(int64(2))}), vector(30, -1))
		if got := message(t, func() { f(in{trace.New([]bool{false, true}), trace.Scalar(int64(7))}) }); !containsAll(got, "take", "index 7") {
			t.Errorf("%s: got %q", name, got)
		}
	}
}
