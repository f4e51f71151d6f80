package elementwise

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/pullback-go/pullback/internal/kernel/array"
	"github.com/pullback-go/pullback/internal/kernel/kerneltest"
)

// functionTests are the functions with their bounds in ulp.
var functionTests = []struct {
	of    realFunction
	name  string
	bound float64
	f32   func(dst, src []float32)
	f64   func(dst, src []float64)
}{
	{sqrtOf, "sqrt", 0.5, Sqrt[float32], Sqrt[float64]},
	{reciprocalOf, "reciprocal", 0.5, Reciprocal[float32], Reciprocal[float64]},
	{roundOf, "round", 0, Round[float32], Round[float64]},
	{floorOf, "floor", 0, Floor[float32], Floor[float64]},
	{ceilOf, "ceil", 0, Ceil[float32], Ceil[float64]},
	{truncOf, "trunc", 0, Trunc[float32], Trunc[float64]},
	{expOf, "exp", 1, Exp[float32], Exp[float64]},
	{logOf, "log", 1, Log[float32], Log[float64]},
	{tanhOf, "tanh", 2.5, Tanh[float32], Tanh[float64]},
	{sigmoidOf, "sigmoid", 2.5, Sigmoid[float32], Sigmoid[float64]},
	{expm1Of, "expm1", 2, Expm1[float32], Expm1[float64]},
	{siluOf, "silu", 3.5, SiLU[float32], SiLU[float64]},
	{erfOf, "erf", 3, Erf[float32], Erf[float64]},
	{normalCDFOf, "normalCDF", 6, NormalCDF[float32], NormalCDF[float64]},
	{normalDensityOf, "normalDensity", 3, NormalDensity[float32], NormalDensity[float64]},
	{geluOf, "gelu", 6.5, GELU[float32], GELU[float64]},
}

// edges are where functions and formats change their ways.
func edges() []float64 {
	var x []float64
	for _, v := range []float64{0, math.Inf(1), 1, 2, 0.5, math.Ln2, math.Ln2 / 2, math.Sqrt2, math.Sqrt2 / 2, 9, 10, 20, 22, 87.4, 88.7, 89, 103, 104, 110,
		708, 709.7, 709.8, 710, 744, 746, 800, 1e-45, 1e-40, 0x1p-126, 0x1p-149, 5e-324, 1e-310, 0x1p-1022, math.MaxFloat32, math.MaxFloat64} {
		x = append(x, v, -v, math.Nextafter(v, 0), -math.Nextafter(v, 0), math.Nextafter(v, 1e300))
	}
	return append(x, math.NaN())
}

// arguments draws numbers of all sizes at which functions are worth a look.
func arguments(r *rand.Rand, n int) []float64 {
	x := edges()
	for range n {
		x = append(x, r.NormFloat64()*math.Exp(8*r.Float64()-4), math.Exp(r.NormFloat64()/4), math.Exp(200*r.NormFloat64()))
	}
	return x
}

func TestFunctions(t *testing.T) {
	for _, f := range functionTests {
		t.Run(f.name, func(t *testing.T) {
			kerneltest.EachFloat(t, func(t *testing.T) {
				testFunction(t, f.f32, kerneltest.AtMost(2000, 500), 0x1p-149, 23, f.bound, func(x float32) float64 { return f.of.at(float64(x)) })
			}, func(t *testing.T) {
				testFunction(t, f.f64, kerneltest.AtMost(150, 25), 0x1p-1074, 52, f.bound, func(x float64) float64 { return exactly(f.of, x) })
			})
		})
	}
}

// testFunction wants results within a bound of the reference, and where that is infinite,
// NaN or 0, the same.
func testFunction[T array.Float](t *testing.T, f func(dst, src []T), n int, least float64, mantissa int, bound float64, at func(T) float64) {
	var x []T
	for _, v := range arguments(rand.New(rand.NewPCG(1, 2)), n) {
		x = append(x, T(v))
	}
	y := kerneltest.Garbage[T](len(x))
	f(y, x)
	for i, v := range x {
		got, want := float64(y[i]), at(v)
		if kerneltest.Alike(got, float64(T(want))) {
			continue
		}
		// A product's factor may have underflowed, gradually.
		if d := math.Abs(got-want) / max(kerneltest.ULP(want, least, mantissa), least*math.Abs(float64(v))); !(d <= bound) {
			t.Errorf("at %v: got %v, want %v: %.2f ulp", v, got, want, d)
		}
	}
}

