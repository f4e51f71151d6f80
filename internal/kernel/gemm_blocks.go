package kernel

import (
	"runtime"

	"github.com/pullback-go/pullback/internal/kernel/array"
	"github.com/pullback-go/pullback/internal/kernel/cpu"
	"github.com/pullback-go/pullback/internal/kernel/parallel"
)

// depthBlock is how many steps of a sum are taken at a time, at most: the micro kernel
// adds them up in order, and then adds the result to C.
const depthBlock = 288

// depthOf is how many steps of so many are taken at a time, so that the last are not left
// with too few.
func depthOf(steps int) int { return array.CeilDiv(steps, max(1, array.CeilDiv(steps, depthBlock))) }

// Blocks of the plain product, which packs a block of A and one of B. Together they
// fit the second-level cache in float64 too.
const (
	rowBlock = 256
	colBlock = 252
)

// blockSizes is the size of the micro kernel's tile, and that of the largest block of C
// to work on at a time. A tile of a sweep may be three, four or eight vectors wide with
// fewer rows. Blocks are not made narrower than least to have enough of them.
type blockSizes struct{ tileRows, tileCols, rows, cols, three, four, eight, least int }

// sizesOf returns the sizes that suit the instructions in use.
func sizesOf[T array.Float]() blockSizes {
	switch size := array.SizeOf[T](); cpu.InUse() {
	case cpu.AVX512:
		return blockSizes{14, 128 / size, 8 * vectorRows, 2048 / size, 9, 6, 3, 128 / size}
	case cpu.AVX2:
		return blockSizes{6, 64 / size, 8 * vectorRows, 2048 / size, 4, 3, 1, 64 / size}
	}
	return blockSizes{tileRows, tileCols, rowBlock, colBlock, 0, 0, 0, tileCols}
}

// lanes is the width of a vector, two of which make the tile of a vector kernel.
func (s blockSizes) lanes() int { return s.tileCols / 2 }

// vectorRows is how many rows of A the vector kernels keep in the second-level cache:
// whole tiles of either kind.
const vectorRows = 168

// blockJob computes one block of an m × n product: the rows [i0, i1) and the columns [j0,
// j1).
type blockJob interface {
	block(product, i0, i1, j0, j1 int)
}

// eachBlock runs a job for all the blocks of so many m × n products with k steps each.
func eachBlock[T array.Float, J blockJob](products, m, n, k int, j J) {
	eachBlockOf(sizesOf[T](), products, m, n, k, j)
}

// eachBlockOf is eachBlock for blocks that are at most of some size.
func eachBlockOf[J blockJob](size blockSizes, products, m, n, k int, j J) {
	rows, cols := blocking(size, products, m, n, k)
	down, across := array.CeilDiv(m, rows), array.CeilDiv(n, cols)
	grain := max(1, smallBlock()/max(1, rows*cols*k))
	parallel.Split(products*down*across, grain, blocks[J]{j, m, n, rows, cols, down, across})
}

// blocks is a blockJob by the number of the block.
type blocks[J blockJob] struct {
	job                            J
	m, n, rows, cols, down, across int
}

func (b blocks[J]) Run(lo, hi int) {
	for u := lo; u < hi; u++ {
		i, j := u/b.across%b.down*b.rows, u%b.across*b.cols
		b.job.block(u/(b.across*b.down), i, min(i+b.rows, b.m), j, min(j+b.cols, b.n))
	}
}

// smallBlock is how many multiplications are worth sharing out: some microseconds.
func smallBlock() int {
	if cpu.InUse() == cpu.Plain {
		return 1 << 16
	}
	return 1 << 19
}

// blocking chooses the blocks of C that are worked on at a time: as large as the cache
// allows, and smaller where there would be too few of them to share out. It changes no
// bits of the result, since the order of each sum is set by its length alone.
func blocking(size blockSizes, products, m, n, k int) (rows, cols int) {
	enough := 4 * runtime.GOMAXPROCS(0)
	rows, cols = max(1, min(size.rows, m)), max(1, min(size.cols, n))
	for products*array.CeilDiv(m, rows)*array.CeilDiv(n, cols) < enough && rows*cols*k > smallBlock() {
		switch {
		case rows > size.tileRows && (rows >= cols || cols <= size.least):
			rows = halve(rows, size.tileRows)
		case cols > size.least:
			cols = halve(cols, size.tileCols)
		default:
			return rows, cols
		}
	}
	return rows, cols
}

// halve is half of n, rounded up to whole tiles.
func halve(n, tile int) int { return array.CeilDiv(array.CeilDiv(n, 2), tile) * tile }
