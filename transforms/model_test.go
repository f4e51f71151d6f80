package transforms_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/trace"
	"github.com/pullback-go/pullback/transforms"
	"github.com/pullback-go/pullback/transforms/lawtest"
)

type (
	Value = trace.Value
	Site  = transforms.Site
	Layer = transforms.Layer
	Func  = func(Value) Value
)

var num = fn.Scalar

// random returns a generator with a seed of its own.
func seeded(seed uint64) *rand.Rand { return rand.New(rand.NewPCG(seed, 7)) }

// draw returns a normally distributed float64 array.
func draw(r *rand.Rand, shape ...int) Value {
	data := make([]float64, trace.TypeOf(trace.Float64, shape...).Size())
	for i := range data {
		data[i] = r.NormFloat64()
	}
	return trace.FromArray(trace.ArrayOf(data, shape...))
}

func vector(xs ...float64) Value { return trace.New(xs) }

// want fails unless got is within 1e-11 of the largest magnitude of want.
func want(t *testing.T, what string, got, want Value) {
	t.Helper()
	within(t, what, got, want, 1e-11)
}

func within(t *testing.T, what string, got, want Value, tol float64) {
	t.Helper()
	lawtest.Close(reporter{t, what}, got, want, tol)
}

// reporter puts the name of what was compared before a failure.
type reporter struct {
	testing.TB
	what string
}

func (r reporter) Errorf(format string, args ...any) {
	r.TB.Helper()
	r.TB.Errorf("%s: %s", r.what, fmt.Sprintf(format, args...))
}

// sameBits fails unless both are the same values, bit for bit.
func sameBits(t *testing.T, what string, got, want Value) {
	t.Helper()
	if !got.Type().Equal(want.Type()) || fmt.Sprintf("%x", got.Float64s()) != fmt.Sprintf("%x", want.Float64s()) {
		t.Errorf("%s: got %v, want the bits of %v", what, got, want)
	}
}

// message returns the *trace.Error that f panics with, as one line.
func message(t *testing.T, f func()) string {
	t.Helper()
	err := trace.Try(f)
	if err == nil {
		t.Fatal("no error")
	}
	return err.Error()
}

// lrp is the rule of layer-wise relevance propagation in a smooth form: R·z/(z² + eps),
// pulled back through the site and multiplied by the inputs.
type lrp struct{ eps float64 }

func (l lrp) String() string { return fmt.Sprintf("lrp(%g)", l.eps) }

func (l lrp) Relevance(s *Site, in, out, r []Value) []Value {
	data := dataOf(s, in)
	z, pull := transforms.VJP(func(data []Value) Value { return s.Apply(withData(s, in, data))[0] })(data)
	cts := pull(fn.Div(fn.Mul(r[0], z), fn.Add(fn.Mul(z, z), num(l.eps))))
	for i, c := range cts {
		cts[i] = fn.Mul(c, data[i])
	}
	return cts
}

// truth is a rule that changes nothing: it gives the true cotangents.
type truth struct{}

func (truth) String() string { return "truth" }

func (truth) Relevance(s *Site, in, _, r []Value) []Value {
	_, pull := transforms.VJP(func(data []Value) []Value { return s.Apply(withData(s, in, data)) })(dataOf(s, in))
	return pull(r)
}

// pass hands relevance on, times a factor, if shapes allow it.
type pass struct{ factor float64 }

func (p pass) String() string { return fmt.Sprintf("pass(%g)", p.factor) }

func (p pass) Relevance(_ *Site, _, _, r []Value) []Value {
	return []Value{fn.Mul(r[0], num(p.factor))}
}

// rectify hands on only positive relevance. It is not linear in relevance.
type rectify struct{}

func (rectify) String() string                             { return "rectify" }
func (rectify) Relevance(_ *Site, _, _, r []Value) []Value { return []Value{fn.Positive(r[0])} }

func dataOf(s *Site, in []Value) []Value {
	var out []Value
	for i, o := range s.Operands {
		if o.Role == transforms.RoleData {
			out = append(out, in[i])
		}
	}
	return out
}

