package kernel

import (
	"math/rand/v2"
	"testing"
)

// BenchmarkMemory runs the kernels that do little but read and write, on a megabyte or
// so.
func BenchmarkMemory(b *testing.B) {
	const rows, cols = 512, 768
	r := rand.New(rand.NewPCG(1, 2))
	x, y, z := normals[float32](r, rows*cols), normals[float32](r, rows*cols), make([]float32, rows*cols)
	index, cond, wide := make([]int64, rows*cols), make([]bool, rows*cols), make([]float64, rows*cols)
	for i := range index {
		index[i], cond[i] = int64(r.IntN(rows)), r.IntN(2) == 0
	}
	benchmarkMemory(b, "add", len(z), func() { Add(z, x, y) })
	benchmarkMemory(b, "max", len(z), func() { Maximum(z, x, y) })
	benchmarkMemory(b, "clamp", len(z), func() { Clamp(z, x, 0, 1) })
	benchmarkMemory(b, "unary", len(z), func() { Unary(z, x, func(v float32) float32 { return v * v }) })
	benchmarkMemory(b, "less", len(z), func() { Less(cond, x, y) })
	benchmarkMemory(b, "within", len(z), func() { Within(cond, x, 0, 1) })
	benchmarkMemory(b, "and", len(z), func() { And(cond, cond, cond) })
	benchmarkMemory(b, "select", len(z), func() { Select(z, cond, x, y) })
	benchmarkMemory(b, "keep", len(z), func() { Keep(z, cond, x) })
	benchmarkMemory(b, "indicator", len(z), func() { Indicator(z, cond) })
	benchmarkMemory(b, "widen", len(z), func() { Cast(wide, x) })
	benchmarkMemory(b, "narrow", len(z), func() { Cast(z, wide) })
	benchmarkMemory(b, "normalize", len(z), func() { Normalize(z, x, 1, 2, 3) })
	benchmarkMemory(b, "standardize", len(z), func() { Standardize(z, x, x, y, 1, 2) })
	benchmarkMemory(b, "moments", len(z), func() { Moments(x) })
	benchmarkMemory(b, "expSum", len(z), func() { ExpSum(z, x, 1) })
	benchmarkMemory(b, "fill", len(z), func() { Fill(z, 1) })
	benchmarkMemory(b, "sumRows", len(z), func() { Sum(z[:rows], x, rows, cols, 1) })
	benchmarkMemory(b, "sumCols", len(z), func() { Sum(z[:cols], x, 1, rows, cols) })
	benchmarkMemory(b, "maxRows", len(z), func() { Max(z[:rows], x, rows, cols, 1) })
	benchmarkMemory(b, "maxCols", len(z), func() { Max(z[:cols], x, 1, rows, cols) })
	benchmarkMemory(b, "argmaxRows", len(z), func() { ArgMax(index[:rows], x, rows, cols, 1) })
	benchmarkMemory(b, "argmaxCols", len(z), func() { ArgMax(index[:cols], x, 1, rows, cols) })
	benchmarkMemory(b, "cumsum", len(z), func() { CumSum(z, x, rows, cols, 1, false) })
}
