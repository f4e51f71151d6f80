package kernel

import "sync/atomic"

// winogradGap is kept after planes of transformed tiles, in vectors, so that they do not all start in the same
// cache set.
const winogradGap = 1

// How much is worked on at a time: so many tiles and output channels, whose products stay in the second-level cache, and
// so many input channels, whose sum is added to the product before it loses precision. Of fewer blocks the cores share
// each.
const (
	blockTiles    = 56
	chunkChannels = 64
	winogradDepth = 64
	fewBlocks     = 8
)

// planBlocks sets the sizes of blocks and chunks.
func (p *winograd) planBlocks() {
	p.blockColumns = ceilDiv(p.columns, max(1, ceilDiv(p.columns, blockTiles)))
	p.blockLines = max(1, blockTiles/max(1, p.blockColumns))
	p.blockLines = ceilDiv(p.batch*p.lines, max(1, ceilDiv(p.batch*p.lines, p.blockLines)))
	vectors := ceilDiv(p.cIn, p.lanes)
	p.depth = ceilDiv(vectors, max(1, ceilDiv(vectors*p.lanes, winogradDepth))) * p.lanes
	p.chunkPanels = max(1, chunkChannels/(2*p.lanes))
}

// chunks is how many chunks of output channels there are.
func (p *winograd) chunks() int { return ceilDiv(p.panels(), p.chunkPanels) }

// winogradBlock is a block of tiles, from a line and a column on.
type winogradBlock struct {
	*winograd
	dst, src, u, v []float32 // v is the transformed input, by position, block of channels, tile and channel
	line, column   int
	height, width  int // in tiles
}

// tiles is how many there are.
func (b *winogradBlock) tiles() int { return b.height * b.width }

// inputPlane is from a position of the transformed input to the next.
func (b *winogradBlock) inputPlane() int {
	return b.tiles()*ceilDiv(b.cIn, b.depth)*b.depth + winogradGap*b.lanes
}

// inputAt is where a tile and a channel are.
func (b *winogradBlock) inputAt(tile, c int) int {
	return (c/b.depth*b.tiles()+tile)*b.depth + c%b.depth
}

// outputTile is from a tile of the products of a panel to the next, and outputPanel from a panel to the next.
func (b *winogradBlock) outputTile() int {
	return (2*b.edge*b.edge + winogradGap) * b.lanes
}
func (b *winogradBlock) outputPanel() int { return b.tiles() * b.outputTile() }

// run computes all blocks, and reports whether the result is finite. Where there are few, the cores work on
// each of them together.
func (p *winograd) run(dst, src, u []float32) bool {
	if len(dst) == 0 {
		return true
	}
	if p.cIn == 0 {
		clear(dst)
		return true
	}
	var bad atomic.Bool
	all := winogradBlocks{p, dst, src, u, &bad}
	if all.count() >= fewBlocks {
		split(all.count(), 1, all)
		return !bad.Load()
	}
	for at := range all.count() {
		b, s := all.block(at)
		grain := max(1, 1<<11/max(1, b.tiles()*b.lanes))
		split(ceilDiv(p.cIn, p.lanes), grain, winogradGather{b})
		split(p.chunks(), 1, winogradProduct{b, &bad})
		release(s)
	}
	return !bad.Load()
}

// winogradBlocks is all blocks.
type winogradBlocks struct {
	*winograd
	dst, src, u []float32
	bad         *atomic.Bool
}

func (f winogradBlocks) across() int { return ceilDiv(f.columns, f.blockColumns) }
func (f winogradBlocks) count() int  { return ceilDiv(f.batch*f.lines, f.blockLines) * f.across() }

// block is a block by its number, with room for its tiles.
func (f winogradBlocks) block(at int) (winogradBlock, scratch) {
	line, column := at/f.across()*f.blockLines, at%f.across()*f.blockColumns
	b := winogradBlock{f.winograd, f.dst, f.src, f.u, nil, line, column,
		min(f.blockLines, f.batch*f.lines-line), min(f.blockColumns, f.columns-column)}
	v, s := borrow[float32](f.edge * f.edge * b.inputPlane())
	b.v = v
	return b, s
}

func (f winogradBlocks) run(lo, hi int) {
	for at := lo; at < hi; at++ {
		b, s := f.block(at)
		winogradGather{b}.run(0, ceilDiv(f.cIn, f.lanes))
		winogradProduct{b, f.bad}.run(0, f.chunks())
		release(s)
	}
}
