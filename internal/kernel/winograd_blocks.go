package kernel

// winogradGap is kept after planes of transformed tiles, in vectors, so that they do not all start in the same
// cache set.
const winogradGap = 1

// How much is worked on at a time. The products of a block of tiles with a panel of output channels stay in the second-level
// cache, and many tiles share what it takes to read the weights. The sum over a block of input channels is added to the
// product before it loses precision, of which F(4×4) has less to lose.
const (
	winogradTiles    = 224 // divided by the tile
	winogradChannels = 128 // divided by the tile
	winogradFew      = 8   // blocks of tiles, each of which the cores share
)

// planBlocks sets the sizes of blocks.
func (p *winograd) planBlocks() {
	tiles, lines, vectors := winogradTiles/p.tile, p.batch*p.lines, ceilDiv(p.cIn, p.lanes)
	p.blockColumns = evenly(p.columns, tiles)
	p.blockLines = evenly(lines, max(1, tiles/max(1, p.blockColumns)))
	p.depth = evenly(vectors, winogradChannels/p.tile/p.lanes) * p.lanes
}

// evenly is the size of blocks of n, of at most so many, that are about equal.
func evenly(n, most int) int { return ceilDiv(n, max(1, ceilDiv(n, most))) }

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

// outputTile is from a tile of the products of a panel to the next.
func (b *winogradBlock) outputTile() int { return (2*b.edge*b.edge + winogradGap) * b.lanes }

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
	all := winogradBlocks{p, dst, src, u}
	if all.count() >= winogradFew || p.panels() < 2 {
		split(all.count(), 1, all)
		return !p.bad.Load()
	}
	for at := range all.count() {
		b, s := all.block(at)
		grain := max(1, 1<<11/max(1, b.tiles()*b.lanes))
		split(ceilDiv(p.cIn, p.lanes), grain, winogradGather{b})
		split(p.panels(), 1, winogradProduct{b})
		release(s)
	}
	return !p.bad.Load()
}

// winogradBlocks is all blocks.
type winogradBlocks struct {
	*winograd
	dst, src, u []float32
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
		winogradProduct{b}.run(0, f.panels())
		release(s)
	}
}
