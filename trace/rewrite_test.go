package trace_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/pullback-go/pullback/trace"
)

// A Rewriter numbers its variables in order, with the types that they are given.
func TestRewriterVariables(t *testing.T) {
	r := &trace.Rewriter{}
	p := &trace.Program{Types: []trace.Type{f64(1), f64(2), trace.TypeOf(trace.Bool, 3)}}
	r.Grow(p)
	a, b := r.Var(f64(9)), r.Var(f64(8))
	vars := r.Vars(p, []trace.Var{2, 0, 2})
	if a != 0 || b != 1 || !slices.Equal(vars, []trace.Var{2, 3, 4}) {
		t.Errorf("got variables %d, %d and %v, want 0, 1 and 2 to 4", a, b, vars)
	}
	got := r.Program([]trace.Var{b}, []trace.Var{a, b})
	wantText(t, fmt.Sprint(got.Types), "[f64[9] f64[8] bool[3] f64[1] bool[3]]")
	if !slices.Equal(got.In, []trace.Var{b}) || !slices.Equal(got.Out, []trace.Var{a, b}) {
		t.Errorf("arguments %v and results %v", got.In, got.Out)
	}
	if none := r.Vars(p, nil); len(none) != 0 {
		t.Errorf("no variables became %v", none)
	}
}

// An equation takes mark and position from the one it is like, and nothing else.
func TestEmitIsLike(t *testing.T) {
	p := record(2, func(x Value) Value { return times(3, x) })
	for _, derived := range []bool{false, true} {
		like := p.Eqns[0]
		like.Derived = derived
		r := &trace.Rewriter{}
		in := []trace.Var{r.Var(f64(2)), r.Var(f64(2))}
		out := []trace.Var{r.Var(f64(2))}
		r.Emit(&like, add{}, in, out)
		q := r.Program(in, out)
		e := q.Eqns[0]
		if e.Op != (add{}) || !slices.Equal(e.In, in) || !slices.Equal(e.Out, out) || e.Derived != derived || &e.Stack[0] != &like.Stack[0] {
			t.Errorf("derived %v: got %+v", derived, e)
		}
		if err := q.Check(); err != nil {
			t.Error(err)
		}
	}
}

// A finished program has the constants that its equations or results use, in order.
func TestRewriterDropsConstantsThatNothingUses(t *testing.T) {
	r := &trace.Rewriter{}
	x := r.Var(f64(2))
	read, unused, result := r.Const(vector(1, 2)), r.Const(vector(3, 4, 5)), r.Const(trace.Scalar(6.0))
	sum := r.Var(f64(2))
	r.Emit(&trace.Eqn{}, add{}, []trace.Var{x, read}, []trace.Var{sum})
	p := r.Program([]trace.Var{x}, []trace.Var{sum, result})
	if !p.Types[unused].Equal(f64(3)) {
		t.Errorf("the variable of a constant is %v", p.Types[unused])
	}
	wantText(t, p.Listing(), `program(a f64[2])
  const b f64[2]
  const c f64[] = 6
  d f64[2] = add(a, b)
  return d, c
`)
	wantText(t, fmt.Sprint(p.Apply(vector(10, 20))), "[f64[2] [11 22] f64[] 6]")
	if err := p.Check(); err != nil {
		t.Error(err)
	}
}

// nested calls a program that calls another, between equations of its own. The innermost
// has a constant and two results, the first of which is its argument.
func nested() (p, middle, inner *trace.Program) {
	w := vector(1, 2)
	inner = trace.Record(func(in []Value) []Value { return []Value{in[0], plus(times(2, in[0]), w)} }, []trace.Type{f64(2)})
	middle = trace.Record(func(in []Value) []Value {
		both := trace.Bind(call{inner}, plus(in[0], in[1]))
		return []Value{plus(both[1], in[1]), both[0]}
	}, []trace.Type{f64(2), f64(2)})
	p = trace.Record(func(in []Value) []Value {
		out := trace.Bind(call{middle}, times(3, in[0]), in[1])
		return []Value{out[1], times(5, out[0]), in[1]}
	}, []trace.Type{f64(2), f64(2)})
	return p, middle, inner
}

// bodyOf opens every call.
func bodyOf(op trace.Op) *trace.Program {
	if c, ok := op.(call); ok {
		return c.Body
	}
	return nil
}

func TestInlinedAtAnyDepth(t *testing.T) {
	p, middle, inner := nested()
	before := p.Listing()
	q := p.Inlined(bodyOf)
	wantText(t, q.Listing(), `program(a f64[2], b f64[2])
  const c f64[2]
  d f64[2] = scale{By:3}(a)
  e f64[2] = add(d, b)
  f f64[2] = scale{By:2}(e)
  g f64[2] = add(f, c)
  h f64[2] = add(g, b)
  i f64[2] = scale{By:5}(h)
  return e, i, b
`)
	if err := q.Check(); err != nil {
		t.Error(err)
	}
	wantText(t, p.Listing(), before)
	x, y := vector(1, 2), vector(10, 20)
	wantText(t, fmt.Sprint(q.Apply(x, y)), fmt.Sprint(p.Apply(x, y)))
	// equations keep the position they had in their own program
	from := []*trace.Eqn{&p.Eqns[0], &middle.Eqns[0], &inner.Eqns[0], &inner.Eqns[1], &middle.Eqns[2], &p.Eqns[2]}
	for i, e := range from {
		if &q.Eqns[i].Stack[0] != &e.Stack[0] {
			t.Errorf("equation %d is at %s, want %s", i, q.Eqns[i].Stack.Position(), e.Stack.Position())
		}
	}
}

