package fn

import (
	"github.com/pullback-go/pullback/internal/kernel"
	"github.com/pullback-go/pullback/trace"
)

// Prepare chooses the form that is fastest.
func (op conv) Prepare(in []trace.Type, consts []*trace.Array, scrutinized bool, bytes int) (trace.Op, int, bool) {
	out, err := op.Infer(in)
	if err != nil {
		return nil, 0, false
	}
	return fastest(op, op.geometry(in[0].Shape, in[1].Shape, out[0].Shape), false, in, consts, scrutinized, bytes)
}

// Prepare chooses the form that is fastest.
func (op convInput) Prepare(in []trace.Type, consts []*trace.Array, scrutinized bool, bytes int) (trace.Op, int, bool) {
	out, err := op.Infer(in)
	if err != nil {
		return nil, 0, false
	}
	s := op.forward(in[1].Shape, in[0].Shape).geometry(out[0].Shape, in[1].Shape, in[0].Shape)
	return fastest(op, s, true, in, consts, scrutinized, bytes)
}

// fastest is the convolution, or its adjoint towards the input, in a form that is faster for these operands, if there is one.
func fastest(op trace.Op, s kernel.Conv, input bool, in []trace.Type, consts []*trace.Array, scrutinized bool, bytes int) (trace.Op, int, bool) {
	if in[0].DType == trace.Float64 {
		return small[float64](op, s, input, bytes)
	}
	if made, kept, ok := byTiles(op, s, input, consts, scrutinized, bytes); ok {
		return made, kept, true
	}
	return small[float32](op, s, input, bytes)
}

// smallConv computes a convolution, or its adjoint towards the input, of which an image is little work, with a geometry worked out once.
type smallConv[T kernel.Float] struct {
	trace.Op
	form *kernel.SmallConv[T]
}

// small is the convolution in this form, if it has one that fits in so many bytes.
func small[T kernel.Float](op trace.Op, s kernel.Conv, input bool, bytes int) (trace.Op, int, bool) {
	form := kernel.NewSmallConv[T](s, input)
	if form == nil || form.Kept() > bytes {
		return nil, 0, false
	}
	return &smallConv[T]{op, form}, form.Kept(), true
}

// String prints the operation, so that a program shows which convolutions are computed this way.
func (op *smallConv[T]) String() string { return trace.Describe(op.Op) + " of small planes" }

// FLOPs are those of the convolution.
func (op *smallConv[T]) FLOPs(in []trace.Type) int64 { return op.Op.(trace.Costed).FLOPs(in) }

// Kept is the memory of the geometry, in bytes.
func (op *smallConv[T]) Kept() int { return op.form.Kept() }

func (op *smallConv[T]) Eval(in, out []*trace.Array) {
	op.form.Run(trace.Elems[T](out[0]), trace.Elems[T](in[0]), trace.Elems[T](in[1]))
}
