package layout

import (
	"math/rand/v2"
	"testing"

	"github.com/pullback-go/pullback/internal/kernel/kerneltest"
)

// BenchmarkLayout runs the kernels that do little but read and write, on a megabyte or
// so.
func BenchmarkLayout(b *testing.B) {
	const rows, cols = 512, 768
	r := rand.New(rand.NewPCG(1, 2))
	x, z, index := kerneltest.Normals[float32](r, rows*cols), make([]float32, rows*cols), make([]int64, rows*cols)
	for i := range index {
		index[i] = int64(r.IntN(rows))
	}
	kerneltest.BenchmarkMemory(b, "transpose", len(z), func() { Permute(z, x, []int{rows, cols}, []int{1, 0}) })
	kerneltest.BenchmarkMemory(b, "permute0213", len(z), func() { Permute(z, x, []int{16, 32, 64, 12}, []int{0, 2, 1, 3}) })
	kerneltest.BenchmarkMemory(b, "permute0231", len(z), func() { Permute(z, x, []int{4, 6, 128, 128}, []int{0, 2, 3, 1}) })
	kerneltest.BenchmarkMemory(b, "broadcastRow", len(z), func() { Broadcast(z, x, []int{rows, cols}, []int{0, 1}) })
	kerneltest.BenchmarkMemory(b, "broadcastCol", len(z), func() { Broadcast(z, x, []int{rows, cols}, []int{1, 0}) })
	kerneltest.BenchmarkMemory(b, "broadcastNCHW", len(z), func() { Broadcast(z, x, []int{8, 64, 768}, []int{0, 1, 0}) })
	kerneltest.BenchmarkMemory(b, "takeAlong", len(z), func() { TakeAlong(z, x, index, 1, rows, rows, cols) })
}
