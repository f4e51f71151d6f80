package kernel

import "testing"

func TestRandomGuarded(t *testing.T) {
	defer poisonAll(true)()
	randomGuards().run(t)
}

func randomGuards() *guards {
	l := &guards{}
	l.add("RandomBits", func(g *guard, n int) { RandomBits(output[uint64](g, n), 1, 2, 3) })
	l.add("Normals/f32", normalGuard[float32])
	l.add("Normals/f64", normalGuard[float64])
	return l
}

func normalGuard[T Float](g *guard, n int) {
	words := make([]uint64, n)
	for i := range words {
		words[i] = g.r.Uint64()
	}
	Normals(output[T](g, n), given(g, words))
}
