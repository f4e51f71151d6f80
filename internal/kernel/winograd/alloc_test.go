//go:build !race

// Under the race detector a sync.Pool forgets on purpose, so allocations cannot be
// counted.

package winograd

import (
	"math/rand/v2"
	"testing"

	"github.com/pullback-go/pullback/internal/kernel/conv"
	"github.com/pullback-go/pullback/internal/kernel/kerneltest"
)

// TestWinogradAllocations holds Winograd to no memory of its own, in one block and in
// several ones.
func TestWinogradAllocations(t *testing.T) {
	r := rand.New(rand.NewPCG(37, 38))
	for _, s := range []conv.Geometry{layer(1, 3, 5, 7), layer(2, 3, 70, 48)} {
		nx, nw, ny := sizes(s)
		x, w, y := kerneltest.Normals[float32](r, nx), kerneltest.Normals[float32](r, nw), make([]float32, ny)
		for _, tile := range testedTiles {
			g := Form{Conv: s, Tile: tile}
			if got := testing.AllocsPerRun(100, func() { g.Run(y, x, w) }); got != 0 {
				t.Errorf("F%d: %+v: %v allocations", tile, s, got)
			}
		}
	}
}
