package exec

import (
	"slices"

	"github.com/pullback-go/pullback/trace"
)

// strip is a sequence of steps that compute the rows of a batch, the indices of axis 0,
// independently. All of its steps run for some rows, then for the next rows. So the
// output of one step is still in the cache when the next step reads it. A value that
// nothing else reads takes the memory of those rows alone.
type strip struct {
	first, last int       // steps
	rows, most  int       // of the batch; and how many are computed at a time, which divides rows
	viewed      []operand // operands from outside of the strip
}

// strips are the strips of a plan, in order.
type strips []strip

// of returns the strip of a step, or nil.
func (s strips) of(step int) *strip {
	i, _ := slices.BinarySearchFunc(s, step, func(s strip, step int) int { return s.last - step })
	if i < len(s) && s[i].first <= step {
		return &s[i]
	}
	return nil
}

// stripFinder divides the steps that compute rows into strips.
type stripFinder struct {
	*Plan
	made       []int // by variable: the step that writes it, or -1
	rows, most []int // by step: how many rows it computes, and how many of them fit the cache
}

// findStrips makes strips where arrays are too large for the cache. It notes which
// variables only one strip writes and reads: they need memory only for the rows computed
// at a time.
func findStrips(pl *Plan, last []int) {
	n := len(pl.steps)
	f := stripFinder{pl, makers(pl), make([]int, n), make([]int, n)}
	for i := range f.rows {
		var bytes int
		if f.rows[i], bytes = f.rowsOf(i); f.rows[i] > 0 {
			f.most[i] = fitting(f.rows[i], bytes, pl.options.StripBytes, &pl.visits)
		}
	}
	for i := 0; i < n; {
		s := strip{first: i, last: i, rows: f.rows[i], most: leastNear(f.rows, f.most, i)}
		for f.joins(s.last+1, s) {
			s.last++
		}
		if s.most < s.rows && s.last > s.first {
			pl.strips = append(pl.strips, s)
		}
		i = s.last + 1
	}
	for _, s := range pl.strips {
		for i := s.first; i <= s.last; i++ {
			if w := pl.steps[i].fusion; w != nil {
				w.size = w.size / s.rows * s.most
			}
		}
	}
	f.findInside(last)
}

// joins reports whether a step belongs to the strip before it.
func (f stripFinder) joins(step int, s strip) bool {
	return step < len(f.steps) && f.rows[step] == s.rows && leastNear(f.rows, f.most, step) == s.most && !f.needs(step, s.first)
}

// rowsOf returns how many rows a step computes independently, 0 if it does not. bytes is
// the size of a row of the largest array that it reads or writes by rows.
func (f stripFinder) rowsOf(step int) (rows, bytes int) {
	st, p := f.steps[step], f.program
	if e := &p.Eqns[st.eqn]; st.fusion == nil && !tileable(p, e) {
		if _, ok := e.Op.(trace.Rowwise); !ok {
			return 0, 0
		}
	}
	rows, read := -1, st.fusion != nil
	f.operandsOf(step, func(o operand) {
		t := p.Types[o.variable]
		switch {
		case !f.byRows(o):
			return
		case t.Rank() == 0 || t.Size() == 0 || rows >= 0 && rows != t.Shape[0]:
			rows = 0
			return
		}
		rows, bytes, read = t.Shape[0], max(bytes, t.Bytes()/t.Shape[0]), read || !o.written
	})
	if !read {
		return 0, 0
	}
	return max(0, rows), bytes
}

// needs reports whether a step needs an entire output of a step from the given one on.
func (f stripFinder) needs(step, from int) bool {
	found := false
	f.operandsOf(step, func(o operand) {
		found = found || !f.byRows(o) && f.made[f.root(o.variable)] >= from
	})
	return found
}

// findInside notes which variables only one strip writes and reads.
func (f stripFinder) findInside(last []int) {
	f.inside = make([]*strip, len(f.source))
	steps := f.stepsOf()
	for v, from := range f.source {
		if from.kind == unassigned && f.made[v] >= 0 {
			if s := f.strips.of(f.made[v]); s != nil && steps[last[v]] <= s.last {
				f.inside[v] = s
			}
		}
	}
}

// makers returns, by variable, the step that writes it, or -1 if none does.
func makers(pl *Plan) []int {
	made := make([]int, len(pl.program.Types))
	for v := range made {
		made[v] = -1
	}
	pl.eachOperand(func(o operand) {
		v := pl.root(o.variable)
		if kind := pl.source[v].kind; o.written && made[v] < 0 && kind != argument && kind != constant {
			made[v] = o.step // a fusion may only read an external variable, but the step that writes it comes first
		}
	})
	return made
}

// fitting returns the largest divisor of n, at least 1, for which that many rows of the
// given size fit into fit bytes.
func fitting(n, bytes, fit int, visits *int) int {
	limit := fit / bytes
	if n <= limit {
		return n
	}
	most := 1
	for d := 1; d <= limit && d <= n/d; d++ {
		switch *visits++; {
		case n%d != 0:
		case n/d <= limit:
			return n / d // d is below the root of n, so the first quotient that fits is the largest divisor
		default:
			most = d
		}
	}
	return most
}

// leastNear returns the smallest strip height wanted by step i or by a neighbor within 4
// steps that has the same number of rows. Narrow and wide layers alternate, and one strip
// should hold both.
func leastNear(rows, most []int, i int) int {
	const near = 4
	least := most[i]
	for _, by := range []int{-1, 1} {
		for j := i; j >= 0 && j < len(rows) && rows[j] == rows[i] && (j-i)*by <= near; j += by {
			least = min(least, most[j])
		}
	}
	return least
}

// rowsOfType returns a type with the given number of rows.
func rowsOfType(t trace.Type, rows int) trace.Type {
	t.Shape = slices.Clone(t.Shape)
	t.Shape[0] = rows
	return t
}