// TestFunctionsInPlaces: an element's bits do not depend on where it stands, and nothing
// is written past the end.
func TestFunctionsInPlaces(t *testing.T) {
	kerneltest.EachFloat(t, testFunctionsInPlaces[float32], testFunctionsInPlaces[float64])
}

func testFunctionsInPlaces[T array.Float](t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	x := kerneltest.Normals[T](r, 70)
	for f := sqrtOf; f < functions; f++ {
		whole := make([]T, len(x))
		evaluate("whole", f, whole, x)
		for n := range len(x) {
			from := r.IntN(len(x) - n)
			part := kerneltest.Garbage[T](n + 1)
			evaluate("part", f, part[:n], x[from:from+n])
			kerneltest.SameBits(t, part[:n], whole[from:from+n], fmt.Sprint("function ", f))
			if part[n] == part[n] {
				t.Fatalf("function %v: %d elements and one more were written", f, n)
			}
			part = append([]T(nil), x[from:from+n]...)
			evaluate("in place", f, part, part)
			kerneltest.SameBits(t, part, whole[from:from+n], fmt.Sprint("in place: function ", f))
		}
	}
}

func TestCombineVectors(t *testing.T) {
	kerneltest.EachFloat(t, testCombine[float32], testCombine[float64])
}

// testCombine holds each operation to that of Go, on all pairs of special numbers and at
// each length.
func testCombine[T array.Float](t *testing.T) {
	inf, nan := T(math.Inf(1)), T(math.NaN())
	special := []T{0, T(math.Copysign(0, -1)), 1, -1, 2.5, -3, inf, -inf, nan, 1e-30, -1e30}
	var a, b []T
	for _, x := range special {
		for _, y := range special {
			a, b = append(a, x), append(b, y)
		}
	}
	for op, of := range map[op]func(x, y T) T{
		opPReLU: func(x, y T) T {
			if x > 0 {
				return x
			}
			return y * x
		},
		opAdd: func(x, y T) T { return x + y }, opSub: func(x, y T) T { return x - y }, opMul: func(x, y T) T { return x * y },
		opDiv: func(x, y T) T { return x / y }, opMax: func(x, y T) T { return max(x, y) }, opMin: func(x, y T) T { return min(x, y) },
		opNeg: func(x, _ T) T { return -x }, opAbs: func(x, _ T) T { return T(math.Abs(float64(x))) }, opSign: func(x, _ T) T {
			if x == 0 || x != x {
				return x
			}
			return T(math.Copysign(1, float64(x)))
		},
	} {
		for n := range len(a) + 1 {
			got := kerneltest.Garbage[T](len(a))
			combine(op, got[:n], a[len(a)-n:], b[len(b)-n:])
			for i, v := range got[:n] {
				want := of(a[len(a)-n+i], b[len(b)-n+i])
				if (v != want || math.Signbit(float64(v)) != math.Signbit(float64(want))) && (v == v || want == want) {
					t.Fatalf("operation %v: %v and %v: got %v, want %v", op, a[len(a)-n+i], b[len(b)-n+i], v, want)
				}
			}
			for _, v := range got[n:] {
				if v == v {
					t.Fatalf("operation %v: more than %d elements were written", op, n)
				}
			}
		}
	}
}

// TestGELUTanh: the error of its exponent, a few units of the last place, makes as many
// of the result as the exponent is large.
func TestGELUTanh(t *testing.T) {
	kerneltest.EachFloat(t, func(t *testing.T) { testGELUTanh[float32](t, 0x1p-149) }, func(t *testing.T) { testGELUTanh[float64](t, 0x1p-1074) })
}

