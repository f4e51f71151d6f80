//go:build !purego

package gemm

import (
	"github.com/pullback-go/pullback/internal/kernel/array"
	"github.com/pullback-go/pullback/internal/kernel/cpu"
	"github.com/pullback-go/pullback/internal/kernel/scratch"
)

// Multiply sets the block of C at c to the product of the lines [i0, i1) of a and [j0,
// j1) of b over so many steps, or adds it.
func Multiply[T array.Float, A Left[T], B Right[T]](c []T, ldc int, a A, i0, i1 int, b B, j0, j1, steps int, accumulate bool) {
	if steps == 0 || cpu.InUse() == cpu.Plain {
		multiplyPlain(c, ldc, a, i0, i1, b, j0, j1, steps, accumulate)
		return
	}
	m, n, depth, size := i1-i0, j1-j0, DepthOf(steps), SizesOf[T]()
	bufA, sa := scratch.Borrow[T](rowsLen(min(m, vectorRows), depth))
	bufB, sb := scratch.Borrow[T](panelLen(n, size.TileCols, depth))
	for k := 0; k < steps; k += depth {
		end := min(k+depth, steps)
		sides := rightSides(b, bufB, j0, j1, k, end, array.CeilDiv(m, size.TileRows))
		for i := 0; i < m; i += vectorRows {
			last := min(i+vectorRows, m)
			rows := a.Rows(bufA, i0+i, i0+last, k, end, array.CeilDiv(n, size.TileCols))
			t := tiles[T]{size, c[i*ldc:], ldc, last - i, end - k, rows, accumulate || k > 0}
			t.run(0, sides[0])
			t.run(sides[0].cols, sides[1])
		}
	}
	scratch.Release(sb)
	scratch.Release(sa)
}

// rowsLen is the room that the left side needs for so many lines and steps.
func rowsLen(lines, steps int) int { return lines * (steps + RowGap) }

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
func rightSides[T array.Float, B Right[T]](b B, buf []T, j0, j1, k0, k1, times int) (sides [2]panels[T]) {
	size, whole := SizesOf[T](), 0
	if v, ok := b.Columns(j0, k0, times); ok {
		whole = (j1 - j0) / size.Lanes() * size.Lanes()
		sides[0] = panels[T]{v.Data, whole, size.TileCols, v.Step}
	}
	if rest := j1 - j0 - whole; rest > 0 {
		b.Pack(buf, size.TileCols, j0+whole, j1, k0, k1)
		sides[1] = panels[T]{buf, rest, size.TileCols * (k1 - k0), size.TileCols}
	}
	return sides
}

// tiles is rows of C, from c on, and the rows of A that they are made of.
type tiles[T array.Float] struct {
	BlockSizes
	c          []T
	ldc        int
	m, steps   int
	a          Strided[T]
	accumulate bool
}

// run computes the columns from j on.
func (t *tiles[T]) run(j int, b panels[T]) {
	for i := 0; i < t.m; i += t.TileRows {
		tall, a := min(t.TileRows, t.m-i), t.a.from(i, 0)
		for at := 0; at < b.cols; at += t.TileCols {
			c, panel, wide := t.c[i*t.ldc+j+at:], b.data[at/t.TileCols*b.panel:], min(t.TileCols, b.cols-at)
			if wide%t.Lanes() == 0 {
				runTile(c, t.ldc, a, panel, b.step, t.steps, tall, wide/t.Lanes(), t.accumulate)
			} else {
				t.edge(c, a, panel, b.step, tall, wide)
			}
		}
	}
}

// edge computes a tile that is no whole vectors wide into a buffer, and keeps what
// belongs to C.
func (t *tiles[T]) edge(c []T, a Strided[T], panel []T, step, tall, wide int) {
	var buf [14 * 32]T // the largest tile
	runTile(buf[:], t.TileCols, a, panel, step, t.steps, tall, array.CeilDiv(wide, t.Lanes()), false)
	KeepTile(c, t.ldc, buf[:], t.TileCols, tall, wide, t.accumulate)
}

// TileAVX2F32 and TileAVX512F32 are the micro kernels by themselves, for float32: c[rows,
// vectors of lanes] is set to the sum over steps of a[rows, steps] b[steps, vectors of
// lanes], or that is added. There are at most the rows and vectors of a tile. Strides count
// bytes: ldc is from a row of c to the next, ars and acs from a row and a step of a, brs from
// a step of b. A caller that knows the instructions in use and its element type has no need
// to ask for every tile.

// TileAVX2F32 is for AVX2.
func TileAVX2F32(c *byte, ldc int, a *byte, ars, acs int, b *byte, brs, steps, rows, vectors int, accumulate bool) {
	tileAVX2F32(c, ldc, a, ars, acs, b, brs, steps, rows, vectors, accumulate)
}

// TileAVX512F32 is for AVX-512.
func TileAVX512F32(c *byte, ldc int, a *byte, ars, acs int, b *byte, brs, steps, rows, vectors int, accumulate bool) {
	tileAVX512F32(c, ldc, a, ars, acs, b, brs, steps, rows, vectors, accumulate)
}

// runTile sets a tile of C, of at most the size that [SizesOf] gives, to the product of
// rows of a and of b over so many steps, or adds it. b has whole vectors, and its steps
// are step apart.
func runTile[T array.Float](c []T, ldc int, a Strided[T], b []T, step, steps, rows, vectors int, accumulate bool) {
	size := array.SizeOf[T]()
	pc, pa, pb := array.Start(c), array.Start(a.Data), array.Start(b)
	ldc, ars, acs, brs := ldc*size, a.Line*size, a.Step*size, step*size
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
