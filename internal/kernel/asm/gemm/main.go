// Command gemm writes the assembly of the matrix product: the micro kernels, which
// compute one tile of C in registers, for matrices and for convolutions.
package main

import (
	. "github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/buildtags"

	"github.com/pullback-go/pullback/internal/kernel/asm/isa"
)

func main() {
	Constraint(buildtags.Not("purego"))
	for _, i := range isa.All {
		tile(i)
		sweep(i)
	}
	Generate()
}
