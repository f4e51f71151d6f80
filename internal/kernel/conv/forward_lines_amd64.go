//go:build !purego

package conv

import (
	"github.com/pullback-go/pullback/internal/kernel/array"
	"github.com/pullback-go/pullback/internal/kernel/cpu"
	"github.com/pullback-go/pullback/internal/kernel/gemm"
	"github.com/pullback-go/pullback/internal/kernel/parallel"
	"github.com/pullback-go/pullback/internal/kernel/scratch"
)

// forwardLines computes y line by line, as products of w in place and of what the taps
// read, in a halo of x, where neighbouring positions have neighbours: few input channels
// are not gathered.
type forwardLines[T array.Float] struct {
	conv  Geometry
	halo  halo
	y, w  []T
	src   []T     // of some images
	moves []int64 // from each tap to the next in w and a halo, in bytes
}

// forwardByLines computes y; it reports whether there are instructions for it, few taps,
// output channels enough to fill tiles, and lines of whole vectors, enough to share out.
func forwardByLines[T array.Float](y, x, w []T, s Geometry) bool {
	const enough = 16
	size, taps := gemm.SizesOf[T](), s.taps()
	lines := s.Groups * s.Out[0] * s.Out[1] // of an image
	if cpu.InUse() == cpu.Plain || taps > splitTaps || taps == 0 || s.COut/s.Groups <= flatRows {
		return false
	}
	if s.Out[2]%size.Lanes() != 0 || s.Out[2] < 4*size.Lanes() || s.Batch*lines < enough {
		return false
	}
	f := forwardLines[T]{conv: s, halo: s.inputHalo(), y: y, w: w}
	moves, st := scratch.Borrow[int64](gemm.MoveWords * taps)
	for tap := range taps {
		step := s.tapIn(&f.halo, (tap+1)%taps) - s.tapIn(&f.halo, tap)
		gemm.SetMove(moves[gemm.MoveWords*tap:], array.SizeOf[T](), step*array.SizeOf[T](), 0)
	}
	aheadByRows(moves, taps*array.SizeOf[T](), size.TileRows, cacheLine)
	f.moves = moves
	ops := s.COut / s.Groups * s.Out[2] * taps
	eachHalo(x, &f.halo, s.Batch, s.CIn, 0, func(src []T, from, to int) {
		f.src, f.y = src, y[from*s.COut*s.positions():]
		all := (to - from) * lines
		parallel.Split(all, max(min(8, array.CeilDiv(all, enough)), gemm.SmallBlock()/max(1, ops)), f)
	})
	scratch.Release(st)
	return true
}

func (f forwardLines[T]) Run(lo, hi int) {
	s := &f.conv
	m, taps, lines, positions := s.COut/s.Groups, s.taps(), s.Out[0]*s.Out[1], s.positions()
	t := gemm.Sweep[T]{Rows: m, Cols: s.Out[2], Steps: taps, Moves: f.moves, LDC: positions, ARow: taps, Accumulate: false}
	for u := lo; u < hi; u++ {
		unit, line := u/lines, u%lines
		src := f.src[unit*(s.CIn/s.Groups)*f.halo.plane()+s.lineIn(&f.halo, line):]
		t.Run(f.y[unit*m*positions+line*s.Out[2]:], f.w[unit%s.Groups*m*taps:], src)
	}
}
