package random

import (
	"testing"

	"github.com/pullback-go/pullback/internal/kernel/kerneltest"
)

// BenchmarkRandom draws a megabyte or so.
func BenchmarkRandom(b *testing.B) {
	words, z := make([]uint64, 512*768), make([]float32, 512*768)
	kerneltest.BenchmarkMemory(b, "random", len(z), func() { Bits(words, 1, 2, 0) })
	kerneltest.BenchmarkMemory(b, "normals", len(z), func() { Normals(z, words) })
}
