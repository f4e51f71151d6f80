//go:build !purego

package gemm

import (
	"github.com/pullback-go/pullback/internal/kernel/array"
	"github.com/pullback-go/pullback/internal/kernel/cpu"
)

// Sweep is a product of so many rows, columns and steps with vector instructions. Rows of
// A are ARow apart, and each element of a row is multiplied by a line of B. Moves says
// where the next step reads: [MoveWords] numbers for each step, see [SetMove]. Rows of
// the result are LDC apart; with Accumulate it is added.
type Sweep[T array.Float] struct {
	Rows, Cols, Steps int
	Moves             []int64
	LDC, ARow         int
	Accumulate        bool
}

// MoveWords is how many numbers make a move.
const MoveWords = 3

// SetMove sets the move after a step: how far it is to the next one in A and in B, and to
// what is fetched ahead of the next tile, in bytes.
func SetMove(move []int64, a, b, ahead int) {
	move[0], move[1], move[2] = int64(a), int64(b), int64(ahead)
}

// Run sets c to the product of a and b, or adds it. Columns are rounded up to whole
// vectors, in c too. The last three vectors of an odd number are taken together, since
// those tiles need fewer loads than tiles one wide.
func (t *Sweep[T]) Run(c, a, b []T) {
	size := SizesOf[T]()
	vectors, three := array.CeilDiv(t.Cols, size.Lanes()), 0
	if vectors%2 == 1 && vectors > 1 {
		three = 3
	}
	t.strip(c, a, b, vectors-three, size.TileRows, 2)
	at := (vectors - three) * size.Lanes()
	t.strip(c[at:], a, b[at:], three, size.three, 3)
}

// strip is the part of run for the first so many vectors, in tiles of so many rows and
// vectors, or of more vectors where there are few rows.
func (t *Sweep[T]) strip(c, a, b []T, vectors, height, width int) {
	size := SizesOf[T]()
	for i := 0; i < t.Rows; i += height {
		tall, ahead := min(height, t.Rows-i), t.ahead(a, i, height)
		for j := 0; j < vectors; {
			wide := min(width, vectors-j)
			switch rest := vectors - j; {
			case tall <= size.eight && rest >= 8:
				wide = 8
			case wide == 2 && tall <= size.four && rest >= 4:
				wide = 4
			}
			at := j * size.Lanes()
			runSweep(c[i*t.LDC+at:], t.LDC, a[i*t.ARow:], t.ARow, b[at:], ahead, t.Moves, t.Steps, tall, wide, t.Accumulate)
			j += wide
		}
	}
}

// ahead is what to fetch while the tile of rows from i on is computed: the next one.
func (t *Sweep[T]) ahead(a []T, i, height int) []T {
	next := i + height
	switch {
	case next >= t.Rows:
		next = i
	case t.ARow == 1: // its first rows are in the lines that this tile reads
		next = min(next+height, t.Rows) - 1
	}
	return a[next*t.ARow:]
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
