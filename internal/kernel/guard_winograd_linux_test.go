package kernel

import "testing"

func TestWinogradGuarded(t *testing.T) {
	defer poisonAll(true)()
	winogradGuards().run(t)
}

func winogradGuards() *guards {
	l := &guards{}
	l.add("Run", func(g *guard, n int) {
		s := winogradConv(g.r)
		nx, nw, ny := sizes(s)
		for _, tile := range testedTiles {
			Winograd{Conv: s, Tile: tile}.Run(output[float32](g, ny), some[float32](g, nx), some[float32](g, nw))
			Winograd{Conv: s, Tile: tile, Input: true}.Run(output[float32](g, nx), some[float32](g, ny), some[float32](g, nw))
		}
	})
	return l
}