func testGELUTanh[T array.Float](t *testing.T, least float64) {
	var x []T
	for _, v := range arguments(rand.New(rand.NewPCG(3, 4)), 1000) {
		x = append(x, T(v))
	}
	y := kerneltest.Garbage[T](len(x))
	GELUTanh(y, x)
	for i, v := range x {
		x, got := float64(v), float64(y[i])
		u := 2 * math.Sqrt(2/math.Pi) * (x + 0.044715*x*x*x)
		if math.IsNaN(x) || math.Abs(u) > 700 {
			if want := max(x, 0); !kerneltest.Alike(math.Abs(got), want) {
				t.Errorf("at %v: got %v, want %v", x, got, want)
			}
			continue
		}
		want := x / (1 + math.Exp(-u))
		if d := math.Abs(got - want); !(d <= 2*kerneltest.Eps[T]()*(5+3*math.Abs(u))*math.Abs(want)+least*(1+math.Abs(x))) {
			t.Errorf("at %v: got %v, want %v", x, got, want)
		}
	}
}

// TestFaultC7: plain Go was a thousand ulp off in the tails of the normal distribution,
// where what x² loses by rounding is large against the exponential, 1.36 ulp off in the
// exponential, and wrong in the logarithm of subnormal numbers.
func TestFaultC7(t *testing.T) {
	var tails, exponents, subnormal []float64
	r := rand.New(rand.NewPCG(71, 72))
	for i := range 60 {
		tails = append(tails, -3-35.5*float64(i)/60-r.Float64()/100)
		exponents = append(exponents, -708+1417*float64(i)/60+r.Float64())
		subnormal = append(subnormal, math.Ldexp(1+r.Float64(), -1074+i%54))
	}
	subnormal = append(subnormal, 5e-324, 1e-310)
	for _, c := range []struct {
		of    realFunction
		f     func(dst, src []float64)
		x     []float64
		bound float64
	}{
		{normalCDFOf, NormalCDF[float64], tails, 6}, {geluOf, GELU[float64], tails, 6.5}, {normalDensityOf, NormalDensity[float64], tails, 3},
		{expOf, Exp[float64], exponents, 1}, {logOf, Log[float64], subnormal, 1},
	} {
		kerneltest.EachISA(t, func(t *testing.T) {
			y, worst := kerneltest.Garbage[float64](len(c.x)), 0.0
			c.f(y, c.x)
			for i, x := range c.x {
				exact := exactlyBig(c.of, number().SetFloat64(x), x)
				want := rounded(exact)
				unit := max(kerneltest.ULP(want, 0x1p-1074, 52), 0x1p-1074*math.Abs(x))
				off := number().Sub(number().SetFloat64(y[i]), exact)
				d := math.Abs(rounded(off.Quo(off, number().SetFloat64(unit))))
				if worst = max(worst, d); !(d <= c.bound) {
					t.Errorf("function %d at %v: got %v, want %v: %.2f ulp", c.of, x, y[i], want, d)
				}
			}
			t.Logf("function %d: %.2f ulp", c.of, worst)
		})
	}
}

