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

// directWeights is [Weights] as products, for each group and tap t, of x, in place in its
// halo, and dy, transposed:
//
//	sums[c, t, o] = Σ_{n,p} x[n, c, p + t] dy[n, p, o].
//
// Channels of x are the rows and channels of dy the columns, padded to whole vectors.
type directWeights[T array.Float] struct {
	conv      Geometry
	halo      halo
	src       []T // the planes of some images, with their halos
	dy        []T // of the same images: [n g p pad]
	sums      []T // [g c t pad]
	pad       int
	images    int
	moves     []int64 // from each position to the next, in bytes
	continued bool    // the sums over other images are there already
}

// weightsDirect computes dw; it reports whether there are instructions for it, enough
// channels of dy to fill vectors, and something to sum up.
func weightsDirect[T array.Float](dw, x, dy []T, s Geometry) bool {
	const few = 4
	m, positions := s.COut/s.Groups, s.positions()
	if cpu.InUse() == cpu.Plain || m < few || len(dy) == 0 || len(x) == 0 {
		return false
	}
	lanes := gemm.SizesOf[T]().Lanes()
	f := directWeights[T]{conv: s, halo: s.inputHalo(), pad: array.CeilDiv(m, lanes) * lanes}
	sums, ss := scratch.Borrow[T](s.Groups * s.taps() * f.pad)
	moves, sm := scratch.Borrow[int64](gemm.MoveWords * positions)
	f.sums, f.moves = sums, moves
	f.plan()
	eachHalo(x, &f.halo, s.Batch, s.CIn, s.Groups*positions*f.pad, func(src []T, from, to int) {
		units := (to - from) * s.Groups
		dyT, st := scratch.Borrow[T](units * positions * f.pad)
		turn(dyT, dy[from*s.COut*positions:], units, m, positions, positions, f.pad)
		f.run(src, dyT, to-from, from > 0)
		scratch.Release(st)
	})
	turn(dw, sums, s.Groups, s.taps(), f.pad, m, s.taps())
	scratch.Release(sm)
	scratch.Release(ss)
	return true
}

// plan works out the moves.
func (f *directWeights[T]) plan() {
	last := f.read(0)
	for p := range len(f.moves) / gemm.MoveWords {
		next := f.read(p + 1)
		gemm.SetMove(f.moves[gemm.MoveWords*p:], (next-last)*array.SizeOf[T](), f.pad*array.SizeOf[T](), 0)
		last = next
	}
}

// read is where output position p reads its first tap in a plane.
func (f *directWeights[T]) read(p int) int {
	line := f.conv.Out[2]
	return f.conv.lineIn(&f.halo, p/line) + p%line
}

// run adds the products of some images.
func (f directWeights[T]) run(src, dy []T, images int, continued bool) {
	f.src, f.dy, f.images, f.continued = src, dy, images, continued
	window := array.Volume(f.conv.Kernel[:])
	sizes := gemm.SizesOf[T]()
	sizes.Rows = array.CeilDiv(2*9, window) * sizes.TileRows // the sums of a block stay in the second-level cache
	gemm.EachBlockOf(sizes, f.conv.Groups, f.conv.CIn/f.conv.Groups, f.pad, window*images*f.conv.positions(), f)
}

// Block computes the channels [c0, c1) of x and [o0, o1) of dy.
func (f directWeights[T]) Block(group, c0, c1, o0, o1 int) {
	s := &f.conv
	window, positions, channels, plane := array.Volume(s.Kernel[:]), s.positions(), s.CIn/s.Groups, f.halo.plane()
	depth := gemm.DepthOf(positions)
	for image := range f.images {
		src := f.src[((image*s.Groups+group)*channels+c0)*plane:]
		dy := f.dy[(image*s.Groups+group)*positions*f.pad+o0:]
		for k := 0; k < positions; k += depth {
			t := gemm.Sweep[T]{Rows: c1 - c0, Cols: o1 - o0, Steps: min(depth, positions-k), Moves: f.moves[gemm.MoveWords*k:],
				LDC: window * f.pad, ARow: plane, Accumulate: f.continued || image > 0 || k > 0}
			for tap := range window {
				c := f.sums[((group*channels+c0)*window+tap)*f.pad+o0:]
				t.Run(c, src[f.halo.at(s.reach(tap))+f.read(k):], dy[k*f.pad:])
			}
		}
	}
}

// turn transposes matrices of so many lines, stride apart and one after the other in src,
// to matrices of so many steps, whose lines in dst have a width and end in zeros.
func turn[T array.Float](dst, src []T, matrices, lines, stride, steps, width int) {
	const squares = 16 // lines of dst are best written so many at a time
	block := array.CeilDiv(max(1, elementwise.Grain/width), squares) * squares
	parallel.Split(matrices*array.CeilDiv(steps, block), 1, turning[T]{dst, src, lines, stride, steps, width, block})
}

type turning[T array.Float] struct {
	dst, src                           []T
	lines, stride, steps, width, block int
}

func (t turning[T]) Run(lo, hi int) {
	blocks := array.CeilDiv(t.steps, t.block)
	for u := lo; u < hi; u++ {
		at, k := u/blocks, u%blocks*t.block
		panel := t.dst[(at*t.steps+k)*t.width : (at*t.steps+min(k+t.block, t.steps))*t.width]
		gemm.Strided[T]{Data: t.src[at*t.lines*t.stride:], Line: t.stride, Step: 1}.PackLines(panel, t.width, t.lines, 0, k)
	}
}
