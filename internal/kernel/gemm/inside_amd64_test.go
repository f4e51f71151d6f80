//go:build !purego

package gemm

import (
	"testing"

	"github.com/pullback-go/pullback/internal/kernel/array"
	"github.com/pullback-go/pullback/internal/kernel/cpu"
	"github.com/pullback-go/pullback/internal/kernel/kerneltest"
)

// TestGemmVectorsStayInside: an operand that ends before its last element is a panic, as
// it is in plain Go, and not a look at what lies behind it.
func TestGemmVectorsStayInside(t *testing.T) {
	kerneltest.EachVectorFloat(t, testGemmVectorsStayInside[float32], testGemmVectorsStayInside[float64])
}

func testGemmVectorsStayInside[T array.Float](t *testing.T) {
	size := SizesOf[T]()
	lanes, square, group := size.Lanes(), 32/array.SizeOf[T](), 2*int(cpu.InUse())
	room := func(n int) []T { return make([]T, 4*n+400) }
	kerneltest.WantInside(t, "dotVectors", 3*lanes, func(x []T) { dotVectors(x, room(0)[:3*lanes]) })
	kerneltest.WantInside(t, "dotRows", (group-1)*40+2*lanes, func(x []T) { dotRows(room(0)[:group], x, 40, room(0)[:2*lanes]) })
	kerneltest.WantInside(t, "addSomeColumns", 4*50+2*lanes, func(x []T) { addSomeColumns(room(0)[:2*lanes], x, 50, room(0)[:5]) })
	kerneltest.WantInside(t, "copySteps, dst", 3*size.TileCols, func(x []T) { copySteps(x, room(0), size.TileCols, 1, 3) })
	kerneltest.WantInside(t, "copySteps, src", 2*50+size.TileCols, func(x []T) { copySteps(room(0), x, size.TileCols, 50, 3) })
	kerneltest.WantInside(t, "transposeSquares, to", (2*square-1)*30+square, func(x []T) { transposeSquares(x, 30, room(0), 20, square, 2*square) })
	kerneltest.WantInside(t, "transposeSquares", (square-1)*30+2*square, func(x []T) { transposeSquares(room(200), 20, x, 30, square, 2*square) })
}
