package avx2

import (
	"math"

	. "github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"

	"github.com/pullback-go/pullback/internal/kernel/asm/program"
)

// functions writes the functions of one number.
func functions(f format) {
	unary(f, "sqrt", "√src[i]", func(x vec) vec { return do(f.sqrt, x) })
	roundings := []struct {
		name, formula string
		mode          operand.U8
	}{{"round", "src[i] rounded to the nearest whole number, of two to the even one", 8}, {"floor", "⌊src[i]⌋", 9}, {"ceil", "⌈src[i]⌉", 10},
		{"trunc", "src[i] without its fraction", 11}}
	for _, r := range roundings {
		unary(f, r.name, r.formula, func(x vec) vec { return do(f.round, r.mode, x) })
	}
	unary(f, "exp", "e^src[i]", f.exp)
	unary(f, "log", "log src[i]", f.log)
	unary(f, "tanh", "tanh src[i]", f.tanh)
	unary(f, "sigmoid", "1 / (1 + e^-src[i])", f.sigmoid)
	unary(f, "expm1", "e^src[i] - 1", f.expm1)
	unary(f, "silu", "src[i] / (1 + e^-src[i])", f.times(f.sigmoid))
	unary(f, "erf", "erf src[i]", f.erf)
	unary(f, "normalCDF", "Φ(src[i])", f.normalCDF)
	unary(f, "normalDensity", "φ(src[i])", f.normalDensity)
	unary(f, "gelu", "src[i]·Φ(src[i])", f.gelu)
	unary(f, "geluTanh", "src[i] / (1 + e^-2u), u = √(2/π)·(src[i] + 0.044715 src[i]³)", f.times(f.gate))
}

func unary(f format, name, formula string, op func(x vec) vec) {
	TEXT(name+f.name, NOSPLIT, "func(dst, src *byte, n int)")
	Pragma("noescape")
	program.Doc(name + f.name + " is dst[i] = " + formula + ", for i < n, which is a multiple of the vector's length.")
	dst, src := pointer("dst"), pointer("src")
	loop(f, func(at func(reg.Register) operand.Mem) { f.load(op(do(f.load, at(src))), at(dst)) })
}

// exp is 2^n · e^r with n a whole number and |r| <= ln 2 / 2.
func (f format) exp(x vec) vec {
	low, high := -104.0, 89.0 // beyond these it is 0 and infinite
	if f.size == 8 {
		low, high = -746, 710
	}
	x = do(f.min, x, do(f.load, f.number(high))) // NaN is the second operand, and stays
	x = do(f.max, x, do(f.load, f.number(low)))
	n, r := f.reduce(x)
	y := f.horner(r, f.inverseFactorials(0)...)
	for _, s := range f.halfPowers(n) { // two steps, since 2^n alone may be out of range
		y = do(f.mul, s, y)
	}
	return y
}

// reduce takes x to n ln 2 + r. With ln 2 in two parts, n times the first of them is
// subtracted without an error.
func (f format) reduce(x vec) (n, r vec) {
	high := f.rounded(math.Ln2)
	low := math.Ln2 - high
	if f.size == 8 {
		low = 0x1.abc9e3b39803fp-56 // ln 2 to twice the precision
	}
	n = do(f.round, operand.U8(0), do(f.mul, f.number(math.Log2E), x))
	f.nma(f.number(high), n, x)
	f.nma(f.number(low), n, x)
	return n, x
}

// inverseFactorials are the coefficients of e^r, from r^first on, as far as they matter
// for |r| <= ln 2 / 2.
func (f format) inverseFactorials(first int) []float64 {
	degree, c := 7, 1.0
	if f.size == 8 {
		degree = 13
	}
	var out []float64
	for k := range degree + 1 {
		if k > 0 {
			c /= float64(k)
		}
		if k >= first {
			out = append(out, c)
		}
	}
	return out
}

// halfPowers are two powers of 2 whose product is 2^n.
func (f format) halfPowers(n vec) []vec {
	if f.size == 4 {
		whole := do(VCVTPS2DQ, n)
		half := do(VPSRAD, operand.U8(1), whole)
		return []vec{f.power(half), f.power(do(VPSUBD, half, whole))}
	}
	whole, half, rest := XMM(), XMM(), XMM()
	VCVTPD2DQY(n, whole)
	VPSRAD(operand.U8(1), whole, half)
	VPSUBD(half, whole, rest)
	return []vec{f.power(do(VPMOVSXDQ, half)), f.power(do(VPMOVSXDQ, rest))}
}

// power is 2^n for whole numbers n, as integers, that are exponents of the format.
func (f format) power(n vec) vec {
	bias := f.bits(uint64(f.bias))
	if f.size == 4 {
		return do(VPSLLD, operand.U8(f.mantissa), do(VPADDD, bias, n))
	}
	return do(VPSLLQ, operand.U8(f.mantissa), do(VPADDQ, bias, n))
}

