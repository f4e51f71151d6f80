package lawtest

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/trace"
)

// timesOf is x·y of one type of f64, in as many kinds as tests need: what was tried is kept
// for the process.
type timesOf[K any] struct{}

type (
	never    struct{}
	captures struct{}
	several  struct{}
	fully    struct{}
)

func (timesOf[K]) Name() string { return "product" }

func (timesOf[K]) Infer(in []trace.Type) ([]trace.Type, error) {
	if in[0].DType != trace.Float64 || !in[0].Equal(in[1]) {
		return nil, fmt.Errorf("want two arrays of one type, of f64")
	}
	return in[:1], nil
}

func (timesOf[K]) Eval(in, out []*trace.Array) {
	x, y, z := trace.Elems[float64](in[0]), trace.Elems[float64](in[1]), trace.Elems[float64](out[0])
	for i := range z {
		z[i] = x[i] * y[i]
	}
}

func (timesOf[K]) VJP(in, _, ct []Value, _ []bool) []Value {
	return []Value{fn.Mul(ct[0], in[1]), fn.Mul(ct[0], in[0])}
}

func (op timesOf[K]) Batch(size int, in []Value, batched []bool) []Value {
	in = slices.Clone(in)
	for i, b := range batched {
		if !b {
			in[i] = fn.Expand(in[i], 0, size)
		}
	}
	return trace.Bind(op, in...)
}

func untriedOf(t *testing.T, op trace.Op) []string {
	t.Helper()
	name := typeName(op) + ": "
	lines := Untried(op, op)
	for i, line := range lines {
		rest, ok := strings.CutPrefix(line, name)
		if !ok {
			t.Errorf("%q does not begin with the operation", line)
		}
		lines[i] = rest
	}
	return lines
}

func TestUntriedListsWhatIsMissing(t *testing.T) {
	if got := untriedOf(t, timesOf[never]{}); !slices.Equal(got, []string{"in no function that is held to laws"}) {
		t.Errorf("without any law: %q", got)
	}

	// One operand is an array that the function captures, and Order ends at 2.
	w := trace.New([]float64{1, 2, 3})
	lawsTo := func(order int, f func(in []Value) Value, inputs ...Input) {
		LawsWith(t, Config{Order: order}, f, inputs...)
	}
	of := Input{Shape: []int{3}}
	lawsTo(2, func(in []Value) Value { return trace.Bind1(timesOf[captures]{}, in[0], w) }, of)
	want := []string{"batched _x", "batched xx", "derivative 3 by operand 0", "operands that are scalars"}
	if got := untriedOf(t, timesOf[captures]{}); !slices.Equal(got, want) {
		t.Errorf("with a captured array: got %q, want %q", got, want)
	}

	// What one function leaves out another may try.
	lawsTo(2, func(in []Value) Value { return trace.Bind1(timesOf[several]{}, in[0], w) }, of)
	lawsTo(2, func(in []Value) Value { return trace.Bind1(timesOf[several]{}, w, in[0]) }, of)
	want = []string{"batched xx", "derivative 3 by operand 0", "derivative 3 by operand 1", "operands that are scalars"}
	if got := untriedOf(t, timesOf[several]{}); !slices.Equal(got, want) {
		t.Errorf("with captured arrays: got %q, want %q", got, want)
	}

	lawsTo(3, func(in []Value) Value { return trace.Bind1(timesOf[fully]{}, in...) }, of, of)
	if got := untriedOf(t, timesOf[fully]{}); len(got) > 0 {
		t.Errorf("with all laws: %q", got)
	}
}

// An operation on integers has no law of derivatives.
func TestUntriedOfIntegers(t *testing.T) {
	LawsWith(t, Config{}, func(in []Value) Value { return fn.PopCount(in[0]) }, Input{Shape: []int{3}, DType: trace.Int64, Sampler: Between(-9, 9)})
	p := trace.Record(func(in []Value) []Value { return []Value{fn.PopCount(in[0])} }, []trace.Type{trace.TypeOf(trace.Int64)})
	for _, line := range Untried(p.Eqns[0].Op) {
		t.Error(line)
	}
}

func TestGapsAreWhatNoExceptionIsFor(t *testing.T) {
	untried := []string{"a: batched _x", "a: batched x_", "b: Jit"}
	for _, tt := range []struct {
		exceptions map[string]string
		want       []string // what faults begin with
	}{
		{nil, []string{"a: batched _x: no test", "a: batched x_: no test", "b: Jit: no test"}},
		{map[string]string{"a: batched *": "", "b: Jit": ""}, nil},
		{map[string]string{"a: batched x_": "", "b: Ji": "", "c*": ""}, []string{"a: batched _x: no test", "b: Jit: no test", "b: Ji: this exception", "c*: this exception"}},
	} {
		got := gaps(untried, tt.exceptions)
		if !slices.EqualFunc(got, tt.want, strings.HasPrefix) {
			t.Errorf("with %v: got %q, want %q", tt.exceptions, got, tt.want)
		}
	}
}

type code int

func (c code) Run() int { return int(c) }

// Main fails where a law is missing, unless the tests failed anyway or were chosen by
// flags. This test may be chosen itself, and then says nothing of laws.
func TestMainFailsWithoutLaws(t *testing.T) {
	want := 1
	if chosen() {
		want = 0
	}
	if got := Main(code(0), []trace.Op{timesOf[never]{}}, nil); got != want {
		t.Errorf("without laws: code %d, want %d", got, want)
	}
	if got := Main(code(2), []trace.Op{timesOf[never]{}}, nil); got != 2 {
		t.Errorf("after failures: code %d", got)
	}
}

// Functions may refuse arrays without elements; a panic of Go is no refusal, unless the
// test's own function makes it.
func TestPanicsOfGoAreFaults(t *testing.T) {
	for _, tt := range []struct {
		f     func()
		taken bool
		fault string
	}{
		{func() {}, true, ""},
		{func() { panic(trace.Errorf("refused")) }, false, ""},
		{func() { _ = []int{}[len(t.Name())] }, false, ""},
		{func() { trace.Bind1(lookup{}, trace.Scalar(1.0)) }, false, ""},
		{func() { _ = trace.TypeOf(trace.Float64).Shape[len(t.Name())] }, false, ""},
		{func() { _ = slices.Insert([]int{}, 3, 1) }, false, "panic: runtime error"},
	} {
		if taken, fault := takes(tt.f); taken != tt.taken || !strings.HasPrefix(fault, tt.fault) || (fault == "") != (tt.fault == "") {
			t.Errorf("got %v and %q, want %v and %q", taken, fault, tt.taken, tt.fault)
		}
	}
}

// lookup looks at an axis that is not there.
type lookup struct{ twice }

func (lookup) Infer(in []trace.Type) ([]trace.Type, error) { return in[:in[0].Shape[0]], nil }
