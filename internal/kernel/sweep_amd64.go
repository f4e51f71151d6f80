//go:build !purego

package kernel

// sweep is a sum over channels and taps for each position of a grid and each of some rows:
//
//	out[i, p] = Σ_{c,t} A[i, c, t] src[c, p + t],
//
// A being weights in place and src planes with a halo. The positions of the grid are numbered with the
// halo's pitch, so that a vector of them reads vectors of src; those between the lines of the grid
// are computed for nothing.
type sweep struct {
	halo        halo
	grid        [3]int // the positions
	out         [3]int // the size of an output plane
	first, step [3]int // where in it the first position is, and how far the next ones are

	rows, channels     int
	aRow, aChannel     int     // from a row of A, and from a channel, to the next
	aTap, bTap         []int64 // where each tap reads in A and in a plane of src
	moves              []int64 // from each step of the sum to the next in A and src, in bytes
	scratchT, scratchM scratch
}

// newTaps makes room for the taps of a channel and the moves of all steps.
func (s *sweep) newTaps(taps int) {
	s.aTap, s.scratchT = borrow[int64](2 * taps)
	s.aTap, s.bTap = s.aTap[:0:taps], s.aTap[taps:taps]
	s.moves, s.scratchM = borrow[int64](2 * s.channels * taps)
}

func (s *sweep) addTap(a, b int) {
	s.aTap, s.bTap = append(s.aTap, int64(a)), append(s.bTap, int64(b))
}

// plan works out the moves, when all taps are there.
func (s *sweep) plan(size int) {
	taps := len(s.aTap)
	for t := range taps {
		a, b := int64(s.aChannel), int64(s.halo.plane())
		if t+1 < taps {
			a, b = 0, 0
		}
		next := (t + 1) % taps
		s.moves[2*t] = (a + s.aTap[next] - s.aTap[t]) * int64(size)
		s.moves[2*t+1] = (b + s.bTap[next] - s.bTap[t]) * int64(size)
	}
	for done := 2 * taps; done > 0 && done < len(s.moves); done *= 2 {
		copy(s.moves[done:], s.moves[:done])
	}
}

func (s *sweep) release() {
	release(s.scratchM)
	release(s.scratchT)
}

// steps is the length of the sum.
func (s *sweep) steps() int { return s.channels * len(s.aTap) }

// positions is how many there are, those between the lines included.
func (s *sweep) positions() int {
	n := 1
	for a, size := range s.grid {
		if size == 0 {
			return 0
		}
		n = (n-1)*s.halo.size[a] + size
	}
	return n
}

// sweeping runs a sweep for some images and groups.
type sweeping[T Float] struct {
	sweep
	dst, a, src []T
	groups      int
	aGroup      int // from a group of A to the next
	from        int // the first product in dst
	then        func(lo, hi int)
}

// all computes so many products, one for each image and group.
func (s sweeping[T]) all(products int) {
	eachBlockOf(sizesThen[T](s.then), products, s.rows, s.positions(), s.steps(), s)
}

// block computes the rows [i0, i1) at the positions [j0, j1) of product u = image · groups + group.
func (s sweeping[T]) block(u, i0, i1, j0, j1 int) {
	size := sizesOf[T]()
	width := ceilDiv(j1-j0, size.lanes()) * size.lanes()
	tile, st := borrow[T](min(i1-i0, vectorRows) * width)
	plane, taps, depth := s.halo.plane(), len(s.aTap), depthOf(s.steps())
	for i := i0; i < i1; i += vectorRows {
		rows := min(vectorRows, i1-i)
		a, src := s.a[u%s.groups*s.aGroup+i*s.aRow:], s.src[u*s.channels*plane+j0:]
		if s.steps() == 0 {
			clear(tile[:rows*width])
		}
		for k := 0; k < s.steps(); k += depth {
			c, t := k/taps, k%taps
			tiles := sweepTiles[T]{rows, j1 - j0, min(depth, s.steps()-k), s.moves[2*k:], width, s.aRow, k > 0}
			tiles.run(tile, a[c*s.aChannel+int(s.aTap[t]):], src[c*plane+int(s.bTap[t]):])
		}
		s.keep((s.from+u)*s.rows+i, tile, width, rows, j0, j1)
		if s.then != nil {
			lo, hi := s.before(j0), s.before(j1)
			out := volume(s.out[:])
			tellRows(s.then, ((s.from+u)*s.rows+i)*out+lo, out, rows, hi-lo)
		}
	}
	release(st)
}

