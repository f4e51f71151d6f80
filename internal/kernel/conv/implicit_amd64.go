//go:build !purego

package conv

import (
	"github.com/pullback-go/pullback/internal/kernel/array"
	"github.com/pullback-go/pullback/internal/kernel/cpu"
	"github.com/pullback-go/pullback/internal/kernel/gemm"
	"github.com/pullback-go/pullback/internal/kernel/scratch"
)

// implicit is a sum over channels and taps for each of some rows i and positions p of a
// grid, of any number of classes f, each with taps of its own:
//
//	out_f[i, p] = Σ_{c,t} A[i, c, t] src[c, p·step + offset(t) + origin].
//
// It is computed as implicit GEMM: what the taps of some channels read for some positions
// is the right side of a product, which exists for a block at a time.
//
// If many rows use it, it is gathered: written side by side, once for each distinct
// offset, so that every position that is computed is wanted. Otherwise, if positions read
// neighbours, it is flat: each channel is copied with its padding and read in place.
// Positions are then numbered with the padded line length, so that vectors read
// contiguous memory; results that fall between lines are discarded.
type implicit struct {
	in, grid     [3]int // the size of a plane of src, and of the grid
	step, origin [3]int // how far apart positions read, and the coordinate that the first of them reads at offset 0
	span         [3]int // offsets are smaller, and not negative
	out, outStep [3]int // the size of an output plane, and how far apart the positions of a class are in it

	rows, channels int
	aRow, aChannel int

	scratch scratch.Loan
	classes []int64 // where the taps of each class end
	firsts  []int64 // its first position in the output plane, along each axis
	lines   int     // how many classes, one after the other, differ along the last axis alone
	dense   bool    // whether every position in the output plane is in a class
	aTap    []int64 // where each tap reads in A, class by class
	copyOf  []int64 // the number of its offset
	offsets []int64 // along each axis, of each copy
	chunk   int     // how many channels are worked on at a time
	flat    bool
	shared  sharedTaps
}

// flatRows is how many rows do not pay for gathering.
const flatRows = 12

// begin makes room for so many classes and taps.
func (g *implicit) begin(classes, taps int) {
	n := [...]int{classes, 3 * classes, taps, taps, 3 * taps, taps, taps}
	total := 0
	for _, n := range n {
		total += n
	}
	words, st := scratch.Borrow[int64](total)
	g.scratch = st
	for i, part := range []*[]int64{&g.classes, &g.firsts, &g.aTap, &g.copyOf, &g.offsets, &g.shared.offsets, &g.shared.taps} {
		*part = words[:0:n[i]]
		words = words[n[i]:]
	}
}

// addClass begins a class; addTap adds a tap, which reads at the offset with a number, to
// the last one.
func (g *implicit) addClass(first [3]int) {
	g.classes = append(g.classes, int64(len(g.aTap)))
	g.firsts = append(g.firsts, int64(first[0]), int64(first[1]), int64(first[2]))
}

func (g *implicit) addTap(a, offset int) {
	g.aTap = append(g.aTap, int64(a))
	g.copyOf = append(g.copyOf, int64(offset))
	g.classes[len(g.classes)-1] = int64(len(g.aTap))
}

// addOffset adds an offset, which gets the next number. They are all different.
func (g *implicit) addOffset(offset [3]int) {
	g.offsets = append(g.offsets, int64(offset[0]), int64(offset[1]), int64(offset[2]))
}

// tighten makes the least offset along each axis 0, when all taps are there.
func (g *implicit) tighten() {
	for a := range 3 {
		least, most := g.offsets[a], g.offsets[a]
		for i := a; i < len(g.offsets); i += 3 {
			least, most = min(least, g.offsets[i]), max(most, g.offsets[i])
		}
		for i := a; i < len(g.offsets); i += 3 {
			g.offsets[i] -= least
		}
		g.origin[a] += int(least)
		g.span[a] = int(most-least) + 1
	}
}

func (g *implicit) copies() int { return len(g.offsets) / 3 }

// taps are the first and the last but one tap of a class.
func (g *implicit) taps(class int) (from, to int) {
	if class > 0 {
		from = int(g.classes[class-1])
	}
	return from, int(g.classes[class])
}

// plan chooses how the sums are taken, when all taps are there.
func (g *implicit) plan() {
	g.flat = g.rows <= flatRows && g.step == [3]int{1, 1, 1}
	steps := gemm.DepthBlock
	switch {
	case g.flat && len(g.classes) > 1 && len(g.aTap) <= mostShared:
		g.share()
	case g.flat:
		steps /= 4
	case g.only() < 0:
		steps *= 2 // for all classes together
	}
	g.chunk = min(g.channels, max(1, steps/max(1, g.copies())))
}

// only is the class that has all taps, or -1 if there are several that have some.
func (g *implicit) only() int {
	for class := range g.classes {
		if from, to := g.taps(class); to-from == len(g.aTap) {
			return class
		}
	}
	return -1
}

// positions is how many there are.
func (g *implicit) positions() int { return array.Volume(g.grid[:]) }

// forwardImplicit is [Forward] as implicit GEMM; it reports whether there are
// instructions for it and something to sum up.
func forwardImplicit[T array.Float](y, x, w []T, s Geometry) bool {
	if cpu.InUse() == cpu.Plain || len(w) == 0 {
		return false
	}
	g := s.implicitForward()
	implicitProduct[T]{implicit: g, dst: y, a: w, src: x, groups: s.Groups, aGroup: g.rows * g.aRow}.all(s.Batch * s.Groups)
	return true
}

// implicitForward has output positions of the only class, and output channels as rows.
func (s *Geometry) implicitForward() implicit {
	window := array.Volume(s.Kernel[:])
	g := implicit{in: s.In, grid: s.Out, step: s.Stride, out: s.Out, outStep: [3]int{1, 1, 1}, lines: 1, dense: true,
		rows: s.COut / s.Groups, channels: s.CIn / s.Groups, aRow: s.taps(), aChannel: window}
	for a := range 3 {
		g.origin[a] = -s.Pad[a]
	}
	g.begin(1, window)
	g.addClass([3]int{})
	for tap := range window {
		g.addOffset(s.reach(tap))
		g.addTap(tap, tap)
	}
	g.tighten()
	return g
}
