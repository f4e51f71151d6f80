package kernel

import (
	"fmt"
	"math"
	"math/big"
	"math/rand/v2"
	"testing"
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
	{expOf, "exp", 1, Exp[float32], Exp[float64]},
	{logOf, "log", 1, Log[float32], Log[float64]},
	{tanhOf, "tanh", 2.5, Tanh[float32], Tanh[float64]},
	{sigmoidOf, "sigmoid", 2.5, Sigmoid[float32], Sigmoid[float64]},
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
			eachFloat(t, func(t *testing.T) {
				testFunction(t, f.f32, 2000, 0x1p-149, 23, f.bound, func(x float32) float64 { return f.of.at(float64(x)) })
			}, func(t *testing.T) {
				testFunction(t, f.f64, 150, 0x1p-1074, 52, f.bound, func(x float64) float64 { return exactly(f.of, x) })
			})
		})
	}
}

// testFunction wants results within a bound of the reference, and where that is infinite, NaN or 0, the same.
func testFunction[T Float](t *testing.T, f func(dst, src []T), n int, least float64, mantissa int, bound float64, at func(T) float64) {
	var x []T
	for _, v := range arguments(rand.New(rand.NewPCG(1, 2)), n) {
		x = append(x, T(v))
	}
	y := garbage[T](len(x))
	f(y, x)
	for i, v := range x {
		got, want := float64(y[i]), at(v)
		if alike(got, float64(T(want))) {
			continue
		}
		if d := math.Abs(got-want) / ulp(want, least, mantissa); !(d <= bound) {
			t.Errorf("at %v: got %v, want %v: %.2f ulp", v, got, want, d)
		}
	}
}

// alike says whether two numbers have the same bits, or are both NaN.
func alike(x, y float64) bool {
	return math.Float64bits(x) == math.Float64bits(y) || x != x && y != y
}

// ulp is the distance of the numbers around x, in a format with so many bits of mantissa.
func ulp(x, least float64, mantissa int) float64 {
	return max(least, math.Ldexp(1, math.Ilogb(x)-mantissa))
}

// exactly is a function's value, rounded once: package math is an ulp or more off, and at the ends of the
// range far off. The plain kernels are package math.
func exactly(f realFunction, x float64) float64 {
	size := math.Abs(x)
	switch {
	case isa == plain, f == sqrtOf, f == reciprocalOf, x != x, x == 0, x == 1 && f == logOf, math.IsInf(x, 0), f == logOf && x < 0, f != logOf && size > 800:
		return f.at(x)
	case f == tanhOf && size < 1e-20:
		return x
	case f == expOf:
		return rounded(bigExp(x))
	case f == logOf:
		return rounded(bigLog(x))
	case f == sigmoidOf:
		return rounded(number().Quo(one(), number().Add(bigExp(-x), one())))
	}
	e := bigExp(2 * x)
	return rounded(number().Quo(number().Sub(e, one()), number().Add(e, one())))
}

func rounded(x *big.Float) float64 {
	y, _ := x.Float64()
	return y
}

func one() *big.Float { return number().SetInt64(1) }

func number() *big.Float { return new(big.Float).SetPrec(240) }

// bigExp squares e^(x/2^k), for which a few terms are enough.
func bigExp(x float64) *big.Float {
	k := max(0, math.Ilogb(x)+12)
	small := number().SetMantExp(number().SetFloat64(x), -k)
	sum, term := number().SetInt64(1), number().SetInt64(1)
	for i := int64(1); i < 24; i++ {
		term.Quo(term.Mul(term, small), number().SetInt64(i))
		sum.Add(sum, term)
	}
	for range k {
		sum.Mul(sum, sum)
	}
	return sum
}

// bigLog is the logarithm of the mantissa, and of 2 as often as the exponent says.
func bigLog(x float64) *big.Float {
	part, exponent := math.Frexp(x)
	whole := number().Mul(halley(2), number().SetInt64(int64(exponent)))
	return whole.Add(whole, halley(part))
}

// halley is the logarithm by a step of Halley's method, which triples the digits.
func halley(x float64) *big.Float {
	start := math.Log(x)
	e, v := bigExp(start), number().SetFloat64(x)
	step := number().Quo(number().Sub(v, e), number().Add(v, e))
	return number().Add(number().SetFloat64(start), step.Add(step, step))
}

// TestFunctionsInPlaces: an element's bits do not depend on where it stands, and nothing is written past
// the end.
func TestFunctionsInPlaces(t *testing.T) {
	eachFloat(t, testFunctionsInPlaces[float32], testFunctionsInPlaces[float64])
}

func testFunctionsInPlaces[T Float](t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	x := normals[T](r, 70)
	for f := sqrtOf; f <= sigmoidOf; f++ {
		whole := make([]T, len(x))
		evaluate("whole", f, whole, x)
		for n := range len(x) {
			from := r.IntN(len(x) - n)
			part := garbage[T](n + 1)
			evaluate("part", f, part[:n], x[from:from+n])
			sameBits(t, part[:n], whole[from:from+n], fmt.Sprint("function ", f))
			if part[n] == part[n] {
				t.Fatalf("function %v: %d elements and one more were written", f, n)
			}
			part = append([]T(nil), x[from:from+n]...)
			evaluate("in place", f, part, part)
			sameBits(t, part, whole[from:from+n], fmt.Sprint("in place: function ", f))
		}
	}
}

func TestCombineVectors(t *testing.T) { eachFloat(t, testCombine[float32], testCombine[float64]) }

// testCombine holds each operation to that of Go, on all pairs of special numbers and at each length.
func testCombine[T Float](t *testing.T) {
	inf, nan := T(math.Inf(1)), T(math.NaN())
	special := []T{0, T(math.Copysign(0, -1)), 1, -1, 2.5, -3, inf, -inf, nan, 1e-30, -1e30}
	var a, b []T
	for _, x := range special {
		for _, y := range special {
			a, b = append(a, x), append(b, y)
		}
	}
	for op, of := range map[op]func(x, y T) T{
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
			got := garbage[T](len(a))
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
