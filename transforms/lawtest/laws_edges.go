package lawtest

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/pullback-go/pullback/trace"
	"github.com/pullback-go/pullback/transforms"
)

// edges holds f and its VJP to their compiled forms where numbers are special, in the other
// dtypes of floats, and in batches of no case and of one.
func (l *laws) edges(f *function, in []Value) {
	l.special(f.name, f.apply, l.odd(in, f.diff), false)
	if f.differentiable() {
		g := f.vjp()
		l.special(g.name, g.apply, l.odd(append(in, l.draw(g)[len(in):]...), g.diff), true)
		l.dtypes(f, in)
	}
	if len(f.in) > 0 {
		l.few(f, 0)
		l.few(f, 1)
	}
}

// odd puts special numbers, one after the other, in the place of some elements of the
// marked operands, which are of f64; it does so several times.
func (l *laws) odd(in []Value, marked []bool) [][]Value {
	some, next := specials[trace.Float64], 0
	rows := make([][]Value, 8)
	for k := range rows {
		rows[k] = slices.Clone(in)
		for i, v := range in {
			if !marked[i] {
				continue
			}
			data := v.Float64s()
			for j := range data {
				if l.rand.IntN(2) == 0 {
					data[j], next = some[next%len(some)], next+1
				}
			}
			rows[k][i] = fromFloats(data, v.Type())
		}
	}
	return rows
}

// special holds a function compiled to the function, where that computes anything: NaN
// where it is NaN, and infinite where it is infinite; of a derivative, where it is finite.
func (l *laws) special(name string, f func([]Value) []Value, rows [][]Value, derived bool) {
	compiled := transforms.Jit(f)
	for _, in := range rows {
		want, failed := guarded(func() []Value { return f(in) })
		if failed != "" {
			continue // such numbers are none of the function's
		}
		got, failed := guarded(func() []Value { return compiled(in) })
		if failed != "" {
			l.failf("Jit of %s at %v: %s", name, in, failed)
			return
		}
		for i := range want {
			fault := disagree(got[i], want[i], derived)
			if fault != "" && !rounded(ways{f: f, in: in}, i, got[i], want[i], derived) {
				l.failf("Jit of %s at %v: result %d: %s", name, in, i, fault)
				return
			}
		}
	}
}

// dtypes applies f to the same numbers in the other dtypes of floats. If f takes f32, it
// takes halves: its results are halves too, where those for f64 are f64, and about as those
// for f32.
func (l *laws) dtypes(f *function, in []Value) {
	var single []Value
	for _, d := range []trace.DType{trace.Float32, trace.BFloat16, trace.Float16} {
		what := fmt.Sprintf("%s of %v", f.name, d)
		narrow := slices.Clone(in)
		for i, v := range in {
			if v.DType() == trace.Float64 {
				narrow[i] = trace.Convert(v, d)
			}
		}
		_, traced := guarded(func() []Value { trace.Record(f.apply, trace.TypesOfValues(narrow)); return nil })
		out, failed := guarded(func() []Value { return f.apply(narrow) })
		if failed = cmp.Or(failed, traced); failed != "" {
			if d != trace.Float32 { // else it captures an array of f64
				l.failf("%s: %s", what, failed)
			}
			return
		}
		if d == trace.Float32 {
			single = out
		}
		for i, v := range out {
			if want := trace.TypeOf(d, f.out[i].Shape...); f.out[i].DType == trace.Float64 && !v.Type().Equal(want) && v.DType() != trace.Float64 {
				l.failf("%s: result %d is %v, want %v", what, i, v.Type(), want)
				return
			}
			if fault := apart(trace.Convert(v, single[i].DType()), single[i], 100*d.Epsilon(), 1); fault != "" {
				l.failf("%s: result %d: %s", what, i, fault)
				return
			}
		}
		l.special(what, f.apply, [][]Value{narrow}, false)
	}
}

// few holds Vmap of f to a batch of no case, whose results have an axis of length 0, or of
// one.
func (l *laws) few(f *function, cases int) {
	what := fmt.Sprintf("Vmap of %s over %d cases", f.name, cases)
	l.try(what, func() {
		rows, batch := l.cases(f, everything(len(f.in)), 1)
		if cases == 0 {
			for i, t := range f.in {
				batch[i] = trace.FromArray(trace.NewArray(trace.TypeOf(t.DType, slices.Insert(slices.Clone(t.Shape), 0, 0)...)))
			}
		}
		want := f.each(rows)
		for i, t := range f.out {
			if cases == 0 {
				want[i] = trace.FromArray(trace.NewArray(trace.TypeOf(t.DType, slices.Insert(slices.Clone(t.Shape), 0, 0)...)))
			}
		}
		g := transforms.Vmap(f.apply)
		l.same(what, g(batch), want, rounding)
		l.same("Jit of "+what, transforms.Jit(g)(batch), want, rounding)
	})
}
