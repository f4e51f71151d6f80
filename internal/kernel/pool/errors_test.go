package pool

import (
	"testing"

	"github.com/pullback-go/pullback/internal/kernel/kerneltest"
)

// TestPoolPanics: the message names the kernel, the operand and both lengths.
func TestPoolPanics(t *testing.T) {
	x3, x4, x6, k4 := make([]float64, 3), make([]float64, 4), make([]float64, 6), make([]int32, 4)
	pool := &Geometry{Planes: 1, In: [3]int{1, 1, 6}, Out: [3]int{1, 1, 4}, Windows: [3][]Window{{{0, 1, 1}}, {{0, 1, 1}}, make([]Window, 4)}}
	beyond := &Geometry{Planes: 1, In: [3]int{1, 1, 6}, Out: [3]int{1, 1, 4}, Windows: [3][]Window{{{0, 1, 1}}, {{0, 1, 1}}, {{}, {}, {0, 6, 1}, {1, 3, 3}}}}
	kerneltest.WantPanic(t, "pool.Max: x has 3 elements, want 4", func() { Max(x4, k4, x3, singlePool(4)) })
	kerneltest.WantPanic(t, "pool.Max: y has 3 elements, want 4", func() { Max(x3, k4, x4, singlePool(4)) })
	kerneltest.WantPanic(t, "pool.Avg: y has 3 elements, want 4", func() { Avg(x3, x4, singlePool(4)) })
	kerneltest.WantPanic(t, "pool.AvgInput: dx has 3 elements, want 4", func() { AvgInput(x3, x4, singlePool(4)) })
	kerneltest.WantPanic(t, "pool.Max: index has 0 elements, want 4", func() { Max(x4, nil, x6, pool) })
	kerneltest.WantPanic(t, "pool.Max: window 3 of axis 2 is {Start:1 Count:3 Step:3}, which is not inside of its 6 elements", func() { Max(x4, make([]int32, 4), x6, beyond) })
	kerneltest.WantPanic(t, "pool.Avg: the divisor list of axis 0 has 0 elements, want 1", func() { Avg(x4, x6, pool) })
	kerneltest.WantPanic(t, "pool.AvgInput: dy has 6 elements, want 4", func() { AvgInput(x6, x6, pool) })
}

// singlePool has planes of one element, which is its window.
func singlePool(planes int) *Geometry {
	one := []Window{{0, 1, 1}}
	return &Geometry{Planes: planes, In: [3]int{1, 1, 1}, Out: [3]int{1, 1, 1}, Windows: [3][]Window{one, one, one}, Divisor: [3][]float64{{1}, {1}, {1}}}
}
