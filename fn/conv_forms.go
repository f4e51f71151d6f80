package fn

import (
	karray "github.com/pullback-go/pullback/internal/kernel/array"
	kconv "github.com/pullback-go/pullback/internal/kernel/conv"
	kwinograd "github.com/pullback-go/pullback/internal/kernel/winograd"
	"github.com/pullback-go/pullback/trace"
)

// fastest is the convolution, or its adjoint towards the input, in a form that is faster
// for operands of the dtype, if there is one.
func fastest(op trace.Op, s kconv.Geometry, input bool, d trace.DType, scrutinized bool) (trace.Op, bool) {
	if d == trace.Float64 {
		return small[float64](op, s, input)
	}
	if made, ok := byTiles(op, s, input, scrutinized); ok {
		return made, true
	}
	return small[float32](op, s, input)
}

// smallJob computes a convolution, or its adjoint towards the input, of which an image
// is little work, with a geometry worked out once.
type smallConv[T karray.Float] struct {
	trace.Op
	form *kconv.Small[T]
}

// small is the convolution in this form, if it has one.
func small[T karray.Float](op trace.Op, s kconv.Geometry, input bool) (trace.Op, bool) {
	form := kconv.NewSmall[T](s, input)
	return &smallConv[T]{op, form}, form != nil
}

// String prints the operation, so that a program shows which convolutions are computed
// this way.
func (op *smallConv[T]) String() string { return trace.Describe(op.Op) + " of small planes" }

// FLOPs are those of the convolution.
func (op *smallConv[T]) FLOPs(in []trace.Type) int64 { return op.Op.(trace.Costed).FLOPs(in) }

func (op *smallConv[T]) Eval(in, out []*trace.Array) {
	op.form.Run(trace.Elems[T](out[0]), trace.Elems[T](in[0]), trace.Elems[T](in[1]))
}

func (*smallConv[T]) ByRow(_ []trace.Type, j int) bool { return j == 0 }

// plan computes a convolution, or its adjoint towards the input, as products of
// transformed tiles.
//
// Transformed weights are not kept, though they be constant: they are made a part at a
// time, while it is in the cache, which takes no longer than reading them from memory.
// They are 1.8 or 4 times as large as the weights.
type winograd struct {
	trace.Op
	form kwinograd.Form
}

// String prints the operation, so that a program shows which convolutions are computed
// this way, and by tiles of which size.
func (op *winograd) String() string {
	return trace.Describe(op.Op) + map[int]string{2: " by F(2×2, 3×3)", 4: " by F(4×4, 3×3)"}[op.form.Tile]
}

// FLOPs are those of the convolution.
func (op *winograd) FLOPs(in []trace.Type) int64 { return op.Op.(trace.Costed).FLOPs(in) }

func (op *winograd) Eval(in, out []*trace.Array) {
	form := op.form
	form.Conv.Batch = in[0].Shape()[0]
	form.Run(trace.Elems[float32](out[0]), trace.Elems[float32](in[0]), trace.Elems[float32](in[1]))
}

func (*winograd) ByRow(_ []trace.Type, j int) bool { return j == 0 }

// byTiles is the convolution of float32 in Winograd form, if that pays. Tiles of 4×4 are
// faster where they pay, but what an output is off by depends on all of its tile; with
// tiles of 2×2 it depends on what the output itself is made of, as in the convolution,
// and they will do where relevance is divided by it.
func byTiles(op trace.Op, s kconv.Geometry, input, scrutinized bool) (trace.Op, bool) {
	tiles := []int{4, 2}
	if scrutinized {
		tiles = tiles[1:]
	}
	for _, tile := range tiles {
		if form := (kwinograd.Form{Conv: s, Tile: tile, Input: input}); form.Pays() {
			return &winograd{op, form}, true
		}
	}
	return nil, false
}
