//go:build !purego

package conv

import (
	"github.com/pullback-go/pullback/internal/kernel/array"
	"github.com/pullback-go/pullback/internal/kernel/elementwise"
	"github.com/pullback-go/pullback/internal/kernel/parallel"
	"github.com/pullback-go/pullback/internal/kernel/scratch"
)

// sharedTaps is what classes that are flat read in common: the offsets at which each of
// them has a tap. There, the rows of all classes are taken together, since few rows do
// not pay for reading vectors that are no lines of the cache.
type sharedTaps struct {
	offsets []int64 // their numbers
	taps    []int64 // where each class reads in A, offset by offset
}

// mostShared is of how many taps classes look for what they share: that takes time with
// the square of their number.
const mostShared = 1 << 10

// share takes the taps at such offsets from their classes.
func (g *implicit) share() {
	n := len(g.classes)
	for offset := range g.copies() {
		at := len(g.shared.taps)
		for class := range n {
			if tap := g.tapOf(class, offset); tap >= 0 {
				g.shared.taps = append(g.shared.taps, g.aTap[tap])
			}
		}
		if len(g.shared.taps) < at+n {
			g.shared.taps = g.shared.taps[:at]
			continue
		}
		g.shared.offsets = append(g.shared.offsets, int64(offset))
		for class := range n {
			g.remove(class, g.tapOf(class, offset))
		}
	}
}

// tapOf is the tap that a class has at an offset, or -1.
func (g *implicit) tapOf(class, offset int) int {
	from, to := g.taps(class)
	for tap := from; tap < to; tap++ {
		if g.copyOf[tap] == int64(offset) {
			return tap
		}
	}
	return -1
}

// remove takes a tap from a class.
func (g *implicit) remove(class, tap int) {
	g.aTap = append(g.aTap[:tap], g.aTap[tap+1:]...)
	g.copyOf = append(g.copyOf[:tap], g.copyOf[tap+1:]...)
	for ; class < len(g.classes); class++ {
		g.classes[class]--
	}
}

// sharedLen is how many elements of A a channel reads at those offsets.
func (g *implicit) sharedLen() int { return len(g.shared.taps) * g.rows }

// packShared writes A[channel offset class row] for those offsets, for the channels of
// all groups.
func (g *implicitProduct[T]) packShared() {
	n := g.sharedLen()
	g.sharedA, g.sharedLoan = scratch.Borrow[T](g.groups * g.channels * n)
	if n > 0 {
		parallel.Split(g.groups*g.channels, max(1, elementwise.Grain/n), packingShared[T]{*g})
	}
}

type packingShared[T array.Float] struct{ implicitProduct[T] }

func (g packingShared[T]) Run(lo, hi int) {
	n := g.sharedLen()
	for u := lo; u < hi; u++ {
		a, dst := g.a[u/g.channels*g.aGroup+u%g.channels*g.aChannel:], g.sharedA[u*n:(u+1)*n]
		for i, tap := range g.shared.taps {
			for r := range g.rows {
				dst[i*g.rows+r] = a[r*g.aRow+int(tap)]
			}
		}
	}
}
