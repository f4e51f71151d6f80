//go:build !purego

package kernel

import "runtime"

// lowering is a sum over channels and taps like [sweep], for any number of classes f of positions p of a grid, each
// with taps of its own:
//
//	out_f[i, p] = Σ_{c,t} A[i, c, t] src[c, p·step + offset(t) + origin].
//
// What the taps of some channels read for some positions is copied to a right side first, side by side and once for
// each distinct offset. That pays where many rows use it: no positions are computed for nothing, and neither
// a padded copy of src nor out is gone through twice.
type lowering struct {
	in, grid     [3]int // the size of a plane of src, and of the grid
	step, origin [3]int // how far apart positions read, and the coordinate that the first of them reads at offset 0
	span         [3]int // offsets are smaller
	out, outStep [3]int // the size of an output plane, and how far apart the positions of a class are in it

	rows, channels int
	aRow, aChannel int

	scratch scratch
	classes []int64 // where the taps of each class end
	first   []int64 // its first position in the output plane, along each axis
	aTap    []int64 // where each tap reads in A, class by class
	copyOf  []int64 // the number of its offset
	offsets []int64 // along each axis, of each copy
	moves   []int64 // for each class, from each step of a chunk to the next, in bytes
	chunk   int     // how many channels are worked on at a time
	apart   int     // from a line of the right side to the next
}

// loweredRows is how many rows pay for gathering.
const loweredRows = 24

// begin makes room for so many classes and taps.
func (g *lowering) begin(classes, taps int) {
	n := [...]int{classes, 3 * classes, taps, taps, 3 * taps, 2 * g.channels * taps}
	total := 0
	for _, n := range n {
		total += n
	}
	words, st := borrow[int64](total)
	g.scratch = st
	for i, part := range []*[]int64{&g.classes, &g.first, &g.aTap, &g.copyOf, &g.offsets, &g.moves} {
		*part = words[:0:n[i]]
		words = words[n[i]:]
	}
}

// addClass begins a class; addTap adds a tap to the last one.
func (g *lowering) addClass(first [3]int) {
	g.classes = append(g.classes, int64(len(g.aTap)))
	g.first = append(g.first, int64(first[0]), int64(first[1]), int64(first[2]))
}

func (g *lowering) addTap(a int, offset [3]int) {
	g.aTap = append(g.aTap, int64(a))
	g.copyOf = append(g.copyOf, int64(g.copy(offset)))
	g.classes[len(g.classes)-1] = int64(len(g.aTap))
}

// copy is the number of an offset, which is added if it is new. The offsets of a single class are.
func (g *lowering) copy(offset [3]int) int {
	n := len(g.offsets) / 3
	for i := 0; i < n && len(g.classes) > 1; i++ {
		if o := g.offsets[3*i:]; o[0] == int64(offset[0]) && o[1] == int64(offset[1]) && o[2] == int64(offset[2]) {
			return i
		}
	}
	g.offsets = append(g.offsets, int64(offset[0]), int64(offset[1]), int64(offset[2]))
	return n
}

func (g *lowering) copies() int { return len(g.offsets) / 3 }

// taps are the first and the last but one tap of a class.
func (g *lowering) taps(class int) (from, to int) {
	if class > 0 {
		from = int(g.classes[class-1])
	}
	return from, int(g.classes[class])
}

// plan works out the moves, when all taps are there, for a right side whose lines are so far apart.
func (g *lowering) plan(apart, size int) {
	g.apart = apart
	g.chunk = min(g.channels, max(1, depthBlock/max(1, g.copies())))
	for class := range g.classes {
		from, to := g.taps(class)
		for range g.chunk {
			for t := from; t < to; t++ {
				next, a, b := t+1, 0, 0
				if next == to {
					next, a, b = from, g.aChannel, g.copies()*apart
				}
				a += int(g.aTap[next] - g.aTap[t])
				b += int(g.copyOf[next]-g.copyOf[t]) * apart
				g.moves = append(g.moves, int64(a*size), int64(b*size))
			}
		}
	}
}

// movesOf are the moves of a class.
func (g *lowering) movesOf(class int) []int64 {
	from, to := g.taps(class)
	return g.moves[2*from*g.chunk : 2*to*g.chunk]
}

// positions is how many there are.
func (g *lowering) positions() int { return volume(g.grid[:]) }

// lowerForward is [ConvForward] by gathering; it reports whether that pays.
func lowerForward[T Float](y, x, w []T, s Conv, then func(lo, hi int)) bool {
	if isa == plain || s.COut/s.Groups < loweredRows || s.taps() == 0 {
		return false
	}
	window := volume(s.Kernel[:])
	g := lowering{in: s.In, grid: s.Out, step: s.Stride, out: s.Out, outStep: [3]int{1, 1, 1},
		rows: s.COut / s.Groups, channels: s.CIn / s.Groups, aRow: s.taps(), aChannel: window}
	for a := range 3 {
		g.origin[a], g.span[a] = -s.Pad[a], (s.Kernel[a]-1)*s.Dilation[a]+1
	}
	g.begin(1, window)
	g.addClass([3]int{})
	for tap := range window {
		g.addTap(tap, s.reach(tap))
	}
	lowered[T]{g, y, w, x, s.Groups, g.rows * g.aRow, then}.all(s.Batch * s.Groups)
	return true
}

