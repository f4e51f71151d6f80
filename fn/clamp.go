package fn

import (
	"fmt"
	"math"

	kelementwise "github.com/pullback-go/pullback/internal/kernel/elementwise"
	"github.com/pullback-go/pullback/trace"
)

// Clamp limits x to the interval from lo to hi, elementwise, for floats and integers. NaN
// stays NaN. An infinite bound is no bound; for integers a finite bound must be whole.
// The derivative is 1 from lo to hi, the bounds included, else 0. Clamp panics with a
// *trace.Error if lo > hi or if one of them is NaN.
func Clamp(x trace.Value, lo, hi float64) trace.Value {
	return trace.Bind1(clamp{lo, hi}, x)
}

// ClampMin is Clamp(x, lo, +Inf).
func ClampMin(x trace.Value, lo float64) trace.Value {
	defer trace.Naming("clamp_min", x)
	return Clamp(x, lo, math.Inf(1))
}

// ClampMax is Clamp(x, -Inf, hi).
func ClampMax(x trace.Value, hi float64) trace.Value {
	defer trace.Naming("clamp_max", x)
	return Clamp(x, math.Inf(-1), hi)
}

// Positive is the positive part x⁺ = max(x, 0), so that x = x⁺ + x⁻. Unlike [ReLU], it
// has the derivative 1 at 0. So the relevance of the parts of an input of 0 still depends
// on that input.
func Positive(x trace.Value) trace.Value {
	defer trace.Naming("positive", x)
	return ClampMin(x, 0)
}

// Negative is the negative part x⁻ = min(x, 0), with derivative 1 at 0.
func Negative(x trace.Value) trace.Value {
	defer trace.Naming("negative", x)
	return ClampMax(x, 0)
}

type clamp struct{ Low, High float64 }

func (clamp) Name() string { return "clamp" }

func (op clamp) Infer(in []trace.Type) ([]trace.Type, error) {
	if !(op.Low <= op.High) {
		return nil, fmt.Errorf("the lower bound %v is not at most the upper bound %v", op.Low, op.High)
	}
	if d := in[0].DType; d.IsInt() {
		for _, b := range []float64{op.Low, op.High} {
			if !math.IsInf(b, 0) && !fits(b, d) {
				return nil, fmt.Errorf("the bound %v is not an %v: fn.Cast the array to a float dtype first", b, d)
			}
		}
	}
	return in[:1:1], wantNumbers(in[0])
}

func (op clamp) Eval(in, out []*trace.Array) {
	onNumber(out[0].DType(), clampWhole[int32], clampWhole[int64], clampFloat[float32], clampFloat[float64])(op, in[0], out[0])
}

func clampFloat[T float32 | float64](op clamp, x, y *trace.Array) {
	low, high := inDType(op.Low, x.DType()), inDType(op.High, x.DType())
	kelementwise.Clamp(trace.Elems[T](y), trace.Elems[T](x), T(low), T(high))
}

// inDType rounds a bound to the float dtype of the elements that are compared with it. A
// finite bound stays finite. Every value and every derivative with a bound goes through
// it, so that both see the same bound.
func inDType(bound float64, d trace.DType) float64 {
	if d != trace.Float32 || math.IsInf(bound, 0) {
		return bound
	}
	return float64(float32(max(-math.MaxFloat32, min(bound, math.MaxFloat32))))
}

func clampWhole[T int32 | int64](op clamp, x, y *trace.Array) {
	bounds := [2]float64{op.Low, op.High}
	var ends [2]T
	kelementwise.Cast(ends[:], bounds[:]) // an infinite bound becomes the end of the dtype
	kelementwise.Clamp(trace.Elems[T](y), trace.Elems[T](x), ends[0], ends[1])
}

func (op clamp) VJP(in, _, ct []trace.Value, _ []bool) []trace.Value {
	return []trace.Value{Mask(trace.Bind1(within{op.Low, op.High, false}, in[0]), ct[0])}
}

func (op clamp) Batch(_ int, in []trace.Value, _ []bool) []trace.Value { return trace.Bind(op, in[0]) }

