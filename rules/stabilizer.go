package rules

import (
	"fmt"
	"math"
	"strings"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/trace"
)

// Denominator makes the divisor from the output of a layer. A [Stabilizer] is one;
// [StabilizerFunc] makes one from a function.
type Denominator interface {
	fmt.Stringer
	// Apply returns the stabilized z, of the type of z.
	Apply(z trace.Value) trace.Value
}

// defaultEpsilon is the epsilon of all rules and presets unless another is given.
const defaultEpsilon = 1e-6

// Stabilizer moves values away from zero:
//
//	z + ε·sign(z)            by default,
//	sign(z)·max(|z|, ε)      with Clip,
//	z + ε                    with Unsigned,
//
// with sign 0 = +1. Clip has the derivative 1 where |z| = ε. With Epsilon 0, Stabilizer
// is the identity.
type Stabilizer struct {
	// Epsilon is ε, a finite number of at least 0.
	Epsilon float64
	// Clip replaces small values by ε instead of adding ε to all.
	Clip bool
	// Unsigned adds ε to negative values, too, as LXT does: they come nearer to zero. With
	// it, Clip is an error.
	Unsigned bool
	// NormScale sets ε to Epsilon times the root mean square of z over Axes. This depends
	// on z and is differentiated. Where all of z is 0, its derivative is 0.
	NormScale bool
	// Axes are the axes of the root mean square. Negative ones count from the last. Empty
	// means all but the first.
	Axes []int
}

// Apply returns the stabilized z.
func (s Stabilizer) Apply(z trace.Value) trace.Value {
	s.check()
	if s.Epsilon == 0 {
		return z
	}
	plus, minus := s.epsilon(z)
	if s.Unsigned {
		return fn.Add(z, fn.BroadcastTo(plus, z.Shape()...))
	}
	signed := fn.Where(fn.GreaterEqual(z, fn.Scalar(0)), plus, minus)
	if s.Clip {
		return fn.Where(fn.Less(fn.Abs(z), plus), signed, z) // NaN stays
	}
	return fn.Add(z, signed)
}

// epsilon returns ε and -ε as they apply to z. They broadcast to it.
func (s Stabilizer) epsilon(z trace.Value) (plus, minus trace.Value) {
	if !s.NormScale {
		return fn.FullLike(z, s.Epsilon), fn.FullLike(z, -s.Epsilon)
	}
	eps := fn.Mul(s.rootMeanSquare(z), fn.Scalar(s.Epsilon))
	return eps, fn.Neg(eps)
}

// rootMeanSquare keeps the reduced axes with length 1.
func (s Stabilizer) rootMeanSquare(z trace.Value) trace.Value {
	axes := s.axes(z)
	if len(axes) == 0 {
		return fn.Abs(z)
	}
	kept := append([]int{}, z.Shape()...)
	for _, a := range axes {
		kept[a] = 1
	}
	square := fn.Reshape(fn.Mean(fn.Square(z), axes...), kept...)
	zero := fn.Equal(square, fn.Scalar(0)) // where the root has no derivative
	return fn.Mask(fn.Not(zero), fn.Sqrt(fn.Where(zero, fn.Scalar(1), square)))
}

func (s Stabilizer) axes(z trace.Value) []int {
	var axes []int
	for _, a := range s.Axes {
		if a < -z.Rank() || a >= z.Rank() {
			panic(trace.Errorf("stabilizer %v: %v has no axis %d: Axes lie between %d and %d", s, z.Type(), a, -z.Rank(), z.Rank()-1))
		}
		axes = append(axes, (a+z.Rank())%z.Rank())
	}
	if len(s.Axes) > 0 {
		return axes
	}
	for a := 1; a < z.Rank(); a++ {
		axes = append(axes, a)
	}
	return axes
}

// neverZero reports whether what Apply returns cannot be 0.
func (s Stabilizer) neverZero(d trace.DType) bool {
	return !s.Unsigned && fn.Cast(trace.Scalar(s.Epsilon), d).Float64() > 0 && !s.NormScale
}

func (s Stabilizer) check() {
	notNegative("Stabilizer", "Epsilon", s.Epsilon)
	if s.Clip && s.Unsigned {
		panic(trace.Errorf("rules.Stabilizer: both Clip and Unsigned are set: give one of them"))
	}
}

// notNegative refuses a parameter that is negative or not finite.
func notNegative(of, name string, x float64) {
	if !(x >= 0) || math.IsInf(x, 1) {
		panic(trace.Errorf("rules.%s: %s is %v: give a finite number of at least 0", of, name, x))
	}
}

// String prints Epsilon alone, as 1e-06, or everything that is set, as {0.25 clip
// norm_scale[1]}.
func (s Stabilizer) String() string {
	parts := []string{fmt.Sprint(s.Epsilon)}
	if s.Clip {
		parts = append(parts, "clip")
	}
	if s.Unsigned {
		parts = append(parts, "unsigned")
	}
	if s.NormScale {
		scale := "norm_scale"
		if len(s.Axes) > 0 {
			scale += fmt.Sprint(s.Axes)
		}
		parts = append(parts, scale)
	}
	if len(parts) == 1 {
		return parts[0]
	}
	return "{" + strings.Join(parts, " ") + "}"
}

// StabilizerFunc makes a stabilizer from a pure function that maps the output of a layer
// to the divisor, of the same type. The name stands for the function wherever the rule is
// printed. StabilizerFunc panics with a *trace.Error without a name or a function.
func StabilizerFunc(name string, f func(z trace.Value) trace.Value) Denominator {
	if name == "" || f == nil {
		panic(trace.Errorf("rules.StabilizerFunc: a name and a function are needed, got %q and %v", name, described(f == nil)))
	}
	return stabilizerFunc{name, f}
}

func described(isNil bool) string {
	if isNil {
		return "nil"
	}
	return "a function"
}

type stabilizerFunc struct {
	name string
	f    func(z trace.Value) trace.Value
}

func (s stabilizerFunc) String() string { return s.name }

func (s stabilizerFunc) Apply(z trace.Value) trace.Value {
	d := s.f(z)
	if !d.IsWeak() && !d.Type().Equal(z.Type()) {
		panic(trace.Errorf("the stabilizer %s gives %v for an output of %v: it must have the same type", s.name, d.Type(), z.Type()))
	}
	return d
}

// Divide returns r / s(z): the relevance for each unit of the output. Where the
// stabilized output is exactly 0, nothing is passed on: the quotient and its derivative
// are 0.
func Divide(r, z trace.Value, s Denominator) trace.Value {
	d := s.Apply(z)
	if known, ok := s.(Stabilizer); ok && known.neverZero(z.DType()) {
		return fn.Div(r, d)
	}
	zero := fn.Equal(d, fn.Scalar(0))
	return fn.Mask(fn.Not(zero), fn.Div(r, fn.Where(zero, fn.Scalar(1), d)))
}
