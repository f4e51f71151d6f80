package fn

import (
	"fmt"
	"slices"

	"github.com/pullback-go/pullback/trace"
)

// addSlices is the adjoint of several slices of one array. It adds each operand, in
// order, to zeros of this Shape, at the operand's Start, Start + Step, ... along each
// axis.
type addSlices struct {
	Shape       []int
	Start, Step [][]int // by operand
}

func (addSlices) Name() string                { return "add_slices" }
func (addSlices) LinearIn(marked []bool) bool { return every(marked) }

func (op addSlices) Infer(in []trace.Type) ([]trace.Type, error) {
	if len(in) == 0 || len(in) != len(op.Start) || len(in) != len(op.Step) {
		return nil, fmt.Errorf("%d operands for %d slices", len(in), len(op.Start))
	}
	for i, t := range in {
		if t.DType != in[0].DType {
			return nil, fmt.Errorf("operand %d is %v, operand 0 is %v: fn.Cast one of them", i, t.DType, in[0].DType)
		}
		if err := wantNumbers(t); err != nil {
			return nil, err
		}
		if _, err := op.pad(i).Infer(in[i : i+1]); err != nil {
			return nil, fmt.Errorf("operand %d: %w", i, err)
		}
	}
	return []trace.Type{trace.TypeOf(in[0].DType, op.Shape...)}, nil
}

// pad is the adjoint of one of the slices.
func (op addSlices) pad(i int) pad { return pad{op.Shape, op.Start[i], op.Step[i], 0} }

func (op addSlices) Eval(in, out []*trace.Array) {
	(full{out[0].Type(), 0}).Eval(nil, out)
	op.addOnto(in, out)
}

func (op addSlices) addOnto(in, out []*trace.Array) {
	for i, a := range in {
		op.pad(i).addOnto([]*trace.Array{a}, out)
	}
}

// Onto returns the op that adds to an existing array.
func (op addSlices) Onto() (trace.Op, bool) { return addOnto[addSlices]{op}, true }

func (addSlices) sources(n int) int { return n }

func (op addSlices) VJP(in, _, ct []trace.Value, want []bool) []trace.Value {
	out := make([]trace.Value, len(in))
	for i, x := range in {
		if want[i] {
			out[i] = slice{op.Start[i], x.Shape(), op.Step[i]}.apply(ct[0])
		}
	}
	return out
}

func (op addSlices) Batch(size int, in []trace.Value, batched []bool) []trace.Value {
	b := addSlices{Shape: prepend(size, op.Shape)}
	for i := range in {
		b.Start, b.Step = append(b.Start, prepend(0, op.Start[i])), append(b.Step, prepend(1, op.Step[i]))
	}
	return trace.Bind(b, allBatched(size, in, batched)...)
}

// Signs returns the classes of sums of operands, which may overflow, and of the zeros
// where no operand lies.
func (addSlices) Signs(in []trace.Sign) []trace.Sign {
	var all trace.Sign
	for _, s := range in {
		all |= s
	}
	return oneSign(summed(all))
}

// Onto returns the op that adds to an existing array, if the pad adds zeros.
func (op pad) Onto() (trace.Op, bool) { return addOnto[pad]{op}, op.Value == 0 }

func (pad) sources(int) int { return 1 }

func (op pad) addOnto(in, out []*trace.Array) {
	if in[0].Type().Size() > 0 {
		onNumber(in[0].DType(), addPlaced[int32], addPlaced[int64], addPlaced[float32], addPlaced[float64])(op, in[0], out[0])
	}
}

func addPlaced[T number](op pad, x, y *trace.Array) {
	addPlace(trace.Elems[T](y), trace.Elems[T](x), op.Shape, op.Start, op.Step, x.Shape())
}

// addPlace adds src, of the shape size, to dst[start + i·step].
func addPlace[T number](dst, src []T, shape, start, step, size []int) {
	if len(size) == 0 {
		dst[0] += src[0]
		return
	}
	d, s := volume(shape[1:]), volume(size[1:])
	if step[0] == 1 && slices.Equal(shape[1:], size[1:]) && !slices.ContainsFunc(step[1:], isNotOne) {
		row := dst[start[0]*d:][:size[0]*s]
		for i, v := range src[:len(row)] {
			row[i] += v
		}
		return
	}
	for i := range size[0] {
		addPlace(dst[(start[0]+i*step[0])*d:], src[i*s:], shape[1:], start[1:], step[1:], size[1:])
	}
}
