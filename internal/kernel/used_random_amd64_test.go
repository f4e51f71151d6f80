//go:build !purego

package kernel

import "testing"

// TestRandomVectorsAreUsed: with vector instructions, kernels do whole vectors of what they are
// given, and without them nothing. Plain loops would do the rest, so no result shows it.
func TestRandomVectorsAreUsed(t *testing.T) {
	eachISA(t, func(t *testing.T) {
		for _, n := range append([]int{96, 97}, aroundVectors...) {
			checkDone(t, "random", n, randomVectors(make([]uint64, n), 1, 2, 3), wholeOf(n, 8))
			if singles, doubles := normalVectors(make([]float32, n), make([]uint64, n)), normalVectors(make([]float64, n), make([]uint64, n)); singles != doubles || singles != (isa() > plain) {
				t.Errorf("%d normal numbers: done is %v and %v", n, singles, doubles)
			}
		}
	})
}
