package layout

import (
	"github.com/pullback-go/pullback/internal/kernel/array"
)

// transposeTile is the side of the square that a transposition works on at a time, so
// that the lines it touches on both sides stay in the first-level cache.
const transposeTile = 32

// transposition is a gather whose source is contiguous along another axis than the last:
// for each index of the other axes, dst[h·pitch + w] = src[h + w·step] for h < height and
// w < width. Its unit of work is a strip of transposeTile lines of dst.
type transposition[E any] struct {
	dst, src                   []E
	from, to                   nest // the other axes, in src and in dst
	height, width, pitch, step int
}

// newTransposition takes a nest apart, fast being the axis along which src is contiguous.
func newTransposition[E any](dst, src []E, n nest, fast int) transposition[E] {
	last := n.rank - 1
	t := transposition[E]{dst: dst, src: src, height: n.size[fast], width: n.size[last], step: n.stride[last]}
	t.from.offset = n.offset
	pitch := 1
	for a := last; a >= 0; a-- {
		if a == fast {
			t.pitch = pitch
		} else if a != last {
			t.from.put(n.size[a], n.stride[a])
			t.to.put(n.size[a], pitch)
		}
		pitch *= n.size[a]
	}
	return t
}

func (t *transposition[E]) strips() int { return array.CeilDiv(t.height, transposeTile) }

func (t *transposition[E]) units() int { return len(t.dst) / (t.height * t.width) * t.strips() }

func (t transposition[E]) Run(lo, hi int) {
	strips := t.strips()
	for u := lo; u < hi; u++ {
		i, h := u/strips, u%strips*transposeTile
		t.strip(t.to.at(i, t.to.rank), t.from.at(i, t.from.rank), h, min(h+transposeTile, t.height))
	}
}

// strip does the lines [lo, hi) of the plane that begins at to in dst and at from in src:
// with vector instructions what fills whole squares of them, and then the columns and the
// lines that are left.
func (t *transposition[E]) strip(to, from, lo, hi int) {
	width, height := transposeVectors(t.dst[to+lo*t.pitch:], t.src[from+lo:], t.pitch, t.step, t.width, hi-lo)
	t.squares(to, from, lo, hi, width, t.width)
	t.squares(to, from, lo+height, hi, 0, width)
}

// squares does the columns [left, right) of lines.
func (t *transposition[E]) squares(to, from, lo, hi, left, right int) {
	for w := left; w < right; w += transposeTile {
		for h := lo; h < hi; h++ {
			line := t.dst[to+h*t.pitch:]
			gatherRow(line[w:min(w+transposeTile, right)], t.src, from+h+w*t.step, t.step)
		}
	}
}
