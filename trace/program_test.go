package trace_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/pullback-go/pullback/trace"
)

func TestApplyIsTheFunction(t *testing.T) {
	f := func(x Value) Value { return plus(times(3, x), vector(1, 2)) }
	p := record(2, f)
	x := vector(5, 6)
	wantText(t, p.Apply(x)[0].String(), f(x).String())
	q := record(2, func(x Value) Value { return p.Apply(x)[0] })
	wantText(t, q.Listing(), p.Listing())
	if &q.Eqns[0].Stack[0] != &p.Eqns[0].Stack[0] {
		t.Error("an equation that is applied again loses its position")
	}
}

func TestApplyErrors(t *testing.T) {
	p := record(2, func(x Value) Value { return times(2, x) })
	wantReason(t, "a program of 1 arguments was applied to 2", func() { p.Apply(vector(1, 2), vector(1, 2)) })
	wantReason(t, "argument 0 of a program is f64[3], want f64[2]", func() { p.Apply(vector(1, 2, 3)) })
	wantReason(t, "operand 0 is absent (the zero trace.Value): was a field never set?", func() { p.Apply(Value{}) })
}

func TestTypesOfValues(t *testing.T) {
	got := trace.TypesOfValues([]Value{vector(1, 2), trace.Scalar(true)})
	wantText(t, fmt.Sprint(got), "[f64[2] bool[]]")
}

func TestClosed(t *testing.T) {
	w, s := vector(1, 2), trace.Scalar(3.0)
	record(2, func(outer Value) Value {
		p := trace.Record(func(in []Value) []Value { return []Value{plus(plus(in[0], w), outer), plus(in[1], s)} }, []trace.Type{f64(2), f64()})
		q, captured := p.Closed()
		if !slices.Equal(captured, []Value{w, outer}) {
			t.Errorf("captured %v", captured)
		}
		wantText(t, q.Listing(), `program(a f64[2], b f64[2], c f64[2], d f64[])
  const e f64[] = 3
  f f64[2] = add(c, a)
  g f64[2] = add(f, b)
  h f64[] = add(d, e)
  return g, h
`)
		if len(p.In) != 2 || len(p.Consts) != 3 {
			t.Errorf("Closed changed the program:\n%v", p)
		}
		if err := q.Check(); err != nil {
			t.Error(err)
		}
		return outer
	})
}

func TestPruned(t *testing.T) {
	w, v := vector(1, 2), vector(3, 4)
	p := trace.Record(func(in []Value) []Value {
		dead := plus(in[1], v)
		plus(dead, w)
		return []Value{plus(times(2, in[0]), w)}
	}, []trace.Type{f64(2), f64(2)})
	before := p.Listing()
	q, used := p.Pruned()
	wantText(t, q.Listing(), `program(a f64[2], b f64[2])
  const c f64[2]
  d f64[2] = scale{By:2}(a)
  e f64[2] = add(d, c)
  return e
`)
	if !slices.Equal(used, []bool{true, false}) {
		t.Errorf("used: got %v", used)
	}
	wantText(t, p.Listing(), before)
	if err := q.Check(); err != nil {
		t.Error(err)
	}
}

func TestPrunedKeepsAnEquationForOneOfItsResults(t *testing.T) {
	p := trace.Record(func(in []Value) []Value { return trace.Bind(halves{}, in[0])[1:] }, []trace.Type{f64(4)})
	q, used := p.Pruned()
	if len(q.Eqns) != 1 || !used[0] {
		t.Errorf("got %v, %v", q, used)
	}
}

// sound is a program in which each test below plants one fault.
func sound() *trace.Program {
	inner := record(2, func(x Value) Value { return times(2, x) })
	w := vector(1, 2)
	return trace.Record(func(in []Value) []Value {
		y := plus(in[0], w)
		return trace.Bind(call{inner}, plus(y, in[1]))
	}, []trace.Type{f64(2), f64(2)})
}

