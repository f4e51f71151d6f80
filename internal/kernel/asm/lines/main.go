// Command lines writes the assembly of convolutions that read lines as they lie: sums of
// them, and their dot products.
package main

import (
	. "github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/buildtags"
	"github.com/mmcloughlin/avo/operand"

	"github.com/pullback-go/pullback/internal/kernel/asm/isa"
)

func main() {
	Constraint(buildtags.Not("purego"))
	for _, i := range isa.All {
		lanes := i.LaneBits()
		lineDots(i, lanes)
		addLanes(i)
		if i.Bytes() == 64 {
			lineSums(i, lanes)
		}
	}
	Generate()
}

// argument is where a parameter is.
func argument(name string) operand.Mem {
	p, err := Param(name).Resolve()
	if err != nil {
		panic(err)
	}
	return p.Addr
}
