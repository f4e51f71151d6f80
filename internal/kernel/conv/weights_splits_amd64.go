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

// splitTaps is how many taps are few enough for the sums of all of them to stay in a
// cache.
const splitTaps = 256

// splitDepth is how many positions are taken at a time, at most. With so few sums it pays
// to gather for more of them than [gemm.DepthBlock] at once.
const splitDepth = 2 * gemm.DepthBlock

// weightsBySplits computes dw in parts of the positions of the batch, whose sums are
// added up in order; it reports whether the weights of an output channel are few enough
// for that. A part gathers what all taps read for some positions at a time, as rows, and
// transposes dy for the same positions, as columns.
func weightsBySplits[T array.Float](dw, x, dy []T, s Geometry) bool {
	const few, enough, most = 4, 1024, 16
	m, n := s.COut/s.Groups, s.taps()
	if cpu.InUse() == cpu.Plain || m < few || n > splitTaps || len(dy) == 0 || len(dw) == 0 {
		return false
	}
	lanes := gemm.SizesOf[T]().Lanes()
	all := s.Batch * s.positions()
	f := splitWeights[T]{conv: s, dy: dy, pad: array.CeilDiv(m, lanes) * lanes, splits: max(1, min(all/enough, most))}
	f.implicitProduct = implicitProduct[T]{implicit: s.implicitForward(), src: x}
	f.chunk = f.channels
	sums, ss := scratch.Borrow[T](f.splits * s.Groups * n * f.pad)
	moves, sm := scratch.Borrow[int64](gemm.MoveWords * splitDepth)
	for k := range splitDepth {
		gemm.SetMove(moves[gemm.MoveWords*k:], array.SizeOf[T](), f.pad*array.SizeOf[T](), 0)
	}
	f.sums, f.moves = sums, moves
	parallel.Split(f.splits, 1, f)
	one := s.Groups * n * f.pad
	for part := 1; part < f.splits; part++ {
		elementwise.Accumulate(sums[:one], sums[part*one:(part+1)*one])
	}
	turn(dw, sums, s.Groups, n, f.pad, m, n)
	scratch.Release(sm)
	scratch.Release(ss)
	scratch.Release(f.scratch)
	return true
}

// splitWeights computes the sums of parts.
type splitWeights[T array.Float] struct {
	implicitProduct[T]
	conv   Geometry
	dy     []T
	sums   []T // [part g c t pad]
	pad    int
	splits int
	moves  []int64 // from each position to the next in the rows and columns, in bytes
}

func (f splitWeights[T]) Run(lo, hi int) {
	positions, line := f.conv.positions(), f.conv.Out[2]
	all, depth := f.conv.Batch*positions, splitDepth
	if line <= depth {
		depth = depth / line * line
	}
	for part := lo; part < hi; part++ {
		begin, end := all*part/f.splits, all*(part+1)/f.splits
		for q := begin; q < end; {
			image, p0 := q/positions, q%positions
			p1 := min(positions, p0+end-q, p0+depth)
			for group := range f.conv.Groups {
				f.add(part, image, group, p0, p1, q > begin)
			}
			q += p1 - p0
		}
	}
}

// add adds the sums of a part over the positions [p0, p1) of an image, or sets them.
func (f *splitWeights[T]) add(part, image, group, p0, p1 int, accumulate bool) {
	unit, m, n := image*f.conv.Groups+group, f.conv.COut/f.conv.Groups, f.conv.taps()
	b := implicitBlock[T]{implicitProduct: f.implicitProduct, box: f.box(p0, p1, array.SizeOf[T]()), first: p0, positions: p1 - p0}
	b.begin()
	b.read(unit*f.channels, f.channels)
	columns, st := scratch.Borrow[T]((p1 - p0) * f.pad)
	stride := f.conv.positions()
	gemm.Strided[T]{Data: f.dy[unit*m*stride:], Line: stride, Step: 1}.PackLines(columns, f.pad, m, 0, p0)
	t := gemm.Sweep[T]{Rows: n, Cols: f.pad, Steps: p1 - p0, Moves: f.moves, LDC: f.pad, ARow: b.apart, Accumulate: accumulate}
	t.Run(f.sums[(part*f.conv.Groups+group)*n*f.pad:], b.right, columns)
	scratch.Release(st)
	b.end()
}
