package trace_test

import (
	"fmt"
	"math"
	"reflect"
	"slices"
	"testing"

	"github.com/pullback-go/pullback/trace"
)

// grove has parts of every kind.
type grove struct {
	A      Value
	List   []Value
	Pair   [2]*leafy
	ByName map[string]any
	ByID   map[int]leafy
	Note   string
	Counts []int
	Rates  map[float64]int
	Empty  []Value
	None   map[string]Value
	hidden int
}

type leafy struct{ V, Absent Value }

func newGrove() grove {
	n := 0.0
	next := func() Value { n++; return trace.Scalar(n) }
	return grove{
		A: next(), List: []Value{next(), next()}, Pair: [2]*leafy{nil, {V: next()}},
		ByName: map[string]any{"b": []Value{next()}, "a": &leafy{V: next()}, "c": nil},
		ByID:   map[int]leafy{2: {V: next()}, 10: {V: next()}},
		Note:   "a note", Counts: []int{1, 2}, Rates: map[float64]int{math.NaN(): 1}, hidden: 7,
	}
}

// named names parts as a language does whose indices begin with #.
func named() trace.Visitor {
	return trace.Visitor{
		Field: func(path string, f reflect.StructField) (string, bool) { return path + "/" + f.Name, true },
		Index: func(path string, at reflect.Value) string { return fmt.Sprintf("%s/#%v", path, at) },
	}
}

// A walk meets every present Value once, with its path, and puts what the visitor returns
// into a copy.
func TestWalk(t *testing.T) {
	g, v := newGrove(), named()
	var met []string
	v.Value = func(path string, x Value) Value {
		met = append(met, fmt.Sprintf("%s=%v", path, x.Float64()))
		return trace.Scalar(-x.Float64())
	}
	out := trace.Walk(g, v)
	want := []string{"/A=1", "/List/#0=2", "/List/#1=3", "/Pair/#1/V=4", "/ByName/#a/V=6", "/ByName/#b/#0=5", "/ByID/#10/V=8", "/ByID/#2/V=7"}
	if !slices.Equal(met, want) {
		t.Errorf("got %q, want %q", met, want)
	}
	if out.A.Float64() != -1 || out.List[1].Float64() != -3 || out.Pair[1].V.Float64() != -4 || out.hidden != 7 || out.Note != "a note" {
		t.Errorf("the copy is %+v", out)
	}
	if g.A.Float64() != 1 || g.List[1].Float64() != 3 || g.Pair[1].V.Float64() != 4 {
		t.Errorf("the tree has changed: %+v", g)
	}
	if out.Pair[0] != nil || out.ByName["c"] != nil || out.None != nil || out.Empty != nil || !out.Pair[1].Absent.IsAbsent() {
		t.Errorf("what was nil or absent is no longer: %+v", out)
	}
}

// A struct is replaced before its fields are walked, and a field that is left out is
// shared with all that is inside of it.
func TestWalkStructs(t *testing.T) {
	g, v := newGrove(), named()
	var met []string
	v.Struct = func(path string, s reflect.Value) reflect.Value {
		met = append(met, path)
		if l, ok := s.Interface().(leafy); ok && path == "/Pair/#1" {
			l.Absent = trace.Scalar(9.0)
			return reflect.ValueOf(l)
		}
		return s
	}
	v.Field = func(path string, f reflect.StructField) (string, bool) { return path + "/" + f.Name, f.Name != "ByID" }
	last := ""
	v.Value = func(path string, x Value) Value { last = path; return x }
	out := trace.Walk(&g, v)
	if want := []string{"", "/Pair/#1", "/ByName/#a"}; !slices.Equal(met, want) {
		t.Errorf("the structs are at %q, want %q", met, want)
	}
	if got := out.Pair[1].Absent; got.IsAbsent() || got.Float64() != 9 || last != "/ByName/#b/#0" {
		t.Errorf("the new field is %v, the last Value is at %s", got, last)
	}
	out.Counts[0], out.ByID[3] = 5, leafy{}
	if out == &g || g.Counts[0] != 1 || len(g.ByID) != 3 || len(out.Rates) != 1 {
		t.Errorf("the tree is %+v, the copy %+v", g, *out)
	}
	delete(g.ByID, 3)
	out.Rates[1] = 2
	if len(g.Rates) != 1 {
		t.Error("a map of numbers is shared")
	}
}

// Without a Struct a walk copies what can hold Values and shares the rest, as Unflatten
// does, and its order is that of Flatten.
func TestWalkIsFlattenAndUnflatten(t *testing.T) {
	g := newGrove()
	g.Rates = map[float64]int{0.5: 1}
	leaves, s := trace.Flatten(g)
	var met []Value
	out := trace.Walk(g, trace.Visitor{Value: func(path string, x Value) Value {
		if met = append(met, x); path != "" {
			t.Errorf("a path without names is %q", path)
		}
		return x
	}})
	if !slices.Equal(met, leaves) {
		t.Errorf("got %v, want %v", met, leaves)
	}
	if _, again := trace.Flatten(out); again.Key() != s.Key() || !reflect.DeepEqual(out, s.Unflatten(leaves)) {
		t.Error("the copy is another tree")
	}
	if &out.Counts[0] != &g.Counts[0] || &out.List[0] == &g.List[0] {
		t.Error("static parts are copied, or those with Values shared")
	}
	if got := trace.Walk(g, trace.Visitor{}); !reflect.DeepEqual(got, g) {
		t.Errorf("a walk without a visitor changes the tree to %+v", got)
	}
}

type pointers *leafy

// Roots of all kinds keep their type.
func TestWalkOfLoneTrees(t *testing.T) {
	double := trace.Visitor{Value: func(_ string, x Value) Value { return trace.Scalar(2 * x.Float64()) }}
	if got := trace.Walk(trace.Scalar(3.0), double); got.Float64() != 6 {
		t.Errorf("got %v", got)
	}
	if got := trace.Walk[any](nil, double); got != nil {
		t.Errorf("got %v of nothing", got)
	}
	if got := trace.Walk[any](7, trace.Visitor{Struct: func(_ string, s reflect.Value) reflect.Value { return s }}); got != 7 {
		t.Errorf("got %v of 7", got)
	}
	if got, ok := trace.Walk[any](pointers(&leafy{V: trace.Scalar(1.0)}), double).(pointers); !ok || got.V.Float64() != 2 {
		t.Errorf("got %v", got)
	}
}

type loop struct {
	V    Value
	Next *loop
	Any  []any
}

// What refers back to what holds it is refused, whatever refers to it; what is only met
// twice is copied twice.
func TestWalkRefusesCycles(t *testing.T) {
	ring, list := &loop{}, &loop{Any: make([]any, 1)}
	ring.Next = &loop{Next: ring}
	list.Any[0] = list.Any
	wantReason(t, "/Next/Next refers back to what holds it: a tree has no cycles", func() { trace.Walk(ring, named()) })
	wantReason(t, "/Any/#0 refers back to what holds it: a tree has no cycles", func() { trace.Walk(list, named()) })
	wantReason(t, "the tree itself refers back to what holds it: a tree has no cycles", func() { trace.Walk(ring, trace.Visitor{}) })
	one := &leafy{V: trace.Scalar(1.0)}
	if got := trace.Walk([]*leafy{one, one}, named()); got[0] == got[1] || got[0] == one || !trace.Same(got[1].V, one.V) {
		t.Errorf("got %v", got)
	}
}
