package conv

import (
	"github.com/pullback-go/pullback/internal/kernel/array"
	"github.com/pullback-go/pullback/internal/kernel/cpu"
	"github.com/pullback-go/pullback/internal/kernel/gemm"
	"github.com/pullback-go/pullback/internal/kernel/parallel"
	"github.com/pullback-go/pullback/internal/kernel/scratch"
)

// Small is a convolution, or its adjoint towards the input, whose geometry is worked
// out once for many calls: one of stride 1 with up to two spatial axes, whose planes are
// so small and channels so few that an image, or a group of it, is not worth sharing out.
//
// Of each channel of the source, one copy is made for each tap of a line, shifted by that
// tap and with zeros for what is out of bounds, in lines as long as those of the output.
// There the taps of the other axis, too, are whole lines apart, so that all positions of
// a plane read neighbours: the copies are the right side of a product with the weights.
type Small[T array.Float] struct {
	groups         int
	rows, channels int // of a unit's output and source
	in, out        int // elements of a plane of the source and the output
	aRow, aChannel int // from a row and a channel of the weights to the next
	window         int
	chunk          int     // channels that are summed up at a time
	channel        int     // elements of the copies of a channel
	first          int     // where in them the first tap reads
	moves          []int64 // from each step of the product to the next
	pieces         []int64 // of which the copies of a channel are made
}

// NewSmall works out the geometry for the instructions in use; it returns nil if the
// convolution is none of this kind.
func NewSmall[T array.Float](s Geometry, input bool) *Small[T] {
	const steps = gemm.DepthBlock / 2 // of a chunk: copies and weights for as many fit the first-level cache
	l, ok := s.small(input)
	if size := gemm.SizesOf[T](); !ok || cpu.InUse() == cpu.Plain || l.size[0]*l.size[1] > size.Cols {
		return nil
	}
	g := &Small[T]{groups: s.Groups, in: l.from[0] * l.from[1], out: l.size[0] * l.size[1], window: array.Volume(s.Kernel[:])}
	if g.rows, g.channels, g.aRow, g.aChannel = s.COut/s.Groups, s.CIn/s.Groups, s.taps(), g.window; input {
		g.rows, g.channels, g.aRow, g.aChannel = g.channels, g.rows, g.aChannel, g.aRow
	}
	if work := g.rows * g.channels * g.window * g.out; work == 0 || g.in == 0 || work > gemm.SmallBlock() {
		return nil
	}
	g.chunk = min(g.channels, max(1, steps/g.window))
	lines := l.size[0] + (l.taps[0]-1)*l.apart[0]
	lanes := gemm.SizesOf[T]().Lanes()
	g.channel = array.CeilDiv(l.taps[1]*lines*l.size[1]+lanes-1, lanes) * lanes // the last piece is a whole vector
	for tap := range l.taps[1] {
		g.addCopy(&l, tap, lines)
	}
	g.addMoves(&l, lines)
	return g
}

// Run sets dst to the convolution of src, or its adjoint towards the input, for the
// weights w. There may be any number of images.
func (g *Small[T]) Run(dst, src, w []T) {
	images := len(dst) / (g.groups * g.rows * g.out)
	units := images * g.groups
	array.WantLen("conv.Small.Run", "dst", len(dst), units*g.rows*g.out)
	array.WantLen("conv.Small.Run", "src", len(src), units*g.channels*g.in)
	array.WantLen("conv.Small.Run", "w", len(w), g.groups*g.rows*g.channels*g.window)
	grain := max(1, gemm.SmallBlock()/(g.rows*g.channels*g.window*g.out))
	parallel.Split(units, grain, smallJob[T]{g, dst, src, w})
}

// smallLines is a convolution of planes as one of lines: where the line and the element
// of the source that output (i, j) reads for a tap are, if they are, namely i + tap·apart
// + first.
type smallLines struct {
	from, size         [2]int // of a plane of the source and of the output
	taps, apart, first [2]int // apart is not negative: towards the input, the taps are in reverse
	reverse            bool
}

