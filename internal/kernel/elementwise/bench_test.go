package elementwise

import (
	"math/rand/v2"
	"testing"

	"github.com/pullback-go/pullback/internal/kernel/kerneltest"
)

// BenchmarkMemory runs the kernels that do little but read and write, on a megabyte or
// so.
func BenchmarkMemory(b *testing.B) {
	const rows, cols = 512, 768
	r := rand.New(rand.NewPCG(1, 2))
	x, y, z := kerneltest.Normals[float32](r, rows*cols), kerneltest.Normals[float32](r, rows*cols), make([]float32, rows*cols)
	index, cond, wide := make([]int64, rows*cols), make([]bool, rows*cols), make([]float64, rows*cols)
	for i := range index {
		index[i], cond[i] = int64(r.IntN(rows)), r.IntN(2) == 0
	}
	kerneltest.BenchmarkMemory(b, "add", len(z), func() { Add(z, x, y) })
	kerneltest.BenchmarkMemory(b, "max", len(z), func() { Maximum(z, x, y) })
	kerneltest.BenchmarkMemory(b, "clamp", len(z), func() { Clamp(z, x, 0, 1) })
	kerneltest.BenchmarkMemory(b, "unary", len(z), func() { Unary(z, x, func(v float32) float32 { return v * v }) })
	kerneltest.BenchmarkMemory(b, "less", len(z), func() { Less(cond, x, y) })
	kerneltest.BenchmarkMemory(b, "within", len(z), func() { Within(cond, x, 0, 1) })
	kerneltest.BenchmarkMemory(b, "and", len(z), func() { And(cond, cond, cond) })
	kerneltest.BenchmarkMemory(b, "select", len(z), func() { Select(z, cond, x, y) })
	kerneltest.BenchmarkMemory(b, "keep", len(z), func() { Keep(z, cond, x) })
	kerneltest.BenchmarkMemory(b, "indicator", len(z), func() { Indicator(z, cond) })
	kerneltest.BenchmarkMemory(b, "widen", len(z), func() { Cast(wide, x) })
	kerneltest.BenchmarkMemory(b, "narrow", len(z), func() { Cast(z, wide) })
	kerneltest.BenchmarkMemory(b, "normalize", len(z), func() { Normalize(z, x, 1, 2, 3) })
	kerneltest.BenchmarkMemory(b, "standardize", len(z), func() { Standardize(z, x, x, y, 1, 2) })
	kerneltest.BenchmarkMemory(b, "moments", len(z), func() { Moments(x) })
	kerneltest.BenchmarkMemory(b, "expSum", len(z), func() { ExpSum(z, x, 1) })
	kerneltest.BenchmarkMemory(b, "fill", len(z), func() { Fill(z, 1) })
	kerneltest.BenchmarkMemory(b, "sumRows", len(z), func() { Sum(z[:rows], x, rows, cols, 1) })
	kerneltest.BenchmarkMemory(b, "sumCols", len(z), func() { Sum(z[:cols], x, 1, rows, cols) })
	kerneltest.BenchmarkMemory(b, "maxRows", len(z), func() { Max(z[:rows], x, rows, cols, 1) })
	kerneltest.BenchmarkMemory(b, "maxCols", len(z), func() { Max(z[:cols], x, 1, rows, cols) })
	kerneltest.BenchmarkMemory(b, "argmaxRows", len(z), func() { ArgMax(index[:rows], x, rows, cols, 1) })
	kerneltest.BenchmarkMemory(b, "argmaxCols", len(z), func() { ArgMax(index[:cols], x, 1, rows, cols) })
	kerneltest.BenchmarkMemory(b, "cumsum", len(z), func() { CumSum(z, x, rows, cols, 1, false) })
}
