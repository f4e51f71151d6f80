package trace_test

import (
	"errors"
	"fmt"
	"runtime/debug"
	"testing"

	"github.com/pullback-go/pullback/trace"
)

// second is a copy of its second operand, of any dtype.
type second struct{ scale }

func (second) Name() string                                { return "second" }
func (second) Infer(in []trace.Type) ([]trace.Type, error) { return in[1:2], nil }
func (second) Eval(in, out []*trace.Array)                 { out[0].CopyFrom(in[1]) }

// vast infers an array that memory can address and no machine has.
type vast struct{ scale }

func (vast) Name() string                             { return "vast" }
func (vast) Infer([]trace.Type) ([]trace.Type, error) { return []trace.Type{f64(1 << 43)}, nil }

// wrong infers a type that there is not.
type wrong struct{ scale }

func (wrong) Name() string                             { return "wrong" }
func (wrong) Infer([]trace.Type) ([]trace.Type, error) { return []trace.Type{f64(2), {}}, nil }

// Results are weak if all float operands are, whatever ints and bools are beside them,
// and if there is one. Of results, only those of float64 can be.
func TestWeaknessOfResults(t *testing.T) {
	weak, one, small := trace.Weak(2), trace.Scalar(1.0), trace.Scalar(float32(1))
	number, truth := trace.Scalar(int32(3)), trace.Scalar(true)
	for _, c := range []struct {
		name string
		x, y Value
		want bool
	}{
		{"weak and weak", weak, weak, true},
		{"a float64 and weak", one, weak, false},
		{"weak and a float64", weak, one, false},
		{"a float32 and weak", small, weak, false},
		{"an int and weak", number, weak, true},
		{"a bool and weak", truth, weak, true},
		{"weak and an int", weak, number, false},
		{"a bool and an int", truth, number, false},
		{"an int and a float64", number, one, false},
	} {
		if got := trace.Bind1(second{}, c.x, c.y); got.IsWeak() != c.want || !got.Type().Equal(c.y.Type()) {
			t.Errorf("%s: weak %v, of %v", c.name, got.IsWeak(), got.Type())
		}
		trace.Record(func(in []Value) []Value {
			x, y := in[0].WithWeak(c.x.IsWeak()), in[1].WithWeak(c.y.IsWeak())
			if got := trace.Bind1(second{}, x, y); got.IsWeak() != c.want || !got.IsTraced() {
				t.Errorf("%s, traced: weak %v", c.name, got.IsWeak())
			}
			return in
		}, []trace.Type{c.x.Type(), c.y.Type()})
	}
	both := trace.Bind(halves{}, trace.New([]float64{1, 2}).WithWeak(true))
	if !both[0].IsWeak() || !both[1].IsWeak() {
		t.Error("not all results of a weak operand are weak")
	}
	if v := trace.Bind1(filled{[]int{2}}); v.IsWeak() {
		t.Error("a result of no operand is weak")
	}
}

// An array is captured as one variable, weak where the value is that is lifted.
func TestLiftKeepsWeakness(t *testing.T) {
	record(2, func(x Value) Value {
		tr, w := trace.Newest([]Value{x}), trace.Weak(2)
		for i, v := range []Value{w, w, w.WithWeak(false), w} {
			if got := tr.Lift(v); got.IsWeak() != v.IsWeak() || !got.IsTraced() || !trace.Same(got, tr.Lift(w)) {
				t.Errorf("lift %d: weak %v", i, got.IsWeak())
			}
		}
		y := times(2, x).WithWeak(true)
		record(2, func(z Value) Value {
			inner := trace.Newest([]Value{z})
			for i, v := range []Value{y, y.WithWeak(false), y} {
				if got := inner.Lift(v); got.IsWeak() != v.IsWeak() || !trace.Same(got, inner.Lift(y)) {
					t.Errorf("lift %d of a traced value: weak %v", i, got.IsWeak())
				}
			}
			return z
		})
		return x
	})
}

