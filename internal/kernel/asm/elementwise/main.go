// Command elementwise writes the assembly of elementwise arithmetic, comparisons, choices
// and functions, of reductions, normalizations, poolings and random numbers, for AVX2 and
// FMA. More would not pay: the arithmetic waits for memory.
package main

import (
	. "github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/buildtags"
)

func main() {
	Constraint(buildtags.Not("purego"))
	for _, f := range []format{single, double} {
		arithmetic(f)
		reductions(f)
		functions(f)
		comparisons(f)
		choices(f)
		fill(f)
		pools(f)
		norms(f)
		shaped(f)
		normals(f)
	}
	conversions()
	largest32()
	threefry()
	Generate()
}
