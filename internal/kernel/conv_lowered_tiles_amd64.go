//go:build !purego

package kernel

// direct adds the product of some channels to a block of the output of the only class, or sets it, and tail so to
// the sums of its last columns, if they are no whole vectors.
func (g *lowered[T]) direct(c, tail, a, right []T, rows, cols, channels int, accumulate bool) {
	a = a[g.aTap[0]:]
	t := sweepTiles[T]{rows, cols, channels * len(g.aTap), g.moves, g.positions(), g.aRow, accumulate}
	t.cols -= tailOf[T](cols)
	t.run(c, a, right)
	if at := t.cols; at < cols {
		t.cols, t.ldc = cols-at, tailWidth[T]()
		t.run(tail, a, right[at:])
	}
}

// tailOf is how many of so many columns are kept aside until the sums are complete: none if they are whole vectors,
// and up to three vectors otherwise, so that an even number is left.
func tailOf[T Float](cols int) int {
	lanes := sizesOf[T]().lanes()
	rest := cols % lanes
	if rest == 0 {
		return 0
	}
	return rest + min(cols/lanes, 2-(cols/lanes)%2)*lanes
}

// tailWidth is the room for a row of a tail.
func tailWidth[T Float]() int { return 3 * sizesOf[T]().lanes() }

// aside adds the products of some channels to the sums of each class, or sets them.
func (g *lowered[T]) aside(sums, a, right []T, rows, cols, channels int, accumulate bool) {
	for class := range g.classes {
		from, to := g.taps(class)
		c := sums[class*rows*g.apart : (class+1)*rows*g.apart]
		if from == to {
			clear(c)
			continue
		}
		t := sweepTiles[T]{rows, cols, channels * (to - from), g.movesOf(class), g.apart, g.aRow, accumulate}
		t.run(c, a[g.aTap[from]:], right[int(g.copyOf[from])*g.apart:])
	}
}

// merge writes the sums of all classes at the positions [p0, p1), which are whole lines, to rows of the output,
// whose planes begin at dst[at].
func (g *lowered[T]) merge(at int, sums []T, rows, p0, p1 int) {
	out, line := volume(g.out[:]), g.grid[2]
	for r := range rows {
		for q := p0 / line; q < p1/line; q++ {
			g.mergeLine(g.dst[at+r*out:][:out], sums[r*g.apart+q*line-p0:], rows*g.apart, q)
		}
		g.tellLines(at+r*out, p0/line, p1/line)
	}
}

// mergeLine writes line q of the grid to the lines of an output plane that it is part of. The sums of a class are
// so far from those of the one before.
func (g *lowered[T]) mergeLine(plane, sums []T, apart, q int) {
	q0, q1 := q/g.grid[1], q%g.grid[1]
	for class := 0; class < len(g.classes); class += g.outStep[2] {
		i0, i1 := q0*g.outStep[0]+int(g.first[3*class]), q1*g.outStep[1]+int(g.first[3*class+1])
		if i0 < g.out[0] && i1 < g.out[1] {
			to := (i0*g.out[1] + i1) * g.out[2]
			spread(plane[to:to+g.out[2]], sums[class*apart:], apart, g.outStep[2])
		}
	}
}

// spread is dst[j·step + f] = src[f·apart + j].
func spread[T Float](dst, src []T, apart, step int) {
	if step == 1 {
		copy(dst, src)
		return
	}
	done := 0
	if step == 2 {
		done = interleave(dst, src, src[apart:])
	}
	for f := range step {
		line := src[f*apart:]
		for j := done; j*step+f < len(dst); j++ {
			dst[j*step+f] = line[j]
		}
	}
}

// tellLines tells of the lines of the output that the lines [q0, q1) of the grid make, which begin at dst[at]: in one
// part as far as they are one behind the other.
func (g *lowered[T]) tellLines(at, q0, q1 int) {
	if g.then == nil {
		return
	}
	lo, hi := 0, 0
	for q0 < q1 {
		plane, line := q0/g.grid[1], q0%g.grid[1]
		n := min(q1-q0, g.grid[1]-line)
		for i := plane * g.outStep[0]; i < min(g.out[0], (plane+1)*g.outStep[0]); i++ {
			from, to := (i*g.out[1]+line*g.outStep[1])*g.out[2], (i*g.out[1]+min(g.out[1], (line+n)*g.outStep[1]))*g.out[2]
			if from != hi {
				tellRows(g.then, at+lo, 0, 1, hi-lo)
				lo = from
			}
			hi = to
		}
		q0 += n
	}
	tellRows(g.then, at+lo, 0, 1, hi-lo)
}
