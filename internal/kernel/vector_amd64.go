//go:build !purego

package kernel

import "unsafe"

//go:generate go run -C asm ./vector -out ../vector_amd64.s -stubs ../vector_decl_amd64.go -pkg kernel

// dotVectors is the dot product of the first elements, in whole vectors, and how many they were.
func dotVectors[T Float](a, x []T) (sum T, done int) {
	if isa == plain {
		return 0, 0
	}
	n := len(x) / sizesOf[T]().lanes() * sizesOf[T]().lanes()
	a = a[:n]
	out := (*byte)(unsafe.Pointer(&sum))
	switch size := sizeOf[T](); {
	case isa == avx512 && size == 4:
		dotAVX512F32(out, start(a), start(x), n)
	case isa == avx512:
		dotAVX512F64(out, start(a), start(x), n)
	case size == 4:
		dotAVX2F32(out, start(a), start(x), n)
	default:
		dotAVX2F64(out, start(a), start(x), n)
	}
	return sum, n
}

// addFourColumns is dst[i] += Σ_r a[i + r·stride] x[r] over r < 4 for the first elements, in whole
// vectors, and returns how many they were.
func addFourColumns[T Float](dst, a []T, stride int, x []T) (done int) {
	n := len(dst) / sizesOf[T]().lanes() * sizesOf[T]().lanes()
	if isa == plain || n == 0 {
		return 0
	}
	_, _ = a[3*stride+n-1], x[3]
	switch size := sizeOf[T](); {
	case isa == avx512 && size == 4:
		addColumnsAVX512F32(start(dst), start(a), stride*size, start(x), n)
	case isa == avx512:
		addColumnsAVX512F64(start(dst), start(a), stride*size, start(x), n)
	case size == 4:
		addColumnsAVX2F32(start(dst), start(a), stride*size, start(x), n)
	default:
		addColumnsAVX2F64(start(dst), start(a), stride*size, start(x), n)
	}
	return n
}
