//go:build !purego

package elementwise

import (
	"github.com/pullback-go/pullback/internal/kernel/array"
	"github.com/pullback-go/pullback/internal/kernel/cpu"
)

// evaluateVectors is dst = f(src) with vector instructions; it reports whether there are
// any. What is left of the last vector is filled up, so that every element takes the same
// way.
func evaluateVectors[T array.Float](f realFunction, dst, src []T) bool {
	if cpu.InUse() == cpu.Plain {
		return false
	}
	lanes := cpu.Bytes256 / array.SizeOf[T]()
	n := len(dst) / lanes * lanes
	if n > 0 {
		runFunction(f, dst[:n], src[:n])
	}
	if n < len(dst) {
		var last [cpu.Bytes256 / 4]T
		copy(last[:], src[n:])
		runFunction(f, last[:lanes], last[:lanes])
		copy(dst[n:], last[:])
	}
	return true
}

// runFunction runs a kernel over whole vectors.
func runFunction[T array.Float](f realFunction, dst, src []T) {
	if array.SizeOf[T]() == 4 {
		functionF32(f, array.Start(dst), array.Start(src), len(dst))
	} else {
		functionF64(f, array.Start(dst), array.Start(src), len(dst))
	}
}

func functionF32(f realFunction, dst, src *byte, n int) {
	switch f {
	case sqrtOf:
		sqrtF32(dst, src, n)
	case reciprocalOf:
		reciprocalF32(dst, src, n)
	case roundOf:
		roundF32(dst, src, n)
	case floorOf:
		floorF32(dst, src, n)
	case ceilOf:
		ceilF32(dst, src, n)
	case truncOf:
		truncF32(dst, src, n)
	case expOf:
		expF32(dst, src, n)
	case logOf:
		logF32(dst, src, n)
	case tanhOf:
		tanhF32(dst, src, n)
	case sigmoidOf:
		sigmoidF32(dst, src, n)
	case expm1Of:
		expm1F32(dst, src, n)
	case siluOf:
		siluF32(dst, src, n)
	case erfOf:
		erfF32(dst, src, n)
	case normalCDFOf:
		normalCDFF32(dst, src, n)
	case normalDensityOf:
		normalDensityF32(dst, src, n)
	case geluOf:
		geluF32(dst, src, n)
	case geluTanhOf:
		geluTanhF32(dst, src, n)
	}
}

func functionF64(f realFunction, dst, src *byte, n int) {
	switch f {
	case sqrtOf:
		sqrtF64(dst, src, n)
	case reciprocalOf:
		reciprocalF64(dst, src, n)
	case roundOf:
		roundF64(dst, src, n)
	case floorOf:
		floorF64(dst, src, n)
	case ceilOf:
		ceilF64(dst, src, n)
	case truncOf:
		truncF64(dst, src, n)
	case expOf:
		expF64(dst, src, n)
	case logOf:
		logF64(dst, src, n)
	case tanhOf:
		tanhF64(dst, src, n)
	case sigmoidOf:
		sigmoidF64(dst, src, n)
	case expm1Of:
		expm1F64(dst, src, n)
	case siluOf:
		siluF64(dst, src, n)
	case erfOf:
		erfF64(dst, src, n)
	case normalCDFOf:
		normalCDFF64(dst, src, n)
	case normalDensityOf:
		normalDensityF64(dst, src, n)
	case geluOf:
		geluF64(dst, src, n)
	case geluTanhOf:
		geluTanhF64(dst, src, n)
	}
}
