//go:build !race

// Under the race detector a sync.Pool forgets on purpose, so allocations cannot be
// counted.

package layout

import (
	"testing"

	"github.com/pullback-go/pullback/internal/kernel/kerneltest"
)

// TestLayoutAllocations holds the kernels to no memory of their own for work that stays
// on the caller.
func TestLayoutAllocations(t *testing.T) {
	const n = 24
	x, z, index := make([]float32, n), make([]float32, n), make([]int64, n)
	shape, perm, strides := []int{2, 3, 4}, []int{2, 0, 1}, []int{0, 1, 3}
	start, size, step := []int{0, 2, 0}, []int{2, 3, 2}, []int{1, -1, 2}
	kerneltest.WantNoAllocations(t, map[string]func(){
		"Permute":   func() { Permute(z, x, shape, perm) },
		"Broadcast": func() { Broadcast(z, x, shape, strides) },
		"Slice":     func() { Slice(z[:12], x, shape, start, size, step) },
		"SliceAdd":  func() { SliceAdd(z, x[:12], shape, start, size, step) },
		"TakeAlong": func() { TakeAlong(z, x, index, 2, 3, 3, 4) },
		"AddTake":   func() { AddTake(z[:16], x[:8], index[:2], 1, 4, 4) },
	})
}
