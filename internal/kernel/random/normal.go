package random

import (
	"math"

	"github.com/pullback-go/pullback/internal/kernel/array"
	"github.com/pullback-go/pullback/internal/kernel/elementwise"
	"github.com/pullback-go/pullback/internal/kernel/parallel"
)

// Normals is dst = √2 erf⁻¹(u), elementwise, for the odd multiple u of 2⁻⁵³ in (-1, 1)
// that the upper 53 bits of a word name: standard normal numbers of random words, never
// infinite, and symmetric. They are computed in float64, within 5 ulp, and rounded once.
func Normals[T array.Float](dst []T, words []uint64) {
	array.WantLen("random.Normals", "words", len(words), len(dst))
	parallel.Split(len(dst), elementwise.Grain/4, normalDraws[T]{dst, words})
}

type normalDraws[T array.Float] struct {
	dst   []T
	words []uint64
}

func (d normalDraws[T]) Run(lo, hi int) {
	dst, words := d.dst[lo:hi], d.words[lo:hi]
	if !normalVectors(dst, words) {
		elementwise.Fill(dst, T(math.NaN()))
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
