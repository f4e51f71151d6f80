//go:build !purego

package conv

import (
	"github.com/pullback-go/pullback/internal/kernel/array"
	"github.com/pullback-go/pullback/internal/kernel/cpu"
	"github.com/pullback-go/pullback/internal/kernel/elementwise"
	"github.com/pullback-go/pullback/internal/kernel/gemm"
	"github.com/pullback-go/pullback/internal/kernel/parallel"
	"github.com/pullback-go/pullback/internal/kernel/scratch"
)

// lineWeights computes dw as dot products of lines: those of x, in a halo, that a tap
// reads and those of dy as they lie. A vector of either is read for the sums of several
// taps and output channels, which stay in registers, so that nothing is transposed or
// gathered.
type lineWeights[T array.Float] struct {
	conv    Geometry
	halo    halo
	src, dy []T     // of some images
	taps    []int64 // where each tap of a channel reads in a plane of x, in bytes, channel by channel
	sums    []T     // [part o c k]
	images  int
	parts   int
	rows    int // how many groups of taps, and of output channels, there are
	cols    int
}

// dotDepth is how many positions a sum in registers is of, at most. A part has as many,
// or more where there are enough parts.
const dotDepth = 3136

// weightsByLines computes dw; it reports whether there are instructions for it, few taps,
// and lines of dy that fill vectors.
func weightsByLines[T array.Float](dw, x, dy []T, s Geometry) bool {
	const most = 16
	lanes, n := gemm.SizesOf[T]().Lanes(), s.taps()
	if cpu.InUse() == cpu.Plain || n > splitTaps || len(dy) == 0 || len(dw) == 0 || !fillsVectors(s.Out[2], lanes) || s.Out[2] > dotDepth {
		return false
	}
	m := s.COut / s.Groups
	f := lineWeights[T]{conv: s, halo: s.inputHalo(), parts: max(1, min(s.Batch*s.positions()/dotDepth, most))}
	f.halo.size[2] = array.CeilDiv(f.halo.size[2], lanes) * lanes // so that some taps read lines of the cache
	f.rows, f.cols = array.CeilDiv(n, dotTaps()), array.CeilDiv(m, dotChannels)
	sums, ss := scratch.Borrow[T](f.parts * len(dw))
	clear(sums)
	taps, st := scratch.Borrow[int64](n)
	for tap := range taps {
		taps[tap] = int64(s.tapIn(&f.halo, tap) * array.SizeOf[T]())
	}
	f.sums, f.taps = sums, taps
	eachHalo(x, &f.halo, s.Batch, s.CIn, 0, func(src []T, from, to int) {
		f.src, f.dy, f.images = src, dy[from*s.COut*s.positions():], to-from
		ops := n * m / f.cols * (to - from) * s.positions() / f.parts
		parallel.Split(f.parts*s.Groups*f.cols, max(1, gemm.SmallBlock()/max(1, ops)), f)
	})
	copy(dw, sums)
	for part := 1; part < f.parts; part++ {
		elementwise.Accumulate(dw, sums[part*len(dw):][:len(dw)])
	}
	scratch.Release(st)
	scratch.Release(ss)
	return true
}

// fillsVectors says whether lines of n elements are at least four vectors, the last of
// which is not much in vain.
func fillsVectors(n, lanes int) bool { return n >= 4*lanes && 8*array.CeilDiv(n, lanes)*lanes <= 9*n }

func (f lineWeights[T]) Run(lo, hi int) {
	s, lanes := &f.conv, gemm.SizesOf[T]().Lanes()
	m, taps, all := s.COut/s.Groups, s.taps(), f.images*s.Out[0]*s.Out[1]
	sums, st := scratch.Borrow[T](dotChannels * taps * lanes)
	for u := lo; u < hi; u++ {
		unit, col := u/f.cols, u%f.cols
		part, group := unit/s.Groups, unit%s.Groups
		o, end := m*col/f.cols, m*(col+1)/f.cols
		clear(sums)
		last := all * (part + 1) / f.parts
		for line := all * part / f.parts; line < last; {
			n := min(last-line, s.Out[1]-line%s.Out[1], dotDepth/s.Out[2])
			f.add(sums, group, o, end, line, n)
			line += n
		}
		addLanes(f.sums[(part*s.COut+group*m+o)*taps:][:(end-o)*taps], sums)
	}
	scratch.Release(st)
}

