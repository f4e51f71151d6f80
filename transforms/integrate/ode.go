package integrate

import (
	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/trace"
	"github.com/pullback-go/pullback/transforms"
)

// ODEConfig is the way to solve an equation.
type ODEConfig struct {
	// Method is the formula of a step; the zero value is Dormand and Prince's.
	Method Method
	// Steps is the number of steps from each time to the next, all of the same length; 0
	// means 1.
	Steps int
}

// Method is an explicit formula of Runge and Kutta.
type Method uint8

// The methods, with the order of their error and the number of calls of f in a step.
const (
	DormandPrince Method = iota // order 5, 6 calls
	RungeKutta                  // the classical one: order 4, 4 calls
	Midpoint                    // order 2, 2 calls
	Euler                       // order 1, 1 call
)

// ODE returns the solution of dy/dt = f(t, y) as a function of the value at the first of
// some times: y(ts[0]) = start. Row i of the result is y(ts[i]). y is a tree of floats,
// and f(t, y) a tree like it; ts[n] are floats, ascending or descending, at least one.
//
// The solution is differentiable by start, by ts, and by what f captures, in both modes
// and to every order. Its pullback is exact for the steps that were taken. It keeps the
// value before each step, and computes the step again.
//
// Dormand and Prince, "A family of embedded Runge-Kutta formulae", J. Comp. Appl. Math.
// 6, 1980.
func ODE[Y any](f func(t Value, y Y) Y, config ...ODEConfig) func(start Y, ts Value) Y {
	var c ODEConfig
	switch len(config) {
	case 0:
	case 1:
		c = config[0]
	default:
		panic(trace.Errorf("ODE with %d configs: give at most one", len(config)))
	}
	if int(c.Method) >= len(formulas) || c.Steps < 0 {
		panic(trace.Errorf("ODE by the method %d in %d steps: want one of the methods, and a number of steps that is not negative", c.Method, c.Steps))
	}
	formula, steps := formulas[c.Method], max(c.Steps, 1)
	return func(start Y, ts Value) Y {
		if ts.Rank() != 1 || ts.Dim(0) == 0 || !ts.DType().IsFloat() {
			panic(trace.Errorf("ODE at the times %v: want a vector of floats, at least one", ts.Type()))
		}
		type interval struct{ From, Length Value }
		step := transforms.Checkpoint(func(p struct {
			T, Length Value
			Y         Y
		}) Y {
			return step(formula, f, p.T, p.Length, p.Y)
		})
		across := func(y Y, in interval) (Y, Y) {
			length := fn.Scale(in.Length, 1/float64(steps))
			y = transforms.For(steps, func(i Value, y Y) Y {
				t := fn.Add(in.From, fn.Mul(length, fn.Cast(i, ts.DType())))
				return step(struct {
					T, Length Value
					Y         Y
				}{t, length, y})
			})(y)
			return y, y
		}
		n := ts.Dim(0)
		from, to := fn.At(ts, fn.Span(0, n-1)), fn.At(ts, fn.Span(1, n))
		_, ys := transforms.Scan(across)(start, interval{from, fn.Sub(to, from)})
		return trace.Map2(func(first, rest Value) Value { return fn.Concat(0, fn.ExpandDims(first, 0), rest) }, start, ys)
	}
}

// formula is an explicit one: stage i is at the time c[i], and its value is that of the
// step's beginning and the slopes before it, weighted by a[i]. b weights all slopes.
type formula struct {
	c []float64
	a [][]float64
	b []float64
}

var formulas = [...]formula{
	DormandPrince: {
		c: []float64{0, 1. / 5, 3. / 10, 4. / 5, 8. / 9, 1},
		a: [][]float64{
			{}, {1. / 5}, {3. / 40, 9. / 40}, {44. / 45, -56. / 15, 32. / 9},
			{19372. / 6561, -25360. / 2187, 64448. / 6561, -212. / 729},
			{9017. / 3168, -355. / 33, 46732. / 5247, 49. / 176, -5103. / 18656},
		},
		b: []float64{35. / 384, 0, 500. / 1113, 125. / 192, -2187. / 6784, 11. / 84},
	},
	RungeKutta: {c: []float64{0, .5, .5, 1}, a: [][]float64{{}, {.5}, {0, .5}, {0, 0, 1}}, b: []float64{1. / 6, 1. / 3, 1. / 3, 1. / 6}},
	Midpoint:   {c: []float64{0, .5}, a: [][]float64{{}, {.5}}, b: []float64{0, 1}},
	Euler:      {c: []float64{0}, a: [][]float64{{}}, b: []float64{1}},
}

// step is one step.
func step[Y any](m formula, f func(t Value, y Y) Y, t, length Value, y Y) Y {
	var slopes []Y
	along := func(weights []float64) Y {
		next := y
		for i, w := range weights {
			if w != 0 {
				next = trace.Map2(func(y, slope Value) Value {
					return fn.Add(y, fn.Mul(slope, fn.Cast(fn.Scale(length, w), y.DType())))
				}, next, slopes[i])
			}
		}
		return next
	}
	for i, c := range m.c {
		slopes = append(slopes, f(fn.Add(t, fn.Scale(length, c)), along(m.a[i])))
	}
	return along(m.b)
}
