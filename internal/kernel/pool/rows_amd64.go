//go:build !purego

package pool

import (
	"github.com/pullback-go/pullback/internal/kernel/array"
	"github.com/pullback-go/pullback/internal/kernel/cpu"
	"github.com/pullback-go/pullback/internal/kernel/elementwise"
)

// hasRows says whether there are kernels for rows of a type.
func hasRows[T array.Number]() bool { return elementwise.WholeVectors[T](cpu.Bytes256) > 0 }

// maxRows pools the windows of so many rows, which begin at lines, as many in each row.
// It reports whether it could: not if there is a NaN.
func maxRows[T array.Number](y []T, index []int32, x []T, lines []int64, rows, pitch int, r *row) bool {
	n, count, nan := r.hi-r.lo, len(lines)/rows, 0
	end := (rows-1)*pitch + n
	at, to, where, from := array.Start(lines), array.Start(y[:end]), array.Start(index[:end]), array.Start(x)
	switch {
	case array.SizeOf[T]() == 4 && r.stride == 1:
		nan = maxRows1F32(to, where, from, at, count, r.taps, n, rows, pitch)
	case array.SizeOf[T]() == 4:
		nan = maxRows2F32(to, where, from, at, count, r.taps, n, rows, pitch)
	case r.stride == 1:
		nan = maxRows1F64(to, where, from, at, count, r.taps, n, rows, pitch)
	default:
		nan = maxRows2F64(to, where, from, at, count, r.taps, n, rows, pitch)
	}
	return nan == 0
}

// meanRow averages the windows of a row that begin at lines.
func meanRow[T array.Float](y, x []T, lines []int, divisor T, r row) {
	by := [1]T{divisor}
	at, to, from, n := array.Start(lines), array.Start(y), array.Start(x), len(y)
	switch {
	case array.SizeOf[T]() == 4 && r.stride == 1:
		meanRow1F32(to, from, at, array.Start(by[:]), len(lines), r.taps, n)
	case array.SizeOf[T]() == 4:
		meanRow2F32(to, from, at, array.Start(by[:]), len(lines), r.taps, n)
	case r.stride == 1:
		meanRow1F64(to, from, at, array.Start(by[:]), len(lines), r.taps, n)
	default:
		meanRow2F64(to, from, at, array.Start(by[:]), len(lines), r.taps, n)
	}
}

// spreadVectors adds q to every second element of dst, or to both of each two, for the
// first of q, and returns how many they were.
func spreadVectors[T array.Float](dst, q []T, odd bool) int {
	n := elementwise.WholeVectors[T](len(q))
	switch {
	case n == 0:
	case array.SizeOf[T]() == 4 && odd:
		spreadOddF32(array.Start(dst), array.Start(q), n)
	case array.SizeOf[T]() == 4:
		spreadPairsF32(array.Start(dst), array.Start(q), n)
	case odd:
		spreadOddF64(array.Start(dst), array.Start(q), n)
	default:
		spreadPairsF64(array.Start(dst), array.Start(q), n)
	}
	return n
}
