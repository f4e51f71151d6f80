package opt_test

import (
	"math"
	"strings"
	"testing"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/trace"
	"github.com/pullback-go/pullback/transforms/internal/opt"
	"github.com/pullback-go/pullback/transforms/lawtest"
)

func TestFactorWeights(t *testing.T) {
	conv := func(c fn.ConvConfig) func(x, w Value) Value {
		return func(x, w Value) Value { return fn.Conv(x, w, c) }
	}
	dense := func(x, w Value) Value { return fn.Linear(fn.Flatten(x, 1), w, Value{}) }
	for _, c := range []struct {
		name   string
		op     func(x, w Value) Value
		w      []int
		axis   int // the axis of the weights along which they are scaled
		lifted bool
	}{
		{"output channels of a convolution", conv(fn.ConvConfig{Padding: []int{1, 1}}), []int{4, 3, 3, 2}, 0, true},
		{"rows of a kernel", conv(fn.ConvConfig{}), []int{4, 3, 5, 2}, 2, false},
		{"output channels of groups", conv(fn.ConvConfig{Groups: 3}), []int{6, 1, 3, 2}, 0, true},
		{"features of a dense layer", dense, []int{5, 168}, 0, true},
		{"inputs of a dense layer", dense, []int{5, 168}, 1, true},
	} {
		x, w, s := matrix("lift", 2, 3, 7, 8), matrix("lift.w", c.w...), matrix("lift.s", c.w[c.axis])
		p := recordWith(func(x Value, in []Value) Value {
			return c.op(x, fn.Mul(in[0], fn.BroadcastIn(in[1], c.w, c.axis)))
		}, x, w, s)
		q := opt.FactorWeights(p)
		if got := !scalesWeights(q, c.w); got != c.lifted {
			t.Errorf("%s: lifted %v, want %v\n%s", c.name, got, c.lifted, q)
		}
		if err := q.Check(); err != nil {
			t.Errorf("%s: %v", c.name, err)
		}
		t.Run(c.name, func(t *testing.T) { lawtest.Close(t, q.Apply(x)[0], p.Apply(x)[0], 1e-14) })
	}
}

// A canonizer merges factors into weights for the channels of the input. They are taken
// out the same way.
func TestFactorWeightsFactorsOfTheInput(t *testing.T) {
	for _, groups := range []int{1, 2} {
		x, w, s := matrix("lift", 2, 4, 7, 8), matrix("lift.w", 6, 4/groups, 3, 2), matrix("lift.s", 4)
		conv := func(x, w Value) Value { return fn.Conv(x, w, fn.ConvConfig{Groups: groups}) }
		plain := recordWith(func(x Value, in []Value) Value { return conv(x, in[0]) }, x, w).Eqns[0].Op.(trace.Channeled)
		scale, ok := plain.ScaleInput([]trace.Type{x.Type(), w.Type()}, 1, 1)
		if !ok {
			t.Fatal("the convolution has no way to scale its input")
		}
		p := recordWith(func(x Value, in []Value) Value { return conv(x, scale(in[0], in[1])) }, x, w, s)
		q := opt.FactorWeights(p)
		if scalesWeights(q, w.Shape()) {
			t.Errorf("%d groups: not lifted\n%s", groups, q)
		}
		lawtest.Close(t, q.Apply(x)[0], p.Apply(x)[0], 1e-14)
	}
}

// scalesWeights reports whether a program multiplies arrays of this shape.
func scalesWeights(p *trace.Program, shape []int) bool {
	for _, e := range p.Eqns {
		if e.Op.Name() == "mul" && p.Types[e.Out[0]].Equal(trace.TypeOf(trace.Float64, shape...)) {
			return true
		}
	}
	return false
}

// Factors and weights that depend on the argument stay where they are: they have no copy
// to save.
func TestFactorWeightsLeavesWhatIsNotConstant(t *testing.T) {
	x, w, s := matrix("lift", 2, 3, 7, 8), matrix("lift.w", 4, 3, 3, 2), matrix("lift.s", 4)
	for name, f := range map[string]func(x Value, in []Value) Value{
		"factors": func(x Value, in []Value) Value {
			s := fn.Mul(in[1], fn.MeanAll(x))
			return fn.Conv(x, fn.Mul(in[0], fn.BroadcastIn(s, w.Shape(), 0)), fn.ConvConfig{})
		},
		"weights": func(x Value, in []Value) Value {
			return fn.Conv(x, fn.Mul(fn.Mul(in[0], fn.MeanAll(x)), fn.BroadcastIn(in[1], w.Shape(), 0)), fn.ConvConfig{})
		},
	} {
		p := recordWith(f, x, w, s)
		if q := opt.FactorWeights(p); !scalesWeights(q, w.Shape()) {
			t.Errorf("%s: lifted\n%s", name, q)
		}
	}
}

// If a factor is infinite, for a variance of 0 and no eps or for an infinite parameter,
// x·factor + summand is NaN where the normalization is infinite. Then the normalization
// stays.
func TestFaultB1LowerKeepsWhatIsInfinite(t *testing.T) {
	x := matrix("lower", 2, 3)
	zero, one, inf := fn.Zeros(trace.TypeOf(trace.Float64, 3)), fn.Ones(trace.TypeOf(trace.Float64, 3)), fn.Full(trace.TypeOf(trace.Float64, 3), math.Inf(1))
	for i, in := range [][]Value{{zero, zero, one, one}, {zero, one, inf, zero}, {inf, one, one, zero}, {zero, one, one, inf}} {
		p := recordWith(func(x Value, c []Value) Value { return fn.BatchNorm(x, c[0], c[1], c[2], c[3], 0) }, x, in...)
		q := opt.Lower(p)
		if !strings.Contains(q.Listing(), "batch_norm") {
			t.Errorf("parameters %d are lowered:\n%s", i, q)
		}
		if err := sameBits(q.Apply(x)[0], p.Apply(x)[0]); err != nil {
			t.Errorf("parameters %d: %v", i, err)
		}
	}
}

// A normalization with constant parameters becomes a factor and a summand for each
// channel. With other parameters it stays.
func TestLower(t *testing.T) {
	x, mean, scale, bias := matrix("lower", 2, 3, 4, 5), matrix("mean", 3), matrix("scale", 3), matrix("bias", 3)
	variance := fn.Exp(matrix("variance", 3))
	norm := func(x Value, in []Value) Value { return fn.BatchNorm(x, in[0], variance, scale, bias, 1e-3) }
	p := recordWith(norm, x, mean)
	q := opt.Lower(p)
	if strings.Contains(q.Listing(), "batch_norm") {
		t.Errorf("not lowered:\n%s", q)
	}
	lawtest.Close(t, q.Apply(x)[0], p.Apply(x)[0], 1e-14)

	p = record(func(x Value) Value { return norm(x, []Value{fn.Mean(x, 0, 2, 3)}) }, x)
	if q := opt.Lower(p); !strings.Contains(q.Listing(), "batch_norm") {
		t.Errorf("a normalization with a mean that is computed was lowered:\n%s", q)
	}
}
