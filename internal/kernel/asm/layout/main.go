// Command layout writes the assembly of the room layout: transposes, and the search of
// indices out of bounds.
package main

import (
	"github.com/pullback-go/pullback/internal/kernel/asm/avx2"
	"github.com/pullback-go/pullback/internal/kernel/asm/program"
)

func main() { program.Write("layout", kernels) }

func kernels() {
	transpose("F32", 4, turn8)
	transpose("F64", 8, turn4)
	avx2.Indices()
}
