package elementwise

import (
	"math"
	"math/big"
	"math/rand/v2"
	"testing"

	"github.com/pullback-go/pullback/internal/kernel/array"
	"github.com/pullback-go/pullback/internal/kernel/kerneltest"
)

// castWant is a number in another type, by way of numbers without limits.
func castWant[D, S array.Number](v S) D {
	x := float64(v)
	switch {
	case isFloatType[S]() && x != x:
		if isFloatType[D]() {
			return D(v)
		}
		return 0
	case math.IsInf(x, 0):
		if isFloatType[D]() {
			return D(v)
		}
		return limitOf[D](x > 0)
	}
	exact := new(big.Float).SetPrec(200)
	if isFloatType[S]() {
		exact.SetFloat64(x)
	} else {
		exact.SetInt64(int64(v))
	}
	if !isFloatType[D]() {
		whole, _ := exact.Int(nil) // towards zero
		if isFloatType[S]() {
			return limited[D](whole)
		}
		return wrappedNumber[D](whole)
	}
	if array.SizeOf[D]() == 4 {
		y, _ := exact.Float32()
		if y == 0 && math.Signbit(x) {
			y = float32(math.Copysign(0, -1))
		}
		return D(y)
	}
	y, _ := exact.Float64()
	return D(y)
}

func isFloatType[T array.Number]() bool {
	switch any(*new(T)).(type) {
	case float32, float64:
		return true
	}
	return false
}

// limitOf is the largest or the least integer.
func limitOf[D array.Number](largest bool) D {
	limit := new(big.Int).Lsh(big.NewInt(1), uint(8*array.SizeOf[D]()-1)) // 1 less is the largest
	if largest {
		return wrappedNumber[D](limit.Sub(limit, big.NewInt(1)))
	}
	return wrappedNumber[D](limit.Neg(limit))
}

// limited is a whole number, or the end of the range that it is beyond.
func limited[D array.Number](x *big.Int) D {
	if x.BitLen() >= 8*array.SizeOf[D]() {
		return limitOf[D](x.Sign() > 0)
	}
	return wrappedNumber[D](x)
}

func wrappedNumber[D array.Number](x *big.Int) D {
	if array.SizeOf[D]() == 4 {
		return D(wrapped[int32](x))
	}
	return D(wrapped[int64](x))
}

// numbersNear are numbers on both sides of where formats end or lose digits, and random
// ones of all sizes.
func numbersNear(r *rand.Rand) []float64 {
	x := []float64{kerneltest.NaN, kerneltest.Inf, -kerneltest.Inf, 0, math.Copysign(0, -1), math.MaxFloat64, math.SmallestNonzeroFloat64, 0x1p-150, 0x1.8p-150, 0x1.000001p0, 0x1.000003p0}
	for _, v := range []float64{0.5, 1, 1.5, 0x1p23, 0x1p24, 0x1p31, 0x1p32, 0x1p53, 0x1p62, 0x1p63, 0x1p64, 0x1p-126, 0x1p-149, math.MaxFloat32, 0x1.ffffffp127} {
		x = append(x, v, -v, math.Nextafter(v, 0), -math.Nextafter(v, 0), math.Nextafter(v, kerneltest.Inf), -math.Nextafter(v, kerneltest.Inf), v-0.5, 0.5-v)
	}
	for range 60 {
		x = append(x, r.NormFloat64()*math.Exp2(140*r.Float64()-70))
	}
	return x
}

// wholesNear are integers at the ends of ranges, and on both sides of halves of the last
// place of floats.
func wholesNear(r *rand.Rand) []int64 {
	var x []int64
	for shift := range 64 {
		for d := int64(-2); d <= 2; d++ {
			x = append(x, 1<<shift+d, -1<<shift+d, 1<<shift+1<<(shift*2/3)+d)
		}
	}
	for range 40 {
		x = append(x, int64(r.Uint64()))
	}
	return x
}

// TestCastAll holds every cast to exact arithmetic: on all of the numbers, and in each
// length around vectors, beside elements that are not its own.
func TestCastAll(t *testing.T) {
	kerneltest.EachISA(t, func(t *testing.T) {
		r := rand.New(rand.NewPCG(1, 2))
		floats, ints := numbersNear(r), wholesNear(r)
		castFrom(t, floats)
		castFrom(t, castEach[float32](floats))
		castFrom(t, ints)
		castFrom(t, castEach[int32](ints))
	})
}

// castEach is the conversion of Go, of numbers that need not be exact.
func castEach[D, S array.Number](x []S) []D {
	y := make([]D, len(x))
	for i, v := range x {
		y[i] = D(v)
	}
	return y
}

func castFrom[S array.Number](t *testing.T, x []S) {
	t.Helper()
	checkCastAll[float32](t, x)
	checkCastAll[float64](t, x)
	checkCastAll[int32](t, x)
	checkCastAll[int64](t, x)
}

func checkCastAll[D, S array.Number](t *testing.T, x []S) {
	t.Helper()
	want := make([]D, len(x))
	for i, v := range x {
		want[i] = castWant[D](v)
	}
	for _, n := range append([]int{len(x)}, kerneltest.AroundVectors...) {
		from := (len(x) - n) / 2
		got, check := kerneltest.Fenced(n, D(55))
		Cast(got, x[from:from+n])
		for i, v := range got {
			if !alikeNumbers(v, want[from+i]) {
				t.Fatalf("element %d of %d: %T(%T(%v)) = %v, want %v", i, n, v, x[from+i], x[from+i], v, want[from+i])
			}
		}
		check(t, "Cast")
	}
}

// TestCastAndBack: integers survive a float type that has as many digits, and all floats
// of 32 bits survive 64.
func TestCastAndBack(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	n := Grain + 5
	singles, wide, back := make([]float32, n), make([]float64, n), make([]float32, n)
	ints, floats, again := make([]int32, n), make([]float64, n), make([]int32, n)
	for i := range n {
		singles[i], ints[i] = math.Float32frombits(r.Uint32()), int32(r.Uint32())
	}
	for _, cores := range []int{1, 2} {
		kerneltest.WithCores(cores, func() {
			Cast(wide, singles)
			Cast(back, wide)
			kerneltest.WantAlike(t, "float32 by way of float64", back, singles)
			Cast(floats, ints)
			Cast(again, floats)
			kerneltest.WantEqual(t, again, ints)
		})
	}
}
