package opt_test

import (
	"math"
	"slices"
	"testing"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/rules"
	"github.com/pullback-go/pullback/trace"
	"github.com/pullback-go/pullback/transforms"
	"github.com/pullback-go/pullback/transforms/lawtest"
	"pgregory.net/rapid"
)

// tolerance returns how much an optimized program may differ, relative to the largest
// element.
func tolerance(d trace.DType) float64 {
	if d == trace.Float32 {
		return 1e-5
	}
	return 1e-12
}

// All passes keep the values of random programs and of their derivatives.
func TestPassesKeepValues(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		f := lawtest.Smooth([]int{3, 4}).Draw(rt, "program").Apply1
		x := matrix("x", 3, 4)
		rectified := func(x Value) Value { return fn.Sub(f(fn.ReLU(x)), fn.Positive(f(x))) }
		for _, f := range []func(Value) Value{rectified, transforms.Pull(rectified, fn.OnesLike)} {
			p := record(f, x)
			q := optimized(t, p)
			if err := near(q.Apply(x)[0], p.Apply(x)[0], 1e-12); err != nil {
				rt.Fatalf("%v\n%s\n%s", err, p, q)
			}
		}
	})
}

func TestPassesKeepExplanations(t *testing.T) {
	eachExplanation(t, func(t *testing.T, p *trace.Program, x Value) {
		q := optimized(t, p)
		if err := near(q.Apply(x)[0], p.Apply(x)[0], tolerance(x.DType())); err != nil {
			t.Errorf("%v\n%s", err, q)
		}
	})
}

// The gradient of relevance is kept too.
func TestPassesKeepSecondOrder(t *testing.T) {
	x := image(trace.Float64, 2)
	for name, c := range presets() {
		t.Run(name, func(t *testing.T) {
			f := relevance(c, small(trace.Float64).apply)
			p := record(transforms.Pull(f, func(r Value) Value { return r }), x)
			q := optimized(t, p)
			if err := near(q.Apply(x)[0], p.Apply(x)[0], 1e-12); err != nil {
				t.Error(err)
			}
		})
	}
}

// optimized applies the passes that keep bits, and checks the program after each.
func optimized(t testing.TB, p *trace.Program) *trace.Program {
	t.Helper()
	return upTo(t, "schedule", p)
}

// Operations that a rule performs on a value that is not negative are simplified by the
// value's sign, even if the value may be NaN.
func TestSignsSimplify(t *testing.T) {
	w := fn.Abs(matrix("w", 5, 4))
	for name, test := range map[string]struct {
		f    func(x, w Value) Value
		gone []string // operations that are removed
		left []string // operations that stay
	}{
		"negative part": {func(x, _ Value) Value { return fn.Negative(fn.ReLU(x)) }, []string{"relu", "clamp"}, []string{"zeros"}},
		"positive part": {func(x, _ Value) Value { return fn.Positive(fn.ReLU(x)) }, []string{"clamp"}, []string{"relu"}},
		"product with a part that is zero": {func(x, w Value) Value {
			r := fn.ReLU(x)
			return fn.Add(fn.Dot(fn.Negative(r), w), fn.Dot(fn.Positive(r), w))
		}, []string{"clamp", "add", "zeros"}, []string{"relu", "dot"}},
		"stabilizer": {func(x, w Value) Value { return rules.Stabilizer{Epsilon: 1e-6}.Apply(fn.Dot(fn.ReLU(x), w)) },
			[]string{"where", "greater_equal"}, []string{"add", "full", "dot"}},
		"stabilizer of any sign": {func(x, w Value) Value { return rules.Stabilizer{Epsilon: 1e-6}.Apply(fn.Dot(x, w)) },
			[]string{"zeros"}, []string{"where", "greater_equal"}},
		"difference": {func(x, _ Value) Value { return fn.Sub(fn.Negative(fn.ReLU(x)), x) }, []string{"sub", "relu"}, []string{"neg"}},
	} {
		t.Run(name, func(t *testing.T) {
			x := matrix("x", 3, 5)
			p := derived(recordWith(func(x Value, c []Value) Value { return test.f(x, c[0]) }, x, w))
			q := optimized(t, p)
			if n := count(q, test.gone...); n != 0 {
				t.Errorf("%d of %v are left\n%s", n, test.gone, q)
			}
			for _, op := range test.left {
				if count(q, op) != 1 {
					t.Errorf("%d times %s is left, want one\n%s", count(q, op), op, q)
				}
			}
			if err := near(q.Apply(x)[0], p.Apply(x)[0], 1e-14); err != nil {
				t.Error(err)
			}
		})
	}
}

// derived returns a program whose equations are all marked as made by a derivative.
func derived(p *trace.Program) *trace.Program {
	q := *p
	q.Eqns = slices.Clone(p.Eqns)
	for i := range q.Eqns {
		q.Eqns[i].Derived = true
	}
	return &q
}

// A NaN or an infinity in a weight is not excluded. One in the input shows in the
// relevance of a pruned program.
func TestSignsDoNotHideNaN(t *testing.T) {
	for _, bad := range []float64{math.NaN(), math.Inf(1)} {
		x := fn.Cast(image(trace.Float64, 1), trace.Float64)
		data := x.Float64s()
		data[20] = bad
		net := small(trace.Float64)
		p := record(relevance(rules.EpsilonPlus(), net.apply), x)
		y := optimized(t, p).Apply(trace.New(data, x.Shape()...))[0]
		seen := false
		for _, v := range y.Float64s() {
			seen = seen || v != v
		}
		if !seen {
			t.Errorf("with %v in the input all of the relevance is a number", bad)
		}
	}
	w := trace.New([]float64{0, math.NaN(), 0}, 3)
	p := recordWith(func(x Value, c []Value) Value { return fn.Mul(x, c[0]) }, matrix("x", 3), w)
	if q := optimized(t, p); count(q, "mul") != 1 {
		t.Errorf("a product with NaN is gone\n%s", q)
	}
}
