package elementwise

import (
	"fmt"
	"math"
	"math/big"
	"slices"
	"testing"

	"github.com/pullback-go/pullback/internal/kernel/array"
	"github.com/pullback-go/pullback/internal/kernel/kerneltest"
)

// arithmeticCase is an elementwise kernel of up to three operands, and what each element
// must be.
type arithmeticCase[T array.Number] struct {
	name     string
	operands int
	run      func(dst, a, b, c []T)
	want     func(a, b, c T) T
}

// floatCases say what floats must be by arithmetic in float64, rounded once: for the four
// operations on float32 that is the correctly rounded result.
func floatCases[T array.Float]() []arithmeticCase[T] {
	round := func(x float64) T { return T(x) }
	list := []arithmeticCase[T]{
		{"Add", 2, func(dst, a, b, _ []T) { Add(dst, a, b) }, func(a, b, _ T) T { return round(float64(a) + float64(b)) }},
		{"Sub", 2, func(dst, a, b, _ []T) { Sub(dst, a, b) }, func(a, b, _ T) T { return round(float64(a) - float64(b)) }},
		{"Mul", 2, func(dst, a, b, _ []T) { Mul(dst, a, b) }, func(a, b, _ T) T { return round(float64(a) * float64(b)) }},
		{"Div", 2, func(dst, a, b, _ []T) { Div(dst, a, b) }, func(a, b, _ T) T { return round(float64(a) / float64(b)) }},
		{"Maximum", 2, func(dst, a, b, _ []T) { Maximum(dst, a, b) }, func(a, b, _ T) T { return larger(a, b) }},
		{"Minimum", 2, func(dst, a, b, _ []T) { Minimum(dst, a, b) }, func(a, b, _ T) T { return -larger(-a, -b) }},
		{"MulAdd", 3, MulAdd[T], func(a, b, c T) T { return round(float64(round(float64(a)*float64(b))) + float64(c)) }},
		{"Neg", 1, func(dst, a, _, _ []T) { Neg(dst, a) }, func(a, _, _ T) T { return round(-float64(a)) }},
		{"Abs", 1, func(dst, a, _, _ []T) { Abs(dst, a) }, func(a, _, _ T) T { return round(math.Abs(float64(a))) }},
		{"Sign", 1, func(dst, a, _, _ []T) { Sign(dst, a) }, func(a, _, _ T) T {
			if a == 0 || a != a {
				return a
			}
			return round(math.Copysign(1, float64(a)))
		}},
		{"PReLU", 2, func(dst, a, b, _ []T) { PReLU(dst, a, b) }, func(a, b, _ T) T {
			if a > 0 {
				return a
			}
			return round(float64(a) * float64(b))
		}},
	}
	for _, s := range []float64{0, math.Copysign(0, -1), -2.5, 1e-30, kerneltest.Inf, kerneltest.NaN} {
		list = append(list, arithmeticCase[T]{fmt.Sprint("Scale by ", s), 1, func(dst, a, _, _ []T) { Scale(dst, a, T(s)) },
			func(a, _, _ T) T { return round(float64(a) * float64(T(s))) }})
	}
	zero := math.Copysign(0, -1)
	for _, bounds := range [][2]float64{{-1, 1}, {zero, 1}, {0, 1}, {-1, zero}, {-1, 0}, {2.5, -1}, {-kerneltest.Inf, kerneltest.Inf}, {kerneltest.Inf, kerneltest.Inf}, {0, kerneltest.Inf}, {zero, kerneltest.Inf},
		{-kerneltest.Inf, 0}, {-kerneltest.Inf, zero}, {-kerneltest.Inf, 1}, {1, kerneltest.Inf}, {kerneltest.NaN, 1}, {-1, kerneltest.NaN}} {
		low, high := T(bounds[0]), T(bounds[1])
		list = append(list, arithmeticCase[T]{fmt.Sprint("Clamp to ", bounds), 1, func(dst, a, _, _ []T) { Clamp(dst, a, low, high) },
			func(a, _, _ T) T { return -larger(-larger(a, low), -high) }})
	}
	return list
}

// limitsOfFloats are zeros, ones, infinities, NaN, and the numbers at the ends of a
// format.
func limitsOfFloats[T array.Float]() []T {
	least, normal, most, next := 0x1p-149, 0x1p-126, math.MaxFloat32, 1+0x1p-23
	if array.SizeOf[T]() == 8 {
		least, normal, most, next = 0x1p-1074, 0x1p-1022, math.MaxFloat64, 1+0x1p-52
	}
	x := []T{T(kerneltest.NaN)}
	for _, v := range []float64{0, 1, 2.5, 3, kerneltest.Inf, least, normal, normal - least, most, next, math.Sqrt(most), 1e-30} {
		x = append(x, T(v), T(-v))
	}
	return x
}

// pairsOf returns every pair of numbers, and with it a third of them.
func pairsOf[T array.Number](x []T) (a, b, c []T) {
	for i, v := range x {
		for j, w := range x {
			a, b, c = append(a, v), append(b, w), append(c, x[(i*7+j*3)%len(x)])
		}
	}
	return a, b, c
}

