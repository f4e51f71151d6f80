package transforms_test

import (
	"fmt"
	"testing"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/trace"
	"github.com/pullback-go/pullback/transforms"
	"github.com/pullback-go/pullback/transforms/lawtest"
)

// cubic maps [3] to [2], with every derivative up to the third.
func cubic(x Value) Value {
	a := fn.Index(x, 0)
	b := fn.Index(x, 1)
	c := fn.Index(x, 2)
	return fn.Stack(0,
		fn.Mul(fn.Mul(a, b), c),
		fn.Add(fn.Mul(fn.Sin(a), b), fn.Mul(c, fn.Mul(c, c))))
}

func TestValuesOfDerivatives(t *testing.T) {
	x := vector(0.5, -2, 3)
	sin, cos := fn.Sin(num(0.5)).Float64(), fn.Cos(num(0.5)).Float64()
	jacobian := trace.New([]float64{-6, 1.5, -1, -2 * cos, sin, 27}, 2, 3)
	hessian := trace.New([]float64{
		2 * sin, 3 + cos, -2,
		3 + cos, 0, 0.5,
		-2, 0.5, 18}, 3, 3)
	total := func(x Value) Value { return fn.SumAll(cubic(x)) }
	want(t, "Jacobian", transforms.Jacobian(cubic)(x), jacobian)
	want(t, "JacobianForward", transforms.JacobianForward(cubic)(x), jacobian)
	want(t, "Hessian", transforms.Hessian(total)(x), hessian)
	want(t, "Jacobian of Grad", transforms.Jacobian(transforms.Grad(total))(x), hessian)
	want(t, "Grad", transforms.Grad(total)(x), fn.Sum(jacobian, 0))
	v := vector(1, 10, 100)
	want(t, "HVP", transforms.HVP(total)(x, v), fn.MatMul(hessian, v))
	want(t, "JVP", slope(cubic, x, v), fn.MatMul(jacobian, v))
	u := vector(2, -5)
	want(t, "VJP", pulled(cubic, x, u), fn.MatMul(u, jacobian))
	want(t, "Pull", transforms.Pull(cubic, func(Value) Value { return u })(x), fn.MatMul(u, jacobian))
	y, g := transforms.ValueAndGrad(total)(x)
	sameBits(t, "value", y, total(x))
	sameBits(t, "gradient beside the value", g, transforms.Grad(total)(x))
}

// If the cotangent depends on the value, this dependence counts when Pull is
// differentiated.
func TestPullCountsTheTargetsDependence(t *testing.T) {
	x, v := vector(0.5, -2, 3), vector(1, 0.2, -1)
	g := transforms.Pull(cubic, func(y Value) Value { return fn.Mul(y, num(2)) })
	squares := func(x Value) Value { y := cubic(x); return dot(y, y) }
	want(t, "first order", g(x), transforms.Grad(squares)(x))
	along(t, "second order", g, x, v, vector(1, 2, 3))
	constant := transforms.Pull(cubic, func(y Value) Value { return vector(1, 1) })
	want(t, "constant target", transforms.Pull(constant, func(Value) Value { return v })(x), transforms.HVP(sumOf(cubic))(x, v))
}

func TestAuxIsReturnedAndNotDifferentiated(t *testing.T) {
	type aux struct {
		Square Value
		Name   string
	}
	y, a, g := transforms.ValueAndGradAux(func(x Value) (Value, aux) {
		return fn.SumAll(fn.Mul(x, num(3))), aux{fn.Mul(x, x), "kept"}
	})(vector(1, 2))
	want(t, "value", y, num(9))
	want(t, "aux", a.Square, vector(1, 4))
	want(t, "gradient", g, vector(3, 3))
	if a.Name != "kept" {
		t.Errorf("the static part of aux is %q", a.Name)
	}
}

