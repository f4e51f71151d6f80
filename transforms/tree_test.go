package transforms_test

import (
	"reflect"
	"testing"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/trace"
	"github.com/pullback-go/pullback/transforms"
)

// forest contains every kind of tree.
type forest struct {
	W      Value
	Ptr    *Value
	List   []Value
	Pair   [2]Value
	Map    map[string]Value
	Any    any
	Absent Value
	Nil    *Value
	Name   string
	N      int
}

func newForest() forest {
	p := vector(4, 5)
	return forest{W: vector(1, 2), Ptr: &p, List: []Value{vector(3, 1), trace.Scalar(2.0)}, Pair: [2]Value{trace.Scalar(7.0), vector(0.5, 8)},
		Map: map[string]Value{"b": vector(9, 10), "a": trace.Scalar(6.0)}, Any: vector(-1, -2), Name: "forest", N: 3}
}

// product is a sum of products, with another coefficient for each leaf: its gradient
// distinguishes all leaves.
func (f forest) product() Value {
	out := num(0)
	for i, v := range f.leaves() {
		out = fn.Add(out, fn.SumAll(fn.Mul(fn.Mul(v, v), num(float64(i+1)))))
	}
	return out
}

func (f forest) leaves() []Value {
	return []Value{f.W, *f.Ptr, f.List[0], f.List[1], f.Pair[0], f.Pair[1], f.Map["a"], f.Map["b"], f.Any.(Value)}
}

// A gradient has the structure of the argument.
func TestGradientOfATree(t *testing.T) {
	x := newForest()
	for name, g := range map[string]forest{
		"Grad": transforms.Grad(forest.product)(x),
		"Jit":  transforms.Jit(transforms.Grad(forest.product))(x),
		"Pull": transforms.Pull(forest.product, func(y Value) Value { return fn.OnesLike(y) })(x),
	} {
		for i, v := range g.leaves() {
			want(t, name, v, fn.Mul(x.leaves()[i], num(2*float64(i+1))))
		}
		if !g.Absent.IsAbsent() || g.Nil != nil || g.Name != "forest" || g.N != 3 {
			t.Errorf("%s: absent %v, nil %v, name %q, n %d", name, g.Absent, g.Nil, g.Name, g.N)
		}
		if g.Ptr == x.Ptr {
			t.Errorf("%s: the argument's pointer is shared", name)
		}
		_, a := trace.Flatten(x)
		_, b := trace.Flatten(g)
		if a.Key() != b.Key() || !reflect.DeepEqual(a.Paths(), b.Paths()) {
			t.Errorf("%s: another structure: %v, want %v", name, b.Paths(), a.Paths())
		}
	}
	_, h := transforms.JVP(transforms.Grad(forest.product))(x, x)
	for i, v := range h.leaves() {
		want(t, "JVP of Grad", v, fn.Mul(x.leaves()[i], num(2*float64(i+1))))
	}
}

// Tangents and cotangents may leave leaves absent; these are zero.
func TestPartialTangents(t *testing.T) {
	x := newForest()
	_, tangent := transforms.JVP(forest.product)(x, forest{W: vector(1, 0), Map: map[string]Value{"a": trace.Scalar(1.0)}})
	want(t, "tangent", tangent, trace.Scalar(2*1.0*1+2*6*7))
	type out struct{ A, B Value }
	_, pull := transforms.VJP(func(x Value) out { return out{fn.Mul(x, x), fn.Sin(x)} })(vector(1, 2))
	want(t, "cotangent", pull(out{A: vector(1, 1)}), vector(2, 4))
	want(t, "none", pull(out{}), vector(0, 0))
}

// Weak scalars fit a tangent or cotangent of any float type.
func TestWeakCotangents(t *testing.T) {
	x := trace.Scalar(float32(3))
	_, pull := transforms.VJP(func(x Value) Value { return fn.Mul(x, x) })(x)
	want(t, "float32", pull(num(1)), trace.Scalar(float32(6)))
}

type mixed struct {
	X     Value
	Index Value
	On    Value
	Small Value
}

