// Command winograd writes the assembly of the transforms of a Winograd convolution, for AVX2 and FMA. More
// would not pay: they wait for memory.
package main

import (
	. "github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/buildtags"
)

func main() {
	Constraint(buildtags.Not("purego"))
	input2()
	output2()
	weights2()
	Generate()
}
