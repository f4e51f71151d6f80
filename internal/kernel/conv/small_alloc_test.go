//go:build !race

// Under the race detector a sync.Pool forgets on purpose, so allocations cannot be
// counted.

package conv

import (
	"math/rand/v2"
	"testing"

	"github.com/pullback-go/pullback/internal/kernel/kerneltest"
)

// TestSmallAllocations holds Run to no memory of its own, in one block and in several
// ones.
func TestSmallAllocations(t *testing.T) {
	r := rand.New(rand.NewPCG(45, 46))
	for _, s := range []Geometry{square(1, 1, 3, 5, 7, 3, 1), square(40, 1, 16, 32, 8, 3, 1)} {
		nx, nw, ny := s.sizes()
		x, w, y := kerneltest.Normals[float32](r, nx), kerneltest.Normals[float32](r, nw), make([]float32, ny)
		g := NewSmall[float32](s, false)
		if g == nil {
			t.Skip("there are no vector instructions")
		}
		if got := testing.AllocsPerRun(100, func() { g.Run(y, x, w) }); got != 0 {
			t.Errorf("%+v: %v allocations", s, got)
		}
	}
}
