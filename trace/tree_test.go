package trace_test

import (
	"fmt"
	"math"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/pullback-go/pullback/trace"
	"pgregory.net/rapid"
)

type dense struct {
	Weight, Bias Value
	Units        int
	label        string
}

type network struct {
	Layers []dense
	Heads  map[string]Value
	Norm   *dense
	Extra  any
	Pair   [2]Value
	Rate   float64
}

func TestPaths(t *testing.T) {
	v := vector(1)
	tree := network{
		Layers: []dense{{Weight: v}, {Bias: v, Weight: v}}, Heads: map[string]Value{"right": v, "left": v}, Norm: &dense{Bias: v},
		Extra: map[int][]Value{10: {v}, 9: {v, v}}, Pair: [2]Value{{}, v},
	}
	_, s := trace.Flatten(tree)
	want := []string{".Layers[0].Weight", ".Layers[1].Weight", ".Layers[1].Bias", ".Heads[left]", ".Heads[right]", ".Norm.Bias",
		".Extra[9][0]", ".Extra[9][1]", ".Extra[10][0]", ".Pair[1]"}
	if diff := cmp.Diff(want, s.Paths()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestLoneValue(t *testing.T) {
	v := vector(1, 2)
	leaves, s := trace.Flatten(v)
	if !slices.Equal(leaves, []Value{v}) || !slices.Equal(s.Paths(), []string{""}) {
		t.Errorf("got %v at %q", leaves, s.Paths())
	}
	if got := s.Unflatten([]Value{vector(3)}).(Value); got.String() != "f64[1] [3]" {
		t.Errorf("got %v", got)
	}
}

func TestTreesWithoutLeaves(t *testing.T) {
	for _, tree := range []any{nil, Value{}, 3, "text", struct{}{}, []Value(nil), map[string]Value(nil), (*dense)(nil), dense{Units: 2}, []Value{{}, {}}} {
		leaves, s := trace.Flatten(tree)
		if len(leaves) != 0 || len(s.Paths()) != 0 {
			t.Errorf("%#v: got leaves %v at %v", tree, leaves, s.Paths())
		}
		if got := s.Unflatten(nil); !reflect.DeepEqual(got, tree) {
			t.Errorf("got %#v, want %#v", got, tree)
		}
	}
}

// drawTree draws any tree that package trace has a word for.
func drawTree(t *rapid.T, depth int) any {
	leaf := func() Value {
		if rapid.IntRange(0, 5).Draw(t, "absent") == 0 {
			return Value{}
		}
		return vector(rapid.Float64().Draw(t, "leaf"))
	}
	most := 8
	if depth == 0 {
		most = 3
	}
	switch rapid.IntRange(0, most).Draw(t, "kind") {
	case 0:
		return nil
	case 1:
		return rapid.String().Draw(t, "static")
	case 2, 3:
		return leaf()
	case 4:
		return dense{leaf(), leaf(), rapid.Int().Draw(t, "units"), "private"}
	case 5:
		out := make([]any, rapid.IntRange(0, 3).Draw(t, "len"))
		for i := range out {
			out[i] = drawTree(t, depth-1)
		}
		return out
	case 6:
		out := map[int]any{}
		for _, k := range rapid.SliceOfNDistinct(rapid.IntRange(-20, 20), 0, 3, rapid.ID).Draw(t, "keys") {
			out[k] = drawTree(t, depth-1)
		}
		return out
	case 7:
		inner := drawTree(t, depth-1)
		return &inner
	}
	return network{Layers: []dense{{Weight: leaf()}}, Heads: map[string]Value{"b": leaf(), "a": leaf()}, Extra: drawTree(t, depth-1), Pair: [2]Value{leaf(), leaf()}}
}

func TestFlattenAndUnflattenAreInverse(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		tree := drawTree(t, 3)
		leaves, s := trace.Flatten(tree)
		if back := s.Unflatten(leaves); !reflect.DeepEqual(back, tree) {
			t.Fatalf("got %#v, want %#v", back, tree)
		}
		other := make([]Value, len(leaves))
		for i := range other {
			other[i] = trace.Scalar(float64(i))
		}
		before := fmt.Sprint(leaves)
		got, again := trace.Flatten(s.Unflatten(other))
		if !slices.Equal(got, other) || !slices.Equal(again.Paths(), s.Paths()) || again.Key() != s.Key() {
			t.Fatalf("got %v at %v with key %q, want %v at %v with key %q", got, again.Paths(), again.Key(), other, s.Paths(), s.Key())
		}
		if unchanged, _ := trace.Flatten(tree); fmt.Sprint(unchanged) != before {
			t.Fatalf("Unflatten changed the tree")
		}
	})
}

