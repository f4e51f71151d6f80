package fft

import (
	"fmt"
	"math/bits"
	"slices"

	"github.com/pullback-go/pullback/fn"
	kparallel "github.com/pullback-go/pullback/internal/kernel/parallel"
	"github.com/pullback-go/pullback/trace"
)

// transform is the complex transform along an axis, or the one with the other sign in the
// exponent, both without a factor. Either is the adjoint of the other.
type transform struct {
	Axis    int
	Inverse bool
}

func (transform) Name() string                { return "fft" }
func (transform) LinearIn(marked []bool) bool { return marked[0] && marked[1] }

func (op transform) Infer(in []trace.Type) ([]trace.Type, error) { return in, wantComplex(in, op.Axis) }

// wantComplex reports types that are not those of a complex array with such an axis.
func wantComplex(in []trace.Type, axis int) error {
	if rank := len(in[0].Shape); axis < 0 || axis >= rank {
		return fmt.Errorf("there is no axis %d of %d axes", axis, rank)
	}
	for _, t := range in {
		if !t.DType.IsFloat() {
			return fmt.Errorf("%v is not a float array: fn.Cast it to f32 or f64", t)
		}
	}
	if !in[0].Equal(in[len(in)-1]) {
		return fmt.Errorf("the real part is %v, the imaginary part %v: want equal types", in[0], in[1])
	}
	return nil
}

func (op transform) Eval(in, out []*trace.Array) {
	n := in[0].Shape()[op.Axis]
	eachLine(op.Axis, n, in, out, func() func(in, out [][]float64) {
		x := make([]complex128, n)
		return func(in, out [][]float64) {
			plan := complexPlans.get(n)
			defer complexPlans.put(n, plan)
			for i, re := range in[0] {
				x[i] = complex(re, in[1][i])
			}
			if op.Inverse {
				plan.Sequence(x, x)
			} else {
				plan.Coefficients(x, x)
			}
			for i, y := range x {
				out[0][i], out[1][i] = real(y), imag(y)
			}
		}
	})
}

func (op transform) VJP(_, _, ct []trace.Value, _ []bool) []trace.Value {
	return trace.Bind(transform{op.Axis, !op.Inverse}, ct...)
}

func (op transform) Batch(size int, in []trace.Value, batched []bool) []trace.Value {
	return trace.Bind(transform{op.Axis + 1, op.Inverse}, allBatched(size, in, batched)...)
}

func (op transform) FLOPs(in []trace.Type) int64 { return 2 * flops(in[0], op.Axis) }

// flops estimates the operations of a real transform.
func flops(t trace.Type, axis int) int64 {
	return 3 * int64(t.Size()) * int64(bits.Len(uint(t.Shape[axis])))
}

// halfTransform is the first half of the transform of a real array, which has at least one
// element along the axis.
type halfTransform struct{ Axis int }

func (halfTransform) Name() string         { return "rfft" }
func (halfTransform) LinearIn([]bool) bool { return true }

func (op halfTransform) Infer(in []trace.Type) ([]trace.Type, error) {
	if err := wantComplex(in, op.Axis); err != nil {
		return nil, err
	}
	shape := slices.Clone(in[0].Shape)
	shape[op.Axis] = shape[op.Axis]/2 + 1
	t := trace.TypeOf(in[0].DType, shape...)
	return []trace.Type{t, t}, nil
}

func (op halfTransform) Eval(in, out []*trace.Array) {
	n := in[0].Shape()[op.Axis]
	eachLine(op.Axis, n, in, out, func() func(in, out [][]float64) {
		y := make([]complex128, n/2+1)
		return func(in, out [][]float64) {
			plan := realPlans.get(n)
			defer realPlans.put(n, plan)
			plan.Coefficients(y, in[0])
			for i, y := range y {
				out[0][i], out[1][i] = real(y), imag(y)
			}
		}
	})
}

// VJP is half of what [realTransform] makes of the cotangent, but for those of the elements
// that are their own conjugates.
func (op halfTransform) VJP(in, _, ct []trace.Value, _ []bool) []trace.Value {
	n := in[0].Dim(op.Axis)
	w := weights(ct[0], op.Axis, n, 0.5)
	return trace.Bind(realTransform{op.Axis, n}, fn.Mul(ct[0], w), fn.Mul(ct[1], w))
}

func (op halfTransform) Batch(_ int, in []trace.Value, _ []bool) []trace.Value {
	return trace.Bind(halfTransform{op.Axis + 1}, in[0])
}

