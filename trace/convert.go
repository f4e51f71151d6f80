package trace

import (
	"github.com/pullback-go/pullback/internal/kernel/elementwise"
	"github.com/pullback-go/pullback/internal/kernel/half"
)

// Convert returns x with its elements converted to a dtype, as [Array.Convert] does.
//
// From float to float it is linear. Every other conversion has no derivative: its
// cotangent is zero.
func Convert(x Value, d DType) Value {
	if !x.IsAbsent() && x.DType() == d && !x.IsWeak() {
		return x
	}
	return Bind1(Cast{To: d}, x).WithWeak(false)
}

// Cast is the operation of [Convert]. It is in this package because [Bind] converts what
// an operation has no arithmetic for.
type Cast struct{ To DType }

func (Cast) Name() string            { return "cast" }
func (op Cast) LinearIn([]bool) bool { return op.To.IsFloat() }

func (op Cast) Infer(in []Type) ([]Type, error) { return []Type{TypeOf(op.To, in[0].Shape...)}, nil }

func (op Cast) Eval(in, out []*Array) { out[0].Convert(in[0]) }

func (op Cast) VJP(in, _, ct []Value, _ []bool) []Value {
	from := in[0].DType()
	if !from.IsFloat() || !op.To.IsFloat() {
		return make([]Value, 1)
	}
	return []Value{Convert(ct[0], from)}
}

func (op Cast) Batch(_ int, in []Value, _ []bool) []Value { return Bind(op, in[0]) }

func (op Cast) Simplify(in []Type) (Op, []int, bool) { return nil, []int{0}, in[0].DType == op.To }

// Moves holds between floats, where a cast at most rounds. To and from other dtypes no
// relevance passes at all.
func (Cast) Moves() {}

func (Cast) Elementwise() {}

func (Cast) StoresIn(int) bool { return true }

// Signs allows for numbers that a smaller dtype cannot hold and for truncation to whole
// numbers. As a bool, NaN is true.
func (op Cast) Signs(in []Sign) []Sign {
	return []Sign{in[0].Map(func(x Sign) Sign {
		switch {
		case op.To == Bool && x&Zero == 0:
			return Positive
		case op.To == Bool:
			return PosZero
		case x == Negative:
			return NegInf | Negative | NegZero
		case x == Positive:
			return PosZero | Positive | PosInf
		}
		return x
	})}
}

// Convert sets the elements to those of an array of the same size and any dtype. To a
// float dtype it rounds once, to the nearest value, and of two to the even one. From float
// to integer it drops the fraction; a number out of range becomes the nearest end of the
// range, and NaN becomes 0. Between integers it wraps. True becomes 1. To bool, everything
// but 0 becomes true, NaN included.
func (a *Array) Convert(from *Array) {
	to, wide := a.DType(), from.DType().Wide()
	switch {
	case to == from.DType():
		a.CopyFrom(from)
	case wide != from.DType() && to != wide && !(to == Float32 && wide == Int32):
		between := NewOutput(TypeOf(wide, from.Shape()...)) // exact
		between.Convert(from)
		a.Convert(between)
	default:
		a.convert(from)
	}
}

// convert is Convert between dtypes of which one at least is wide.
func (a *Array) convert(from *Array) {
	switch src := from.data.(type) {
	case *vec[bool]:
		a.convertBools(*src)
	case *vec[uint8]:
		widenIntegers(a, *src)
	case *vec[int8]:
		widenIntegers(a, *src)
	case *vec[BF16]:
		half.WidenBs(Elems[float32](a), *src)
	case *vec[F16]:
		half.Widen16s(Elems[float32](a), *src)
	case *vec[int32]:
		convert(a, *src, oddOfInt, wrap[uint8], wrap[int8])
	case *vec[int64]:
		convert(a, *src, oddOfInt, wrap[uint8], wrap[int8])
	case *vec[float32]:
		convert(a, *src, sameFloat, clampU8, clampI8)
	case *vec[float64]:
		convert(a, *src, half.OddOfFloat, clampU8, clampI8)
	}
}

func (a *Array) convertBools(src []bool) {
	switch dst := a.data.(type) {
	case *vec[uint8]:
		elementwise.Unary(*dst, src, one[uint8])
	case *vec[int8]:
		elementwise.Unary(*dst, src, one[int8])
	case *vec[BF16]:
		elementwise.Unary(*dst, src, func(b bool) BF16 { return ToBF16(one[float32](b)) })
	case *vec[F16]:
		elementwise.Unary(*dst, src, func(b bool) F16 { return ToF16(one[float32](b)) })
	case *vec[int32]:
		elementwise.Indicator(*dst, src)
	case *vec[int64]:
		elementwise.Indicator(*dst, src)
	case *vec[float32]:
		elementwise.Indicator(*dst, src)
	case *vec[float64]:
		elementwise.Indicator(*dst, src)
	}
}

// one is 1 for true.
func one[E uint8 | int8 | float32](b bool) E {
	if b {
		return 1
	}
	return 0
}

// widenIntegers converts to i32 or f32.
func widenIntegers[S uint8 | int8](a *Array, src []S) {
	if a.DType() == Float32 {
		elementwise.Unary(Elems[float32](a), src, func(x S) float32 { return float32(x) })
		return
	}
	elementwise.Unary(Elems[int32](a), src, func(x S) int32 { return int32(x) })
}

// number lists the Go types that there is arithmetic on.
type number interface {
	int32 | int64 | float32 | float64
}

// convert converts numbers. What odd returns rounds to fewer bits as the number does.
func convert[S number](a *Array, src []S, odd func(S) float32, u8 func(S) uint8, i8 func(S) int8) {
	switch dst := a.data.(type) {
	case *vec[bool]:
		elementwise.Unary(*dst, src, func(x S) bool { return x != 0 })
	case *vec[uint8]:
		elementwise.Unary(*dst, src, u8)
	case *vec[int8]:
		elementwise.Unary(*dst, src, i8)
	case *vec[BF16]:
		narrow(*dst, src, odd, half.NarrowBs[BF16])
	case *vec[F16]:
		narrow(*dst, src, odd, half.Narrow16s[F16])
	case *vec[int32]:
		elementwise.Cast(*dst, src)
	case *vec[int64]:
		elementwise.Cast(*dst, src)
	case *vec[float32]:
		elementwise.Cast(*dst, src)
	case *vec[float64]:
		elementwise.Cast(*dst, src)
	}
}

// narrow rounds numbers to a float of two bytes.
func narrow[D F16 | BF16, S number](dst []D, src []S, odd func(S) float32, round func([]D, []float32)) {
	floats, ok := any(src).([]float32)
	if !ok {
		floats = make([]float32, len(src))
		elementwise.Unary(floats, src, odd)
	}
	round(dst, floats)
}

func sameFloat(x float32) float32 { return x }

func oddOfInt[S int32 | int64](x S) float32 { return half.OddOfInt(int64(x)) }

// wrap is an integer without its higher bits.
func wrap[D uint8 | int8, S int32 | int64](x S) D { return D(x) }

// clampU8 and clampI8 drop the fraction and stay in the range; NaN becomes 0.

func clampU8[S float32 | float64](x S) uint8 {
	if x != x {
		return 0
	}
	return uint8(min(max(x, 0), 255))
}

func clampI8[S float32 | float64](x S) int8 {
	if x != x {
		return 0
	}
	return int8(min(max(x, -128), 127))
}
