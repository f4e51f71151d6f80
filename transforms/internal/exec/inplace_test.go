package exec

import (
	"fmt"
	"testing"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/trace"
)

// The output of an equation is written over an operand if each element of the operand is
// read there for the last time, and if both have one dtype.
func TestHeirs(t *testing.T) {
	type value = trace.Value
	sum := func(x value) value { return fn.CumSum(x, 0) } // is not elementwise
	for _, c := range []struct {
		name string
		a, b int // equations
		want bool
		f    func(x value) []value
	}{
		{"an operation alone", 0, 1, true, func(x value) []value { return []value{sum(fn.Tanh(sum(x)))} }},
		{"through an alias", 0, 2, true, func(x value) []value { return []value{fn.Flip(fn.Tanh(fn.Reshape(sum(x), 4, 25)), 1)} }},
		{"of its second operand", 0, 1, true, func(x value) []value { return []value{sum(fn.Sub(x, sum(x)))} }},
		{"of the first of two that end", 0, 2, true, func(x value) []value { return []value{sum(fn.Sub(sum(x), fn.Flip(x, 0)))} }},
		{"of one of two alone", 1, 2, false, func(x value) []value { return []value{sum(fn.Sub(sum(x), fn.Flip(x, 0)))} }},
		{"needed afterwards", 0, 1, false, func(x value) []value { a := sum(x); return []value{sum(fn.Tanh(a)), sum(a)} }},
		{"a result", 0, 1, false, func(x value) []value { a := sum(x); return []value{sum(fn.Tanh(a)), a} }},
		{"no elementwise operation", 0, 1, false, func(x value) []value { return []value{sum(fn.Flip(sum(x), 0))} }},
		{"another dtype", 0, 1, false, func(x value) []value { return []value{sum(fn.Cast(sum(x), trace.Float32))} }},
		{"read before in the same fusion", 0, 2, true, func(x value) []value { y := fn.Sin(sum(x)); z := fn.Cos(x); return []value{y, sum(z)} }},
		{"read later in the same fusion", 0, 1, false, func(x value) []value {
			a := sum(x)
			z := fn.Cos(x)
			return []value{fn.Sin(a), sum(z)}
		}},
		{"read for the last time by itself", 0, 2, true, func(x value) []value { a := sum(x); y := fn.Cos(x); return []value{y, sum(fn.Sin(a))} }},
		{"one heir of a fusion", 0, 2, true, func(x value) []value { y := fn.Sin(sum(x)); return []value{y, sum(fn.Cos(x)), sum(fn.Exp(x))} }},
		{"not a second one", 0, 3, false, func(x value) []value {
			y, z, w := fn.Sin(sum(x)), fn.Cos(x), fn.Exp(x)
			return []value{y, sum(z), sum(w)}
		}},
	} {
		p := trace.Record(func(in []value) []value { return c.f(in[0]) }, []trace.Type{trace.TypeOf(trace.Float64, 100)})
		pl := New(p)
		a, b := pl.source[p.Eqns[c.a].Out[0]], pl.source[p.Eqns[c.b].Out[0]]
		if got := a == b && a.kind == inMemory; got != c.want {
			t.Errorf("%s: %+v and %+v, want one buffer: %v, of\n%s", c.name, a, b, c.want, p.Listing())
		}
	}
}

// numbers is a fusion that reads six numbers. It reads the first two twice, and each
// other number once more than the one before.
func numbers(x trace.Value) []trace.Value {
	for i, times := range []int{2, 2, 3, 4, 5, 6} {
		n := fn.FullLike(x, float64(10+i))
		for range times {
			x = fn.Sub(fn.Mul(x, n), x)
		}
	}
	return []trace.Value{x}
}

