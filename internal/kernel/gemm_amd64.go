//go:build !purego

package kernel

import (
	"github.com/pullback-go/pullback/internal/kernel/array"
	"github.com/pullback-go/pullback/internal/kernel/cpu"
	"github.com/pullback-go/pullback/internal/kernel/scratch"
)

// multiply sets the block of C at c to the product of the lines [i0, i1) of a and [j0,
// j1) of b over so many steps, or adds it.
func multiply[T array.Float, A left[T], B right[T]](c []T, ldc int, a A, i0, i1 int, b B, j0, j1, steps int, accumulate bool) {
	if steps == 0 || cpu.InUse() == cpu.Plain {
		multiplyPlain(c, ldc, a, i0, i1, b, j0, j1, steps, accumulate)
		return
	}
	m, n, depth, size := i1-i0, j1-j0, depthOf(steps), sizesOf[T]()
	bufA, sa := scratch.Borrow[T](rowsLen(min(m, vectorRows), depth))
	bufB, sb := scratch.Borrow[T](panelLen(n, size.tileCols, depth))
	for k := 0; k < steps; k += depth {
		end := min(k+depth, steps)
		sides := rightSides(b, bufB, j0, j1, k, end, array.CeilDiv(m, size.tileRows))
		for i := 0; i < m; i += vectorRows {
			last := min(i+vectorRows, m)
			rows := a.rows(bufA, i0+i, i0+last, k, end, array.CeilDiv(n, size.tileCols))
			t := tiles[T]{size, c[i*ldc:], ldc, last - i, end - k, rows, accumulate || k > 0}
			t.run(0, sides[0])
			t.run(sides[0].cols, sides[1])
		}
	}
	scratch.Release(sb)
	scratch.Release(sa)
}

// rowsLen is the room that the left side needs for so many lines and steps.
func rowsLen(lines, steps int) int { return lines * (steps + rowGap) }

// panels is the right side of a block as the micro kernel reads it: the panel of the
// columns from j on, a multiple of tileCols, begins at j/tileCols·panel, and its steps
// are step apart.
type panels[T array.Float] struct {
	data              []T
	cols, panel, step int
}

// rightSides is the lines [j0, j1) of b over the steps [k0, k1): those that are read in
// place, and those that are packed, be it only since the vector that reads the last of
// them would reach beyond.
func rightSides[T array.Float, B right[T]](b B, buf []T, j0, j1, k0, k1, times int) (sides [2]panels[T]) {
	size, whole := sizesOf[T](), 0
	if v, ok := b.columns(j0, k0, times); ok {
		whole = (j1 - j0) / size.lanes() * size.lanes()
		sides[0] = panels[T]{v.data, whole, size.tileCols, v.step}
	}
	if rest := j1 - j0 - whole; rest > 0 {
		b.pack(buf, size.tileCols, j0+whole, j1, k0, k1)
		sides[1] = panels[T]{buf, rest, size.tileCols * (k1 - k0), size.tileCols}
	}
	return sides
}

// tiles is rows of C, from c on, and the rows of A that they are made of.
type tiles[T array.Float] struct {
	blockSizes
	c          []T
	ldc        int
	m, steps   int
	a          strided[T]
	accumulate bool
}

// run computes the columns from j on.
func (t *tiles[T]) run(j int, b panels[T]) {
	for i := 0; i < t.m; i += t.tileRows {
		tall, a := min(t.tileRows, t.m-i), t.a.from(i, 0)
		for at := 0; at < b.cols; at += t.tileCols {
			c, panel, wide := t.c[i*t.ldc+j+at:], b.data[at/t.tileCols*b.panel:], min(t.tileCols, b.cols-at)
			if wide%t.lanes() == 0 {
				runTile(c, t.ldc, a, panel, b.step, t.steps, tall, wide/t.lanes(), t.accumulate)
			} else {
				t.edge(c, a, panel, b.step, tall, wide)
			}
		}
	}
}

// edge computes a tile aside that is no whole vectors wide, and keeps what belongs to C.
func (t *tiles[T]) edge(c []T, a strided[T], panel []T, step, tall, wide int) {
	var aside [14 * 32]T // the largest tile
	runTile(aside[:], t.tileCols, a, panel, step, t.steps, tall, array.CeilDiv(wide, t.lanes()), false)
	keepTile(c, t.ldc, aside[:], t.tileCols, tall, wide, t.accumulate)
}

// runTile runs the micro kernel for the instructions in use. b has a whole number of
// vectors.
func runTile[T array.Float](c []T, ldc int, a strided[T], b []T, step, steps, rows, vectors int, accumulate bool) {
	size := array.SizeOf[T]()
	pc, pa, pb := array.Start(c), array.Start(a.data), array.Start(b)
	ldc, ars, acs, brs := ldc*size, a.line*size, a.step*size, step*size
	switch {
	case cpu.InUse() == cpu.AVX512 && size == 4:
		tileAVX512F32(pc, ldc, pa, ars, acs, pb, brs, steps, rows, vectors, accumulate)
	case cpu.InUse() == cpu.AVX512:
		tileAVX512F64(pc, ldc, pa, ars, acs, pb, brs, steps, rows, vectors, accumulate)
	case size == 4:
		tileAVX2F32(pc, ldc, pa, ars, acs, pb, brs, steps, rows, vectors, accumulate)
	default:
		tileAVX2F64(pc, ldc, pa, ars, acs, pb, brs, steps, rows, vectors, accumulate)
	}
}