// functionValues are what functions must be at a few arguments, from their definitions: 0
// stands for either zero.
var functionValues = []struct {
	name string
	f32  func(dst, src []float32)
	f64  func(dst, src []float64)
	at   map[float64]float64
}{
	{"Sqrt", Sqrt[float32], Sqrt[float64], map[float64]float64{0: 0, 4: 2, 2.25: 1.5, kerneltest.Inf: kerneltest.Inf, -1: kerneltest.NaN, -kerneltest.Inf: kerneltest.NaN}},
	{"Reciprocal", Reciprocal[float32], Reciprocal[float64], map[float64]float64{0: kerneltest.Inf, 4: 0.25, -8: -0.125, kerneltest.Inf: 0, -kerneltest.Inf: 0}},
	{"Round", Round[float32], Round[float64], map[float64]float64{0.5: 0, 1.5: 2, 2.5: 2, -0.5: 0, -1.5: -2, 2.75: 3, 1 << 22: 1 << 22, kerneltest.Inf: kerneltest.Inf}},
	{"Floor", Floor[float32], Floor[float64], map[float64]float64{0.5: 0, -0.5: -1, 2: 2, -2: -2, -2.25: -3, -kerneltest.Inf: -kerneltest.Inf}},
	{"Ceil", Ceil[float32], Ceil[float64], map[float64]float64{0.5: 1, -0.5: 0, 2: 2, -2: -2, 2.25: 3, kerneltest.Inf: kerneltest.Inf}},
	{"Trunc", Trunc[float32], Trunc[float64], map[float64]float64{0.5: 0, -0.5: 0, 2.75: 2, -2.75: -2, -kerneltest.Inf: -kerneltest.Inf}},
	{"Exp", Exp[float32], Exp[float64], map[float64]float64{0: 1, kerneltest.Inf: kerneltest.Inf, -kerneltest.Inf: 0, 800: kerneltest.Inf, -800: 0, 1: math.E}},
	{"Log", Log[float32], Log[float64], map[float64]float64{1: 0, 0: -kerneltest.Inf, kerneltest.Inf: kerneltest.Inf, -1: kerneltest.NaN, -kerneltest.Inf: kerneltest.NaN, 2: math.Ln2}},
	{"Tanh", Tanh[float32], Tanh[float64], map[float64]float64{0: 0, kerneltest.Inf: 1, -kerneltest.Inf: -1, 50: 1, -50: -1}},
	{"Sigmoid", Sigmoid[float32], Sigmoid[float64], map[float64]float64{0: 0.5, kerneltest.Inf: 1, -kerneltest.Inf: 0, 60: 1}},
	{"Expm1", Expm1[float32], Expm1[float64], map[float64]float64{0: 0, kerneltest.Inf: kerneltest.Inf, -kerneltest.Inf: -1, -60: -1, 1: math.E - 1}},
	{"SiLU", SiLU[float32], SiLU[float64], map[float64]float64{0: 0, kerneltest.Inf: kerneltest.Inf, -kerneltest.Inf: 0, 60: 60}},
	{"Erf", Erf[float32], Erf[float64], map[float64]float64{0: 0, kerneltest.Inf: 1, -kerneltest.Inf: -1, 9: 1, -9: -1}},
	{"NormalCDF", NormalCDF[float32], NormalCDF[float64], map[float64]float64{0: 0.5, kerneltest.Inf: 1, -kerneltest.Inf: 0, 10: 1}},
	{"NormalDensity", NormalDensity[float32], NormalDensity[float64], map[float64]float64{0: math.Sqrt(1 / (2 * math.Pi)), kerneltest.Inf: 0, -kerneltest.Inf: 0, 100: 0}},
	{"GELU", GELU[float32], GELU[float64], map[float64]float64{0: 0, kerneltest.Inf: kerneltest.Inf, -kerneltest.Inf: 0, 50: 50}},
	{"GELUTanh", GELUTanh[float32], GELUTanh[float64], map[float64]float64{0: 0, kerneltest.Inf: kerneltest.Inf, -kerneltest.Inf: 0, 50: 50}},
	{"LogSigmoid", LogSigmoid[float32], LogSigmoid[float64], map[float64]float64{0: -math.Ln2, kerneltest.Inf: 0, -kerneltest.Inf: -kerneltest.Inf, -200: -200}},
	{"HardSigmoid", HardSigmoid[float32], HardSigmoid[float64], map[float64]float64{0: 0.5, 3: 1, -3: 0, 1.5: 0.75, kerneltest.Inf: 1, -kerneltest.Inf: 0}},
	{"HardSwish", HardSwish[float32], HardSwish[float64], map[float64]float64{0: 0, 3: 3, 4: 4, -3: 0, -1.5: -0.375, 1.5: 1.125, kerneltest.Inf: kerneltest.Inf, -kerneltest.Inf: 0}},
	{"Rsqrt", Rsqrt[float32], Rsqrt[float64], map[float64]float64{0: kerneltest.Inf, 4: 0.5, 0.25: 2, kerneltest.Inf: 0, -1: kerneltest.NaN, -kerneltest.Inf: kerneltest.NaN}},
	{"Log1p", Log1p[float32], Log1p[float64], map[float64]float64{0: 0, -1: -kerneltest.Inf, -1.5: kerneltest.NaN, kerneltest.Inf: kerneltest.Inf, -kerneltest.Inf: kerneltest.NaN, 1: math.Ln2}},
	{"Softsign", Softsign[float32], Softsign[float64], map[float64]float64{0: 0, 1: 0.5, -1: -0.5, 3: 0.75, kerneltest.Inf: 1, -kerneltest.Inf: -1}},
	{"LeakyReLU by 1/4", func(dst, src []float32) { LeakyReLU(dst, src, 0.25) }, func(dst, src []float64) { LeakyReLU(dst, src, 0.25) },
		map[float64]float64{0: 0, 3: 3, -8: -2, kerneltest.Inf: kerneltest.Inf, -kerneltest.Inf: -kerneltest.Inf}},
	{"ExpBelow", func(dst, src []float32) { ExpBelow(dst, src, 2, 3, 0.5) }, func(dst, src []float64) { ExpBelow(dst, src, 2, 3, 0.5) },
		map[float64]float64{0: 0, 5: 10, -kerneltest.Inf: -3, kerneltest.Inf: kerneltest.Inf, -2: 3 * (1/math.E - 1)}},
	{"Softplus", func(dst, src []float32) { Softplus(dst, src, 2, 3) }, func(dst, src []float64) { Softplus(dst, src, 2, 3) },
		map[float64]float64{0: math.Ln2 / 2, 1.5: math.Log1p(math.Exp(3)) / 2, 1.75: 1.75, 40: 40, -kerneltest.Inf: 0, kerneltest.Inf: kerneltest.Inf}},
	{"Threshold", func(dst, src []float32) { Threshold(dst, src, 2, 7) }, func(dst, src []float64) { Threshold(dst, src, 2, 7) },
		map[float64]float64{2: 7, 2.25: 2.25, -5: 7, 0: 7, kerneltest.Inf: kerneltest.Inf, -kerneltest.Inf: 7}},
}

