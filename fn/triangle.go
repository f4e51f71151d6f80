package fn

import "github.com/pullback-go/pullback/trace"

// Tril is the lower triangle of the matrices on the last two axes of x: element [i j] of a
// matrix is kept if j - i ≤ k, and is 0 otherwise. With k = 0 the diagonal is the last one
// kept. In a bool array, false takes the place of 0.
func Tril(x trace.Value, k int) trace.Value {
	defer trace.Naming("tril", x)
	return triangle("tril", x, k, LessEqual)
}

// Triu is the upper triangle of the matrices on the last two axes of x: element [i j] of a
// matrix is kept if j - i ≥ k, and is 0 otherwise.
func Triu(x trace.Value, k int) trace.Value {
	defer trace.Naming("triu", x)
	return triangle("triu", x, k, GreaterEqual)
}

// triangle keeps the elements whose diagonal j - i fits k.
func triangle(name string, x trace.Value, k int, fits func(diagonal, k trace.Value) trace.Value) trace.Value {
	if x.Rank() < 2 {
		refuse(name, []trace.Value{x}, "want matrices on the last two axes")
	}
	rows, columns := x.Dim(-2), x.Dim(-1)
	t := trace.TypeOf(trace.Int64, rows, columns)
	diagonal := Sub(IotaLike(x, t, 1), IotaLike(x, t, 0))
	kept := fits(diagonal, Scalar(float64(min(max(k, -rows), columns)))) // any other k fits all or none
	if x.DType() == trace.Bool {
		return And(kept, x)
	}
	return Mask(kept, x)
}
