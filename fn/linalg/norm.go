package linalg

import (
	"fmt"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/trace"
)

// Order says which norm of a matrix is meant.
type Order uint8

// The norms.
const (
	// Frobenius is the root of the sum of all squares.
	Frobenius Order = iota
	// Nuclear is the sum of the singular values.
	Nuclear
	// One is the largest sum of magnitudes of a column.
	One
	// Two is the largest singular value.
	Two
	// Inf is the largest sum of magnitudes of a row.
	Inf
)

// String returns the name that NumPy gives the norm.
func (o Order) String() string {
	if names := [...]string{"fro", "nuc", "1", "2", "inf"}; int(o) < len(names) {
		return names[o]
	}
	return fmt.Sprintf("Order(%d)", uint8(o))
}

// Norm is a norm of the matrices a[... m n], [...]. For the derivatives of [Nuclear] and
// [Two] see [SVD]; where several sums of [One] or [Inf] are the largest they share the
// cotangent, and the slope of [Frobenius] at zero is 0. One, Two and Inf want a matrix with
// elements.
func Norm(a trace.Value, o Order) trace.Value {
	defer trace.Naming("norm", a)
	mustBe("norm", wantMatrix, a)
	if m, n := sides(a.Type()); m*n == 0 && (o == One || o == Two || o == Inf) {
		trace.Refuse("norm", []trace.Value{a}, "a matrix without elements has no norm %v", o)
	}
	switch o {
	case Frobenius:
		return root(fn.Sum(fn.Square(a), -2, -1))
	case Nuclear:
		_, s, _ := thin(a)
		return fn.Sum(s, -1)
	case One:
		return fn.Max(fn.Sum(fn.Abs(a), -2), -1)
	case Two:
		_, s, _ := thin(a)
		return fn.At(s, fn.Rest, 0)
	case Inf:
		return fn.Max(fn.Sum(fn.Abs(a), -1), -1)
	}
	trace.Refuse("norm", []trace.Value{a}, "there is no norm %v: want Frobenius, Nuclear, One, Two or Inf", o)
	return trace.Value{}
}

// root is the square root, with the slope 0 at 0.
func root(x trace.Value) trace.Value {
	some := fn.NotEqual(x, fn.Scalar(0))
	return fn.Mask(some, fn.Sqrt(fn.Where(some, x, fn.Scalar(1))))
}
