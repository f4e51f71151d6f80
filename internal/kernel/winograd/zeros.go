package winograd

import (
	"math"

	"github.com/pullback-go/pullback/internal/kernel/array"
	"github.com/pullback-go/pullback/internal/kernel/elementwise"
	"github.com/pullback-go/pullback/internal/kernel/parallel"
	"github.com/pullback-go/pullback/internal/kernel/scratch"
)

// F(4×4, 3×3) leaves rounding errors of the rest of a tile where all that an output reads
// is 0: a window of 3×3 in all channels. These outputs are found and set to 0.

// zerosSegment is how many neighbouring elements of the channels are looked at together.
const zerosSegment = 256

// zeros sets those elements of dst to 0 whose window in src is all zeros, of either sign,
// or padding.
func (p *plan) zeros(dst, src []float32) {
	mask, s := scratch.Borrow[int32](p.batch * p.in[0] * p.in[1])
	f := zerosJob{p, dst, src, mask}
	parallel.Split(p.batch*f.segments(), 4, zerosSearch(f))
	if p.empty.Load() || p.beyond() {
		parallel.Split(p.batch*p.out[0], max(1, elementwise.Grain/max(1, p.out[1]*p.cOut)), zerosKeep(f))
	}
	scratch.Release(s)
}

// beyond says whether there are windows of nothing but padding.
func (p *plan) beyond() bool {
	for a := range 2 {
		if p.pad[a] > 2 || p.out[a]-p.pad[a] > p.in[a] {
			return true
		}
	}
	return false
}

// zerosJob is the search for zeros: mask is 0 for the positions of src where all
// channels are 0.
type zerosJob struct {
	*plan
	dst, src []float32
	mask     []int32
}

// segments is how many there are to an image.
func (f *zerosJob) segments() int { return array.CeilDiv(f.in[0]*f.in[1], zerosSegment) }

type zerosSearch zerosJob

// Run looks at segments [lo, hi) of all images: at one channel after the other, until
// none of its positions is 0 in all of them. Where channels are not sparse those are few.
func (f zerosSearch) Run(lo, hi int) {
	plane, segments := f.in[0]*f.in[1], (*zerosJob)(&f).segments()
	for at := lo; at < hi; at++ {
		image, from := at/segments, at%segments*zerosSegment
		n := min(zerosSegment, plane-from)
		mask, full := f.mask[image*plane+from:][:n], false
		clear(mask)
		for c := 0; c < f.cIn && !full; c++ {
			full = markNonzero(mask, f.src[(image*f.cIn+c)*plane+from:][:n])
		}
		if !full {
			f.empty.Store(true)
		}
	}
}

// markNonzeroPlain sets the elements of mask where x is not ±0 to something else than 0,
// and says whether all are now.
func markNonzeroPlain(mask []int32, x []float32) bool {
	full := true
	for i, v := range x {
		mask[i] |= int32(math.Float32bits(v) << 1) // without the sign
		full = full && mask[i] != 0
	}
	return full
}

type zerosKeep zerosJob

// Run sets zeros in the rows [lo, hi) of the outputs of all images.
func (f zerosKeep) Run(lo, hi int) {
	line, s := scratch.Borrow[int32](f.out[1] + 2)
	for at := lo; at < hi; at++ {
		image, row := at/f.out[0], at%f.out[0]
		f.readMask(line, image, row)
		for j := 0; j < f.out[1]; j++ {
			from := j
			for j < f.out[1] && line[j]|line[j+1]|line[j+2] == 0 {
				j++
			}
			if j > from {
				f.clear(image, row, from, j)
			}
		}
	}
	scratch.Release(s)
}

// clear sets the columns [from, to) of a row to 0, in all channels.
func (f *zerosKeep) clear(image, row, from, to int) {
	for o := range f.cOut {
		clear(f.dst[((image*f.cOut+o)*f.out[0]+row)*f.out[1]:][from:to])
	}
}

// readMask sets line to what the windows of an output row read of mask, column by column.
func (f *zerosKeep) readMask(line []int32, image, row int) {
	clear(line)
	for r := max(0, row-f.pad[0]); r < min(row-f.pad[0]+3, f.in[0]); r++ {
		mask := f.mask[(image*f.in[0]+r)*f.in[1]:][:f.in[1]]
		for j := max(0, f.pad[1]); j < min(len(line), f.in[1]+f.pad[1]); j++ {
			line[j] |= mask[j-f.pad[1]]
		}
	}
}
