package trace_test

import (
	"errors"
	"testing"

	"github.com/pullback-go/pullback/trace"
)

// A body takes over what it made of captured values, at any depth, and nothing of it
// stays outside.
func TestBodiesContainWhatTheyCompute(t *testing.T) {
	var body, inner *trace.Program
	p := record(2, func(x Value) Value {
		before := plus(x, x)
		body = trace.RecordBody(func(in []Value) []Value {
			y := plus(before, x)
			inner = trace.RecordBody(func([]Value) []Value { return []Value{plus(y, plus(in[0], x))} }, nil)
			plus(y, y) // unused
			return []Value{plus(y, x)}
		}, []trace.Type{f64(2)}, []Value{x})
		return plus(before, x)
	})
	wantText(t, p.Listing(), `program(a f64[2])
  b f64[2] = add(a, a)
  c f64[2] = add(b, a)
  return c
`)
	wantText(t, body.Listing(), `program(a f64[2])
  const b f64[2]
  const c f64[2]
  d f64[2] = add(b, c)
  e f64[2] = add(d, c)
  return e
`)
	wantText(t, inner.Listing(), `program()
  const a f64[2]
  const b f64[2]
  const c f64[2]
  d f64[2] = add(a, b)
  e f64[2] = add(c, d)
  return e
`)
	for _, p := range []*trace.Program{p, body, inner} {
		if err := p.Check(); err != nil {
			t.Error(err)
		}
	}
}

// What a body leaves outside stays there too.
func TestValuesThatLeaveABody(t *testing.T) {
	var body *trace.Program
	p := record(2, func(x Value) Value {
		var kept Value
		body = trace.RecordBody(func([]Value) []Value { kept = plus(x, x); return []Value{kept} }, nil)
		return plus(kept, x)
	})
	wantText(t, p.Listing(), "program(a f64[2])\n  b f64[2] = add(a, a)\n  c f64[2] = add(b, a)\n  return c\n")
	wantText(t, body.Listing(), "program()\n  const a f64[2]\n  b f64[2] = add(a, a)\n  return b\n")
}

// Concrete arrays that an older trace captured are constants of the body itself.
func TestBodiesCaptureArraysThemselves(t *testing.T) {
	w := vector(1, 2)
	var body *trace.Program
	record(2, func(x Value) Value {
		plus(x, w)
		body = trace.RecordBody(func([]Value) []Value { return []Value{plus(x, w)} }, nil)
		return x
	})
	for _, c := range body.Consts {
		if c.Value.IsConcrete() && c.Value.Array() == w.Array() {
			return
		}
	}
	t.Errorf("the array is no constant of %v", body)
}

func TestRunBody(t *testing.T) {
	a, b := vector(1, 2), vector(3, 4)
	out, p := trace.RunBody(func(in []Value) []Value { return []Value{plus(in[0], in[1])} }, []Value{a, b})
	if p != nil || len(out) != 1 {
		t.Fatalf("got %v and %v", out, p)
	}
	wantText(t, out[0].String(), "f64[2] [4 6]")
	record(2, func(x Value) Value {
		_, p = trace.RunBody(func(in []Value) []Value { return []Value{plus(plus(x, in[1]), in[0])} }, []Value{a, b})
		return x
	})
	wantText(t, p.Listing(), `program(a f64[2], b f64[2])
  const c f64[2]
  d f64[2] = add(c, b)
  e f64[2] = add(d, a)
  return e
`)
}

func TestEscapedValuesSayTheirType(t *testing.T) {
	var kept Value
	record(2, func(x Value) Value { kept = plus(x, x); return x })
	var escaped *trace.Escaped
	if err := trace.Try(func() { plus(kept, kept) }); !errors.As(err, &escaped) || !escaped.Type.Equal(f64(2)) {
		t.Errorf("got %v", err)
	}
}

func TestWeakness(t *testing.T) {
	w, x := trace.Weak(2), vector(1)
	for what, weak := range map[string]bool{
		"sum of weak":  plus(w, w).IsWeak(),
		"made weak":    x.WithWeak(true).IsWeak(),
		"not made so":  !w.WithWeak(false).IsWeak() && w.IsWeak(),
		"no float64":   !trace.Scalar(float32(1)).WithWeak(true).IsWeak(),
		"absent":       !Value{}.WithWeak(true).IsWeak(),
		"sum with one": !plus(trace.Scalar(1.0), w).IsWeak(),
	} {
		if !weak {
			t.Errorf("%s: wrong", what)
		}
	}
	p := trace.Record(func(in []Value) []Value {
		if y := plus(in[0].WithWeak(true), w); !y.IsWeak() {
			t.Error("a traced sum of weak values is not weak")
		}
		return []Value{in[0].WithWeak(true)}
	}, []trace.Type{f64()})
	if p.Apply(w)[0].IsWeak() {
		t.Error("a program keeps weakness, which is the caller's to know")
	}
}
