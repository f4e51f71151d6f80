//go:build !purego

package conv

import (
	"testing"

	"github.com/pullback-go/pullback/internal/kernel/array"
	"github.com/pullback-go/pullback/internal/kernel/gemm"
	"github.com/pullback-go/pullback/internal/kernel/kerneltest"
)

// TestConvVectorsStayInside: an operand that ends before its last element is a panic, as
// it is in plain Go, and not a look at what lies behind it.
func TestConvVectorsStayInside(t *testing.T) {
	kerneltest.EachVectorFloat(t, testConvVectorsStayInside[float32], testConvVectorsStayInside[float64])
}

func testConvVectorsStayInside[T array.Float](t *testing.T) {
	lanes, square := gemm.SizesOf[T]().Lanes(), 32/array.SizeOf[T]()
	room := func(n int) []T { return make([]T, 4*n+400) }
	kerneltest.WantInside(t, "addProducts, sums", 3*lanes, func(x []T) { addProducts(x, room(0), 1, 2, room(0), 3, 4, 5, 3) })
	kerneltest.WantInside(t, "addProducts, a", 2*5+3*7+lanes, func(x []T) { addProducts(room(0), x, 5, 7, room(0), 1, 1, 4, 3) })
	kerneltest.WantInside(t, "addProducts, x", 2*5+3*7+lanes, func(x []T) { addProducts(room(0), room(0), 1, 1, x, 5, 7, 4, 3) })
	kerneltest.WantInside(t, "interleave, even", 2*square, func(x []T) { interleave(room(0)[:4*square], 4*square, x, room(0)) })
	kerneltest.WantInside(t, "interleave, odd", 2*square, func(x []T) { interleave(room(0)[:4*square], 4*square, room(0), x) })
}
