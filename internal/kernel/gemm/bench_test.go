package gemm

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/pullback-go/pullback/internal/kernel/array"
	"github.com/pullback-go/pullback/internal/kernel/kerneltest"
)

func BenchmarkGemm(b *testing.B) {
	b.Run("f32", benchmarkGemm[float32])
	b.Run("f64", benchmarkGemm[float64])
}

func benchmarkGemm[T array.Float](b *testing.B) {
	r := rand.New(rand.NewPCG(1, 2))
	for _, n := range []int{16, 128, 256, 512, 1024, 2048} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			x, y, z := kerneltest.Normals[T](r, n*n), kerneltest.Normals[T](r, n*n), make([]T, n*n)
			for b.Loop() {
				Mul(n, n, n, x, n, 1, y, n, 1, z, n, false)
			}
			kerneltest.ReportRate(b, 2*float64(n*n*n))
		})
	}
}

// BenchmarkGemv is dense layers at batch 1, forward and towards the input: one of VGG,
// and one that fits the second-level cache.
func BenchmarkGemv(b *testing.B) {
	r := rand.New(rand.NewPCG(1, 2))
	for _, size := range [][2]int{{1000, 4096}, {64, 512}} {
		m, k := size[0], size[1]
		w, x, y := kerneltest.Normals[float32](r, m*k), kerneltest.Normals[float32](r, k), make([]float32, k)
		b.Run(fmt.Sprintf("rows/%dx%d", m, k), func(b *testing.B) {
			for b.Loop() {
				Mul(m, 1, k, w, k, 1, x, 1, 1, y[:m], 1, false)
			}
			kerneltest.ReportRate(b, 2*float64(m*k))
		})
		b.Run(fmt.Sprintf("columns/%dx%d", m, k), func(b *testing.B) {
			for b.Loop() {
				Mul(k, 1, m, w, 1, k, x, 1, 1, y, 1, false)
			}
			kerneltest.ReportRate(b, 2*float64(m*k))
		})
	}
}
