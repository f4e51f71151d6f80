//go:build !purego

package conv

import (
	"github.com/pullback-go/pullback/internal/kernel/array"
	"github.com/pullback-go/pullback/internal/kernel/cpu"
	"github.com/pullback-go/pullback/internal/kernel/gemm"
	"github.com/pullback-go/pullback/internal/kernel/parallel"
	"github.com/pullback-go/pullback/internal/kernel/scratch"
)

// dotWeights computes dw, group by group, as dot products of what each tap reads,
// gathered, and each plane of dy.
type dotWeights[T array.Float] struct {
	implicitProduct[T]
	conv   Geometry
	dw, dy []T
}

// weightsByDots computes dw; it reports whether there are instructions for it and too few
// output channels in a group for vectors of them.
func weightsByDots[T array.Float](dw, x, dy []T, s Geometry) bool {
	const few = 4
	if cpu.InUse() == cpu.Plain || s.COut/s.Groups >= few || s.taps() > splitTaps || len(dy) == 0 || len(dw) == 0 {
		return false
	}
	f := dotWeights[T]{implicitProduct[T]{implicit: s.implicitForward(), src: x}, s, dw, dy}
	f.chunk = f.channels
	parallel.Split(s.Groups, parallel.GrainOf(s.Batch*s.opsPerPlane()), f)
	scratch.Release(f.scratch)
	return true
}

func (f dotWeights[T]) Run(lo, hi int) {
	lanes, one := gemm.SizesOf[T]().Lanes(), f.rows*f.conv.taps()
	sums, st := scratch.Borrow[T](one * lanes)
	for group := lo; group < hi; group++ {
		dw := f.dw[group*one : (group+1)*one]
		clear(dw)
		for image := range f.conv.Batch {
			clear(sums)
			f.add(sums, image*f.conv.Groups+group)
			for i := range dw {
				for _, v := range sums[i*lanes : (i+1)*lanes] {
					dw[i] += v
				}
			}
		}
	}
	scratch.Release(st)
}

// add adds the products of a group of an image, some positions at a time.
func (f *dotWeights[T]) add(sums []T, unit int) {
	const most = 2048
	n, line, each := f.positions(), f.grid[2], len(sums)/f.rows
	depth := most
	if line < most {
		depth = most / line * line
	}
	for p := 0; p < n; p += depth {
		end := min(n, p+depth)
		b := implicitBlock[T]{implicitProduct: f.implicitProduct, box: f.box(p, end, array.SizeOf[T]()), first: p, positions: end - p}
		b.begin()
		b.read(unit*f.channels, f.channels)
		for o := range f.rows {
			dy := f.dy[(unit*f.rows+o)*n:]
			addDots(sums[o*each:(o+1)*each], b.right, b.apart, dy[p:end])
		}
		b.end()
	}
}
