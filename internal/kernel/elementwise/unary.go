package elementwise

import (
	"github.com/pullback-go/pullback/internal/kernel/array"
	"github.com/pullback-go/pullback/internal/kernel/parallel"
)

// The kernels of this file and of arith.go want slices of one length. dst may be the same
// slice as an operand, but may not overlap it otherwise.

// Grain is how many elements of cheap arithmetic are worth a goroutine.
const Grain = 1 << 14

// Unary is dst[i] = f(src[i]). f may be called from several goroutines at once.
func Unary[D, S any](dst []D, src []S, f func(S) D) {
	array.WantLen("elementwise.Unary", "src", len(src), len(dst))
	parallel.Split(len(dst), Grain, unaryJob[D, S]{dst, src, f})
}

type unaryJob[D, S any] struct {
	dst []D
	src []S
	f   func(S) D
}

func (u unaryJob[D, S]) Run(lo, hi int) {
	dst := u.dst[lo:hi]
	for i, v := range u.src[lo:hi] {
		dst[i] = u.f(v)
	}
}

// Binary is dst[i] = f(a[i], b[i]). f may be called from several goroutines at once.
func Binary[D, S any](dst []D, a, b []S, f func(a, b S) D) {
	array.WantLen("elementwise.Binary", "a", len(a), len(dst))
	array.WantLen("elementwise.Binary", "b", len(b), len(dst))
	parallel.Split(len(dst), Grain, pairs[D, S]{dst, a, b, f})
}

type pairs[D, S any] struct {
	dst  []D
	a, b []S
	f    func(a, b S) D
}

func (u pairs[D, S]) Run(lo, hi int) {
	dst, b := u.dst[lo:hi], u.b[lo:hi]
	for i, v := range u.a[lo:hi] {
		dst[i] = u.f(v, b[i])
	}
}

// Iota is dst[o,i,r] = i for dst[outer n inner]. In a float type, i is rounded.
func Iota[T array.Number](dst []T, outer, n, inner int) {
	array.WantLen("elementwise.Iota", "dst", len(dst), outer*n*inner)
	if len(dst) == 0 {
		return // there may be any number of rows, of nothing
	}
	for range outer {
		for i := range n {
			Fill(dst[:inner], T(i))
			dst = dst[inner:]
		}
	}
}
