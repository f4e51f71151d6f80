//go:build !race

// Under the race detector a sync.Pool forgets on purpose, so allocations cannot be
// counted.

package elementwise

import (
	"testing"

	"github.com/pullback-go/pullback/internal/kernel/kerneltest"
)

// TestElementwiseAllocations holds the kernels to no memory of their own for work that
// stays on the caller.
func TestElementwiseAllocations(t *testing.T) {
	const n = 24
	x, y, z := make([]float32, n), make([]float32, n), make([]float32, n)
	index, cond := make([]int64, n), make([]bool, n)
	half := func(v float32) float32 { return v / 2 }
	kerneltest.WantNoAllocations(t, map[string]func(){
		"Add":     func() { Add(z, x, y) },
		"Maximum": func() { Maximum(z, x, y) },
		"Neg":     func() { Neg(z, x) },
		"MulAdd":  func() { MulAdd(z, x, y, x) },
		"Clamp":   func() { Clamp(z, x, 0, 1) },
		"Unary":   func() { Unary(z, x, half) },
		"Select":  func() { Select(z, cond, x, y) },
		"Cast":    func() { Cast(index, x) },
		"Sum":     func() { Sum(z[:4], x, 2, 6, 2) },
		"Max":     func() { Max(z[:4], x, 4, 6, 1) },
		"All":     func() { All(cond[:4], cond, 4, 6, 1) },
		"ArgMax":  func() { ArgMax(index[:4], x, 4, 6, 1) },
		"CumSum":  func() { CumSum(z, x, 2, 6, 2, true) },
	})
}
