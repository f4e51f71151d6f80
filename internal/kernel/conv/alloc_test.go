//go:build !race

// Under the race detector a sync.Pool forgets on purpose, so allocations cannot be
// counted.

package conv

import (
	"slices"
	"testing"

	"github.com/pullback-go/pullback/internal/kernel/kerneltest"
)

// TestConvAllocations holds the kernels to no memory of their own for work that stays on
// the caller.
func TestConvAllocations(t *testing.T) {
	x, z, w := make([]float32, 24), make([]float32, 24), make([]float32, 54)
	small, deep := square(2, 1, 2, 3, 2, 3, 1), square(2, 2, 2, 2, 2, 3, 1)
	dot, long := square(2, 1, 2, 3, 2, 1, 1), along(64, 3, 1)
	long.CIn, long.COut = 2, 3
	longX, longY := make([]float32, 128), make([]float32, 192)
	s := square(1, 1, 2, 3, 6, 3, 1)
	nx, nw, ny := s.sizes()
	f := slices.Repeat([]float32{1}, nx+nw+2*ny+3) // whose difference is 0 everywhere, so that outputs cancel
	kerneltest.WantNoAllocations(t, map[string]func(){
		"small": func() {
			Forward(z, x[:16], w, small)
			Input(x[:16], z, w, small)
			Weights(w, x[:16], z, small)
		},
		"depth": func() { Forward(z[:16], x[:16], w[:18], deep); Weights(w[:18], x[:16], z[:16], deep) },
		"long": func() {
			Forward(longY, longX, w[:18], long)
			Input(longX, longY, w[:18], long)
			Weights(w[:18], longX, longY, long)
		},
		"difference": func() {
			Difference(f[nx+nw:][:ny], f[:nx], f[nx:][:nw], f[nx+nw+ny:][:3], f[nx+nw+ny:][:ny], f[nx+nw+ny:][:ny], 1, s)
		},
		"1x1": func() { Forward(z, x[:16], w[:6], dot); Input(x[:16], z, w[:6], dot) },
	})
}
