//go:build !purego

package conv

import (
	"github.com/pullback-go/pullback/internal/kernel/array"
	"github.com/pullback-go/pullback/internal/kernel/gemm"
)

// direct adds the product of some channels to a block of the output of the only class, or
// sets it. The sums of the last columns are kept apart if they are no whole vectors.
func (b *implicitBlock[T]) direct(c, a []T, channels int, accumulate bool) {
	a = a[b.aTap[0]:]
	t := gemm.Sweep[T]{Rows: b.rows, Cols: b.cols, Steps: channels * len(b.aTap), Moves: b.moves, LDC: b.implicit.positions(), ARow: b.aRow, Accumulate: accumulate}
	t.Cols -= tailOf[T](b.cols)
	t.Run(c, a, b.right)
	if at := t.Cols; at < b.cols {
		t.Cols, t.LDC = b.cols-at, b.width
		t.Run(b.sums, a, b.right[at:])
	}
}

// tailOf is how many of so many columns are kept apart until the sums are complete: none
// if they are whole vectors, and up to three vectors otherwise, so that an even number is
// left.
func tailOf[T array.Float](cols int) int {
	lanes := gemm.SizesOf[T]().Lanes()
	rest := cols % lanes
	if rest == 0 {
		return 0
	}
	return rest + min(cols/lanes, 2-(cols/lanes)%2)*lanes
}

// tailWidth is the room for a row of a tail.
func tailWidth[T array.Float]() int { return 3 * gemm.SizesOf[T]().Lanes() }

// addToSums adds the products of some channels to the sums of each class, or sets them:
// first those of the taps that are shared, for the rows of all classes.
func (b *implicitBlock[T]) addToSums(a, shared []T, channels int, accumulate bool) {
	if n := len(b.shared.offsets); n > 0 {
		moves := b.moves[len(b.moves)-gemm.MoveWords*b.chunk*n:]
		t := gemm.Sweep[T]{Rows: len(b.classes) * b.rows, Cols: b.cols, Steps: channels * n, Moves: moves, LDC: b.width, ARow: 1, Accumulate: accumulate}
		t.Run(b.sums, shared, b.right[b.from+b.at(b.shared.offsets[0]):])
		accumulate = true
	}
	for class := range b.classes {
		from, to := b.taps(class)
		c := b.sums[class*b.rows*b.width : (class+1)*b.rows*b.width]
		if from == to {
			if !accumulate {
				clear(c)
			}
			continue
		}
		t := gemm.Sweep[T]{Rows: b.rows, Cols: b.cols, Steps: channels * (to - from), Moves: b.movesOf(class), LDC: b.width, ARow: b.aRow, Accumulate: accumulate}
		t.Run(c, a[b.aTap[from]:], b.right[b.from+b.tapAt(from):])
	}
}

// merge writes the sums of all classes to rows of the output, whose planes begin at
// dst[at].
func (b *implicitBlock[T]) merge(at int) {
	out := array.Volume(b.out[:])
	for r := range b.rows {
		plane, sums := b.dst[at+r*out:][:out], b.sums[r*b.width:]
		for i := 0; i < len(b.runs); i += runWords {
			b.mergeRun(plane, sums, b.runs[i:i+runWords])
		}
	}
}

// mergeRun writes the sums of a run of positions.
func (b *implicitBlock[T]) mergeRun(plane, sums []T, run []int64) {
	at, apart, lines, n := int(run[0]), int(run[3]), int(run[2]), int(run[3])
	q := b.index(b.first + at)
	end := min(b.out[1], (q[1]+lines)*b.outStep[1])
	if b.flat {
		at, apart = int(run[1])-b.from, b.pitch
	}
	for range lines {
		b.mergeLine(plane, sums[at:], q, n, end)
		at += apart
		q[1]++
	}
}

// mergeLine writes n positions from q on, which are in one line of the grid, to the lines
// of an output plane that they are part of. Lines up to end are written after this one.
func (b *implicitBlock[T]) mergeLine(plane, sums []T, q [3]int, n, end int) {
	step, class := b.outStep[2], b.rows*b.width
	j0, j1 := q[2]*step, min(b.out[2], (q[2]+n)*step)
	for f := 0; f < len(b.classes); f += b.implicit.lines {
		i0, i1 := q[0]*b.outStep[0]+int(b.firsts[3*f]), q[1]*b.outStep[1]+int(b.firsts[3*f+1])
		if i0 >= b.out[0] || i1 >= b.out[1] {
			continue
		}
		line, last := (i0*b.out[1]+i1)*b.out[2], (i0*b.out[1]+end-1)*b.out[2]
		if !b.dense {
			last = line // there may be no class for the lines after this one
		}
		if b.implicit.lines == step {
			spread(plane[line+j0:last+j1], j1-j0, sums[f*class:], class, step)
			continue
		}
		for c := f; c < f+b.implicit.lines; c++ {
			spreadOne(plane[line+j0:line+j1], int(b.firsts[3*c+2]), sums[c*class:], step)
		}
	}
}

// spreadOne is dst[j·step + first] = src[j].
func spreadOne[T array.Float](dst []T, first int, src []T, step int) {
	for at := first; at < len(dst); at += step {
		dst[at] = src[0]
		src = src[1:]
	}
}

// spread is dst[j·step + f] = src[f·apart + j] for the first n elements of dst. The
// others may change.
func spread[T array.Float](dst []T, n int, src []T, apart, step int) {
	if step == 1 {
		copy(dst[:n], src)
		return
	}
	done := 0
	if step == 2 {
		done = interleave(dst, n, src, src[apart:])
	}
	for f := range step {
		line := src[f*apart:]
		for j := done; j*step+f < n; j++ {
			dst[j*step+f] = line[j]
		}
	}
}