func (op halfTransform) FLOPs(in []trace.Type) int64 { return flops(in[0], op.Axis) }

// realTransform is the inverse of halfTransform, times N.
type realTransform struct{ Axis, N int }

func (realTransform) Name() string                { return "irfft" }
func (realTransform) LinearIn(marked []bool) bool { return marked[0] && marked[1] }

func (op realTransform) Infer(in []trace.Type) ([]trace.Type, error) {
	if err := wantComplex(in, op.Axis); err != nil {
		return nil, err
	}
	shape := slices.Clone(in[0].Shape)
	shape[op.Axis] = op.N
	return []trace.Type{trace.TypeOf(in[0].DType, shape...)}, nil
}

func (op realTransform) Eval(in, out []*trace.Array) {
	eachLine(op.Axis, op.N, in, out, func() func(in, out [][]float64) {
		y := make([]complex128, op.N/2+1)
		return func(in, out [][]float64) {
			plan := realPlans.get(op.N)
			defer realPlans.put(op.N, plan)
			for i, re := range in[0] {
				y[i] = complex(re, in[1][i])
			}
			plan.Sequence(out[0], y)
		}
	})
}

func (op realTransform) VJP(_, _, ct []trace.Value, _ []bool) []trace.Value {
	out := trace.Bind(halfTransform{op.Axis}, ct[0])
	w := weights(out[0], op.Axis, op.N, 2)
	return []trace.Value{fn.Mul(out[0], w), fn.Mul(out[1], w)}
}

func (op realTransform) Batch(size int, in []trace.Value, batched []bool) []trace.Value {
	return trace.Bind(realTransform{op.Axis + 1, op.N}, allBatched(size, in, batched)...)
}

func (op realTransform) FLOPs(in []trace.Type) int64 { return 2 * flops(in[0], op.Axis) }

// weights are, along an axis of the half of a transform of n elements, 1 for those that are
// their own conjugates and a number for the others.
func weights(like trace.Value, axis, n int, others float64) trace.Value {
	place := fn.IotaLike(like, trace.TypeOf(trace.Int64, like.Shape()...), axis)
	own := fn.Or(fn.Equal(place, fn.Scalar(0)), fn.Equal(fn.Mul(place, fn.Scalar(2)), fn.Scalar(float64(n))))
	return fn.Where(own, fn.OnesLike(like), fn.Scalar(others))
}

// eachLine calls a function for each line along an axis. begin makes one with memory
// of its own, for lines of about n elements.
func eachLine(axis, n int, in, out []*trace.Array, begin func() func(in, out [][]float64)) {
	outer, inner := 1, 1
	for a, m := range in[0].Shape() {
		if a < axis {
			outer *= m
		} else if a > axis {
			inner *= m
		}
	}
	if n == 0 {
		return
	}
	kparallel.Run(outer*inner, kparallel.GrainOf(6*n*bits.Len(uint(n))), func(lo, hi int) {
		f := begin()
		from, to := lines(in, axis), lines(out, axis)
		for l := lo; l < hi; l++ {
			for k, a := range in {
				move(a, from[k], l/inner, l%inner, inner, false)
			}
			f(from, to)
			for k, a := range out {
				move(a, to[k], l/inner, l%inner, inner, true)
			}
		}
	})
}

// lines is memory for a line of each array.
func lines(arrays []*trace.Array, axis int) [][]float64 {
	out := make([][]float64, len(arrays))
	for k, a := range arrays {
		out[k] = make([]float64, a.Shape()[axis])
	}
	return out
}

// move copies a line from an array, or to it.
func move(a *trace.Array, line []float64, outer, at, inner int, back bool) {
	first := outer*len(line)*inner + at
	switch {
	case a.DType() == trace.Float32 && back:
		for i, x := range line {
			trace.Elems[float32](a)[first+i*inner] = float32(x)
		}
	case a.DType() == trace.Float32:
		for i := range line {
			line[i] = float64(trace.Elems[float32](a)[first+i*inner])
		}
	case back:
		for i, x := range line {
			trace.Elems[float64](a)[first+i*inner] = x
		}
	default:
		for i := range line {
			line[i] = trace.Elems[float64](a)[first+i*inner]
		}
	}
}

// allBatched gives every operand the batch axis and repeats those that lack it.
func allBatched(size int, in []trace.Value, batched []bool) []trace.Value {
	out := slices.Clone(in)
	for i := range out {
		if !batched[i] {
			out[i] = fn.Expand(out[i], 0, size)
		}
	}
	return out
}