// small reports whether the convolution has stride 1 and up to two axes. Taps that are
// further apart than all output lines would leave lines of the copies that none of them
// reads.
func (s *Geometry) small(input bool) (smallLines, bool) {
	l := smallLines{from: [2]int(s.In[1:]), size: [2]int(s.Out[1:]), taps: [2]int(s.Kernel[1:]), apart: [2]int(s.Dilation[1:]), reverse: input}
	for a, pad := range s.Pad[1:] {
		l.first[a] = -pad
		if input {
			l.first[a] = pad - (l.taps[a]-1)*l.apart[a]
		}
	}
	if input {
		l.from, l.size = l.size, l.from
	}
	flat := s.In[0] == 1 && s.Out[0] == 1 && s.Kernel[0] == 1 && s.Pad[0] == 0
	near := l.taps[0] == 1 || l.apart[0] <= l.size[0]
	return l, flat && near && s.Stride == [3]int{1, 1, 1} && !s.pointwise()
}

// at is where the element is that a line of copies has at index q for a tap, or -1 if it
// is out of bounds.
func (l *smallLines) at(q, tap int) int {
	i, j := q/l.size[1]+l.first[0], q%l.size[1]+tap*l.apart[1]+l.first[1]
	if uint(i) >= uint(l.from[0]) || uint(j) >= uint(l.from[1]) {
		return -1
	}
	return i*l.from[1] + j
}

// addCopy adds the pieces of the copy for a tap: vectors, each of as many elements as are
// neighbours in the source. What a vector has beyond them is written over by the next.
func (g *Small[T]) addCopy(l *smallLines, tap, lines int) {
	n, lanes, size := lines*l.size[1], gemm.SizesOf[T]().Lanes(), array.SizeOf[T]()
	for q := 0; q < n; {
		from, bits, k := 0, 0, 0
		for ; k < min(lanes, n-q); k++ {
			at := l.at(q+k, tap)
			if at >= 0 && bits != 0 && at-k != from {
				break
			}
			if at >= 0 {
				from, bits = at-k, bits|1<<k
			}
		}
		g.pieces = append(g.pieces, int64(from*size), int64((tap*n+q)*size), int64(bits))
		q += k
	}
}

// addMoves adds the moves from tap to tap of a channel and on to the next channel, for a
// chunk.
func (g *Small[T]) addMoves(l *smallLines, lines int) {
	const line = 64
	at := func(tap int) int {
		if l.reverse {
			tap = g.window - 1 - tap
		}
		return (tap%l.taps[1]*lines + tap/l.taps[1]*l.apart[0]) * l.size[1]
	}
	g.first = at(0)
	size := array.SizeOf[T]()
	for step := range g.chunk * g.window {
		tap, next := step%g.window, (step+1)%g.window
		inA, inCopies := next-tap, at(next)-at(tap)
		if next <= tap {
			inA, inCopies = inA+g.aChannel, inCopies+g.channel
		}
		g.moves = append(g.moves, int64(inA*size), int64(inCopies*size), line)
	}
}

// smallJob is the job of a Small.
type smallJob[T array.Float] struct {
	*Small[T]
	dst, src, w []T
}

func (f smallJob[T]) Run(lo, hi int) {
	lanes := gemm.SizesOf[T]().Lanes()
	width := array.CeilDiv(f.out, lanes) * lanes
	copies, sc := scratch.Borrow[T](f.chunk*f.channel + lanes) // a tile reads whole vectors
	sums, sa := scratch.Borrow[T](f.rows * width)
	for u := lo; u < hi; u++ {
		dst := f.dst[u*f.rows*f.out : (u+1)*f.rows*f.out]
		if width == f.out {
			f.unit(dst, u, width, copies)
			continue
		}
		f.unit(sums, u, width, copies)
		gemm.KeepTile(dst, f.out, sums, width, f.rows, f.out, false)
	}
	scratch.Release(sa)
	scratch.Release(sc)
}

// unit computes the planes of a group of an image as rows so far apart.
func (f smallJob[T]) unit(dst []T, u, width int, copies []T) {
	w := f.w[u%f.groups*f.rows*f.channels*f.window:]
	for c := 0; c < f.channels; c += f.chunk {
		channels := min(f.chunk, f.channels-c)
		copyPieces(copies, f.channel, f.src[(u*f.channels+c)*f.in:], f.in, channels, f.pieces)
		multiplySteps(dst, width, w[c*f.aChannel:], f.aRow, copies[f.first:], f.moves, f.rows, f.out, channels*f.window, c > 0)
	}
}
