package fn

import (
	"fmt"

	"github.com/pullback-go/pullback/trace"
)

// function is a real function of one number and its derivative. An elementwise operation
// needs no more. The fields are the operation's static parameters.
type function interface {
	Name() string
	// At returns the function's value. float32 operands are widened to float64, and the
	// value is rounded once.
	At(x float64) float64
	// Deriv returns the derivative at x, elementwise, where y is the function's value. It
	// is an array of floats; or of bools, if the derivative is only ever 0 or 1; or
	// absent, if the derivative is 0 everywhere.
	Deriv(x, y trace.Value) trace.Value
}

// looped is a function with a loop of its own. It is so cheap that a call for each
// element would dominate.
type looped interface{ Loop(x, y *trace.Array) }

// numeric is a looped function that takes integers too.
type numeric interface{ OfIntegers() }

// checked is a function whose parameters can be wrong.
type checked interface{ Check() error }

// elementwise applies f to each element of x.
func elementwise[F function](f F, x trace.Value) trace.Value {
	return trace.Bind1(unary[F]{f}, x)
}

// unary is the operation that applies a function to each element.
type unary[F function] struct{ Func F }

func (op unary[F]) Name() string { return op.Func.Name() }

func (op unary[F]) String() string {
	if params := fmt.Sprintf("%+v", op.Func); params != "{}" {
		return op.Name() + params
	}
	return op.Name()
}

func (op unary[F]) Infer(in []trace.Type) ([]trace.Type, error) {
	if c, ok := any(op.Func).(checked); ok {
		if err := c.Check(); err != nil {
			return nil, err
		}
	}
	if _, ok := any(op.Func).(numeric); ok {
		return in[:1:1], wantNumbers(in[0])
	}
	return in[:1:1], wantFloats(in[0])
}

func (op unary[F]) Eval(in, out []*trace.Array) {
	if _, ok := any((*F)(nil)).(looped); ok { // asked of a pointer: a function with parameters would be copied to the heap
		any(op.Func).(looped).Loop(in[0], out[0])
		return
	}
	onFloat(out[0].DType(), at[float32, F], at[float64, F])(op.Func, in[0], out[0])
}

func at[T float32 | float64, F function](f F, x, y *trace.Array) {
	dst, src := trace.Elems[T](y), trace.Elems[T](x)
	if len(dst) <= grain/8 {
		atSome(f, dst, src)
		return
	}
	inBlocks(len(dst), func(lo, hi int) { atSome(f, dst[lo:hi], src[lo:hi]) })
}

func atSome[T float32 | float64, F function](f F, dst, src []T) {
	for i, x := range src[:len(dst)] {
		dst[i] = T(f.At(float64(x)))
	}
}

func (op unary[F]) VJP(in, out, ct []trace.Value, _ []bool) []trace.Value {
	d := op.Func.Deriv(in[0], out[0])
	switch {
	case d.IsAbsent():
		return make([]trace.Value, 1)
	case d.DType() == trace.Bool:
		return []trace.Value{Mask(d, ct[0])}
	}
	return []trace.Value{Mul(ct[0], d)}
}

func (op unary[F]) Batch(_ int, in []trace.Value, _ []bool) []trace.Value {
	return trace.Bind(op, in[0])
}

func (unary[F]) Elementwise() {}

func (op unary[F]) Signs(in []trace.Sign) []trace.Sign {
	if f, ok := any(op.Func).(signed); ok {
		return oneSign(in[0].Map(f.Sign))
	}
	return oneSign(trace.AnySign)
}

// SimplifySigns removes a function that is the identity on the classes of its operand.
func (op unary[F]) SimplifySigns(in []trace.Sign) (trace.Op, []int, bool) {
	f, ok := any(op.Func).(identical)
	return nil, []int{0}, ok && f.Identity(in[0])
}

// numbersByKernel computes y from x with the kernel for its dtype. The kernel spreads its
// work over the cores by itself.
func numbersByKernel(x, y *trace.Array, i32 func(dst, src []int32), i64 func(dst, src []int64), f32 func(dst, src []float32), f64 func(dst, src []float64)) {
	switch x.DType() {
	case trace.Int32:
		i32(trace.Elems[int32](y), trace.Elems[int32](x))
	case trace.Int64:
		i64(trace.Elems[int64](y), trace.Elems[int64](x))
	default:
		byKernel(x, y, f32, f64)
	}
}

// byKernel is numbersByKernel for a function of floats alone.
func byKernel(x, y *trace.Array, f32 func(dst, src []float32), f64 func(dst, src []float64)) {
	if x.DType() == trace.Float32 {
		f32(trace.Elems[float32](y), trace.Elems[float32](x))
		return
	}
	f64(trace.Elems[float64](y), trace.Elems[float64](x))
}

// signed is a function that knows the class of its value for an argument of each class.
type signed interface{ Sign(x trace.Sign) trace.Sign }

// identical is a function that is the identity on some classes, bit for bit.
type identical interface{ Identity(x trace.Sign) bool }
