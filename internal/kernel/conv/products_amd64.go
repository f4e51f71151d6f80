//go:build !purego

package conv

import (
	"github.com/pullback-go/pullback/internal/kernel/array"
	"github.com/pullback-go/pullback/internal/kernel/cpu"
	"github.com/pullback-go/pullback/internal/kernel/gemm"
)

// productsAtOnce is how many vectors addProducts has at most.
const productsAtOnce = 9

// addProducts adds Σ a[v·aVector + s·aStep + l] x[v·xVector + s·xStep + l] over s <
// steps, in order, to sums[v·lanes + l], for so many vectors v and their elements l.
func addProducts[T array.Float](sums, a []T, aVector, aStep int, x []T, xVector, xStep, steps, vectors int) {
	size := array.SizeOf[T]()
	lanes := gemm.SizesOf[T]().Lanes()
	_, _, _ = sums[vectors*lanes-1], a[(vectors-1)*aVector+(steps-1)*aStep+lanes-1], x[(vectors-1)*xVector+(steps-1)*xStep+lanes-1]
	ps, pa, px := array.Start(sums), array.Start(a), array.Start(x)
	aVector, aStep, xVector, xStep = aVector*size, aStep*size, xVector*size, xStep*size
	switch {
	case cpu.InUse() == cpu.AVX512 && size == 4:
		addProductsAVX512F32(ps, pa, aVector, aStep, px, xVector, xStep, steps, vectors)
	case cpu.InUse() == cpu.AVX512:
		addProductsAVX512F64(ps, pa, aVector, aStep, px, xVector, xStep, steps, vectors)
	case size == 4:
		addProductsAVX2F32(ps, pa, aVector, aStep, px, xVector, xStep, steps, vectors)
	default:
		addProductsAVX2F64(ps, pa, aVector, aStep, px, xVector, xStep, steps, vectors)
	}
}
