//go:build !purego

package kernel

// inputLines computes dx, at stride 1, line by line: the sums of a few vectors of a line in all rows, which are input
// channels, stay in registers while all output channels and taps go by, from dy as it lies.
type inputLines[T Float] struct {
	conv      Conv
	dx, dy, w []T
	vectors   int // of a tile, at most
	chunk     int // how many output channels are summed up at a time
}

// lineRows is how many rows lineSums has at most, and lineVectors how many vectors.
const lineRows = 3

func lineVectors() int {
	if isa == avx512 {
		return 8
	}
	return 4
}

// lineInput computes dx; it reports whether there are instructions for it, as few input channels in a group, and lines that
// fill vectors, of which taps reach past the first or the last alone.
func lineInput[T Float](dx, dy, w []T, s Conv) bool {
	lanes, rows, line := sizesOf[T]().lanes(), s.CIn/s.Groups, s.In[2]
	if isa == plain || len(dy) == 0 || len(w) == 0 || s.Stride != [3]int{1, 1, 1} || rows > lineRows || !fillsVectors(line, lanes) {
		return false
	}
	right, left := s.Pad[2], (s.Kernel[2]-1)*s.Dilation[2]-s.Pad[2]
	if vectors := ceilDiv(line, lanes); left > lanes || right+(vectors-1)*lanes > s.Out[2] {
		return false
	}
	lines, window := s.In[0]*s.In[1], volume(s.Kernel[:])
	f := inputLines[T]{s, dx, dy, w, evenly(ceilDiv(line, lanes), lineVectors()), max(1, depthBlock/window)}
	ops := rows * line * window * s.COut / s.Groups
	split(s.Batch*s.Groups*lines, max(min(8, lines), smallBlock()/max(1, ops)), f)
	return true
}

func (f inputLines[T]) run(lo, hi int) {
	s, lines := &f.conv, f.conv.In[0]*f.conv.In[1]
	width := f.vectors * sizesOf[T]().lanes()
	words, st := borrow[int64](ceilDiv(s.In[2], width) * volume(s.Kernel[:]) * tapWords)
	var valid, had [2]span
	for u := lo; u < hi; u++ {
		unit, i0, i1 := u/lines, u%lines/s.In[1], u%s.In[1]
		valid = [2]span{s.reached(0, i0), s.reached(1, i1)}
		if u == lo || valid != had {
			f.plan(words, valid)
			had = valid
		}
		f.line(words, unit, i0, i1, valid[0].len()*valid[1].len()*s.Kernel[2])
	}
	release(st)
}

// span is the indices from one to before another.
type span struct{ from, to int }

func (s span) len() int { return max(0, s.to-s.from) }

// reached is the taps along an axis by which an index of x, at stride 1, is reached from within y.
func (s *Conv) reached(axis, i int) span {
	at, dilation := i+s.Pad[axis], s.Dilation[axis]
	return span{max(0, ceilDiv(at-s.Out[axis]+1, dilation)), min(s.Kernel[axis], floorDiv(at, dilation)+1)}
}

// tapWords is the numbers that make a tap of lineSums: where it reads dy and w, the lanes of the first and the last vector
// that are in the line, and where it fetches ahead.
const tapWords = 5

