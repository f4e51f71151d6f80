//go:build !purego

package kernel

import (
	"github.com/pullback-go/pullback/internal/kernel/array"
	"github.com/pullback-go/pullback/internal/kernel/cpu"
)

// sweepTiles is a product of so many rows, columns and steps.
type sweepTiles[T array.Float] struct {
	rows, cols, steps int
	moves             []int64
	ldc, aRow         int
	accumulate        bool
}

// moveWords is the numbers that make a move: from a step to the next in A and B, and to
// what is fetched ahead of the next tile, in bytes.
const moveWords = 3

// setMove sets a move.
func setMove(move []int64, a, b, ahead int) {
	move[0], move[1], move[2] = int64(a), int64(b), int64(ahead)
}

// run sets c to the product of a and b, or adds it. Columns are rounded up to whole
// vectors, in c too. The last three vectors of an odd number are taken together, since
// those tiles need fewer loads than tiles one wide.
func (t *sweepTiles[T]) run(c, a, b []T) {
	size := sizesOf[T]()
	vectors, three := array.CeilDiv(t.cols, size.lanes()), 0
	if vectors%2 == 1 && vectors > 1 {
		three = 3
	}
	t.strip(c, a, b, vectors-three, size.tileRows, 2)
	at := (vectors - three) * size.lanes()
	t.strip(c[at:], a, b[at:], three, size.three, 3)
}

// strip is the part of run for the first so many vectors, in tiles of so many rows and
// vectors, or of more vectors where there are few rows.
func (t *sweepTiles[T]) strip(c, a, b []T, vectors, height, width int) {
	size := sizesOf[T]()
	for i := 0; i < t.rows; i += height {
		tall, ahead := min(height, t.rows-i), t.ahead(a, i, height)
		for j := 0; j < vectors; {
			wide := min(width, vectors-j)
			switch rest := vectors - j; {
			case tall <= size.eight && rest >= 8:
				wide = 8
			case wide == 2 && tall <= size.four && rest >= 4:
				wide = 4
			}
			at := j * size.lanes()
			runSweep(c[i*t.ldc+at:], t.ldc, a[i*t.aRow:], t.aRow, b[at:], ahead, t.moves, t.steps, tall, wide, t.accumulate)
			j += wide
		}
	}
}

// ahead is what to fetch while the tile of rows from i on is computed: the next one.
func (t *sweepTiles[T]) ahead(a []T, i, height int) []T {
	next := i + height
	switch {
	case next >= t.rows:
		next = i
	case t.aRow == 1: // its first rows are in the lines that this tile reads
		next = min(next+height, t.rows) - 1
	}
	return a[next*t.aRow:]
}

// runSweep runs the micro kernel for the instructions in use.
func runSweep[T array.Float](c []T, ldc int, a []T, ars int, b, ahead []T, moves []int64, steps, rows, vectors int, accumulate bool) {
	size := array.SizeOf[T]()
	pc, pa, pb, pf, pm := array.Start(c), array.Start(a), array.Start(b), array.Start(ahead), &moves[0]
	ldc, ars = ldc*size, ars*size
	switch {
	case cpu.InUse() == cpu.AVX512 && size == 4:
		sweepAVX512F32(pc, ldc, pa, ars, pb, pf, pm, steps, rows, vectors, accumulate)
	case cpu.InUse() == cpu.AVX512:
		sweepAVX512F64(pc, ldc, pa, ars, pb, pf, pm, steps, rows, vectors, accumulate)
	case size == 4:
		sweepAVX2F32(pc, ldc, pa, ars, pb, pf, pm, steps, rows, vectors, accumulate)
	default:
		sweepAVX2F64(pc, ldc, pa, ars, pb, pf, pm, steps, rows, vectors, accumulate)
	}
}
