// Package check compares the derivatives, the batches and the compiled form of a user's
// function with what they must be. It is for tests: each function returns an error that
// says what differs, and nil if nothing does. For laws of operations and rules, and for
// random programs, see package lawtest.
package check

import (
	"fmt"
	"math"
	"math/rand/v2"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/trace"
	"github.com/pullback-go/pullback/transforms"
)

// Config says how derivatives are compared. The zero value suits most functions.
type Config struct {
	// Order is the highest order of derivatives that is compared; 0 means 2.
	Order int
	// Tolerance is how much a derivative may differ from the difference quotient, relative
	// to the larger of 1 and the quotient; 0 means 1e-5, and 1e-2 if a leaf of the argument
	// is f32.
	Tolerance float64
	// Step is the distance of the points of a difference quotient along a random direction
	// whose elements are about 1; 0 means 1e-4 for the first order and more for others, and
	// 1e-2 in f32.
	Step float64
	// Seed draws the directions.
	Seed uint64
}

// Grads compares the derivatives of f at x with central differences along random
// directions: by [transforms.VJP] and by [transforms.JVP], of the first order and then, as
// far as Config.Order says, of the derivative by reverse mode. x and f's result are trees;
// leaves that are not float stay as they are. x must be no kink of f.
//
// An error names the order, the mode, and both numbers. A *trace.Error of f is returned as
// it is.
func Grads[P, R any](f func(P) R, x P, config ...Config) error {
	c := configured(x, config)
	leaves, _ := trace.Flatten(x)
	for i, v := range leaves {
		if d := v.DType(); d.IsFloat() && d.Wide() != d {
			return fmt.Errorf("check.Grads: leaf %d of the argument is %v, which is too coarse for difference quotients: fn.Cast it to f64", i, v.Type())
		}
	}
	if c.Order < 0 {
		return fmt.Errorf("check.Grads: the order is %d: want at least 1, or 0 for 2", c.Order)
	}
	random := rand.New(rand.NewPCG(c.Seed, 1))
	var result error
	err := trace.Try(func() {
		y := f(x)
		weights := directionOf(random, y)
		phi := func(x P) trace.Value { return inner(weights, f(x)) }
		for order := 1; order <= c.Order && result == nil; order++ {
			u := directionOf(random, x)
			result = c.compare(order, phi, x, u)
			lower, v := transforms.Grad(phi), directionOf(random, x)
			phi = func(x P) trace.Value { return inner(v, lower(x)) }
		}
	})
	if err != nil {
		return err
	}
	return result
}

// settings are a Config for arguments of a type.
type settings[P any] struct{ Config }

func configured[P any](x P, config []Config) settings[P] {
	c := settings[P]{}
	for _, more := range config {
		c.Config = more
	}
	single := false
	leaves, _ := trace.Flatten(x)
	for _, v := range leaves {
		single = single || v.DType() == trace.Float32
	}
	if c.Order == 0 {
		c.Order = 2
	}
	if c.Tolerance == 0 {
		if c.Tolerance = 1e-5; single {
			c.Tolerance = 1e-2
		}
	}
	if c.Step == 0 {
		if c.Step = 1e-4; single {
			c.Step = 1e-2
		}
	}
	return c
}

// compare compares the derivative of a scalar function along u with a quotient.
func (c settings[P]) compare(order int, phi func(P) trace.Value, x, u P) error {
	at := func(h float64) float64 {
		return phi(trace.Map2(func(x, u trace.Value) trace.Value {
			if !x.DType().IsFloat() {
				return x
			}
			return fn.Add(x, fn.Cast(fn.Mul(u, fn.Scalar(h)), x.DType()))
		}, x, u)).Float64()
	}
	quotient := (at(c.Step) - at(-c.Step)) / (2 * c.Step)
	_, pushed := transforms.JVP(phi)(x, u)
	for _, m := range []struct {
		mode string
		got  float64
	}{
		{"reverse", inner(u, transforms.Grad(phi)(x)).Float64()},
		{"forward", pushed.Float64()},
	} {
		if !(math.Abs(m.got-quotient) <= c.Tolerance*math.Max(1, math.Abs(quotient))) {
			return fmt.Errorf("check.Grads: derivative %d in %s mode is %v along a random direction, the difference quotient %v: "+
				"unless f has a kink at x or is too curved for the step, look at the derivatives that it was given", order, m.mode, m.got, quotient)
		}
	}
	return nil
}

