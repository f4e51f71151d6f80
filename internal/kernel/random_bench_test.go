package kernel

import "testing"

// BenchmarkRandom draws a megabyte or so.
func BenchmarkRandom(b *testing.B) {
	words, z := make([]uint64, 512*768), make([]float32, 512*768)
	benchmarkMemory(b, "random", len(z), func() { RandomBits(words, 1, 2, 0) })
	benchmarkMemory(b, "normals", len(z), func() { Normals(z, words) })
}