// The numbers that are read most often are filled once for all tiles, the most frequent
// first. Other numbers are filled each time they are read.
func TestNumbersThatAreFilledOnce(t *testing.T) {
	p := trace.Record(func(in []trace.Value) []trace.Value { return numbers(in[0]) }, []trace.Type{trace.TypeOf(trace.Float64, 100)})
	pl := New(p)
	if len(pl.steps) != 1 || pl.steps[0].fusion == nil {
		t.Fatalf("steps %v of\n%s", pl.Steps(), p.Listing())
	}
	s := pl.steps[0].fusion
	var got, again []string
	for _, c := range s.fills {
		got = append(got, trace.Describe(c.op))
	}
	for _, c := range s.calls {
		if _, ok := c.op.(trace.Uniform); ok {
			again = append(again, trace.Describe(c.op))
		}
	}
	full := func(x float64) string {
		return trace.Describe(trace.Record(func(in []trace.Value) []trace.Value { return []trace.Value{fn.FullLike(in[0], x)} }, []trace.Type{p.Types[p.In[0]]}).Eqns[0].Op)
	}
	if want := fmt.Sprint([]string{full(15), full(14), full(13), full(12)}); fmt.Sprint(got) != want {
		t.Errorf("filled once: %v, want %s", got, want)
	}
	if want := fmt.Sprint([]string{full(10), full(10), full(11), full(11)}); fmt.Sprint(again) != want {
		t.Errorf("filled when they are read: %v, want %s", again, want)
	}
	filled := map[int]bool{}
	for _, c := range s.fills {
		filled[c.out] = true
	}
	for i, c := range s.calls {
		if filled[c.out] {
			t.Errorf("call %d, %s, writes over a number that is filled once", i, trace.Describe(c.op))
		}
	}
}

// A layout reads an array only after it was written, and has as few temporaries as are
// needed at one time: an equation may write over its own operands.
func TestTemporariesOfTiles(t *testing.T) {
	type value = trace.Value
	for _, c := range []struct {
		name     string
		external int
		temps    string
		f        func(x value) []value
	}{
		{"a chain", 2, "[f64]", func(x value) []value { return []value{fn.Tanh(fn.Exp(fn.Sin(fn.Cos(x))))} }},
		{"two at a time", 2, "[f64 f64]", func(x value) []value { return []value{fn.Mul(fn.Sin(x), fn.Cos(x))} }},
		{"two, one after the other", 2, "[f64 f64]", func(x value) []value {
			y := fn.Mul(fn.Sin(x), fn.Cos(x))
			return []value{fn.Mul(fn.Exp(y), fn.Tanh(y))}
		}},
		{"a bool and a float", 2, "[f64 bool]", func(x value) []value { return []value{fn.Mask(fn.Greater(fn.Sin(x), x), x)} }},
		{"another dtype takes no place of a float", 2, "[f64 f32]", func(x value) []value {
			return []value{fn.Cast(fn.Exp(fn.Cast(fn.Sin(x), trace.Float32)), trace.Float64)}
		}},
		{"results are external", 4, "[]", func(x value) []value { y := fn.Sin(x); z := fn.Cos(y); return []value{y, z, fn.Exp(z)} }},
		{"a number, and what is made of it", 2, "[f64 f64]", func(x value) []value { return []value{fn.Mul(fn.Add(fn.Sin(x), fn.FullLike(x, 3)), x)} }},
	} {
		p := trace.Record(func(in []value) []value { return c.f(in[0]) }, []trace.Type{trace.TypeOf(trace.Float64, 100)})
		pl := New(p)
		if len(pl.steps) != 1 || pl.steps[0].fusion == nil {
			t.Fatalf("%s: steps %v", c.name, pl.Steps())
		}
		s := pl.steps[0].fusion
		if got := fmt.Sprint(s.temps); got != c.temps && !sameTiles(s.temps, c.temps) || len(s.external) != c.external {
			t.Errorf("%s: tiles %s and %d external arrays, want %s and %d", c.name, got, len(s.external), c.temps, c.external)
		}
		written := map[int]bool{}
		for place, v := range s.external {
			written[place] = pl.source[v].kind == argument
		}
		for _, f := range s.fills {
			written[f.out] = true
		}
		for i, call := range s.calls {
			for _, place := range call.in {
				if !written[place] {
					t.Errorf("%s: call %d reads place %d before it is written", c.name, i, place)
				}
			}
			written[call.out] = true
		}
	}
}

// sameTiles compares dtypes in any order.
func sameTiles(temps []trace.DType, want string) bool {
	return len(temps) == 2 && fmt.Sprint([]trace.DType{temps[1], temps[0]}) == want
}
