package trace_test

import (
	"fmt"
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
