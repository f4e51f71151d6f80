package transforms_test

import (
	"fmt"
	"runtime"
	"strings"
	"testing"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/trace"
	"github.com/pullback-go/pullback/transforms"
)

// line returns this file's name and the line of its caller's caller, as errors print it.
func line(offset int) string {
	_, _, n, _ := runtime.Caller(1)
	return fmt.Sprintf("error_test.go:%d: ", n+offset)
}

// An error is one line that begins with the user's file and line.
func TestErrorsNameTheLine(t *testing.T) {
	x := vector(1, 2)
	check := func(name, at string, f func(), says ...string) {
		t.Helper()
		got := message(t, f)
		if !strings.HasPrefix(got, at) || strings.Contains(got, "\n") || !containsAll(got, says...) {
			t.Errorf("%s: got %q, want %q and %q", name, got, at, says)
		}
	}
	check("not a scalar", line(1), func() {
		transforms.Grad(func(x Value) Value { return fn.Mul(x, x) })(x)
	}, "Grad needs a function whose value is a float scalar", "this one gives f64[2]", "Pull")
	check("an integer", line(1), func() {
		transforms.ValueAndGrad(func(x Value) Value { return fn.ArgMax(x, 0) })(x)
	}, "ValueAndGrad", "i64[]")
	check("aux", line(1), func() {
		transforms.ValueAndGradAux(func(x Value) (Value, int) { return x, 1 })(x)
	}, "ValueAndGradAux", "f64[2]")
	check("shapes", line(2), func() {
		transforms.Grad(func(x Value) Value {
			return fn.SumAll(fn.Add(x, vector(1, 2, 3)))
		})(x)
	}, "add(f64[2], f64[3])")
	check("a Go if", line(2), func() {
		transforms.Grad(func(x Value) Value {
			if fn.SumAll(x).Float64() > 0 {
				return fn.SumAll(x)
			}
			return fn.SumAll(fn.Neg(x))
		})(x)
	}, "traced f64[]", "fn.Where", "transforms.Cond", "Go if")
	for name, of := range map[string]func(Func) func(Value){
		"Jit":        func(f Func) func(Value) { return func(x Value) { transforms.Jit(f)(x) } },
		"Vmap":       func(f Func) func(Value) { return func(x Value) { transforms.Vmap(f)(x) } },
		"JVP":        func(f Func) func(Value) { return func(x Value) { transforms.JVP(f)(x, x) } },
		"Checkpoint": func(f Func) func(Value) { return func(x Value) { transforms.Checkpoint(f)(x) } },
		"WithRules":  func(f Func) func(Value) { return func(x Value) { transforms.WithRules(nothing, f)(x) } },
	} {
		check("data in "+name, line(1), func() {
			of(func(x Value) Value { return fn.Mul(x, num(fn.Sin(x).Float64s()[0])) })(x)
		}, "fn.Where", "transforms.Cond")
	}
	check("Jit", line(1), func() {
		transforms.Jit(func(x Value) Value { return fn.MatMul(x, vector(1, 2, 3)) })(x)
	}, "matmul(f64[2], f64[3])")
}

// In a derivative the line is that of the differentiated operation.
func TestErrorsInDerivativesNameTheLineOfTheOperation(t *testing.T) {
	x := vector(1, 2)
	at := line(1)
	f := func(x Value) Value { return trace.Bind1(onceOnly{}, x) }
	got := message(t, func() { transforms.Grad(sumOf(f))(x) })
	if !strings.HasPrefix(got, at) || !strings.Contains(got, "mul(f64[2], f64[3])") {
		t.Errorf("got %q, want %q", got, at)
	}
}

// onceOnly is the identity with a faulty derivative.
type onceOnly struct{}

func (onceOnly) Name() string                                { return "once_only" }
func (onceOnly) Infer(in []trace.Type) ([]trace.Type, error) { return in, nil }
func (onceOnly) Eval(in, out []*trace.Array)                 { out[0].CopyFrom(in[0]) }
func (onceOnly) VJP(_, _, ct []Value, _ []bool) []Value {
	return []Value{fn.Mul(ct[0], vector(1, 2, 3))}
}
func (onceOnly) Batch(_ int, in []Value, _ []bool) []Value { return trace.Bind(onceOnly{}, in...) }

// A traced value kept outside of the traced function is refused wherever it is used.
func TestTracedValuesDoNotEscape(t *testing.T) {
	var kept Value
	keep := func(x Value) Value { kept = fn.Mul(x, num(2)); return fn.SumAll(x) }
	x := vector(1, 2)
	for name, leak := range map[string]func(){
		"Grad":       func() { transforms.Grad(keep)(x) },
		"Jit":        func() { transforms.Jit(keep)(x) },
		"Vmap":       func() { transforms.Vmap(keep)(fn.Stack(0, x, x)) },
		"Checkpoint": func() { transforms.Checkpoint(keep)(x) },
		"Scan": func() {
			transforms.Scan(func(c, row Value) (Value, Value) { return keep(row), row })(num(0), fn.Stack(0, x, x))
		},
		"WithRules": func() { transforms.WithRules(nothing, keep)(x) },
		"Cond": func() {
			transforms.Grad(func(x Value) Value { return transforms.Cond(yes(x), keep, keep)(x) })(x)
		},
	} {
		leak()
		use := map[string]func(){
			"eager":           func() { fn.Sin(kept) },
			"in Grad":         func() { transforms.Grad(func(y Value) Value { return fn.SumAll(fn.Mul(y, kept)) })(x) },
			"as an argument":  func() { transforms.Grad(func(x Value) Value { return fn.SumAll(fn.Sin(x)) })(kept) },
			"as a result":     func() { transforms.Jit(func(x Value) Value { return kept })(x) },
			"in a Checkpoint": func() { transforms.Checkpoint(func(x Value) Value { return fn.Add(x, kept) })(x) },
		}
		for where, f := range use {
			got := message(t, f)
			if !strings.HasPrefix(got, "error_test.go:") || !containsAll(got, "used after its trace had ended", "return it from that function") {
				t.Errorf("%s, %s: got %q", name, where, got)
			}
		}
	}
	if got := message(t, func() { fn.Add(kept, x) }); !strings.Contains(got, "add(") {
		t.Errorf("the operation is not named: %q", got)
	}
}

// An error leaves nothing behind after recovery: the same functions work afterwards, and
// in other goroutines.
func TestErrorsLeaveNothingBehind(t *testing.T) {
	bad := true
	f := transforms.Jit(func(x Value) Value {
		if bad {
			return fn.Add(x, vector(1, 2, 3))
		}
		return fn.Mul(x, x)
	})
	message(t, func() { f(vector(1, 2)) })
	bad = false
	want(t, "afterwards", f(vector(1, 2)), vector(1, 4))
	message(t, func() {
		transforms.Grad(func(x Value) Value { return transforms.Grad(func(y Value) Value { return fn.Mul(x, y) })(vector(1)) })(vector(1))
	})
	want(t, "Grad afterwards", transforms.Grad(func(x Value) Value { return fn.Mul(x, x) })(num(3)), num(6))
}
