package elementwise

import (
	"math/rand/v2"
	"testing"

	"github.com/pullback-go/pullback/internal/kernel/array"
	"github.com/pullback-go/pullback/internal/kernel/kerneltest"
)

// BenchmarkFunction is the functions over arrays that fit the first-level cache, on the
// caller.
func BenchmarkFunction(b *testing.B) {
	b.Run("f32", benchmarkFunction[float32])
	b.Run("f64", benchmarkFunction[float64])
}

func benchmarkFunction[T array.Float](b *testing.B) {
	const n = 1024
	x, y := kerneltest.Normals[T](rand.New(rand.NewPCG(1, 2)), n), make([]T, n)
	for i := range x {
		x[i] = max(x[i], -x[i])
	}
	for name, f := range map[string]func(dst, src []T){"sqrt": Sqrt[T], "exp": Exp[T], "log": Log[T], "tanh": Tanh[T], "sigmoid": Sigmoid[T],
		"expm1": Expm1[T], "silu": SiLU[T], "erf": Erf[T], "normalCDF": NormalCDF[T], "gelu": GELU[T], "geluTanh": GELUTanh[T],
		"log1p": Log1p[T], "hardSwish": HardSwish[T], "logSigmoid": LogSigmoid[T], "elu": func(dst, src []T) { ExpBelow(dst, src, 1, 1, 1) }} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				f(y, x)
			}
			b.ReportMetric(b.Elapsed().Seconds()*1e9/float64(b.N)/n, "ns/element")
		})
	}
}