// log is k ln 2 + log(1 + g) for x = 2^k (1 + g) with √½ <= 1 + g < √2. With s = g / (2 +
// g),
//
//	log(1 + g) = 2 artanh s = 2s + s·R = g - s·(g - R),   R = 2/3 s² + 2/5 s⁴ + ...
//
// of which the last form loses nothing, since g is exact.
func (f format) log(x vec) vec {
	tiny := do(f.compare, less, f.number(math.Ldexp(1, 1-f.bias)), x) // not normal, or negative
	scaled := f.pick(tiny, do(f.mul, f.number(math.Ldexp(1, f.mantissa+1)), x), x)
	k, g := f.split(scaled)
	k = do(f.sub, do(f.and, f.number(float64(f.mantissa+1)), tiny), k)
	s := do(f.div, do(f.add, f.number(2), g), g)
	z := do(f.mul, s, s)
	r := do(f.mul, z, f.horner(z, f.artanh()...))
	high, low := f.splitLn2()
	y := do(f.mul, s, do(f.sub, r, g))
	f.nma(f.number(low), k, y)
	y = do(f.sub, y, g)
	f.fma231(f.number(high), k, y)
	return f.logSpecial(x, y)
}

// split takes a positive normal number to 2^k (1 + g).
func (f format) split(x vec) (k, g vec) {
	one, root := f.bitsOf(1), f.bitsOf(math.Sqrt2/2)
	if f.size == 4 {
		moved := do(VPADDD, f.bits(one-root), x)
		k = do(f.sub, f.number(float64(f.bias)), do(VCVTDQ2PS, do(VPSRLD, operand.U8(f.mantissa), moved)))
		part := do(VPADDD, f.bits(root), do(f.and, f.bits(1<<f.mantissa-1), moved))
		return k, do(f.sub, f.number(1), part)
	}
	moved := do(VPADDQ, f.bits(one-root), x)
	offset := math.Ldexp(1, f.mantissa) // as a float, offset + k has k in its last bits
	k = do(f.or, f.number(offset), do(VPSRLQ, operand.U8(f.mantissa), moved))
	k = do(f.sub, f.number(offset+float64(f.bias)), k)
	part := do(VPADDQ, f.bits(root), do(f.and, f.bits(1<<f.mantissa-1), moved))
	return k, do(f.sub, f.number(1), part)
}

// artanh are the coefficients 2/3, 2/5, ... of R, as far as they matter for |s| <= (√2 -
// 1)².
func (f format) artanh() []float64 {
	terms := 4
	if f.size == 8 {
		terms = 10
	}
	c := make([]float64, terms)
	for i := range c {
		c[i] = 2 / float64(2*i+3)
	}
	return c
}

// splitLn2 is ln 2 in two parts, of which the first has so few bits that k times it is
// exact.
func (f format) splitLn2() (high, low float64) {
	if f.size == 4 {
		high = math.Round(math.Ln2*(1<<15)) / (1 << 15)
		return high, math.Ln2 - high
	}
	high = math.Round(math.Ln2*(1<<40)) / (1 << 40)
	return high, math.Ln2 - high + 0x1.abc9e3b39803fp-56
}

// logSpecial is the logarithm of 0, of negative numbers, of infinity and of NaN.
func (f format) logSpecial(x, y vec) vec {
	finite := do(f.compare, less, f.number(math.Inf(1)), x)
	y = f.pick(finite, y, x)
	zero := do(f.compare, equal, f.number(0), x)
	y = f.pick(zero, do(f.load, f.number(math.Inf(-1))), y)
	negative := do(f.compare, less, f.number(0), x)
	return do(f.or, negative, y)
}

// tanh is t / (t + 2) with t = e^2|x| - 1 = 2^n (e^r - 1) + 2^n - 1, and the sign of x.
func (f format) tanh(x vec) vec {
	last := 10.0 // where it is 1
	if f.size == 8 {
		last = 22
	}
	sign := do(f.and, f.sign(), x)
	a := do(f.min, do(f.xor, sign, x), do(f.load, f.number(last)))
	n, r := f.reduce(do(f.add, a, a))
	y := f.horner(r, f.inverseFactorials(2)...)
	f.fma213(r, do(f.mul, r, r), y)
	s := f.wholePower(n)
	t := do(f.sub, f.number(1), s)
	f.fma231(s, y, t)
	return do(f.or, sign, do(f.div, do(f.add, f.number(2), t), t))
}

// wholePower is 2^n for small n.
func (f format) wholePower(n vec) vec {
	if f.size == 4 {
		return f.power(do(VCVTPS2DQ, n))
	}
	whole := XMM()
	VCVTPD2DQY(n, whole)
	return f.power(do(VPMOVSXDQ, whole))
}

// sigmoid is 1 / (1 + e) for x >= 0 and e / (1 + e) below, with e = e^-|x|, which does
// not overflow.
func (f format) sigmoid(x vec) vec {
	e := f.exp(do(f.or, f.sign(), x))
	negative := do(f.compare, less, f.number(0), x)
	nan := do(f.compare, unordered, x, x)
	above := f.pick(do(f.or, nan, negative), e, f.number(1))
	return do(f.div, do(f.add, f.number(1), e), above)
}