// All inferred types are looked at, and what is evaluated fits the memory that there is.
func TestBindRefusesWhatCannotBe(t *testing.T) {
	e := failure(t, func() { trace.Bind(wrong{}, vector(1)) })
	wantText(t, e.Op+": "+e.Err.Error(), "wrong(f64[1]): invalid is not a dtype")
	record(2, func(x Value) Value {
		e := failure(t, func() { trace.Bind(wrong{}, x) })
		wantText(t, e.Op+": "+e.Err.Error(), "wrong(f64[2]): invalid is not a dtype")
		return x
	})
	defer debug.SetMemoryLimit(debug.SetMemoryLimit(1 << 40))
	line := here(1)
	e = failure(t, func() { trace.Bind(vast{}, vector(1)) })
	wantText(t, e.Error(), line+": vast(f64[1]): f64[8796093022208] has 70368744177664 bytes, and there are 1099511627776 for this process: "+
		"make it smaller, or work on parts of it one after the other (transforms.Scan, or Chunk or Budget in transforms.VmapConfig)")
	p := record(1, func(x Value) Value { return trace.Bind1(vast{}, x) }) // a program of it may be changed before it runs
	wantText(t, p.Listing(), "program(a f64[1])\n  b f64[8796093022208] = vast{scale:{By:0}}(a)\n  return b\n")
}

// A trace that has ended records nothing, of no operand either.
func TestEndedTraces(t *testing.T) {
	var kept Value
	record(2, func(x Value) Value { kept = x; return x })
	e := failure(t, func() { trace.BindLike(kept, filled{[]int{3, 4}}) })
	var escaped *trace.Escaped
	if !errors.As(e, &escaped) || !escaped.Type.Equal(f64(3, 4)) || e.Op != "filled()" {
		t.Errorf("got %v", e)
	}
	e = failure(t, func() { trace.Newest([]Value{kept}).Bind(scale{2}, vector(1, 2, 3)) })
	if !errors.As(e, &escaped) || !escaped.Type.Equal(f64(3)) || e.Op != "scale(f64[3])" {
		t.Errorf("got %v", e)
	}
	record(3, func(x Value) Value { // the operand that has ended is named, not the result
		e := failure(t, func() { trace.Bind(second{}, kept, x) })
		if !errors.As(e, &escaped) || !escaped.Type.Equal(f64(2)) {
			t.Errorf("got %v", e)
		}
		return x
	})
}

// BindLike goes by the newest of like and the operands. Where none is traced it
// evaluates.
func TestBindLikeWithoutATrace(t *testing.T) {
	for _, like := range []Value{{}, vector(1), trace.Unknown(f64(2))} {
		if got := trace.BindLike(like, scale{2}, vector(1, 2)); !got.IsConcrete() {
			t.Errorf("like %v: got %v", like, got)
		}
	}
	record(2, func(x Value) Value {
		if got := trace.BindLike(vector(1), scale{2}, x); !got.IsTraced() {
			t.Errorf("of a traced operand: got %v", got)
		}
		return x
	})
}

// Results are numbered in order, each of its inferred type, and an equation is at the
// line that bound it.
func TestEquations(t *testing.T) {
	var line string
	p := trace.Record(func(in []Value) []Value {
		line = here(1)
		out := trace.Bind(halves{}, in[1])
		return []Value{out[1], out[0], in[0]}
	}, []trace.Type{f64(3), f64(4)})
	e := p.Eqns[0]
	wantText(t, fmt.Sprint(p.In, p.Types, e.In, e.Out, p.Out, e.Derived), "[a b] [f64[3] f64[4] f64[2] f64[2]] [b] [c d] [d c a] false")
	wantText(t, e.Stack.Position(), line)
}

// A program that panics half way ends its trace, of a body too.
func TestRecordingsThatPanic(t *testing.T) {
	var kept []Value
	record(2, func(x Value) Value {
		for _, f := range []func(){
			func() { record(2, func(y Value) Value { kept = append(kept, y); panic(trace.Errorf("no")) }) },
			func() {
				trace.RecordBody(func(in []Value) []Value { kept = append(kept, in[0]); panic(trace.Errorf("no")) }, []trace.Type{f64(2)}, []Value{x})
			},
		} {
			wantReason(t, "no", f)
			last := kept[len(kept)-1]
			var escaped *trace.Escaped
			if err := trace.Try(func() { times(2, last) }); !errors.As(err, &escaped) {
				t.Errorf("the trace goes on: %v", err)
			}
		}
		return times(2, x)
	})
}
