//go:build !race

// Under the race detector a sync.Pool forgets on purpose, so allocations cannot be
// counted.

package conv

import (
	"testing"

	"github.com/pullback-go/pullback/internal/kernel/kerneltest"
)

// TestWaysAllocations holds each way, but for the one that is planned ahead, to no
// memory of its own.
func TestWaysAllocations(t *testing.T) {
	kerneltest.EachISA(t, func(t *testing.T) {
		ways := [...][]convWay[float32]{forwardWays[float32](), inputWays[float32](), weightsWays[float32]()}
		for _, s := range nanConvs() {
			nx, nw, ny := s.sizes()
			x, w, y := make([]float32, nx), make([]float32, nw), make([]float32, ny)
			operands := [...][3][]float32{{y, x, w}, {x, y, w}, {w, x, y}}
			for direction, ways := range ways {
				o := operands[direction]
				for _, way := range ways {
					if way.name == "small" || !way.takes(s) || !way.run(o[0], o[1], o[2], s) {
						continue
					}
					if got := testing.AllocsPerRun(3, func() { way.run(o[0], o[1], o[2], s) }); got != 0 {
						t.Errorf("%+v: direction %d of 3, by %s: %v allocations", s, direction+1, way.name, got)
					}
				}
			}
		}
	})
}
