package trace_test

import (
	"fmt"
	"testing"

	"github.com/pullback-go/pullback/trace"
)

// picky fits every operand and fails on its elements.
type picky struct{ scale }

func (picky) Name() string             { return "picky" }
func (picky) Eval(_, _ []*trace.Array) { panic(trace.Errorf("no number is good enough")) }

// torn fails as picky does, and has two results of different lengths.
type torn struct{ picky }

func (torn) Name() string { return "torn" }

func (torn) Infer(in []trace.Type) ([]trace.Type, error) {
	return []trace.Type{in[0], f64(3)}, nil
}

// What fails on concrete values while a function is recorded becomes part of the program,
// once, and fails when the program runs, where it would have failed at once.
func TestFailuresAreRecorded(t *testing.T) {
	line := failure(t, func() { trace.Bind(picky{}, vector(1, 2)) }).Position()
	p := record(2, func(x Value) Value {
		bad := trace.Bind1(picky{}, vector(1, 2))
		if bad.IsConcrete() || bad.IsTraced() || bad.IsAbsent() || !bad.Type().Equal(f64(2)) {
			t.Errorf("the result is %v", bad)
		}
		return plus(plus(x, bad), bad)
	})
	wantText(t, p.Listing(), `program(a f64[2])
  const b f64[2]
  c f64[2] = picky{scale:{By:0}}(b)
  d f64[2] = add(a, c)
  e f64[2] = add(d, c)
  return e
`)
	wantText(t, p.Eqns[0].Stack.Position(), line)
	if err := p.Check(); err != nil {
		t.Error(err)
	}
	e := failure(t, func() { p.Apply(vector(3, 4)) })
	wantText(t, e.Error(), line+": no number is good enough")
}

// What is made of it is postponed too: without a trace among the operands, and of any of
// several results.
func TestWhatIsMadeOfAFailureIsRecorded(t *testing.T) {
	p := trace.Record(func(in []Value) []Value {
		both := trace.Bind(torn{}, vector(1, 2))
		more := plus(times(3, both[1]), vector(4, 5, 6))
		return []Value{plus(in[0], more), both[0]}
	}, []trace.Type{f64(3)})
	wantText(t, p.Listing(), `program(a f64[3])
  const b f64[2]
  const c f64[3]
  d f64[2], e f64[3] = torn{picky:{scale:{By:0}}}(b)
  f f64[3] = scale{By:3}(e)
  g f64[3] = add(f, c)
  h f64[3] = add(a, g)
  return h, d
`)
	wantReason(t, "no number is good enough", func() { p.Apply(vector(1, 2, 3)) })
}

// A program that does not use it runs, and so does a branch that is not taken.
func TestFailuresThatNothingUses(t *testing.T) {
	p := record(2, func(x Value) Value {
		trace.Bind1(picky{}, vector(1, 2))
		return times(2, x)
	})
	wantText(t, p.Listing(), "program(a f64[2])\n  b f64[2] = scale{By:2}(a)\n  return b\n")
	wantText(t, p.Apply(vector(1, 2))[0].String(), "f64[2] [2 4]")
	var branch *trace.Program
	record(2, func(x Value) Value {
		branch = trace.RecordBody(func(in []Value) []Value { return []Value{plus(in[0], trace.Bind1(picky{}, vector(1, 2)))} }, []trace.Type{f64(2)})
		return x
	})
	if len(branch.Eqns) != 2 || branch.Eqns[0].Op.Name() != "picky" {
		t.Errorf("the branch is\n%v", branch)
	}
}

// Its elements are not there to be read, and after the recording it is an error to use
// it.
func TestFailuresAreReadAsErrors(t *testing.T) {
	const reason = "no number is good enough"
	var kept Value
	record(2, func(x Value) Value {
		kept = trace.Bind1(picky{}, vector(1, 2))
		wantReason(t, reason, func() { kept.Float64s() })
		wantReason(t, reason, func() { kept.Array() })
		wantReason(t, reason, func() { trace.Data[float64](kept) })
		return x
	})
	wantReason(t, reason, func() { kept.Float64s() })
	wantReason(t, reason, func() { times(2, kept) })
	again := record(2, func(x Value) Value { return plus(x, kept) }) // another recording has it too
	if len(again.Eqns) != 2 || again.Eqns[0].Op.Name() != "picky" {
		t.Errorf("got\n%v", again)
	}
}

// Where nothing is recorded it fails at once.
func TestFailuresThatAreNotPostponed(t *testing.T) {
	wantReason(t, "no number is good enough", func() { trace.Bind(picky{}, vector(1, 2)) })
	record(2, func(x Value) Value { return x })
	wantReason(t, "no number is good enough", func() { trace.Bind(picky{}, vector(1, 2)) })
	wantReason(t, "no number is good enough", func() {
		trace.RunBody(func(in []Value) []Value { return trace.Bind(picky{}, in[0]) }, []Value{vector(1, 2)})
	})
}

// The recording is found however deep below it the operation is.
func TestFailuresFarBelowTheRecording(t *testing.T) {
	var dig func(depth int) Value
	dig = func(depth int) Value {
		if depth == 0 {
			return trace.Bind1(picky{}, vector(1, 2))
		}
		v := dig(depth - 1)
		return v
	}
	for _, depth := range []int{0, 40, 56, 57, 58, 59, 60, 61, 62, 63, 64, 130, 500} {
		p := record(2, func(x Value) Value { return plus(x, dig(depth)) })
		if len(p.Eqns) != 2 {
			t.Errorf("%d calls down: got\n%v", depth, p)
		}
		wantReason(t, "no number is good enough", func() { dig(depth) })
	}
}

// A call that fails inside is recorded as what failed in it.
func TestFailuresInCalls(t *testing.T) {
	inner := record(2, func(x Value) Value { return trace.Bind1(picky{}, times(3, x)) })
	p := record(2, func(x Value) Value { return plus(x, trace.Bind1(call{inner}, vector(1, 2))) })
	wantText(t, p.Listing(), `program(a f64[2])
  const b f64[2]
  c f64[2] = picky{scale:{By:0}}(b)
  d f64[2] = add(a, c)
  return d
`)
	wantText(t, fmt.Sprint(p.Consts[0].Value), "f64[2] [3 6]")
}
