package layout

import (
	"fmt"

	"github.com/pullback-go/pullback/internal/kernel/array"
)

// Permute transposes: axis i of dst is axis perm[i] of src, whose shape is given.
func Permute[E any](dst, src []E, shape, perm []int) {
	array.WantLen("layout.Permute", "perm", len(perm), len(shape))
	array.WantLen("layout.Permute", "src", len(src), array.Volume(shape))
	array.WantLen("layout.Permute", "dst", len(dst), len(src))
	if len(dst) == 0 {
		return
	}
	var n nest
	for _, axis := range perm {
		n.add(shape[axis], array.Volume(shape[axis+1:]))
	}
	gather(dst, src, n)
}

// Broadcast fills dst, of the given shape, from src: element i of dst is src[Σ_a i_a ·
// strides[a]]. A stride of 0 repeats src along its axis. Strides are not negative.
func Broadcast[E any](dst, src []E, shape, strides []int) {
	array.WantLen("layout.Broadcast", "strides", len(strides), len(shape))
	array.WantLen("layout.Broadcast", "dst", len(dst), array.Volume(shape))
	if len(dst) == 0 {
		return
	}
	var n nest
	for a, size := range shape {
		n.add(size, strides[a])
	}
	gather(dst, src, n)
}

// Slice takes every step[a]-th element of src, of the given shape, from start[a] on,
// size[a] of them along each axis a: dst[i] = src[start + i·step]. A negative step goes
// backward.
func Slice[E any](dst, src []E, shape, start, size, step []int) {
	array.WantLen("layout.Slice", "src", len(src), array.Volume(shape))
	array.WantLen("layout.Slice", "dst", len(dst), array.Volume(size))
	if len(dst) == 0 {
		return
	}
	gather(dst, src, slicing("layout.Slice", shape, start, size, step))
}

// SliceAdd is the adjoint of [Slice]: dst, of the given shape, is zeroed, and then
// dst[start + i·step] += src[i].
func SliceAdd[T array.Number](dst, src []T, shape, start, size, step []int) {
	array.WantLen("layout.SliceAdd", "dst", len(dst), array.Volume(shape))
	array.WantLen("layout.SliceAdd", "src", len(src), array.Volume(size))
	clear(dst)
	if len(src) == 0 {
		return
	}
	scatterAdd(dst, src, slicing("layout.SliceAdd", shape, start, size, step))
}

// slicing is the nest that reads a slice.
func slicing(fn string, shape, start, size, step []int) nest {
	array.WantLen(fn, "start", len(start), len(shape))
	array.WantLen(fn, "size", len(size), len(shape))
	array.WantLen(fn, "step", len(step), len(shape))
	var n nest
	for a := range shape {
		stride := array.Volume(shape[a+1:])
		n.offset += start[a] * stride
		n.add(size[a], step[a]*stride)
	}
	return n
}

// Concat puts arrays one behind the other along an axis: srcs[k] is [outer widths[k]],
// each width being the size along that axis times that of the axes after it, and dst is
// [outer Σ widths].
func Concat[E any](dst []E, srcs [][]E, outer int, widths []int) {
	array.WantLen("layout.Concat", "widths", len(widths), len(srcs))
	row := 0
	for _, width := range widths {
		row += width
	}
	array.WantLen("layout.Concat", "dst", len(dst), outer*row)
	if len(dst) == 0 {
		outer = 0 // or the rows of nothing, of which there may be any number, are counted
	}
	at := 0
	for k, src := range srcs {
		if len(src) != outer*widths[k] {
			array.BadLen("layout.Concat", fmt.Sprint("operand ", k), len(src), outer*widths[k], "")
		}
		for o := range outer {
			copy(dst[o*row+at:], src[o*widths[k]:(o+1)*widths[k]])
		}
		at += widths[k]
	}
}
