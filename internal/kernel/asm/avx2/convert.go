package avx2

import (
	. "github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"

	"github.com/pullback-go/pullback/internal/kernel/asm/program"
)

// conversions writes the ways between the formats.
func conversions() {
	conversion("widen", single, double)
	conversion("narrow", double, single)
}

func conversion(name string, from, to format) {
	TEXT(name+from.name, NOSPLIT, "func(dst, src *byte, n int)")
	Pragma("noescape")
	program.Doc(name + from.name + " takes n numbers, a multiple of 4, from " + from.name + " to " + to.name + ".")
	dst, src := pointer("dst"), pointer("src")
	loopBy(4, func(at func(p reg.Register, size int) operand.Mem) {
		to.storeWide(from.wide(at(src, from.size)), at(dst, to.size))
	})
}
