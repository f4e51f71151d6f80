package avx2

import (
	"fmt"
	"math"

	"github.com/mmcloughlin/avo/attr"
	. "github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

type vec = reg.VecVirtual

type instruction = func(...operand.Op)

// format is a float type and its instructions.
type format struct {
	name                                                                  string
	size                                                                  int
	mantissa                                                              int // bits, without the hidden one
	bias                                                                  int // of the exponent
	load, broadcast                                                       instruction
	add, sub, mul, div, max, min, and, andn, or, xor, fma231, fma213, nma instruction // nma: c -= a·b
	sqrt                                                                  instruction
	round, compare, blend                                                 instruction
	widen, repeatWhole, addWhole, subWhole                                instruction // of whole numbers of the size; widen is from bytes
	loadSome                                                              instruction // and store, by a mask
	signBits                                                              instruction
}

var (
	single = format{"F32", 4, 23, 127, VMOVUPS, VBROADCASTSS, VADDPS, VSUBPS, VMULPS, VDIVPS, VMAXPS, VMINPS, VANDPS, VANDNPS, VORPS, VXORPS,
		VFMADD231PS, VFMADD213PS, VFNMADD231PS, VSQRTPS, three(VROUNDPS), VCMPPS, four(VBLENDVPS), VPMOVZXBD, VPBROADCASTD, VPADDD, VPSUBD,
		three(VMASKMOVPS), two(VMOVMSKPS)}
	double = format{"F64", 8, 52, 1023, VMOVUPD, VBROADCASTSD, VADDPD, VSUBPD, VMULPD, VDIVPD, VMAXPD, VMINPD, VANDPD, VANDNPD, VORPD, VXORPD,
		VFMADD231PD, VFMADD213PD, VFNMADD231PD, VSQRTPD, three(VROUNDPD), VCMPPD, four(VBLENDVPD), VPMOVZXBQ, VPBROADCASTQ, VPADDQ, VPSUBQ,
		three(VMASKMOVPD), two(VMOVMSKPD)}
)

var negativeInfinity = math.Inf(-1)

// two, three and four give instructions of one form the signature of the others.

func two(op func(a, b operand.Op)) instruction {
	return func(o ...operand.Op) { op(o[0], o[1]) }
}

func three(op func(a, b, c operand.Op)) instruction {
	return func(o ...operand.Op) { op(o[0], o[1], o[2]) }
}

func four(op func(a, b, c, d operand.Op)) instruction {
	return func(o ...operand.Op) { op(o[0], o[1], o[2], o[3]) }
}

// Comparisons, quiet. Those before unordered are false for NaN, the others true.
const (
	equal            = operand.U8(0)
	less             = operand.U8(0x11)
	atMost           = operand.U8(0x12)
	unordered        = operand.U8(3)
	unequal          = operand.U8(4)
	equalOrUnordered = operand.U8(8)
	notAtMost        = operand.U8(0x16)
	notGreater       = operand.U8(0x1a)
)

// do puts the result of an instruction into a new register. The operands are in the order
// of Go's assembler.
func do(op instruction, operands ...operand.Op) vec {
	dst := YMM()
	op(append(operands, dst)...)
	return dst
}

var constants = map[string]operand.Mem{}

// bits is a vector of one bit pattern.
func (f format) bits(b uint64) operand.Mem {
	name := fmt.Sprintf("%s_%x", f.name, b)
	if m, ok := constants[name]; ok {
		return m
	}
	m := GLOBL(name, attr.RODATA|attr.NOPTR)
	for at := 0; at < 32; at += f.size {
		if f.size == 4 {
			DATA(at, operand.U32(b))
		} else {
			DATA(at, operand.U64(b))
		}
	}
	constants[name] = m
	return m
}

// bytes is a vector of one byte.
func (f format) bytes(b uint64) operand.Mem {
	return f.bits(b * (math.MaxUint64 >> (64 - 8*f.size) / 255))
}

// table is a vector of numbers of 32 bits.
func table(name string, words ...uint32) operand.Mem {
	if m, ok := constants[name]; ok {
		return m
	}
	m := GLOBL(name, attr.RODATA|attr.NOPTR)
	for i, word := range words {
		DATA(4*i, operand.U32(word))
	}
	constants[name] = m
	return m
}

func (f format) bitsOf(x float64) uint64 {
	if f.size == 4 {
		return uint64(math.Float32bits(float32(x)))
	}
	return math.Float64bits(x)
}

// number is a vector of one number.
func (f format) number(x float64) operand.Mem { return f.bits(f.bitsOf(x)) }

// rounded is a number as the format holds it.
func (f format) rounded(x float64) float64 {
	if f.size == 4 {
		return float64(float32(x))
	}
	return x
}

// sign is the sign bit.
func (f format) sign() operand.Mem { return f.bits(1 << (8*f.size - 1)) }

func (f format) constant(x float64) vec { return do(f.load, f.number(x)) }

// horner is c[0] + c[1] x + c[2] x² ...
func (f format) horner(x vec, c ...float64) vec {
	y := f.constant(c[len(c)-1])
	for i := len(c) - 2; i >= 0; i-- {
		f.fma213(f.number(c[i]), x, y)
	}
	return y
}

// hornerInTwo is horner by the even powers and the odd ones, of which neither waits for
// the other.
func (f format) hornerInTwo(x vec, c ...float64) vec {
	var even, odd []float64
	for i, v := range c {
		if i%2 == 0 {
			even = append(even, v)
		} else {
			odd = append(odd, v)
		}
	}
	square := do(f.mul, x, x)
	y := f.horner(square, even...)
	f.fma231(x, f.horner(square, odd...), y)
	return y
}

// pick is a where the mask is set and b elsewhere.
func (f format) pick(mask, a vec, b operand.Op) vec {
	dst := YMM()
	f.blend(mask, a, load(f, b), dst)
	return dst
}

func load(f format, x operand.Op) operand.Op {
	if v, ok := x.(vec); ok {
		return v
	}
	return do(f.load, x)
}
