package transforms_test

import (
	"strings"
	"sync/atomic"
	"testing"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/trace"
	"github.com/pullback-go/pullback/transforms"
)

// lineWith returns the first line of a text that contains a string.
func lineWith(text, with string) string {
	for l := range strings.Lines(text) {
		if strings.Contains(l, with) {
			return l
		}
	}
	return ""
}

// A reverse loop reads its rows in place. The forward loop stacks nothing twice, and
// nothing that no step of the reverse loop reads.
func TestResidualsOfALoopAreNeeded(t *testing.T) {
	m := newRecurrent(130, 5)
	loss := func(m recurrent) Value {
		s := num(0)
		for _, y := range m.scanned() {
			s = fn.Add(s, fn.SumAll(fn.Mul(y, y)))
		}
		return s
	}
	// The outputs are the carries and results of the loop, and the residuals: the carry
	// before the step and both parts of the carry after it.
	for what, want := range map[string]int{"all": 8, "W": 7} {
		c, err := transforms.Compile(func(m recurrent) recurrent {
			g := transforms.Grad(loss)(m)
			if what == "W" {
				return recurrent{W: g.W}
			}
			return g
		}, m)
		if err != nil {
			t.Fatal(err)
		}
		l := lineWith(c.Program(), "= scan{consts:1 carry:2 length:5}(")
		if got := 1 + strings.Count(l[:max(0, strings.Index(l, "="))], ","); got != want {
			t.Errorf("gradient by %s: the forward loop has %d outputs, want %d:\n%s", what, got, want, c.Program())
		}
	}
}

// A carry that only feeds itself is removed, with the rows that only it reads. A carry
// that another carry reads stays.
func TestCarriesOfALoopAreNeeded(t *testing.T) {
	type carry struct{ A, B, C, D Value }
	type in struct {
		Init carry
		X, Y Value
	}
	var idle, busy = counted{new(atomic.Int64)}, counted{new(atomic.Int64)}
	f := func(p in) []Value {
		c, ys := transforms.Scan(func(c carry, row [3]Value) (carry, []Value) {
			return carry{fn.Add(c.A, c.B), trace.Bind1(busy, fn.Sin(c.B)), trace.Bind1(idle, fn.Add(c.C, row[1])), fn.Add(c.D, row[0])},
				[]Value{fn.Sub(row[0], row[2]), trace.Bind1(idle, row[1]), fn.Mul(row[0], row[2])}
		})(p.Init, [3]Value{p.X, p.Y, p.X})
		return []Value{c.A, ys[0], ys[2]}
	}
	r := seeded(131)
	p := in{carry{draw(r, 2), draw(r, 2), draw(r, 2), draw(r, 2)}, draw(r, 5, 2), draw(r, 5, 2)}
	e := f(p)
	idle.evals.Store(0)
	busy.evals.Store(0)
	got := transforms.Jit(f)(p)
	for i := range e {
		want(t, "result", got[i], e[i])
	}
	if a, b := idle.evals.Load(), busy.evals.Load(); a != 0 || b != 5 {
		t.Errorf("%d operations that no result needs ran, and %d of those that the other carry reads, want 0 and 5", a, b)
	}
	c, err := transforms.Compile(f, p)
	if err != nil {
		t.Fatal(err)
	}
	if l := lineWith(c.Program(), "scan{"); !containsAll(l, "scan{consts:0 carry:2 length:5}(") || strings.Count(l[strings.Index(l, "("):], ",") != 2 {
		t.Errorf("want 2 carries and 1 array of rows:\n%s", c.Program())
	}
}

// The same holds for choices: results that nobody reads are not computed, at any depth,
// and results are the same as uncompiled.
func TestResultsOfAChoiceAreNeeded(t *testing.T) {
	idle := counted{new(atomic.Int64)}
	type in struct{ P, X, Y Value }
	f := func(p in) []Value {
		c, _ := transforms.Scan(func(c, row Value) (Value, []Value) {
			out := transforms.Cond(p.P,
				func(x Value) []Value { return []Value{fn.Sin(x), trace.Bind1(idle, fn.Mul(p.Y, x)), fn.Sin(x)} },
				func(x Value) []Value { return []Value{fn.Cos(x), trace.Bind1(idle, x), fn.Cos(x)} })(fn.Add(c, row))
			return fn.Add(out[0], out[2]), nil
		})(p.X, fn.Stack(0, p.X, p.X, p.X))
		return []Value{c}
	}
	for _, yes := range []bool{true, false} {
		p := in{trace.Scalar(yes), vector(0.3, 0.5), vector(1, 2)}
		e := f(p)
		idle.evals.Store(0)
		want(t, "value", transforms.Jit(f)(p)[0], e[0])
		if n := idle.evals.Load(); n != 0 {
			t.Errorf("%d operations that no result needs ran", n)
		}
	}
	c, err := transforms.Compile(f, in{trace.Scalar(true), vector(0.3, 0.5), vector(1, 2)})
	if err != nil {
		t.Fatal(err)
	}
	if l := lineWith(c.Program(), "= cond("); strings.Count(l[:strings.Index(l, "=")], ",") != 0 {
		t.Errorf("want one result of the choice:\n%s", c.Program())
	}
}
