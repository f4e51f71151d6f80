package transforms_test

import (
	"strings"
	"testing"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/trace"
	"github.com/pullback-go/pullback/transforms"
)

// If a bwd or fwd of CustomVJP captured the differentiated value, the error said that a
// value was used after its trace had ended.
func TestFaultA5CustomVJPCaptures(t *testing.T) {
	same := func(y Value) Value { return y }
	keep := func(y Value) (Value, Value) { return y, y }
	fs := map[string]Func{
		"CustomVJP's bwd": func(x Value) Value {
			return transforms.CustomVJP(same, keep, func(_, ct Value) Value { return fn.Mul(ct, x) })(x)
		},
		"CustomVJP's fwd": func(x Value) Value {
			return transforms.CustomVJP(same, func(y Value) (Value, Value) { return y, fn.Mul(y, x) }, func(_, ct Value) Value { return ct })(x)
		},
		"CustomVJP's function": func(x Value) Value {
			return transforms.CustomVJP(func(y Value) Value { return fn.Mul(y, x) }, keep, func(_, ct Value) Value { return ct })(x)
		},
		"CustomVJP's function, with nothing else": func(x Value) Value {
			return transforms.CustomVJP(func([]Value) Value { return fn.Sin(x) }, func([]Value) (Value, Value) { return x, x }, func(Value, Value) []Value { return nil })(nil)
		},
	}
	for name, f := range fs {
		for nesting, run := range map[string]func(){
			"Grad":         func() { transforms.Grad(f)(trace.Scalar(2.0)) },
			"Jit of Grad":  func() { transforms.Jit(transforms.Grad(f))(trace.Scalar(2.0)) },
			"Vmap of Grad": func() { transforms.Vmap(transforms.Grad(f))(vector(1, 2)) },
			"Grad of Grad": func() { transforms.Grad(transforms.Grad(f))(trace.Scalar(2.0)) },
			"JVP":          func() { slope(f, trace.Scalar(2.0), trace.Scalar(1.0)) },
			"Grad of Vmap": func() { transforms.Grad(sumOf(transforms.Vmap(f)))(vector(1, 2)) },
			"Checkpoint":   func() { transforms.Grad(transforms.Checkpoint(f))(trace.Scalar(2.0)) },
		} {
			what, _, _ := strings.Cut(name, ",")
			if got := message(t, run); !strings.HasPrefix(got, "fault_message_test.go:") || !containsAll(got, what+" captured a traced f64[]", "part of the argument") {
				t.Errorf("%s, %s: got %q", name, nesting, got)
			}
		}
	}
}

// Jacobians of a function to integers were zeros, of one dtype or the other.
func TestFaultA5JacobianOfIntegers(t *testing.T) {
	whole := func(x Value) Value { return fn.Cast(x, trace.Int64) }
	x := vector(1, 2)
	for name, f := range map[string]func(){
		"Jacobian":        func() { transforms.Jacobian(whole)(x) },
		"JacobianForward": func() { transforms.JacobianForward(whole)(x) },
	} {
		if got := message(t, f); !containsAll(got, "fault_message_test.go:", name+" needs", "float", "i64[2]") {
			t.Errorf("%s: got %q", name, got)
		}
	}
	half := func(x Value) Value { return fn.Cast(fn.Square(x), trace.Float32) }
	exact := trace.New([]float64{2, 0, 0, 4}, 2, 2)
	sameBits(t, "Jacobian", transforms.Jacobian(half)(x), exact)
	sameBits(t, "JacobianForward", transforms.JacobianForward(half)(x), exact)
}

// Errors of a transform that is made of other transforms named these.
func TestFaultA5NameOfTheTransform(t *testing.T) {
	ints, x := trace.New([]int64{1, 2}), vector(1, 2)
	square := func(x Value) Value { return fn.Square(x) }
	absent := func(Value) Value { return Value{} }
	for want, f := range map[string]func(){
		"Jacobian with respect to i64[2]":                        func() { transforms.Jacobian(square)(ints) },
		"JacobianForward with respect to i64[2]":                 func() { transforms.JacobianForward(square)(ints) },
		"Hessian with respect to i64[2]":                         func() { transforms.Hessian(sumOf(square))(ints) },
		"HVP with respect to i64[2]":                             func() { transforms.HVP(sumOf(square))(ints, ints) },
		"Grad with respect to i64[2]":                            func() { transforms.Grad(sumOf(square))(ints) },
		"Pull with respect to i64[2]":                            func() { transforms.Pull(square, square)(ints) },
		"ValueAndGrad with respect to i64[2]":                    func() { transforms.ValueAndGrad(sumOf(square))(ints) },
		"JVP with respect to i64[2]":                             func() { transforms.JVP(square)(ints, ints) },
		"Hessian needs a function whose value is a float scalar": func() { transforms.Hessian(square)(x) },
		"HVP needs a function whose value is a float scalar":     func() { transforms.HVP(square)(x, x) },
		"Jacobian of a function that returns an absent value":    func() { transforms.Jacobian(absent)(x) },
	} {
		if got := message(t, f); !containsAll(got, "fault_message_test.go:", want) {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}
