//go:build !purego

package kernel

import "unsafe"

// dotVectors is the dot product of the first elements, in whole vectors, and how many
// they were.
func dotVectors[T Float](a, x []T) (sum T, done int) {
	if isa() == plain {
		return 0, 0
	}
	n := len(x) / sizesOf[T]().lanes() * sizesOf[T]().lanes()
	a = a[:n]
	out := (*byte)(unsafe.Pointer(&sum))
	switch size := sizeOf[T](); {
	case isa() == avx512 && size == 4:
		dotAVX512F32(out, start(a), start(x), n)
	case isa() == avx512:
		dotAVX512F64(out, start(a), start(x), n)
	case size == 4:
		dotAVX2F32(out, start(a), start(x), n)
	default:
		dotAVX2F64(out, start(a), start(x), n)
	}
	return sum, n
}

// dotRows sets sums to the dot products of the first elements, in whole vectors, of lines
// of a that are stride apart, with the bits of dotVectors. It returns how many lines and
// elements they were.
func dotRows[T Float](sums, a []T, stride int, x []T) (rows, done int) {
	atOnce, lanes := 2, sizesOf[T]().lanes()
	if isa() == avx512 {
		atOnce = 4
	}
	size, groups := sizeOf[T](), len(sums)/atOnce
	n := len(x) / lanes * lanes
	if isa() == plain || groups == 0 || n == 0 {
		return 0, 0
	}
	rows = groups * atOnce
	_ = a[(rows-1)*stride+n-1]
	ps, pa, px := start(sums), start(a), start(x)
	switch {
	case isa() == avx512 && size == 4:
		dotsAVX512F32(ps, pa, stride*size, px, n, groups)
	case isa() == avx512:
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
func addSomeColumns[T Float](dst, a []T, stride int, x []T) (done int) {
	n := len(dst) / sizesOf[T]().lanes() * sizesOf[T]().lanes()
	if isa() == plain || n == 0 {
		return 0
	}
	columns := len(x)
	_ = a[(columns-1)*stride+n-1]
	switch size := sizeOf[T](); {
	case isa() == avx512 && size == 4:
		addColumnsAVX512F32(start(dst), start(a), stride*size, start(x), columns, n)
	case isa() == avx512:
		addColumnsAVX512F64(start(dst), start(a), stride*size, start(x), columns, n)
	case size == 4:
		addColumnsAVX2F32(start(dst), start(a), stride*size, start(x), columns, n)
	default:
		addColumnsAVX2F64(start(dst), start(a), stride*size, start(x), columns, n)
	}
	return n
}
