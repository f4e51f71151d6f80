package trace_test

import (
	"math"
	"testing"

	"github.com/pullback-go/pullback/trace"
)

// pointed is an op whose pointers have all there is to it.
type pointed struct {
	scale
	by   float64
	next *pointed
}

func (*pointed) Name() string { return "pointed" }

// silent prints nothing of what it holds.
type silent struct{ scale }

func (silent) String() string { return "silent" }

// called holds a function.
type called struct {
	add
	f func()
}

// crate holds whatever there is.
type crate struct {
	add
	maps   map[string][]map[int]any
	slices [][]float64
	either any
	array  [2]complex128
}

func TestSameOp(t *testing.T) {
	nan, f := math.NaN(), func() {}
	deep := func(x any) crate { return crate{maps: map[string][]map[int]any{"a": {{1: x}, nil}}} }
	loop := func(by float64) *pointed {
		p := &pointed{by: 1}
		p.next = &pointed{by: by, next: p}
		return p
	}
	shared := []float64{1, 2, 3}
	for i, c := range []struct {
		a, b trace.Op
		want bool
	}{
		{add{}, add{}, true},
		{add{}, scale{}, false},
		{scale{1}, scale{1}, true},
		{scale{1}, scale{2}, false},
		{scale{nan}, scale{nan}, true},
		{scale{nan}, scale{-nan}, math.Float64bits(nan) == math.Float64bits(-nan)},
		{scale{0}, scale{math.Copysign(0, -1)}, false},
		{&pointed{by: 2}, &pointed{by: 2}, true},
		{&pointed{by: 2}, &pointed{by: 3}, false},
		{&pointed{next: &pointed{by: 2}}, &pointed{next: &pointed{by: 2}}, true},
		{&pointed{next: &pointed{by: 2}}, &pointed{next: &pointed{by: 3}}, false},
		{&pointed{}, (*pointed)(nil), false},
		{loop(1), loop(1), true},
		{loop(1), loop(2), false},
		{silent{scale{1}}, silent{scale{1}}, true},
		{silent{scale{1}}, silent{scale{2}}, false},
		{called{}, called{}, true},
		{called{f: f}, called{f: f}, false},
		{called{f: f}, called{}, false},
		{deep(1), deep(1), true},
		{deep(1), deep(2), false},
		{deep(1), deep(1.0), false},
		{deep(f), deep(f), false},
		{deep(&pointed{by: 1}), deep(&pointed{by: 1}), true},
		{deep(&pointed{by: 1}), deep(&pointed{by: 2}), false},
		{deep([]float64{nan}), deep([]float64{nan}), true},
		{crate{slices: [][]float64{{1}, {2}}}, crate{slices: [][]float64{{1}, {2}}}, true},
		{crate{slices: [][]float64{{1}, {2}}}, crate{slices: [][]float64{{1}, {3}}}, false},
		{crate{slices: [][]float64{shared[:1], shared[:2]}}, crate{slices: [][]float64{{1}, {1, 9}}}, false},
		{crate{slices: [][]float64{}}, crate{}, false},
		{crate{slices: [][]float64{shared}}, crate{slices: [][]float64{shared}}, true},
		{crate{either: vector(1, 2)}, crate{either: vector(1, 2)}, true},
		{crate{either: vector(1, 2)}, crate{either: vector(1, 3)}, false},
		{crate{array: [2]complex128{1, 2i}}, crate{array: [2]complex128{1, 3i}}, false},
	} {
		if got := trace.SameOp(c.a, c.b); got != c.want {
			t.Errorf("%d: SameOp(%v, %v) is %v, want %v", i, trace.Describe(c.a), trace.Describe(c.b), got, c.want)
		}
		if trace.SameOp(c.a, c.b) && trace.HashOp(c.a) != trace.HashOp(c.b) {
			t.Errorf("%d: %v and %v are the same, but not their hashes", i, trace.Describe(c.a), trace.Describe(c.b))
		}
	}
	if trace.HashOp(scale{1}) == trace.HashOp(scale{2}) || trace.HashOp(&pointed{by: 1}) == trace.HashOp(&pointed{by: 2}) {
		t.Error("the hash does not look at fields")
	}
}

