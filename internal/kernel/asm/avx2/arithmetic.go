package avx2

import (
	. "github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"

	"github.com/pullback-go/pullback/internal/kernel/asm/program"
)

// arithmetic writes the operations of two operands, and some of three.
func arithmetic(f format) {
	binary(f, "add", "a[i] + b[i]", func(a, b vec) vec { return do(f.add, b, a) })
	binary(f, "sub", "a[i] - b[i]", func(a, b vec) vec { return do(f.sub, b, a) })
	binary(f, "mul", "a[i] · b[i]", func(a, b vec) vec { return do(f.mul, b, a) })
	binary(f, "div", "a[i] / b[i]", func(a, b vec) vec { return do(f.div, b, a) })
	binary(f, "max", "max(a[i], b[i]), NaN if either is and +0 before -0", f.maximum)
	binary(f, "min", "min(a[i], b[i]), NaN if either is and -0 before +0", f.minimum)
	binary(f, "prelu", "a[i] > 0 ? a[i] : b[i] · a[i]", func(a, b vec) vec {
		return f.pick(do(f.compare, less, a, load(f, f.number(0))), a, do(f.mul, b, a))
	})
	signs(f)
	mulAdd(f)
	scale(f)
	clamp(f)
	addFour(f)
}

// maximum of two numbers: the instruction returns its second operand for NaN and for two
// zeros, so both orders are combined.
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
	program.Doc(name + f.name + " is dst[i] = " + formula + ", for i < n, which is a multiple of the vector's length.")
	dst, a, b := pointer("dst"), pointer("a"), pointer("b")
	loop(f, func(at func(reg.Register) operand.Mem) {
		f.load(op(do(f.load, at(a)), do(f.load, at(b))), at(dst))
	})
}

// signs writes what depends on the sign of a number, and its reciprocal.
func signs(f format) {
	unary(f, "neg", "-src[i]", func(x vec) vec { return do(f.xor, f.sign(), x) })
	unary(f, "abs", "|src[i]|", func(x vec) vec { return do(f.and, f.bits(1<<(8*f.size-1)-1), x) })
	unary(f, "above", "max(src[i], +0), NaN if it is", func(x vec) vec { return do(f.and, x, do(f.compare, notAtMost, f.number(0), x)) })
	unary(f, "below", "min(src[i], +0), NaN if it is and -0 before +0", func(x vec) vec {
		return do(f.and, x, do(f.compare, notGreater, f.number(0), x))
	})
	unary(f, "sign", "the sign of src[i], and src[i] itself if it is 0 or NaN", func(x vec) vec {
		one := do(f.or, f.number(1), do(f.and, f.sign(), x))
		return f.pick(do(f.compare, equalOrUnordered, f.number(0), x), x, one)
	})
	unary(f, "reciprocal", "1 / src[i]", func(x vec) vec { return do(f.div, x, f.constant(1)) })
}

func mulAdd(f format) {
	TEXT("mulAdd"+f.name, NOSPLIT, "func(dst, a, b, c *byte, n int)")
	Pragma("noescape")
	program.Doc("mulAdd" + f.name + " is dst[i] = a[i] · b[i] + c[i], the product being rounded, for i < n, which is a multiple of the vector's length.")
	dst, a, b, c := pointer("dst"), pointer("a"), pointer("b"), pointer("c")
	loop(f, func(at func(reg.Register) operand.Mem) {
		f.load(do(f.add, at(c), do(f.mul, at(b), do(f.load, at(a)))), at(dst))
	})
}

func scale(f format) {
	TEXT("scale"+f.name, NOSPLIT, "func(dst, x, s *byte, n int)")
	Pragma("noescape")
	program.Doc("scale" + f.name + " is dst[i] = s · x[i], for i < n, which is a multiple of the vector's length.")
	dst, x := pointer("dst"), pointer("x")
	s := f.repeat("s")
	loop(f, func(at func(reg.Register) operand.Mem) { f.load(do(f.mul, at(x), s), at(dst)) })
}

func clamp(f format) {
	TEXT("clamp"+f.name, NOSPLIT, "func(dst, x, low, high *byte, n int)")
	Pragma("noescape")
	program.Doc("clamp" + f.name + " is dst[i] = min(max(x[i], low), high), NaN if one of them is, for i < n, which is a multiple of the vector's length.")
	dst, x := pointer("dst"), pointer("x")
	low, high := f.repeat("low"), f.repeat("high")
	loop(f, func(at func(reg.Register) operand.Mem) {
		f.load(f.minimum(f.maximum(do(f.load, at(x)), low), high), at(dst))
	})
}

// repeat is a vector of the number that a parameter points to.
func (f format) repeat(name string) vec { return do(f.broadcast, operand.Mem{Base: pointer(name)}) }

func addFour(f format) {
	TEXT("addFour"+f.name, NOSPLIT, "func(y, x *byte, stride, n int)")
	Pragma("noescape")
	program.Doc("addFour"+f.name+" is y[i] += (x[i] + x[s+i]) + (x[2s+i] + x[3s+i]) for i < n, which is a multiple of the vector's length; the",
		"stride s counts bytes.")
	y, stride := pointer("y"), pointer("stride")
	x := []reg.Register{pointer("x"), GP64(), GP64(), GP64()}
	for r := 1; r < len(x); r++ {
		LEAQ(operand.Mem{Base: x[r-1], Index: stride, Scale: 1}, x[r])
	}
	loop(f, func(at func(reg.Register) operand.Mem) {
		first := do(f.add, at(x[1]), do(f.load, at(x[0])))
		second := do(f.add, at(x[3]), do(f.load, at(x[2])))
		f.load(do(f.add, at(y), do(f.add, second, first)), at(y))
	})
}

func pointer(name string) reg.Register { return Load(Param(name), GP64()) }

// loop runs body for each vector of n elements; at is where that is from a pointer on.
func loop(f format, body func(at func(reg.Register) operand.Mem)) {
	loopBy(32/f.size, func(at func(p reg.Register, size int) operand.Mem) {
		body(func(p reg.Register) operand.Mem { return at(p, f.size) })
	})
}

// loopBy runs body for each step of n elements; at is where elements of a size are from a
// pointer on.
func loopBy(step int, body func(at func(p reg.Register, size int) operand.Mem)) {
	loopThen(step, body)
	VZEROUPPER()
	RET()
}

// loopThen is loopBy in a function that goes on.
func loopThen(step int, body func(at func(p reg.Register, size int) operand.Mem)) {
	n, i := pointer("n"), GP64()
	XORQ(i, i)
	Label("loop")
	body(func(p reg.Register, size int) operand.Mem { return operand.Mem{Base: p, Index: i, Scale: uint8(size)} })
	ADDQ(operand.Imm(uint64(step)), i)
	CMPQ(i, n)
	JLT(operand.LabelRef("loop"))
}
