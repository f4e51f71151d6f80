//go:build !purego

package gemm

import (
	"unsafe"

	"github.com/pullback-go/pullback/internal/kernel/array"
	"github.com/pullback-go/pullback/internal/kernel/cpu"
)

// dotVectors is the dot product of the first elements, in whole vectors, and how many
// they were.
func dotVectors[T array.Float](a, x []T) (sum T, done int) {
	if cpu.InUse() == cpu.Plain {
		return 0, 0
	}
	n := len(x) / SizesOf[T]().Lanes() * SizesOf[T]().Lanes()
	a = a[:n]
	out := (*byte)(unsafe.Pointer(&sum))
	switch size := array.SizeOf[T](); {
	case cpu.InUse() == cpu.AVX512 && size == 4:
		dotAVX512F32(out, array.Start(a), array.Start(x), n)
	case cpu.InUse() == cpu.AVX512:
		dotAVX512F64(out, array.Start(a), array.Start(x), n)
	case size == 4:
		dotAVX2F32(out, array.Start(a), array.Start(x), n)
	default:
		dotAVX2F64(out, array.Start(a), array.Start(x), n)
	}
	return sum, n
}

// dotRows sets sums to the dot products of the first elements, in whole vectors, of lines
// of a that are stride apart, with the bits of dotVectors. It returns how many lines and
// elements they were.
func dotRows[T array.Float](sums, a []T, stride int, x []T) (rows, done int) {
	atOnce, lanes := 2, SizesOf[T]().Lanes()
	if cpu.InUse() == cpu.AVX512 {
		atOnce = 4
	}
	size, groups := array.SizeOf[T](), len(sums)/atOnce
	n := len(x) / lanes * lanes
	if cpu.InUse() == cpu.Plain || groups == 0 || n == 0 {
		return 0, 0
	}
	rows = groups * atOnce
	_ = a[(rows-1)*stride+n-1]
	ps, pa, px := array.Start(sums), array.Start(a), array.Start(x)
	switch {
	case cpu.InUse() == cpu.AVX512 && size == 4:
		dotsAVX512F32(ps, pa, stride*size, px, n, groups)
	case cpu.InUse() == cpu.AVX512:
		dotsAVX512F64(ps, pa, stride*size, px, n, groups)
	case size == 4:
		dotsAVX2F32(ps, pa, stride*size, px, n, groups)
	default:
		dotsAVX2F64(ps, pa, stride*size, px, n, groups)
	}
	return rows, n
}

// addSomeColumns is dst[i] += Σ_r a[i + r·stride] x[r] over all of x, of which there are
// up to columnsAtOnce, for the first elements, in whole vectors, and returns how many
// they were.
func addSomeColumns[T array.Float](dst, a []T, stride int, x []T) (done int) {
	n := len(dst) / SizesOf[T]().Lanes() * SizesOf[T]().Lanes()
	if cpu.InUse() == cpu.Plain || n == 0 {
		return 0
	}
	columns := len(x)
	_ = a[(columns-1)*stride+n-1]
	switch size := array.SizeOf[T](); {
	case cpu.InUse() == cpu.AVX512 && size == 4:
		addColumnsAVX512F32(array.Start(dst), array.Start(a), stride*size, array.Start(x), columns, n)
	case cpu.InUse() == cpu.AVX512:
		addColumnsAVX512F64(array.Start(dst), array.Start(a), stride*size, array.Start(x), columns, n)
	case size == 4:
		addColumnsAVX2F32(array.Start(dst), array.Start(a), stride*size, array.Start(x), columns, n)
	default:
		addColumnsAVX2F64(array.Start(dst), array.Start(a), stride*size, array.Start(x), columns, n)
	}
	return n
}