// TestFunctionValues has each argument in every place of vectors, and of NaN it wants
// NaN.
func TestFunctionValues(t *testing.T) {
	for _, f := range functionValues {
		kerneltest.EachFloat(t, func(t *testing.T) { testFunctionValues(t, f.name, f.f32, f.at) }, func(t *testing.T) { testFunctionValues(t, f.name, f.f64, f.at) })
	}
}

func testFunctionValues[T array.Float](t *testing.T, name string, f func(dst, src []T), at map[float64]float64) {
	t.Helper()
	f([]T{}, nil)
	for n := 1; n <= 13; n++ {
		for x, want := range at {
			src := make([]T, n)
			Fill(src, T(x))
			src[n/2] = T(kerneltest.NaN)
			dst, check := kerneltest.Fenced(n, T(99))
			f(dst, src)
			for i, got := range dst {
				want := T(want)
				if i == n/2 {
					want = T(kerneltest.NaN)
				}
				if !kerneltest.Same(got, want) && !(math.Abs(float64(got-want)) <= 4*kerneltest.Eps[T]()*math.Abs(float64(want))) {
					t.Fatalf("%s of %v, element %d of %d: got %v, want %v", name, src[i], i, n, got, want)
				}
			}
			check(t, name)
		}
	}
}

// TestFunctionLaws: what functions are of each other, or of -x.
func TestFunctionLaws(t *testing.T) {
	kerneltest.EachFloat(t, testFunctionLaws[float32], testFunctionLaws[float64])
}

