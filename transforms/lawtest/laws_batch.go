package lawtest

import (
	"fmt"
	"slices"

	"github.com/pullback-go/pullback/trace"
	"github.com/pullback-go/pullback/transforms"
)

// rounding is the tolerance between two ways to compute one thing.
const rounding = 1e-12

// batched holds Vmap(f) to the rows, for each choice of batched operands, and
// Vmap(Vmap(f)) to Vmap(f) row by row.
func (l *laws) batched(f *function) {
	for _, mask := range masks(len(f.in)) {
		l.rows(f, mask)
	}
	l.twice(f)
}

// batchedDerivatives holds Vmap(VJP), Vmap(JVP), Vmap(VJP(VJP)) and VJP(Vmap) to their
// rows.
func (l *laws) batchedDerivatives(f *function) {
	l.try("Vmap of a derivative", func() {
		for _, g := range []*function{f.vjp(), f.jvp()} {
			for _, mask := range masks(len(g.in)) {
				l.rows(g, mask)
			}
		}
		if l.Order > 1 {
			h := f.vjp().vjp()
			l.rows(h, everything(len(h.in)))
		}
		l.pullOfBatch(f)
	})
}

// masks lists choices of operands: all choices of up to three, else all together, each
// alone, and all but each.
func masks(n int) [][]bool {
	var out [][]bool
	if n <= 3 {
		for bits := 1; bits < 1<<n; bits++ {
			mask := make([]bool, n)
			for i := range mask {
				mask[i] = bits>>i&1 == 1
			}
			out = append(out, mask)
		}
		return out
	}
	out = append(out, everything(n))
	for i := range n {
		alone, without := make([]bool, n), everything(n)
		alone[i], without[i] = true, false
		out = append(out, alone, without)
	}
	return out
}

func everything(n int) []bool { return slices.Repeat([]bool{true}, n) }

// batchSize is a number of rows that no axis has.
func (f *function) batchSize() int {
	for n := 2; ; n++ {
		has := func(t trace.Type) bool { return slices.Contains(t.Shape, n) }
		if !slices.ContainsFunc(f.in, has) && !slices.ContainsFunc(f.out, has) {
			return n
		}
	}
}

// cases draws size cases of f's operands that agree where mask is false, and their batch.
func (l *laws) cases(f *function, mask []bool, size int) (rows [][]Value, batch []Value) {
	for range size {
		rows = append(rows, l.draw(f))
	}
	batch = make([]Value, len(f.in))
	for i := range batch {
		column := make([]Value, size)
		for k := range rows {
			if !mask[i] {
				rows[k][i] = rows[0][i]
			}
			column[k] = rows[k][i]
		}
		batch[i] = column[0]
		if mask[i] {
			batch[i] = stack(column)
		}
	}
	return rows, batch
}

func (l *laws) rows(f *function, mask []bool) {
	if l.broken() {
		return
	}
	what := fmt.Sprintf("Vmap of %s with operands batched %v", f.name, mask)
	l.try(what, func() {
		rows, batch := l.cases(f, mask, f.batchSize())
		got := transforms.Vmap(f.apply, shared(mask))(batch)
		l.same(what, got, f.each(rows), rounding)
		f.isBatched(mask)
	})
}

// each applies f to each of rows and stacks the results.
func (f *function) each(rows [][]Value) []Value {
	columns := make([][]Value, len(f.out))
	for _, in := range rows {
		for i, y := range f.run(in) {
			columns[i] = append(columns[i], y)
		}
	}
	out := make([]Value, len(columns))
	for i, c := range columns {
		out[i] = stack(c)
	}
	return out
}

func shared(mask []bool) transforms.VmapConfig {
	var c transforms.VmapConfig
	for i, batched := range mask {
		if !batched {
			c.Shared = append(c.Shared, fmt.Sprintf("[%d]", i))
		}
	}
	return c
}

// twice batches a batch, of another size.
func (l *laws) twice(f *function) {
	if l.broken() {
		return
	}
	l.try("Vmap of Vmap of f", func() {
		inside, outside := f.batchSize(), f.batchSize()+1
		var want []Value
		var batches [][]Value
		columns := make([][]Value, len(f.out))
		for range outside {
			rows, batch := l.cases(f, everything(len(f.in)), inside)
			batches = append(batches, batch)
			for i, y := range f.each(rows) {
				columns[i] = append(columns[i], y)
			}
		}
		for _, c := range columns {
			want = append(want, stack(c))
		}
		got := transforms.Vmap(func(in []Value) []Value { return transforms.Vmap(f.apply)(in) })(transposed(batches))
		l.same("Vmap of Vmap of f", got, want, rounding)
	})
}

// transposed stacks the i-th of each list.
func transposed(lists [][]Value) []Value {
	out := make([]Value, len(lists[0]))
	for i := range out {
		column := make([]Value, len(lists))
		for k := range lists {
			column[k] = lists[k][i]
		}
		out[i] = stack(column)
	}
	return out
}

// pullOfBatch holds the VJP of Vmap(f) to the rows' VJPs.
func (l *laws) pullOfBatch(f *function) {
	if l.broken() {
		return
	}
	g := f.vjp()
	rows, batch := l.cases(g, everything(len(g.in)), g.batchSize())
	n := len(f.in)
	whole := &function{apply: transforms.Vmap(f.apply), in: f.in, diff: f.diff}
	l.same("the VJP of Vmap of f", whole.pull(batch[:n], batch[n:]), g.each(rows), rounding)
}

// stack puts arrays of one type behind each other along a new axis 0.
func stack(vs []Value) Value {
	one := vs[0].Type()
	out := trace.NewArray(trace.TypeOf(one.DType, append([]int{len(vs)}, one.Shape...)...))
	for i, v := range vs {
		out.CopyPart(i*one.Size(), v.Array(), 0, one.Size())
	}
	return trace.FromArray(out)
}
