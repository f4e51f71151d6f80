package opt_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/trace"
	"github.com/pullback-go/pullback/transforms"
	"github.com/pullback-go/pullback/transforms/internal/opt"
)

// steps has operations of random programs, on values that each of them draws.
func steps(draw func() Value, number func() float64) []func() Value {
	scalar := func() Value { return fn.Scalar(number()) }
	return []func() Value{
		func() Value { return fn.ReLU(draw()) },
		func() Value { return fn.Positive(draw()) },
		func() Value { return fn.Negative(draw()) },
		func() Value { return fn.Clamp(draw(), min(number(), 0), 1) },
		func() Value { return fn.LeakyReLU(draw(), number()) },
		func() Value { return fn.Abs(draw()) },
		func() Value { return fn.Square(draw()) },
		func() Value { return fn.Sqrt(draw()) },
		func() Value { return fn.Log(draw()) },
		func() Value { return fn.Exp(draw()) },
		func() Value { return fn.Reciprocal(draw()) },
		func() Value { return fn.Neg(draw()) },
		func() Value { return fn.Sign(draw()) },
		func() Value { return fn.Tanh(draw()) },
		func() Value { return fn.Add(draw(), draw()) },
		func() Value { return fn.Sub(draw(), draw()) },
		func() Value { return fn.Mul(draw(), draw()) },
		func() Value { return fn.Div(draw(), draw()) },
		func() Value { return fn.Add(draw(), scalar()) },
		func() Value { return fn.Sub(scalar(), draw()) },
		func() Value { return fn.Mul(draw(), scalar()) },
		func() Value { return fn.Div(scalar(), draw()) },
		func() Value { return fn.Maximum(draw(), draw()) },
		func() Value { return fn.Minimum(draw(), scalar()) },
		func() Value { return fn.Mask(fn.Greater(draw(), scalar()), draw()) },
		func() Value { return fn.Mask(fn.LessEqual(draw(), scalar()), draw()) },
		func() Value { return fn.Mask(fn.Not(fn.Less(draw(), draw())), draw()) },
		func() Value { return fn.Where(fn.GreaterEqual(draw(), scalar()), draw(), draw()) },
		func() Value { return fn.Where(fn.Equal(draw(), scalar()), draw(), scalar()) },
		func() Value { return fn.Where(fn.NotEqual(draw(), draw()), scalar(), draw()) },
		func() Value { return fn.Where(fn.IsNaN(draw()), draw(), draw()) },
		func() Value { return fn.Where(fn.And(fn.IsFinite(draw()), fn.Less(draw(), scalar())), draw(), draw()) },
		func() Value { return fn.Cast(fn.Greater(draw(), scalar()), trace.Float64) },
	}
}

// randomProgram returns a function of x made of some steps. The seed determines it.
func randomProgram(seed uint64) func(x Value) Value {
	return func(x Value) Value {
		r := rand.New(rand.NewPCG(seed, 9))
		numbers := []float64{0, 0, math.Copysign(0, -1), 1, -1, 0.5, math.Inf(1), 1e-300}
		made := []Value{x, fn.ReLU(x), trace.Newest([]Value{x}).Lift(trace.New([]float64{0, 1, -1, math.Inf(1), 2, 0, -0.5, 3}, 8))}
		all := steps(func() Value { return made[len(made)-1-int(float64(len(made))*r.Float64()*r.Float64())] },
			func() float64 { return numbers[r.IntN(len(numbers))] })
		for range 2 + r.IntN(8) {
			made = append(made, all[r.IntN(len(all))]())
		}
		return made[len(made)-1]
	}
}

// Programs that the user wrote have the same bits after optimization, whatever the data.
// Their gradients are equal where they are finite, and have the same bits without the
// conventions.
func TestSpecialValuesAreKept(t *testing.T) {
	programs := uint64(10000)
	if testing.Short() {
		programs = 1000
	}
	r := rand.New(rand.NewPCG(2, 3))
	for seed := range programs {
		f := randomProgram(seed)
		x := special(r, trace.TypeOf(trace.Float64, 8))
		p := record(f, x)
		if err := agrees(optimized(t, p).Apply(x)[0], p.Apply(x)[0], true); err != nil {
			t.Fatalf("program %d: %v\n%s\n%s", seed, err, p, optimized(t, p))
		}
		g := record(transforms.Grad(func(x Value) Value { return fn.SumAll(fn.Mask(fn.IsFinite(f(x)), f(x))) }), x)
		if err := agrees(optimized(t, g).Apply(x)[0], g.Apply(x)[0], false); err != nil {
			t.Fatalf("gradient of program %d: %v\n%s\n%s", seed, err, g, optimized(t, g))
		}
		exact, _ := opt.Optimize(g, opt.Options{ExactZeros: true})
		if err := agrees(exact.Apply(x)[0], g.Apply(x)[0], true); err != nil {
			t.Fatalf("gradient of program %d without conventions: %v\n%s\n%s", seed, err, g, exact)
		}
	}
}

// A value does not take the place of another because its readers are NaN, if they are NaN
// only because of the other value. A comparison does not read zeros that stand for NaN.
func TestFaultB1WhatReadersSee(t *testing.T) {
	nan := math.NaN()
	one := func(f func(in []Value) Value) func([]Value) []Value {
		return func(in []Value) []Value { return []Value{f(in)} }
	}
	halves := one(func(in []Value) Value {
		d := fn.Negative(fn.Exp(in[0]))
		isNaN := fn.Not(fn.GreaterEqual(fn.Square(in[1]), fn.Scalar(0)))
		k := fn.Where(isNaN, fn.Scalar(0), fn.Div(d, d))
		return fn.Div(d, fn.Mul(fn.Cast(fn.Greater(k, fn.Scalar(1)), trace.Float64), fn.Exp(k)))
	})
	infinite := one(func(in []Value) Value {
		z := fn.Mul(in[1], fn.Scalar(0))
		k := fn.Where(fn.Not(fn.GreaterEqual(z, fn.Scalar(0))), fn.Scalar(0), fn.Div(z, z))
		y := fn.Mul(fn.Add(k, fn.Scalar(1)), fn.Scalar(math.Inf(1)))
		return fn.Div(y, y)
	})
	largest := func(in []Value) Value { return fn.Max(fn.Clamp(in[1], 0, 0), 0) }
	slope := one(func(in []Value) Value {
		return transforms.Pull(func(x Value) Value { return largest([]Value{in[0], x}) }, fn.OnesLike)(in[1])
	})
	in := []Value{trace.New([]float64{1, 1, 1}, 3), trace.New([]float64{1, 0, nan}, 3)}
	for name, f := range map[string]func([]Value) []Value{"0/0": halves, "∞/∞": infinite, "the slope of a largest element": slope} {
		want := f(in)[0].Float64s()
		p := trace.Record(f, trace.TypesOfValues(in))
		q, _ := opt.Optimize(p, opt.Options{})
		got := q.Apply(in...)[0].Float64s()
		for i, w := range want {
			if g := got[i]; g != w && !(math.IsNaN(g) && math.IsNaN(w)) {
				t.Errorf("%s: element %d is %v, want %v\n%s", name, i, g, w, q.Listing())
			}
		}
	}
}
