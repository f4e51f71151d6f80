package method

import (
	"slices"
	"testing"
)

func TestWindows(t *testing.T) {
	for _, c := range []struct {
		list, shape, want, half []int
	}{
		{nil, []int{1, 3, 224, 100}, []int{3, 56, 25}, []int{3, 28, 12}},
		{[]int{5}, []int{1, 3, 224, 100}, []int{3, 5, 5}, []int{3, 2, 2}},
		{[]int{5, 7}, []int{1, 3, 224, 100}, []int{3, 5, 7}, []int{3, 2, 3}},
		{[]int{2, 5, 7}, []int{1, 3, 224, 100}, []int{2, 5, 7}, []int{1, 2, 3}},
		{[]int{300}, []int{1, 3, 224, 100}, []int{3, 224, 100}, []int{3, 224, 100}},
		{nil, []int{1, 100}, []int{25}, []int{12}},
		{[]int{1}, []int{1, 100}, []int{1}, []int{1}},
		{nil, []int{1, 2, 3}, []int{2, 1}, []int{2, 1}},
		{[]int{1, 2, 3, 4}, []int{1, 100}, []int{1, 2, 3, 4}, nil}, // too many, which the attributor says
	} {
		window := perAxis(c.list, c.shape, 4)
		if !slices.Equal(window, c.want) {
			t.Errorf("%v of %v: got the window %v, want %v", c.list, c.shape, window, c.want)
		}
		if half := halves(window, c.shape); c.half != nil && !slices.Equal(half, c.half) {
			t.Errorf("%v of %v: got the stride %v, want %v", c.list, c.shape, half, c.half)
		}
	}
}
