package heatmap

import (
	"fmt"
	"math"
	"slices"
)

// Bounds returns the smallest and the largest value of data over the given axes. If
// symmetric, it returns -m and m for the largest absolute value m. The results keep the
// rank of shape, with length 1 at these axes. Without axes, it reduces over all but the
// first one, so that every image of a batch has its own bounds. NaN and infinities are
// errors.
func Bounds[T float32 | float64](data []T, shape []int, symmetric bool, axes ...int) (lo, hi []T, err error) {
	if err := checkSize(len(data), shape); err != nil {
		return nil, nil, err
	}
	if err := checkFinite(data, shape); err != nil {
		return nil, nil, err
	}
	kept, size, err := reduction(shape, axes)
	if err != nil {
		return nil, nil, err
	}
	lo, hi = make([]T, size), make([]T, size)
	seen := make([]bool, size)
	for i, v := range data {
		to := kept.reduced(i)
		if !seen[to] {
			lo[to], hi[to], seen[to] = v, v, true
		}
		lo[to], hi[to] = min(lo[to], v), max(hi[to], v)
	}
	for to := range lo {
		if symmetric {
			lo[to], hi[to] = around(lo[to], hi[to])
		}
	}
	return lo, hi, nil
}

// around returns the smallest interval around 0 that holds lo and hi.
func around[T float32 | float64](lo, hi T) (T, T) {
	m := max(-lo, hi)
	return -m, m
}

// strides maps positions in the data to positions in a reduction over some axes. These
// axes have stride 0.
type strides struct{ shape, stride []int }

func reduction(shape, axes []int) (strides, int, error) {
	s := strides{shape, make([]int, len(shape))}
	size := 1
	for _, axis := range axes {
		if axis < 0 || axis >= len(shape) {
			return s, 0, fmt.Errorf("heatmap: axis %d is not in 0..%d, the axes of shape %v", axis, len(shape)-1, shape)
		}
	}
	for axis := len(shape) - 1; axis >= 0; axis-- {
		if reduced := slices.Contains(axes, axis) || len(axes) == 0 && axis > 0; !reduced {
			s.stride[axis] = size
			size *= shape[axis]
		}
	}
	return s, size, nil
}

func (s strides) reduced(i int) (to int) {
	for axis := len(s.shape) - 1; axis >= 0; axis-- {
		to += i % s.shape[axis] * s.stride[axis]
		i /= s.shape[axis]
	}
	return to
}

// checkFinite reports the first NaN or infinity.
func checkFinite[T float32 | float64](data []T, shape []int) error {
	for i, v := range data {
		if math.IsNaN(float64(v)) || math.IsInf(float64(v), 0) {
			return fmt.Errorf("heatmap: the value at %v is %v; a color map has no place for it: put a number there", index(i, shape), v)
		}
	}
	return nil
}

// index returns the position of element i on every axis.
func index(i int, shape []int) []int {
	at := make([]int, len(shape))
	for axis := len(shape) - 1; axis >= 0; axis-- {
		at[axis] = i % shape[axis]
		i /= shape[axis]
	}
	return at
}

// level returns 255·(v - lo)/(hi - lo), clipped to 0..255 and truncated to a byte. If lo
// equals hi, it returns 127, the middle.
func level[T float32 | float64](v, lo, hi T) uint8 {
	if lo == hi {
		return 127
	}
	if span := hi - lo; math.IsInf(float64(span), 0) {
		v, lo, hi = v/2, lo/2, hi/2
	}
	return uint8(min(max((v-lo)/(hi-lo)*255, 0), 255))
}
