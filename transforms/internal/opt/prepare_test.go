package opt_test

import (
	"strings"
	"testing"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/internal/testutil"
	"github.com/pullback-go/pullback/rules"
	"github.com/pullback-go/pullback/trace"
	"github.com/pullback-go/pullback/transforms"
	"github.com/pullback-go/pullback/transforms/internal/opt"
)

// wide is a convolution with enough channels and positions to have a faster form where the machine has vector instructions.
func wide(seed string) (x, w Value) {
	x = testutil.Between(-1, 1).Value(testutil.Rand(seed), trace.TypeOf(trace.Float32, 1, 32, 30, 29))
	w = testutil.Between(-0.1, 0.1).Value(testutil.Rand(seed+".w"), trace.TypeOf(trace.Float32, 33, 32, 3, 3))
	return x, w
}

func same3(x, w Value) Value { return fn.Conv(x, w, fn.ConvConfig{Padding: []int{1, 1}}) }

// prepared is the program of f after Prepare alone, printed.
func prepared(f func(Value) Value, x Value) (*trace.Program, string) {
	p := opt.Prepare(trace.Record(func(in []Value) []Value { return []Value{f(in[0])} }, []trace.Type{x.Type()}))
	return p, p.Listing()
}

func hasForm(w Value, x Value) bool {
	_, text := prepared(func(x Value) Value { return same3(x, w) }, x)
	return strings.Contains(text, "by F(")
}

func TestPrepareChoosesWhereNothingDivides(t *testing.T) {
	x, w := wide("prepare")
	available := hasForm(w, x) // not without vector instructions
	one := fn.Scalar(1)
	for _, c := range []struct {
		name string
		f    func(z Value) Value
		want bool
	}{
		{"the result", func(z Value) Value { return z }, true},
		{"a bias and an activation", func(z Value) Value { return fn.ReLU(fn.Add(z, one)) }, true},
		{"a smooth activation", fn.GELU, true},
		{"a mask", func(z Value) Value { return fn.Mul(z, fn.Cast(fn.Greater(z, fn.Scalar(0)), z.DType())) }, false},
		{"a pooling", func(z Value) Value { return fn.MaxPool(z, fn.MaxPoolConfig{Kernel: []int{2, 2}}) }, true},
		{"a numerator", func(z Value) Value { return fn.Div(z, fn.Scalar(3)) }, true},
		{"a denominator", func(z Value) Value { return fn.Div(one, z) }, false},
		{"a denominator after a sum", func(z Value) Value { return fn.Div(one, fn.Add(fn.Abs(z), one)) }, false},
		{"a denominator after a shape", func(z Value) Value { return fn.Div(one, fn.Reshape(z, z.Size())) }, false},
		{"a logarithm", func(z Value) Value { return fn.Log(fn.ReLU(z)) }, false},
		{"a sign", fn.Sign, false},
		{"a product and then a denominator", func(z Value) Value {
			return fn.Div(one, fn.Conv(z, fn.Full(trace.TypeOf(trace.Float32, 2, 33, 1, 1), 1), fn.ConvConfig{}))
		}, true},
	} {
		_, text := prepared(func(x Value) Value { return c.f(same3(x, w)) }, x)
		if got := strings.Contains(text, "by F("); got != (c.want && available) {
			t.Errorf("%s: faster form %v, want %v\n%s", c.name, got, c.want && available, text)
		}
	}
}

// Forward and gradient of convolutions computed another way are those computed directly, relative to the largest magnitude.
func TestPreparedValues(t *testing.T) {
	x, w := wide("prepared values")
	b := testutil.Between(-1, 1).Value(testutil.Rand("prepared bias"), trace.TypeOf(trace.Float32, 33, 1, 1))
	f := func(x Value) Value { return fn.ReLU(fn.Add(same3(x, w), b)) }
	gradient := transforms.Grad(func(x Value) Value { return fn.SumAll(fn.Square(f(x))) })
	for name, f := range map[string]func(Value) Value{"forward": f, "gradient": gradient} {
		got, want := transforms.Jit(f)(x), f(x)
		t.Run(name, func(t *testing.T) { testutil.Close(t, got, want, 1e-5) })
	}
}

// Places with the same convolution and the same constant weights share what is prepared.
func TestPreparedOnce(t *testing.T) {
	x, w := wide("prepared once")
	p, _ := prepared(func(x Value) Value { return fn.Add(same3(x, w), same3(fn.Tanh(x), w)) }, x)
	var ops []trace.Op
	for _, e := range p.Eqns {
		if strings.Contains(trace.Describe(e.Op), "by F(") {
			ops = append(ops, e.Op)
		}
	}
	if hasForm(w, x) && (len(ops) != 2 || ops[0] != ops[1]) {
		t.Errorf("%d convolutions, or two that share nothing", len(ops))
	}
}

// The modified forward passes that relevance is divided by are computed directly.
func TestDenominatorsAreDirect(t *testing.T) {
	x, w := wide("direct")
	f := transforms.WithRules(rules.EpsilonPlus(), func(x Value) Value { return same3(fn.ReLU(x), w) })
	relevance := transforms.Pull(f, func(y Value) Value { return fn.FullLike(y, 1) })
	c, err := transforms.Compile(relevance, x)
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(c.Program()) {
		if strings.Contains(line, " conv{") && strings.Contains(line, "by F(") {
			t.Errorf("a convolution forward that relevance is divided by is not direct: %s", line)
		}
	}
}
