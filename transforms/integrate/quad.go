package integrate

import (
	"gonum.org/v1/gonum/integrate/quad"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/trace"
	"github.com/pullback-go/pullback/transforms"
)

// Value is an array, see [trace.Value].
type Value = trace.Value

// Quad is the integral of f from a to b by Gauss and Legendre's rule with n places, which
// is exact for polynomials up to the degree 2n - 1. f maps a float scalar to an array of
// one type; a and b are float scalars of one dtype. The integral is differentiable by the
// bounds and by what f captures.
func Quad(f func(x Value) Value, a, b Value, n int) Value {
	if n < 1 {
		panic(trace.Errorf("Quad with %d places: give at least one", n))
	}
	if a.Rank() != 0 || b.Rank() != 0 || !a.DType().IsFloat() || a.DType() != b.DType() {
		panic(trace.Errorf("Quad from %v to %v: want float scalars of one dtype", a.Type(), b.Type()))
	}
	places, weights := make([]float64, n), make([]float64, n)
	quad.Legendre{}.FixedLocations(places, weights, 0, 1)
	length := fn.Sub(b, a)
	at := fn.Add(a, fn.Mul(length, fn.Cast(trace.New(places), a.DType())))
	y := transforms.Vmap(f)(at)
	if !y.DType().IsFloat() {
		panic(trace.Errorf("Quad of a function with the result %v: want floats", y.Type()))
	}
	w := fn.BroadcastIn(fn.Cast(trace.New(weights), y.DType()), y.Shape(), 0)
	return fn.Mul(fn.Cast(length, y.DType()), fn.Sum(fn.Mul(w, y), 0))
}
