package fn

import (
	"testing"

	"github.com/pullback-go/pullback/trace"
)

// ontoCase is an op that adds to an existing array, with operands and the sum.
type ontoCase struct {
	op   trace.Op
	in   []trace.Value
	want []float64
}

func ontoCases() []ontoCase {
	base := f64(100, 200, 300, 400)
	return []ontoCase{
		{addOnto[pad]{pad{[]int{4}, []int{1}, []int{2}, 0}}, []trace.Value{base, f64(1, 2)}, []float64{100, 201, 300, 402}},
		{addOnto[addAlong]{addAlong{0, 4}}, []trace.Value{base, f64(1, 2, 3), i64(3, 0, 3)}, []float64{102, 200, 300, 404}},
		{addOnto[addTake]{addTake{0, 0, 4}}, []trace.Value{base, f64(1, 2, 3), i32(2, 2, 1)}, []float64{100, 203, 303, 400}},
		{addOnto[addSlices]{addSlices{[]int{4}, [][]int{{0}, {3}}, [][]int{{1}, {-1}}}}, []trace.Value{base, f64(1, 2, 3), f64(10, 20)}, []float64{101, 202, 323, 410}},
	}
}

// The sum is that of the base and of what the op adds to zeros. The base stays as it is,
// unless the output lies there.
func TestAddOntoValues(t *testing.T) {
	for _, c := range ontoCases() {
		wantElems(t, trace.Bind1(c.op, c.in...), "f64[4]", c.want...)
		wantElems(t, c.in[0], "f64[4]", 100, 200, 300, 400)
		in := make([]*trace.Array, len(c.in))
		for i, v := range c.in {
			in[i] = v.Array()
		}
		over := trace.NewArray(in[0].Type())
		over.CopyFrom(in[0])
		in[0] = over
		c.op.Eval(in, []*trace.Array{over.Part(0, over.Type())})
		wantElems(t, trace.FromArray(over), "f64[4]", c.want...)
		if _, ok := c.op.(trace.InPlace); !ok {
			t.Errorf("%s may not be written where its first operand lies", c.op.Name())
		}
	}
}

func TestAddOntoRules(t *testing.T) {
	for _, c := range ontoCases() {
		slopesHold(t, c.op, c.in...)
		batchHolds(t, c.op, c.in...)
	}
}

// The op is linear in the base and all sources together, and never in indices.
func TestAddOntoIsLinear(t *testing.T) {
	along, slices := addOnto[addAlong]{addAlong{0, 4}}, addOnto[addSlices]{addSlices{Shape: []int{4}}}
	tests := []struct {
		op     trace.Linear
		marked []bool
		want   bool
	}{
		{along, []bool{true, true, false}, true}, {along, []bool{true, true, true}, false},
		{along, []bool{true, false, false}, false}, {along, []bool{false, true, false}, false},
		{addOnto[addTake]{}, []bool{true, true, false}, true}, {addOnto[addTake]{}, []bool{true, true, true}, false},
		{addOnto[pad]{}, []bool{true, true}, true}, {addOnto[pad]{pad{Value: 1}}, []bool{true, true}, false},
		{slices, []bool{true, true, true}, true}, {slices, []bool{true, true, false}, false}, {slices, []bool{false, true, true}, false},
	}
	for _, test := range tests {
		if got := test.op.LinearIn(test.marked); got != test.want {
			t.Errorf("%s linear in %v: got %v, want %v", test.op.Name(), test.marked, got, test.want)
		}
	}
}

func TestAddOntoDescriptions(t *testing.T) {
	for want, op := range map[string]trace.Op{
		"add_along_onto{Axis:1 Size:4}":                      addOnto[addAlong]{addAlong{1, 4}},
		"add_take_onto{Axis:0 Leading:2 Size:3}":             addOnto[addTake]{addTake{0, 2, 3}},
		"pad_onto{Shape:[4] Start:[1] Step:[2] Value:0}":     addOnto[pad]{pad{[]int{4}, []int{1}, []int{2}, 0}},
		"add_slices_onto{Shape:[4] Start:[[1]] Step:[[-1]]}": addOnto[addSlices]{addSlices{[]int{4}, [][]int{{1}}, [][]int{{-1}}}},
	} {
		if got := trace.Describe(op); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
}

// The signs are those of sums of the base and the sources. Indices do not matter.
func TestAddOntoSigns(t *testing.T) {
	const pos, neg = trace.Positive, trace.Negative
	tests := []struct {
		op   trace.Signed
		in   []trace.Sign
		want trace.Sign
	}{
		{addOnto[addAlong]{}, []trace.Sign{pos, pos, neg}, trace.Zero | pos | trace.PosInf},
		{addOnto[addTake]{}, []trace.Sign{pos, neg, neg}, trace.AnySign},
		{addOnto[pad]{}, []trace.Sign{trace.PosZero, neg}, trace.Zero | neg | trace.NegInf},
		{addOnto[addSlices]{}, []trace.Sign{pos, trace.PosZero, trace.PosInf}, trace.Zero | pos | trace.PosInf},
		{addOnto[addSlices]{}, []trace.Sign{trace.PosZero, trace.PosZero, trace.NegInf}, trace.Zero | trace.NegInf},
	}
	for _, test := range tests {
		if got := test.op.Signs(test.in); len(got) != 1 || got[0] != test.want {
			t.Errorf("%s of %v: got %v, want %v", test.op.Name(), test.in, got, test.want)
		}
	}
}

func TestAddOntoErrors(t *testing.T) {
	op := addOnto[addAlong]{addAlong{0, 4}}
	x, index := typed(trace.Float64, 2), typed(trace.Int64, 2)
	wantReason(t, op, "there is nothing to add to")
	wantReason(t, op, "", typed(trace.Float64, 4), x, index)
	wantReason(t, op, "f64[4] is to be added to f64[5]: want one type", typed(trace.Float64, 5), x, index)
	wantReason(t, op, "f64[4] is to be added to f32[4]: want one type", typed(trace.Float32, 4), x, index)
	wantReason(t, op, "the index is f64[2]: want i32 or i64, use fn.Cast", typed(trace.Float64, 4), x, x)
}
