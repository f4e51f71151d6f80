//go:build !purego

package conv

import (
	"github.com/pullback-go/pullback/internal/kernel/array"
	"github.com/pullback-go/pullback/internal/kernel/scratch"
)

// slack is how many elements the gathering of lines may touch past the last one.
const slack = 64

// box is what some positions of an implicit GEMM read of a plane: size elements from
// origin on. It is read in place if nothing of it is out of bounds, and else copied into
// a halo of zeros.
type box struct {
	origin, size [3]int
	inPlace      bool
	from, to     [3]int // the part of the box that is in the plane
	scratch      scratch.Loan
	runs         []int64 // of lines that are evenly spaced: see addRun
	offsets      []int64 // of each copy, in bytes
	pitch        int     // from a line of a run to the next in the plane or the halo
}

// runWords is the numbers that make a run: where it is in the right side and what it
// reads, how many lines, and how long they are.
const runWords = 4

// box works out the box of the positions [p0, p1), for elements of some size.
func (g *implicit) box(p0, p1, size int) (b box) {
	lo, hi := g.index(p0), g.index(p1-1)
	narrow := true // whether the axes before have one index
	for a := range 3 {
		if !narrow {
			lo[a], hi[a] = 0, g.grid[a]-1
		}
		narrow = narrow && lo[a] == hi[a]
		b.origin[a] = lo[a]*g.step[a] + g.origin[a]
		b.size[a] = (hi[a]-lo[a])*g.step[a] + g.span[a]
	}
	b.clip(g.in)
	b.inPlace = b.inPlace && !g.flat
	dims, base := b.size, 0
	if b.inPlace {
		dims, base = g.in, (b.origin[0]*g.in[1]+b.origin[1])*g.in[2]+b.origin[2]
	}
	planes := hi[0] - lo[0] + 1
	words, st := scratch.Borrow[int64](3*planes*runWords + g.copies())
	b.scratch, b.offsets, b.runs = st, words[:0:g.copies()], words[g.copies():g.copies()]
	for i := range g.copies() {
		o := g.offsets[3*i:]
		b.offsets = append(b.offsets, ((o[0]*int64(dims[1])+o[1])*int64(dims[2])+o[2])*int64(size))
	}
	b.pitch = g.step[1] * dims[2]
	for p := p0; p < p1; {
		p += b.addRun(g, p, p0, p1, lo, dims, base)
	}
	return b
}

func (b *box) release() { scratch.Release(b.scratch) }

// index takes a position apart.
func (g *implicit) index(p int) [3]int {
	return [3]int{p / g.grid[2] / g.grid[1], p / g.grid[2] % g.grid[1], p % g.grid[2]}
}

// clip works out which part of the box is in a plane.
func (b *box) clip(in [3]int) {
	b.inPlace = true
	for a := range 3 {
		b.from[a] = min(b.size[a], max(0, -b.origin[a]))
		b.to[a] = max(b.from[a], min(b.size[a], in[a]-b.origin[a]))
		b.inPlace = b.inPlace && b.from[a] == 0 && b.to[a] == b.size[a]
	}
}

// addRun adds the lines from position p on that are evenly spaced, a part of a line or
// whole ones of a plane, and returns how many positions that is.
func (b *box) addRun(g *implicit, p, p0, p1 int, lo, dims [3]int, base int) int {
	at := g.index(p)
	n, lines := min(p1-p, g.grid[2]-at[2]), 1
	if at[2] == 0 && n == g.grid[2] {
		lines = min((p1-p)/n, g.grid[1]-at[1])
	}
	for a := range 3 {
		at[a] = (at[a] - lo[a]) * g.step[a]
	}
	from := base + (at[0]*dims[1]+at[1])*dims[2] + at[2]
	b.runs = append(b.runs, int64(p-p0), int64(from), int64(lines), int64(n))
	return n * lines
}

// fillBox copies what a plane has of the box to the halo, whose other elements are zero,
// or all of the plane if the box is within.
func fillBox[T array.Float](halo, plane []T, b *box, in *[3]int) {
	if b.inPlace {
		copy(halo, plane)
		return
	}
	n := b.to[2] - b.from[2]
	for i0 := b.from[0]; i0 < b.to[0] && n > 0; i0++ {
		to := (i0*b.size[1]+b.from[1])*b.size[2] + b.from[2]
		from := ((i0+b.origin[0])*in[1]+b.from[1]+b.origin[1])*in[2] + b.from[2] + b.origin[2]
		for range b.to[1] - b.from[1] {
			copy(halo[to:to+n], plane[from:])
			to, from = to+b.size[2], from+in[2]
		}
	}
}
