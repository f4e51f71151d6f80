package avx2

import (
	"math"

	. "github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"

	"github.com/pullback-go/pullback/internal/kernel/asm/program"
)

// shaped writes functions of one number that have parameters or pieces, in float64 for
// either format.
func shaped(f format) {
	wide(f, "leaky", "x > 0 ? x : p[0]·x", 1, leaky)
	wide(f, "expBelow", "x > 0 ? p[0]·x : p[1]·(e^(p[2]·x) - 1)", 3, expBelow)
	wide(f, "softplus", "u > p[1] ? x : log(1 + e^u) / p[0], u = p[0]·x", 2, softplus)
	wide(f, "logSigmoid", "-log(1 + e^-x)", 0, logSigmoid)
	wide(f, "hardSigmoid", "min(max(x + 3, 0), 6) / 6", 0, func(x vec, _ []vec) vec { return do(VDIVPD, double.constant(6), ramp(x)) })
	wide(f, "rsqrt", "1 / √x", 0, func(x vec, _ []vec) vec { return do(VDIVPD, do(VSQRTPD, x), double.constant(1)) })
	wide(f, "log1p", "log(1 + x)", 0, log1p)
	wide(f, "softsign", "x / (1 + |x|)", 0, softsign)
	wide(f, "threshold", "x <= p[0] ? p[1] : x", 2, func(x vec, p []vec) vec {
		return double.pick(do(double.compare, atMost, p[0], x), p[1], x)
	})
	wide(f, "hardSwish", "x·min(max(x + 3, 0), 6) / 6", 0, hardSwish)
}

func wide(f format, name, formula string, parameters int, op func(x vec, p []vec) vec) {
	TEXT(name+f.name, NOSPLIT, "func(dst, src, p *byte, n int)")
	Pragma("noescape")
	program.Doc(name+f.name+" is dst[i] = "+formula+" with x = src[i], for i < n, which is a multiple of 4. The parameters p and the arithmetic",
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
	w, lost := onePlus(e)
	return do(VADDPD, do(VDIVPD, w, lost), double.log(w))
}

// onePlus is 1 + x, and what was lost in rounding it.
func onePlus(x vec) (w, lost vec) {
	w = do(VADDPD, double.number(1), x)
	return w, do(VSUBPD, do(VSUBPD, double.number(1), w), x)
}

// log1p is log w + lost / w for w = 1 + x, with the sign of x. At both ends nothing was
// lost.
func log1p(x vec, _ []vec) vec {
	w, lost := onePlus(x)
	inside := do(VANDPD, do(double.compare, less, double.number(math.Inf(1)), w), do(double.compare, unequal, double.number(0), w))
	y := do(VADDPD, do(VANDPD, inside, do(VDIVPD, w, lost)), double.log(w))
	return do(VORPD, do(VANDPD, double.sign(), x), y)
}

// softsign has no number beyond which it is ±1, as infinity over infinity is not.
func softsign(x vec, _ []vec) vec {
	last := double.number(math.MaxFloat64)
	sign := do(VANDPD, double.sign(), x)
	size := do(VMINPD, do(VXORPD, sign, x), load(double, last))
	return do(VORPD, sign, do(VDIVPD, do(VADDPD, double.number(1), size), size))
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
