package fn

import (
	"slices"

	"github.com/pullback-go/pullback/trace"
)

// Meshgrid makes, of n vectors, n arrays with an axis for each vector, of which array i
// varies along axis i alone as vector i does: NumPy's indexing "ij".
func Meshgrid(xs ...trace.Value) []trace.Value {
	defer trace.Naming("meshgrid", xs...)
	var shape []int
	for i, x := range xs {
		if x.Rank() != 1 {
			refuse("meshgrid", xs, "operand %d is %v, want a vector", i, x.Type())
		}
		shape = append(shape, x.Dim(0))
	}
	out := make([]trace.Value, len(xs))
	for i, x := range xs {
		out[i] = BroadcastIn(x, shape, i)
	}
	return out
}

// Outer is the product of each element of a with each of b: y[i j] = a[i] b[j], for
// arrays flattened to vectors.
func Outer(a, b trace.Value) trace.Value {
	defer trace.Naming("outer", a, b)
	return Mul(ExpandDims(Reshape(a, -1), 1), ExpandDims(Reshape(b, -1), 0))
}

// VDot is Σ a b over all elements of two arrays of the same shape, a scalar.
func VDot(a, b trace.Value) trace.Value {
	defer trace.Naming("vdot", a, b)
	if !slices.Equal(a.Shape(), b.Shape()) {
		refuse("vdot", []trace.Value{a, b}, "the shapes differ")
	}
	return Dot(Reshape(a, -1), Reshape(b, -1))
}

// Kron is the Kronecker product: the array of blocks a[i ...] b. If one operand has fewer
// axes, axes of length 1 are put before them.
func Kron(a, b trace.Value) trace.Value {
	defer trace.Naming("kron", a, b)
	rank := max(a.Rank(), b.Rank())
	full := func(x trace.Value) []int { return append(slices.Repeat([]int{1}, rank-x.Rank()), x.Shape()...) }
	wide, tall, shape := []int{}, []int{}, []int{}
	as, bs := full(a), full(b)
	for i := range rank {
		wide, tall, shape = append(wide, as[i], 1), append(tall, 1, bs[i]), append(shape, as[i]*bs[i])
	}
	return Reshape(Mul(Reshape(a, wide...), Reshape(b, tall...)), shape...)
}

// Cross is the cross product of the vectors of three elements along an axis of a and b,
// which broadcast.
func Cross(a, b trace.Value, axis int) trace.Value {
	defer trace.Naming("cross", a, b)
	for _, x := range []trace.Value{a, b} {
		if axis := axisOf("cross", x, axis); x.Dim(axis) != 3 {
			refuse("cross", []trace.Value{a, b}, "axis %d of %v has %d elements, want 3", axis, x.Type(), x.Dim(axis))
		}
	}
	return Sub(Mul(Roll(a, -1, axis), Roll(b, -2, axis)), Mul(Roll(a, -2, axis), Roll(b, -1, axis)))
}

// TensorDot sums the products of a and b over the last n axes of a and the first n of b.
// [DotGeneral] and [Einsum] sum over others.
func TensorDot(a, b trace.Value, n int) trace.Value {
	defer trace.Naming("tensor_dot", a, b)
	if n < 0 || n > a.Rank() || n > b.Rank() {
		refuse("tensor_dot", []trace.Value{a, b}, "sums over %d axes, of which there are %d and %d", n, a.Rank(), b.Rank())
	}
	c := DotConfig{ContractB: allAxes(n)}
	for i := range n {
		c.ContractA = append(c.ContractA, a.Rank()-n+i)
	}
	return DotGeneral(a, b, c)
}

// PolyVal is the polynomial with the coefficients coefs[n], the one of the highest power
// first, at each element of x, by Horner's rule.
func PolyVal(coefs, x trace.Value) trace.Value {
	defer trace.Naming("poly_val", coefs, x)
	if coefs.Rank() != 1 {
		refuse("poly_val", []trace.Value{coefs, x}, "want a vector of coefficients")
	}
	y := ZerosLike(Mul(Sum(coefs, 0), x))
	for i := range coefs.Dim(0) {
		y = Add(Mul(y, x), Index(coefs, i))
	}
	return y
}

// Interp is the function that runs linearly from point to point (xp[i], fp[i]), at each
// element of x, for vectors xp and fp of the same length; xp ascends. Beyond the first
// and the last point it is constant. It is differentiable in all three; at a point, x has
// the slope of the piece to its right, and at the last one of the piece to its left.
func Interp(x, xp, fp trace.Value) trace.Value {
	defer trace.Naming("interp", x, xp, fp)
	if xp.Rank() != 1 || fp.Rank() != 1 || xp.Dim(0) != fp.Dim(0) || xp.Dim(0) == 0 {
		refuse("interp", []trace.Value{x, xp, fp}, "want as many xp[n] as fp[n], at least one point")
	}
	n := xp.Dim(0)
	if n == 1 {
		return Where(IsNaN(x), x, Index(fp, 0))
	}
	right := SearchSorted(xp, x, true)
	at := Clamp(Sub(right, Scalar(1)), 0, float64(n-2))
	next := Add(at, Scalar(1))
	pick := func(v, i trace.Value) trace.Value { return Take(v, i, 0) }
	low, high := pick(xp, at), pick(xp, next)
	width := Sub(high, low)
	some := NotEqual(width, Scalar(0))
	part := Mask(some, Div(Sub(x, low), Where(some, width, Scalar(1))))
	y := Add(pick(fp, at), Mul(part, Sub(pick(fp, next), pick(fp, at))))
	first, last := Index(xp, 0), Index(xp, n-1)
	return Where(Less(x, first), Index(fp, 0), Where(Greater(x, last), Index(fp, n-1), y))
}
