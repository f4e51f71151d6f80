// Command conv writes the assembly of the room conv: lines that are read as they lie,
// gathered and merged lines, products of few vectors, and differences.
package main

import (
	. "github.com/mmcloughlin/avo/build"

	"github.com/pullback-go/pullback/internal/kernel/asm/isa"
	"github.com/pullback-go/pullback/internal/kernel/asm/program"
)

func main() { program.Write("conv", kernels) }

func kernels() {
	for _, i := range isa.All {
		lanes := i.LaneBits()
		lineDots(i, lanes)
		addLanes(i)
		if i.Bytes() == 64 {
			lineSums(i, lanes)
		}
	}
	gatherLines("All", "each", 1, readAll)
	gatherLines("EvenF32", "every other", 2, readEven4)
	gatherLines("EvenF64", "every other", 2, readEven8)
	interleave("F32", VUNPCKLPS, VUNPCKHPS)
	interleave("F64", VUNPCKLPD, VUNPCKHPD)
	for _, i := range isa.All {
		pieces(i)
	}
	for _, i := range isa.All {
		addProducts(i)
	}
	difference()
}
