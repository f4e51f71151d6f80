package pool

import (
	"github.com/pullback-go/pullback/internal/kernel/array"
	"github.com/pullback-go/pullback/internal/kernel/elementwise"
	"github.com/pullback-go/pullback/internal/kernel/scratch"
)

// The jobs of the poolings work plane by plane.

type avgJob[T array.Float] struct {
	y, x []T
	s    *Geometry
	row  row
}

func (p avgJob[T]) Run(lo, hi int) {
	in, out := array.Volume(p.s.In[:]), array.Volume(p.s.Out[:])
	for i := lo; i < hi; i++ {
		p.plane(p.y[i*out:(i+1)*out], p.x[i*in:(i+1)*in])
	}
}

func (p avgJob[T]) plane(y, x []T) {
	s := p.s
	for o0, w0 := range s.Windows[0] {
		for o1, w1 := range s.Windows[1] {
			divisor := s.Divisor[0][o0] * s.Divisor[1][o1]
			lo, hi := p.many(y, x, divisor, w0, w1)
			for o2, w2 := range s.Windows[2] {
				if o2 < lo || o2 >= hi {
					y[o2] = sumWindow(x, s, w0, w1, w2) / T(divisor*s.Divisor[2][o2])
				}
			}
			y = y[s.Out[2]:]
		}
	}
}

// many does with vector instructions what it can of a line of outputs, and returns which
// of them that are.
func (p avgJob[T]) many(y, x []T, divisor float64, w0, w1 Window) (lo, hi int) {
	var room [maxLines]int
	r := p.row
	if !r.any() || !hasRows[T]() {
		return 0, 0
	}
	lines := p.s.lines(room[:0], r, w0, w1)
	if len(lines) == 0 {
		return 0, 0
	}
	meanRow(y[r.lo:r.hi], x, lines, T(divisor*r.divisor), r)
	return r.lo, r.hi
}

type avgInputJob[T array.Float] struct {
	dx, dy []T
	s      *Geometry
	row    row // of what is done with vector instructions
}

func (p avgInputJob[T]) Run(lo, hi int) {
	in, out := array.Volume(p.s.In[:]), array.Volume(p.s.Out[:])
	shares, s := scratch.Borrow[T](p.row.hi - p.row.lo)
	for i := lo; i < hi; i++ {
		p.plane(p.dx[i*in:(i+1)*in], p.dy[i*out:(i+1)*out], shares)
	}
	scratch.Release(s)
}

// plane adds what each element gets in the order of the windows.
func (p avgInputJob[T]) plane(dx, dy, shares []T) {
	s := p.s
	clear(dx)
	for o0, w0 := range s.Windows[0] {
		for o1, w1 := range s.Windows[1] {
			divisor := s.Divisor[0][o0] * s.Divisor[1][o1]
			p.some(dx, dy, divisor, w0, w1, 0, p.row.lo)
			p.many(dx, dy, shares, divisor, w0, w1)
			p.some(dx, dy, divisor, w0, w1, p.row.hi, s.Out[2])
			dy = dy[s.Out[2]:]
		}
	}
}

// some does the windows from lo to hi of a line one by one.
func (p avgInputJob[T]) some(dx, dy []T, divisor float64, w0, w1 Window, lo, hi int) {
	for o2 := lo; o2 < hi; o2++ {
		addWindow(dx, dy[o2]/T(divisor*p.s.Divisor[2][o2]), p.s, w0, w1, p.s.Windows[2][o2])
	}
}

// many does the windows of the row side by side: of each line the last elements first.
func (p avgInputJob[T]) many(dx, dy, shares []T, divisor float64, w0, w1 Window) {
	r, plane := p.row, [1]int{}
	if len(shares) == 0 {
		return
	}
	meanRow(shares, dy[r.lo:r.hi], plane[:], T(divisor*r.divisor), row{stride: 1, taps: 1})
	for i0 := range w0.Count {
		for i1 := range w1.Count {
			spreadLine(dx[p.s.line(i0, i1, w0, w1, Window{Start: r.start}):], shares, r)
		}
	}
}

// spreadLine adds to one line what its windows share out.
func spreadLine[T array.Float](dx, shares []T, r row) {
	last, n := r.taps-1, len(shares)
	if r.stride == 1 {
		for ; last >= 0; last-- {
			elementwise.Accumulate(dx[last:last+n], shares)
		}
		return
	}
	if last%2 == 0 {
		spreadTwo(dx[last-1:], shares, true)
		last--
	}
	for ; last > 0; last -= 2 {
		spreadTwo(dx[last-1:], shares, false)
	}
}

// spreadTwo adds each share to one of two elements, or to both.
func spreadTwo[T array.Float](dx, shares []T, odd bool) {
	_ = dx[2*len(shares)-1]
	for i := spreadVectors(dx, shares, odd); i < len(shares); i++ {
		if !odd {
			dx[2*i] += shares[i]
		}
		dx[2*i+1] += shares[i]
	}
}