func TestCheck(t *testing.T) {
	if err := sound().Check(); err != nil {
		t.Fatalf("a sound program: %v", err)
	}
	tests := []struct {
		name, want string
		plant      func(p *trace.Program)
	}{
		{"argument twice", "variable a is assigned twice", func(p *trace.Program) { p.In[1] = p.In[0] }},
		{"argument unknown", "variable 99 does not exist", func(p *trace.Program) { p.In[1] = 99 }},
		{"argument negative", "variable -1 does not exist", func(p *trace.Program) { p.In[1] = -1 }},
		{"constant over an argument", "variable a is assigned twice", func(p *trace.Program) { p.Consts[0].Var = p.In[0] }},
		{"constant of another type", "constant c is f64[1], its variable f64[2]", func(p *trace.Program) { p.Consts[0].Value = vector(1) }},
		{"constant absent", "constant c is absent", func(p *trace.Program) { p.Consts[0].Value = Value{} }},
		{"operand before its equation", "equation 0 (add): operand e is not assigned yet", func(p *trace.Program) { p.Eqns[0], p.Eqns[1] = p.Eqns[1], p.Eqns[0]; p.Eqns[0].In[0] = 4 }},
		{"operand unknown", "equation 0 (add): operand cv is not assigned yet", func(p *trace.Program) { p.Eqns[0].In[0] = 99 }},
		{"operand negative", "equation 0 (add): operand ? is not assigned yet", func(p *trace.Program) { p.Eqns[0].In[0] = -1 }},
		{"result twice", "equation 1 (add): variable d is assigned twice", func(p *trace.Program) { p.Eqns[1].Out[0] = p.Eqns[0].Out[0] }},
		{"result of another type", "equation 0 (add): result d is f64[3], inferred f64[2]", func(p *trace.Program) { p.Types[p.Eqns[0].Out[0]] = f64(3) }},
		{"results too many", "equation 0 (add): 1 results for 2 variables", func(p *trace.Program) { p.Eqns[0].Out = append(p.Eqns[0].Out, 5) }},
		{"operands that do not fit", "equation 0 (add): operands differ: [f64[2]]", func(p *trace.Program) { p.Eqns[0].In = p.Eqns[0].In[:1] }},
		{"output never assigned", "result f is never assigned", func(p *trace.Program) { p.Eqns = p.Eqns[:2] }},
		{"output unknown", "result cv is never assigned", func(p *trace.Program) { p.Out[0] = 99 }},
		{"in a body", "equation 2 (call): body: equation 0 (scale): operand b is not assigned yet", func(p *trace.Program) {
			p.Eqns[2].Op.(call).Body.Eqns[0].In[0] = 1
		}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			p := sound()
			tt.plant(p)
			err := p.Check()
			if err == nil {
				t.Fatalf("the fault was not found in\n%v", p)
			}
			wantText(t, err.Error(), tt.want)
		})
	}
}

// An Env has the values of all variables: of arguments and constants from the start, of
// others as they are stepped over or set.
func TestEnv(t *testing.T) {
	w := vector(10, 20)
	p := record(2, func(x Value) Value { return plus(times(3, x), w) })
	env := p.Env([]Value{vector(1, 2)})
	if env.Trace != nil {
		t.Error("an application to concrete values has a trace")
	}
	wantText(t, fmt.Sprint(env.Get([]trace.Var{p.Consts[0].Var, p.In[0], p.In[0]})), "[f64[2] [10 20] f64[2] [1 2] f64[2] [1 2]]")
	if got := env.Get(p.Out); !got[0].IsAbsent() {
		t.Errorf("the result is %v before it is made", got)
	}
	env.Step(&p.Eqns[0])
	wantText(t, env.Get(p.Eqns[0].Out)[0].String(), "f64[2] [3 6]")
	env.Set(p.Eqns[0].Out, []Value{vector(5, 5)})
	env.Step(&p.Eqns[1])
	wantText(t, env.Get(p.Out)[0].String(), "f64[2] [15 25]")
}

// Absent arguments are let through: what does not need them can be applied.
func TestEnvOfAbsentArguments(t *testing.T) {
	p := trace.Record(func(in []Value) []Value { return []Value{times(3, in[1]), plus(in[0], in[1])} }, []trace.Type{f64(2), f64(2)})
	env := p.Env([]Value{{}, vector(1, 2)})
	env.Step(&p.Eqns[0])
	wantText(t, env.Get(p.Out[:1])[0].String(), "f64[2] [3 6]")
	wantReason(t, "operand 0 is absent (the zero trace.Value): was a field never set?", func() { env.Step(&p.Eqns[1]) })
	wantReason(t, "argument 1 of a program is f64[3], want f64[2]", func() { p.Env([]Value{{}, vector(1, 2, 3)}) })
	wantReason(t, "argument 0 of a program is bool[2], want f64[2]", func() { p.Env([]Value{trace.New([]bool{true, false}), {}}) })
	wantReason(t, "a program of 2 arguments was applied to 0", func() { p.Env(nil) })
}

// EnvIn records in the trace that it is given, and takes arguments of other types.
func TestEnvIn(t *testing.T) {
	p := record(2, func(x Value) Value { return times(3, x) })
	q := record(4, func(y Value) Value {
		tr := trace.Newest([]Value{y})
		env := p.EnvIn(tr, []Value{vector(1, 2, 3, 4).WithWeak(true)})
		if got := env.Get(p.In)[0]; !got.IsTraced() || got.IsWeak() || env.Trace != tr {
			t.Errorf("the argument is %v", got)
		}
		env.Step(&p.Eqns[0])
		return env.Get(p.Out)[0]
	})
	wantText(t, q.Listing(), "program(a f64[4])\n  const b f64[4]\n  c f64[4] = scale{By:3}(b)\n  return c\n")
}

