package main

import (
	"fmt"

	. "github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"

	"github.com/pullback-go/pullback/internal/kernel/asm/isa"
	"github.com/pullback-go/pullback/internal/kernel/asm/program"
)

// weights writes the transform of the weights, G w Gᵀ.
func weights(i isa.ISA, f form, table operand.Mem) {
	TEXT(fmt.Sprintf("winogradWeights%d%s", f.tile(), i.Name), NOSPLIT, "func(u *byte, position, step int, w *byte, tap, channels int)")
	Pragma("noescape")
	program.Doc(fmt.Sprintf("winogradWeights%d%s transforms 3×3 vectors of taps, which are tap apart, for so many channels, which are 9", f.tile(), i.Name),
		"vectors apart. Position n of the transformed ones goes to u + n·position, and channels to places that are step apart.",
		"Strides count bytes.")
	u, position, step := isa.Arg("u"), isa.Arg("position"), isa.Arg("step")
	w, tap, channels := isa.Arg("w"), isa.Arg("tap"), isa.Arg("channels")
	m := newMachine(i, table, f.weightsUses())
	Label("channel")
	taps := make([]reg.VecVirtual, 9)
	at, to := GP64(), GP64()
	MOVQ(w, at)
	MOVQ(u, to)
	for k := range taps {
		taps[k] = m.copyOf(operand.Mem{Base: at})
		ADDQ(tap, at)
	}
	edge := f.tile() + 2
	for r := range edge {
		row := make([]reg.VecVirtual, 3)
		for j := range row {
			row[j] = f.weights(m, r, []reg.VecVirtual{taps[j], taps[3+j], taps[6+j]})
		}
		for c := range edge {
			i.Load(f.weights(m, c, row), operand.Mem{Base: to})
			ADDQ(position, to)
		}
	}
	ADDQ(operand.I32(9*i.Bytes()), w)
	ADDQ(step, u)
	DECQ(channels)
	JNZ(operand.LabelRef("channel"))
	finish()
}
