package fn

import (
	"fmt"
	"slices"

	kelementwise "github.com/pullback-go/pullback/internal/kernel/elementwise"
	"github.com/pullback-go/pullback/trace"
)

// OneHot gives each index a row of n elements, on a new last axis. The row is 1 at the
// index and 0 elsewhere: OneHot(index[a b], n, f32) is f32[a b n]. The index is i32 or
// i64. An index below 0 or not below n is a *trace.Error when the operation runs.
func OneHot(index trace.Value, n int, d trace.DType) trace.Value {
	return Cast(trace.Bind1(oneHot{n, d.Wide()}, index), d)
}

type oneHot struct {
	Size  int
	DType trace.DType
}

func (oneHot) Name() string { return "one_hot" }

func (op oneHot) Infer(in []trace.Type) ([]trace.Type, error) {
	if op.Size < 0 {
		return nil, fmt.Errorf("rows of %d elements: want at least 0", op.Size)
	}
	if err := checkIndex(in[0]); err != nil {
		return nil, err
	}
	return []trace.Type{trace.TypeOf(op.DType, slices.Concat(in[0].Shape, []int{op.Size})...)}, nil
}

func (op oneHot) Eval(in, out []*trace.Array) {
	if out[0].DType() == trace.Bool {
		markElems(op, in[0], trace.Elems[bool](out[0]), true)
		return
	}
	onNumber(out[0].DType(), mark[int32], mark[int64], mark[float32], mark[float64])(op, in[0], out[0])
}

func mark[T number](op oneHot, index, out *trace.Array) { markElems(op, index, trace.Elems[T](out), 1) }

func markElems[E trace.Elem](op oneHot, index *trace.Array, y []E, one E) {
	var zero E
	kelementwise.Fill(y, zero)
	withIndices(index, func(at []int64) {
		for i, k := range at {
			if k < 0 || k >= int64(op.Size) {
				panic(trace.Errorf("one_hot: index %d (element %d of the index) is not at least 0 and below %d, the length of a row", k, i, op.Size))
			}
			y[i*op.Size+int(k)] = one
		}
	})
}

func (oneHot) VJP(_, _, _ []trace.Value, _ []bool) []trace.Value { return make([]trace.Value, 1) }

func (op oneHot) Batch(_ int, in []trace.Value, _ []bool) []trace.Value {
	return trace.Bind(op, in[0])
}

// Signs says that no element is negative.
func (oneHot) Signs([]trace.Sign) []trace.Sign { return oneSign(trace.Zero | trace.Positive) }