func TestUnflattenSharesNothingThatHoldsValues(t *testing.T) {
	tree := network{Norm: &dense{Weight: vector(1)}, Heads: map[string]Value{"a": vector(2)}, Layers: []dense{{Weight: vector(3)}}}
	leaves, s := trace.Flatten(tree)
	got := s.Unflatten(leaves).(network)
	got.Norm.Weight, got.Heads["a"], got.Layers[0].Weight = Value{}, Value{}, Value{}
	if unchanged, _ := trace.Flatten(tree); len(unchanged) != 3 {
		t.Errorf("the tree shares memory with what Unflatten made of it: %v are left", unchanged)
	}
}

func TestUnflattenCountsItsLeaves(t *testing.T) {
	_, s := trace.Flatten(dense{Weight: vector(1), Bias: vector(2)})
	wantReason(t, "a tree of 2 leaves was given 1", func() { s.Unflatten([]Value{vector(1)}) })
	wantReason(t, "a tree of 2 leaves was given 3", func() { s.Unflatten(make([]Value, 3)) })
}

func key(tree any) string {
	_, s := trace.Flatten(tree)
	return s.Key()
}

type config struct {
	Rate  float64
	Next  *config
	Names []string
	Table map[string]int
	Any   any
	X     Value
}

func TestKeyTellsTreesApart(t *testing.T) {
	v := vector(1)
	trees := []any{
		nil, v, []Value{v}, []Value{v, v}, []Value{v, {}}, []Value{{}, v}, [1]Value{v}, map[string]Value{"a": v}, map[string]Value{"b": v},
		config{}, config{X: v}, config{Rate: 1}, config{Rate: math.NaN()}, config{Rate: math.Copysign(0, -1)}, config{Next: &config{}},
		config{Next: &config{Rate: 2}}, config{Names: []string{"a", "b"}}, config{Names: []string{"a\"\"b"}}, config{Names: []string{"ab"}},
		config{Table: map[string]int{"a": 1}}, config{Table: map[string]int{"a": 2}}, config{Any: 1}, config{Any: int64(1)}, config{Any: "1"},
		config{Any: v}, config{Any: &v}, config{Any: []int{1}}, config{Any: [1]int{1}}, dense{Weight: v, label: "a"}, dense{Weight: v, label: "b"},
		dense{Weight: v}, dense{Bias: v}, &dense{Weight: v}, 1, int64(1), uint8(1), 1.0, true, complex(1, 2), complex(1, 3), "1",
	}
	met := map[string]any{}
	for _, tree := range trees {
		k := key(tree)
		if other, ok := met[k]; ok {
			t.Errorf("%#v and %#v have the same key %q", tree, other, k)
		}
		met[k] = tree
	}
}

func TestKeyOfAlikeTrees(t *testing.T) {
	nan := func() config {
		return config{Rate: math.NaN(), Next: &config{Rate: 3, Any: math.NaN()}, Table: map[string]int{"a": 1, "b": 2}, X: vector(math.NaN())}
	}
	other := nan()
	other.X = trace.New([]float32{1, 2}, 2, 1) // types of leaves are no part of the structure
	if key(nan()) != key(other) {
		t.Errorf("got %q and %q", key(nan()), key(other))
	}
}

func localA() any { type same struct{ X int }; return config{Any: same{1}} }
func localB() any { type same struct{ X int }; return config{Any: same{1}} }

func localC() any { type same struct{ X Value }; return config{Any: same{}} }
func localD() any { type same struct{ X Value }; return config{Any: same{}} }

func TestKeyTellsTypesOfOneNameApart(t *testing.T) {
	if key(localA()) == key(localB()) || key(localC()) == key(localD()) {
		t.Error("two types that only print alike have the same key")
	}
	for _, of := range []func() any{localA, localC} {
		if one, again := key(of()), key(of()); one != again {
			t.Error("one type has two keys")
		}
	}
}

func TestMapsAreReadInOrderOfTheirKeys(t *testing.T) {
	m := map[any]Value{}
	for i := range 10 {
		m[i], m[fmt.Sprint(i)], m[i%2 == 0] = trace.Scalar(float64(i)), trace.Scalar(float64(10+i)), trace.Scalar(float64(20+i))
	}
	leaves, s := trace.Flatten(m)
	for range 10 {
		again, other := trace.Flatten(m)
		if !slices.Equal(again, leaves) || other.Key() != s.Key() {
			t.Fatal("the order changes from run to run")
		}
		if back := s.Unflatten(leaves); !reflect.DeepEqual(back, m) {
			t.Fatal("Unflatten mixed up the entries")
		}
	}
}