// Fault H1: an op that is a pointer was printed by its name alone.
func TestFaultH1DescribePrintsPointers(t *testing.T) {
	wantText(t, trace.Describe(&pointed{by: 2}), "pointed{scale:{By:0} by:2 next:<nil>}")
	wantText(t, trace.Describe((*pointed)(nil)), "pointed")
}

// scalars is an op of fields of every kind that there is in one word.
type scalars struct {
	add
	b    bool
	i    int8
	u    uint16
	f    float32
	c    complex64
	s    string
	at   uintptr
	done chan int
	list []func()
	keys map[float64]int
}

// Each field counts, and a map with a NaN for a key is like no other, not even itself.
func TestSameOpLooksAtEveryField(t *testing.T) {
	a, b := make(chan int), make(chan int)
	f := func() {}
	list := []func(){f}
	base := scalars{b: true, i: 1, u: 2, f: 3, c: 4 + 5i, s: "s", at: 6, done: a, keys: map[float64]int{1: 2}}
	if again := base; !trace.SameOp(base, again) || trace.HashOp(base) != trace.HashOp(again) {
		t.Error("an op is not the same as its copy")
	}
	for name, change := range map[string]func(op *scalars){
		"bool": func(op *scalars) { op.b = false }, "int": func(op *scalars) { op.i = -1 }, "uint": func(op *scalars) { op.u = 3 },
		"float": func(op *scalars) { op.f = 3.5 }, "real part": func(op *scalars) { op.c = 5 + 5i }, "imaginary part": func(op *scalars) { op.c = 4 + 4i },
		"text": func(op *scalars) { op.s = "t" }, "longer text": func(op *scalars) { op.s = "ss" }, "address": func(op *scalars) { op.at = 7 },
		"channel": func(op *scalars) { op.done = b }, "functions": func(op *scalars) { op.list = list }, "no functions": func(op *scalars) { op.list = []func(){} },
		"another entry": func(op *scalars) { op.keys = map[float64]int{1: 3} }, "another key": func(op *scalars) { op.keys = map[float64]int{2: 2} },
		"more entries": func(op *scalars) { op.keys = map[float64]int{1: 2, 2: 2} }, "no map": func(op *scalars) { op.keys = nil },
	} {
		op := base
		change(&op)
		if trace.SameOp(base, op) || trace.SameOp(op, base) {
			t.Errorf("%s: two ops are the same", name)
		}
	}
	for name, op := range map[string]scalars{"functions": {list: list}, "a NaN": {keys: map[float64]int{math.NaN(): 1}}} {
		if trace.SameOp(op, scalars{list: list, keys: map[float64]int{math.NaN(): 1}}) {
			t.Errorf("%s: two ops are the same", name)
		}
	}
	if empty := (scalars{keys: map[float64]int{}}); trace.SameOp(empty, scalars{}) || trace.SameOp(scalars{}, empty) || !trace.SameOp(empty, empty) {
		t.Error("a map of no entries is none, or not itself")
	}
	if trace.SameOp(scalars{list: list}, scalars{list: list}) {
		t.Error("an op that holds a function is the same as another")
	}
}

// The hash looks at fields of every kind, and at a bounded part of a long one.
func TestHashOpLooksAtFields(t *testing.T) {
	hashes := map[uint64]string{}
	for name, op := range map[string]scalars{
		"zero": {}, "bool": {b: true}, "int": {i: 1}, "uint": {u: 1}, "float": {f: 1}, "text": {s: "s"}, "longer text": {s: "ss"}, "other text": {s: "t"},
		"address": {at: 1}, "entries": {keys: map[float64]int{1: 1}}, "functions": {list: make([]func(), 2)},
	} {
		h := trace.HashOp(op)
		if other, ok := hashes[h]; ok {
			t.Errorf("%s and %s have one hash", name, other)
		}
		hashes[h] = name
	}
	long, other := make([]float64, 100_000), make([]float64, 100_000)
	other[99_999] = 1
	if trace.HashOp(crate{slices: [][]float64{long}}) != trace.HashOp(crate{slices: [][]float64{other}}) {
		t.Error("the hash looks at all of a long array")
	}
	if other[1] = 1; trace.HashOp(crate{slices: [][]float64{long}}) == trace.HashOp(crate{slices: [][]float64{other}}) {
		t.Error("the hash does not look at the beginning of a long array")
	}
}