// plan works out the taps of each tile of lines that are reached by some taps along the axes before.
func (f *inputLines[T]) plan(words []int64, valid [2]span) {
	s, lanes, size := &f.conv, sizesOf[T]().lanes(), sizeOf[T]()
	below := s.Pad[1] - valid[1].from*s.Dilation[1] + 1 // the line that the next one reads and this one does not
	n := 0
	for x := 0; x < s.In[2]; x += f.vectors * lanes {
		vectors := min(f.vectors, ceilDiv(s.In[2]-x, lanes))
		end, tile := x+(vectors-1)*lanes, n
		for k0 := valid[0].from; k0 < valid[0].to; k0++ {
			for k1 := valid[1].from; k1 < valid[1].to; k1++ {
				for k2 := range s.Kernel[2] {
					plane, line, shift := s.Pad[0]-k0*s.Dilation[0], s.Pad[1]-k1*s.Dilation[1], s.Pad[2]-k2*s.Dilation[2]
					first, last := s.lanesWithin(x+shift, lanes), s.lanesWithin(end+shift, lanes)
					tap, word := (k0*s.Kernel[1]+k1)*s.Kernel[2]+k2, words[n*tapWords:(n+1)*tapWords]
					word[0] = int64(((plane*s.Out[1]+line)*s.Out[2] + shift) * size)
					word[1] = int64(tap * size)
					word[2], word[3] = first, last
					word[4] = int64((below*s.Out[2] + (n-tile)*lanes) * size)
					n++
				}
			}
		}
	}
}

// lanesWithin has a bit for each lane of a vector, from an index of a line of y on, that is within the line.
func (s *Conv) lanesWithin(from, lanes int) int64 {
	lo, hi := min(lanes, max(0, -from)), max(0, min(lanes, s.Out[2]-from))
	return int64(max(0, 1<<hi-1<<lo))
}

// line computes a line of dx of all channels of a unit, an image's group.
func (f *inputLines[T]) line(words []int64, unit, i0, i1, n int) {
	s, lanes := &f.conv, sizesOf[T]().lanes()
	rows, channels, in, positions, window := s.CIn/s.Groups, s.COut/s.Groups, volume(s.In[:]), s.positions(), volume(s.Kernel[:])
	dx := f.dx[unit*rows*in+(i0*s.In[1]+i1)*s.In[2]:]
	if n == 0 {
		clearRows(dx, rows, s.In[2], in)
		return
	}
	for x := 0; x < s.In[2]; x += f.vectors * lanes {
		cols := min(f.vectors*lanes, s.In[2]-x)
		at := (i0*s.Out[1]+i1)*s.Out[2] + x
		for c := 0; c < channels; c += f.chunk {
			w, dy := f.w[(unit%s.Groups*channels+c)*rows*window:], f.dy[(unit*channels+c)*positions:]
			lineSums(dx[x:], in, w, window, rows*window, dy, at, positions, words[:n*tapWords], min(f.chunk, channels-c), rows, cols, c > 0)
		}
		words = words[n*tapWords:]
	}
}

// lineSums sets the first so many elements of lines of C, ldc apart, or adds to them, to the sum over channels and taps of elements
// of A, ars apart, and vectors of B from at on.
func lineSums[T Float](c []T, ldc int, a []T, ars, aChannel int, b []T, at, bChannel int, taps []int64, channels, rows, cols int, accumulate bool) {
	size, lanes := sizeOf[T](), sizesOf[T]().lanes()
	_, _ = c[(rows-1)*ldc+cols-1], b[(channels-1)*bChannel]
	pc, pa, pb, pt := start(c), start(a), start(b), &taps[0]
	n, vectors, last := len(taps)/tapWords, ceilDiv(cols, lanes), uint64(1)<<((cols-1)%lanes+1)-1
	ldc, ars, aChannel, at, bChannel = ldc*size, ars*size, aChannel*size, at*size, bChannel*size
	switch {
	case isa == avx512 && size == 4:
		lineSumsAVX512F32(pc, ldc, pa, ars, aChannel, pb, at, bChannel, pt, n, channels, rows, vectors, last, accumulate)
	case isa == avx512:
		lineSumsAVX512F64(pc, ldc, pa, ars, aChannel, pb, at, bChannel, pt, n, channels, rows, vectors, last, accumulate)
	case size == 4:
		lineSumsAVX2F32(pc, ldc, pa, ars, aChannel, pb, at, bChannel, pt, n, channels, rows, vectors, last, accumulate)
	default:
		lineSumsAVX2F64(pc, ldc, pa, ars, aChannel, pb, at, bChannel, pt, n, channels, rows, vectors, last, accumulate)
	}
}
