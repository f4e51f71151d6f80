package avx2

import (
	. "github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"

	"github.com/pullback-go/pullback/internal/kernel/asm/program"
)

// norms writes what is computed in float64 for either format.
func norms(f format) {
	normalize(f)
	standardize(f)
	moment(f, "sumWide", "x[i]", "", nil)
	moment(f, "squaresWide", "(x[i] - mean)²", "mean", func(v, mean vec) vec {
		d := do(VSUBPD, mean, v)
		return do(VMULPD, d, d)
	})
	expSum(f)
}

func normalize(f format) {
	TEXT("normalize"+f.name, NOSPLIT, "func(dst, x, terms *byte, n int)")
	Pragma("noescape")
	program.Doc("normalize"+f.name+" is dst[i] = (x[i] - mean)·gain + bias, for i < n, which is a multiple of 4. terms are mean, gain and bias in float64,",
		"in which it is computed and rounded at each step.")
	dst, x, terms := pointer("dst"), pointer("x"), pointer("terms")
	var term [3]vec
	for i := range term {
		term[i] = do(VBROADCASTSD, operand.Mem{Base: terms, Disp: 8 * i})
	}
	loopBy(4, func(at func(p reg.Register, size int) operand.Mem) {
		v := do(VSUBPD, term[0], f.wide(at(x, f.size)))
		f.storeWide(do(VADDPD, term[2], do(VMULPD, term[1], v)), at(dst, f.size))
	})
}

// wide loads four numbers as float64.
func (f format) wide(from operand.Mem) vec {
	if f.size == 4 {
		return do(VCVTPS2PD, from)
	}
	return do(VMOVUPD, from)
}

// storeWide rounds four numbers to the format and stores them.
func (f format) storeWide(v vec, to operand.Mem) {
	if f.size == 8 {
		VMOVUPD(v, to)
		return
	}
	half := XMM()
	VCVTPD2PSY(v, half)
	VMOVUPS(half, to)
}

func standardize(f format) {
	TEXT("standardize"+f.name, NOSPLIT, "func(dst, x, scale, bias, terms *byte, n int)")
	Pragma("noescape")
	program.Doc("standardize"+f.name+" is dst[i] = (x[i] - mean)·gain·scale[i] + bias[i], for i < n, which is a multiple of 4. terms are mean and gain in",
		"float64, in which it is computed and rounded at each step.")
	dst, x, scale, bias, terms := pointer("dst"), pointer("x"), pointer("scale"), pointer("bias"), pointer("terms")
	mean, gain := do(VBROADCASTSD, operand.Mem{Base: terms}), do(VBROADCASTSD, operand.Mem{Base: terms, Disp: 8})
	loopBy(4, func(at func(p reg.Register, size int) operand.Mem) {
		v := do(VMULPD, gain, do(VSUBPD, mean, f.wide(at(x, f.size))))
		v = do(VMULPD, f.wide(at(scale, f.size)), v)
		f.storeWide(do(VADDPD, f.wide(at(bias, f.size)), v), at(dst, f.size))
	})
}

// moment writes a sum in float64, of what term makes of an element and the number that a
// parameter points to.
func moment(f format, name, formula, parameter string, term func(v, p vec) vec) {
	signature := "func(out, x *byte, n int)"
	if term != nil {
		signature = "func(out, x, " + parameter + " *byte, n int)"
	}
	TEXT(name+f.name, NOSPLIT, signature)
	Pragma("noescape")
	program.Doc(name + f.name + " sets the four float64 out to sums of " + formula + " over i < n, which is a multiple of 16.")
	out, x := pointer("out"), pointer("x")
	var p vec
	if term != nil {
		p = do(VBROADCASTSD, operand.Mem{Base: pointer(parameter)})
	}
	var sums [4]vec
	for r := range sums {
		sums[r] = load(double, double.number(0)).(vec)
	}
	loopThen(16, func(at func(p reg.Register, size int) operand.Mem) {
		for r, sum := range sums {
			v := f.wide(at(x, f.size).Offset(4 * f.size * r))
			if term != nil {
				v = term(v, p)
			}
			VADDPD(v, sum, sum)
		}
	})
	VMOVUPD(do(VADDPD, do(VADDPD, sums[3], sums[2]), do(VADDPD, sums[1], sums[0])), operand.Mem{Base: out})
	VZEROUPPER()
	RET()
}

func expSum(f format) {
	TEXT("expSum"+f.name, NOSPLIT, "func(dst, x, shift, sums *byte, n int)")
	Pragma("noescape")
	program.Doc("expSum"+f.name+" is dst[i] = e^(x[i] - shift) for i < n, which is a multiple of 4. It is computed in float64, as shift is, and added to the",
		"four float64 sums before it is rounded.")
	dst, x, sums := pointer("dst"), pointer("x"), pointer("sums")
	shift := do(VBROADCASTSD, operand.Mem{Base: pointer("shift")})
	sum := do(VMOVUPD, operand.Mem{Base: sums})
	loopThen(4, func(at func(p reg.Register, size int) operand.Mem) {
		e := double.exp(do(VSUBPD, shift, f.wide(at(x, f.size))))
		VADDPD(e, sum, sum)
		f.storeWide(e, at(dst, f.size))
	})
	VMOVUPD(sum, operand.Mem{Base: sums})
	VZEROUPPER()
	RET()
}