// Beside floats, integers and booleans get zeros of their own type.
func TestIntegerLeavesBesideFloats(t *testing.T) {
	x := mixed{vector(5, 6, 7), trace.New([]int64{2, 0}), trace.New([]bool{true, false}), trace.New([]int32{1, 2}, 2, 1)}
	f := func(m mixed) Value {
		return fn.SumAll(fn.Mul(fn.Take(m.X, m.Index, 0), fn.Cast(m.On, trace.Float64)))
	}
	check := func(name string, g mixed) {
		t.Helper()
		want(t, name, g.X, vector(0, 0, 1))
		sameBits(t, name+": index", g.Index, trace.New([]int64{0, 0}))
		sameBits(t, name+": bool", g.On, trace.New([]bool{false, false}))
		sameBits(t, name+": int32", g.Small, trace.New([]int32{0, 0}, 2, 1))
	}
	check("Grad", transforms.Grad(f)(x))
	check("Jit", transforms.Jit(transforms.Grad(f))(x))
	for _, k := range []string{"named", "checkpoint"} {
		g := func(m mixed) Value {
			if k == "named" {
				return transforms.Named(Layer{Kind: "k", Path: "p"}, func(m mixed, _ []Value) Value { return f(m) })(m, nil)
			}
			return transforms.Checkpoint(f)(m)
		}
		check(k, transforms.Grad(g)(x))
	}
	// Results that are not floats are returned unchanged.
	type out struct{ Y, Where Value }
	top := func(m mixed) out { return out{fn.Mul(m.X, num(2)), fn.ArgMax(m.X, 0)} }
	y, pull := transforms.VJP(top)(x)
	sameBits(t, "integer result", y.Where, trace.Scalar(int64(2)))
	want(t, "cotangent", pull(out{Y: vector(1, 2, 3)}).X, vector(2, 4, 6))
	y, ty := transforms.JVP(top)(x, mixed{X: vector(1, 2, 3), Index: x.Index})
	want(t, "tangent", ty.Y, vector(2, 4, 6))
	sameBits(t, "integer tangent", ty.Where, trace.Scalar(int64(0)))
	sameBits(t, "integer result of JVP", y.Where, trace.Scalar(int64(2)))
}

// With respect to integers alone there is no derivative, and the error names the path.
func TestIntegersAlone(t *testing.T) {
	type labels struct{ Label Value }
	y := labels{trace.New([]int64{1, 2})}
	f := func(l labels) Value { return fn.SumAll(fn.Cast(l.Label, trace.Float64)) }
	for name, use := range map[string]func(){
		"VJP":          func() { transforms.VJP(f)(y) },
		"JVP":          func() { transforms.JVP(f)(y, y) },
		"Grad":         func() { transforms.Grad(f)(y) },
		"Hessian":      func() { transforms.HVP(f)(y, y) },
		"ValueAndGrad": func() { transforms.ValueAndGrad(f)(y) },
	} {
		if got := message(t, use); !containsAll(got, "tree_test.go:", "i64[2] at .Label", "integers and booleans have no derivative", "capture the others") {
			t.Errorf("%s: got %q", name, got)
		}
	}
	if got := message(t, func() { transforms.Grad(func(b Value) Value { return num(1) })(trace.Scalar(true)) }); !containsAll(got, "bool[] at its only leaf") {
		t.Errorf("a lone leaf: got %q", got)
	}
	if got := message(t, func() { transforms.Grad(func(l labels) Value { return num(1) })(labels{}) }); !containsAll(got, "no values", "no leaves") {
		t.Errorf("no leaves: got %q", got)
	}
}

// A tree that does not fit is named by the path of the misfit.
func TestMisfitsAreNamed(t *testing.T) {
	type pair struct{ A, B Value }
	x := pair{vector(1, 2), vector(3, 4, 5)}
	identity := func(p pair) pair { return p }
	_, pull := transforms.VJP(identity)(x)
	for want, f := range map[string]func(){
		"the cotangent at .B is f64[2], want f64[3]":                      func() { pull(pair{B: vector(1, 2)}) },
		"the cotangent at .A is f32[2], want f64[2]":                      func() { pull(pair{A: trace.New([]float32{1, 2})}) },
		"the tangent at .A is i64[2], want f64[2]":                        func() { transforms.JVP(identity)(x, pair{A: trace.New([]int64{1, 2})}) },
		"the tangent has a leaf at .B, what it belongs to has none there": func() { transforms.JVP(identity)(pair{A: x.A}, x) },
		"operand 1 is absent":                                             func() { transforms.Grad(func(p pair) Value { return fn.SumAll(fn.Add(p.A, p.B)) })(pair{A: x.A}) },
		"Grad of a function that returns an absent value":                 func() { transforms.Grad(func(p pair) Value { return Value{} })(x) },
		"one pointer is reached by two paths, [0] and [1]":                func() { transforms.Grad(func(p []*Value) Value { return *p[0] })([]*Value{&x.A, &x.A}) },
	} {
		if got := message(t, f); !containsAll(got, "tree_test.go:", want) {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}
