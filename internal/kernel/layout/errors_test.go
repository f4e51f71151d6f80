package layout

import (
	"testing"

	"github.com/pullback-go/pullback/internal/kernel/kerneltest"
)

// TestLayoutPanics: the message names the kernel, the operand and both lengths.
func TestLayoutPanics(t *testing.T) {
	x3, x4, x6 := make([]float64, 3), make([]float64, 4), make([]float64, 6)
	i3, i4, n4 := make([]int64, 3), make([]int64, 4), []int{0, 0}
	shape := []int{2, 2}
	kerneltest.WantPanic(t, "layout.TakeAlong: x has 3 elements, want 4", func() { TakeAlong(x4, x3, i4, 1, 4, 4, 1) })
	kerneltest.WantPanic(t, "layout.TakeAlong: y has 3 elements, want 4", func() { TakeAlong(x3, x4, i4, 1, 4, 4, 1) })
	kerneltest.WantPanic(t, "layout.AddAlong: dst has 3 elements, want 4", func() { AddAlong(x3, x4, i4, 1, 4, 4, 1) })
	kerneltest.WantPanic(t, "layout.AddAlong: index has 3 elements, want 4", func() { AddAlong(x4, x4, i3, 1, 4, 4, 1) })
	kerneltest.WantPanic(t, "layout.AddAlongOnto: dst has 3 elements, want 4", func() { AddAlongOnto(x3, x4, i4, 1, 4, 4, 1) })
	kerneltest.WantPanic(t, "layout.AddAlongOnto: src has 3 elements, want 4", func() { AddAlongOnto(x4, x3, i4, 1, 4, 4, 1) })
	kerneltest.WantPanic(t, "layout.AddAlongOnto: index has 3 elements, want 4", func() { AddAlongOnto(x4, x4, i3, 1, 4, 4, 1) })
	kerneltest.WantPanic(t, "layout.Take: x has 3 elements, want 4", func() { Take(x4, x3, i4, 1, 4, 1) })
	kerneltest.WantPanic(t, "layout.AddTake: dst has 3 elements, want 4", func() { AddTake(x3, x4, i4, 1, 4, 1) })
	kerneltest.WantPanic(t, "layout.AddTakeOnto: dst has 3 elements, want 4", func() { AddTakeOnto(x3, x4, i4, 1, 4, 1) })
	kerneltest.WantPanic(t, "layout.AddTakeOnto: src has 3 elements, want 4", func() { AddTakeOnto(x4, x3, i4, 1, 4, 1) })
	kerneltest.WantPanic(t, "layout.Permute: perm has 1 elements, want 2", func() { Permute(x4, x4, shape, []int{0}) })
	kerneltest.WantPanic(t, "layout.Permute: src has 3 elements, want 4", func() { Permute(x4, x3, shape, []int{1, 0}) })
	kerneltest.WantPanic(t, "layout.Broadcast: dst has 3 elements, want 4", func() { Broadcast(x3, x4, shape, n4) })
	kerneltest.WantPanic(t, "layout.Slice: src has 3 elements, want 4", func() { Slice(x4, x3, shape, n4, shape, shape) })
	kerneltest.WantPanic(t, "layout.Slice: dst has 3 elements, want 4", func() { Slice(x3, x4, shape, n4, shape, shape) })
	kerneltest.WantPanic(t, "layout.Slice: size has 1 elements, want 2", func() { Slice(x4[:1], x4, shape, n4, []int{1}, shape) })
	kerneltest.WantPanic(t, "layout.Slice: step has 1 elements, want 2", func() { Slice(x4, x4, shape, n4, shape, []int{1}) })
	kerneltest.WantPanic(t, "layout.SliceAdd: src has 3 elements, want 4", func() { SliceAdd(x4, x3, shape, n4, shape, shape) })
	kerneltest.WantPanic(t, "layout.SliceAdd: start has 1 elements, want 2", func() { SliceAdd(x4, x4, shape, []int{0}, shape, shape) })
	kerneltest.WantPanic(t, "layout.Concat: widths has 1 elements, want 2", func() { Concat(x4, [][]float64{x3, x4}, 1, []int{3}) })
	kerneltest.WantPanic(t, "layout.Concat: dst has 4 elements, want 6", func() { Concat(x4, [][]float64{x6}, 2, []int{3}) })
	kerneltest.WantPanic(t, "layout.Concat: operand 0 has 3 elements, want 2", func() { Concat(x4, [][]float64{x3, x3}, 2, []int{1, 1}) })
	kerneltest.WantPanic(t, "layout.TakeAlong: index has 4 elements, want 6", func() { TakeAlong(x6, x4, i4, 1, 2, 3, 2) })
	kerneltest.WantPanic(t, "layout.AddAlong: src has 4 elements, want 6", func() { AddAlong(x4, x4, i4, 1, 2, 3, 2) })
	kerneltest.WantPanic(t, "layout.Take: y has 6 elements, want 8", func() { Take(x6, x4, i4, 1, 2, 2) })
	kerneltest.WantPanic(t, "layout.AddTake: src has 6 elements, want 8", func() { AddTake(x4, x6, i4, 1, 2, 2) })
	kerneltest.WantPanic(t, "layout.Permute: dst has 4 elements, want 6", func() { Permute(x4, x6, []int{2, 3}, []int{1, 0}) })
	kerneltest.WantPanic(t, "layout.Broadcast: strides has 1 elements, want 2", func() { Broadcast(x6, x4, []int{2, 3}, []int{1}) })
	kerneltest.WantPanic(t, "layout.Slice: start has 1 elements, want 2", func() { Slice(x4, x6, []int{2, 3}, []int{0}, []int{2, 2}, []int{1, 1}) })
	kerneltest.WantPanic(t, "layout.SliceAdd: dst has 4 elements, want 6", func() { SliceAdd(x4, x4, []int{2, 3}, []int{0, 0}, []int{2, 2}, []int{1, 1}) })
	kerneltest.WantPanic(t, "layout.Concat: operand 1 has 4 elements, want 6", func() { Concat(x6, [][]float64{nil, x4}, 2, []int{0, 3}) })
}
