package trace_test

import (
	"fmt"
	"slices"
	"sync"
	"testing"

	"github.com/pullback-go/pullback/trace"
)

func TestBindOfConcreteValuesRunsAtOnce(t *testing.T) {
	wantText(t, plus(vector(1, 2), vector(10, 20)).String(), "f64[2] [11 22]")
	wantText(t, fmt.Sprint(trace.Bind(halves{}, vector(1, 2, 3, 4))), "[f64[2] [1 2] f64[2] [3 4]]")
	double := record(2, func(x Value) Value { return plus(x, x) })
	wantText(t, trace.Bind1(call{double}, vector(1, 2)).String(), "f64[2] [2 4]")
}

func TestBindOfTracedValuesRecords(t *testing.T) {
	p := trace.Record(func(in []Value) []Value { return trace.Bind(halves{}, plus(in[0], in[0])) }, []trace.Type{f64(4)})
	wantText(t, p.Listing(), `program(a f64[4])
  b f64[4] = add(a, a)
  c f64[2], d f64[2] = halves(b)
  return c, d
`)
}

func TestRecordKeepsOneConstantForEachArray(t *testing.T) {
	w, unused := vector(1, 2), vector(3, 4)
	alias := trace.FromArray(w.Array())
	p := record(2, func(x Value) Value {
		plus(x, unused) // an equation whose result is dropped still uses it
		return plus(plus(x, w), plus(x, alias))
	})
	wantText(t, p.Listing(), `program(a f64[2])
  const b f64[2]
  const c f64[2]
  d f64[2] = add(a, b)
  e f64[2] = add(a, c)
  f f64[2] = add(a, c)
  g f64[2] = add(e, f)
  return g
`)
	if p.Consts[1].Value.Array() != w.Array() {
		t.Error("the constant is not the array that was captured")
	}
}

func TestRecordDropsConstantsThatNothingUses(t *testing.T) {
	p := record(2, func(x Value) Value {
		trace.Newest([]Value{x}).Lift(vector(3, 4))
		return x
	})
	wantText(t, p.Listing(), "program(a f64[2])\n  return a\n")
}

func TestRecordOfOperationsOnConstantsAlone(t *testing.T) {
	w := vector(1, 2)
	p := record(2, func(Value) Value { return plus(w, w) })
	wantText(t, p.Listing(), "program(a f64[2])\n  const b f64[2]\n  return b\n")
	wantText(t, p.Consts[0].Value.String(), "f64[2] [2 4]")
}

func TestRecordCapturesValuesOfOlderTraces(t *testing.T) {
	var inner *trace.Program
	w := vector(5, 6)
	outer := record(2, func(x Value) Value {
		tr := trace.Newest([]Value{x})
		y := times(2, x)
		a, b := tr.Lift(w), tr.Lift(w) // two Values of one variable
		inner = record(2, func(z Value) Value { return plus(plus(z, y), plus(plus(z, a), b)) })
		if inner.Consts[0].Value != y {
			t.Errorf("the constant is %v, not the outer value", inner.Consts[0].Value)
		}
		return inner.Apply(x)[0]
	})
	if len(inner.Consts) != 2 {
		t.Errorf("%d constants for two variables of the outer trace", len(inner.Consts))
	}
	wantText(t, outer.Listing(), `program(a f64[2])
  const b f64[2]
  c f64[2] = scale{By:2}(a)
  d f64[2] = add(a, c)
  e f64[2] = add(a, b)
  f f64[2] = add(e, b)
  g f64[2] = add(d, f)
  return g
`)
	wantText(t, outer.Apply(vector(1, 2))[0].String(), "f64[2] [14 20]")
}

func TestRecordRefusesAnAbsentResult(t *testing.T) {
	wantReason(t, "result 1 of a traced function is absent (the zero trace.Value): was it never set?", func() {
		trace.Record(func(in []Value) []Value { return []Value{in[0], {}} }, []trace.Type{f64()})
	})
}

