package random

import (
	"testing"

	"github.com/pullback-go/pullback/internal/kernel/array"
	"github.com/pullback-go/pullback/internal/kernel/kerneltest"
	"github.com/pullback-go/pullback/internal/kernel/scratch"
)

func TestRandomGuarded(t *testing.T) {
	defer scratch.Poison(true)()
	randomGuards().Run(t)
}

func randomGuards() *kerneltest.Guards {
	l := &kerneltest.Guards{}
	l.Add("Bits", func(g *kerneltest.Guard, n int) { Bits(kerneltest.Output[uint64](g, n), 1, 2, 3) })
	l.Add("Normals/f32", normalGuard[float32])
	l.Add("Normals/f64", normalGuard[float64])
	return l
}

func normalGuard[T array.Float](g *kerneltest.Guard, n int) {
	words := make([]uint64, n)
	for i := range words {
		words[i] = g.Rand.Uint64()
	}
	Normals(kerneltest.Output[T](g, n), kerneltest.Given(g, words))
}

func TestRandomGuardTable(t *testing.T) { randomGuards().WantComplete(t, "Threefry2x32") }