// Weakness is the caller's: neither an argument nor a constant brings it into a program.
func TestApplyForgetsWeakness(t *testing.T) {
	w := trace.Weak(2)
	p := trace.Record(func(in []Value) []Value { return []Value{plus(in[0], w.WithWeak(false)), plus(w, w)} }, []trace.Type{f64()})
	for i, v := range p.Apply(trace.Weak(1)) {
		if v.IsWeak() {
			t.Errorf("result %d is weak", i)
		}
	}
}

// An application keeps the marks of equations.
func TestApplyKeepsMarks(t *testing.T) {
	p := record(2, func(x Value) Value {
		y := times(2, x)
		trace.Newest([]Value{x}).Follow(&trace.Eqn{}, true, func() { y = times(3, y) })
		return times(4, y)
	})
	q := record(2, func(x Value) Value { return p.Apply(x)[0] })
	for i, want := range []bool{false, true, false} {
		if p.Eqns[i].Derived != want || q.Eqns[i].Derived != want {
			t.Errorf("equation %d: derived %v and %v, want %v", i, p.Eqns[i].Derived, q.Eqns[i].Derived, want)
		}
	}
}

// TypesOf is by variable, in the order asked for.
func TestTypesOf(t *testing.T) {
	p := &trace.Program{Types: []trace.Type{f64(), f64(1), trace.TypeOf(trace.Bool, 2)}}
	wantText(t, fmt.Sprint(p.TypesOf([]trace.Var{2, 0, 2, 1}), p.TypesOf(nil)), "[bool[2] f64[] bool[2] f64[1]] []")
}

// Constants that are scalars stay, of every dtype; traced scalars are captured values.
func TestClosedScalars(t *testing.T) {
	record(2, func(outer Value) Value {
		number := trace.Bind1(filled{[]int{}})
		traced := trace.BindLike(outer, filled{[]int{}})
		p := trace.Record(func(in []Value) []Value {
			tr := trace.Newest(in)
			return []Value{tr.Lift(traced), tr.Lift(trace.Scalar(true)), tr.Lift(trace.Scalar(int64(5))), tr.Lift(vector(1)), tr.Lift(number)}
		}, []trace.Type{f64(2)})
		q, captured := p.Closed()
		wantText(t, q.Listing(), `program(a f64[], b f64[1], c f64[2])
  const d bool[] = true
  const e i64[] = 5
  const f f64[] = 7
  return a, d, e, b, f
`)
		if len(captured) != 2 || captured[0] != traced {
			t.Errorf("captured %v", captured)
		}
		return outer
	})
}

// A pruned program may grow without changing the one that it was made of.
func TestPrunedSharesNoRoom(t *testing.T) {
	p := record(2, func(x Value) Value { return plus(times(2, x), vector(1, 2)) })
	p.Eqns, p.Consts = slices.Grow(p.Eqns, 4), slices.Grow(p.Consts, 4)
	q, used := p.Pruned()
	if len(q.Eqns) != 2 || len(q.Consts) != 1 || !slices.Equal(used, []bool{true}) {
		t.Fatalf("got\n%v", q)
	}
	q.Eqns = append(q.Eqns, trace.Eqn{Op: add{}})
	q.Consts = append(q.Consts, trace.Const{Var: 9})
	if e, c := p.Eqns[:3][2], p.Consts[:2][1]; e.Op != nil || c.Var != 0 {
		t.Errorf("what was appended is in the other program: %v, %v", e, c)
	}
}

// Pruned or closed, a program is sound and computes the same; no equation that is left
// can be left out.
func TestPrunedAndClosedComputeTheProgram(t *testing.T) {
	x, y := vector(1, -2), vector(3, 5)
	for seed := range uint64(40) {
		p := drawCalls(rand.New(rand.NewPCG(seed, 2)), 1).Inlined(bodyOf)
		want := fmt.Sprint(p.Apply(x, y))
		q, used := p.Pruned()
		closed, captured := q.Closed()
		for name, p := range map[string]*trace.Program{"pruned": q, "closed": closed} {
			if err := p.Check(); err != nil {
				t.Fatalf("seed %d, %s: %v\n%v", seed, name, err, p)
			}
		}
		if got := fmt.Sprint(q.Apply(x, y)); got != want {
			t.Fatalf("seed %d, pruned: got %s, want %s", seed, got, want)
		}
		if got := fmt.Sprint(closed.Apply(append(captured, x, y)...)); got != want || len(closed.Consts) > 0 {
			t.Fatalf("seed %d, closed: got %s, want %s", seed, got, want)
		}
		read := map[trace.Var]bool{}
		for _, v := range q.Out {
			read[v] = true
		}
		for i := len(q.Eqns) - 1; i >= 0; i-- {
			if !read[q.Eqns[i].Out[0]] {
				t.Errorf("seed %d: nothing reads equation %d of\n%v", seed, i, q)
			}
			for _, v := range q.Eqns[i].In {
				read[v] = true
			}
		}
		for i, v := range q.In {
			if used[i] != read[v] {
				t.Errorf("seed %d: argument %d is said to be used: %v", seed, i, used[i])
			}
		}
	}
}
