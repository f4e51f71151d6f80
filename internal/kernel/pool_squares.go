package kernel

import "math"

// narrow is how many outputs a line has at least for vector instructions to pool windows of two by two.
const narrow = 8

// squares says whether windows of a row, in so many lines, are of two by two elements beside each other, and few.
func (r row) squares(lines int) bool {
	return lines == 2 && r.taps == 2 && r.stride == 2 && r.hi-r.lo < narrow
}

// maxSquares pools windows of two by two elements whose lines begin at upper and lower. It reports whether it could: not if there
// is a NaN, or infinities of both signs. Elements are compared as integers with their place behind, so that the first of equal ones wins, and
// nothing is branched on.
func maxSquares(y []float32, index []int32, x []float32, upper, lower int) bool {
	for j := range y {
		u, l := x[upper+2*j:][:2], x[lower+2*j:][:2]
		if sum := u[0] + u[1] + l[0] + l[1]; sum != sum {
			return false
		}
		place := 3 - int(3&max(ordered(u[0], 3), ordered(u[1], 2), ordered(l[0], 1), ordered(l[1], 0)))
		at := upper + place>>1*(lower-upper) + 2*j + place&1
		y[j], index[j] = x[at], int32(at)
	}
	return true
}

// ordered is an integer that is larger for a larger v, and of equal ones for a larger rank below 4. Zeros are equal.
func ordered(v float32, rank int64) int64 {
	bits := int32(math.Float32bits(v + 0))
	return int64(bits^bits>>31&math.MaxInt32)<<2 | rank
}
