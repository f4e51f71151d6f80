package kernel

import "math"

// Normals is dst = √2 erf⁻¹(u), elementwise, for the odd multiple u of 2⁻⁵³ in (-1, 1)
// that the upper 53 bits of a word name: standard normal numbers of random words, never
// infinite, and symmetric. They are computed in float64, within 5 ulp, and rounded once.
func Normals[T Float](dst []T, words []uint64) {
	wantLen("Normals", "words", len(words), len(dst))
	split(len(dst), elementGrain/4, normalDraws[T]{dst, words})
}

type normalDraws[T Float] struct {
	dst   []T
	words []uint64
}

func (d normalDraws[T]) run(lo, hi int) {
	dst, words := d.dst[lo:hi], d.words[lo:hi]
	if !normalVectors(dst, words) {
		Fill(dst, T(math.NaN()))
	}
	for i, v := range dst {
		if v != v { // what is far out, with vector instructions
			dst[i] = T(probit(words[i]))
		}
	}
}

// probit is the normal number of a word.
func probit(word uint64) float64 {
	odd := int64(word>>11)*2 + 1 - 1<<53
	return math.Sqrt2 * math.Erfinv(float64(odd)*0x1p-53)
}
