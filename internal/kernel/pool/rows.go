package pool

// row is a run of windows along the last axis that have equally many neighbouring
// elements and begin equally far apart: those that vector instructions pool side by side.
type row struct {
	lo, hi       int // the outputs, of which there may be none
	start        int // of the first window
	stride, taps int
	divisor      float64
}

// row finds the run around the middle of the last axis. To be averaged, windows have one
// divisor too.
func (s *Geometry) row(average bool) row {
	windows := s.Windows[2]
	middle := len(windows) / 2
	if len(windows) < 3 || windows[middle].Count > 1 && windows[middle].Step != 1 {
		return row{}
	}
	r := row{middle, middle + 1, 0, windows[middle].Start - windows[middle-1].Start, windows[middle].Count, 0}
	follows := func(o int) bool {
		w, v := windows[o], windows[o-1]
		return w.Count == v.Count && w.Step == v.Step && w.Start-v.Start == r.stride && (!average || s.Divisor[2][o] == s.Divisor[2][o-1])
	}
	for r.lo > 0 && follows(r.lo) {
		r.lo--
	}
	for r.hi < len(windows) && follows(r.hi) {
		r.hi++
	}
	r.start = windows[r.lo].Start
	if average {
		r.divisor = s.Divisor[2][r.lo]
	}
	return r
}

// pairs says whether neighbouring elements of a window alternate with those of the next;
// a single one would come with another from behind the windows.
func (r row) pairs() bool { return r.stride == 2 && r.taps > 1 }

// any says whether there are kernels for the row. Longer lines are summed in another way.
func (r row) any() bool {
	return r.hi-r.lo > 1 && r.taps > 0 && r.taps <= 16 && (r.stride == 1 || r.pairs())
}

// maxLines is how many lines the windows of a row may have for vector instructions to
// pool them.
const maxLines = 32

// lines appends where the lines of the row's first window begin in their plane, or
// nothing if they are too many.
func (s *Geometry) lines(at []int, r row, w0, w1 Window) []int {
	if w0.Count*w1.Count > maxLines {
		return at
	}
	for i0 := range w0.Count {
		for i1 := range w1.Count {
			at = append(at, s.line(i0, i1, w0, w1, Window{Start: r.start}))
		}
	}
	return at
}

// linesOf is how many of so many lines of a window vector instructions pool: all or none.
func (r row) linesOf(count int) int {
	if r.hi == r.lo || count > maxLines {
		return 0
	}
	return count
}

// rowWindows are the windows of a row of outputs along the first two axes; rows are
// numbered through.
func (s *Geometry) rowWindows(o int) (w0, w1 Window) {
	return s.Windows[0][o/s.Out[1]], s.Windows[1][o%s.Out[1]]
}

// band is how many rows from one on have windows of as many lines, and how many those
// are.
func (s *Geometry) band(o int) (rows, count int) {
	w0, w1 := s.rowWindows(o)
	for _, w := range s.Windows[1][o%s.Out[1]:] {
		if w.Count != w1.Count {
			break
		}
		rows++
	}
	return rows, w0.Count * w1.Count
}

// rowLines appends where the lines of the first window of each row begin in their plane,
// of rows that vector instructions pool.
func (s *Geometry) rowLines(at []int64, r row) []int64 {
	for o := range s.Out[0] * s.Out[1] {
		w0, w1 := s.rowWindows(o)
		if r.linesOf(w0.Count*w1.Count) == 0 {
			continue
		}
		for i0 := range w0.Count {
			for i1 := range w1.Count {
				at = append(at, int64(s.line(i0, i1, w0, w1, Window{Start: r.start})))
			}
		}
	}
	return at
}
