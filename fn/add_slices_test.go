package fn

import (
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/pullback-go/pullback/trace"
)

// laid adds or copies src to dst[start + i·step], by index, as the definition says.
func laid(dst, src []float64, shape, start, step, size []int, put func(at *float64, x float64)) {
	index := make([]int, len(size))
	for _, x := range src {
		flat := 0
		for a, i := range index {
			flat = flat*shape[a] + start[a] + i*step[a]
		}
		put(&dst[flat], x)
		for a := len(index) - 1; a >= 0; a-- {
			if index[a]++; index[a] < size[a] {
				break
			}
			index[a] = 0
		}
	}
}

// drawPlacing draws the start, step and size of a slice of an array of this shape; some
// are empty, some go backward.
func drawPlacing(r *rand.Rand, shape []int) (start, step, size []int) {
	for _, n := range shape {
		s, by := r.IntN(n+1), 1+r.IntN(3)
		from := 0
		if s > 0 {
			by = min(by, max(1, (n-1)/max(1, s-1)))
			from = r.IntN(n - (s-1)*by)
			if r.IntN(3) == 0 {
				from, by = from+(s-1)*by, -by
			}
		}
		start, step, size = append(start, from), append(step, by), append(size, s)
	}
	return start, step, size
}

func TestAddSlicesAgainstLoops(t *testing.T) {
	r := rand.New(rand.NewPCG(50, 1))
	for range 150 {
		d := numberTypes[r.IntN(4)]
		shape := make([]int, r.IntN(4))
		for a := range shape {
			shape[a] = 1 + r.IntN(4)
		}
		op := addSlices{Shape: shape}
		want := make([]float64, volume(shape))
		var in []trace.Value
		for range 1 + r.IntN(3) {
			start, step, size := drawPlacing(r, shape)
			src := make([]float64, volume(size))
			for i := range src {
				src[i] = float64(r.IntN(9) - 4)
			}
			laid(want, src, shape, start, step, size, func(at *float64, x float64) { *at += x })
			op.Start, op.Step, in = append(op.Start, start), append(op.Step, step), append(in, array(d, src, size...))
		}
		got := trace.Bind1(op, in...)
		if !got.Type().Equal(trace.TypeOf(d, shape...)) || !slices.Equal(got.Float64s(), want) {
			t.Fatalf("%s of %v: got %v, want %v", trace.Describe(op), trace.TypesOfValues(in), got, want)
		}
		ct := make([]float64, len(want))
		for i := range ct {
			ct[i] = float64(i + 1)
		}
		for i, c := range op.VJP(in, nil, []trace.Value{array(d, ct, shape...)}, slices.Repeat([]bool{true}, len(in))) {
			var part []float64
			laid(ct, in[i].Float64s(), shape, op.Start[i], op.Step[i], in[i].Shape(), func(at *float64, _ float64) { part = append(part, *at) })
			if !c.Type().Equal(in[i].Type()) || !slices.Equal(c.Float64s(), part) {
				t.Fatalf("%s: the cotangent of operand %d is %v, want %v", trace.Describe(op), i, c, part)
			}
		}
	}
}

func TestAddSlicesRules(t *testing.T) {
	op := addSlices{[]int{3, 4}, [][]int{{0, 1}, {2, 3}, {1, 0}}, [][]int{{1, 1}, {-2, -1}, {1, 1}}}
	in := []trace.Value{waves(1, 3, 2), waves(2, 2, 4), waves(3, 0, 4)}
	batchHolds(t, op, in...)
	slopesHold(t, op, in...)
	cts := op.VJP(in, nil, []trace.Value{waves(4, 3, 4)}, []bool{false, true, false})
	if !cts[0].IsAbsent() || cts[1].IsAbsent() || !cts[2].IsAbsent() {
		t.Errorf("the second cotangent is wanted alone, got %v", cts)
	}
	if !op.LinearIn([]bool{true, true, true}) || op.LinearIn([]bool{true, false, true}) {
		t.Error("it is linear in all operands together and no fewer")
	}
	if got := op.Signs([]trace.Sign{trace.Positive, trace.PosZero, trace.Positive}); got[0] != trace.Zero|trace.Positive|trace.PosInf {
		t.Errorf("signs of positive numbers: got %v", got)
	}
}

func TestAddSlicesErrors(t *testing.T) {
	op := addSlices{[]int{4}, [][]int{{0}, {2}}, [][]int{{1}, {1}}}
	x := typed(trace.Float32, 2)
	wantReason(t, op, "", x, x)
	wantReason(t, op, "1 operands for 2 slices", x)
	wantReason(t, op, "0 operands for 2 slices")
	wantReason(t, addSlices{[]int{4}, [][]int{{0}}, nil}, "1 operands for 1 slices", x)
	wantReason(t, op, "operand 1 is f64, operand 0 is f32: fn.Cast one of them", x, typed(trace.Float64, 2))
	wantReason(t, op, "bool[2] has no arithmetic: use fn.Any or fn.All, or fn.Cast it to numbers", typed(trace.Bool, 2), typed(trace.Bool, 2))
	wantReason(t, op, "operand 1: indices 2 to 4 are not all in axis 0, which has length 4", x, typed(trace.Float32, 3))
	wantReason(t, op, "operand 0: the result has 1 axes, f32[2 2] has 2", typed(trace.Float32, 2, 2), x)
}

// A pad with a value other than 0 has no form that adds to an existing array.
func TestOnlyPadsOfZerosAddOnto(t *testing.T) {
	for value, want := range map[float64]bool{0: true, 1: false, -2: false} {
		op, ok := pad{[]int{3}, []int{1}, []int{1}, value}.Onto()
		if ok != want || op.Name() != "pad_onto" {
			t.Errorf("a pad of %v adds onto by %s, %v; want %v", value, op.Name(), ok, want)
		}
	}
}
