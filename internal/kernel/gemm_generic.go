package kernel

// The micro kernel computes a tile of tileRows × tileCols elements of C, held in registers, from a
// packed panel of A and a packed panel of B. A panel stores its lines side by side for each step of
// the sum: element (line r, step k) of a panel of width w is at k·w + r.
const (
	tileRows = 4
	tileCols = 4
)

// microKernel adds the product of the panels a (width tileRows) and b (width tileCols) to the tile at
// c, or stores it there. Both panels have len(a)/tileRows steps.
func microKernel[T Float](c []T, ldc int, a, b []T, accumulate bool) {
	var c00, c01, c02, c03, c10, c11, c12, c13 T
	var c20, c21, c22, c23, c30, c31, c32, c33 T
	for len(a) >= tileRows && len(b) >= tileCols {
		b0, b1, b2, b3 := b[0], b[1], b[2], b[3]
		v := a[0]
		c00 += v * b0
		c01 += v * b1
		c02 += v * b2
		c03 += v * b3
		v = a[1]
		c10 += v * b0
		c11 += v * b1
		c12 += v * b2
		c13 += v * b3
		v = a[2]
		c20 += v * b0
		c21 += v * b1
		c22 += v * b2
		c23 += v * b3
		v = a[3]
		c30 += v * b0
		c31 += v * b1
		c32 += v * b2
		c33 += v * b3
		a, b = a[tileRows:], b[tileCols:]
	}
	storeRow(c, c00, c01, c02, c03, accumulate)
	storeRow(c[ldc:], c10, c11, c12, c13, accumulate)
	storeRow(c[2*ldc:], c20, c21, c22, c23, accumulate)
	storeRow(c[3*ldc:], c30, c31, c32, c33, accumulate)
}

func storeRow[T Float](c []T, v0, v1, v2, v3 T, accumulate bool) {
	c = c[:tileCols]
	if accumulate {
		v0, v1, v2, v3 = c[0]+v0, c[1]+v1, c[2]+v2, c[3]+v3
	}
	c[0], c[1], c[2], c[3] = v0, v1, v2, v3
}
