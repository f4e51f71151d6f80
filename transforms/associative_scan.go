package transforms

import (
	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/trace"
)

// AssociativeScan returns a function that combines the rows of a tree with all rows before
// them, as a cumulative sum does:
//
//	ys[0] = xs[0],   ys[i] = combine(ys[i-1], xs[i])
//
// combine takes and returns single rows. It must be associative, since the order of the
// brackets is another one: rows are combined in pairs, 2 log₂ n times all at once, which
// takes fewer steps than a [Scan] but about twice the work. Every leaf of xs has the same
// axis 0, which may have the length 0.
//
// Blelloch, "Prefix Sums and Their Applications", CMU-CS-90-190, 1990.
func AssociativeScan[T any](combine func(a, b T) T) func(xs T) T {
	type pair struct{ A, B T }
	each := Vmap(func(p pair) T { return combine(p.A, p.B) })
	return func(xs T) T {
		rows, s := trace.Flatten(xs)
		n := rowsOf("AssociativeScan", rows, s)
		if n < 2 {
			return xs
		}
		tree := func(vs []Value) T { return unflatten[T](s, vs) }
		types := trace.TypesOfValues(rows)
		out := associative(func(a, b []Value) []Value {
			y := aligned("result of AssociativeScan's combine", each(pair{tree(a), tree(b)}), s, typesOfRows(types, a[0].Dim(0)))
			for i, v := range y {
				if v.IsAbsent() {
					panic(trace.Errorf("AssociativeScan: combine returned nothing at %s, where the rows have a value", leafName(s.Path(i))))
				}
			}
			return y
		}, rows)
		return tree(out)
	}
}

// rowsOf returns the number of rows that all leaves have.
func rowsOf(what string, rows []Value, s *trace.Structure) int {
	if len(rows) == 0 {
		panic(trace.Errorf("%s over no rows: its argument has no leaves", what))
	}
	for i, v := range rows {
		if v.Rank() == 0 {
			panic(trace.Errorf("%s over %s, the scalar %v, which has no rows", what, leafName(s.Path(i)), v.Type()))
		}
		if v.Dim(0) != rows[0].Dim(0) {
			panic(trace.Errorf("%s over %d rows at %s and %d at %s: all leaves must have the same number", what, rows[0].Dim(0), leafName(s.Path(0)), v.Dim(0), leafName(s.Path(i))))
		}
	}
	return rows[0].Dim(0)
}

// typesOfRows returns the types of n rows each.
func typesOfRows(types []trace.Type, n int) []trace.Type {
	out := make([]trace.Type, len(types))
	for i, t := range types {
		out[i] = trace.TypeOf(t.DType, append([]int{n}, t.Shape[1:]...)...)
	}
	return out
}

// associative scans the rows of values: pairs of neighbors first, then the pairs. What
// comes out are the odd rows; combined with the rows behind them, they are the even ones.
func associative(combine func(a, b []Value) []Value, rows []Value) []Value {
	n := rows[0].Dim(0)
	if n < 2 {
		return rows
	}
	every := func(from, to int) []Value {
		out := make([]Value, len(rows))
		for i, v := range rows {
			out[i] = fn.Slice(v, fn.SliceConfig{Start: []int{from}, Stop: []int{to}, Step: []int{2}})
		}
		return out
	}
	odd := associative(combine, combine(every(0, n-1), every(1, n)))
	even := every(0, 1)
	if n > 2 {
		before := make([]Value, len(odd))
		for i, v := range odd {
			before[i] = fn.Slice(v, fn.SliceConfig{Stop: []int{(n - 1) / 2}})
		}
		for i, v := range combine(before, every(2, n)) {
			even[i] = fn.Concat(0, even[i], v)
		}
	}
	out := make([]Value, len(rows))
	for i := range out {
		out[i] = interleaved(even[i], odd[i])
	}
	return out
}

// interleaved returns even[0], odd[0], even[1], odd[1], ... even has as many rows as odd,
// or one more.
func interleaved(even, odd Value) Value {
	n := odd.Dim(0)
	shape := append([]int{2 * n}, odd.Shape()[1:]...)
	out := fn.Reshape(fn.Stack(1, fn.Slice(even, fn.SliceConfig{Stop: []int{n}}), odd), shape...)
	if even.Dim(0) > n {
		out = fn.Concat(0, out, fn.Slice(even, fn.SliceConfig{Start: []int{n}}))
	}
	return out
}
