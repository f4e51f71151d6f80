package gemm

import (
	"runtime"

	"github.com/pullback-go/pullback/internal/kernel/array"
	"github.com/pullback-go/pullback/internal/kernel/cpu"
	"github.com/pullback-go/pullback/internal/kernel/parallel"
)

// DepthBlock is how many steps of a sum are taken at a time, at most: the micro kernel
// adds them up in order, and then adds the result to C.
const DepthBlock = 288

// DepthOf is how many steps of so many are taken at a time, so that the last are not left
// with too few.
func DepthOf(steps int) int { return array.CeilDiv(steps, max(1, array.CeilDiv(steps, DepthBlock))) }

// Blocks of the plain product, which packs a block of A and one of B. Together they
// fit the second-level cache in float64 too.
const (
	RowBlock = 256
	ColBlock = 252
)

// BlockSizes is the size of the micro kernel's tile, and that of the largest block of C
// to work on at a time.
type BlockSizes struct {
	TileRows, TileCols int
	Rows, Cols         int
	three, four, eight int // rows of the tiles of a sweep that are so many vectors wide
	least              int // columns of a block, which is made no narrower to have enough of them
}

// SizesOf returns the sizes that suit the instructions in use.
func SizesOf[T array.Float]() BlockSizes {
	switch size := array.SizeOf[T](); cpu.InUse() {
	case cpu.AVX512:
		return BlockSizes{14, 128 / size, 8 * vectorRows, 2048 / size, 9, 6, 3, 128 / size}
	case cpu.AVX2:
		return BlockSizes{6, 64 / size, 8 * vectorRows, 2048 / size, 4, 3, 1, 64 / size}
	}
	return BlockSizes{tileRows, tileCols, RowBlock, ColBlock, 0, 0, 0, tileCols}
}

// Lanes is the width of a vector, two of which make the tile of a vector kernel.
func (s BlockSizes) Lanes() int { return s.TileCols / 2 }

// vectorRows is how many rows of A the vector kernels keep in the second-level cache:
// whole tiles of either kind.
const vectorRows = 168

// BlockJob computes one block of an m × n product: the rows [i0, i1) and the columns [j0,
// j1).
type BlockJob interface {
	// Block computes that block of a product, of which there are several.
	Block(product, i0, i1, j0, j1 int)
}

// EachBlock runs a job for all the blocks of so many m × n products with k steps each.
func EachBlock[T array.Float, J BlockJob](products, m, n, k int, j J) {
	EachBlockOf(SizesOf[T](), products, m, n, k, j)
}

// EachBlockOf is EachBlock for blocks that are at most of some size.
func EachBlockOf[J BlockJob](size BlockSizes, products, m, n, k int, j J) {
	rows, cols := blocking(size, products, m, n, k)
	down, across := array.CeilDiv(m, rows), array.CeilDiv(n, cols)
	grain := max(1, SmallBlock()/max(1, rows*cols*k))
	parallel.Split(products*down*across, grain, Blocks[J]{j, m, n, rows, cols, down, across})
}

// Blocks is a [BlockJob] by the number of the block, for blocks of Rows × Cols, of which
// Down and Across make an M × N product. Who chooses blocks in another way than
// [EachBlock] shares it out.
type Blocks[J BlockJob] struct {
	Job                            J
	M, N, Rows, Cols, Down, Across int
}

// Run computes the blocks [lo, hi).
func (b Blocks[J]) Run(lo, hi int) {
	for u := lo; u < hi; u++ {
		i, j := u/b.Across%b.Down*b.Rows, u%b.Across*b.Cols
		b.Job.Block(u/(b.Across*b.Down), i, min(i+b.Rows, b.M), j, min(j+b.Cols, b.N))
	}
}

// SmallBlock is how many multiplications are worth sharing out: some microseconds.
func SmallBlock() int {
	if cpu.InUse() == cpu.Plain {
		return 1 << 16
	}
	return 1 << 19
}

// blocking chooses the blocks of C that are worked on at a time: as large as the cache
// allows, and smaller where there would be too few of them to share out. It changes no
// bits of the result, since the order of each sum is set by its length alone.
func blocking(size BlockSizes, products, m, n, k int) (rows, cols int) {
	enough := 4 * runtime.GOMAXPROCS(0)
	rows, cols = max(1, min(size.Rows, m)), max(1, min(size.Cols, n))
	for products*array.CeilDiv(m, rows)*array.CeilDiv(n, cols) < enough && rows*cols*k > SmallBlock() {
		switch {
		case rows > size.TileRows && (rows >= cols || cols <= size.least):
			rows = halve(rows, size.TileRows)
		case cols > size.least:
			cols = halve(cols, size.TileCols)
		default:
			return rows, cols
		}
	}
	return rows, cols
}

// halve is half of n, rounded up to whole tiles.
func halve(n, tile int) int { return array.CeilDiv(array.CeilDiv(n, 2), tile) * tile }
