package winograd

import (
	"runtime"

	"github.com/pullback-go/pullback/internal/kernel/array"
	"github.com/pullback-go/pullback/internal/kernel/parallel"
	"github.com/pullback-go/pullback/internal/kernel/scratch"
)

// planeGap is kept after planes of transformed tiles, in vectors, so that they do not
// all start in the same cache set.
const planeGap = 1

// How much is worked on at a time. The products of a block of tiles with a panel of
// output channels stay in the second-level cache, and many tiles share what it takes to
// read the weights. The sum over a block of input channels is added to the product before
// it loses precision, of which F(4×4) has less to lose.
const (
	blockTiles    = 448     // divided by the tile
	blockChannels = 128     // divided by the tile
	inputRoom     = 1 << 20 // elements of the transformed input
)

// planBlocks sets the sizes of blocks.
func (p *plan) planBlocks() {
	p.depth = evenly(array.CeilDiv(p.cIn, p.lanes), blockChannels/p.tile/p.lanes) * p.lanes
	room := inputRoom/(p.edge*p.edge) - planeGap*p.lanes
	tiles := max(1, min(blockTiles/p.tile, room/max(1, p.roomOfInput())))
	p.blockColumns = evenly(p.columns, tiles)
	p.blockLines = evenly(p.batch*p.lines, max(1, tiles/max(1, p.blockColumns)))
}

// roomOfInput is how many elements a position of a transformed tile takes.
func (p *plan) roomOfInput() int { return array.CeilDiv(p.cIn, max(1, p.depth)) * p.depth }

// evenly is the size of blocks of n, of at most so many, that are about equal.
func evenly(n, most int) int { return array.CeilDiv(n, max(1, array.CeilDiv(n, most))) }

// block is a block of tiles, from a line and a column on.
type block struct {
	*plan
	dst, src, u, v []float32 // v is the transformed input, by position, block of channels, tile and channel
	part           part      // of the weights, which u has
	line, column   int
	height, width  int // in tiles
}

// tiles is how many there are.
func (b *block) tiles() int { return b.height * b.width }

// inputPlane is from a position of the transformed input to the next.
func (b *block) inputPlane() int {
	return b.tiles()*b.roomOfInput() + planeGap*b.lanes
}

// inputAt is where a tile and a channel are.
func (b *block) inputAt(tile, c int) int {
	return (c/b.depth*b.tiles()+tile)*b.depth + c%b.depth
}

// outputTile is from a tile of the products of a panel to the next.
func (b *block) outputTile() int { return (2*b.edge*b.edge + planeGap) * b.lanes }

// run computes all blocks, and reports whether the result is finite. The cores take whole
// blocks if there are about as many to each, and otherwise work on each of them together;
// no sum depends on which.
func (p *plan) run(dst, src, u []float32) bool {
	if len(dst) == 0 {
		return true
	}
	if p.cIn == 0 {
		clear(dst)
		return true
	}
	all, cores := blocksJob{p, dst, src, u}, runtime.GOMAXPROCS(0)
	if n := all.count(); n%cores == 0 || n >= 4*cores || p.panels() < 2 {
		parallel.Split(n, 1, all)
		return !p.bad.Load()
	}
	v, s := scratch.Borrow[float32](p.blockLen())
	for at := range all.count() {
		b := all.block(at, v)
		parallel.Split(array.CeilDiv(p.cIn, p.lanes), 1, gatherJob{b})
		parallel.Split(p.panels(), 1, productJob{b})
	}
	scratch.Release(s)
	return !p.bad.Load()
}

// blocksJob is all blocks.
type blocksJob struct {
	*plan
	dst, src, u []float32
}

func (p *plan) across() int { return array.CeilDiv(p.columns, max(1, p.blockColumns)) }

// count is how many blocks there are.
func (p *plan) count() int {
	return array.CeilDiv(p.batch*p.lines, max(1, p.blockLines)) * p.across()
}

// blockLen is how many elements the transformed input of a block has, at most.
func (p *plan) blockLen() int {
	b := block{plan: p, height: p.blockLines, width: p.blockColumns}
	return p.edge * p.edge * b.inputPlane()
}

// inputLen is how many elements the transformed input of all blocks has.
func (p *plan) inputLen() int { return p.count() * p.blockLen() }

// block is a block by its number, with room for its tiles.
func (f blocksJob) block(at int, v []float32) block {
	line, column := at/f.across()*f.blockLines, at%f.across()*f.blockColumns
	return block{f.plan, f.dst, f.src, f.u, v, f.all(), line, column,
		min(f.blockLines, f.batch*f.lines-line), min(f.blockColumns, f.columns-column)}
}

func (f blocksJob) Run(lo, hi int) {
	v, s := scratch.Borrow[float32](f.blockLen())
	for at := lo; at < hi; at++ {
		b := f.block(at, v)
		gatherJob{b}.Run(0, array.CeilDiv(f.cIn, f.lanes))
		productJob{b}.Run(0, f.panels())
	}
	scratch.Release(s)
}
