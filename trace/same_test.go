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

func TestSignOf(t *testing.T) {
	for _, c := range []struct {
		x    float64
		want trace.Sign
	}{
		{0, trace.PosZero}, {math.Copysign(0, -1), trace.NegZero}, {1, trace.Positive}, {-1, trace.Negative}, {math.NaN(), trace.NaN},
		{math.Inf(1), trace.PosInf}, {math.Inf(-1), trace.NegInf},
		{1e-40, trace.PosZero | trace.Positive}, {-1e-40, trace.NegZero | trace.Negative}, // fault C12: float32 may round them to zero
		{-1e-60, trace.NegZero | trace.Negative}, {1e-30, trace.Positive}, {-1e-30, trace.Negative},
		{1e300, trace.Positive | trace.PosInf}, {-1e300, trace.Negative | trace.NegInf}, {math.MaxFloat32, trace.Positive},
	} {
		if got := trace.SignOf(c.x); got != c.want {
			t.Errorf("SignOf(%v) is %v, want %v", c.x, got, c.want)
		}
	}
}

// The arithmetic of classes holds for numbers of these classes.
func TestSignArithmetic(t *testing.T) {
	numbers := []float64{math.Inf(-1), -math.MaxFloat64, -2, -1, -0.5, -5e-324, math.Copysign(0, -1), 0, 5e-324, 0.5, 1, 2, math.MaxFloat64, math.Inf(1), math.NaN()}
	class := func(x float64) trace.Sign {
		if s := trace.SignOf(math.Copysign(min(math.Abs(x), 1), x)); math.Abs(x) > 0 && math.Abs(x) < 1 {
			return s &^ trace.Zero
		} else if math.IsInf(x, 0) {
			return trace.SignOf(x)
		} else {
			return s
		}
	}
	for _, a := range numbers {
		if got := class(a).Negated(); got != class(-a) {
			t.Errorf("%v negated: told %v", a, got)
		}
		for _, b := range numbers {
			for op, c := range map[string]struct {
				y    float64
				told trace.Sign
			}{
				"+": {a + b, class(a).Plus(class(b))}, "·": {a * b, class(a).Times(class(b))}, "/": {a / b, class(a).Over(class(b))},
			} {
				if class(c.y)&^c.told != 0 {
					t.Errorf("%v %s %v is %v, told %v", a, op, b, c.y, c.told)
				}
			}
			order := trace.NaN
			switch {
			case a < b:
				order = trace.Negative
			case a == b:
				order = trace.PosZero
			case a > b:
				order = trace.Positive
			}
			if order&^class(a).Compared(class(b)) != 0 {
				t.Errorf("%v and %v compare as %v, told %v", a, b, order, class(a).Compared(class(b)))
			}
		}
	}
	wantText(t, (trace.PosZero | trace.NaN).String(), "{+0, NaN}")
	wantText(t, trace.AnySign.String(), "any")
}
