//go:build !purego

package elementwise

import (
	"github.com/pullback-go/pullback/internal/kernel/array"
	"github.com/pullback-go/pullback/internal/kernel/cpu"
)

// reshapeVectors is dst = f(src) with vector instructions; it reports whether there are
// any. What is left of the last vector is filled up, so that every element takes the same
// way.
func reshapeVectors[T array.Float](f shapedFunction, dst, src []T, p [3]float64) bool {
	if cpu.InUse() == cpu.Plain {
		return false
	}
	n := len(dst) / 4 * 4
	if n > 0 {
		runShaped(f, dst[:n], src[:n], p)
	}
	if n < len(dst) {
		var last [4]T
		copy(last[:], src[n:])
		runShaped(f, last[:], last[:], p)
		copy(dst[n:], last[:])
	}
	return true
}

// runShaped runs a kernel over whole vectors.
func runShaped[T array.Float](f shapedFunction, dst, src []T, p [3]float64) {
	if array.SizeOf[T]() == 4 {
		shapedF32(f, array.Start(dst), array.Start(src), array.Start(p[:]), len(dst))
	} else {
		shapedF64(f, array.Start(dst), array.Start(src), array.Start(p[:]), len(dst))
	}
}

func shapedF32(f shapedFunction, dst, src, p *byte, n int) {
	switch f {
	case leakyOf:
		leakyF32(dst, src, p, n)
	case expBelowOf:
		expBelowF32(dst, src, p, n)
	case softplusOf:
		softplusF32(dst, src, p, n)
	case logSigmoidOf:
		logSigmoidF32(dst, src, p, n)
	case hardSigmoidOf:
		hardSigmoidF32(dst, src, p, n)
	case hardSwishOf:
		hardSwishF32(dst, src, p, n)
	case rsqrtOf:
		rsqrtF32(dst, src, p, n)
	case log1pOf:
		log1pF32(dst, src, p, n)
	case softsignOf:
		softsignF32(dst, src, p, n)
	case thresholdOf:
		thresholdF32(dst, src, p, n)
	}
}

func shapedF64(f shapedFunction, dst, src, p *byte, n int) {
	switch f {
	case leakyOf:
		leakyF64(dst, src, p, n)
	case expBelowOf:
		expBelowF64(dst, src, p, n)
	case softplusOf:
		softplusF64(dst, src, p, n)
	case logSigmoidOf:
		logSigmoidF64(dst, src, p, n)
	case hardSigmoidOf:
		hardSigmoidF64(dst, src, p, n)
	case hardSwishOf:
		hardSwishF64(dst, src, p, n)
	case rsqrtOf:
		rsqrtF64(dst, src, p, n)
	case log1pOf:
		log1pF64(dst, src, p, n)
	case softsignOf:
		softsignF64(dst, src, p, n)
	case thresholdOf:
		thresholdF64(dst, src, p, n)
	}
}
