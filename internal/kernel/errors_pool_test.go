package kernel

import (
	"testing"

	"github.com/pullback-go/pullback/internal/kernel/kerneltest"
)

// TestPoolPanics: the message names the kernel, the operand and both lengths.
func TestPoolPanics(t *testing.T) {
	x3, x4, x6, k4 := make([]float64, 3), make([]float64, 4), make([]float64, 6), make([]int32, 4)
	pool := &Pool{Planes: 1, In: [3]int{1, 1, 6}, Out: [3]int{1, 1, 4}, Windows: [3][]Window{{{0, 1, 1}}, {{0, 1, 1}}, make([]Window, 4)}}
	beyond := &Pool{Planes: 1, In: [3]int{1, 1, 6}, Out: [3]int{1, 1, 4}, Windows: [3][]Window{{{0, 1, 1}}, {{0, 1, 1}}, {{}, {}, {0, 6, 1}, {1, 3, 3}}}}
	kerneltest.WantPanic(t, "MaxPool: x has 3 elements, want 4", func() { MaxPool(x4, k4, x3, singlePool(4)) })
	kerneltest.WantPanic(t, "MaxPool: y has 3 elements, want 4", func() { MaxPool(x3, k4, x4, singlePool(4)) })
	kerneltest.WantPanic(t, "AvgPool: y has 3 elements, want 4", func() { AvgPool(x3, x4, singlePool(4)) })
	kerneltest.WantPanic(t, "AvgPoolInput: dx has 3 elements, want 4", func() { AvgPoolInput(x3, x4, singlePool(4)) })
	kerneltest.WantPanic(t, "MaxPool: index has 0 elements, want 4", func() { MaxPool(x4, nil, x6, pool) })
	kerneltest.WantPanic(t, "MaxPool: window 3 of axis 2 is {Start:1 Count:3 Step:3}, which is not inside of its 6 elements", func() { MaxPool(x4, make([]int32, 4), x6, beyond) })
	kerneltest.WantPanic(t, "AvgPool: the divisor list of axis 0 has 0 elements, want 1", func() { AvgPool(x4, x6, pool) })
	kerneltest.WantPanic(t, "AvgPoolInput: dy has 6 elements, want 4", func() { AvgPoolInput(x6, x6, pool) })
}

// singlePool has planes of one element, which is its window.
func singlePool(planes int) *Pool {
	one := []Window{{0, 1, 1}}
	return &Pool{Planes: planes, In: [3]int{1, 1, 1}, Out: [3]int{1, 1, 1}, Windows: [3][]Window{one, one, one}, Divisor: [3][]float64{{1}, {1}, {1}}}
}
