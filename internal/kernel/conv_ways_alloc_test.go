//go:build !race

// Under the race detector a sync.Pool forgets on purpose, so allocations cannot be
// counted.

package kernel

import (
	"slices"
	"testing"
)

// TestConvWaysAllocations holds each way, but for the one that is planned ahead, to no
// memory of its own.
func TestConvWaysAllocations(t *testing.T) {
	eachISA(t, func(t *testing.T) {
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

// TestProductAllocations holds products that copy a vector, take sums aside or copy
// crowded rows to no memory of their own.
func TestProductAllocations(t *testing.T) {
	x, y := make([]float64, 512*20), make([]float64, 512*20)
	s := square(1, 1, 2, 3, 6, 3, 1)
	nx, nw, ny := s.sizes()
	f := slices.Repeat([]float32{1}, nx+nw+2*ny+3) // whose rest is 0 everywhere, so that outputs cancel
	for name, run := range map[string]func(){
		"a strided vector":   func() { Gemm(20, 1, 30, x, 30, 1, x, 3, 1, y, 1, false) },
		"columns, added":     func() { Gemm(20, 1, 30, x, 1, 20, x, 1, 1, y, 2, true) },
		"columns past sums":  func() { Gemm(5, 1, 2*depthBlock, x, 1, 5, x, 1, 1, y, 1, false) },
		"crowded rows":       func() { Gemm(20, 70, 100, x, 512, 1, x, 70, 1, y, 70, false) },
		"packed on one side": func() { Gemm(20, 70, 100, x, 100, 1, x, 1, 100, y, 70, true) },
		"a rest": func() {
			ConvRest(f[nx+nw:][:ny], f[:nx], f[nx:][:nw], f[nx+nw+ny:][:3], f[nx+nw+ny:][:ny], f[nx+nw+ny:][:ny], 1, s)
		},
	} {
		if got := testing.AllocsPerRun(20, run); got != 0 {
			t.Errorf("%s: %v allocations", name, got)
		}
	}
}
