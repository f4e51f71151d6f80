package gemm

import (
	"github.com/pullback-go/pullback/internal/kernel/array"
	"github.com/pullback-go/pullback/internal/kernel/scratch"
)

// multiplyPlain sets the block of C at c to the product of the lines [i0, i1) of a and
// [j0, j1) of b over so many steps, or adds it. It packs both sides.
func multiplyPlain[T array.Float, A, B Operand[T]](c []T, ldc int, a A, i0, i1 int, b B, j0, j1, steps int, accumulate bool) {
	if steps == 0 && !accumulate {
		clearRows(c, i1-i0, j1-j0, ldc)
	}
	depth := DepthOf(steps)
	pa, sa := scratch.Borrow[T](panelLen(i1-i0, tileRows, depth))
	pb, sb := scratch.Borrow[T](panelLen(j1-j0, tileCols, depth))
	for k := 0; k < steps; k += depth {
		end := min(k+depth, steps)
		a.Pack(pa, tileRows, i0, i1, k, end)
		b.Pack(pb, tileCols, j0, j1, k, end)
		multiplyPanels(c, ldc, i1-i0, j1-j0, end-k, pa, pb, accumulate || k > 0)
	}
	scratch.Release(sb)
	scratch.Release(sa)
}

// panelLen is the size of the packed panels of so many lines and steps; the last panel is
// padded.
func panelLen(lines, width, depth int) int { return array.CeilDiv(lines, width) * width * depth }

// multiplyPanels runs the micro kernel over an m × n block of C.
func multiplyPanels[T array.Float](c []T, ldc, m, n, k int, pa, pb []T, accumulate bool) {
	for j := 0; j < n; j += tileCols {
		b := pb[j*k : (j+tileCols)*k]
		for i := 0; i < m; i += tileRows {
			a := pa[i*k : (i+tileRows)*k]
			if m-i >= tileRows && n-j >= tileCols {
				microKernel(c[i*ldc+j:], ldc, a, b, accumulate)
			} else {
				edgeTile(c[i*ldc+j:], ldc, min(m-i, tileRows), min(n-j, tileCols), a, b, accumulate)
			}
		}
	}
}

// edgeTile computes a whole tile into a buffer and keeps its m × n corner.
func edgeTile[T array.Float](c []T, ldc, m, n int, a, b []T, accumulate bool) {
	var tile [tileRows * tileCols]T
	microKernel(tile[:], tileCols, a, b, false)
	KeepTile(c, ldc, tile[:], tileCols, m, n, accumulate)
}

// KeepTile sets an m × n block of C to the corner of a tile whose rows are width apart,
// or adds it.
func KeepTile[T array.Float](c []T, ldc int, tile []T, width, m, n int, accumulate bool) {
	for i := range m {
		row, from := c[i*ldc:i*ldc+n], tile[i*width:][:n]
		if !accumulate {
			copy(row, from)
			continue
		}
		for j := range row {
			row[j] += from[j]
		}
	}
}
