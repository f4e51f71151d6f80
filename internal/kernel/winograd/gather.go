package winograd

import (
	"github.com/pullback-go/pullback/internal/kernel/array"
	"github.com/pullback-go/pullback/internal/kernel/conv"
	"github.com/pullback-go/pullback/internal/kernel/scratch"
)

// gatherJob transforms the input of a block.
type gatherJob struct{ block }

// rowWidth is how many elements of a line of src the tiles of a line read.
func (f *gatherJob) rowWidth() int { return f.tile*f.width + 2 }

// Run transforms vectors of channels [lo, hi).
func (f gatherJob) Run(lo, hi int) {
	row, rows := f.rowWidth()*f.lanes, f.tile*min(f.height, f.lines)+2
	x, s := scratch.Borrow[float32](rows*row + f.lanes*f.lanes)
	for vector := lo; vector < hi; vector++ {
		for l := 0; l < f.height; {
			line := (f.line + l) % f.lines
			n := min(f.height-l, f.lines-line) // of one image
			f.read(x, (f.line+l)/f.lines, vector*f.lanes, line, n)
			for k := range n {
				f.transformInput(f.v[f.inputAt((l+k)*f.width, vector*f.lanes):], x[k*f.tile*row:], row)
			}
			l += n
		}
	}
	scratch.Release(s)
}

// read sets x to vectors of the channels from c on, for what n lines of tiles read.
func (f *gatherJob) read(x []float32, image, c, line, n int) {
	plane, row, channels := f.in[0]*f.in[1], f.rowWidth()*f.lanes, min(f.lanes, f.cIn-c)
	first := f.column*f.tile - f.pad[1]
	lo, hi := conv.Inside(f.rowWidth(), f.in[1], first, 1)
	for r := range n*f.tile + 2 {
		to, y := x[r*row:], line*f.tile+r-f.pad[0]
		if uint(y) >= uint(f.in[0]) || lo == hi {
			clear(to[:row])
			continue
		}
		clear(to[:lo*f.lanes])
		f.interleave(to[lo*f.lanes:], f.src[(image*f.cIn+c)*plane+y*f.in[1]+first+lo:], plane, channels, hi-lo)
		clear(to[hi*f.lanes : row])
	}
}

// interleavePlain sets vectors of channels, which are plane apart, to n > 0 elements of
// them, and the next vectors, up to a multiple of the lanes, to zeros.
func (p *plan) interleavePlain(to, from []float32, plane, channels, n int) {
	clear(to[:array.CeilDiv(n, p.lanes)*p.lanes*p.lanes])
	for c := range channels {
		for j, v := range from[c*plane:][:n] {
			to[j*p.lanes+c] = v
		}
	}
}