// directionOf draws a tree like another whose elements are about 1; leaves that are not
// float are as they are.
func directionOf[T any](r *rand.Rand, like T) T {
	return trace.Map(func(v trace.Value) trace.Value {
		if !v.DType().IsFloat() {
			return v
		}
		elems := make([]float64, v.Size())
		for i := range elems {
			elems[i] = math.Copysign(0.5+0.5*r.Float64(), r.Float64()-0.5)
		}
		return fn.Cast(trace.FromArray(trace.ArrayOf(elems, v.Shape()...)), v.DType())
	}, like)
}

// inner is the inner product of the float leaves of two trees.
func inner[T any](a, b T) trace.Value {
	sum := fn.Scalar(0)
	trace.Map2(func(a, b trace.Value) trace.Value {
		if a.DType().IsFloat() {
			sum = fn.Add(sum, fn.Cast(fn.SumAll(fn.Mul(a, b)), trace.Float64))
		}
		return a
	}, a, b)
	return sum
}

// Vmap compares transforms.Vmap(f)(xs) with f of each row of xs: the leaves of the results
// may differ by tolerance, relative to the largest element of a leaf or 1.
func Vmap[P, R any](f func(P) R, xs P, tolerance float64) error {
	var result error
	err := trace.Try(func() {
		rows := fn.Rows(xs)
		one := make([]R, len(rows))
		for i, x := range rows {
			one[i] = f(x)
		}
		if len(one) > 0 {
			result = same("check.Vmap: Vmap(f)(xs)", "f row by row", transforms.Vmap(f)(xs), fn.Stacked(one...), tolerance)
		}
	})
	if err != nil {
		return err
	}
	return result
}

// Jit compares transforms.Jit(f)(x) with f(x), see [Vmap].
func Jit[P, R any](f func(P) R, x P, tolerance float64) error {
	var result error
	err := trace.Try(func() {
		result = same("check.Jit: Jit(f)(x)", "f(x)", transforms.Jit(f)(x), f(x), tolerance)
	})
	if err != nil {
		return err
	}
	return result
}

// unsteady is what to look for where the results of one function differ.
const unsteady = "f may keep state between calls, have a batch rule of its own, or need a larger tolerance"

// same compares two trees. NaN and infinities must be equal.
func same[R any](what, of string, got, want R, tolerance float64) error {
	g, s := trace.Flatten(got)
	w, _ := trace.Flatten(want)
	if len(g) != len(w) {
		return fmt.Errorf("%s has %d leaves, %s has %d: %s", what, len(g), of, len(w), unsteady)
	}
	for i := range w {
		if !g[i].Type().Equal(w[i].Type()) {
			return fmt.Errorf("%s is %v at %s, %s is %v: %s", what, g[i].Type(), place(s, i), of, w[i].Type(), unsteady)
		}
		gs, ws := g[i].Float64s(), w[i].Float64s()
		scale := 1.0
		for _, x := range ws {
			if !math.IsInf(x, 0) {
				scale = math.Max(scale, math.Abs(x))
			}
		}
		for k := range ws {
			equal := gs[k] == ws[k] || math.IsNaN(gs[k]) && math.IsNaN(ws[k])
			if !equal && !(math.Abs(gs[k]-ws[k]) <= tolerance*scale) {
				return fmt.Errorf("%s is %v at element %d of %s, %s is %v: %s", what, gs[k], k, place(s, i), of, ws[k], unsteady)
			}
		}
	}
	return nil
}

func place(s *trace.Structure, i int) string {
	if s.Path(i) == "" {
		return "its only leaf"
	}
	return s.Path(i)
}
