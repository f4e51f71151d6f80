package fn

import (
	"fmt"
	"math"
	mathbits "math/bits"

	"github.com/pullback-go/pullback/trace"
)

// BitAnd, BitOr and BitXor combine the bits of two integers of one dtype, elementwise.
// Operands broadcast like those of [Add]. Nothing in this file has a derivative.
func BitAnd(a, b trace.Value) trace.Value { return binary(bitwise{"bit_and"}, a, b) }

// BitOr has the bits that a or b has.
func BitOr(a, b trace.Value) trace.Value { return binary(bitwise{"bit_or"}, a, b) }

// BitXor has the bits that exactly one of a and b has.
func BitXor(a, b trace.Value) trace.Value { return binary(bitwise{"bit_xor"}, a, b) }

// BitNot has the bits that x has not: -1 - x, of u8 255 - x.
func BitNot(x trace.Value) trace.Value {
	defer trace.Naming("bit_not", x)
	if !x.IsAbsent() && x.DType() == trace.Uint8 {
		return BitXor(x, Scalar(math.MaxUint8))
	}
	return BitXor(x, Scalar(-1))
}

// ShiftLeft is x·2ⁿ, of which the bits that do not fit are dropped. It is 0 if n is
// negative, or not less than the number of bits.
func ShiftLeft(x, n trace.Value) trace.Value { return binary(bitwise{"shift_left"}, x, n) }

// ShiftRight is x/2ⁿ rounded down. If n is negative, or not less than the number of bits,
// it is 0 for x ≥ 0 and -1 for others.
func ShiftRight(x, n trace.Value) trace.Value { return binary(bitwise{"shift_right"}, x, n) }

// PopCount is the number of bits of an integer that are 1.
func PopCount(x trace.Value) trace.Value {
	defer trace.Naming("pop_count", x)
	if !x.IsAbsent() && x.DType() == trace.Int8 { // whose wide form has more bits
		return Cast(PopCount(Cast(x, trace.Uint8)), trace.Int8)
	}
	return trace.Bind1(popCount{}, x)
}

// bitwise is an operation on the bits of two integers.
type bitwise struct{ Of string }

func (op bitwise) Name() string   { return op.Of }
func (op bitwise) String() string { return op.Of }
func (bitwise) Elementwise()      {}

func (op bitwise) Infer(in []trace.Type) ([]trace.Type, error) {
	if err := wantIntegers(in[0]); err != nil {
		return nil, err
	}
	return sameNumbers(in)
}

// wantIntegers refuses an array that is not of integers.
func wantIntegers(t trace.Type) error {
	if !t.DType.IsInt() {
		return fmt.Errorf("%v is not an integer array: fn.Cast it to i32 or i64, or use And, Or, Xor and Not for bools", t)
	}
	return nil
}

func (op bitwise) Eval(in, out []*trace.Array) {
	if out[0].DType() == trace.Int32 {
		byTwo(in, out[0], bitwiseOf[int32](op.Of, 32))
		return
	}
	byTwo(in, out[0], bitwiseOf[int64](op.Of, 64))
}

func bitwiseOf[T int32 | int64](name string, width T) func(a, b T) T {
	switch name {
	case "bit_and":
		return func(a, b T) T { return a & b }
	case "bit_or":
		return func(a, b T) T { return a | b }
	case "bit_xor":
		return func(a, b T) T { return a ^ b }
	case "shift_left":
		return func(a, n T) T { return a << uint(shiftBy(n, width)) }
	}
	return func(a, n T) T { return a >> uint(shiftBy(n, width)) }
}

// shiftBy is the width for a shift that leaves nothing.
func shiftBy[T int32 | int64](n, width T) T {
	if n < 0 || n > width {
		return width
	}
	return n
}

func (bitwise) VJP(_, _, _ []trace.Value, _ []bool) []trace.Value { return make([]trace.Value, 2) }

func (op bitwise) Batch(size int, in []trace.Value, batched []bool) []trace.Value {
	return trace.Bind(op, allBatched(size, in, batched)...)
}

type popCount struct{}

func (popCount) Name() string { return "pop_count" }
func (popCount) Elementwise() {}

func (popCount) Infer(in []trace.Type) ([]trace.Type, error) {
	return in[:1:1], wantIntegers(in[0])
}

func (popCount) Eval(in, out []*trace.Array) {
	if out[0].DType() == trace.Int32 {
		for i, x := range trace.Elems[int32](in[0]) {
			trace.Elems[int32](out[0])[i] = int32(mathbits.OnesCount32(uint32(x)))
		}
		return
	}
	for i, x := range trace.Elems[int64](in[0]) {
		trace.Elems[int64](out[0])[i] = int64(mathbits.OnesCount64(uint64(x)))
	}
}

func (popCount) VJP(_, _, _ []trace.Value, _ []bool) []trace.Value { return make([]trace.Value, 1) }

func (op popCount) Batch(_ int, in []trace.Value, _ []bool) []trace.Value {
	return trace.Bind(op, in[0])
}