// Grad is applied to a scalar function again and again.
func TestGradOfGradOfGrad(t *testing.T) {
	f := func(x Value) Value { return fn.Mul(fn.Mul(x, x), fn.Mul(x, fn.Mul(x, x))) }
	wants := []float64{243, 405, 540, 540, 360, 120, 0}
	for order, w := range wants {
		want(t, fmt.Sprintf("order %d", order), f(num(3)), trace.Scalar(w))
		f = transforms.Grad(f)
	}
	g := fn.Exp
	for order := range 6 {
		want(t, fmt.Sprintf("exp, order %d", order), g(num(0.5)), fn.Exp(trace.Scalar(0.5)))
		g = transforms.Grad(g)
	}
}

// Nested differentiation never confuses perturbations.
func TestPerturbationConfusion(t *testing.T) {
	grad := func(f Func) Func { return transforms.Grad(f) }
	forward := func(f Func) Func { return func(x Value) Value { return slope(f, x, fn.OnesLike(x)) } }
	jitted := func(f Func) Func { return transforms.Jit(transforms.Grad(f)) }
	mapped := func(f Func) Func {
		return func(x Value) Value {
			return fn.Index(transforms.Vmap(transforms.Grad(f))(fn.Stack(0, x, x)), 1)
		}
	}
	modes := map[string]func(Func) Func{"grad": grad, "forward": forward, "jit": jitted, "vmap": mapped}
	for outer, d1 := range modes {
		for inner, d2 := range modes {
			what := outer + " of " + inner
			// d/dx [x · d/dy (x·y)] at 3 = 2x
			f := d1(func(x Value) Value { return fn.Mul(x, d2(func(y Value) Value { return fn.Mul(x, y) })(num(5))) })
			want(t, what+": x·d/dy(x·y)", f(trace.Scalar(3.0)), trace.Scalar(6.0))
			// The inner derivative is taken at the outer variable.
			f = d1(func(x Value) Value { return fn.Mul(x, d2(func(y Value) Value { return fn.Mul(fn.Mul(x, y), y) })(x)) })
			want(t, what+": x·d/dy(x·y²) at x", f(trace.Scalar(2.0)), trace.Scalar(24.0)) // d/dx 2x³
			// The inner function does not depend on its variable.
			f = d1(func(x Value) Value { return fn.Mul(x, d2(func(y Value) Value { return fn.Mul(x, x) })(x)) })
			want(t, what+": x·d/dy(x²)", f(trace.Scalar(2.0)), trace.Scalar(0.0))
			// d/dx [d/dy (x + y)] at 1 = 0, the textbook case
			f = d1(func(x Value) Value { return fn.Mul(x, d2(func(y Value) Value { return fn.Add(x, y) })(num(1))) })
			want(t, what+": x·d/dy(x+y)", f(trace.Scalar(1.0)), trace.Scalar(1.0))
			// three deep
			f = d1(func(x Value) Value {
				return d2(func(y Value) Value {
					return fn.Mul(y, d1(func(z Value) Value { return fn.Mul(fn.Mul(x, y), fn.Mul(z, z)) })(y))
				})(x)
			})
			want(t, what+": three deep", f(trace.Scalar(2.0)), trace.Scalar(72.0)) // y·2xy², its slope 6xy² at y = x, and of that 18x²
		}
	}
}

