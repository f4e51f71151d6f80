//go:build !race

// Under the race detector a sync.Pool forgets on purpose, so allocations cannot be
// counted.

package kernel

import (
	"slices"
	"testing"

	"github.com/pullback-go/pullback/internal/kernel/kerneltest"
)

// TestConvAllocations holds the kernels to no memory of their own for work that stays on the
// caller.
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
			ConvForward(z, x[:16], w, small)
			ConvInput(x[:16], z, w, small)
			ConvWeights(w, x[:16], z, small)
		},
		"depth": func() { ConvForward(z[:16], x[:16], w[:18], deep); ConvWeights(w[:18], x[:16], z[:16], deep) },
		"long": func() {
			ConvForward(longY, longX, w[:18], long)
			ConvInput(longX, longY, w[:18], long)
			ConvWeights(w[:18], longX, longY, long)
		},
		"difference": func() {
			ConvRest(f[nx+nw:][:ny], f[:nx], f[nx:][:nw], f[nx+nw+ny:][:3], f[nx+nw+ny:][:ny], f[nx+nw+ny:][:ny], 1, s)
		},
		"1x1": func() { ConvForward(z, x[:16], w[:6], dot); ConvInput(x[:16], z, w[:6], dot) },
	})
}
