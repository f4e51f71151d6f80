//go:build !purego

package gemm

import (
	"testing"

	"github.com/pullback-go/pullback/internal/kernel/array"
	"github.com/pullback-go/pullback/internal/kernel/kerneltest"
)

func TestCopySteps(t *testing.T) {
	kerneltest.EachVectorFloat(t, testCopySteps[float32], testCopySteps[float64])
}

// testCopySteps: the width of the tile is copied, and no other.
func testCopySteps[T array.Float](t *testing.T) {
	width := SizesOf[T]().TileCols
	src := kerneltest.Counting[T](9 * (width + 30))
	for steps := 1; steps <= 9; steps++ {
		for _, stride := range []int{width + 3, width, 1, width + 30} {
			dst, check := kerneltest.Fenced(steps*width, T(-1))
			if !copySteps(dst, src, width, stride, steps) {
				t.Fatalf("the width of the tile, %d, was not copied", width)
			}
			for i, v := range dst {
				if want := src[i/width*stride+i%width]; v != want {
					t.Fatalf("%d steps, %d apart: step %d, element %d: got %v, want %v", steps, stride, i/width, i%width, v, want)
				}
			}
			check(t, "copySteps")
		}
	}
	dst := make([]T, 2*width)
	if copySteps(dst, src, width-1, width, 1) || copySteps(dst, src, width+1, width+1, 1) || copySteps(dst, src, width, width, 0) {
		t.Error("another width, or no step, was copied")
	}
	kerneltest.WantEqual(t, dst, make([]T, len(dst)))
}

func TestTransposeSquares(t *testing.T) {
	kerneltest.EachVectorFloat(t, testTransposeSquares[float32], testTransposeSquares[float64])
}

func testTransposeSquares[T array.Float](t *testing.T) {
	square := 32 / array.SizeOf[T]()
	for _, lines := range []int{0, 1, square - 1, square, square + 1, 2 * square, 3*square + 1} {
		for _, steps := range []int{0, square - 1, square, 2*square + 1, 3 * square} {
			const beside = 5
			width, stride := lines+beside, steps+3
			src := kerneltest.Counting[T](lines*stride + 1)
			dst, check := kerneltest.Fenced(width*steps+1, T(-1))
			wantLines, wantSteps := lines/square*square, steps/square*square
			if wantLines == 0 || wantSteps == 0 {
				wantLines, wantSteps = 0, 0
			}
			if gotLines, gotSteps := transposeSquares(dst, width, src, stride, lines, steps); gotLines != wantLines || gotSteps != wantSteps {
				t.Fatalf("%d lines of %d: got %d and %d, want %d and %d", lines, steps, gotLines, gotSteps, wantLines, wantSteps)
			}
			for at, v := range dst {
				want := T(-1)
				if k, r := at/width, at%width; k < wantSteps && r < wantLines {
					want = src[r*stride+k]
				}
				if v != want {
					t.Fatalf("%d lines of %d: element %d: got %v, want %v", lines, steps, at, v, want)
				}
			}
			check(t, "transposeSquares")
		}
	}
}
