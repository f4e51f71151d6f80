package half

import "github.com/pullback-go/pullback/internal/kernel/parallel"

// grain is the number of elements that are worth a second core.
const grain = 1 << 14

// Widen16s is dst = src, of binary16.
func Widen16s[H ~uint16](dst []float32, src []H) {
	parallel.Split(len(dst), grain, widen16[H]{dst, src[:len(dst)]})
}

// Narrow16s is dst = src, rounded to binary16.
func Narrow16s[H ~uint16](dst []H, src []float32) {
	parallel.Split(len(dst), grain, narrow16[H]{dst, src[:len(dst)]})
}

// WidenBs is dst = src, of bfloat16.
func WidenBs[H ~uint16](dst []float32, src []H) {
	parallel.Split(len(dst), grain, widenB[H]{dst, src[:len(dst)]})
}

// NarrowBs is dst = src, rounded to bfloat16.
func NarrowBs[H ~uint16](dst []H, src []float32) {
	parallel.Split(len(dst), grain, narrowB[H]{dst, src[:len(dst)]})
}

type widen16[H ~uint16] struct {
	dst []float32
	src []H
}

func (j widen16[H]) Run(lo, hi int) {
	dst := j.dst[lo:hi]
	for i, h := range j.src[lo:hi] {
		dst[i] = Widen16(uint16(h))
	}
}

type narrow16[H ~uint16] struct {
	dst []H
	src []float32
}

func (j narrow16[H]) Run(lo, hi int) {
	dst := j.dst[lo:hi]
	for i, x := range j.src[lo:hi] {
		dst[i] = H(Narrow16(x))
	}
}

type widenB[H ~uint16] struct {
	dst []float32
	src []H
}

func (j widenB[H]) Run(lo, hi int) {
	dst := j.dst[lo:hi]
	for i, h := range j.src[lo:hi] {
		dst[i] = WidenB(uint16(h))
	}
}

type narrowB[H ~uint16] struct {
	dst []H
	src []float32
}

func (j narrowB[H]) Run(lo, hi int) {
	dst := j.dst[lo:hi]
	for i, x := range j.src[lo:hi] {
		dst[i] = H(NarrowB(x))
	}
}
