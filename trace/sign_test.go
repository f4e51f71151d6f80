package trace_test

import (
	"math"
	"slices"
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

// classes are the sets of one class, in the order of their numbers.
var classes = []trace.Sign{trace.NegInf, trace.Negative, trace.NegZero, trace.PosZero, trace.Positive, trace.PosInf, trace.NaN}

// members are numbers of each class: of the finite ones, those at the ends of the range,
// where products and sums leave it, and some in between.
var members = map[trace.Sign][]float64{
	trace.NegInf: {math.Inf(-1)}, trace.Negative: {-math.MaxFloat64, -2, -1, -0.5, -math.SmallestNonzeroFloat64}, trace.NegZero: {math.Copysign(0, -1)},
	trace.PosZero: {0}, trace.Positive: {math.SmallestNonzeroFloat64, 0.5, 1, 2, math.MaxFloat64}, trace.PosInf: {math.Inf(1)}, trace.NaN: {math.NaN()},
}

// classOf is the class of a float64, by its bits.
func classOf(x float64) trace.Sign {
	bits := math.Float64bits(x)
	negative, size := bits>>63 == 1, bits&^(1<<63)
	at := 3 // of 0
	switch inf := uint64(0x7ff) << 52; {
	case size > inf:
		return trace.NaN
	case size == inf:
		at = 5
	case size > 0:
		at = 4
	}
	if negative {
		at = 5 - at
	}
	return classes[at]
}

// made is the set of the classes that an operation makes of numbers of two sets.
func made(s, t trace.Sign, op func(a, b float64) float64) trace.Sign {
	var out trace.Sign
	for _, a := range classes {
		for _, b := range classes {
			if s&a == 0 || t&b == 0 {
				continue
			}
			for _, x := range members[a] {
				for _, y := range members[b] {
					out |= classOf(op(x, y))
				}
			}
		}
	}
	return out
}

// The numbers of the classes are bits, each its own, in the order of the real line.
func TestClasses(t *testing.T) {
	var all trace.Sign
	for i, s := range classes {
		if s != 1<<i {
			t.Errorf("class %d is %d", i, s)
		}
		for _, x := range members[s] {
			if got := classOf(x); got != s {
				t.Errorf("%v is of class %v, want %v", x, got, s)
			}
		}
		all |= s
	}
	for _, c := range []struct {
		name      string
		got, want trace.Sign
	}{
		{"any", trace.AnySign, all},
		{"any real", trace.AnyReal, all &^ trace.NaN},
		{"finite", trace.Finite, all &^ (trace.NaN | trace.NegInf | trace.PosInf)},
		{"zero", trace.Zero, trace.NegZero | trace.PosZero},
		{"f32", trace.AnyOf(trace.Float32), all},
		{"f64", trace.AnyOf(trace.Float64), all},
		{"bool", trace.AnyOf(trace.Bool), trace.PosZero | trace.Positive},
		{"i32", trace.AnyOf(trace.Int32), trace.Negative | trace.PosZero | trace.Positive},
		{"i64", trace.AnyOf(trace.Int64), trace.Negative | trace.PosZero | trace.Positive},
	} {
		if c.got != c.want {
			t.Errorf("%s: got %v, want %v", c.name, c.got, c.want)
		}
	}
}

// What is told of two classes is what their numbers make, no less and no more.
func TestSignArithmeticIsExact(t *testing.T) {
	order := func(a, b float64) float64 { // as what Compared tells, its sign
		switch {
		case a < b:
			return -1
		case a > b:
			return 1
		case a == b:
			return 0
		}
		return math.NaN()
	}
	for _, a := range classes {
		for _, b := range classes {
			for _, c := range []struct {
				name      string
				got, want trace.Sign
			}{
				{"+", a.Plus(b), made(a, b, func(x, y float64) float64 { return x + y })},
				{"·", a.Times(b), made(a, b, func(x, y float64) float64 { return x * y })},
				{"/", a.Over(b), made(a, b, func(x, y float64) float64 { return x / y })},
				{"compared with", a.Compared(b), made(a, b, order)},
			} {
				if c.got != c.want {
					t.Errorf("%v %s %v: told %v, numbers make %v", a, c.name, b, c.got, c.want)
				}
			}
		}
		if got, want := a.Negated(), made(a, a, func(x, _ float64) float64 { return -x }); got != want {
			t.Errorf("%v negated: told %v, numbers make %v", a, got, want)
		}
	}
}

// Of sets, what is told is the union of what is told of their classes; so more classes
// never give fewer.
func TestSignArithmeticOfSets(t *testing.T) {
	ops := map[string]func(s, t trace.Sign) trace.Sign{
		"plus": trace.Sign.Plus, "times": trace.Sign.Times, "over": trace.Sign.Over, "compared": trace.Sign.Compared,
		"negated": func(s, _ trace.Sign) trace.Sign { return s.Negated() },
		"map":     func(s, t trace.Sign) trace.Sign { return s.Map(t.Plus) },
	}
	for name, op := range ops {
		var one [7][7]trace.Sign
		for i, a := range classes {
			for j, b := range classes {
				one[i][j] = op(a, b)
			}
		}
		for s := range trace.AnySign + 1 {
			for _, u := range []trace.Sign{trace.PosZero, trace.Negative | trace.PosInf, trace.Finite, trace.AnySign, trace.AnySign &^ trace.PosZero} {
				var want trace.Sign
				for i, a := range classes {
					for j, b := range classes {
						if s&a != 0 && u&b != 0 {
							want |= one[i][j]
						}
					}
				}
				if got := op(s, u); got != want {
					t.Fatalf("%s of %v and %v: got %v, want %v", name, s, u, got, want)
				}
			}
		}
	}
	for _, s := range classes {
		for name, op := range ops {
			if got := op(0, s); got != 0 {
				t.Errorf("%s of nothing and %v is %v", name, s, got)
			}
		}
	}
}

// Map asks for each class of the set once, from the lowest on.
func TestMapOfClasses(t *testing.T) {
	for s := range trace.AnySign + 1 {
		var asked []trace.Sign
		got := s.Map(func(one trace.Sign) trace.Sign {
			asked = append(asked, one)
			return one.Negated()
		})
		if want := slices.DeleteFunc(slices.Clone(classes), func(c trace.Sign) bool { return s&c == 0 }); !slices.Equal(asked, want) {
			t.Errorf("of %v it asked for %v", s, asked)
		}
		if got != s.Negated() || got.Negated() != s {
			t.Errorf("%v negated is %v, and again %v", s, got, got.Negated())
		}
	}
}

// The classes of a number are those of its rounding to float32 and of itself, at the ends
// of the range of float32 too; there may be more within a factor of that range alone.
func TestSignOfCoversFloat32(t *testing.T) {
	const half = math.SmallestNonzeroFloat32 / 2 // rounds to zero; above it, up
	over := float64(math.MaxFloat32) * (1 + 0x1p-24)
	for _, x := range []float64{
		half, math.Nextafter(half, 1), math.SmallestNonzeroFloat32, 0x1p-126, 9.9e-38, 1e-37, math.SmallestNonzeroFloat64, 1, 3e38,
		math.MaxFloat32, math.Nextafter(math.MaxFloat32, math.Inf(1)), math.Nextafter(over, 0), over, math.MaxFloat64, math.Inf(1), 0, math.NaN(),
	} {
		for _, x := range []float64{x, -x} {
			needed := classOf(x) | classOf(float64(float32(x)))
			got := trace.SignOf(x)
			if needed&^got != 0 {
				t.Errorf("SignOf(%v) is %v, which lacks %v", x, got, needed&^got)
			}
			if size := math.Abs(x); (size >= 1e-37 && size <= math.MaxFloat32 || size == 0 || math.IsInf(x, 0)) && got != classOf(x) {
				t.Errorf("SignOf(%v) is %v, want %v alone", x, got, classOf(x))
			}
		}
	}
}

func TestSignsPrint(t *testing.T) {
	for _, c := range []struct {
		s    trace.Sign
		want string
	}{
		{0, "{}"}, {trace.NegInf, "{-Inf}"}, {trace.Negative, "{< 0}"}, {trace.NegZero, "{-0}"}, {trace.PosZero, "{+0}"}, {trace.Positive, "{> 0}"},
		{trace.PosInf, "{+Inf}"}, {trace.NaN, "{NaN}"}, {trace.Finite, "{< 0, -0, +0, > 0}"}, {trace.AnyReal, "{-Inf, < 0, -0, +0, > 0, +Inf}"},
		{trace.AnySign, "any"},
	} {
		wantText(t, c.s.String(), c.want)
	}
}
