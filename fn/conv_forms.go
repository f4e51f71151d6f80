package fn

import (
	karray "github.com/pullback-go/pullback/internal/kernel/array"
	kconv "github.com/pullback-go/pullback/internal/kernel/conv"
	kwinograd "github.com/pullback-go/pullback/internal/kernel/winograd"
	"github.com/pullback-go/pullback/trace"
)

// fastest returns a form of the convolution, or of its adjoint with respect to the input,
// that is faster for operands of the dtype, if there is one.
func fastest(op trace.Op, s kconv.Geometry, input bool, d trace.DType, relative bool) (trace.Op, bool) {
	if d == trace.Float64 {
		return small[float64](op, s, input)
	}
	if made, ok := byTiles(op, s, input, relative); ok {
		return made, true
	}
	return small[float32](op, s, input)
}

// smallConv computes a convolution, or its adjoint with respect to the input, that takes
// little work per image. Its geometry is worked out once.
type smallConv[T karray.Float] struct {
	trace.Op
	form *kconv.Small[T]
}

// small returns the convolution in this form, if it has one.
func small[T karray.Float](op trace.Op, s kconv.Geometry, input bool) (trace.Op, bool) {
	form := kconv.NewSmall[T](s, input)
	return &smallConv[T]{op, form}, form != nil
}

// String marks the operation, so that a program shows which convolutions are computed
// this way.
func (op *smallConv[T]) String() string { return trace.Describe(op.Op) + " of small planes" }

// FLOPs are those of the convolution.
func (op *smallConv[T]) FLOPs(in []trace.Type) int64 { return op.Op.(trace.Costed).FLOPs(in) }

func (op *smallConv[T]) Eval(in, out []*trace.Array) {
	op.form.Run(trace.Elems[T](out[0]), trace.Elems[T](in[0]), trace.Elems[T](in[1]))
}

func (*smallConv[T]) ByRow(_ []trace.Type, j int) bool { return j == 0 }

// winograd computes a convolution, or its adjoint with respect to the input, by
// Winograd's algorithm: as products of transformed tiles.
//
// Transformed weights are not kept, even if the weights are constant. They are 1.8 or 4
// times as large as the weights. Transforming a part at a time, while it is in the cache,
// takes no longer than reading it from memory.
type winograd struct {
	trace.Op
	form kwinograd.Form
}

// String marks the operation, so that a program shows which convolutions are computed
// this way, and with which tiles.
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

// byTiles returns the float32 convolution in Winograd form, if that pays. Tiles of 4×4
// are faster where they pay, but the error of an output then depends on its whole tile.
// With tiles of 2×2 it depends on the output's own terms, as in the convolution. This is
// accurate enough even if relevance is divided by the output.
func byTiles(op trace.Op, s kconv.Geometry, input, relative bool) (trace.Op, bool) {
	tiles := []int{4, 2}
	if relative {
		tiles = tiles[1:]
	}
	for _, tile := range tiles {
		if form := (kwinograd.Form{Conv: s, Tile: tile, Input: input}); form.Pays() {
			return &winograd{op, form}, true
		}
	}
	return nil, false
}
