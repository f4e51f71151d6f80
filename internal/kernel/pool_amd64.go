//go:build !purego

package kernel

// hasRows says whether there are kernels for rows of a type.
func hasRows[T Number]() bool { return wholeVectors[T](bits256) > 0 }

// maxRows pools the windows of so many rows, which begin at lines, as many in each row.
// It reports whether it could: not if there is a NaN.
func maxRows[T Number](y []T, index []int32, x []T, lines []int64, rows, pitch int, r *row) bool {
	n, count, nan := r.hi-r.lo, len(lines)/rows, 0
	end := (rows-1)*pitch + n
	at, to, where, from := start(lines), start(y[:end]), start(index[:end]), start(x)
	switch {
	case sizeOf[T]() == 4 && r.stride == 1:
		nan = maxRows1F32(to, where, from, at, count, r.taps, n, rows, pitch)
	case sizeOf[T]() == 4:
		nan = maxRows2F32(to, where, from, at, count, r.taps, n, rows, pitch)
	case r.stride == 1:
		nan = maxRows1F64(to, where, from, at, count, r.taps, n, rows, pitch)
	default:
		nan = maxRows2F64(to, where, from, at, count, r.taps, n, rows, pitch)
	}
	return nan == 0
}

// meanRow averages the windows of a row that begin at lines.
func meanRow[T Float](y, x []T, lines []int, divisor T, r row) {
	by := [1]T{divisor}
	at, to, from, n := start(lines), start(y), start(x), len(y)
	switch {
	case sizeOf[T]() == 4 && r.stride == 1:
		meanRow1F32(to, from, at, start(by[:]), len(lines), r.taps, n)
	case sizeOf[T]() == 4:
		meanRow2F32(to, from, at, start(by[:]), len(lines), r.taps, n)
	case r.stride == 1:
		meanRow1F64(to, from, at, start(by[:]), len(lines), r.taps, n)
	default:
		meanRow2F64(to, from, at, start(by[:]), len(lines), r.taps, n)
	}
}

// spreadVectors adds q to every second element of dst, or to both of each two, for the
// first of q, and returns how many they were.
func spreadVectors[T Float](dst, q []T, odd bool) int {
	n := wholeVectors[T](len(q))
	switch {
	case n == 0:
	case sizeOf[T]() == 4 && odd:
		spreadOddF32(start(dst), start(q), n)
	case sizeOf[T]() == 4:
		spreadPairsF32(start(dst), start(q), n)
	case odd:
		spreadOddF64(start(dst), start(q), n)
	default:
		spreadPairsF64(start(dst), start(q), n)
	}
	return n
}
