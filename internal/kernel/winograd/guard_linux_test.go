package winograd

import (
	"testing"

	"github.com/pullback-go/pullback/internal/kernel/kerneltest"
	"github.com/pullback-go/pullback/internal/kernel/scratch"
)

func TestWinogradGuarded(t *testing.T) {
	defer scratch.Poison(true)()
	winogradGuards().Run(t)
}

func winogradGuards() *kerneltest.Guards {
	l := &kerneltest.Guards{}
	l.Add("Run", func(g *kerneltest.Guard, n int) {
		s := drawnConv(g.Rand)
		nx, nw, ny := sizes(s)
		for _, tile := range testedTiles {
			Form{Conv: s, Tile: tile}.Run(kerneltest.Output[float32](g, ny), kerneltest.Some[float32](g, nx), kerneltest.Some[float32](g, nw))
			Form{Conv: s, Tile: tile, Input: true}.Run(kerneltest.Output[float32](g, nx), kerneltest.Some[float32](g, ny), kerneltest.Some[float32](g, nw))
		}
	})
	return l
}

func TestWinogradGuardTable(t *testing.T) { winogradGuards().WantComplete(t, "Fits", "Pays") }
