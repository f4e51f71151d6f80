//go:build !purego

package conv

import (
	"github.com/pullback-go/pullback/internal/kernel/array"
	"github.com/pullback-go/pullback/internal/kernel/gemm"
	"github.com/pullback-go/pullback/internal/kernel/scratch"
)

// remainder is the last columns of a block, too few for vectors along the columns. Their
// sums are taken in vectors along A instead, wherever it has neighbours: the steps of a
// row, or the rows and taps of a channel.
type remainder[T array.Float] struct {
	columns int
	alongA  bool // whether the steps of a row are neighbours
	x       []T  // what a column reads, step by step
	repeats []T  // the taps of each channel of x, as often as there are lanes
	sums    []T  // of each column and row: lanes of them, or one for each tap
	each    int  // how many that is

	xS, repeatsS, sumsS scratch.Loan
}

// remainderOf is how many of so many columns are a remainder: those past whole vectors,
// if they cost less so than a vector of them and the weights are in order.
func (g *implicit) remainderOf(columns, lanes int) int {
	rest, few := columns%lanes, lanes <= columns && columns <= 8*lanes
	inOrder := g.aChannel == len(g.aTap) || g.aRow == len(g.aTap) && g.aRow <= productsAtOnce
	if rest > lanes/8 || !few || !inOrder || g.flat || g.only() < 0 {
		return 0
	}
	return rest
}

// begin makes room for so many rows.
func (f *remainder[T]) begin(g *implicit, rows int) {
	lanes, taps := gemm.SizesOf[T]().Lanes(), len(g.aTap)
	f.alongA = g.aChannel == taps
	f.each = taps
	if f.alongA {
		f.each = lanes
	}
	f.sums, f.sumsS = scratch.Borrow[T](f.columns * rows * f.each)
	f.x, f.xS = scratch.Borrow[T](g.chunk * taps)
	f.repeats, f.repeatsS = scratch.Borrow[T](g.chunk * taps * lanes)
	clear(f.sums)
}

func (f *remainder[T]) end() {
	scratch.Release(f.repeatsS)
	scratch.Release(f.xS)
	scratch.Release(f.sumsS)
}

// addRemainder adds the products of some channels to the sums of the remainder.
func (b *implicitBlock[T]) addRemainder(a []T, channels int) {
	f, n := &b.remainder, channels*len(b.aTap)
	for j := range f.columns {
		sums := f.sums[j*b.rows*f.each : (j+1)*b.rows*f.each]
		for k := range n {
			f.x[k] = b.right[k*b.apart+b.cols+j]
		}
		if f.alongA {
			addDots(sums, a, b.aRow, f.x[:n])
		} else {
			f.addAcross(sums, a, b.aChannel, len(b.aTap), channels)
		}
	}
}

// addDots adds the products of rows of A, whose steps are neighbours, and x to the sums
// of each row, one for each lane.
func addDots[T array.Float](sums, a []T, aRow int, x []T) {
	lanes := gemm.SizesOf[T]().Lanes()
	rows, whole := len(sums)/lanes, len(x)/lanes*lanes
	for i := 0; i < rows && whole > 0; i += productsAtOnce {
		addProducts(sums[i*lanes:], a[i*aRow:], aRow, lanes, x, 0, lanes, whole/lanes, min(productsAtOnce, rows-i))
	}
	for i := range rows {
		for k := whole; k < len(x); k++ {
			sums[i*lanes] += a[i*aRow+k] * x[k]
		}
	}
}

// addAcross adds the products of A, whose rows are taps and follow one another in each
// channel, and x.
func (f *remainder[T]) addAcross(sums, a []T, aChannel, taps, channels int) {
	lanes := gemm.SizesOf[T]().Lanes()
	period := taps * lanes
	for c := range channels {
		repeat(f.repeats[c*period:(c+1)*period], f.x[c*taps:(c+1)*taps])
	}
	whole := len(sums) / period * period
	vectors, apart := taps, lanes
	if taps == 1 {
		vectors, apart = productsAtOnce, 0
	}
	for i := 0; i < whole; i += vectors * lanes {
		n := min(vectors, (whole-i)/lanes)
		addProducts(sums[i:], a[i:], lanes, aChannel, f.repeats, apart, period, channels, n)
	}
	for i := whole; i < len(sums); i++ {
		for c := range channels {
			sums[i] += a[c*aChannel+i] * f.x[c*taps+i%taps]
		}
	}
}

// repeat fills dst with src again and again.
func repeat[E array.Arithmetic](dst, src []E) {
	for n := copy(dst, src); n < len(dst); n *= 2 {
		copy(dst[n:], dst[:n])
	}
}

// keepRemainder adds up the sums and writes them behind the other columns of a block,
// which is at c.
func (b *implicitBlock[T]) keepRemainder(c []T, ldc int) {
	f := &b.remainder
	for j := range f.columns {
		for i := range b.rows {
			var total T
			for _, v := range f.sums[(j*b.rows+i)*f.each:][:f.each] {
				total += v
			}
			c[i*ldc+b.cols+j] = total
		}
	}
}
