//go:build !purego

package random

import (
	"testing"

	"github.com/pullback-go/pullback/internal/kernel/cpu"
	"github.com/pullback-go/pullback/internal/kernel/kerneltest"
)

// TestRandomVectorsAreUsed: with vector instructions, kernels do whole vectors of what
// they are given, and without them nothing. Plain loops would do the rest, so no result
// shows it.
func TestRandomVectorsAreUsed(t *testing.T) {
	kerneltest.EachISA(t, func(t *testing.T) {
		for _, n := range append([]int{96, 97}, kerneltest.AroundVectors...) {
			kerneltest.WantDone(t, "random", n, randomVectors(make([]uint64, n), 1, 2, 3), kerneltest.WholeOf(n, 8))
			if singles, doubles := normalVectors(make([]float32, n), make([]uint64, n)), normalVectors(make([]float64, n), make([]uint64, n)); singles != doubles || singles != (cpu.InUse() > cpu.Plain) {
				t.Errorf("%d normal numbers: done is %v and %v", n, singles, doubles)
			}
		}
	})
}
