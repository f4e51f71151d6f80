package main

import (
	. "github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/operand"

	"github.com/pullback-go/pullback/internal/kernel/asm/isa"
	"github.com/pullback-go/pullback/internal/kernel/asm/program"
)

// prefetch writes what has memory brought to the first-level cache.
func prefetch() {
	TEXT("winogradPrefetch", NOSPLIT, "func(from *byte, lines int)")
	Pragma("noescape")
	program.Doc("winogradPrefetch has so many lines of 64 bytes brought to the cache, which may be none or not be there.")
	from, lines := isa.Arg("from"), isa.Arg("lines")
	Label("line")
	DECQ(lines)
	JLT(operand.LabelRef("done"))
	PREFETCHT0(operand.Mem{Base: from})
	ADDQ(operand.Imm(64), from)
	JMP(operand.LabelRef("line"))
	Label("done")
	RET()
}
