package main

import (
	"fmt"

	. "github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"

	"github.com/pullback-go/pullback/internal/kernel/asm/isa"
)

// weights writes the transform of the weights, G w Gᵀ.
func weights(f form, numbers operand.Mem) {
	tile, edge := f.tile(), f.tile()+2
	TEXT(fmt.Sprint("winogradWeights", tile), NOSPLIT, "func(u *byte, plane, step int, w *byte, tap, channel, lane, rows, channels int)")
	Pragma("noescape")
	Doc(fmt.Sprintf("winogradWeights%d transforms the 3×3 taps, which are tap apart, of up to 8 rows, which are lane apart, for so many", tile),
		"channels, which are channel apart. Position i of the transformed ones goes to u + i·plane, 8 rows side by side, those",
		"beyond rows being zeros; channels go to places that are step apart. Strides count bytes.")
	u, plane, step, w, tap := isa.Arg("u"), isa.Arg("plane"), isa.Arg("step"), isa.Arg("w"), isa.Arg("tap")
	channel, channels, index, mask := isa.Arg("channel"), isa.Arg("channels"), YMM(), YMM()
	lanes(numbers, index, mask)
	Label("channel")
	taps := gather(w, tap, index, mask)
	to := GP64()
	MOVQ(u, to)
	for r := range edge {
		t := make([]reg.VecVirtual, 3)
		for j := range t {
			t[j] = YMM()
			f.weights(r, t[j], []reg.VecVirtual{taps[j], taps[3+j], taps[6+j]})
		}
		for j := range edge {
			v := YMM()
			f.weights(j, v, t)
			VMOVUPS(v, operand.Mem{Base: to})
			ADDQ(plane, to)
		}
	}
	ADDQ(step, u)
	ADDQ(channel, w)
	DECQ(channels)
	JNZ(operand.LabelRef("channel"))
	finish()
}

// lanes sets index to how far each lane is from the first one and mask to ones where there are rows.
func lanes(numbers operand.Mem, index, mask reg.VecVirtual) {
	for _, l := range []struct {
		arg string
		reg.VecVirtual
	}{{"rows", mask}, {"lane", index}} {
		VMOVQ(isa.Arg(l.arg), l.AsX())
		VPBROADCASTD(l.AsX(), l)
	}
	VPCMPGTD(numbers, mask, mask)
	VPMULLD(numbers, index, index)
}

// gather reads the taps.
func gather(w, tap reg.Register, index, mask reg.VecVirtual) []reg.VecVirtual {
	taps, at, left := make([]reg.VecVirtual, 9), GP64(), YMM()
	MOVQ(w, at)
	for k := range taps {
		taps[k] = YMM()
		VXORPS(taps[k], taps[k], taps[k])
		VMOVAPS(mask, left)
		VGATHERDPS(left, operand.Mem{Base: at, Index: index, Scale: 1}, taps[k])
		ADDQ(tap, at)
	}
	return taps
}
