package fn

import (
	"slices"
	"testing"

	"github.com/pullback-go/pullback/trace"
)

// moving are the operations that claim to compute no new numbers, with operands.
func moving() map[string]struct {
	op trace.Mover
	in []trace.Value
} {
	x := waves(1, 3, 4)
	return map[string]struct {
		op trace.Mover
		in []trace.Value
	}{
		"reshape":    {reshape{[]int{2, 6}}, []trace.Value{x}},
		"transpose":  {transpose{[]int{1, 0}}, []trace.Value{x}},
		"expand":     {expand{[]int{3, 2, 4}, []int{0, 2}}, []trace.Value{x}},
		"slice":      {slice{[]int{2, 0}, []int{2, 2}, []int{-1, 2}}, []trace.Value{x}},
		"pad":        {pad{[]int{4, 7}, []int{1, 0}, []int{1, 2}, 0}, []trace.Value{x}},
		"concat":     {concat{1}, []trace.Value{x, waves(2, 3, 1)}},
		"take":       {take{0, 0}, []trace.Value{x, i64(2, 0, 2)}},
		"take_along": {takeAlong{1}, []trace.Value{x, trace.New([]int32{3, 0, 1, 1, 2, 0}, 3, 2)}},
		"where":      {where{}, []trace.Value{Greater(x, Scalar(0)), x, waves(3, 3, 4)}},
		"mask":       {mask{}, []trace.Value{Greater(x, Scalar(0)), x}},
		"max_pool":   {maxPool{windows{Kernel: []int{2}, Stride: []int{2}, Padding: []int{0}, Dilation: []int{1}}}, []trace.Value{waves(4, 1, 3, 4)}},
		"max":        {extreme{[]int{0}, false}, []trace.Value{x}},
		"min":        {extreme{[]int{1}, true}, []trace.Value{x}},
		"cast":       {cast{To: trace.Float64}, []trace.Value{x}},
	}
}

// Each element of an output of such an operation is an element of an operand, or zero.
// The cotangents are those of the output, each moved or dropped. An element of an operand
// gets at most as many of them as it has copies.
func TestWhatMovesComputesNothing(t *testing.T) {
	for name, c := range moving() {
		if c.op.Name() != name {
			t.Errorf("%s is called %s", name, c.op.Name())
		}
		var all []float64
		for _, v := range c.in {
			if v.DType().IsFloat() {
				all = append(all, v.Float64s()...)
			}
		}
		outs := trace.Bind(c.op, c.in...)
		uses := map[float64]float64{}
		for i, y := range outs[0].Float64s() {
			if y != 0 && !slices.Contains(all, y) {
				t.Errorf("%s: element %d, %v, is none of the operands'", name, i, y)
			}
			uses[y]++
		}
		want := make([]bool, len(c.in))
		for i, v := range c.in {
			want[i] = v.DType().IsFloat()
		}
		cts := []trace.Value{OnesLike(outs[0])}
		for _, o := range outs[1:] {
			cts = append(cts, ZerosLike(o))
		}
		for k, ct := range c.op.VJP(c.in, outs, cts, want) {
			if !want[k] {
				continue
			}
			for i, got := range ct.Float64s() {
				if x := c.in[k].Float64s()[i]; got != uses[x] {
					t.Errorf("%s: element %d of operand %d was moved to %v places and has the cotangent %v", name, i, k, uses[x], got)
				}
			}
		}
	}
}

// An operation that computes new numbers is no mover: relevance does not pass through it
// as it is.
func TestWhatComputesDoesNotMove(t *testing.T) {
	for _, op := range []trace.Op{
		add{}, sub{}, mul{}, div{}, neg{}, maximum{}, minimum{}, clamp{}, sum{}, mean{}, prod{}, cumSum{}, dot{}, conv{}, avgPool{}, addAlong{}, addTake{}, addSlices{},
		softmax{}, activation[relu]{}, unary[abs]{}, full{}, compare{}, oneHot{}, batchNorm{}, layerNorm{},
	} {
		if _, ok := op.(trace.Mover); ok {
			t.Errorf("%s claims to move what it is given", op.Name())
		}
	}
}
