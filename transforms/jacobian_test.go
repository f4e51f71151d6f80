package transforms_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/trace"
	"github.com/pullback-go/pullback/transforms"
)

// parts is a tree with leaves of different ranks, an integer leaf and an absent one.
type parts struct {
	W      Value
	Rest   map[string]Value
	Count  Value
	Absent Value
	Name   string
}

type vectorAndScalar struct{ Vector, Scalar Value }

func drawParts(seed uint64) parts {
	r := seeded(seed)
	return parts{W: draw(r, 3, 2), Rest: map[string]Value{"b": draw(r, 2), "c": draw(r)}, Count: trace.New([]int64{2, 3}), Name: "p"}
}

func vectorOf(p parts) Value {
	h := fn.Tanh(fn.Add(fn.MatMul(fn.Square(p.W), p.Rest["b"]), p.Rest["c"]))
	return fn.Mul(h, fn.Cast(fn.Sum(p.Count, 0), h.DType()))
}

// floatsOf are the float leaves of parts, and build makes parts of other floats.
func floatsOf(p parts) (Value, func(Value) parts) {
	type floats struct{ W, B, C Value }
	flat, build := transforms.Ravel(floats{p.W, p.Rest["b"], p.Rest["c"]})
	return flat, func(x Value) parts {
		f := build(x)
		return parts{W: f.W, Rest: map[string]Value{"b": f.B, "c": f.C}, Count: p.Count, Name: p.Name}
	}
}

// flatRows are the parts of a Jacobian as one matrix, like that of the raveled function.
func flatRows(j parts, rows int) Value {
	return fn.Concat(1, fn.Reshape(j.W, rows, -1), fn.Reshape(j.Rest["b"], rows, -1), fn.Reshape(j.Rest["c"], rows, -1))
}

// The Jacobian of a tree has the parts of that of the raveled tree, in either mode.
func TestJacobianOfTree(t *testing.T) {
	p := drawParts(70)
	flat, build := floatsOf(p)
	whole := transforms.Jacobian(func(x Value) Value { return vectorOf(build(x)) })(flat)
	check := func(name string, j parts) {
		t.Helper()
		want(t, name, flatRows(j, 3), whole)
		if got := fmt.Sprint(j.W.Type(), j.Rest["b"].Type(), j.Rest["c"].Type(), j.Count, j.Absent, j.Name); got != "f64[3 3 2] f64[3 2] f64[3] i64[3 2] [[0 0] [0 0] [0 0]] absentp" {
			t.Errorf("%s: %s", name, got)
		}
	}
	check("Jacobian", transforms.Jacobian(vectorOf)(p))
	check("JacobianForward", transforms.JacobianForward(vectorOf)(p))
	check("Jit of Jacobian", transforms.Jit(transforms.Jacobian(vectorOf))(p))
	j, count := transforms.JacobianAux(func(p parts) (Value, Value) { return vectorOf(p), p.Count })(p)
	check("JacobianAux", j)
	want(t, "the auxiliary result", fn.Cast(count, trace.Float64), vector(2, 3))
}

// Jacobians has that of each result, also where one does not depend on a leaf.
func TestJacobians(t *testing.T) {
	p := drawParts(71)
	f := func(p parts) vectorAndScalar { return vectorAndScalar{vectorOf(p), fn.SumAll(fn.Exp(p.W))} }
	j := transforms.Jacobians(f)(p)
	if paths := slices.Sorted(maps.Keys(j)); !slices.Equal(paths, []string{".Scalar", ".Vector"}) {
		t.Fatalf("the paths are %q", paths)
	}
	want(t, "Vector", flatRows(j[".Vector"], 3), flatRows(transforms.Jacobian(vectorOf)(p), 3))
	want(t, "Scalar", j[".Scalar"].W, fn.Exp(p.W))
	want(t, "Scalar", j[".Scalar"].Rest["b"], vector(0, 0))
	mapped := transforms.Vmap(transforms.Jacobians(func(x Value) vectorAndScalar { return vectorAndScalar{fn.Square(x), fn.SumAll(x)} }))(draw(seeded(72), 4, 3))
	if got := fmt.Sprint(mapped[".Vector"].Type(), mapped[".Scalar"].Type()); got != "f64[4 3 3] f64[4 3]" {
		t.Errorf("mapped: %s", got)
	}
}

