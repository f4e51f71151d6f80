//go:build !purego

package conv

import (
	"github.com/pullback-go/pullback/internal/kernel/array"
	"github.com/pullback-go/pullback/internal/kernel/cpu"
	"github.com/pullback-go/pullback/internal/kernel/gemm"
	"github.com/pullback-go/pullback/internal/kernel/parallel"
	"github.com/pullback-go/pullback/internal/kernel/scratch"
)

// inputLines computes dx, at stride 1, a few vectors of two lines at a time: their sums
// in all rows, which are input channels, stay in registers while all output channels and
// taps go by, from dy as it lies. What one line of dy is multiplied by for one line of dx
// it is multiplied by, a tap on, for the next.
type inputLines[T array.Float] struct {
	conv      Geometry
	dx, dy, w []T
	vectors   int // of a line
	tiles     int // of a line
	chunk     int // how many output channels are summed up at a time
}

// lineRows is how many rows lineSums has at most, and lineVectors how many vectors.
const lineRows, lineVectors = 3, 4

// inputByLines computes dx; it reports whether there are instructions for it, as few
// input channels in a group, many output channels, and lines that fill vectors, of which
// taps reach past the first or the last alone. AVX2 has too few registers: it would mask
// every vector.
func inputByLines[T array.Float](dx, dy, w []T, s Geometry) bool {
	const many, enough, most = 16, 16, 8 // channels, blocks to share out, and pairs of lines in a block
	lanes, rows, line := gemm.SizesOf[T]().Lanes(), s.CIn/s.Groups, s.In[2]
	if cpu.InUse() != cpu.AVX512 || len(dy) == 0 || len(w) == 0 || s.Stride != [3]int{1, 1, 1} || rows > lineRows || !fillsVectors(line, lanes) {
		return false
	}
	vectors, window := array.CeilDiv(line, lanes), array.Volume(s.Kernel[:])
	right, left := s.Pad[2], (s.Kernel[2]-1)*s.Dilation[2]-s.Pad[2]
	if s.COut/s.Groups < many || left > lanes || right+(vectors-1)*lanes > s.Out[2] {
		return false
	}
	f := inputLines[T]{s, dx, dy, w, vectors, array.CeilDiv(vectors, lineVectors), max(1, gemm.DepthBlock/window)}
	tiles := s.Batch * s.Groups * s.In[0] * array.CeilDiv(s.In[1], 2) * f.tiles
	ops := 2 * rows * line / f.tiles * window * (s.COut / s.Groups)
	parallel.Split(tiles, max(min(most*f.tiles, array.CeilDiv(tiles, enough)), gemm.SmallBlock()/max(1, ops)), f)
	return true
}

func (f inputLines[T]) Run(lo, hi int) {
	words, st := scratch.Borrow[int64](len(tileTaps{}) * 2 * array.Volume(f.conv.Kernel[:]) * tapWords)
	for o := 0; o < f.conv.COut/f.conv.Groups; o += f.chunk {
		f.add(words, lo, hi, o)
	}
	scratch.Release(st)
}

// add adds to the tiles [lo, hi) the products of some output channels, from o on, or sets
// them if those are the first: a few lines of fewer channels are read faster than of all.
func (f *inputLines[T]) add(words []int64, lo, hi, o int) {
	s, pairs := &f.conv, array.CeilDiv(f.conv.In[1], 2)
	var taps tileTaps
	var had [3]span
	for u := lo; u < hi; u++ {
		pair := u / f.tiles
		unit, i0, i1 := pair/pairs/s.In[0], pair/pairs%s.In[0], pair%pairs*2
		valid := [3]span{s.reached(0, i0), s.reached(1, i1)}
		if i1+1 < s.In[1] {
			valid[2] = s.reached(1, i1+1)
		}
		if u == lo || valid != had {
			taps, had = f.plan(words, valid), valid
		}
		f.tile(&taps, unit, i0, i1, u%f.tiles, o)
	}
}

// span is the indices from one to before another.
type span struct{ from, to int }

func (s span) has(i int) bool { return s.from <= i && i < s.to }

// reached is the taps along an axis by which an index of x, at stride 1, is reached from
// within y.
func (s *Geometry) reached(axis, i int) span {
	at, dilation := i+s.Pad[axis], s.Dilation[axis]
	return span{max(0, array.CeilDiv(at-s.Out[axis]+1, dilation)), min(s.Kernel[axis], floorDiv(at, dilation)+1)}
}

// tapWords is the numbers that make a tap of lineSums: where it reads dy, and w for each
// line; the lanes of the first and the last vector that are in the line; and where it
// fetches ahead.
const tapWords = 6

// lineTaps is the taps of a tile: those for both lines, and then those for the first and
// for the second alone.
type lineTaps struct {
	words               []int64
	both, first, second int
}

// tileTaps is the taps of the first tile of a line, of those in the middle, and of the
// last.
type tileTaps [3]lineTaps

// kind is which of them a tile has.
func (f *inputLines[T]) kind(tile int) int {
	switch {
	case tile == 0:
		return 0
	case tile < f.tiles-1:
		return 1
	}
	return 2
}

// plan works out the taps of lines that are reached by some taps along the axes before:
// of both along the first, and of each along the second.
func (f *inputLines[T]) plan(words []int64, valid [3]span) (taps tileTaps) {
	each, last := len(words)/len(taps), f.tiles-1
	for kind, tile := range [...]int{0, min(1, last), last} {
		taps[kind].words = words[kind*each:][:0:each]
		f.planTile(&taps[kind], tile, valid)
	}
	return taps
}

