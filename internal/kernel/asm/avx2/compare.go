package avx2

import (
	. "github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"

	"github.com/pullback-go/pullback/internal/kernel/asm/program"
)

// bools is how many elements are compared at a time: their bools, a byte each, fill a
// vector.
const bools = 32

// comparisons writes what takes numbers to bools.
func comparisons(f format) {
	comparison(f, "equal", "a[i] = b[i]", equal)
	comparison(f, "unequal", "a[i] ≠ b[i]", unequal)
	comparison(f, "less", "a[i] < b[i]", less)
	comparison(f, "atMost", "a[i] ≤ b[i]", atMost)
	within(f)
}

func comparison(f format, name, formula string, relation operand.Constant) {
	TEXT(name+f.name, NOSPLIT, "func(dst, a, b *byte, n int)")
	Pragma("noescape")
	program.Doc(name + f.name + " is the bool dst[i] = " + formula + ", for i < n, which is a multiple of 32.")
	dst, a, b := pointer("dst"), pointer("a"), pointer("b")
	ones := load(f, f.bytes(1)).(vec)
	loopBy(bools, func(at func(p reg.Register, size int) operand.Mem) {
		f.truths(at(dst, 1), ones, func(offset int) vec {
			return do(f.compare, relation, at(b, f.size).Offset(offset), do(f.load, at(a, f.size).Offset(offset)))
		})
	})
}

func within(f format) {
	TEXT("within"+f.name, NOSPLIT, "func(dst, x, low, high *byte, n int)")
	Pragma("noescape")
	program.Doc("within" + f.name + " is the bool dst[i] = low ≤ x[i] ≤ high, for i < n, which is a multiple of 32.")
	dst, x := pointer("dst"), pointer("x")
	low, high := f.repeat("low"), f.repeat("high")
	ones := load(f, f.bytes(1)).(vec)
	loopBy(bools, func(at func(p reg.Register, size int) operand.Mem) {
		f.truths(at(dst, 1), ones, func(offset int) vec {
			v := do(f.load, at(x, f.size).Offset(offset))
			return do(f.and, do(f.compare, atMost, v, low), do(f.compare, atMost, high, v))
		})
	})
}

// truths stores 32 bools. test gives those of the vector at an offset, as elements of all
// bits or none.
func (f format) truths(dst operand.Mem, ones vec, test func(offset int) vec) {
	words := func(k int) vec {
		if f.size == 4 {
			return test(32 * k)
		}
		first, second := test(64*k), test(64*k+32)
		return do(VPERMQ, operand.U8(0xd8), do(VSHUFPS, operand.U8(0x88), second, first))
	}
	low := do(VPACKSSDW, words(1), words(0)) // packing keeps to each half of a vector
	high := do(VPACKSSDW, words(3), words(2))
	packed := do(VPACKSSWB, high, low)
	inOrder := do(VPERMD, packed, load(f, halvesInOrder()))
	VMOVDQU(do(three(VPAND), ones, inOrder), dst)
}

// halvesInOrder is the permutation that puts together what packing has kept apart.
func halvesInOrder() operand.Mem {
	return table("halvesInOrder", 0, 4, 1, 5, 2, 6, 3, 7)
}
