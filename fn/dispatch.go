package fn

import (
	"fmt"

	kparallel "github.com/pullback-go/pullback/internal/kernel/parallel"
	"github.com/pullback-go/pullback/trace"
)

// The functions on* return the instance of a generic function for a dtype that Infer has
// admitted. So an Eval reads onNumber(dtype, loop[int32], loop[int64], loop[float32],
// loop[float64])(operands...).

func onFloat[F any](d trace.DType, f32, f64 F) F {
	switch d {
	case trace.Float32:
		return f32
	case trace.Float64:
		return f64
	}
	panic(fmt.Sprintf("fn: no kernel for %v, which is not a float", d))
}

func onNumber[F any](d trace.DType, i32, i64, f32, f64 F) F {
	switch d {
	case trace.Int32:
		return i32
	case trace.Int64:
		return i64
	}
	return onFloat(d, f32, f64)
}

// onBits returns the instance for the size of a dtype's elements, of a function that moves
// them: onBits(dtype, move[uint8], move[uint16], move[uint32], move[uint64]).
func onBits[F any](d trace.DType, b8, b16, b32, b64 F) F {
	switch d.Bytes() {
	case 1:
		return b8
	case 2:
		return b16
	case 4:
		return b32
	}
	return b64
}

// grain is the number of elements that are worth a second core.
const grain = 1 << 14

// inBlocks runs body over [0, n) in fixed blocks, on several cores if there are several.
// Callers with little work go around it, because its closure is an allocation.
func inBlocks(n int, body func(lo, hi int)) { kparallel.Run(n, grain, body) }

// sameNumbers infers an elementwise operation of two equal types of numbers.
func sameNumbers(in []trace.Type) ([]trace.Type, error) {
	if err := same(in[0], in[1]); err != nil {
		return nil, err
	}
	if err := wantNumbers(in[0]); err != nil {
		return nil, err
	}
	return in[:1:1], nil
}

// sameFloats infers an elementwise operation of two equal types of floats.
func sameFloats(in []trace.Type) ([]trace.Type, error) {
	if err := same(in[0], in[1]); err != nil {
		return nil, err
	}
	if err := wantFloats(in[0]); err != nil {
		return nil, err
	}
	return in[:1:1], nil
}

// same says why two operands of an elementwise operation do not fit.
func same(a, b trace.Type) error {
	if a.DType != b.DType {
		return fmt.Errorf("dtypes differ: %v and %v; convert one of them with fn.Cast", a.DType, b.DType)
	}
	if a.Equal(b) {
		return nil
	}
	if _, err := BroadcastShapes(a.Shape, b.Shape); err != nil {
		return err
	}
	return fmt.Errorf("shapes %v and %v differ: fn.BroadcastTo makes them equal", a.Shape, b.Shape)
}

// allBatched gives every operand the batch axis and repeats those that lack it.
func allBatched(size int, in []trace.Value, batched []bool) []trace.Value {
	out := make([]trace.Value, len(in))
	for i, v := range in {
		out[i] = toFront(v, batched[i], size)
	}
	return out
}

func wantNumbers(t trace.Type) error {
	if t.DType == trace.Bool {
		return fmt.Errorf("%v has no arithmetic: use fn.Any or fn.All, or fn.Cast it to numbers", t)
	}
	return nil
}

func wantFloats(t trace.Type) error {
	if !t.DType.IsFloat() {
		return fmt.Errorf("%v is not a float array: fn.Cast it to f32 or f64", t)
	}
	return nil
}

// every reports whether all operands are marked.
func every(marked []bool) bool {
	for _, m := range marked {
		if !m {
			return false
		}
	}
	return true
}

// pair returns the cotangents of two operands and computes only those that are wanted.
func pair(want []bool, a, b func() trace.Value) []trace.Value {
	out := make([]trace.Value, 2)
	if want[0] {
		out[0] = a()
	}
	if want[1] {
		out[1] = b()
	}
	return out
}
