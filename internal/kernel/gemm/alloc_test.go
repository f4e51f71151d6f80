//go:build !race

// Under the race detector a sync.Pool forgets on purpose, so allocations cannot be
// counted.

package gemm

import (
	"testing"

	"github.com/pullback-go/pullback/internal/kernel/kerneltest"
)

// TestGemmAllocations holds the kernels to no memory of their own for work that stays on
// the caller.
func TestGemmAllocations(t *testing.T) {
	x, y, z := make([]float32, 24), make([]float32, 24), make([]float32, 24)
	p, q := make([]float64, 512*20), make([]float64, 512*20)
	kerneltest.WantNoAllocations(t, map[string]func(){
		"matrices":           func() { Mul(4, 3, 2, x, 2, 1, y, 3, 1, z, 3, false) },
		"vector":             func() { Mul(4, 1, 5, x, 5, 1, y, 1, 1, z, 1, false) },
		"a strided vector":   func() { Mul(20, 1, 30, p, 30, 1, p, 3, 1, q, 1, false) },
		"columns, added":     func() { Mul(20, 1, 30, p, 1, 20, p, 1, 1, q, 2, true) },
		"columns past sums":  func() { Mul(5, 1, 2*DepthBlock, p, 1, 5, p, 1, 1, q, 1, false) },
		"crowded rows":       func() { Mul(20, 70, 100, p, 512, 1, p, 70, 1, q, 70, false) },
		"packed on one side": func() { Mul(20, 70, 100, p, 100, 1, p, 1, 100, q, 70, true) },
	})
}
