package lawtest

import (
	"fmt"
	"math"

	"github.com/pullback-go/pullback/trace"
	"pgregory.net/rapid"
)

// Close reports an error unless got has the type of want and each of its elements is
// within tol times the largest finite magnitude in want. An infinity must be the same
// one; NaN is never close.
func Close(t rapid.TB, got, want Value, tol float64) {
	t.Helper()
	if fault := apart(got, want, tol, 0); fault != "" {
		t.Errorf("%s", fault)
	}
}

// floor is added to the magnitude that a law's tolerance is relative to: where the right
// answer is 0, rounding is not.
const floor = 1e-3

// apart says where two arrays differ by more than tol·(largest of want + least), "" if
// nowhere.
func apart(got, want Value, tol, least float64) string {
	if got.IsAbsent() || want.IsAbsent() {
		return presence(got, want)
	}
	if !got.Type().Equal(want.Type()) {
		return fmt.Sprintf("got a %v, want a %v", got.Type(), want.Type())
	}
	g, w := got.Float64s(), want.Float64s()
	if !want.DType().IsFloat() {
		tol = 0
	}
	scale := largest(w) + least
	worst, at := -1.0, 0
	for i := range w {
		if d := distance(g[i], w[i]); !(d <= tol*scale) && !(d <= worst) {
			worst, at = d, i
		}
	}
	if worst == -1 {
		return ""
	}
	return fmt.Sprintf("at %v got %v, want %v: apart by %.3g of the largest magnitude %.3g, tolerance %.3g",
		coordinates(at, want.Shape()), g[at], w[at], worst/scale, scale, tol)
}

func presence(got, want Value) string {
	if got.IsAbsent() == want.IsAbsent() {
		return ""
	}
	return fmt.Sprintf("got %v, want %v", got, want)
}

func distance(got, want float64) float64 {
	if got == want {
		return 0
	}
	return math.Abs(got - want) // infinite or NaN if one is infinite
}

// largest is the largest finite magnitude, 0 if there is none.
func largest(xs []float64) float64 {
	m := 0.0
	for _, x := range xs {
		if a := math.Abs(x); a > m && !math.IsInf(a, 0) {
			m = a
		}
	}
	return m
}

func largestOf(vs []Value) float64 {
	m := 0.0
	for _, v := range vs {
		m = max(m, largest(v.Float64s()))
	}
	return m
}

// coordinates turns a flat index into one for each axis.
func coordinates(flat int, shape []int) []int {
	out := make([]int, len(shape))
	for i := len(shape) - 1; i >= 0; i-- {
		out[i] = flat % shape[i]
		flat /= shape[i]
	}
	return out
}

// finite says where values hold something that is no number, "" if nowhere.
func finite(vs []Value) string {
	for i, v := range vs {
		for j, x := range v.Float64s() {
			if math.IsNaN(x) || math.IsInf(x, 0) {
				return fmt.Sprintf("output %d, a %v, is %v at %v", i, v.Type(), x, coordinates(j, v.Shape()))
			}
		}
	}
	return ""
}

// inner is Σ a·b over all elements of all values, and the sum of the magnitudes of its
// terms.
func inner(a, b []Value) (sum, magnitude float64) {
	for i := range a {
		y := b[i].Float64s()
		for j, x := range a[i].Float64s() {
			sum += x * y[j]
			magnitude += math.Abs(x * y[j])
		}
	}
	return sum, magnitude
}

// combine is the float64 array Σ c_i·v_i.
func combine(c []float64, vs ...Value) Value {
	out := make([]float64, vs[0].Size())
	for i, v := range vs {
		for j, x := range v.Float64s() {
			out[j] += c[i] * x
		}
	}
	return trace.FromArray(trace.ArrayOf(out, vs[0].Shape()...))
}
