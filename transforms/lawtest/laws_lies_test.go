package lawtest

import (
	"math"
	"strings"
	"testing"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/trace"
	"github.com/pullback-go/pullback/transforms"
)

// squared is x² with a true VJP, or a lie about it.
type squared struct {
	twice
	Lie string
}

func (op squared) Eval(in, out []*trace.Array) { notLinear{}.Eval(in, out) }

func (op squared) VJP(in, _, ct []Value, _ []bool) []Value {
	dx := fn.Mul(ct[0], fn.Mul(fn.Scalar(2), in[0]))
	switch op.Lie {
	case "shape":
		dx = fn.Reshape(dx, dx.Size())
	case "dtype":
		dx = fn.Cast(dx, trace.Float32)
	case "refuses":
		panic(trace.Errorf("no derivative"))
	}
	return []Value{dx}
}

func (op squared) Batch(_ int, in []Value, _ []bool) []Value {
	if op.Lie == "no batch" {
		panic(trace.Errorf("no batch"))
	}
	return trace.Bind(op, in[0])
}

// odd is the square; it says that its output is finite and above 0, which it is not for
// all operands.
type odd struct{ squared }

func (odd) Elementwise()                              {}
func (odd) Signs([]trace.Sign) []trace.Sign           { return []trace.Sign{trace.Positive} }
func (odd) Batch(_ int, in []Value, _ []bool) []Value { return trace.Bind(odd{}, in[0]) }

// somebody is the square of some cases.
type somebody struct{ squared }

func (somebody) Batch(size int, in []Value, _ []bool) []Value {
	if size == 0 {
		panic(trace.Errorf("nobody"))
	}
	return trace.Bind(somebody{}, in[0])
}

func lawsOf(f func(x Value) Value) string {
	r := &recorder{}
	Laws(r, f, Between(0.5, 1.5), 2, 3)
	return strings.Join(r.failures, "\n")
}

// A fault that is an error, or a wrong type, is told by the law that met it.
func TestLawsFindLies(t *testing.T) {
	for _, tt := range []struct{ lie, want string }{
		{"", ""},
		{"shape", "the VJP of twice gives a cotangent f64[6] for operand 0"},
		{"dtype", "the VJP of twice gives a cotangent f32[2 3] for operand 0"},
		{"refuses", "no derivative"},
		{"no batch", "no batch"},
	} {
		got := lawsOf(func(x Value) Value { return trace.Bind1(squared{Lie: tt.lie}, x) })
		if tt.want == "" && got != "" || !strings.Contains(got, tt.want) {
			t.Errorf("%q: got %q, want a failure with %q", tt.lie, got, tt.want)
		}
	}
}

// What a function computes may not depend on whether it is traced, batched or compiled.
func TestLawsFindFunctionsThatLook(t *testing.T) {
	for _, tt := range []struct {
		name string
		f    func(x Value) Value
		want string
	}{
		{"where it is traced", func(x Value) Value {
			if x.IsTraced() {
				return fn.Mul(x, fn.Scalar(3))
			}
			return fn.Mul(x, fn.Scalar(2))
		}, "f traced, value 0: at"},
		{"a derivative by hand", transforms.CustomVJP(fn.Square,
			func(x Value) (Value, Value) { return fn.Square(x), x },
			func(x, ct Value) Value { return fn.Mul(x, ct) }), "the VJP of f against central differences, operand 0"},
		{"a stopped gradient", func(x Value) Value { return fn.Mul(x, transforms.StopGradient(x)) }, "the VJP of f against central differences, operand 0"},
		{"halves", func(x Value) Value {
			if x.DType() == trace.Float16 {
				panic(trace.Errorf("no halves"))
			}
			return fn.Square(x)
		}, "no halves"},
		{"a dtype that stays", func(x Value) Value {
			if x.DType() == trace.BFloat16 {
				return fn.Cast(x, trace.Float32)
			}
			return x
		}, "f of bf16: result 0 is f32[2 3], want bf16[2 3]"},
		{"special numbers", func(x Value) Value {
			y := trace.Bind1(odd{}, x)
			return fn.Where(fn.Greater(y, fn.Scalar(0)), y, fn.ZerosLike(y))
		}, "Jit of f at "},
		{"no cases", func(x Value) Value { return trace.Bind1(somebody{}, x) }, "Vmap of f over 0 cases: "},
		{"what is not finite", func(x Value) Value { return fn.Div(x, fn.Sub(x, x)) }, "sample where f is finite"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := lawsOf(tt.f); !strings.Contains(got, tt.want) {
				t.Errorf("got %q, want a failure with %q", got, tt.want)
			}
		})
	}
}

// The groups of laws are independent, and each ends with the first law that is broken.
func TestLawsReportEachGroupOnce(t *testing.T) {
	got := lawsOfCubic("factor").failures
	for _, f := range got {
		if strings.Contains(f, "Vmap of f with") || strings.HasPrefix(f, "Jit of f,") {
			t.Errorf("a wrong derivative is told of a batch or of the compiled function: %s", f)
		}
	}
	if len(got) == 0 {
		t.Error("nothing is told")
	}
	if got := lawsOfCubic("batch of all").failures; len(got) == 0 || !strings.HasPrefix(got[0], "Vmap of f") && !strings.Contains(got[0], "Vmap") {
		t.Errorf("got %q", got)
	}
}

// Points are those of the test's name: the same ones each time.
func TestLawsAreRepeatable(t *testing.T) {
	points := func() (all []float64) {
		r := &recorder{}
		Laws(r, func(x Value) Value {
			if x.IsConcrete() {
				all = append(all, x.Float64s()...)
			}
			return fn.Tanh(x)
		}, Normal(), 2)
		return all
	}
	first, second := points(), points()
	if len(first) == 0 || len(first) != len(second) {
		t.Fatalf("%d points, then %d", len(first), len(second))
	}
	for i := range first {
		if math.Float64bits(first[i]) != math.Float64bits(second[i]) {
			t.Fatalf("point %d is %v, then %v", i, first[i], second[i])
		}
	}
}