func withData(s *Site, in, data []Value) []Value {
	out := append([]Value{}, in...)
	for i, o := range s.Operands {
		if o.Role == transforms.RoleData {
			out[i], data = data[0], data[1:]
		}
	}
	return out
}

// composite gives a rule to every site for which choose returns one.
type composite struct {
	name   string
	choose func(s *Site) transforms.Rule
}

func (c composite) String() string { return c.name }

func (c composite) Assign(sites []*Site) ([]transforms.Choice, error) {
	out := make([]transforms.Choice, len(sites))
	for i, s := range sites {
		if r := c.choose(s); r != nil {
			out[i] = transforms.Choice{Rule: r, Reason: fmt.Sprintf("is %s", s.Kind)}
		}
	}
	return out, nil
}

// on gives a rule to the sites of a kind, except those that a derivative added.
func on(kind trace.Kind, r transforms.Rule) composite {
	return composite{fmt.Sprintf("%v on %s", r, kind), func(s *Site) transforms.Rule {
		if s.Kind.Is(kind) && !s.Derived {
			return r
		}
		return nil
	}}
}

// both asks one composite, then the other.
func both(a, b composite) composite {
	return composite{a.name + ", " + b.name, func(s *Site) transforms.Rule {
		if r := a.choose(s); r != nil {
			return r
		}
		return b.choose(s)
	}}
}

var nothing = composite{"nothing", func(*Site) transforms.Rule { return nil }}

// dense is x·w + b as a named layer.
func dense(path string, x, w, b Value) Value {
	type params struct{ Weight, Bias Value }
	layer := Layer{Kind: trace.KindDense, Path: path, Biases: []string{".Bias"}}
	return transforms.Named(layer, func(x Value, p params) Value {
		return fn.Add(fn.MatMul(x, p.Weight), p.Bias)
	})(x, params{w, b})
}

// network is a small model of two dense layers: n×3 to n×2.
type network struct{ W1, B1, W2, B2 Value }

func newNetwork(r *rand.Rand) network {
	return network{draw(r, 3, 4), draw(r, 4), draw(r, 4, 2), draw(r, 2)}
}

// apply uses named layers; bare uses only operations.
func (n network) apply(x Value) Value {
	return dense("second", fn.Tanh(dense("first", x, n.W1, n.B1)), n.W2, n.B2)
}

func (n network) bare(x Value) Value {
	return fn.Add(fn.MatMul(fn.Tanh(fn.Add(fn.MatMul(x, n.W1), n.B1)), n.W2), n.B2)
}

func (n network) arrays() []Value { return []Value{n.W1, n.B1, n.W2, n.B2} }

// kindOfCall turns a function into a call with the same values and derivatives.
type kindOfCall struct {
	name string
	wrap func(f Func) Func
	// captures is false if a captured traced value is an error. ruled is true if the call
	// gives rules of its own.
	captures, ruled bool
}

func kindsOfCalls() []kindOfCall {
	return []kindOfCall{
		{"plain", func(f Func) Func { return f }, true, false},
		{"named", asLayer, true, false},
		{"checkpoint", func(f Func) Func { return transforms.Checkpoint(f) }, true, false},
		{"scan over rows", scanRows, true, false},
		{"scan over carry", scanCarry, true, false},
		{"cond", condTrue, true, false},
		{"cond otherwise", condFalse, true, false},
		{"rules", func(f Func) Func { return transforms.WithRules(on(trace.KindDense, truth{}), f) }, true, true},
		{"ruled layer", func(f Func) Func { return transforms.WithRules(on("block", truth{}), asLayer(f)) }, true, true},
		{"jit", func(f Func) Func { return transforms.Jit(f) }, true, false},
		{"vmap", vmapTwice, true, false},
		{"custom", asCustom, false, false},
	}
}

func asLayer(f Func) Func {
	return func(x Value) Value {
		return transforms.Named(Layer{Kind: "block", Path: "block"}, func(x Value, _ []Value) Value { return f(x) })(x, nil)
	}
}

// scanRows computes f on two equal rows and takes their mean.
func scanRows(f Func) Func {
	return func(x Value) Value {
		_, ys := transforms.Scan(func(c, row Value) (Value, Value) { return c, f(row) })(num(0), fn.Stack(0, x, x))
		return fn.Mul(fn.Add(fn.Index(ys, 0), fn.Index(ys, 1)), num(0.5))
	}
}

