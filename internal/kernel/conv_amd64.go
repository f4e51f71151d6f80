//go:build !purego

package kernel

import "sync/atomic"

// haloBlock is how many elements of copies are in memory at a time, if that is more than
// one image.
func haloBlock() int { return (1 << 22) >> haloShift.Load() }

// haloShift makes less memory of it. It is 0 outside of the test of convolutions whose
// images do not all fit.
var haloShift atomic.Int32

// inputHalo is the halo of x in which every output position has its taps.
func (s *Conv) inputHalo() halo {
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

// reach is how far a tap is from the first one, in x.
func (s *Conv) reach(tap int) (offset [3]int) {
	for a := 2; a >= 0; a-- {
		offset[a] = tap % s.Kernel[a] * s.Dilation[a]
		tap /= s.Kernel[a]
	}
	return offset
}

// tapIn is where a tap of a group reads in the halos of its channels, for the first
// position of a line.
func (s *Conv) tapIn(h *halo, tap int) int {
	window := volume(s.Kernel[:])
	return tap/window*h.plane() + h.at(s.reach(tap%window))
}

// lineIn is where a line of positions of an image begins to read in a halo.
func (s *Conv) lineIn(h *halo, line int) int {
	return (line/s.Out[1]*h.size[1] + line%s.Out[1]) * h.size[2]
}

// eachHalo calls body with the padded planes of some images at a time, [from, to). It
// will need so many elements beside them for an image.
func eachHalo[T Float](x []T, h *halo, images, channels, beside int, body func(src []T, from, to int)) {
	image, in := channels*h.plane(), channels*volume(h.in[:])
	chunk := max(1, min(images, haloBlock()/max(1, image+beside)))
	beyond := sizesOf[T]().lanes() // the last vector may read past the last plane
	src, st := borrow[T](chunk*image + beyond)
	for from := 0; from < images; from += chunk {
		to := min(from+chunk, images)
		fill := haloFill[T]{src, x[from*in : to*in], *h}
		split((to-from)*channels, max(1, elementGrain/max(1, h.plane())), fill)
		body(src, from, to)
	}
	release(st)
}

// floorDiv is a/b rounded down, for b > 0.
func floorDiv(a, b int) int {
	if a < 0 {
		return -ceilDiv(-a, b)
	}
	return a / b
}