// A function that does not depend on its argument, or returns it, still has a derivative.
func TestTrivialFunctions(t *testing.T) {
	x, v := vector(1, 2), vector(3, 4)
	w := vector(5, 6)
	want(t, "constant", pulled(func(Value) Value { return w }, x, v), vector(0, 0))
	want(t, "constant, forward", slope(func(Value) Value { return w }, x, v), vector(0, 0))
	want(t, "identity", pulled(func(x Value) Value { return x }, x, v), v)
	want(t, "identity, forward", slope(func(x Value) Value { return x }, x, v), v)
	type pair struct{ A, B Value }
	twice := func(x Value) pair { return pair{x, x} }
	_, pull := transforms.VJP(twice)(x)
	want(t, "both", pull(pair{v, w}), vector(8, 10))
	want(t, "one, the other absent", pull(pair{A: v}), v)
	want(t, "Jacobian of a constant", transforms.Jacobian(func(Value) Value { return w })(x), trace.New([]float64{0, 0, 0, 0}, 2, 2))
	want(t, "scalar to scalar", transforms.Jacobian(fn.Exp)(trace.Scalar(0.0)), trace.Scalar(1.0))
	want(t, "Hessian of linear", transforms.Hessian(fn.SumAll)(x), trace.New([]float64{0, 0, 0, 0}, 2, 2))
	empty := trace.New([]float64{}, 0)
	sameBits(t, "no elements", transforms.Grad(sumOf(fn.Exp))(empty), empty)
}

// A pullback may be called any number of times, inside other transforms and from a Vmap.
func TestPullbackIsAFunction(t *testing.T) {
	x, v := vector(0.5, -2, 3), vector(2, -5)
	_, pull := transforms.VJP(cubic)(x)
	first := pull(v)
	want(t, "again", pull(v), first)
	want(t, "linear", pull(fn.Mul(v, num(3))), fn.Mul(first, num(3)))
	want(t, "mapped", transforms.Vmap(pull)(fn.Stack(0, v, vector(1, 0))), fn.Stack(0, first, pull(vector(1, 0))))
	want(t, "jitted", transforms.Jit(pull)(v), first)
	want(t, "its derivative", pulled(pull, v, vector(1, 1, 1)), slope(cubic, x, vector(1, 1, 1)))
	// The pullback captured the values that x is a function of.
	f := func(x Value) Value { _, pull := transforms.VJP(cubic)(x); return fn.SumAll(fn.Sin(pull(v))) }
	u := vector(1, 0.3, -0.2)
	within(t, "differentiated through", dot(transforms.Grad(f)(x), u), lawtest.FiniteDifference(f, x, u), 1e-7)
}

func TestRavel(t *testing.T) {
	type tree struct {
		W    Value
		Rest map[string]Value
		Name string
	}
	x := tree{trace.New([]float64{1, 2, 3, 4, 5, 6}, 2, 3), map[string]Value{"b": trace.Scalar(7.0), "a": vector(8, 9)}, "kept"}
	flat, build := transforms.Ravel(x)
	want(t, "flat", flat, vector(1, 2, 3, 4, 5, 6, 8, 9, 7))
	back := build(fn.Mul(flat, num(2)))
	want(t, "W", back.W, fn.Mul(x.W, num(2)))
	want(t, "a", back.Rest["a"], vector(16, 18))
	want(t, "b", back.Rest["b"], trace.Scalar(14.0))
	if back.Name != "kept" {
		t.Errorf("the static part is %q", back.Name)
	}
	f := func(x tree) Value {
		return fn.Add(fn.SumAll(fn.Mul(x.W, x.W)), fn.Mul(x.Rest["b"], fn.SumAll(x.Rest["a"])))
	}
	h := transforms.Hessian(func(v Value) Value { return f(build(v)) })(flat)
	if got := fn.Index(h, 8).Float64s(); fmt.Sprint(got) != "[0 0 0 0 0 0 1 1 0]" {
		t.Errorf("the Hessian's last row is %v", got)
	}
	for what, f := range map[string]func(){
		"Ravel: .A is f64[], .B is f32[]":                                          func() { transforms.Ravel(struct{ A, B Value }{trace.Scalar(1.0), trace.Scalar(float32(1))}) },
		"Ravel of a tree without values":                                           func() { transforms.Ravel([]Value{}) },
		"Ravel: the tree is made of a vector of 9 elements, and was given f64[10]": func() { build(fn.Concat(0, flat, vector(1))) },
	} {
		if got := message(t, f); !containsAll(got, "grad_test.go:", what) {
			t.Errorf("got %q, want %q", got, what)
		}
	}
}