// lowerInput is [ConvInput] by gathering, with a class for each remainder of the coordinates of dx modulo the
// stride; it reports whether that pays.
func lowerInput[T Float](dx, dy, w []T, s Conv, then func(lo, hi int)) bool {
	if isa == plain || s.CIn/s.Groups < loweredRows || len(w) == 0 || len(dy) == 0 || s.wideClasses(sizesOf[T]().cols) {
		return false
	}
	g := lowering{in: s.Out, step: [3]int{1, 1, 1}, out: s.In, outStep: s.Stride,
		rows: s.CIn / s.Groups, channels: s.COut / s.Groups, aRow: volume(s.Kernel[:]), aChannel: s.taps()}
	for a := range 3 {
		last := s.Stride[a] - 1
		g.grid[a] = ceilDiv(s.In[a], s.Stride[a])
		g.origin[a] = floorDiv(s.Pad[a], s.Stride[a]) - (s.Kernel[a]-1)*s.Dilation[a]/s.Stride[a]
		g.span[a] = floorDiv(last+s.Pad[a], s.Stride[a]) - g.origin[a] + 1
	}
	classes := volume(s.Stride[:])
	g.begin(classes, volume(s.Kernel[:]))
	for f := range classes {
		s.addInputClass(&g, [3]int{f / s.Stride[2] / s.Stride[1], f / s.Stride[2] % s.Stride[1], f % s.Stride[2]})
	}
	lowered[T]{g, dx, w, dy, s.Groups, s.COut / s.Groups * s.taps(), then}.all(s.Batch * s.Groups)
	return true
}

// wideClasses says whether the lines of dx that positions of several classes share are too long for a block.
func (s *Conv) wideClasses(most int) bool {
	return volume(s.Stride[:]) > 1 && ceilDiv(s.In[2], s.Stride[2]) > most
}

// addInputClass adds the class of the positions of dx from first on that are a stride apart: those, with coordinates
// i + pad = h·stride + f, that tap k reaches from h - e if k·dilation = e·stride + f.
func (s *Conv) addInputClass(g *lowering, first [3]int) {
	g.addClass(first)
	for tap := range volume(s.Kernel[:]) {
		reach, ours := s.reach(tap), true
		for a := range 3 {
			i := first[a] + s.Pad[a]
			h := floorDiv(i, s.Stride[a])
			ours = ours && reach[a]%s.Stride[a] == i-h*s.Stride[a]
			reach[a] = h - reach[a]/s.Stride[a] - g.origin[a]
		}
		if ours {
			g.addTap(tap, reach)
		}
	}
}

// lowered runs a lowering for some images and groups.
type lowered[T Float] struct {
	lowering
	dst, a, src []T
	groups      int
	aGroup      int // from a group of A to the next
	then        func(lo, hi int)
}

// all computes so many products, one for each image and group.
func (g lowered[T]) all(products int) {
	size, n := sizesOf[T](), g.positions()
	rows, cols := g.blocks(size, products)
	g.plan((ceilDiv(cols, size.lanes())+1)*size.lanes(), sizeOf[T]())
	down, across := ceilDiv(g.rows, rows), ceilDiv(n, cols)
	grain := max(1, smallBlock()/max(1, rows*cols*g.channels*len(g.aTap)/len(g.classes)))
	split(products*down*across, grain, blocks[lowered[T]]{g, g.rows, n, rows, cols, down, across})
	release(g.scratch)
}

// blocks chooses the size of the blocks: as many columns as fit the cache beside some rows, in whole lines if there
// are several classes, and all rows, unless there would be too few blocks to share out.
func (g *lowering) blocks(size blockSizes, products int) (rows, cols int) {
	cores, n := runtime.GOMAXPROCS(0), g.positions()
	across := ceilDiv(n, size.cols)
	if across > 1 {
		across = ceilDiv(across*products, cores) * cores / products
	}
	cols = min(n, ceilDiv(ceilDiv(n, across), size.lanes())*size.lanes())
	if line := g.grid[2]; len(g.classes) > 1 {
		cols = min(n, max(1, cols/line)*line)
	}
	down := 1
	if enough := 2 * cores; products*ceilDiv(n, cols) < enough && g.rows*cols*g.channels*len(g.aTap) > smallBlock() {
		down = ceilDiv(enough, products*ceilDiv(n, cols))
	}
	return max(min(g.rows, 2*size.tileRows), ceilDiv(g.rows, down)), cols
}

// block computes the rows [i0, i1) at the positions [p0, p1) of product u = image · groups + group.
func (g lowered[T]) block(u, i0, i1, p0, p1 int) {
	b := g.box(p0, p1, sizeOf[T]())
	right, sr := borrow[T](g.chunk*g.copies()*g.apart + slack)
	halo, sh := borrow[T](max(volume(b.size[:]), volume(g.in[:])) + slack)
	clear(halo)
	width := tailWidth[T]()
	if len(g.classes) > 1 {
		width = len(g.classes) * g.apart
	}
	sums, ss := borrow[T]((i1 - i0) * width)
	at := (u*g.rows + i0) * volume(g.out[:])
	for c := 0; c < g.channels; c += g.chunk {
		channels := min(g.chunk, g.channels-c)
		gatherRight(&g, &b, right, halo, u*g.channels+c, channels)
		a := g.a[u%g.groups*g.aGroup+i0*g.aRow+c*g.aChannel:]
		if len(g.classes) == 1 {
			g.direct(g.dst[at+p0:], sums, a, right, i1-i0, p1-p0, channels, c > 0)
		} else {
			g.aside(sums, a, right, i1-i0, p1-p0, channels, c > 0)
		}
	}
	if len(g.classes) == 1 {
		n := tailOf[T](p1 - p0)
		keepTile(g.dst[at+p1-n:], g.positions(), sums, width, i1-i0, n, false)
		tellRows(g.then, at+p0, g.positions(), i1-i0, p1-p0)
	} else {
		g.merge(at, sums, i1-i0, p0, p1)
	}
	release(ss)
	release(sh)
	b.release()
	release(sr)
}