// add adds the products of the output channels [o, end) of a group at n lines of a plane,
// of those of all images.
func (f *lineWeights[T]) add(sums []T, group, o, end, line, n int) {
	s, lanes := &f.conv, gemm.SizesOf[T]().Lanes()
	taps, lines := s.taps(), s.Out[0]*s.Out[1]
	image, first := line/lines, line%lines
	plane := (image*s.Groups + group) * (s.CIn / s.Groups)
	src := f.src[plane*f.halo.plane()+s.lineIn(&f.halo, first):]
	dy := f.dy[((image*s.COut+group*(s.COut/s.Groups)+o)*lines+first)*s.Out[2]:]
	for row := range f.rows {
		t0, t1 := taps*row/f.rows, taps*(row+1)/f.rows
		lineDots(sums[t0*lanes:], taps*lanes, src, f.taps[t0:t1], f.halo.size[2], dy, s.positions(), s.Out[2], n, end-o)
	}
}

// dotChannels is how many output channels lineDots has at most, and dotTaps how many
// taps.
const dotChannels = 3

func dotTaps() int {
	if cpu.InUse() == cpu.AVX512 {
		return 9
	}
	return 4
}

// lineDots adds Σ x[taps[t] + l·xLine + j] y[o·yRow + l·yLine + j] over so many lines l
// and the positions j < yLine of each to the vector of sums[o·sumsRow + t·lanes], one sum
// for each lane, taps counting bytes.
func lineDots[T array.Float](sums []T, sumsRow int, x []T, taps []int64, xLine int, y []T, yRow, yLine, lines, cols int) {
	size, lanes := array.SizeOf[T](), gemm.SizesOf[T]().Lanes()
	_, _ = y[(cols-1)*yRow+lines*yLine-1], sums[(cols-1)*sumsRow+len(taps)*lanes-1]
	ps, px, pt, py := array.Start(sums), array.Start(x), &taps[0], array.Start(y)
	whole, tail := yLine/lanes*lanes*size, uint64(1)<<(yLine%lanes)-1
	sumsRow, xLine, yRow, yLine = sumsRow*size, xLine*size, yRow*size, yLine*size
	switch {
	case cpu.InUse() == cpu.AVX512 && size == 4:
		lineDotsAVX512F32(ps, sumsRow, px, pt, xLine, py, yRow, yLine, lines, whole, tail, len(taps), cols)
	case cpu.InUse() == cpu.AVX512:
		lineDotsAVX512F64(ps, sumsRow, px, pt, xLine, py, yRow, yLine, lines, whole, tail, len(taps), cols)
	case size == 4:
		lineDotsAVX2F32(ps, sumsRow, px, pt, xLine, py, yRow, yLine, lines, whole, tail, len(taps), cols)
	default:
		lineDotsAVX2F64(ps, sumsRow, px, pt, xLine, py, yRow, yLine, lines, whole, tail, len(taps), cols)
	}
}

// addLanes adds the lanes of each vector to a sum.
func addLanes[T array.Float](sums, vectors []T) {
	_ = vectors[len(sums)*gemm.SizesOf[T]().Lanes()-1]
	ps, pv, n := array.Start(sums), array.Start(vectors), len(sums)
	switch size := array.SizeOf[T](); {
	case cpu.InUse() == cpu.AVX512 && size == 4:
		addLanesAVX512F32(ps, pv, n)
	case cpu.InUse() == cpu.AVX512:
		addLanesAVX512F64(ps, pv, n)
	case size == 4:
		addLanesAVX2F32(ps, pv, n)
	default:
		addLanesAVX2F64(ps, pv, n)
	}
}
