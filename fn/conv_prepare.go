package fn

import (
	"github.com/pullback-go/pullback/internal/kernel"
	"github.com/pullback-go/pullback/trace"
)

// Prepare chooses the form that is fastest.
func (op conv) Prepare(in []trace.Type, scrutinized bool) (trace.Op, bool) {
	out, err := op.Infer(in)
	if err != nil {
		return nil, false
	}
	return fastest(op, op.geometry(in[0].Shape, in[1].Shape, out[0].Shape), false, in[0].DType, scrutinized)
}

// Prepare chooses the form that is fastest.
func (op convInput) Prepare(in []trace.Type, scrutinized bool) (trace.Op, bool) {
	out, err := op.Infer(in)
	if err != nil {
		return nil, false
	}
	s := op.forward(in[1].Shape, in[0].Shape).geometry(out[0].Shape, in[1].Shape, in[0].Shape)
	return fastest(op, s, true, in[0].DType, scrutinized)
}

// fastest is the convolution, or its adjoint towards the input, in a form that is faster for operands of the dtype, if there is one.
func fastest(op trace.Op, s kernel.Conv, input bool, d trace.DType, scrutinized bool) (trace.Op, bool) {
	if d == trace.Float64 {
		return small[float64](op, s, input)
	}
	if made, ok := byTiles(op, s, input, scrutinized); ok {
		return made, true
	}
	return small[float32](op, s, input)
}

// smallConv computes a convolution, or its adjoint towards the input, of which an image is little work, with a geometry worked out once.
type smallConv[T kernel.Float] struct {
	trace.Op
	form *kernel.SmallConv[T]
}

// small is the convolution in this form, if it has one.
func small[T kernel.Float](op trace.Op, s kernel.Conv, input bool) (trace.Op, bool) {
	form := kernel.NewSmallConv[T](s, input)
	return &smallConv[T]{op, form}, form != nil
}

// String prints the operation, so that a program shows which convolutions are computed this way.
func (op *smallConv[T]) String() string { return trace.Describe(op.Op) + " of small planes" }

// FLOPs are those of the convolution.
func (op *smallConv[T]) FLOPs(in []trace.Type) int64 { return op.Op.(trace.Costed).FLOPs(in) }

func (op *smallConv[T]) Eval(in, out []*trace.Array) {
	op.form.Run(trace.Elems[T](out[0]), trace.Elems[T](in[0]), trace.Elems[T](in[1]))
}
