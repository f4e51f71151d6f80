package fn

import (
	"fmt"
	"slices"

	karray "github.com/pullback-go/pullback/internal/kernel/array"
	"github.com/pullback-go/pullback/trace"
)

// setRows is x[b... n r...] with the rows src[b... m r...] in the places that index[b... m]
// names. Of several rows for one place the last one stays. The first Leading axes of all
// operands are the same and go together. The output may lie in the memory of x, so a loop
// that sets one row of a long array does no work for the others.
type setRows struct{ Leading int }

func (setRows) Name() string { return "set_rows" }
func (setRows) InPlace()     {}

func (setRows) StoresIn(j int) bool { return j != 1 }

// LinearIn wants x and src marked: with one held fixed, the result is affine.
func (setRows) LinearIn(marked []bool) bool { return marked[0] && !marked[1] && marked[2] }

func (op setRows) Infer(in []trace.Type) ([]trace.Type, error) {
	x, index, src := in[0], in[1], in[2]
	if err := checkIndex(index); err != nil {
		return nil, err
	}
	if x.Rank() <= op.Leading || index.Rank() != op.Leading+1 || !slices.Equal(x.Shape[:op.Leading], index.Shape[:op.Leading]) {
		return nil, fmt.Errorf("the index %v does not name rows of %v after %d axes", index, x, op.Leading)
	}
	if want := trace.TypeOf(x.DType, slices.Concat(index.Shape, x.Shape[op.Leading+1:])...); !src.Equal(want) {
		return nil, fmt.Errorf("the rows are %v, want %v", src, want)
	}
	return in[:1:1], nil
}

func (op setRows) Eval(in, out []*trace.Array) {
	if !out[0].Shares(in[0]) {
		out[0].CopyFrom(in[0])
	}
	onBits(in[0].DType(), setElems[uint8], setElems[uint16], setElems[uint32], setElems[uint64])(op, in, out)
}

func setElems[E karray.Bits](op setRows, in, out []*trace.Array) {
	y, src := trace.Bits[E](out[0]), trace.Bits[E](in[2])
	_, n, inner := around(in[0].Shape(), op.Leading)
	eachLeading(op.Name(), in[1], op.Leading, op.Leading, n, func(i int, index []int64) int {
		for j, at := range index {
			if at < 0 || at >= int64(n) {
				return j
			}
			copy(y[(i*n+int(at))*inner:][:inner], src[(i*len(index)+j)*inner:])
		}
		return -1
	})
}

func (op setRows) VJP(in, _, ct []trace.Value, want []bool) []trace.Value {
	index, src := in[1], in[2]
	out := make([]trace.Value, 3)
	if want[0] {
		out[0] = trace.Bind1(op, ct[0], index, FillAs(ct[0], src.Type(), 0))
	}
	if want[2] {
		out[2] = trace.Bind1(take{op.Leading, op.Leading}, ct[0], index)
		if index.Dim(-1) > 1 {
			stays := trace.Bind1(lastOfEqual{}, index)
			out[2] = Mask(BroadcastIn(stays, src.Shape(), allAxes(index.Rank())...), out[2])
		}
	}
	return out
}

func (op setRows) Batch(size int, in []trace.Value, batched []bool) []trace.Value {
	return trace.Bind(setRows{op.Leading + 1}, allBatched(size, in, batched)...)
}

func (setRows) Signs(in []trace.Sign) []trace.Sign { return oneSign(in[0] | in[2]) }

// lastOfEqual marks, along the last axis of its operand, the elements that are not equal to
// a later one.
type lastOfEqual struct{}

func (lastOfEqual) Name() string { return "last_of_equal" }

func (lastOfEqual) Infer(in []trace.Type) ([]trace.Type, error) {
	if err := checkIndex(in[0]); err != nil {
		return nil, err
	}
	if err := checkAxis(in[0].Rank()-1, in[0]); err != nil {
		return nil, err
	}
	return []trace.Type{trace.TypeOf(trace.Bool, in[0].Shape...)}, nil
}

func (op lastOfEqual) Eval(in, out []*trace.Array) {
	y, m := trace.Elems[bool](out[0]), in[0].Shape()[len(in[0].Shape())-1]
	later := make(map[int64]bool, m)
	withIndices(in[0], func(index []int64) {
		for i := len(index) - 1; i >= 0; i-- {
			if (i+1)%m == 0 {
				clear(later)
			}
			y[i] = !later[index[i]]
			later[index[i]] = true
		}
	})
}

func (lastOfEqual) VJP(_, _, _ []trace.Value, _ []bool) []trace.Value {
	return make([]trace.Value, 1)
}

func (op lastOfEqual) Batch(_ int, in []trace.Value, _ []bool) []trace.Value {
	return trace.Bind(op, in[0])
}
