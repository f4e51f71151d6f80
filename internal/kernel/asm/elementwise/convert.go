package main

import (
	. "github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// conversions writes the ways between the formats.
func conversions() {
	conversion("widen", "F32", "F64", func(src, dst operand.Mem) { VMOVUPD(do(VCVTPS2PD, src), dst) })
	conversion("narrow", "F64", "F32", func(src, dst operand.Mem) {
		half := XMM()
		VCVTPD2PSY(src, half)
		VMOVUPS(half, dst)
	})
}

func conversion(name, from, to string, convert func(src, dst operand.Mem)) {
	TEXT(name+from, NOSPLIT, "func(dst, src *byte, n int)")
	Pragma("noescape")
	Doc(name + from + " takes n numbers, a multiple of 4, from " + from + " to " + to + ".")
	size := map[string]int{"F32": 4, "F64": 8}
	dst, src := pointer("dst"), pointer("src")
	loopBy(4, func(at func(p reg.Register, size int) operand.Mem) { convert(at(src, size[from]), at(dst, size[to])) })
}
