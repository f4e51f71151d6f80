package kernel

import "sync/atomic"

// winogradChunk is how many panels of output channels are worked on at a time.
const winogradChunk = 4

// lineGap is kept between the planes of different positions of the tiles, so that they do not all start in
// the same cache set.
const lineGap = 16

// winogradBlock is some tiles of an image: those from first on, in groups.
type winogradBlock struct {
	*winograd
	dst, src, u, v       []float32 // v is the transformed input, by position, group, channel and tile
	image, first, groups int
}

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
	if few := 4; all.count() >= few {
		split(all.count(), 1, all)
		return !bad.Load()
	}
	for at := range all.count() {
		b, s := all.block(at)
		grain := max(1, 1<<11/max(1, b.groups*p.tileCols))
		split(p.cIn, grain, winogradGather{b})
		split(p.chunks(), 1, winogradProduct{b, &bad})
		release(s)
	}
	return !bad.Load()
}

// winogradBlocks is all blocks of all images.
type winogradBlocks struct {
	*winograd
	dst, src, u []float32
	bad         *atomic.Bool
}

func (f winogradBlocks) perImage() int { return ceilDiv(f.tiles(), f.winograd.groups*f.tileCols) }

func (f winogradBlocks) count() int { return f.batch * f.perImage() }

// block is a block by its number, with room for its tiles.
func (f winogradBlocks) block(at int) (winogradBlock, scratch) {
	image, first := at/f.perImage(), at%f.perImage()*f.groups*f.tileCols
	groups := min(f.groups, ceilDiv(f.tiles()-first, f.tileCols))
	b := winogradBlock{f.winograd, f.dst, f.src, f.u, nil, image, first, groups}
	v, s := borrow[float32](f.edge * f.edge * b.inputPlane())
	b.v = v
	return b, s
}

func (f winogradBlocks) run(lo, hi int) {
	for at := lo; at < hi; at++ {
		b, s := f.block(at)
		winogradGather{b}.run(0, f.cIn)
		winogradProduct{b, f.bad}.run(0, f.chunks())
		release(s)
	}
}

// inputPlane is from a position of the transformed input to the next, outputPlane that of the products of
// a chunk.
func (b *winogradBlock) inputPlane() int  { return b.groups*b.cIn*b.tileCols + lineGap }
func (b *winogradBlock) outputPlane() int { return b.groups*b.chunkRows()*b.tileCols + lineGap }

// columns is how many tiles the block has, when groups are filled up.
func (b *winogradBlock) columns() int { return b.groups * b.tileCols }

func (p *winograd) chunks() int    { return ceilDiv(p.panels(), winogradChunk) }
func (p *winograd) chunkRows() int { return winogradChunk * p.panel }

// winogradGather transforms the input of a block.
type winogradGather struct{ winogradBlock }

// run transforms the channels [lo, hi). Row r of the tiles, counted from the first line of tiles, lies in
// part r%tile of the buffer, at line r/tile.
func (f winogradGather) run(lo, hi int) {
	line := f.first / f.pitch
	lines := (f.first+f.columns()-1)/f.pitch - line + 2
	width, from := f.tile*f.pitch, (f.first-line*f.pitch)*f.tile
	beyond := f.tile * (f.tileCols + 2) // tiles after the last one are computed, too
	part := lines*width + beyond
	buf, s := borrow[float32](f.tile * part)
	clear(buf)
	for c := lo; c < hi; c++ {
		plane := f.src[(f.image*f.cIn+c)*f.in[0]*f.in[1]:][:f.in[0]*f.in[1]]
		for l := range lines {
			for r := range f.tile {
				f.readRow(buf[r*part+l*width:][:width], plane, (line+l)*f.tile+r-f.pad[0])
			}
		}
		f.transformInput(f.v[c*f.tileCols:], buf[from:], part, width)
	}
	release(s)
}

// readRow reads a row of the padded plane.
func (f *winogradGather) readRow(to, plane []float32, row int) {
	if uint(row) < uint(f.in[0]) {
		readLine(to, plane[row*f.in[1]:(row+1)*f.in[1]], -f.pad[1], 1)
	} else {
		clear(to)
	}
}

// winogradProduct computes the output of a block from its transformed input.
type winogradProduct struct {
	winogradBlock
	bad *atomic.Bool
}

// run computes the chunks [lo, hi).
func (f winogradProduct) run(lo, hi int) {
	m, sm := borrow[float32](f.edge * f.edge * f.outputPlane())
	y, sy := borrow[float32](f.tile * f.tile * f.columns())
	var check [8]float32
	for chunk := lo; chunk < hi; chunk++ {
		first, last := chunk*winogradChunk, min((chunk+1)*winogradChunk, f.panels())
		for i := range f.edge * f.edge {
			f.multiply(m[i*f.outputPlane():], i, first, last)
		}
		for o := first * f.panel; o < min(last*f.panel, f.cOut); o++ {
			f.transformOutput(y, m[(o-first*f.panel)*f.tileCols:], &check)
			f.keep(f.dst[(f.image*f.cOut+o)*f.out[0]*f.out[1]:][:f.out[0]*f.out[1]], y)
		}
	}
	if check != [8]float32{} {
		f.bad.Store(true)
	}
	release(sy)
	release(sm)
}

// multiply computes the products of the panels [first, last) for one position of the tiles.
func (f *winogradProduct) multiply(m []float32, position, first, last int) {
	v, rows := f.v[position*f.inputPlane():], f.chunkRows()
	depth := depthOf(f.cIn)
	for k := 0; k < f.cIn; k += depth {
		steps := min(depth, f.cIn-k)
		for panel := first; panel < last; panel++ {
			u := f.u[position*f.weightsPlane()+(panel*f.cIn+k)*f.panel:]
			for g := range f.groups {
				c := m[(g*rows+(panel-first)*f.panel)*f.tileCols:]
				f.runTile(c, u, v[(g*f.cIn+k)*f.tileCols:], steps, k > 0)
			}
		}
	}
}

// keep writes rows of tiles, which are in parts as in the input, to the plane that they belong to.
func (f *winogradProduct) keep(plane, y []float32) {
	for t := 0; t < f.columns(); {
		line, tile := (f.first+t)/f.pitch, (f.first+t)%f.pitch
		n := min(f.pitch-tile, f.columns()-t)
		if width := min(n*f.tile, f.out[1]-tile*f.tile); width > 0 {
			for r := range min(f.tile, f.out[0]-line*f.tile) {
				row := (line*f.tile+r)*f.out[1] + tile*f.tile
				copy(plane[row:row+width], y[r*f.tile*f.columns()+t*f.tile:])
			}
		}
		t += n
	}
}