// checkElementwise holds kernels to what their elements must be: in all lengths around
// vectors, beside elements that are not theirs, and in place of each operand.
func checkElementwise[T array.Number](t *testing.T, cases []arithmeticCase[T], numbers []T) {
	t.Helper()
	a, b, c := pairsOf(numbers)
	for _, k := range cases {
		for _, n := range append(slices.Clone(kerneltest.AroundVectors), len(a)) {
			from := (len(a) - n) / 3
			a, b, c := a[from:from+n], b[from:from+n], c[from:from+n]
			for place := range k.operands + 1 {
				dst, check := kerneltest.Fenced(n, T(99))
				operands := [3][]T{a, b, c}
				if place > 0 {
					copy(dst, operands[place-1])
					operands[place-1] = dst
				}
				k.run(dst, operands[0], operands[1], operands[2])
				for i, got := range dst {
					if want := k.want(a[i], b[i], c[i]); !alikeNumbers(got, want) {
						t.Fatalf("%s of %d in place %d, element %d, of %v, %v and %v: got %v, want %v", k.name, n, place, i, a[i], b[i], c[i], got, want)
					}
				}
				check(t, k.name)
			}
		}
	}
}

// alikeNumbers says whether numbers are equal, zeros in sign too, or both NaN.
func alikeNumbers[T array.Number](a, b T) bool {
	return kerneltest.Same(a, b) && (a != a || math.Signbit(float64(a)) == math.Signbit(float64(b)))
}

func TestArithOfFloatsAtTheirLimits(t *testing.T) {
	kerneltest.EachFloat(t, func(t *testing.T) { checkElementwise(t, floatCases[float32](), limitsOfFloats[float32]()) },
		func(t *testing.T) { checkElementwise(t, floatCases[float64](), limitsOfFloats[float64]()) })
}

// wrapped is a whole number modulo 2³² or 2⁶⁴, as a signed number.
func wrapped[I array.Integer](x *big.Int) I {
	size := uint(8 * array.SizeOf[I]())
	low := new(big.Int).And(x, new(big.Int).Sub(new(big.Int).Lsh(big.NewInt(1), size), big.NewInt(1)))
	return I(low.Uint64())
}

// intCases say what integers must be by arithmetic without limits.
func intCases[I array.Integer]() []arithmeticCase[I] {
	of := func(v I) *big.Int { return big.NewInt(int64(v)) }
	none := func() *big.Int { return new(big.Int) }
	list := []arithmeticCase[I]{
		{"Add", 2, func(dst, a, b, _ []I) { Add(dst, a, b) }, func(a, b, _ I) I { return wrapped[I](none().Add(of(a), of(b))) }},
		{"Sub", 2, func(dst, a, b, _ []I) { Sub(dst, a, b) }, func(a, b, _ I) I { return wrapped[I](none().Sub(of(a), of(b))) }},
		{"Mul", 2, func(dst, a, b, _ []I) { Mul(dst, a, b) }, func(a, b, _ I) I { return wrapped[I](none().Mul(of(a), of(b))) }},
		{"MulAdd", 3, MulAdd[I], func(a, b, c I) I { return wrapped[I](none().Add(none().Mul(of(a), of(b)), of(c))) }},
		{"Neg", 1, func(dst, a, _, _ []I) { Neg(dst, a) }, func(a, _, _ I) I { return wrapped[I](none().Neg(of(a))) }},
		{"Abs", 1, func(dst, a, _, _ []I) { Abs(dst, a) }, func(a, _, _ I) I { return wrapped[I](none().Abs(of(a))) }},
		{"Sign", 1, func(dst, a, _, _ []I) { Sign(dst, a) }, func(a, _, _ I) I { return I(of(a).Sign()) }},
		{"Scale", 1, func(dst, a, _, _ []I) { Scale(dst, a, -3) }, func(a, _, _ I) I { return wrapped[I](none().Mul(of(a), of(-3))) }},
		{"Maximum", 2, func(dst, a, b, _ []I) { Maximum(dst, a, b) }, func(a, b, _ I) I { return []I{a, b}[bit(of(a).Cmp(of(b)) < 0)] }},
		{"Minimum", 2, func(dst, a, b, _ []I) { Minimum(dst, a, b) }, func(a, b, _ I) I { return []I{a, b}[bit(of(a).Cmp(of(b)) > 0)] }},
		{"PReLU", 2, func(dst, a, b, _ []I) { PReLU(dst, a, b) }, func(a, b, _ I) I {
			if of(a).Sign() > 0 {
				return a
			}
			return wrapped[I](none().Mul(of(a), of(b)))
		}},
	}
	for _, bounds := range [][2]I{{-1, 2}, {3, 1}, {0, 0}} {
		list = append(list, arithmeticCase[I]{fmt.Sprint("Clamp to ", bounds), 1, func(dst, a, _, _ []I) { Clamp(dst, a, bounds[0], bounds[1]) },
			func(a, _, _ I) I {
				switch { // in the order of the doc comment: the high bound has the last word
				case a >= bounds[1] || bounds[0] >= bounds[1]:
					return bounds[1]
				case a <= bounds[0]:
					return bounds[0]
				}
				return a
			}})
	}
	return list
}