// sweepTiles is a product of so many rows, columns and steps.
type sweepTiles[T Float] struct {
	rows, cols, steps int
	moves             []int64
	ldc, aRow         int
	accumulate        bool
}

// run sets c to the product of a and b, or adds it. Columns are rounded up to whole vectors, in c too. The last
// three vectors of an odd number are taken together, since those tiles need fewer loads than tiles one wide.
func (t *sweepTiles[T]) run(c, a, b []T) {
	size := sizesOf[T]()
	vectors, three := ceilDiv(t.cols, size.lanes()), 0
	if vectors%2 == 1 && vectors > 1 {
		three = 3
	}
	t.strip(c, a, b, vectors-three, size.tileRows, 2)
	at := (vectors - three) * size.lanes()
	t.strip(c[at:], a, b[at:], three, size.three, 3)
}

// strip is the part of run for the first so many vectors, in tiles of so many rows and vectors unless there are
// few rows.
func (t *sweepTiles[T]) strip(c, a, b []T, vectors, height, width int) {
	size := sizesOf[T]()
	for i := 0; i < t.rows; i += height {
		tall := min(height, t.rows-i)
		for j := 0; j < vectors; {
			wide := min(width, vectors-j)
			if wide == 2 && tall <= size.four && vectors-j >= 4 {
				wide = 4
			}
			at := j * size.lanes()
			runSweep(c[i*t.ldc+at:], t.ldc, a[i*t.aRow:], t.aRow, b[at:], t.moves, t.steps, tall, wide, t.accumulate)
			j += wide
		}
	}
}

// runSweep runs the micro kernel for the instructions in use.
func runSweep[T Float](c []T, ldc int, a []T, ars int, b []T, moves []int64, steps, rows, vectors int, accumulate bool) {
	size := sizeOf[T]()
	pc, pa, pb, pm := start(c), start(a), start(b), &moves[0]
	ldc, ars = ldc*size, ars*size
	switch {
	case isa == avx512 && size == 4:
		sweepAVX512F32(pc, ldc, pa, ars, pb, pm, steps, rows, vectors, accumulate)
	case isa == avx512:
		sweepAVX512F64(pc, ldc, pa, ars, pb, pm, steps, rows, vectors, accumulate)
	case size == 4:
		sweepAVX2F32(pc, ldc, pa, ars, pb, pm, steps, rows, vectors, accumulate)
	default:
		sweepAVX2F64(pc, ldc, pa, ars, pb, pm, steps, rows, vectors, accumulate)
	}
}

// keep writes the positions [j0, j1) that are in the grid to the output planes from one on.
func (s *sweeping[T]) keep(plane int, tile []T, width, rows, j0, j1 int) {
	pitch, out := s.halo.size[2], volume(s.out[:])
	for j := j0; j < j1; {
		p0, p1, p2 := j/pitch/s.halo.size[1], j/pitch%s.halo.size[1], j%pitch
		n := min(pitch-p2, j1-j)
		if p1 < s.grid[1] && p2 < s.grid[2] {
			at := ((p0*s.step[0]+s.first[0])*s.out[1]+p1*s.step[1]+s.first[1])*s.out[2] + p2*s.step[2] + s.first[2]
			s.keepLine(s.dst[plane*out+at:], out, tile[j-j0:], width, rows, min(n, s.grid[2]-p2))
		}
		j += n
	}
}

// before is how many of the positions before j are in the grid.
func (s *sweep) before(j int) int {
	pitch := s.halo.size[2]
	p0, p1, p2 := j/pitch/s.halo.size[1], j/pitch%s.halo.size[1], j%pitch
	if p1 >= s.grid[1] {
		return min(p0+1, s.grid[0]) * s.grid[1] * s.grid[2]
	}
	return (p0*s.grid[1]+p1)*s.grid[2] + min(p2, s.grid[2])
}

// keepLine writes n positions of a line for each row.
func (s *sweeping[T]) keepLine(dst []T, out int, tile []T, width, rows, n int) {
	for r := range rows {
		from := tile[r*width : r*width+n]
		if s.step[2] == 1 {
			copy(dst[r*out:], from)
			continue
		}
		at := r * out
		for _, v := range from {
			dst[at] = v
			at += s.step[2]
		}
	}
}
