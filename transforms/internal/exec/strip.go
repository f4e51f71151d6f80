package exec

import (
	"context"
	"slices"
	"time"

	"github.com/pullback-go/pullback/trace"
)

// strip is steps that compute the rows of a batch, the indices of axis 0, independently.
// They are run one after the other for some rows, then for the next ones: what one of
// them writes is still in the cache when the next reads it, and what nothing else reads
// takes the memory of those rows alone.
type strip struct {
	first, last int       // steps
	rows, most  int       // of the batch, and how many are worked on at a time, which divides them
	viewed      []operand // what lies outside of it
}

// stripOf is the strip of a step, or nil.
func (pl *Plan) stripOf(step int) *strip {
	i, _ := slices.BinarySearchFunc(pl.strips, step, func(s strip, step int) int { return s.last - step })
	if i < len(pl.strips) && pl.strips[i].first <= step {
		return &pl.strips[i]
	}
	return nil
}

// byRows reports whether a step reads or writes an operand row by row: of a sweep, what
// lies outside, but not its sources.
func (pl *Plan) byRows(o operand) bool {
	st := pl.steps[o.step]
	if st.sweep != nil || o.written {
		return o.written
	}
	e := &pl.program.Eqns[st.eqn]
	if op, ok := e.Op.(trace.Rowwise); ok {
		return op.ByRow(pl.program.TypesOf(e.In), o.at)
	}
	return true // of an elementwise operation
}

// rowsOf is how many rows a step computes independently, 0 if it does not, and the bytes
// of the largest of those it reads or writes.
func (pl *Plan) rowsOf(step int) (rows, bytes int) {
	st := pl.steps[step]
	if e := &pl.program.Eqns[st.eqn]; st.sweep == nil && !tileable(pl.program, e) {
		if _, ok := e.Op.(trace.Rowwise); !ok {
			return 0, 0
		}
	}
	rows, read := -1, st.sweep != nil
	pl.operandsOf(step, func(o operand) {
		t := pl.program.Types[o.variable]
		switch {
		case !pl.byRows(o):
			return
		case t.Rank() == 0 || t.Size() == 0 || rows >= 0 && rows != t.Shape[0]:
			rows = 0
			return
		}
		rows, bytes, read = t.Shape[0], max(bytes, bytesOf(t)/t.Shape[0]), read || !o.written
	})
	if !read {
		return 0, 0
	}
	return max(0, rows), bytes
}

// findStrips divides the steps that compute rows into strips, where their arrays are too
// large for the cache.
func (pl *Plan) findStrips() {
	n := len(pl.steps)
	rows, most := make([]int, n), make([]int, n)
	for i := range rows {
		var bytes int
		if rows[i], bytes = pl.rowsOf(i); rows[i] > 0 {
			most[i] = pl.fitting(rows[i], bytes)
		}
	}
	made := pl.makers()
	for i := 0; i < n; {
		s := strip{first: i, last: i, rows: rows[i], most: leastNear(rows, most, i)}
		for s.last+1 < n && rows[s.last+1] == s.rows && leastNear(rows, most, s.last+1) == s.most && !pl.needs(s.last+1, made, i) {
			s.last++
		}
		if s.most < s.rows && s.last > s.first {
			pl.strips = append(pl.strips, s)
		}
		i = s.last + 1
	}
	for _, s := range pl.strips {
		for i := s.first; i <= s.last; i++ {
			if w := pl.steps[i].sweep; w != nil {
				w.size = w.size / s.rows * s.most
			}
		}
	}
}

// fitting is the largest divisor of n rows for which so many of them, of some bytes each,
// fit StripBytes, at least 1.
func (pl *Plan) fitting(n, bytes int) int {
	limit := pl.options.StripBytes / bytes
	if n <= limit {
		return n
	}
	most := 1
	for d := 1; d <= limit && d <= n/d; d++ {
		switch pl.visits++; {
		case n%d != 0:
		case n/d <= limit:
			return n / d // of those beyond the root of n, the first that fits is the largest
		default:
			most = d
		}
	}
	return most
}

// leastNear is the smallest number of rows at a time of step i and of its neighbours with
// as many rows: layers with few and with many channels alternate, and a strip has both.
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

// makers is the step that writes a variable, or -1 if none does.
func (pl *Plan) makers() []int {
	made := make([]int, len(pl.program.Types))
	for v := range made {
		made[v] = -1
	}
	pl.eachOperand(func(o operand) {
		v := pl.root(o.variable)
		if kind := pl.source[v].kind; o.written && made[v] < 0 && kind != argument && kind != constant {
			made[v] = o.step // a sweep may only read what lies outside, but the step that writes it comes first
		}
	})
	return made
}

// needs reports whether a step needs all of what a step from the given one on makes.
func (pl *Plan) needs(step int, made []int, from int) bool {
	found := false
	pl.operandsOf(step, func(o operand) {
		found = found || !pl.byRows(o) && made[pl.root(o.variable)] >= from
	})
	return found
}

// rowsOfType is a type with as many rows.
func rowsOfType(t trace.Type, rows int) trace.Type {
	t.Shape = slices.Clone(t.Shape)
	t.Shape[0] = rows
	return t
}

// runStrip runs the steps of a strip, for some rows after the other.
func (pl *Plan) runStrip(ctx context.Context, st *strip, s *state, times []time.Duration) error {
	for part := range st.rows / st.most {
		for _, o := range st.viewed {
			view := *s.operand(o)
			view.Show(*s.place(o), part*view.Type().Size())
		}
		for i := st.first; i <= st.last; i++ {
			if err := pl.step(ctx, i, part, s, times); err != nil {
				return err
			}
		}
	}
	return nil
}
