package gemm

import (
	"github.com/pullback-go/pullback/internal/kernel/array"
)

// The micro kernel computes a tile of tileRows × tileCols elements of C, held in
// registers, from a packed panel of A and a packed panel of B. A panel stores its lines
// side by side for each step of the sum: element (line r, step k) of a panel of width w
// is at k·w + r.
//
// Six sums and their operands are what the Go compiler keeps in registers; with eight or
// more it spills some to memory on each step, which costs half the speed.
const (
	tileRows = 2
	tileCols = 3
)

// microKernel adds the product of the panels a (width tileRows) and b (width tileCols) to
// the tile at c, or stores it there. Both panels have len(a)/tileRows steps, which are
// added up in order.
func microKernel[T array.Float](c []T, ldc int, a, b []T, accumulate bool) {
	var c00, c01, c02, c10, c11, c12 T
	for len(a) >= 2*tileRows && len(b) >= 2*tileCols {
		c00 += a[0] * b[0]
		c01 += a[0] * b[1]
		c02 += a[0] * b[2]
		c10 += a[1] * b[0]
		c11 += a[1] * b[1]
		c12 += a[1] * b[2]
		c00 += a[2] * b[3]
		c01 += a[2] * b[4]
		c02 += a[2] * b[5]
		c10 += a[3] * b[3]
		c11 += a[3] * b[4]
		c12 += a[3] * b[5]
		a, b = a[2*tileRows:], b[2*tileCols:]
	}
	if len(a) >= tileRows && len(b) >= tileCols {
		c00 += a[0] * b[0]
		c01 += a[0] * b[1]
		c02 += a[0] * b[2]
		c10 += a[1] * b[0]
		c11 += a[1] * b[1]
		c12 += a[1] * b[2]
	}
	storeRow(c, c00, c01, c02, accumulate)
	storeRow(c[ldc:], c10, c11, c12, accumulate)
}

func storeRow[T array.Float](c []T, v0, v1, v2 T, accumulate bool) {
	c = c[:tileCols]
	if accumulate {
		v0, v1, v2 = c[0]+v0, c[1]+v1, c[2]+v2
	}
	c[0], c[1], c[2] = v0, v1, v2
}