func TestNewest(t *testing.T) {
	if tr := trace.Newest([]Value{vector(1), {}}, nil); tr != nil {
		t.Errorf("got %v for concrete and absent values", tr)
	}
	record(2, func(x Value) Value {
		outer := trace.Newest([]Value{vector(1), x})
		record(2, func(y Value) Value {
			inner := trace.Newest([]Value{y})
			if inner == outer || outer == nil {
				t.Errorf("two traces are one")
			}
			for _, lists := range [][][]Value{{{x, y}}, {{y, x}}, {{x}, {y}}, {{y}, nil, {x}}} {
				if got := trace.Newest(lists...); got != inner {
					t.Errorf("%v: not the inner trace", lists)
				}
			}
			return y
		})
		return x
	})
}

func TestLift(t *testing.T) {
	var none *trace.Trace
	v := vector(1, 2)
	if none.Lift(v) != v || none.Lift(Value{}) != (Value{}) || !slices.Equal(none.LiftAll([]Value{v, {}}), []Value{v, {}}) {
		t.Error("no trace lifts something")
	}
	record(2, func(x Value) Value {
		tr := trace.Newest([]Value{x})
		got := tr.LiftAll([]Value{x, v, {}})
		if got[0] != x || !got[1].IsTraced() || !got[1].Type().Equal(v.Type()) || !got[2].IsAbsent() {
			t.Errorf("got %v", got)
		}
		return x
	})
}

// A value known by type alone can be used nowhere, and that is never postponed.
func TestUnknownValuesAreRefused(t *testing.T) {
	const reason = "a value known by type alone (see trace.Unknown), and there is nothing to compute with"
	unknown := trace.Unknown(f64(2))
	wantReason(t, "f64[2] is "+reason, func() { record(2, func(x Value) Value { return plus(x, unknown) }) })
	wantReason(t, "operand 0 is "+reason, func() { times(2, unknown) })
	wantReason(t, "operand 1 is "+reason, func() { plus(vector(1, 2), unknown) })
	wantReason(t, "the elements of f64[2] were asked for, which is "+reason, func() { unknown.Float64s() })
	wantReason(t, "operand 0 is "+reason, func() { record(2, func(x Value) Value { times(2, unknown); return x }) })
}

func TestBindLike(t *testing.T) {
	v := trace.BindLike(vector(1), filled{[]int{1, 2}})
	wantText(t, v.String(), "f64[1 2] [[7 7]]")
	p := record(2, func(x Value) Value {
		inner := record(3, func(y Value) Value {
			if got := trace.BindLike(x, scale{2}, y); trace.Newest([]Value{got}) != trace.Newest([]Value{y}) {
				t.Error("an operand newer than like does not win")
			}
			return trace.BindLike(y, scale{2}, x)
		})
		if len(inner.Eqns) != 2 {
			t.Errorf("the operation was not recorded where like is:\n%v", inner)
		}
		return trace.BindLike(x, filled{[]int{2}})
	})
	wantText(t, p.Listing(), "program(a f64[2])\n  b f64[2] = filled{Shape:[2]}()\n  return b\n")
}

// Each goroutine has its own trace: run with -race.
func TestTwoGoroutinesTraceOneFunction(t *testing.T) {
	w := vector(1, 2)
	model := func(x Value) Value {
		for range 20 {
			x = plus(times(0.5, x), w)
		}
		return x
	}
	want := record(2, model)
	var wg sync.WaitGroup
	for range 2 {
		wg.Go(func() {
			for range 20 {
				p := record(2, model)
				if p.String() != want.String() {
					t.Errorf("got\n%v\nwant\n%v", p, want)
				}
				if got := want.Apply(w)[0].String(); got != model(w).String() {
					t.Errorf("a shared program gives %v", got)
				}
				trace.Flatten([]dense{{Weight: w}})
			}
		})
	}
	wg.Wait()
}
