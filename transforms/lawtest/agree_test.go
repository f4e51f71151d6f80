package lawtest

import (
	"fmt"
	"runtime"
	"strings"
	"testing"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/trace"
	"github.com/pullback-go/pullback/transforms"
	"pgregory.net/rapid"
)

func (r *recorder) Fatalf(f string, args ...any) {
	r.Errorf(f, args...)
	runtime.Goexit()
}

// failuresOf runs a test that may end itself.
func failuresOf(test func(r *recorder)) string {
	r := &recorder{}
	done := make(chan bool)
	go func() {
		defer close(done)
		test(r)
	}()
	<-done
	return strings.Join(r.failures, "\n")
}

// doubled is 2·x for x in float64, with a planted fault.
type doubled struct {
	twice
	Fault string
}

func (op doubled) String() string { return "doubled" }

func (op doubled) Infer(in []trace.Type) ([]trace.Type, error) {
	if in[0].DType != trace.Float64 {
		return nil, fmt.Errorf("it is not float64")
	}
	return in, nil
}

func (op doubled) Batch(_ int, in []Value, _ []bool) []Value {
	y := trace.Bind1(op, in[0])
	if op.Fault == "batch" {
		y = fn.Mul(y, fn.Scalar(1.5))
	}
	return []Value{y}
}

// Simplify is wrong where that is the fault, so the compiled program is.
func (op doubled) Simplify([]trace.Type) (trace.Op, []int, bool) {
	return nil, []int{0}, op.Fault == "compiled"
}

func (op doubled) VJP(in, out, ct []Value, want []bool) []Value {
	if op.Fault == "panic" {
		var none []int
		_ = none[len(in)]
	}
	return op.twice.VJP(in, out, ct, want)
}

func doubledOp(fault string) Op {
	return Op{Name: "doubled", Func: func(x Value) Value { return trace.Bind1(doubled{Fault: fault}, x) }, Weight: 100}
}

// What is wrong with the caller's own operation is found, and shown alone.
func TestSearchFindsFaultsOfOwnOperations(t *testing.T) {
	for _, tt := range []struct {
		fault, law string // part of the name of a law: which is broken first depends on what is drawn
		programs   uint64 // as few as show the fault: to shrink each takes a while
	}{
		{"batch", " row by row", 400},
		{"compiled", ": Jit(", 20},
		{"panic", "Pull(f)", 60},
	} {
		got := failuresOf(func(r *recorder) {
			Search(r, SearchConfig{Seed: 2, Programs: tt.programs, Ops: []Op{doubledOp(tt.fault)}})
		})
		if !strings.Contains(got, tt.law) || !strings.Contains(got, "// seed 2, number ") || !strings.Contains(got, ":= doubled(") {
			t.Errorf("%s: got %q, want a breach of %s by doubled", tt.fault, got, tt.law)
		}
	}
	if got := failuresOf(func(r *recorder) { Search(r, SearchConfig{Seed: 2, Programs: 80, Ops: []Op{doubledOp("")}}) }); got != "" {
		t.Errorf("an honest operation: %s", got)
	}
}

// A number that Search reports gives the same breach by itself.
func TestSearchIsRepeatable(t *testing.T) {
	c := SearchConfig{Seed: 2, Programs: 400, Ops: []Op{doubledOp("compiled")}}
	for i := range c.Programs {
		if d := c.look(i); d != nil {
			alone := failuresOf(func(r *recorder) { Search(r, SearchConfig{Seed: 2, First: i, Programs: 1, Ops: c.Ops}) })
			if !strings.Contains(alone, d.String()) {
				t.Errorf("number %d alone: got %s\nwant %s", i, alone, d)
			}
			return
		}
	}
	t.Error("no program breaks a law")
}

func TestAgreeFindsFaultsOfOwnOperations(t *testing.T) {
	faults := []string{"batch", "compiled"}
	if testing.Short() {
		faults = faults[:1] // to shrink takes most of the time
	}
	for _, fault := range faults {
		found, ones := 0, 0
		g := Programs(doubledOp(fault))
		for seed := range 60 {
			p := g.Example(seed)
			before := p.String()
			if got := failuresOf(func(r *recorder) { Agree(r, p) }); got != "" {
				found++
				if strings.Count(got, "\tv") == 2 { // an argument and a step
					ones++
				}
				if !strings.Contains(got, "doubled(") {
					t.Errorf("%s: %s", fault, got)
				}
			}
			if p.String() != before {
				t.Fatalf("Agree changed the program:\n%s\n%s", before, p)
			}
		}
		if found < 2 || ones < found/2 {
			t.Errorf("%s: found in %d of 60 programs, and shown alone in %d", fault, found, ones)
		}
	}
}

