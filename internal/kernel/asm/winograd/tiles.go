package main

import (
	"fmt"

	. "github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"

	"github.com/pullback-go/pullback/internal/kernel/asm/isa"
	"github.com/pullback-go/pullback/internal/kernel/asm/program"
)

// input writes the transform of the input, Bᵀ d B.
func input(i isa.ISA, f form, table operand.Mem) {
	TEXT(fmt.Sprintf("winogradInput%d%s", f.tile(), i.Name), NOSPLIT, "func(v *byte, position, tile int, x *byte, row, tiles int)")
	Pragma("noescape")
	edge := f.tile() + 2
	program.Doc(fmt.Sprintf("winogradInput%d%s transforms tiles of %d×%d vectors, %d vectors apart, whose rows are row apart. Element (i, j) of tile t", f.tile(), i.Name, edge, edge, f.tile()),
		fmt.Sprintf("goes to v + t·tile + (%di + j)·position. Strides count bytes.", edge))
	v, position, tile, tiles := isa.Arg("v"), isa.Arg("position"), isa.Arg("tile"), isa.Arg("tiles")
	x, w := newArray(isa.Arg("x"), isa.Arg("row")), newMachine(i, table, f.inputUses())
	Label("tile")
	at := GP64()
	MOVQ(v, at)
	for _, rows := range w.groups(f.inputRows()) {
		half := make([][]reg.VecVirtual, edge) // by column
		for j := range half {
			half[j] = f.input(w, rows, func(k int) operand.Op { return x.at(k, j*i.Bytes()) })
		}
		for r := range rows {
			for _, group := range w.groups(f.inputRows()) {
				for _, d := range f.input(w, group, func(k int) operand.Op { return half[k][r] }) {
					i.Load(d, operand.Mem{Base: at})
					ADDQ(position, at)
				}
			}
		}
	}
	ADDQ(tile, v)
	ADDQ(operand.I32(f.tile()*i.Bytes()), x.base)
	DECQ(tiles)
	JNZ(operand.LabelRef("tile"))
	finish()
}

// output writes the transform of the output, Aᵀ m A.
func output(i isa.ISA, f form, table operand.Mem) {
	TEXT(fmt.Sprintf("winogradOutput%d%s", f.tile(), i.Name), NOSPLIT, "func(y *byte, row int, m *byte, tile, tiles int, check *byte)")
	Pragma("noescape")
	edge := f.tile() + 2
	program.Doc(fmt.Sprintf("winogradOutput%d%s makes tiles of %d×%d vectors, one beside the other in rows that are row apart, from products: those for", f.tile(), i.Name, f.tile(), f.tile()),
		fmt.Sprintf("element (i, j) of tile t are at m + t·tile, %di + j times two vectors on. Some of the %d numbers at check become NaN if a", edge, i.Lanes),
		"result is not finite. Strides count bytes.")
	y, m := newArray(isa.Arg("y"), isa.Arg("row")), isa.Arg("m")
	tile, tiles, check := isa.Arg("tile"), isa.Arg("tiles"), isa.Arg("check")
	zero, bad := i.Zeros(1)[0], i.Vector()
	i.Load(operand.Mem{Base: check}, bad)
	w := newMachine(i, table, f.outputUses())
	Label("tile")
	for _, rows := range w.groups(f.outputRows()) {
		half := make([][]reg.VecVirtual, edge) // by column
		for j := range half {
			half[j] = f.output(w, rows, func(k int) operand.Op { return operand.Mem{Base: m, Disp: (k*edge + j) * 2 * i.Bytes()} })
		}
		for r, row := range rows {
			for _, columns := range w.groups(f.outputRows()) {
				for c, d := range f.output(w, columns, func(k int) operand.Op { return half[k][r] }) {
					i.FMA(d, zero, bad)
					i.Load(d, y.at(row, columns[c]*i.Bytes()))
				}
			}
		}
	}
	ADDQ(tile, m)
	ADDQ(operand.I32(f.tile()*i.Bytes()), y.base)
	DECQ(tiles)
	JNZ(operand.LabelRef("tile"))
	i.Load(bad, operand.Mem{Base: check})
	finish()
}
