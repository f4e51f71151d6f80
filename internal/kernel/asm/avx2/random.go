package avx2

import (
	"fmt"

	. "github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"

	"github.com/pullback-go/pullback/internal/kernel/asm/program"
)

// probit is √2 erf⁻¹(u) / u in powers of 0.32 w - 1, for w = -log(1 - u²) up to 6.25:
// Chebyshev interpolation at 48 points with 40 digits, cut off where what is left is
// below 2e-17. That w is the variable in which the function is smooth is Giles' idea:
// "Approximating the erfinv function", GPU Computing Gems, 2011.
var probit = []float64{
	2.3386207100265933, 1.06135924594105913, -0.0833290935280021814, -0.0319675161586192888, 0.0251848268071178182, -0.00585104610432507337,
	-0.00179844445387599629, 0.00174299780647265659, -0.000373909105101271716, -0.000165305781493907908, 0.000132041394231691764, -0.0000212523968464716087,
	-0.0000159201184910143585, 0.000010083436566839643, -9.67244094680327874e-7, -1.49812865540668005e-6, 7.6337769072389857e-7, -1.43795559502086416e-8,
	-1.40078451676482893e-7, 5.53560961975904736e-8, 7.12706568801597598e-9, -1.2102817144701447e-8, 2.04510137541177633e-9, 1.08625609030188909e-9,
	-3.60145860235700884e-10,
}

// normals writes standard normal numbers of random words.
func normals(f format) {
	TEXT("normals"+f.name, NOSPLIT, "func(dst, words *byte, n int)")
	Pragma("noescape")
	program.Doc("normals"+f.name+" is dst[i] = √2 erf⁻¹(u), for i < n, which is a multiple of 4, u being the odd multiple of 2⁻⁵³ in (-1, 1) that is named",
		"by the upper 53 bits of the word; NaN for u² > 1 - e^-6.25. It is computed in float64 and rounded once.")
	dst, words := pointer("dst"), pointer("words")
	loopBy(4, func(at func(p reg.Register, size int) operand.Mem) {
		u := double.odd(do(double.load, at(words, 8)))
		log := double.log(do(VMULPD, do(VADDPD, double.number(1), u), do(VSUBPD, u, double.constant(1))))
		tail := do(double.compare, less, double.number(-6.25), log)
		t := do(VSUBPD, double.number(1), do(VMULPD, double.number(-0.32), log))
		f.storeWide(do(VORPD, tail, do(VMULPD, u, double.hornerInTwo(t, probit...))), at(dst, f.size))
	})
}

// odd is (2k + 1) 2⁻⁵³ - 1 for the upper 53 bits k of each word, by their first 52 and
// the last.
func (f format) odd(word vec) vec {
	most := do(three(VPOR), double.number(1), do(VPSRLQ, operand.U8(12), word)) // 1 + k div 2 · 2⁻⁵²
	rest := f.pick(do(VPSLLQ, operand.U8(52), word), f.constant(3*0x1p-53), f.number(0x1p-53))
	return do(VADDPD, rest, do(VSUBPD, f.number(3), do(VADDPD, most, most)))
}

// threefry writes the random words of Threefry-2x32, eight at a time.
func threefry() {
	TEXT("threefry", NOSPLIT, "func(dst *byte, k0, k1, k2, c0, c1 uint32, n int)")
	Pragma("noescape")
	program.Doc("threefry fills n words, a multiple of 8, with the outputs for the counters from (c0, c1) on, whose c1 does not overflow; k2 is the third key.")
	dst := pointer("dst")
	var keys [3]vec
	for i, name := range []string{"k0", "k1", "k2"} {
		keys[i] = repeatWord(name)
	}
	high := do(VPADDD, keys[0], repeatWord("c0"))
	low := do(VPADDD, load(double, table("counters", 0, 1, 4, 5, 2, 3, 6, 7)), repeatWord("c1")) // in the order of unpacking
	loopThen(8, func(at func(p reg.Register, size int) operand.Mem) {
		x0, x1 := do(double.load, high), do(VPADDD, keys[1], low)
		for group := range 5 {
			turns := [][4]uint8{{13, 15, 26, 6}, {17, 29, 16, 24}}[group%2]
			for _, turn := range turns {
				VPADDD(x1, x0, x0)
				turned := do(three(VPOR), do(VPSRLD, operand.U8(32-turn), x1), do(VPSLLD, operand.U8(turn), x1))
				VPXOR(turned, x0, x1)
			}
			VPADDD(keys[(group+1)%3], x0, x0)
			VPADDD(keys[(group+2)%3], x1, x1)
			VPADDD(load(double, table(fmt.Sprint("injection", group+1), repeated(uint32(group+1))...)), x1, x1)
		}
		VMOVDQU(do(VPUNPCKLDQ, x0, x1), at(dst, 8))
		VMOVDQU(do(VPUNPCKHDQ, x0, x1), at(dst, 8).Offset(32))
		VPADDD(load(double, table("eight", repeated(8)...)), low, low)
	})
	VZEROUPPER()
	RET()
}

func repeated(word uint32) []uint32 {
	words := make([]uint32, 8)
	for i := range words {
		words[i] = word
	}
	return words
}

// repeatWord is a vector of a parameter of 32 bits.
func repeatWord(name string) vec {
	word, one := Load(Param(name), GP32()), XMM()
	MOVD(word, one)
	return do(VPBROADCASTD, one)
}
