package avx2

import (
	. "github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"

	"github.com/pullback-go/pullback/internal/kernel/asm/program"
)

// choices writes what takes bools.
func choices(f format) {
	choose(f)
	keep(f)
	indicator(f)
}

func choose(f format) {
	TEXT("choose"+f.name, NOSPLIT, "func(dst, cond, a, b *byte, n int)")
	Pragma("noescape")
	program.Doc("choose" + f.name + " is dst[i] = a[i] where the bool cond[i] is true, else b[i], for i < n, which is a multiple of the vector's length.")
	dst, cond, a, b := pointer("dst"), pointer("cond"), pointer("a"), pointer("b")
	loopBy(32/f.size, func(at func(p reg.Register, size int) operand.Mem) {
		chosen := f.shiftUp(do(f.widen, at(cond, 1)))
		f.load(f.pick(chosen, do(f.load, at(a, f.size)), at(b, f.size)), at(dst, f.size))
	})
}

// shiftUp moves the lowest bit of each element to the sign, which is where a blend looks
// for it.
func (f format) shiftUp(x vec) vec {
	if f.size == 4 {
		return do(VPSLLD, operand.U8(31), x)
	}
	return do(VPSLLQ, operand.U8(63), x)
}

func keep(f format) {
	TEXT("keep"+f.name, NOSPLIT, "func(dst, cond, x *byte, n int)")
	Pragma("noescape")
	program.Doc("keep" + f.name + " is dst[i] = x[i] where the bool cond[i] is true, else +0, for i < n, which is a multiple of the vector's length.")
	dst, cond, x := pointer("dst"), pointer("cond"), pointer("x")
	zero := load(f, f.bits(0)).(vec)
	loopBy(32/f.size, func(at func(p reg.Register, size int) operand.Mem) {
		all := do(f.subWhole, do(f.widen, at(cond, 1)), zero)
		f.load(do(f.and, at(x, f.size), all), at(dst, f.size))
	})
}

func indicator(f format) {
	TEXT("indicator"+f.name, NOSPLIT, "func(dst, cond *byte, n int)")
	Pragma("noescape")
	program.Doc("indicator" + f.name + " is dst[i] = 1 where the bool cond[i] is true, else +0, for i < n, which is a multiple of the vector's length.")
	dst, cond := pointer("dst"), pointer("cond")
	zero, one := load(f, f.bits(0)).(vec), f.constant(1)
	loopBy(32/f.size, func(at func(p reg.Register, size int) operand.Mem) {
		all := do(f.subWhole, do(f.widen, at(cond, 1)), zero)
		f.load(do(f.and, one, all), at(dst, f.size))
	})
}
