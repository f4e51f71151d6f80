// Command gemm writes the assembly of the room gemm: the micro kernels, which compute one
// tile of C in registers, the packing of steps, and products with a vector.
package main

import (
	"github.com/pullback-go/pullback/internal/kernel/asm/isa"
	"github.com/pullback-go/pullback/internal/kernel/asm/program"
)

func main() { program.Write("gemm", kernels) }

func kernels() {
	for _, i := range isa.All {
		tile(i)
		sweep(i)
	}
	copySteps("AVX2", isa.AVX2F32)
	copySteps("AVX512", isa.AVX512F32)
	for _, i := range isa.All {
		dot(i)
		dots(i)
		addColumns(i)
	}
}
