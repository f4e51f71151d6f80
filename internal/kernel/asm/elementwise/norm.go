package main

import (
	. "github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// norms writes what is computed in float64 for either format.
func norms(f format) {
	normalize(f)
}

func normalize(f format) {
	TEXT("normalize"+f.name, NOSPLIT, "func(dst, x, terms *byte, n int)")
	Pragma("noescape")
	Doc("normalize"+f.name+" is dst[i] = (x[i] - mean)·gain + bias, for i < n, which is a multiple of 4. terms are mean, gain and bias in float64,",
		"in which it is computed and rounded at each step.")
	dst, x, terms := pointer("dst"), pointer("x"), pointer("terms")
	var term [3]vec
	for i := range term {
		term[i] = do(VBROADCASTSD, operand.Mem{Base: terms, Disp: 8 * i})
	}
	loopBy(4, func(at func(p reg.Register, size int) operand.Mem) {
		v := do(VSUBPD, term[0], f.wide(at(x, f.size)))
		f.storeWide(do(VADDPD, term[2], do(VMULPD, term[1], v)), at(dst, f.size))
	})
}

// wide loads four numbers as float64.
func (f format) wide(from operand.Mem) vec {
	if f.size == 4 {
		return do(VCVTPS2PD, from)
	}
	return do(VMOVUPD, from)
}

// storeWide rounds four numbers to the format and stores them.
func (f format) storeWide(v vec, to operand.Mem) {
	if f.size == 8 {
		VMOVUPD(v, to)
		return
	}
	half := XMM()
	VCVTPD2PSY(v, half)
	VMOVUPS(half, to)
}
