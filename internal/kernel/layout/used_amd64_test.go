//go:build !purego

package layout

import (
	"testing"

	"github.com/pullback-go/pullback/internal/kernel/array"
	"github.com/pullback-go/pullback/internal/kernel/kerneltest"
)

// TestLayoutVectorsAreUsed: with vector instructions, kernels do whole vectors of what
// they are given, and without them nothing. Plain loops would do the rest, so no result
// shows it.
func TestLayoutVectorsAreUsed(t *testing.T) {
	kerneltest.EachISA(t, func(t *testing.T) {
		testTransposesAreUsed[int32](t)
		testTransposesAreUsed[int64](t)
		for _, n := range append([]int{96, 97}, kerneltest.AroundVectors...) {
			kerneltest.WantDone(t, "indices of 32 bits", n, kerneltest.Second(largestIndices(make([]int32, n))), kerneltest.WholeOf(n, 16))
			kerneltest.WantDone(t, "indices of 64 bits", n, kerneltest.Second(largestIndices(make([]int64, n))), 0)
		}
	})
}

func testTransposesAreUsed[I array.Integer](t *testing.T) {
	t.Helper()
	lanes := 32 / array.SizeOf[I]()
	for _, n := range kerneltest.AroundVectors {
		width, height := transposeVectors(make([]I, n*n+1), make([]I, n*n+1), n+1, n+1, n-n/2, n/2)
		wantWidth, wantHeight := kerneltest.WholeOf(n-n/2, lanes), kerneltest.WholeOf(n/2, lanes)
		if wantWidth*wantHeight == 0 {
			wantWidth, wantHeight = 0, 0
		}
		if width != wantWidth || height != wantHeight {
			t.Errorf("of %d lines of %d, %d of %d are transposed, want %d of %d", n/2, n-n/2, height, width, wantHeight, wantWidth)
		}
	}
	if width, height := transposeVectors(make([]string, 400), make([]string, 400), 20, 20, 16, 16); width != 0 || height != 0 {
		t.Errorf("of strings, %d lines of %d are transposed", height, width)
	}
}

// TestLayoutVectorsStayInside: an operand that ends before its last element is a panic,
// as it is in plain Go, and not a look at what lies behind it.
func TestLayoutVectorsStayInside(t *testing.T) {
	kerneltest.EachVectorFloat(t, testLayoutVectorsStayInside[float32], testLayoutVectorsStayInside[float64])
}

func testLayoutVectorsStayInside[T array.Float](t *testing.T) {
	square := 32 / array.SizeOf[T]()
	room := func(n int) []T { return make([]T, 4*n+400) }
	kerneltest.WantInside(t, "transposeVectors, to", (2*square-1)*30+square, func(x []T) { transposeVectors(x, room(200), 30, 20, square, 2*square) })
	kerneltest.WantInside(t, "transposeVectors", (square-1)*30+2*square, func(x []T) { transposeVectors(room(200), x, 20, 30, square, 2*square) })
}
