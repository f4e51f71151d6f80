package gemm

import (
	"testing"

	"github.com/pullback-go/pullback/internal/kernel/array"
	"github.com/pullback-go/pullback/internal/kernel/kerneltest"
	"github.com/pullback-go/pullback/internal/kernel/scratch"
)

func TestGemmGuarded(t *testing.T) {
	defer scratch.Poison(true)()
	gemmGuards().Run(t)
}

func gemmGuards() *kerneltest.Guards {
	l := &kerneltest.Guards{}
	l.Add("Mul/f32", gemmGuard[float32])
	l.Add("Mul/f64", gemmGuard[float64])
	l.Add("MulInt/i32", gemmIntGuard[int32])
	l.Add("MulInt/i64", gemmIntGuard[int64])
	return l
}

func gemmGuard[T array.Float](g *kerneltest.Guard, n int) {
	for _, s := range [][3]int{{n, 5, 7}, {5, n, 3}, {3, 17, n}, {n, 1, 9}, {1, n, 9}, {n, n, 2}} {
		m, n, k := s[0], s[1], s[2]
		Mul(m, n, k, kerneltest.Some[T](g, m*k), k, 1, kerneltest.Some[T](g, k*n), n, 1, kerneltest.Output[T](g, m*n), n, false)
		Mul(m, n, k, kerneltest.Some[T](g, m*k), 1, m, kerneltest.Some[T](g, k*n), 1, k, kerneltest.Output[T](g, m*n), n, false)
	}
}

func gemmIntGuard[T int32 | int64](g *kerneltest.Guard, n int) {
	MulInt(n, 5, 7, kerneltest.Some[T](g, n*7), 7, 1, kerneltest.Some[T](g, 35), 5, 1, kerneltest.Output[T](g, n*5), 5, false)
	MulInt(3, n, 4, kerneltest.Some[T](g, 12), 4, 1, kerneltest.Some[T](g, 4*n), n, 1, kerneltest.Output[T](g, 3*n), n, false)
}

// What gemm offers to convolutions is not a kernel by itself.
func TestGemmGuardTable(t *testing.T) {
	gemmGuards().WantComplete(t, "AddScaledStrided", "Columns", "CopyStep", "DepthOf", "DotStrided", "EachBlock", "EachBlockOf", "KeepTile", "Lanes",
		"Multiply", "Pack", "PackLiner", "PackLines", "Rows", "Run", "SetMove", "SizesOf", "SmallBlock", "TileAVX2F32", "TileAVX512F32")
}
