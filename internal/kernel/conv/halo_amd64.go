//go:build !purego

package conv

import (
	"sync/atomic"

	"github.com/pullback-go/pullback/internal/kernel/array"
	"github.com/pullback-go/pullback/internal/kernel/elementwise"
	"github.com/pullback-go/pullback/internal/kernel/gemm"
	"github.com/pullback-go/pullback/internal/kernel/parallel"
	"github.com/pullback-go/pullback/internal/kernel/scratch"
)

// halo is the geometry of a copy of planes in which every tap of every position has its
// element, at the same distance from the position wherever that is. The planes are taken
// apart by the remainders of their coordinates modulo the stride, so that neighbouring
// positions read neighbouring elements: element (f, i) along an axis of the copy is
// coordinate i·stride + f + origin of the plane, or 0 outside of it.
type halo struct {
	in, stride, origin [3]int
	parts              [3]int // how many remainders f there are
	size               [3]int // how many i there are to each
}

// part is the size of one part of a plane, and plane that of them all.
func (h *halo) part() int  { return array.Volume(h.size[:]) }
func (h *halo) plane() int { return array.Volume(h.parts[:]) * h.part() }

// at is where a padded coordinate, i·stride + f along each axis, lies in a plane.
func (h *halo) at(coordinate [3]int) int {
	part, i := 0, 0
	for a, c := range coordinate {
		part = part*h.parts[a] + c%h.stride[a]
		i = i*h.size[a] + c/h.stride[a]
	}
	return part*h.part() + i
}

// fillHalo writes the copy of a plane.
func fillHalo[T array.Float](dst, plane []T, h *halo) {
	for f0 := range h.parts[0] {
		for f1 := range h.parts[1] {
			for f2 := range h.parts[2] {
				fillPart(dst[:h.part()], plane, h, [3]int{f0, f1, f2})
				dst = dst[h.part():]
			}
		}
	}
}

func fillPart[T array.Float](dst, plane []T, h *halo, f [3]int) {
	for i0 := range h.size[0] {
		for i1 := range h.size[1] {
			line := dst[:h.size[2]]
			dst = dst[h.size[2]:]
			c0, c1 := i0*h.stride[0]+f[0]+h.origin[0], i1*h.stride[1]+f[1]+h.origin[1]
			if uint(c0) < uint(h.in[0]) && uint(c1) < uint(h.in[1]) {
				from := (c0*h.in[1] + c1) * h.in[2]
				readLine(line, plane[from:from+h.in[2]], f[2]+h.origin[2], h.stride[2])
			} else {
				clear(line)
			}
		}
	}
}

// haloFill fills the copies of planes, which follow one another on both sides.
type haloFill[T array.Float] struct {
	dst, src []T
	halo     halo
}

func (f haloFill[T]) Run(lo, hi int) {
	plane, in := f.halo.plane(), array.Volume(f.halo.in[:])
	for u := lo; u < hi; u++ {
		fillHalo(f.dst[u*plane:(u+1)*plane], f.src[u*in:(u+1)*in], &f.halo)
	}
}

// inputHalo is the halo of x in which every output position has its taps.
func (s *Geometry) inputHalo() halo {
	h := halo{in: s.In, stride: s.Stride}
	for a := range 3 {
		h.origin[a], h.parts[a] = -s.Pad[a], 1
		for k := range s.Kernel[a] {
			h.parts[a] = max(h.parts[a], k*s.Dilation[a]%s.Stride[a]+1)
		}
		h.size[a] = s.Out[a] + max(0, s.Kernel[a]-1)*s.Dilation[a]/s.Stride[a]
	}
	return h
}

// haloBlock is how many elements of copies are in memory at a time, if that is more than
// one image.
func haloBlock() int { return (1 << 22) >> haloShift.Load() }

// haloShift makes less memory of it. It is 0 outside of the test of convolutions whose
// images do not all fit.
var haloShift atomic.Int32

// eachHalo calls body with the padded planes of some images at a time, [from, to). It
// will need so many elements beside them for an image.
func eachHalo[T array.Float](x []T, h *halo, images, channels, beside int, body func(src []T, from, to int)) {
	image, in := channels*h.plane(), channels*array.Volume(h.in[:])
	chunk := max(1, min(images, haloBlock()/max(1, image+beside)))
	beyond := gemm.SizesOf[T]().Lanes() // the last vector may read past the last plane
	src, st := scratch.Borrow[T](chunk*image + beyond)
	for from := 0; from < images; from += chunk {
		to := min(from+chunk, images)
		fill := haloFill[T]{src, x[from*in : to*in], *h}
		parallel.Split((to-from)*channels, max(1, elementwise.Grain/max(1, h.plane())), fill)
		body(src, from, to)
	}
	scratch.Release(st)
}
