//go:build !purego

package conv

import (
	"github.com/pullback-go/pullback/internal/kernel/array"
	"github.com/pullback-go/pullback/internal/kernel/cpu"
	"github.com/pullback-go/pullback/internal/kernel/gemm"
)

// pieceWords is the numbers that make a piece: where it is in the source and in the
// copies, in bytes, and the bits of its elements.
const pieceWords = 3

// copyPieces writes the pieces of so many planes.
func copyPieces[T array.Float](dst []T, dstPlane int, src []T, srcPlane, planes int, pieces []int64) {
	size := array.SizeOf[T]()
	pd, ps, list, n := array.Start(dst), array.Start(src), &pieces[0], len(pieces)/pieceWords
	dstPlane, srcPlane = dstPlane*size, srcPlane*size
	switch {
	case cpu.InUse() == cpu.AVX512 && size == 4:
		copyPiecesAVX512F32(pd, dstPlane, ps, srcPlane, planes, list, n)
	case cpu.InUse() == cpu.AVX512:
		copyPiecesAVX512F64(pd, dstPlane, ps, srcPlane, planes, list, n)
	case size == 4:
		copyPiecesAVX2F32(pd, dstPlane, ps, srcPlane, planes, list, n)
	default:
		copyPiecesAVX2F64(pd, dstPlane, ps, srcPlane, planes, list, n)
	}
}

// multiplySteps sets c to the product of a and b, or adds it, for so many rows, columns
// and steps.
func multiplySteps[T array.Float](c []T, ldc int, a []T, aRow int, b []T, moves []int64, rows, cols, steps int, accumulate bool) {
	t := gemm.Sweep[T]{Rows: rows, Cols: cols, Steps: steps, Moves: moves, LDC: ldc, ARow: aRow, Accumulate: accumulate}
	t.Run(c, a, b)
}