type maxJob[T array.Number] struct {
	y     []T
	index []int32
	x     []T
	s     *Geometry
	row   row
}

// Run goes through the planes band by band.
func (p maxJob[T]) Run(lo, hi int) {
	if !p.row.any() || !hasRows[T]() {
		p.row = row{}
	}
	rows := p.s.Out[0] * p.s.Out[1]
	lines, s := scratch.Borrow[int64](rows * maxLines)
	lines = p.s.rowLines(lines[:0], p.row)
	for o := 0; o < rows; {
		n, count := p.s.band(o)
		many := n * p.row.linesOf(count)
		for plane := lo; plane < hi; plane++ {
			p.band(plane, o, n, lines[:many])
		}
		o, lines = o+n, lines[many:]
	}
	scratch.Release(s)
}

// band pools some rows of a plane, of whose first windows the lines are given if vector
// instructions pool them.
func (p *maxJob[T]) band(plane, first, rows int, lines []int64) {
	in, n := array.Volume(p.s.In[:]), p.s.Out[2]
	at := plane*array.Volume(p.s.Out[:]) + first*n
	y, index, x := p.y[at:at+rows*n], p.index[at:at+rows*n], p.x[plane*in:(plane+1)*in]
	lo, hi := p.row.lo, p.row.hi
	if len(lines) == 0 || !maxRows(y[lo:], index[lo:], x, lines, rows, n, &p.row) {
		lo, hi = 0, 0
	}
	for o := 0; o < rows && hi-lo < n; o++ {
		p.some(y[o*n:o*n+lo], index[o*n:], x, first+o, 0)
		p.some(y[o*n+hi:(o+1)*n], index[o*n+hi:], x, first+o, hi)
	}
}

// some does the windows of row o one by one, from a column on.
func (p *maxJob[T]) some(y []T, index []int32, x []T, o, column int) {
	if len(y) == 0 {
		return
	}
	w0, w1 := p.s.rowWindows(o)
	for i := range y {
		y[i], index[i] = maxWindow(x, p.s, w0, w1, p.s.Windows[2][column+i])
	}
}

// line is where a line of a window begins in its plane: number i0 and i1 along the first
// two axes.
func (s *Geometry) line(i0, i1 int, w0, w1, w2 Window) int {
	return ((w0.Start+i0*w0.Step)*s.In[1]+w1.Start+i1*w1.Step)*s.In[2] + w2.Start
}

func sumWindow[T array.Float](x []T, s *Geometry, w0, w1, w2 Window) T {
	w1, w2 = s.inOneLine(w1, w2)
	if w0.Count*w1.Count > maxLines { // where vector instructions do not sum in this order
		return sumManyLines(x, s, w0, w1, w2)
	}
	var total T
	for i0 := range w0.Count {
		for i1 := range w1.Count {
			total += sumLine(x, s.line(i0, i1, w0, w1, w2), w2)
		}
	}
	return total
}

// sumManyLines adds up the sums of the lines in float64, since there may be any number of
// them.
func sumManyLines[T array.Float](x []T, s *Geometry, w0, w1, w2 Window) T {
	total := 0.0
	for i0 := range w0.Count {
		for i1 := range w1.Count {
			total += float64(sumLine(x, s.line(i0, i1, w0, w1, w2), w2))
		}
	}
	return T(total)
}

// inOneLine makes one line of the lines of a window, if they are whole and neighbours.
func (s *Geometry) inOneLine(w1, w2 Window) (Window, Window) {
	if w1.Count < 2 || w1.Step != 1 || w2.Count != s.In[2] || w2.Step != 1 {
		return w1, w2
	}
	return Window{w1.Start, 1, 1}, Window{0, w1.Count * w2.Count, 1}
}

// sumLine is the sum of one line of a window.
func sumLine[T array.Float](x []T, at int, w Window) T {
	if w.Step == 1 && w.Count > 16 {
		return elementwise.SumOf(x[at : at+w.Count])
	}
	var total T
	for range w.Count {
		total += x[at]
		at += w.Step
	}
	return total
}

func addWindow[T array.Float](dx []T, v T, s *Geometry, w0, w1, w2 Window) {
	for i0 := range w0.Count {
		for i1 := range w1.Count {
			at := s.line(i0, i1, w0, w1, w2)
			for range w2.Count {
				dx[at] += v
				at += w2.Step
			}
		}
	}
}

func maxWindow[T array.Number](x []T, s *Geometry, w0, w1, w2 Window) (T, int32) {
	best, where := array.Least[T](), -1
	for i0 := range w0.Count {
		for i1 := range w1.Count {
			at := s.line(i0, i1, w0, w1, w2)
			for range w2.Count {
				if v := x[at]; v > best || where < 0 || firstNaN(v, best) {
					best, where = v, at
				}
				at += w2.Step
			}
		}
	}
	return best, int32(where)
}

// firstNaN says whether v is NaN and best is not yet.
func firstNaN[T array.Number](v, best T) bool { return v != v && best == best }