func testFunctionLaws[T array.Float](t *testing.T) {
	r := rand.New(rand.NewPCG(9, 10))
	x := make([]T, 203)
	for i := range x {
		x[i] = T(r.NormFloat64() * math.Exp(2*r.Float64()-1))
	}
	of := func(f func(dst, src []T), x []T) []T {
		y := kerneltest.Garbage[T](len(x))
		f(y, x)
		return y
	}
	minus := of(Neg[T], x)
	for name, f := range map[string]func(dst, src []T){"Tanh": Tanh[T], "Erf": Erf[T], "Softsign": Softsign[T], "Round": Round[T], "Trunc": Trunc[T], "Reciprocal": Reciprocal[T]} {
		kerneltest.SameBits(t, of(f, minus), of(Neg[T], of(f, x)), name+" is odd")
	}
	kerneltest.SameBits(t, of(NormalDensity[T], minus), of(NormalDensity[T], x), "NormalDensity is even")
	kerneltest.SameBits(t, of(Ceil[T], minus), of(Neg[T], of(Floor[T], x)), "Ceil is Floor turned round")
	// near wants both sides of an equation to be as close as so many ulp of a size.
	near := func(name string, ulps float64, left, right, size func(i int) float64) {
		t.Helper()
		for i := range x {
			if d := math.Abs(left(i) - right(i)); !(d <= 2*ulps*kerneltest.Eps[T]()*math.Abs(size(i))) {
				t.Errorf("%s at %v: got %v and %v", name, x[i], left(i), right(i))
			}
		}
	}
	at := func(y []T) func(int) float64 { return func(i int) float64 { return float64(y[i]) } }
	one := func(int) float64 { return 1 }
	sigmoid, cdf := at(of(Sigmoid[T], x)), at(of(NormalCDF[T], x))
	above, right := at(of(Sigmoid[T], minus)), at(of(NormalCDF[T], minus))
	near("Sigmoid x + Sigmoid -x = 1", 4, func(i int) float64 { return sigmoid(i) + above(i) }, one, one)
	near("NormalCDF x + NormalCDF -x = 1", 8, func(i int) float64 { return cdf(i) + right(i) }, one, one)
	silu, gelu, swish := at(of(SiLU[T], x)), at(of(GELU[T], x)), at(of(HardSwish[T], x))
	near("SiLU x = x Sigmoid x", 7, silu, func(i int) float64 { return float64(x[i]) * sigmoid(i) }, silu)
	near("GELU x = x NormalCDF x", 14, gelu, func(i int) float64 { return float64(x[i]) * cdf(i) }, gelu)
	hard := at(of(HardSigmoid[T], x))
	near("HardSwish x = x HardSigmoid x", 4, swish, func(i int) float64 { return float64(x[i]) * hard(i) }, swish)
	e, less := at(of(Exp[T], x)), at(of(Expm1[T], x))
	near("Expm1 x + 1 = Exp x", 5, func(i int) float64 { return less(i) + 1 }, e, func(i int) float64 { return max(1, e(i)) })
	inverse := at(of(Exp[T], minus))
	near("Exp x · Exp -x = 1", 4, func(i int) float64 { return e(i) * inverse(i) }, one, one)
	near("Log Exp x = x", 4, at(of(Log[T], of(Exp[T], x))), at(x), func(i int) float64 { return 1 + math.Abs(float64(x[i])) })
	// What is lost by rounding e^x - 1 near -1 is as much of its logarithm as e^-x is
	// large.
	near("Log1p Expm1 x = x", 6, at(of(Log1p[T], of(Expm1[T], x))), at(x), func(i int) float64 { return math.Abs(float64(x[i])) + inverse(i) })
	root, square := of(Sqrt[T], of(Abs[T], x)), at(of(Abs[T], x))
	near("Sqrt² = x", 2, func(i int) float64 { return float64(root[i]) * float64(root[i]) }, square, square)
	near("Rsqrt · Sqrt = 1", 3, func(i int) float64 { return at(of(Rsqrt[T], of(Abs[T], x[i:i+1])))(0) * float64(root[i]) }, one, one)
	var plus func(dst, src []T) = func(dst, src []T) { Softplus(dst, src, 1, 1e9) }
	near("Softplus -x = -LogSigmoid x", 9, at(of(plus, minus)), at(of(Neg[T], of(LogSigmoid[T], x))), at(of(plus, minus)))
}

// TestFunctionsPastTheGrain: elements have the same bits in one block and in several.
func TestFunctionsPastTheGrain(t *testing.T) {
	n := Grain/2 + 7
	x := kerneltest.Normals[float32](rand.New(rand.NewPCG(11, 12)), n)
	kerneltest.OnCores(t, func() []float32 {
		y := kerneltest.Garbage[float32](2 * n)
		Tanh(y[:n], x)
		Softplus(y[n:], x, 2, 1)
		return y
	})
	whole, part := kerneltest.Garbage[float32](n), kerneltest.Garbage[float32](n)
	Exp(whole, x)
	for lo := 0; lo < n; lo += 1000 {
		hi := min(n, lo+1000)
		Exp(part[lo:hi], x[lo:hi])
	}
	kerneltest.SameBits(t, part, whole, "in parts")
}
