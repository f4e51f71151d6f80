package heatmap

import (
	"fmt"
	"math/bits"
)

// maxPixels bounds every image made here, so that a wrong size is an error and does not
// use up the memory.
const maxPixels = 1 << 28

// A layout reads the axes of data as n images of h by w pixels with c channels.
type layout struct {
	n, h, w, c   int
	channelFirst bool
}

// layoutOf interprets shape. With batch, the first axis counts images: [n h w], [n c h w]
// or [n h w c]. Otherwise the shape is that of one image: [h w], [c h w] or [h w c]. An
// axis of length 1 or 3 counts as channels, the last one before the first.
func layoutOf(shape []int, batch bool) (layout, error) {
	l := layout{n: 1, c: 1}
	one := shape
	if batch && len(shape) > 0 {
		l.n, one = shape[0], shape[1:]
	}
	switch {
	case len(one) == 2:
		l.h, l.w = one[0], one[1]
	case len(one) == 3 && isChannels(one[2]):
		l.h, l.w, l.c = one[0], one[1], one[2]
	case len(one) == 3 && isChannels(one[0]):
		l.c, l.h, l.w, l.channelFirst = one[0], one[1], one[2], true
	default:
		return l, shapeError(shape, batch)
	}
	return l, nil
}

func isChannels(n int) bool { return n == 1 || n == 3 }

func shapeError(shape []int, batch bool) error {
	switch rank := len(shape); {
	case batch && rank == 4:
		return fmt.Errorf("heatmap: shape %v: neither axis 1 nor axis 3 is a channel axis of length 1 or 3; choose channels, or draw each as an image", shape)
	case batch:
		return fmt.Errorf("heatmap: shape %v: a grid takes [n h w], [n c h w] or [n h w c]", shape)
	case rank == 3:
		return fmt.Errorf("heatmap: shape %v: neither axis 0 nor axis 2 is a channel axis of length 1 or 3; "+
			"set Grid if axis 0 counts images", shape)
	case rank == 4:
		return fmt.Errorf("heatmap: shape %v: set Grid to draw a batch of images", shape)
	}
	return fmt.Errorf("heatmap: shape %v: an image is [h w], [c h w] or [h w c]", shape)
}

// checkSize returns an error unless the shape has as many elements as there are values,
// and at least one.
func checkSize(values int, shape []int) error {
	size := uint(1)
	for axis, n := range shape {
		if n < 1 {
			return fmt.Errorf("heatmap: shape %v: axis %d has length %d, want at least 1", shape, axis, n)
		}
		high, low := bits.Mul(size, uint(n))
		if high != 0 {
			return fmt.Errorf("heatmap: shape %v: too large to be counted; draw a part of it", shape)
		}
		size = low
	}
	if uint(values) != size {
		return fmt.Errorf("heatmap: %d values for shape %v, which has %d; give the shape of the data", values, shape, size)
	}
	return nil
}

// checkPixels returns an error if an image of rows·h by cols·w pixels is too large.
func checkPixels(what string, rows, h, cols, w int) error {
	size := uint(1)
	for _, n := range []int{rows, h, cols, w} {
		high, low := bits.Mul(size, uint(n))
		if high != 0 || low > maxPixels {
			return fmt.Errorf("heatmap: %s: %d·%d by %d·%d pixels are more than %d", what, rows, h, cols, w, maxPixels)
		}
		size = low
	}
	return nil
}

// at returns the position of a channel of a pixel of image i.
func (l layout) at(i, y, x, k int) int {
	if l.channelFirst {
		return ((i*l.c+k)*l.h+y)*l.w + x
	}
	return ((i*l.h+y)*l.w+x)*l.c + k
}
