package fn

import (
	"testing"

	"github.com/pullback-go/pullback/trace"
)

// byRows are operations that compute each row by itself, with operands of three rows.
func byRows() []struct {
	op trace.Rowwise
	in []trace.Value
} {
	pool := windows{Kernel: []int{2}, Stride: []int{1}, Padding: []int{0}, Dilation: []int{1}}
	along := trace.New([]int64{1, 0, 2, 2, 0, 1}, 3, 2)
	plain := conv{[]int{1}, []int{1}, []int{1}, []int{1}, 1}
	wide := conv{[]int{1}, []int{0}, []int{0}, []int{1}, 1}
	y := waves(4, 3, 2, 4)
	return []struct {
		op trace.Rowwise
		in []trace.Value
	}{
		{plain, []trace.Value{waves(1, 3, 2, 4), waves(2, 2, 2, 3)}},
		{plain.towardsInput([]int{3, 2, 4}), []trace.Value{waves(1, 3, 2, 4), waves(2, 2, 2, 3)}},
		{convTranspose{plain.towardsInput([]int{3, 2, 4})}, []trace.Value{waves(1, 3, 2, 4), waves(2, 2, 2, 3)}},
		{avgPool{pool}, []trace.Value{waves(1, 3, 2, 4)}},
		{avgPoolInput{pool, []int{5}}, []trace.Value{waves(1, 3, 2, 4)}},
		{maxPool{pool}, []trace.Value{waves(1, 3, 2, 4)}},
		{takeAlong{1}, []trace.Value{waves(1, 3, 3), along}},
		{addAlong{1, 3}, []trace.Value{waves(1, 3, 2), along}},
		{convDifference{conv: wide}, []trace.Value{Cast(waves(1, 3, 2, 4), trace.Float32), Cast(waves(2, 2, 2, 1), trace.Float32), f32(1, 1), Cast(y, trace.Float32), ZerosLike(Cast(y, trace.Float32))}},
	}
}

// A row of the outputs depends on the same row of each operand that is read by rows, and
// on all of the others.
func TestRowsAreApart(t *testing.T) {
	for _, c := range byRows() {
		types := trace.TypesOfValues(c.in)
		whole := trace.Bind(c.op, c.in...)
		some := false
		for row := range 3 {
			in := append([]trace.Value{}, c.in...)
			for j := range in {
				if c.op.ByRow(types, j) {
					in[j], some = part(in[j], 0, row, row+1), true
				}
			}
			for o, got := range trace.Bind(c.op, in...) {
				want := part(whole[o], 0, row, row+1)
				if !got.Type().Equal(want.Type()) {
					t.Fatalf("%s: a row is %v, want %v", trace.Describe(c.op), got.Type(), want.Type())
				}
				wantClose(t, trace.Describe(c.op), got.Float64s(), want.Float64s(), 1e-6)
			}
		}
		if !some {
			t.Errorf("%s reads nothing by rows", trace.Describe(c.op))
		}
	}
}

func TestWhatIsReadByRows(t *testing.T) {
	pool := windows{Kernel: []int{2, 2}}
	matrix, image := typed(trace.Float32, 4, 5), typed(trace.Float32, 3, 4, 5)
	tests := []struct {
		op   trace.Rowwise
		in   []trace.Type
		want []bool
	}{
		{conv{}, nil, []bool{true, false}}, {convInput{}, nil, []bool{true, false}}, {convTranspose{}, nil, []bool{true, false}},
		{convDifference{}, nil, []bool{true, false, false, true, true}}, {&smallConv[float32]{Op: conv{}}, nil, []bool{true, false}}, {&smallConv[float64]{Op: conv{}}, nil, []bool{true, false}},
		{avgPool{pool}, []trace.Type{matrix}, []bool{false}}, {avgPool{pool}, []trace.Type{image}, []bool{true}},
		{avgPoolInput{Windows: pool}, []trace.Type{matrix}, []bool{false}}, {avgPoolInput{Windows: pool}, []trace.Type{image}, []bool{true}},
		{maxPool{pool}, []trace.Type{matrix}, []bool{false}}, {maxPool{pool}, []trace.Type{image}, []bool{true}},
		{takeAlong{0}, []trace.Type{matrix, matrix}, []bool{false, false}}, {takeAlong{1}, []trace.Type{matrix, matrix}, []bool{true, true}},
		{addAlong{0, 3}, []trace.Type{matrix, matrix}, []bool{false, false}}, {addAlong{1, 3}, []trace.Type{matrix, matrix}, []bool{true, true}},
	}
	for _, test := range tests {
		for j, want := range test.want {
			if got := test.op.ByRow(test.in, j); got != want {
				t.Errorf("%s of %v reads operand %d by rows: %v, want %v", test.op.Name(), test.in, j, got, want)
			}
		}
	}
	if _, ok := trace.Op(convWeights{}).(trace.Rowwise); ok {
		t.Error("towards weights a convolution adds up over the images")
	}
}