func TestAgreeOfHonestPrograms(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) { Agree(t, Programs(doubledOp("")).Draw(t, "program")) })
}

// Agree asks of each composite the laws about rules, and of none without them.
func TestAgreeWithComposites(t *testing.T) {
	asked := &counting{}
	for seed := range 8 {
		Agree(t, Programs().Example(seed), asked)
	}
	if asked.n == 0 {
		t.Error("the composite was not asked")
	}
}

type counting struct{ n int }

func (c *counting) String() string { return "counting" }

func (c *counting) Assign(sites []*transforms.Site) ([]transforms.Choice, error) {
	c.n++
	return make([]transforms.Choice, len(sites)), nil
}

// Own operations are drawn with operands of their types, and in smooth programs.
func TestOwnOperationsAreDrawn(t *testing.T) {
	i, f := trace.TypeOf(trace.Int64, 3), trace.TypeOf(trace.Float32, 2, 4)
	var met []string
	typed := Op{Name: "typed", Types: []trace.Type{i, f}, Func: func(x, y Value) Value {
		met = append(met, fmt.Sprint(x.Type(), y.Type()))
		return fn.Neg(y)
	}}
	smoothly := 0
	any := Op{Name: "any", Func: func(x, y Value) Value {
		if !x.Type().Equal(y.Type()) || !x.DType().IsFloat() {
			t.Errorf("operands %v and %v", x.Type(), y.Type())
		}
		smoothly++
		return fn.Add(x, y)
	}}
	for n := range uint64(60) {
		Seeded(5, n, typed, any)
	}
	if len(met) < 5 || met[0] != fmt.Sprint(i, f) || smoothly < 5 {
		t.Errorf("got calls with %v, and %d of any type", met, smoothly)
	}
	met, smoothly = nil, 0
	g := Smooth([]int{2, 3}, typed, any)
	for seed := range 60 {
		g.Example(seed)
	}
	if len(met) > 0 || smoothly < 5 {
		t.Errorf("smooth programs: got calls with %v, and %d of any type", met, smoothly)
	}
}

func TestOpsAreChecked(t *testing.T) {
	one := func(x Value) Value { return x }
	for want, op := range map[string]Op{
		`Op "" has a func(trace.Value) trace.Value`: {Func: one},
		`Op "nothing" has a <nil>`:                  {Name: "nothing"},
		`Op "number" has a int`:                     {Name: "number", Func: 3},
		`Op "ints" has a func(int) trace.Value`:     {Name: "ints", Func: func(int) Value { return Value{} }},
		`Op "none" has a func() trace.Value`:        {Name: "none", Func: func() Value { return Value{} }},
		`Op "two" has a func(trace.Value) (trace.`:  {Name: "two", Func: func(x Value) (Value, Value) { return x, x }},
		`Op "many" has a func(...trace.Value)`:      {Name: "many", Func: func(x ...Value) Value { return x[0] }},
		`2 types and weight 0`:                      {Name: "types", Func: one, Types: make([]trace.Type, 2)},
		`weight -1`:                                 {Name: "weight", Func: one, Weight: -1},
	} {
		func() {
			defer func() {
				if r := fmt.Sprint(recover()); !strings.Contains(r, want) {
					t.Errorf("got %s, want %s", r, want)
				}
			}()
			Seeded(1, 1, op)
		}()
	}
}

// Laws are the body of a property: what they find, rapid reports.
func TestLawsInAProperty(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 4).Draw(t, "n")
		LawsWith(t, Config{Order: 1}, func(in []Value) Value { return fn.Mul(in[0], fn.Tanh(in[0])) }, Input{Shape: []int{n}})
		Close(t, fn.Ones(trace.TypeOf(trace.Float64, n)), fn.Ones(trace.TypeOf(trace.Float64, n)), 0)
	})
}
