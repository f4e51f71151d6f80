package kernel

import "testing"

func TestGemmGuarded(t *testing.T) {
	defer poisonAll(true)()
	gemmGuards().run(t)
}

func gemmGuards() *guards {
	l := &guards{}
	l.add("Gemm/f32", gemmGuard[float32])
	l.add("Gemm/f64", gemmGuard[float64])
	l.add("GemmInt/i32", gemmIntGuard[int32])
	l.add("GemmInt/i64", gemmIntGuard[int64])
	return l
}

func gemmGuard[T Float](g *guard, n int) {
	for _, s := range [][3]int{{n, 5, 7}, {5, n, 3}, {3, 17, n}, {n, 1, 9}, {1, n, 9}, {n, n, 2}} {
		m, n, k := s[0], s[1], s[2]
		Gemm(m, n, k, some[T](g, m*k), k, 1, some[T](g, k*n), n, 1, output[T](g, m*n), n, false)
		Gemm(m, n, k, some[T](g, m*k), 1, m, some[T](g, k*n), 1, k, output[T](g, m*n), n, false)
	}
}

func gemmIntGuard[T int32 | int64](g *guard, n int) {
	GemmInt(n, 5, 7, some[T](g, n*7), 7, 1, some[T](g, 35), 5, 1, output[T](g, n*5), 5, false)
	GemmInt(3, n, 4, some[T](g, 12), 4, 1, some[T](g, 4*n), n, 1, output[T](g, 3*n), n, false)
}
