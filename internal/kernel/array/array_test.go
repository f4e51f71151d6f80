package array_test

import (
	"fmt"
	"math"
	"testing"

	"github.com/pullback-go/pullback/internal/kernel/array"
	"github.com/pullback-go/pullback/internal/kernel/kerneltest"
)

func TestSizes(t *testing.T) {
	for _, c := range []struct{ a, b, want int }{{0, 1, 0}, {0, 7, 0}, {1, 7, 1}, {6, 7, 1}, {7, 7, 1}, {8, 7, 2}, {14, 7, 2}, {15, 7, 3}, {5, 1, 5}} {
		if got := array.CeilDiv(c.a, c.b); got != c.want {
			t.Errorf("%d/%d rounded up is %d, want %d", c.a, c.b, got, c.want)
		}
	}
	for want, shape := range map[int][]int{1: nil, 7: {7}, 30: {2, 3, 5}, 0: {4, 0, 9}} {
		if got := array.Volume(shape); got != want {
			t.Errorf("the volume of %v is %d, want %d", shape, got, want)
		}
		if got := array.CheckedVolume("Any", shape...); got != want {
			t.Errorf("an array of %v has %d elements, want %d", shape, got, want)
		}
	}
	if got := array.CheckedVolume("Any", math.MaxInt, 1); got != math.MaxInt {
		t.Errorf("the largest size comes to %d", got)
	}
	if got := array.CheckedVolume("Any", 1<<31, 1<<31-1, 2); got != 1<<63-1<<32 {
		t.Errorf("the largest sizes come to %d", got)
	}
	for want, got := range map[int]int{1: array.SizeOf[bool](), 4: array.SizeOf[float32](), 8: array.SizeOf[int64](), 0: array.SizeOf[struct{}](), 24: array.SizeOf[[]int]()} {
		if got != want {
			t.Errorf("an element has %d bytes, want %d", got, want)
		}
	}
}

// TestNoSuchSizes: sizes whose product no memory can have are refused, also where another
// is 0, and sizes below 0, also where two of them make a product that is not.
func TestNoSuchSizes(t *testing.T) {
	for _, c := range []struct {
		sizes []int
		want  string
	}{
		{[]int{3, -1}, "kernel: Gemm: there are no arrays of the sizes [3 -1]"},
		{[]int{-2, -2}, "kernel: Gemm: there are no arrays of the sizes [-2 -2]"},
		{[]int{0, -1}, "kernel: Gemm: there are no arrays of the sizes [0 -1]"},
		{[]int{1 << 32, 1 << 31}, "kernel: Gemm: there are no arrays of the sizes [4294967296 2147483648]"},
		{[]int{1 << 33, 1 << 31}, "kernel: Gemm: there are no arrays of the sizes [8589934592 2147483648]"},
		{[]int{1 << 32, 1 << 32, 0}, "kernel: Gemm: there are no arrays of the sizes [4294967296 4294967296 0]"},
	} {
		if got := fmt.Sprint(kerneltest.Caught(func() { array.CheckedVolume("Gemm", c.sizes...) })); got != c.want {
			t.Errorf("%v: panicked with %q, want %q", c.sizes, got, c.want)
		}
	}
}
