package trace_test

import (
	"math"
	"testing"

	"github.com/pullback-go/pullback/trace"
)

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
