package kernel

// blockJob computes one block of an m × n product: the rows [i0, i1) and the columns [j0, j1).
type blockJob interface {
	block(product, i0, i1, j0, j1 int)
}

// eachBlock runs a job for all the blocks of so many m × n products with k steps each.
func eachBlock[J blockJob](products, m, n, k int, j J) {
	rows, cols := blocking(products, m, n, k)
	down, across := ceilDiv(m, rows), ceilDiv(n, cols)
	grain := max(1, smallBlock/max(1, rows*cols*k))
	split(products*down*across, grain, blocks[J]{j, m, n, rows, cols, down, across})
}

// blocks is a blockJob by the number of the block.
type blocks[J blockJob] struct {
	job                            J
	m, n, rows, cols, down, across int
}

func (b blocks[J]) run(lo, hi int) {
	for u := lo; u < hi; u++ {
		i, j := u/b.across%b.down*b.rows, u%b.across*b.cols
		b.job.block(u/(b.across*b.down), i, min(i+b.rows, b.m), j, min(j+b.cols, b.n))
	}
}

// smallBlock is how many multiplications are worth a goroutine.
const smallBlock = 1 << 18

// blocking chooses the blocks of C that are worked on at a time: as large as the cache allows, and
// smaller where there would be too few of them to share out. It changes no bits of the result, since
// the order of each sum is set by depthBlock alone.
func blocking(products, m, n, k int) (rows, cols int) {
	const enough = 16
	rows, cols = max(1, min(rowBlock, m)), max(1, min(colBlock, n))
	for products*ceilDiv(m, rows)*ceilDiv(n, cols) < enough && rows*cols*k > smallBlock {
		switch {
		case rows >= cols && rows > tileRows:
			rows = halve(rows, tileRows)
		case cols > tileCols:
			cols = halve(cols, tileCols)
		default:
			return rows, cols
		}
	}
	return rows, cols
}

// halve is half of n, rounded up to whole tiles.
func halve(n, tile int) int { return ceilDiv(ceilDiv(n, 2), tile) * tile }