// scanCarry carries x and f(x) through two steps.
func scanCarry(f Func) Func {
	type carry struct{ X, Y Value }
	return func(x Value) Value {
		y := fn.ZerosLike(f(x))
		c, _ := transforms.Scan(func(c carry, _ Value) (carry, []Value) { return carry{c.X, f(c.X)}, nil })(carry{x, y}, vector(0, 0))
		return c.Y
	}
}

// yes is a predicate that is true, and traced where x is: with a known predicate no
// choice would remain.
func yes(x Value) Value { return fn.FillAs(x, trace.TypeOf(trace.Bool), 1) }

func condTrue(f Func) Func {
	return func(x Value) Value {
		pred := fn.Less(fn.Mul(fn.SumAll(x), num(0)), num(1))
		return transforms.Cond(pred, f, func(x Value) Value { return fn.ZerosLike(f(fn.Mul(x, num(3)))) })(x)
	}
}

func condFalse(f Func) Func {
	return func(x Value) Value {
		pred := fn.Greater(fn.Mul(fn.SumAll(x), num(0)), num(1))
		return transforms.Cond(pred, func(x Value) Value { return fn.Mul(f(x), num(7)) }, f)(x)
	}
}

// vmapTwice maps f over two equal cases and takes their mean.
func vmapTwice(f Func) Func {
	return func(x Value) Value {
		ys := transforms.Vmap(f)(fn.Stack(0, x, x))
		return fn.Mul(fn.Add(fn.Index(ys, 0), fn.Index(ys, 1)), num(0.5))
	}
}

// asCustom gives f its own pullback by hand.
func asCustom(f Func) Func {
	return transforms.CustomVJP(f,
		func(x Value) (Value, Value) { return f(x), x },
		func(x, ct Value) Value {
			_, pull := transforms.VJP(f)(x)
			return pull(ct)
		})
}

func sumOf(f Func) Func { return func(x Value) Value { return fn.SumAll(f(x)) } }

// squared is Σ f(x)².
func squared(f Func) Func {
	return func(x Value) Value {
		y := f(x)
		return fn.SumAll(fn.Mul(y, y))
	}
}

// slope is the tangent of f at x along v.
func slope(f Func, x, v Value) Value {
	_, t := transforms.JVP(f)(x, v)
	return t
}

// pulled is the cotangent of x that f gives for ct.
func pulled(f Func, x, ct Value) Value {
	_, pull := transforms.VJP(f)(x)
	return pull(ct)
}

// along compares the derivative of f at x along v with finite differences, in forward and
// in reverse mode, and both under Jit and Vmap.
func along(t *testing.T, what string, f Func, x, v, ct Value) {
	t.Helper()
	const tol = 1e-7
	difference := lawtest.FiniteDifference(f, x, v)
	within(t, what+": JVP", slope(f, x, v), difference, tol)
	g := pulled(f, x, ct)
	within(t, what+": VJP", dot(g, v), dot(ct, difference), tol)
	want(t, what+": Jit of JVP", transforms.Jit(func(x Value) Value { return slope(f, x, v) })(x), slope(f, x, v))
	want(t, what+": Jit of VJP", transforms.Jit(func(x Value) Value { return pulled(f, x, ct) })(x), g)
	rows := transforms.Vmap(func(x Value) Value { return pulled(f, x, ct) })(fn.Stack(0, fn.Neg(x), x))
	want(t, what+": Vmap of VJP", fn.Index(rows, 1), g)
	rows = transforms.Vmap(func(x Value) Value { return slope(f, x, v) })(fn.Stack(0, fn.Neg(x), x))
	want(t, what+": Vmap of JVP", fn.Index(rows, 1), slope(f, x, v))
}

func dot(a, b Value) Value { return fn.SumAll(fn.Mul(a, b)) }

func containsAll(s string, parts ...string) bool {
	for _, p := range parts {
		if !strings.Contains(s, p) {
			return false
		}
	}
	return true
}