func (clamp) Elementwise()  {}
func (clamp) Nonexpansive() {}

func (op clamp) Signs(in []trace.Sign) []trace.Sign { return oneSign(clamped(in[0], op.Low, op.High)) }

// SimplifySigns removes a clamp that cuts nothing off.
func (op clamp) SimplifySigns(in []trace.Sign) (trace.Op, []int, bool) {
	return nil, []int{0}, reaches(in[0], op.Low) && reaches(in[0].Negated(), -op.High)
}

// above reports where x > bound, elementwise, for floats. It also compares with an
// infinite bound, which between ignores.
func above(x trace.Value, bound float64) trace.Value {
	if math.IsInf(bound, 0) {
		return Greater(x, Scalar(bound))
	}
	return between(x, bound, math.Inf(1))
}

// between reports where low < x < high, elementwise, for floats. An infinite bound is no
// bound.
func between(x trace.Value, low, high float64) trace.Value {
	return trace.Bind1(within{low, high, true}, x)
}

// within asks whether an element lies between two bounds. The bounds themselves count
// unless it is Open. An infinite bound is no bound. NaN lies nowhere.
type within struct {
	Low, High float64
	Open      bool
}

func (within) Name() string { return "within" }

func (op within) Infer(in []trace.Type) ([]trace.Type, error) {
	return []trace.Type{trace.TypeOf(trace.Bool, in[0].Shape...)}, wantFloats(in[0])
}

func (op within) Eval(in, out []*trace.Array) {
	y, d := trace.Elems[bool](out[0]), in[0].DType()
	low, high := inDType(op.Low, d), inDType(op.High, d)
	if d == trace.Float32 {
		kelementwise.Within(y, trace.Elems[float32](in[0]), op.inward32(low, math.Inf(1)), op.inward32(high, math.Inf(-1)))
		return
	}
	kelementwise.Within(y, trace.Elems[float64](in[0]), op.inward64(low, math.Inf(1)), op.inward64(high, math.Inf(-1)))
}

// inward64 returns a bound of the closed interval that has the same elements. This is the
// bound itself or, if the interval is open, its neighbor. An infinite bound is no bound
// and stays.
func (op within) inward64(bound, towards float64) float64 {
	if !op.Open || math.IsInf(bound, 0) {
		return bound
	}
	return math.Nextafter(bound, towards)
}

func (op within) inward32(bound, towards float64) float32 {
	if !op.Open || math.IsInf(bound, 0) {
		return float32(bound)
	}
	return math.Nextafter32(float32(bound), float32(towards))
}

func (within) VJP(_, _, _ []trace.Value, _ []bool) []trace.Value { return make([]trace.Value, 1) }

func (op within) Batch(_ int, in []trace.Value, _ []bool) []trace.Value { return trace.Bind(op, in[0]) }

func (within) Elementwise()  {}
func (within) Nonexpansive() {}

// Signs says for the elements of each class whether the answer is true, false or either.
func (op within) Signs(in []trace.Sign) []trace.Sign {
	return oneSign(in[0].Map(func(x trace.Sign) trace.Sign {
		return least(op.beyond(x, op.Low), op.beyond(x.Negated(), -op.High))
	}))
}

// beyond says whether elements of the class x lie on the inner side of a lower bound. An
// infinite bound itself does.
func (op within) beyond(x trace.Sign, bound float64) trace.Sign {
	open := op.Open && !math.IsInf(bound, 0)
	return x.Compared(trace.SignOf(bound)).Map(func(d trace.Sign) trace.Sign {
		return truth(d == trace.Positive || d == trace.PosZero && !open)
	})
}

// clamped returns the classes of min(max(x, low), high).
func clamped(x trace.Sign, low, high float64) trace.Sign {
	return least(most(x, trace.SignOf(low)), trace.SignOf(high))
}

// reaches reports whether no number of the classes x is below the bound, and no zero has
// a smaller sign.
func reaches(x trace.Sign, bound float64) bool {
	least, b := x&-x, trace.SignOf(bound)
	if math.IsInf(bound, 0) || bound == 0 {
		return least >= b
	}
	return least > b // and so above every number of its classes
}
