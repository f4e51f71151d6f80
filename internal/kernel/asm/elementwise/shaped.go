package main

import (
	. "github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// shaped writes functions of one number that have parameters or pieces, in float64 for either format.
func shaped(f format) {
	wide(f, "leaky", "x > 0 ? x : p[0]·x", 1, leaky)
	wide(f, "expBelow", "x > 0 ? p[0]·x : p[1]·(e^(p[2]·x) - 1)", 3, expBelow)
	wide(f, "softplus", "u > p[1] ? x : log(1 + e^u) / p[0], u = p[0]·x", 2, softplus)
	wide(f, "logSigmoid", "-log(1 + e^-x)", 0, logSigmoid)
	wide(f, "hardSigmoid", "min(max(x + 3, 0), 6) / 6", 0, func(x vec, _ []vec) vec { return do(VDIVPD, double.constant(6), ramp(x)) })
	wide(f, "hardSwish", "x·min(max(x + 3, 0), 6) / 6", 0, hardSwish)
}

func wide(f format, name, formula string, parameters int, op func(x vec, p []vec) vec) {
	TEXT(name+f.name, NOSPLIT, "func(dst, src, p *byte, n int)")
	Pragma("noescape")
	Doc(name+f.name+" is dst[i] = "+formula+" with x = src[i], for i < n, which is a multiple of 4. The parameters p and the arithmetic",
		"are float64.")
	dst, src := pointer("dst"), pointer("src")
	var p []vec
	if parameters > 0 {
		from := pointer("p")
		for i := range parameters {
			p = append(p, do(VBROADCASTSD, operand.Mem{Base: from, Disp: 8 * i}))
		}
	}
	loopBy(4, func(at func(p reg.Register, size int) operand.Mem) {
		f.storeWide(op(f.wide(at(src, f.size)), p), at(dst, f.size))
	})
}

// positive is where x > 0.
func positive(x vec) vec { return do(double.compare, less, x, load(double, double.number(0))) }

func leaky(x vec, p []vec) vec {
	return double.pick(positive(x), x, do(VMULPD, p[0], x))
}

func expBelow(x vec, p []vec) vec {
	below := do(VMULPD, p[1], double.expm1(do(VMULPD, p[2], x)))
	return double.pick(positive(x), do(VMULPD, p[0], x), below)
}

// logOnePlusExp is log(1 + e^-|u|).
func logOnePlusExp(u vec) vec {
	e := double.exp(do(VORPD, double.sign(), u))
	w := do(VADDPD, double.number(1), e)
	lost := do(VSUBPD, do(VSUBPD, double.number(1), w), e) // in rounding 1 + e
	return do(VADDPD, do(VDIVPD, w, lost), double.log(w))
}

func softplus(x vec, p []vec) vec {
	u := do(VMULPD, p[0], x)
	above := do(VMAXPD, u, load(double, double.number(0)))
	y := do(VDIVPD, p[0], do(VADDPD, logOnePlusExp(u), above))
	return double.pick(do(double.compare, less, u, p[1]), x, y)
}

func logSigmoid(x vec, _ []vec) vec {
	return do(VSUBPD, logOnePlusExp(x), do(VMINPD, x, load(double, double.number(0))))
}

// ramp is min(max(x + 3, 0), 6); NaN stays.
func ramp(x vec) vec {
	y := do(VMAXPD, do(VADDPD, double.number(3), x), load(double, double.number(0)))
	return do(VMINPD, y, load(double, double.number(6)))
}

func hardSwish(x vec, _ []vec) vec {
	y := do(VDIVPD, double.constant(6), do(VMULPD, x, do(VADDPD, double.number(3), x)))
	y = double.pick(do(double.compare, atMost, x, double.constant(3)), x, y)
	return do(VANDNPD, y, do(double.compare, atMost, double.constant(-3), x))
}
