package main

import (
	. "github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// arithmetic writes the operations of two operands, and some of three.
func arithmetic(f format) {
	binary(f, "add", "a[i] + b[i]", func(a, b vec) vec { return do(f.add, b, a) })
	binary(f, "sub", "a[i] - b[i]", func(a, b vec) vec { return do(f.sub, b, a) })
	binary(f, "mul", "a[i] · b[i]", func(a, b vec) vec { return do(f.mul, b, a) })
	binary(f, "div", "a[i] / b[i]", func(a, b vec) vec { return do(f.div, b, a) })
	binary(f, "max", "max(a[i], b[i]), NaN if either is and +0 before -0", f.maximum)
	binary(f, "min", "min(a[i], b[i]), NaN if either is and -0 before +0", f.minimum)
}

// maximum of two numbers: the instruction returns its second operand for NaN and for two zeros, so
// both orders are combined.
func (f format) maximum(a, b vec) vec {
	both := do(f.and, do(f.max, a, b), do(f.max, b, a))
	return do(f.or, do(f.compare, unordered, a, b), both)
}

func (f format) minimum(a, b vec) vec {
	both := do(f.or, do(f.min, a, b), do(f.min, b, a))
	return do(f.or, do(f.compare, unordered, a, b), both)
}

func binary(f format, name, formula string, op func(a, b vec) vec) {
	TEXT(name+f.name, NOSPLIT, "func(dst, a, b *byte, n int)")
	Pragma("noescape")
	Doc(name + f.name + " is dst[i] = " + formula + ", for i < n, which is a multiple of the vector's length.")
	dst, a, b := pointer("dst"), pointer("a"), pointer("b")
	loop(f, func(at func(reg.Register) operand.Mem) {
		f.load(op(do(f.load, at(a)), do(f.load, at(b))), at(dst))
	})
}

func pointer(name string) reg.Register { return Load(Param(name), GP64()) }

// loop runs body for each vector of n elements; at is where that is from a pointer on.
func loop(f format, body func(at func(reg.Register) operand.Mem)) {
	n, i := pointer("n"), GP64()
	XORQ(i, i)
	Label("loop")
	body(func(p reg.Register) operand.Mem { return operand.Mem{Base: p, Index: i, Scale: uint8(f.size)} })
	ADDQ(operand.Imm(uint64(32/f.size)), i)
	CMPQ(i, n)
	JLT(operand.LabelRef("loop"))
	VZEROUPPER()
	RET()
}