func (f *inputLines[T]) planTile(t *lineTaps, tile int, valid [3]span) {
	s := &f.conv
	first, second := valid[1], valid[2]
	next := s.Dilation[1] == 1 // whether the lines share what they read
	for k := range s.Kernel[1] {
		if first.has(k) && next && second.has(k+1) {
			t.both += f.addTaps(t, tile, valid[0], s.Pad[1]-k*s.Dilation[1], k, k+1)
		}
	}
	for k := range s.Kernel[1] {
		if first.has(k) && !(next && second.has(k+1)) {
			t.first += f.addTaps(t, tile, valid[0], s.Pad[1]-k*s.Dilation[1], k, 0)
		}
	}
	for k := range s.Kernel[1] {
		if second.has(k) && !(next && first.has(k-1)) {
			t.second += f.addTaps(t, tile, valid[0], s.Pad[1]+1-k*s.Dilation[1], 0, k)
		}
	}
}

// addTaps adds the taps that read a line of dy, so far from that of dx, and the k-th ones
// of w along that axis for each line, and returns how many they are.
func (f *inputLines[T]) addTaps(t *lineTaps, tile int, planes span, line, first, second int) int {
	s, lanes, size := &f.conv, gemm.SizesOf[T]().Lanes(), array.SizeOf[T]()
	from, to := f.vectorsOf(tile)
	before := len(t.words)
	for k0 := planes.from; k0 < planes.to; k0++ {
		for k2 := range s.Kernel[2] {
			shift, n := s.Pad[2]-k2*s.Dilation[2], len(t.words)/tapWords
			row := (s.Pad[0]-k0*s.Dilation[0])*s.Out[1] + line
			below := row + 2 + n/(to-from) // lines that the next two may read
			t.words = append(t.words, int64((row*s.Out[2]+shift)*size),
				int64(((k0*s.Kernel[1]+first)*s.Kernel[2]+k2)*size), int64(((k0*s.Kernel[1]+second)*s.Kernel[2]+k2)*size),
				s.lanesWithin(from*lanes+shift, lanes), s.lanesWithin((to-1)*lanes+shift, lanes),
				int64((below*s.Out[2]+n%(to-from)*lanes)*size))
		}
	}
	return (len(t.words) - before) / tapWords
}

// vectorsOf is the first and the last but one vector of a tile.
func (f *inputLines[T]) vectorsOf(tile int) (from, to int) {
	return f.vectors * tile / f.tiles, f.vectors * (tile + 1) / f.tiles
}

// lanesWithin has a bit for each lane of a vector, from an index of a line of y on, that
// is within the line.
func (s *Geometry) lanesWithin(from, lanes int) int64 {
	lo, hi := min(lanes, max(0, -from)), max(0, min(lanes, s.Out[2]-from))
	return int64(max(0, 1<<hi-1<<lo))
}

// tile is add for a tile of one or two lines of all channels of a unit, an image's group.
func (f *inputLines[T]) tile(taps *tileTaps, unit, i0, i1, tile, o int) {
	s, lanes := &f.conv, gemm.SizesOf[T]().Lanes()
	from, to := f.vectorsOf(tile)
	x := from * lanes
	rows, channels, in, positions, window := s.CIn/s.Groups, s.COut/s.Groups, array.Volume(s.In[:]), s.positions(), array.Volume(s.Kernel[:])
	c := lineTile[T]{f.dx[unit*rows*in+(i0*s.In[1]+i1)*s.In[2]+x:], in, s.In[2], rows, min(2, s.In[1]-i1), min(to*lanes, s.In[2]) - x}
	t, at := &taps[f.kind(tile)], (i0*s.Out[1]+i1)*s.Out[2]+x
	if len(t.words) == 0 {
		c.clear()
		return
	}
	w, dy := f.w[(unit%s.Groups*channels+o)*rows*window:], f.dy[(unit*channels+o)*positions:]
	c.sum(w, window, rows*window, dy, at, positions, t, min(f.chunk, channels-o), o > 0)
}

// lineTile is the first cols elements of one or two lines, line apart, in each of some
// rows, row apart.
type lineTile[T array.Float] struct {
	c                 []T
	row, line         int
	rows, lines, cols int
}

func (c *lineTile[T]) clear() {
	for l := range c.lines {
		for row := range c.rows {
			clear(c.c[row*c.row+l*c.line:][:c.cols])
		}
	}
}

// sum sets the tile, or adds to it, to the sum over channels and taps of elements of A,
// ars apart, and vectors of B from at on.
func (c *lineTile[T]) sum(a []T, ars, aChannel int, b []T, at, bChannel int, t *lineTaps, channels int, accumulate bool) {
	size, lanes := array.SizeOf[T](), gemm.SizesOf[T]().Lanes()
	_, _ = c.c[(c.rows-1)*c.row+(c.lines-1)*c.line+c.cols-1], b[(channels-1)*bChannel]
	pc, pa, pb, pt := array.Start(c.c), array.Start(a), array.Start(b), &t.words[0]
	vectors, last := array.CeilDiv(c.cols, lanes), uint64(1)<<((c.cols-1)%lanes+1)-1
	ldc, line, ars, aChannel, at, bChannel := c.row*size, c.line*size, ars*size, aChannel*size, at*size, bChannel*size
	if size == 4 {
		lineSumsAVX512F32(pc, ldc, line, pa, ars, aChannel, pb, at, bChannel, pt, t.both, t.first, t.second, channels, c.rows, vectors, last, c.lines, accumulate)
	} else {
		lineSumsAVX512F64(pc, ldc, line, pa, ars, aChannel, pb, at, bChannel, pt, t.both, t.first, t.second, channels, c.rows, vectors, last, c.lines, accumulate)
	}
}

// floorDiv is a/b rounded down, for b > 0.
func floorDiv(a, b int) int {
	if a < 0 {
		return -array.CeilDiv(-a, b)
	}
	return a / b
}
