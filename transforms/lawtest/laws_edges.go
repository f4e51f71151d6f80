package lawtest

import (
	"fmt"
	"math"
	"math/rand/v2"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/pullback-go/pullback/trace"
	"github.com/pullback-go/pullback/transforms"
)

// edges holds f and its VJP to their compiled forms where numbers are special, in the other
// dtypes of floats, and in batches of no case and of one.
func (l *laws) edges(f *function, in []Value) {
	l.special(f, l.odd(in, f.diff), false)
	l.dtypes(f, in)
	if f.differentiable() {
		g := f.vjp()
		of := append(slices.Clone(in), l.draw(g)[len(in):]...)
		l.special(g, l.odd(of, g.diff), true)
		l.dtypes(g, of)
		l.few(g, 0)
	}
	l.otherDTypes(f)
	l.otherShapes(f)
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
func (l *laws) special(f *function, rows [][]Value, derived bool) {
	compiled := transforms.Jit(f.apply)
	for _, in := range rows {
		want, failed := guarded(func() []Value { return f.apply(in) })
		if failed != "" {
			continue // such numbers are none of the function's
		}
		got, failed := guarded(func() []Value { return compiled(in) })
		if failed != "" {
			l.failf("Jit of %s at %v: %s", f.name, in, failed)
			return
		}
		for i := range want {
			fault := disagree(got[i], want[i], derived)
			if fault != "" && !rounded(ways{f: f.apply, in: in}, i, got[i], want[i], derived) {
				l.failf("Jit of %s at %v: result %d: %s", f.name, in, i, fault)
				return
			}
		}
		f.isSpecial()
	}
}

// dtypes applies f to the same numbers in the other dtypes of floats. If f takes f32, it
// takes halves: its results are halves too, where those for f64 are f64, and about as those
// for f32. Halves of a derivative may be out of their range, and are
// not looked at in short mode.
func (l *laws) dtypes(f *function, in []Value) {
	single := l.inFloat(f, in, trace.Float32, nil)
	if single == nil {
		return
	}
	wide := slices.Clone(in)
	for i, v := range in {
		if v.DType() == trace.Float64 {
			wide[i] = trace.Convert(trace.Convert(v, trace.Float32), trace.Float64)
		}
	}
	l.close(f.name+" of f32", single, f.run(wide), trace.Float32)
	if f.order > 0 && testing.Short() {
		return
	}
	for _, d := range []trace.DType{trace.BFloat16, trace.Float16} {
		if out := l.inFloat(f, in, d, single); out != nil && f.order == 0 {
			l.close(fmt.Sprintf("%s of %v", f.name, d), out, single, d)
		}
	}
}

// close compares results in a dtype with those in a wider one.
func (l *laws) close(what string, got, want []Value, d trace.DType) {
	for i, v := range got {
		if fault := apart(trace.Convert(v, want[i].DType()), want[i], 100*d.Epsilon(), 1); fault != "" {
			l.failf("%s: result %d: %s", what, i, fault)
			return
		}
	}
}

// inFloat returns the results of f for a dtype of floats, compiled too; none if it is f32
// and f fails, as it then captures an array of f64.
func (l *laws) inFloat(f *function, in []Value, d trace.DType, single []Value) []Value {
	what := fmt.Sprintf("%s of %v", f.name, d)
	narrow := slices.Clone(in)
	for i, v := range in {
		if v.DType() == trace.Float64 {
			narrow[i] = trace.Convert(v, d)
		}
	}
	var g *function
	out, failed := guarded(func() []Value {
		g = newFunction(what, f.apply, trace.TypesOfValues(narrow), f.diff)
		return g.run(narrow)
	})
	if failed != "" {
		if single != nil {
			l.failf("%s: %s", what, failed)
		}
		return nil
	}
	for i, v := range out {
		if want := trace.TypeOf(d, f.out[i].Shape...); f.out[i].DType == trace.Float64 && !v.Type().Equal(want) && v.DType() != trace.Float64 {
			l.failf("%s: result %d is %v, want %v", what, i, v.Type(), want)
			return nil
		}
	}
	l.special(g, [][]Value{narrow}, false)
	g.isCompiled()
	return out
}

// otherDTypes holds f to its batches and to its compiled form where it takes integers, bools
// or other integers in the place of all operands of one dtype.
func (l *laws) otherDTypes(f *function) {
	for i, t := range f.in {
		for _, d := range everyDType() {
			if i < len(l.inputs) && first(f.in, i) && !d.IsFloat() && d != t.DType {
				l.inDType(f, t.DType, d)
			}
		}
	}
}

func (l *laws) inDType(f *function, from, to trace.DType) {
	for _, low := range []float64{-4, 1} { // not all take numbers below 0
		if to == trace.Uint8 {
			low = 1
		}
		inputs := slices.Clone(l.inputs)
		for i, in := range inputs {
			if in.typ().DType != from {
				continue
			}
			inputs[i].DType = to
			if from.IsFloat() && to != trace.Bool {
				inputs[i].Sampler = divisors(low)
			}
		}
		if l.elsewhere(f, fmt.Sprintf("%s of %v instead of %v", f.name, to, from), inputs) {
			return
		}
	}
}

// otherShapes holds f to its laws at scalars, and where an axis has no elements, if it
// takes those.
func (l *laws) otherShapes(f *function) {
	var lengths []int
	scalars := slices.Clone(l.inputs)
	for i, in := range l.inputs {
		lengths = append(lengths, in.Shape...)
		scalars[i].Shape = nil
	}
	if len(lengths) > 0 {
		l.elsewhere(f, f.name+" of scalars", scalars)
	}
	slices.Sort(lengths)
	for _, n := range slices.Compact(lengths) {
		if n == 0 {
			continue
		}
		inputs := slices.Clone(l.inputs)
		for i, in := range inputs {
			inputs[i].Shape = slices.Clone(in.Shape)
			for k, length := range in.Shape {
				if length == n {
					inputs[i].Shape[k] = 0
				}
			}
		}
		l.elsewhere(f, fmt.Sprintf("%s with axes of length 0 instead of %d", f.name, n), inputs)
	}
}

// elsewhere holds the function under test to its laws at other operands, and reports
// whether it takes them. It may refuse them, but not with a panic of Go.
func (l *laws) elsewhere(f *function, name string, inputs []Input) bool {
	other := &laws{Config: l.Config, rand: l.rand, inputs: inputs}
	types, diff := make([]trace.Type, len(inputs)), make([]bool, len(inputs))
	for i, in := range inputs {
		types[i], diff[i] = in.typ(), in.differentiated()
	}
	var g *function
	var in []Value
	if taken, fault := takes(func() {
		g = newFunction(name, f.apply, types, diff)
		in = other.draw(g)
		g.run(in)
	}); !taken {
		if fault != "" {
			l.failf("%s: %s", name, fault)
		}
		return false
	}
	if finite(g.run(in)) == "" { // else it is the mean of nothing, say
		other.rows(g, everything(len(g.in)))
	}
	other.atOnce(g, in)
	if g.differentiable() {
		if taken, fault := takes(func() { g = g.vjp() }); !taken {
			if fault != "" {
				l.failf("the VJP of %s: %s", name, fault)
			}
			return true
		}
		other.atOnce(g, append(in, other.draw(g)[len(in):]...))
	}
	l.faults = append(l.faults, other.faults...)
	return true
}

// takes reports whether f returns. It may refuse what it is given with a *trace.Error, and a
// test's own function may with a panic of Go, as where it looks at an axis that is not there;
// any other panic of Go is a fault.
func takes(f func()) (taken bool, fault string) {
	defer func() {
		if r := recover(); r != nil {
			if file := panickedIn(); !strings.HasSuffix(file, "_test.go") && filepath.Base(filepath.Dir(file)) != "lawtest" {
				fault = fmt.Sprintf("panic: %v in %s", r, filepath.Base(file))
			}
		}
	}()
	return trace.Try(f) == nil, ""
}

// panickedIn is the file whose code began the panic that is being recovered from, through
// whatever panicked again with its value.
func panickedIn() (file string) {
	pcs := make([]uintptr, 256)
	frames := runtime.CallersFrames(pcs[:runtime.Callers(1, pcs)])
	for panicking := false; ; {
		frame, more := frames.Next()
		switch {
		case strings.HasPrefix(frame.Function, "runtime."):
			panicking = true
		case panicking:
			file, panicking = frame.File, false
		}
		if !more {
			return file
		}
	}
}

// atOnce holds the program of f to be sound, and Jit to be f, NaN or not.
func (l *laws) atOnce(f *function, in []Value) {
	if err := f.program.Check(); err != nil {
		l.failf("the program of %s: %v\n%v", f.name, err, f.program)
		return
	}
	f.meets()
	l.special(f, [][]Value{in}, false)
	f.isCompiled()
}

// divisors draws whole numbers from low up to 8, but not 0.
func divisors(low float64) Sampler {
	return each(func(r *rand.Rand) float64 {
		x := math.Floor(low + (9-low)*r.Float64())
		if x == 0 {
			return 9
		}
		return x
	})
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
		newFunction(what, g, trace.TypesOfValues(batch), make([]bool, len(batch))).isCompiled()
	})
}
