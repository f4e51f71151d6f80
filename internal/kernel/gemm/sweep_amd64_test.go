//go:build !purego

package gemm

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/pullback-go/pullback/internal/kernel/array"
	"github.com/pullback-go/pullback/internal/kernel/kerneltest"
)

func TestSweepTiles(t *testing.T) {
	kerneltest.EachVectorFloat(t, testSweepTiles[float32], testSweepTiles[float64])
}

// testSweepTiles has every number of rows past two tiles, and numbers of vectors that
// make tiles of each width. Steps move to places drawn by chance, forth and back.
func testSweepTiles[T array.Float](t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	size, lanes := SizesOf[T](), SizesOf[T]().Lanes()
	for rows := 1; rows <= 2*size.TileRows+1; rows++ {
		for _, vectors := range []int{1, 2, 3, 4, 5, 8, 9, 10, 12} {
			cols := vectors*lanes - r.IntN(lanes)
			for _, accumulate := range []bool{false, true} {
				steps, aRow := 1+r.IntN(4), []int{1, 23}[r.IntN(2)]
				// A step reads rows elements that are aRow apart from a place below 20,
				// and whole vectors of B.
				a, b := kerneltest.Wholes[T](r, 20+(rows-1)*aRow+1), kerneltest.Wholes[T](r, 30+vectors*lanes)
				inA, inB, moves := make([]int, steps), make([]int, steps), make([]int64, MoveWords*steps)
				for s := range steps {
					inA[s], inB[s] = r.IntN(20), r.IntN(30)
				}
				for s := range steps { // from the last one, to the first again
					to := (s + 1) % steps
					SetMove(moves[MoveWords*s:], (inA[to]-inA[s])*array.SizeOf[T](), (inB[to]-inB[s])*array.SizeOf[T](), 0)
				}
				ldc := vectors*lanes + 3
				c, check := kerneltest.Fenced(rows*ldc, T(77))
				copy(c, kerneltest.Wholes[T](r, len(c)))
				want := slices.Clone(c)
				for i := range rows {
					for j := range vectors * lanes {
						if !accumulate {
							want[i*ldc+j] = 0
						}
						for s := range steps {
							want[i*ldc+j] += a[inA[s]+i*aRow] * b[inB[s]+j]
						}
					}
				}
				tiles := Sweep[T]{rows, cols, steps, moves, ldc, aRow, accumulate}
				tiles.Run(c, a[inA[0]:], b[inB[0]:])
				what := fmt.Sprintf("%d x %d in %d steps, accumulate %v", rows, cols, steps, accumulate)
				for i, v := range c {
					if v != want[i] {
						t.Fatalf("%s: row %d, column %d: got %v, want %v", what, i/ldc, i%ldc, v, want[i])
					}
				}
				check(t, what)
			}
		}
	}
}

// TestSweepAhead: what is fetched is the next tile, or the last row of it where rows lie
// side by side; the last tile fetches itself.
func TestSweepAhead(t *testing.T) {
	a := kerneltest.Counting[float32](1000)
	for _, c := range []struct{ rows, aRow, i, height, want int }{
		{10, 20, 0, 4, 80}, {10, 20, 4, 4, 160}, {10, 20, 8, 4, 160}, {10, 1, 0, 4, 7}, {10, 1, 4, 4, 9}, {10, 1, 8, 4, 8}, {3, 20, 0, 4, 0},
	} {
		tiles := Sweep[float32]{Rows: c.rows, ARow: c.aRow}
		if got := tiles.ahead(a, c.i, c.height); got[0] != float32(c.want+1) {
			t.Errorf("%+v: got element %v", c, got[0]-1)
		}
	}
}
