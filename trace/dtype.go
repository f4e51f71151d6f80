package trace

import (
	"fmt"
	"math"
	"strings"
)

// DType is the type of the elements of an array.
type DType uint8

// The element types. The zero DType is invalid. Those of one or two bytes are for storage:
// see [DType.Wide].
const (
	Invalid  DType = iota
	Bool           // true and false
	Uint8          // 0 to 255
	Int8           // -128 to 127
	Int32          // 32 bits, with a sign
	Int64          // 64 bits, with a sign
	BFloat16       // a float32 without the last 16 bits of its fraction: 8 bits of precision
	Float16        // IEEE 754 binary16: 11 bits of precision, up to 65504
	Float32        // IEEE 754 binary32
	Float64        // IEEE 754 binary64
)

// Elem is the set of Go types that elements have.
type Elem interface {
	bool | uint8 | int8 | int32 | int64 | BF16 | F16 | float32 | float64
}

var dtypeNames = [...]string{"invalid", "bool", "u8", "i8", "i32", "i64", "bf16", "f16", "f32", "f64"}

// String returns the short name: bool, u8, i8, i32, i64, bf16, f16, f32 or f64.
func (d DType) String() string {
	if int(d) < len(dtypeNames) {
		return dtypeNames[d]
	}
	return fmt.Sprintf("dtype(%d)", uint8(d))
}

// IsFloat reports whether values of this dtype have derivatives.
func (d DType) IsFloat() bool { return BFloat16 <= d && d <= Float64 }

// IsInt reports whether values of this dtype are integers; those of Bool are not.
func (d DType) IsInt() bool { return Uint8 <= d && d <= Int64 }

// Wide returns the dtype that arrays of d are computed in: Float32 for [Float16] and
// [BFloat16], Int32 for [Uint8] and [Int8], and d itself for all others. An operation on a
// dtype of storage converts its operands to the wide one, which is exact, and converts its
// results back, which rounds floats once and wraps integers; see [Storer].
func (d DType) Wide() DType {
	switch d {
	case Float16, BFloat16:
		return Float32
	case Uint8, Int8:
		return Int32
	}
	return d
}

// Bytes returns the size of one element in memory.
func (d DType) Bytes() int {
	switch d {
	case Bool, Uint8, Int8:
		return 1
	case BFloat16, Float16:
		return 2
	case Int32, Float32:
		return 4
	case Int64, Float64:
		return 8
	}
	return 0
}

// Epsilon returns the distance from 1 to the next number of a float dtype; 0 for others.
func (d DType) Epsilon() float64 {
	switch d {
	case BFloat16:
		return 0x1p-7
	case Float16:
		return 0x1p-10
	case Float32:
		return 0x1p-23
	case Float64:
		return 0x1p-52
	}
	return 0
}

// Limits returns the least and the largest finite number of a dtype. The largest i64 is
// none of a float64: what is returned is one more.
func (d DType) Limits() (least, largest float64) {
	switch d {
	case Bool:
		return 0, 1
	case Uint8:
		return 0, math.MaxUint8
	case Int8:
		return math.MinInt8, math.MaxInt8
	case Int32:
		return math.MinInt32, math.MaxInt32
	case Int64:
		return math.MinInt64, math.MaxInt64
	case BFloat16:
		return -0x1.fep127, 0x1.fep127
	case Float16:
		return -65504, 65504
	case Float32:
		return -math.MaxFloat32, math.MaxFloat32
	case Float64:
		return -math.MaxFloat64, math.MaxFloat64
	}
	return 0, 0
}

// DTypeOf returns the dtype of the Go type E.
func DTypeOf[E Elem]() DType {
	var zero E
	switch any(zero).(type) {
	case bool:
		return Bool
	case uint8:
		return Uint8
	case int8:
		return Int8
	case BF16:
		return BFloat16
	case F16:
		return Float16
	case int32:
		return Int32
	case int64:
		return Int64
	case float32:
		return Float32
	}
	return Float64
}

// Type is the dtype and the shape of an array. A nil or empty shape is a scalar; axes of
// length 0 are allowed. A Type is never changed once made: do not write to Shape.
type Type struct {
	DType DType
	Shape []int
}

// TypeOf returns the type with the given dtype and shape.
func TypeOf(d DType, shape ...int) Type { return Type{d, shape} }

// String prints the type as f32[8 3 32 32].
func (t Type) String() string {
	var b strings.Builder
	b.WriteString(t.DType.String())
	fmt.Fprintf(&b, "%v", t.Shape)
	return b.String()
}

// Rank returns the number of axes.
func (t Type) Rank() int { return len(t.Shape) }

// Size returns the number of elements.
func (t Type) Size() int {
	n := 1
	for _, d := range t.Shape {
		n *= d
	}
	return n
}

// Bytes returns the size of all elements in memory.
func (t Type) Bytes() int { return t.Size() * t.DType.Bytes() }

// Equal reports whether both have the same dtype and shape.
func (t Type) Equal(u Type) bool {
	if t.DType != u.DType || len(t.Shape) != len(u.Shape) {
		return false
	}
	for i, d := range t.Shape {
		if d != u.Shape[i] {
			return false
		}
	}
	return true
}

// addressable is how many bytes an array may have: those of the address space, of which
// 64-bit machines give programs 2⁴⁷.
const addressable = math.MaxInt >> (16 * (math.MaxInt >> 62))

// valid reports what makes the type impossible: an unknown dtype, a negative axis, or
// more bytes than memory can address.
func (t Type) valid() error {
	if t.DType == Invalid || t.DType > Float64 {
		return fmt.Errorf("%v is not a dtype", t.DType)
	}
	n := t.DType.Bytes()
	for i, d := range t.Shape {
		if d < 0 {
			return fmt.Errorf("axis %d of %v has a negative length", i, t)
		}
		if d == 0 {
			continue
		}
		if n > addressable/d {
			return fmt.Errorf("%v has more bytes than memory can address", t)
		}
		n *= d
	}
	return nil
}
