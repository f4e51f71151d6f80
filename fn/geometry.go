package fn

import (
	"fmt"
	"math"
	"math/bits"

	kconv "github.com/pullback-go/pullback/internal/kernel/conv"
)

// This file checks the geometry of windows before anything is multiplied. Every
// convolution, every pooling and their adjoints ask it how many windows there are and how
// far they reach. Sums and products of sizes stop at the largest int instead of wrapping
// around. Comparisons with them are therefore right for all sizes.

// longest is the largest number of elements that an axis may have together with its
// padding. Memory cannot address more, and sums of a few such numbers are ints.
const longest = math.MaxInt >> (2 + 14*(math.MaxInt>>62))

// plus returns the sum of sizes that are not negative, or the largest int if the sum is
// greater.
func plus(sizes ...int) int {
	sum := 0
	for _, n := range sizes {
		if n > math.MaxInt-sum {
			return math.MaxInt
		}
		sum += n
	}
	return sum
}

// times returns the product of two sizes that are not negative, or the largest int if the
// product is greater.
func times(a, b int) int {
	high, low := bits.Mul(uint(a), uint(b))
	if high != 0 || low > math.MaxInt {
		return math.MaxInt
	}
	return int(low)
}

// reach returns how many elements a window spans. It has k elements, each the given
// distance from the next.
func reach(k, apart int) int {
	if k < 1 {
		return 0
	}
	return plus(times(k-1, apart), 1)
}

// extent returns how many elements the windows span together, which are a stride apart.
// There is at least one window.
func extent(windows, stride, reach int) int { return plus(times(windows-1, stride), reach) }

// windowsOn returns how many windows, a stride apart, lie on the elements as a whole.
// With ceil there is one more window for elements that are left over. It returns 0 if no
// window fits.
func windowsOn(elements, reach, stride int, ceil bool) int {
	room := elements - reach
	switch {
	case reach > longest, room < 0 && !(ceil && room > -stride):
		return 0
	case room < 0:
		return 1
	}
	windows := room/stride + 1
	if ceil && room%stride != 0 {
		windows++
	}
	return windows
}

// tooLong reports an axis that has more elements, with its padding, than memory can
// address.
func tooLong(a, elements, low, high int) error {
	if plus(elements, low, max(high, 0)) <= longest {
		return nil
	}
	return fmt.Errorf("spatial axis %d: %d elements with padding %d and %d are more than memory can address: use less padding", a, elements, low, high)
}

// windowsFit reports windows of k elements that do not lie on an axis of the given size
// or that reach further than memory can address.
func windowsFit(a, size, k, windows, stride, padding, dilation int) error {
	if k < 1 || windows < 1 || size < 0 {
		return fmt.Errorf("spatial axis %d: %d windows of %d elements with stride %d, padding %d and dilation %d do not lie on %d elements",
			a, windows, k, stride, padding, dilation, size)
	}
	if extent(windows, stride, reach(k, dilation)) > longest {
		return fmt.Errorf("spatial axis %d: %d windows of %d elements with stride %d and dilation %d reach further than memory can address",
			a, windows, k, stride, dilation)
	}
	return tooLong(a, size, padding, 0)
}

// geometry describes the convolution y = conv(x, w) to the kernels. Missing spatial axes
// have length 1. The stride of a single window and the dilation of a single element have
// no effect, so they become 1.
func (op conv) geometry(x, w, y []int) kconv.Geometry {
	s := kconv.Geometry{Batch: x[0], Groups: op.Groups, CIn: x[1], COut: w[0]}
	s.In, s.Kernel, s.Out = threeAxes(x[2:], 1), threeAxes(w[2:], 1), threeAxes(y[2:], 1)
	s.Stride, s.Pad, s.Dilation = threeAxes(op.Stride, 1), threeAxes(op.Padding, 0), threeAxes(op.Dilation, 1)
	for a := range 3 {
		if s.Out[a] == 1 {
			s.Stride[a] = 1
		}
		if s.Kernel[a] == 1 {
			s.Dilation[a] = 1
		}
	}
	return s
}

// threeAxes fills in the missing leading entries of a list.
func threeAxes(list []int, missing int) [3]int {
	out := [3]int{missing, missing, missing}
	copy(out[3-len(list):], list)
	return out
}
