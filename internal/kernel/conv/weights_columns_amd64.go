//go:build !purego

package conv

import (
	"runtime"

	"github.com/pullback-go/pullback/internal/kernel/array"
	"github.com/pullback-go/pullback/internal/kernel/cpu"
	"github.com/pullback-go/pullback/internal/kernel/gemm"
	"github.com/pullback-go/pullback/internal/kernel/parallel"
	"github.com/pullback-go/pullback/internal/kernel/scratch"
)

// columnRows is how many output channels pay for transposing what the taps read.
const columnRows = 96

// columnWeights computes dw as a product of dy in place and of what the taps of some
// input channels read at some positions, which is gathered and transposed.
type columnWeights[T array.Float] struct {
	implicitProduct[T]
	conv  Geometry
	dw    []T
	dy    []T
	pad   int     // from a position of the columns to the next
	moves []int64 // from each position to the next in dy and the columns, in bytes
}

// weightsByColumns computes dw; it reports whether there are instructions for it, output
// channels enough, and so few positions that dw is most of the memory there is to go
// through: it is written once and as it lies.
func weightsByColumns[T array.Float](dw, x, dy []T, s Geometry) bool {
	m, channels := s.COut/s.Groups, s.CIn/s.Groups
	if cpu.InUse() == cpu.Plain || m < columnRows || len(dy) == 0 || len(dw) == 0 || s.positions() > gemm.DepthBlock {
		return false
	}
	f := columnWeights[T]{implicitProduct: implicitProduct[T]{implicit: s.implicitForward(), src: x}, conv: s, dw: dw, dy: dy}
	rows := f.plan()
	moves, st := scratch.Borrow[int64](gemm.MoveWords * s.positions())
	for k := 0; k < len(moves); k += gemm.MoveWords {
		gemm.SetMove(moves[k:], array.SizeOf[T](), f.pad*array.SizeOf[T](), 0)
	}
	f.moves = moves
	down, across := array.CeilDiv(m, rows), array.CeilDiv(channels, f.chunk)
	parallel.Split(s.Groups*down*across, 1, gemm.Blocks[columnWeights[T]]{Job: f, M: m, N: channels, Rows: rows, Cols: f.chunk, Down: down, Across: across})
	scratch.Release(st)
	scratch.Release(f.scratch)
	return true
}

// plan chooses how many input channels a block has, as many as fit the cache, and how
// many output channels: all of them, unless there would be too few blocks to share out.
func (f *columnWeights[T]) plan() (rows int) {
	size, window, m := gemm.SizesOf[T](), array.Volume(f.conv.Kernel[:]), f.conv.COut/f.conv.Groups
	across := array.CeilDiv(f.channels*window, max(window, size.Cols))
	f.chunk = array.CeilDiv(f.channels, across)
	f.pad = (array.CeilDiv(f.chunk*window, size.Lanes()) + 1) * size.Lanes()
	blocks, enough := f.conv.Groups*array.CeilDiv(f.channels, f.chunk), 2*runtime.GOMAXPROCS(0)
	if blocks >= enough {
		return m
	}
	return max(4*size.TileRows, array.CeilDiv(m, array.CeilDiv(enough, blocks)))
}

// Block computes the output channels [i0, i1) and input channels [c0, c1) of a group.
func (f columnWeights[T]) Block(group, i0, i1, c0, c1 int) {
	s, taps, window, positions := &f.conv, f.conv.taps(), array.Volume(f.conv.Kernel[:]), f.conv.positions()
	m, n := s.COut/s.Groups, (c1-c0)*window
	at := (group*m+i0)*taps + c0*window
	last := tailOf[T](n)
	tail, st := scratch.Borrow[T]((i1 - i0) * tailWidth[T]())
	for image := range s.Batch {
		unit := image*s.Groups + group
		columns, sc := f.columns(unit*f.channels+c0, c1-c0)
		dy := f.dy[(unit*m+i0)*positions:]
		t := gemm.Sweep[T]{Rows: i1 - i0, Cols: n - last, Steps: positions, Moves: f.moves, LDC: taps, ARow: positions, Accumulate: image > 0}
		t.Run(f.dw[at:], dy, columns)
		if last > 0 {
			t.Cols, t.LDC = last, tailWidth[T]()
			t.Run(tail, dy, columns[n-last:])
		}
		scratch.Release(sc)
	}
	gemm.KeepTile(f.dw[at+n-last:], taps, tail, tailWidth[T](), i1-i0, last, false)
	scratch.Release(st)
}

// columns is what all taps of some channels read, position by position.
func (f *columnWeights[T]) columns(first, channels int) ([]T, scratch.Loan) {
	const square = 8 // the transpose is best of whole ones, past the last position
	n := f.positions()
	b := implicitBlock[T]{implicitProduct: f.implicitProduct, box: f.box(0, n, array.SizeOf[T]()), positions: n}
	b.begin()
	b.read(first, channels)
	columns, st := scratch.Borrow[T](array.CeilDiv(n, square) * square * f.pad)
	gemm.Strided[T]{Data: b.right, Line: b.apart, Step: 1}.PackLines(columns, f.pad, channels*f.copies(), 0, 0)
	b.end()
	return columns, st
}