// divisionCase is by all but 0.
func divisionCase[I array.Integer]() []arithmeticCase[I] {
	return []arithmeticCase[I]{{"Div", 2, func(dst, a, b, _ []I) { Div(dst, a, b) }, func(a, b, _ I) I {
		return wrapped[I](new(big.Int).Quo(big.NewInt(int64(a)), big.NewInt(int64(b))))
	}}}
}

func TestArithOfIntegersAtTheirLimits(t *testing.T) {
	shorts := []int32{0, 1, -1, 2, -3, 7, 46341, math.MaxInt32, math.MinInt32, math.MinInt32 + 1, 1 << 30}
	longs := []int64{0, 1, -1, 2, -3, 7, 1<<53 + 1, math.MaxInt64, math.MinInt64, math.MinInt64 + 1, 1 << 62}
	kerneltest.EachISA(t, func(t *testing.T) {
		checkElementwise(t, intCases[int32](), shorts)
		checkElementwise(t, intCases[int64](), longs)
		checkElementwise(t, divisionCase[int32](), shorts[1:])
		checkElementwise(t, divisionCase[int64](), longs[1:])
	})
}

// TestDivIntegers: integers are truncated towards zero, and the least by -1 is itself.
func TestDivIntegers(t *testing.T) {
	a := []int32{7, -7, 7, -7, 1, -1, math.MinInt32}
	b := []int32{2, 2, -2, -2, 9, 9, -1}
	got := make([]int32, len(a))
	Div(got, a, b)
	kerneltest.WantEqual(t, got, []int32{3, -3, -3, 3, 0, 0, math.MinInt32})
	for _, run := range []func(){
		func() { Div(got[:1], a[:1], []int32{0}) },
		func() { Div([]int64{0}, []int64{0}, []int64{0}) },
	} {
		if got := fmt.Sprint(kerneltest.Caught(run)); got != "runtime error: integer divide by zero" {
			t.Errorf("an integer divided by zero panicked with %q", got)
		}
	}
}

// TestArithRoundsProducts: a product that is rounded before the sum leaves nothing here,
// one that is not leaves 2⁻²⁴ or 2⁻⁵².
func TestArithRoundsProducts(t *testing.T) {
	kerneltest.EachFloat(t, func(t *testing.T) { testRoundsProducts[float32](t, 0x1p-12) }, func(t *testing.T) { testRoundsProducts[float64](t, 0x1p-27) })
}

func testRoundsProducts[T array.Float](t *testing.T, small T) {
	for _, n := range kerneltest.AroundVectors {
		a, c, got := make([]T, n), make([]T, n), kerneltest.Garbage[T](n)
		Fill(a, 1+small)
		Fill(c, -(1 + 2*small))
		MulAdd(got, a, a, c)
		for i, v := range got {
			if v != 0 {
				t.Fatalf("MulAdd of %d: element %d is %v, want 0", n, i, v)
			}
		}
	}
	// These compute in float64 whatever the type is.
	const tiny = 0x1p-27
	for _, n := range kerneltest.AroundVectors {
		x, ones, bias, got := make([]T, n), make([]T, n), make([]T, n), kerneltest.Garbage[T](n)
		Fill(x, 1)
		Fill(ones, 1)
		Fill(bias, -(1 + 2*tiny))
		Normalize(got, x, -tiny, 1+tiny, -(1 + 2*tiny))
		kerneltest.WantAlike(t, "Normalize", got, make([]T, n))
		if array.SizeOf[T]() == 8 { // or the bias is no float32
			Standardize(got, x, ones, bias, -tiny, 1+tiny)
			kerneltest.WantAlike(t, "Standardize", got, make([]T, n))
		}
	}
}

// TestArithPastTheGrain: blocks of work meet without a gap, and without one element that
// two of them write. MulAdd in place would show that.
func TestArithPastTheGrain(t *testing.T) {
	for _, n := range []int{Grain - 1, Grain, Grain + 1, 2*Grain + 9} {
		for _, cores := range []int{1, 3} {
			kerneltest.WithCores(cores, func() {
				x, want := kerneltest.Counting[int32](n), make([]int32, n)
				for i := range want {
					want[i] = int32(i+1)*3 + int32(i+1)
				}
				threes := slices.Repeat([]int32{3}, n)
				MulAdd(x, x, threes, x)
				kerneltest.WantEqual(t, x, want)
				Scale(x, x, 2)
				Sub(x, x, want)
				kerneltest.WantEqual(t, x, want)
				Clamp(x, x, 5, int32(n))
				for i, v := range x {
					if w := max(5, min(want[i], int32(n))); v != w {
						t.Fatalf("Clamp of %d: element %d is %d, want %d", n, i, v, w)
					}
				}
			})
		}
	}
}