// What is not opened stays, with its body as it is; where nothing is opened, the program
// itself is returned.
func TestInlinedOpensWhatItIsTold(t *testing.T) {
	p, middle, inner := nested()
	q := p.Inlined(func(op trace.Op) *trace.Program {
		if c, ok := op.(call); ok && c.Body == middle {
			return middle
		}
		return nil
	})
	var names []string
	for _, e := range q.Eqns {
		names = append(names, e.Op.Name())
	}
	if want := []string{"scale", "add", "call", "add", "scale"}; !slices.Equal(names, want) {
		t.Errorf("got %v, want %v", names, want)
	}
	if c, ok := q.Eqns[2].Op.(call); !ok || c.Body != inner {
		t.Errorf("the call that stays is %v", q.Eqns[2].Op)
	}
	if err := q.Check(); err != nil {
		t.Error(err)
	}
	for _, p := range []*trace.Program{inner, record(2, func(x Value) Value { return x })} {
		if q := p.Inlined(bodyOf); q != p {
			t.Errorf("a program without calls was copied:\n%v", q)
		}
	}
}

// A program that is called twice is there twice, each time with variables of its own.
func TestInlinedTwice(t *testing.T) {
	inner := record(2, func(x Value) Value { return plus(x, vector(1, 1)) })
	p := record(2, func(x Value) Value {
		y := trace.Bind1(call{inner}, x)
		return plus(trace.Bind1(call{inner}, y), y)
	})
	q := p.Inlined(bodyOf)
	if err := q.Check(); err != nil || len(q.Eqns) != 3 {
		t.Errorf("%d equations, %v", len(q.Eqns), err)
	}
	wantText(t, q.Apply(vector(1, 2))[0].String(), "f64[2] [5 7]")
}

// Inline copies a program onto variables that are there, calls and all.
func TestInline(t *testing.T) {
	_, middle, _ := nested()
	r := &trace.Rewriter{}
	x := r.Var(f64(2))
	once := r.Inline(middle, []trace.Var{x, x})
	again := r.Inline(middle, once)
	q := r.Program([]trace.Var{x}, again)
	if len(q.Eqns) != 2*len(middle.Eqns) || q.Eqns[1].Op.Name() != "call" || q.Eqns[4].Op.Name() != "call" {
		t.Errorf("got\n%v", q)
	}
	if err := q.Check(); err != nil {
		t.Error(err)
	}
	v := vector(1, 2)
	want := middle.Apply(middle.Apply(v, v)...)
	wantText(t, fmt.Sprint(q.Apply(v)), fmt.Sprint(want))
	id := record(2, func(x Value) Value { return x })
	if out := r.Inline(id, []trace.Var{x}); !slices.Equal(out, []trace.Var{x}) {
		t.Errorf("the results of the identity on %v are %v", x, out)
	}
}

// drawCalls is a random program of sums, multiples, halves and calls of programs that are
// drawn in the same way.
func drawCalls(r *rand.Rand, depth int) *trace.Program {
	return trace.Record(func(in []Value) []Value {
		pool := slices.Clone(in)
		pick := func() Value { return pool[r.IntN(len(pool))] }
		for range 1 + r.IntN(5) {
			switch n := r.IntN(5); {
			case n == 0:
				pool = append(pool, times(float64(1+r.IntN(3)), pick()))
			case n == 1:
				pool = append(pool, plus(pick(), vector(float64(r.IntN(4)), 1)))
			case n > 2 && depth > 0:
				pool = append(pool, trace.Bind(call{drawCalls(r, depth-1)}, pick(), pick())...)
			default:
				pool = append(pool, plus(pick(), pick()))
			}
		}
		return []Value{pick(), pick()}
	}, []trace.Type{f64(2), f64(2)})
}

// A program without its calls is sound and computes the same.
func TestInlinedIsTheProgram(t *testing.T) {
	x, y := vector(1, -2), vector(3, 5)
	for seed := range uint64(60) {
		p := drawCalls(rand.New(rand.NewPCG(seed, 1)), 3)
		q := p.Inlined(bodyOf)
		if err := q.Check(); err != nil {
			t.Fatalf("seed %d: %v\n%v", seed, err, q)
		}
		if got, want := fmt.Sprint(q.Apply(x, y)), fmt.Sprint(p.Apply(x, y)); got != want {
			t.Fatalf("seed %d: got %s, want %s", seed, got, want)
		}
		for _, e := range q.Eqns {
			if _, ok := e.Op.(call); ok {
				t.Fatalf("seed %d: a call is left\n%v", seed, q)
			}
		}
	}
}