// The blocks of the Hessian of a tree are those of the raveled tree.
func TestHessians(t *testing.T) {
	p := drawParts(73)
	loss := func(p parts) Value { return fn.SumAll(fn.Square(vectorOf(p))) }
	flat, build := floatsOf(p)
	whole := transforms.Hessian(func(x Value) Value { return loss(build(x)) })(flat)
	h := transforms.Hessians(loss)(p)
	if len(h) != 3 {
		t.Fatalf("there are %d rows of blocks", len(h))
	}
	want(t, "all blocks", fn.Concat(0, flatRows(h[".W"], 6), flatRows(h[".Rest[b]"], 2), flatRows(h[".Rest[c]"], 1)), whole)
	if got := fmt.Sprint(h[".W"].Rest["b"].Type(), h[".Rest[b]"].W.Type(), h[".Rest[c]"].Rest["c"].Type()); got != "f64[3 2 2] f64[2 3 2] f64[]" {
		t.Errorf("the shapes are %s", got)
	}
}

func TestJacobianOfTreeErrors(t *testing.T) {
	p := drawParts(74)
	for want, call := range map[string]func(){
		"jacobian_test.go:": func() { transforms.Jacobian(func(p parts) Value { return p.Count })(p) },
		"Jacobian needs a function whose value is a float array; this one gives i64[2]":            func() { transforms.Jacobian(func(p parts) Value { return p.Count })(p) },
		"JacobianForward needs a function whose value is a float array; this one gives i64[2]":     func() { transforms.JacobianForward(func(p parts) Value { return p.Count })(p) },
		"Jacobians needs a function whose value is a float array; this one gives i64[2]":           func() { transforms.Jacobians(func(p parts) parts { return p })(p) },
		"JacobianAux needs a function whose value is a float array; this one gives i64[2]":         func() { transforms.JacobianAux(func(p parts) (Value, Value) { return p.Count, p.W })(p) },
		"Jacobians of a function that returns an absent value":                                     func() { transforms.Jacobians(func(parts) parts { return parts{} })(p) },
		"Jacobian with respect to i64[2] at .Count":                                                func() { transforms.Jacobian(func(parts) Value { return vector(1) })(parts{Count: p.Count}) },
		"Hessians needs a function whose value is a float scalar, as f64[]; this one gives f64[3]": func() { transforms.Hessians(vectorOf)(p) },
		"Hessians of a function of no values":                                                      func() { transforms.Hessians(func(parts) Value { return trace.Scalar(1.0) })(parts{}) },
	} {
		if err := trace.Try(call); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("the error is %v, want %s", err, want)
		}
	}
}

// The second derivatives of a loss with respect to weights and bias.
func ExampleHessians() {
	type line struct{ W, B trace.Value }
	x, y := trace.New([]float64{1, 2}), trace.New([]float64{3, 5})
	loss := func(l line) trace.Value {
		return fn.SumAll(fn.Square(fn.Sub(fn.Add(fn.Mul(l.W, x), l.B), y)))
	}
	h := transforms.Hessians(loss)(line{trace.Scalar(0.0), trace.Scalar(0.0)})
	fmt.Println(h[".W"].W, h[".W"].B, h[".B"].B)
	// Output: f64[] 10 f64[] 6 f64[] 4
}

// The derivatives of two results.
func ExampleJacobians() {
	type polar struct{ Radius, Angle trace.Value }
	type point struct{ X, Y trace.Value }
	f := func(p polar) point {
		return point{fn.Mul(p.Radius, fn.Cos(p.Angle)), fn.Mul(p.Radius, fn.Sin(p.Angle))}
	}
	j := transforms.Jacobians(f)(polar{trace.Scalar(2.0), trace.Scalar(0.0)})
	fmt.Println(j[".X"].Radius, j[".Y"].Angle)
	// Output: f64[] 1 f64[] 2
}