func TestUintKeysSortByNumber(t *testing.T) {
	_, s := trace.Flatten(map[uint8]Value{10: vector(1), 9: vector(2), 100: vector(3)})
	if want := []string{"[9]", "[10]", "[100]"}; !slices.Equal(s.Paths(), want) {
		t.Errorf("got %v, want %v", s.Paths(), want)
	}
}

type ring struct {
	X    Value
	Next *ring
}

type hidden struct {
	X     Value
	inner any
}

type withFunc struct {
	X     Value
	Inner struct{ Act func() }
}

type withChan struct {
	X    Value
	Done chan int
}

type twoWays struct{ A, B *dense }

func TestTreesThatAreRefused(t *testing.T) {
	loop := &ring{}
	loop.Next = loop
	long := &ring{Next: &ring{}}
	long.Next.Next = long
	slice := make([]any, 2)
	slice[1] = slice
	mapped := map[string]any{}
	mapped["self"] = []any{mapped}
	type holder struct {
		X Value
		C *chain
	}
	c := &chain{}
	c.Next = c
	shared := &dense{}
	tests := []struct {
		name, want string
		tree       any
	}{
		{"func", ".Inner.Act is a func(): a tree is made of Values and plain data, because its static parts are compared; capture it in the function instead",
			withFunc{Inner: struct{ Act func() }{func() {}}}},
		{"func deep in static data", "[0].Any.Inner.Act is a func(): a tree is made of Values and plain data, because its static parts are compared; " +
			"capture it in the function instead", []config{{Any: withFunc{Inner: struct{ Act func() }{func() {}}}}}},
		{"chan", ".Done is a chan int: a tree is made of Values and plain data, because its static parts are compared; capture it in the function instead",
			withChan{Done: make(chan int)}},
		{"a lone func", "the tree itself is a func(): a tree is made of Values and plain data, because its static parts are compared; capture it in the function instead",
			func() {}},
		{"two paths", "one pointer is reached by two paths, .A and .B: a tree holds every Value once; copy what it points to", twoWays{shared, shared}},
		{"cycle", "one pointer is reached by two paths, the tree itself and .Next: a tree holds every Value once; copy what it points to", loop},
		{"long cycle", "one pointer is reached by two paths, the tree itself and .Next.Next: a tree holds every Value once; copy what it points to", long},
		{"slice in itself", "[1] refers back to what holds it: a tree has no cycles", slice},
		{"slice in itself, unexported", ".inner[1] refers back to what holds it: a tree has no cycles", hidden{inner: slice}},
		{"map in itself", "[self][0] refers back to what holds it: a tree has no cycles", mapped},
		{"static cycle", ".C.Next refers back to what holds it: a tree has no cycles", holder{C: c}},
		{"unexported", "the unexported field .inner of trace_test.hidden holds values, which cannot be set: export it", hidden{inner: []any{1, map[int]Value{2: vector(1)}}}},
		{"unexported pointer", "the unexported field .inner of trace_test.hidden holds values, which cannot be set: export it", hidden{inner: &dense{Bias: vector(1)}}},
		{"keys alike", "the key NaN of the map the tree itself, a map[float64]trace.Value, cannot be told apart from others: use strings or numbers",
			map[float64]Value{math.NaN(): vector(1)}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) { wantReason(t, tt.want, func() { trace.Flatten(tt.tree) }) })
	}
}

func TestPointersAsKeysAreComparedByValue(t *testing.T) {
	one, other := 1, 2
	if leaves, _ := trace.Flatten(map[*int]Value{&one: vector(1), &other: vector(2)}); len(leaves) != 2 || leaves[0].Float64() != 1 {
		t.Errorf("got %v", leaves)
	}
	other = 1
	e := failure(t, func() { trace.Flatten(map[*int]Value{&one: vector(1), &other: vector(2)}) })
	if !strings.HasSuffix(e.Error(), "of the map the tree itself, a map[*int]trace.Value, cannot be told apart from others: use strings or numbers") {
		t.Error(e)
	}
}

type chain struct{ Next *chain }

func TestTreesThatLookRefusable(t *testing.T) {
	static := []any{1}
	p := new(int)
	type first struct {
		A    struct{ B int }
		Back *struct{ B int }
	}
	f := &first{}
	f.Back = &f.A
	for name, tree := range map[string]any{
		"unexported field without values":    hidden{X: vector(1), inner: dense{}},
		"unexported nil":                     hidden{X: vector(1)},
		"nil func":                           withFunc{X: vector(1)},
		"one static pointer by two paths":    []config{{Any: p}, {Any: p}},
		"one slice by two paths":             []any{static, static},
		"a pointer to the first field of it": config{Any: struct{ P *first }{f}},
		"equal pointers to empty structs":    []*struct{}{{}, {}},
	} {
		if err := trace.Try(func() { trace.Flatten(tree) }); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}
