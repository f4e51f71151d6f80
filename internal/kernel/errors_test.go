package kernel

import (
	"fmt"
	"testing"
)

func TestPanics(t *testing.T) {
	x4, x6 := make([]float32, 4), make([]float32, 6)
	i4, b4 := make([]int64, 4), make([]bool, 4)
	conv := Conv{Batch: 1, Groups: 1, CIn: 1, COut: 1, In: [3]int{1, 1, 6}, Kernel: [3]int{1, 1, 3}, Out: [3]int{1, 1, 4},
		Stride: [3]int{1, 1, 1}, Dilation: [3]int{1, 1, 1}}
	odd, still := conv, conv
	odd.Groups, odd.CIn = 2, 3
	still.Stride[2] = 0
	pool := &Pool{Planes: 1, In: [3]int{1, 1, 6}, Out: [3]int{1, 1, 4}, Windows: [3][]Window{{{0, 1, 1}}, {{0, 1, 1}}, make([]Window, 4)}}
	beyond := &Pool{Planes: 1, In: [3]int{1, 1, 6}, Out: [3]int{1, 1, 4}, Windows: [3][]Window{{{0, 1, 1}}, {{0, 1, 1}}, {{}, {}, {0, 6, 1}, {1, 3, 3}}}}
	for _, c := range []struct {
		want string
		run  func()
	}{
		{"kernel: Parallel: the grain is 0, want at least 1", func() { Parallel(3, 0, func(lo, hi int) {}) }},
		{"kernel: Add: the first operand has 6 elements, want 4", func() { Add(x4, x6, x4) }},
		{"kernel: Mul: the second operand has 6 elements, want 4", func() { Mul(x4, x4, x6) }},
		{"kernel: Unary: src has 6 elements, want 4", func() { Unary(x4, x6, func(v float32) float32 { return v }) }},
		{"kernel: Binary: b has 6 elements, want 4", func() { Binary(x4, x4, x6, func(a, b float32) float32 { return a }) }},
		{"kernel: Select: cond has 4 elements, want 6", func() { Select(x6, b4, x6, x6) }},
		{"kernel: Keep: x has 4 elements, want 6", func() { Keep(x6, make([]bool, 6), x4) }},
		{"kernel: Indicator: cond has 4 elements, want 6", func() { Indicator(x6, b4) }},
		{"kernel: Less: the second operand has 6 elements, want 4", func() { Less(b4, x4, x6) }},
		{"kernel: Within: x has 6 elements, want 4", func() { Within(b4, x6, 0, 1) }},
		{"kernel: Or: the first operand has 3 elements, want 4", func() { Or(b4, b4[:3], b4) }},
		{"kernel: Cast: src has 6 elements, want 4", func() { Cast(i4, x6) }},
		{"kernel: Clamp: x has 6 elements, want 4", func() { Clamp(x4, x6, 0, 1) }},
		{"kernel: Normalize: x has 6 elements, want 4", func() { Normalize(x4, x6, 0, 1, 2) }},
		{"kernel: Standardize: bias has 6 elements, want 4", func() { Standardize(x4, x4, x4, x6, 0, 1) }},
		{"kernel: ExpSum: x has 6 elements, want 4", func() { ExpSum(x4, x6, 0) }},
		{"kernel: Normals: words has 3 elements, want 4", func() { Normals(x4, make([]uint64, 3)) }},
		{"kernel: Scale: x has 6 elements, want 4", func() { Scale(x4, x6, 2) }},
		{"kernel: MulAdd: c has 6 elements, want 4", func() { MulAdd(x4, x4, x4, x6) }},
		{"kernel: Iota: dst has 4 elements, want 6", func() { Iota(x4, 1, 3, 2) }},
		{"kernel: Gemm: a has 4 elements, want at least 6", func() { Gemm(2, 2, 3, x4, 3, 1, x6, 2, 1, x4, 2, false) }},
		{"kernel: Gemm: b has 4 elements, want at least 6", func() { Gemm(2, 2, 3, x6, 3, 1, x4, 2, 1, x4, 2, false) }},
		{"kernel: Gemm: c has 4 elements, want at least 5", func() { Gemm(2, 2, 3, x6, 3, 1, x6, 2, 1, x4, 3, false) }},
		{"kernel: GemmInt: c has 4 elements, want at least 5", func() { GemmInt(2, 2, 1, i4, 1, 1, i4, 2, 1, i4, 3, false) }},
		{"kernel: ConvForward: y has 6 elements, want 4", func() { ConvForward(x6, x6, x4[:3], conv) }},
		{"kernel: ConvInput: dx has 4 elements, want 6", func() { ConvInput(x4, x4, x4[:3], conv) }},
		{"kernel: ConvWeights: dw has 4 elements, want 3", func() { ConvWeights(x4, x6, x4, conv) }},
		{"kernel: ConvForward: 2 groups do not divide 3 and 1 channels", func() { ConvForward(x4, x6, x4, odd) }},
		{"kernel: ConvInput: stride [1 1 0] and dilation [1 1 1], want at least 1", func() { ConvInput(x4, x6, x4, still) }},
		{"kernel: MaxPool: index has 0 elements, want 4", func() { MaxPool(x4, nil, x6, pool) }},
		{"kernel: MaxPool: window 3 of axis 2 is {Start:1 Count:3 Step:3}, which is not inside of its 6 elements", func() { MaxPool(x4, make([]int32, 4), x6, beyond) }},
		{"kernel: AvgPool: the divisor list of axis 0 has 0 elements, want 1", func() { AvgPool(x4, x6, pool) }},
		{"kernel: AvgPoolInput: dy has 6 elements, want 4", func() { AvgPoolInput(x6, x6, pool) }},
		{"kernel: Sum: y has 4 elements, want 2", func() { Sum(x4, x6, 1, 3, 2) }},
		{"kernel: Max: the reduced axis is empty, want at least 1 element", func() { Max(x4, nil, 2, 0, 2) }},
		{"kernel: Min: the reduced axis is empty, want at least 1 element", func() { Min(x4, nil, 2, 0, 2) }},
		{"kernel: ArgMax: the reduced axis is empty, want at least 1 element", func() { ArgMax(i4, x4[:0], 2, 0, 2) }},
		{"kernel: ArgMin: y has 4 elements, want 2", func() { ArgMin(i4, x6, 1, 3, 2) }},
		{"kernel: CumSum: y has 4 elements, want 6", func() { CumSum(x4, x6, 1, 3, 2, false) }},
		{"kernel: All: x has 4 elements, want 8", func() { All(b4, b4, 1, 2, 4) }},
		{"kernel: TakeAlong: index has 4 elements, want 6", func() { TakeAlong(x6, x4, i4, 1, 2, 3, 2) }},
		{"kernel: AddAlong: src has 4 elements, want 6", func() { AddAlong(x4, x4, i4, 1, 2, 3, 2) }},
		{"kernel: Take: y has 6 elements, want 8", func() { Take(x6, x4, i4, 1, 2, 2) }},
		{"kernel: AddTake: src has 6 elements, want 8", func() { AddTake(x4, x6, i4, 1, 2, 2) }},
		{"kernel: Permute: dst has 4 elements, want 6", func() { Permute(x4, x6, []int{2, 3}, []int{1, 0}) }},
		{"kernel: Broadcast: strides has 1 elements, want 2", func() { Broadcast(x6, x4, []int{2, 3}, []int{1}) }},
		{"kernel: Slice: start has 1 elements, want 2", func() { Slice(x4, x6, []int{2, 3}, []int{0}, []int{2, 2}, []int{1, 1}) }},
		{"kernel: SliceAdd: dst has 4 elements, want 6", func() { SliceAdd(x4, x4, []int{2, 3}, []int{0, 0}, []int{2, 2}, []int{1, 1}) }},
		{"kernel: Concat: operand 1 has 4 elements, want 6", func() { Concat(x6, [][]float32{nil, x4}, 2, []int{0, 3}) }},
	} {
		if got := fmt.Sprint(caught(c.run)); got != c.want {
			t.Errorf("panicked with %q, want %q", got, c.want)
		}
	}
}
