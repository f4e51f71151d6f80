//go:build !purego

package conv

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/pullback-go/pullback/internal/kernel/scratch"
)

// TestConvInParts: images that do not fit into memory together are worked on one by one,
// and the weights' sums go on from one to the next.
func TestConvInParts(t *testing.T) {
	defer haloShift.Store(haloShift.Load())
	r := rand.New(rand.NewPCG(23, 24))
	for _, shift := range []int32{22, 9} { // 1 element, or 8192
		haloShift.Store(shift)
		for i, s := range []Geometry{square(4, 1, 29, 6, 5, 3, 1), square(3, 2, 60, 10, 6, 3, 2), square(3, 1, 33, 5, 4, 4, 1)} {
			runConv[float32](t, r, fmt.Sprint(shift, i), s)
			runConv[float64](t, r, fmt.Sprint(shift, i), s)
		}
	}
}

// TestFaultC2Classes: there is a class for each remainder that a tap reaches, and no
// other.
func TestFaultC2Classes(t *testing.T) {
	for _, c := range []struct{ in, kernel, stride, dilation, want int }{
		{100, 3, 1, 1, 1}, {100, 3, 2, 1, 2}, {100, 1, 2, 1, 1}, {100, 3, 10, 1, 3}, {100, 3, 4, 2, 2}, {100, 9, 6, 4, 3}, {4, 3, 10_000, 1, 3},
		{2, 3, 10_000, 1, 2}, {100, 3, 10_000, 1000, 1}, {100, 50, 7, 1, 7},
	} {
		s := Geometry{Batch: 1, Groups: 1, CIn: 1, COut: 1, In: [3]int{1, c.in, c.in}, Kernel: [3]int{1, c.kernel, c.kernel}, Out: [3]int{1, 1, 1},
			Stride: [3]int{1, c.stride, c.stride}, Dilation: [3]int{1, c.dilation, c.dilation}}
		axes, st := s.inputAxes()
		scratch.Release(st)
		if got := len(axes[1].firsts) * len(axes[2].firsts); got != c.want*c.want {
			t.Errorf("%+v: %d classes, want %d", c, got, c.want*c.want)
		}
	}
}
