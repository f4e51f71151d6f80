package fn

import (
	"github.com/pullback-go/pullback/internal/kernel"
	"github.com/pullback-go/pullback/trace"
)

// winograd computes a convolution, or its adjoint towards the input, as products of transformed tiles. The transformed weights are kept where
// the weights are constant.
type winograd struct {
	trace.Op
	form        kernel.Winograd
	transformed []float32
}

// String prints the operation, so that a program shows which convolutions are computed this way, and by tiles of which size.
func (op *winograd) String() string {
	return trace.Describe(op.Op) + map[int]string{2: " by F(2×2, 3×3)", 4: " by F(4×4, 3×3)"}[op.form.Tile]
}

// FLOPs are those of the convolution.
func (op *winograd) FLOPs(in []trace.Type) int64 { return op.Op.(trace.Costed).FLOPs(in) }

// Kept is the memory of the transformed weights, in bytes.
func (op *winograd) Kept() int { return len(op.transformed) * trace.Float32.Bytes() }

func (op *winograd) Eval(in, out []*trace.Array) {
	dst, src, w := trace.Elems[float32](out[0]), trace.Elems[float32](in[0]), trace.Elems[float32](in[1])
	form := op.form
	form.Conv.Batch = in[0].Shape()[0]
	if op.transformed == nil {
		form.RunWith(dst, src, w)
		return
	}
	form.Run(dst, src, w, op.transformed)
}

// byTiles is the convolution of float32 in Winograd form, if that pays. Tiles of 4×4 are faster where they pay, but what an output is off by depends on all of its
// tile; with tiles of 2×2 it depends on what the output itself is made of, as in the convolution, and they will do where relevance is divided by it.
func byTiles(op trace.Op, s kernel.Conv, input bool, consts []*trace.Array, scrutinized bool, bytes int) (trace.Op, int, bool) {
	tiles := []int{4, 2}
	if scrutinized {
		tiles = tiles[1:]
	}
	for _, tile := range tiles {
		if made, kept, ok := inForm(op, kernel.Winograd{Conv: s, Tile: tile, Input: input}, consts[1], bytes); ok {
			return made, kept, true
		}
	}
	return nil, 0, false
}

// inForm is the convolution in this form, if that pays, with the transformed weights if they are constant and fit in so many bytes.
func inForm(op trace.Op, form kernel.Winograd, w *trace.Array, bytes int) (trace.Op, int, bool) {
	if !form.Fits() {
		return nil, 0, false
	}
	size := form.Len() * trace.Float32.Bytes()
	keep := w != nil && size <= bytes
	switch {
	case !form.Pays(keep):
		return nil, 0, false
	case !keep:
		return &winograd{Op: op, form: form}, 0, true
	}
	transformed := make([]float32, form.Len())
	form.Weights(transformed, trace.Elems[float32](w))
	return &winograd{op, form, transformed}, size, true
}
