//go:build !race

// Under the race detector a sync.Pool forgets on purpose, so allocations cannot be
// counted.

package pool

import (
	"testing"

	"github.com/pullback-go/pullback/internal/kernel/kerneltest"
)

// TestPoolAllocations holds the kernels to no memory of their own for work that stays on
// the caller.
func TestPoolAllocations(t *testing.T) {
	x, z, where := make([]float32, 24), make([]float32, 6), make([]int32, 6)
	s := &Geometry{Planes: 6, In: [3]int{1, 2, 2}, Out: [3]int{1, 1, 1}, Windows: [3][]Window{{{0, 1, 1}}, halves(2), halves(2)},
		Divisor: [3][]float64{{1}, {2}, {2}}}
	kerneltest.WantNoAllocations(t, map[string]func(){
		"Avg": func() { Avg(z, x, s); AvgInput(x, z, s) },
		"Max": func() { Max(z, where, x, s) },
	})
}
