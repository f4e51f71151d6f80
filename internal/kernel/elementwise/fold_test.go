package elementwise

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/pullback-go/pullback/internal/kernel/array"
	"github.com/pullback-go/pullback/internal/kernel/cpu"
	"github.com/pullback-go/pullback/internal/kernel/kerneltest"
)

// clampBounds are some that have kernels of their own, some that nearly have, and NaN.
var clampBounds = [][2]float64{{-0.25, 0.5}, {-0.25, kerneltest.NaN}, {0, kerneltest.Inf}, {-kerneltest.Inf, 0}, {math.Copysign(0, -1), kerneltest.Inf}, {-kerneltest.Inf, math.Copysign(0, -1)}, {0, 0}, {0, 6}}

func TestThreeOperands(t *testing.T) {
	kerneltest.EachFloat(t, testThreeOperands[float32], testThreeOperands[float64])
}

// testThreeOperands has the kernels that do more than one operation, at each length.
func testThreeOperands[T array.Float](t *testing.T) {
	r := rand.New(rand.NewPCG(7, 8))
	for n := range 40 {
		a, b, c := kerneltest.Specials[T](r, n), kerneltest.Specials[T](r, n), kerneltest.Specials[T](r, n)
		sum, scaled, clamped := make([]T, n), make([]T, n), make([]T, n)
		const low = -0.25
		for i := range n {
			sum[i], scaled[i] = T(a[i]*b[i])+c[i], low*a[i]
		}
		got := kerneltest.Garbage[T](n + 9)
		MulAdd(got[:n], a, b, c)
		kerneltest.WantAlike(t, "MulAdd", got, sum)
		Scale(got[:n], a, low)
		kerneltest.WantAlike(t, "Scale", got, scaled)
		for _, bounds := range clampBounds {
			low, high := T(bounds[0]), T(bounds[1])
			for i, v := range a {
				clamped[i] = min(max(v, low), high)
			}
			Clamp(got[:n], a, low, high)
			kerneltest.WantAlike(t, fmt.Sprint("Clamp to ", bounds), got, clamped)
		}
	}
}

func TestFolds(t *testing.T) { kerneltest.EachFloat(t, testFolds[float32], testFolds[float64]) }

// testFolds reduces lines and columns of each length; the numbers that are summed are
// whole, so that sums are exact.
func testFolds[T array.Float](t *testing.T) {
	r := rand.New(rand.NewPCG(9, 10))
	for n := 1; n < 75; n++ {
		for _, inner := range []int{1, 3, 19} {
			x, data := kerneltest.Wholes[T](r, n*inner), kerneltest.Normals[T](r, n*inner)
			if n%3 == 0 {
				data = kerneltest.Specials[T](r, n*inner)
			}
			sum, most, least := make([]T, inner), make([]T, inner), make([]T, inner)
			for j := range inner {
				most[j], least[j] = data[j], data[j]
				for i := range n {
					sum[j] += x[i*inner+j]
					most[j], least[j] = max(most[j], data[i*inner+j]), min(least[j], data[i*inner+j])
				}
			}
			got := kerneltest.Garbage[T](inner)
			Sum(got, x, 1, n, inner)
			kerneltest.WantAlike(t, "Sum", got, sum)
			Max(got, data, 1, n, inner)
			kerneltest.WantAlike(t, "Max", got, most)
			Min(got, data, 1, n, inner)
			kerneltest.WantAlike(t, "Min", got, least)
		}
	}
}

func TestFoldLine(t *testing.T) {
	kerneltest.EachISA(t, func(t *testing.T) {
		r := rand.New(rand.NewPCG(181, 182))
		t.Run("f32", func(t *testing.T) { testFoldLine(t, func(n int) []float32 { return kerneltest.Wholes[float32](r, n) }) })
		t.Run("f64", func(t *testing.T) { testFoldLine(t, func(n int) []float64 { return kerneltest.Wholes[float64](r, n) }) })
		t.Run("i32", func(t *testing.T) { testFoldLine(t, func(n int) []int32 { return nonzeroInts[int32](r, n) }) })
		t.Run("u8", func(t *testing.T) { testFoldLine(t, func(n int) []uint8 { return nonzeroInts[uint8](r, n) }) })
	})
}

// testFoldLine has every operation over lines of all lengths past vectors, and past what
// is summed up at a time.
func testFoldLine[T array.Arithmetic](t *testing.T, draw func(n int) []T) {
	lengths := []int{255, 256, 257, 263, 264, 511, 512, 513, 1000, 4097}
	for n := 1; n < 75; n++ {
		lengths = append(lengths, n)
	}
	for _, n := range lengths {
		x := draw(n + 2)[1 : n+1]
		sum, most, least := T(0), x[0], x[0]
		for _, v := range x {
			sum, most, least = sum+v, max(most, v), min(least, v)
		}
		signs, product := draw(n), T(1)
		for i, v := range signs {
			if v != signs[0] {
				v = 1 // few are not
			}
			if i == n/2 {
				v = 3
			}
			signs[i], product = v, product*v
		}
		for op, want := range map[op]T{opAdd: sum, opMax: most, opMin: least} {
			if got := foldLine(op, x); got != want {
				t.Fatalf("operation %d of %d: got %v, want %v", op, n, got, want)
			}
		}
		if got := foldLine(opMul, signs); !kerneltest.Alike(float64(got), float64(product)) {
			t.Fatalf("the product of %d: got %v, want %v", n, got, product)
		}
		if got := sumShort(x); got != sum {
			t.Fatalf("the sum of %d: got %v, want %v", n, got, sum)
		}
	}
}

// TestPairwisePrecision: the error of a sum grows with the logarithm of its length, while
// one by one it would be 2% of this sum.
func TestPairwisePrecision(t *testing.T) {
	x := make([]float32, 1<<20)
	Fill(x, 0.1)
	want := float64(x[0]) * float64(len(x))
	kerneltest.EachSet(func() {
		if got := SumOf(x); !(math.Abs(float64(got)-want) < 2e-6*want) {
			t.Errorf("%v: got %v, want %v", cpu.InUse(), got, want)
		}
	})
}

// TestMaxOf: a NaN anywhere is the largest, an infinity beside none, and +0 is more than
// -0, wherever they are.
func TestMaxOf(t *testing.T) { kerneltest.EachFloat(t, testMaxOf[float32], testMaxOf[float64]) }

func testMaxOf[T array.Float](t *testing.T) {
	zero := T(math.Copysign(0, -1))
	for n := 1; n < 42; n++ {
		for at := range n {
			for _, c := range []struct{ rest, one, most, least float64 }{
				{1, kerneltest.NaN, kerneltest.NaN, kerneltest.NaN}, {1, kerneltest.Inf, kerneltest.Inf, 1}, {1, -kerneltest.Inf, 1, -kerneltest.Inf}, {float64(zero), 0, 0, float64(zero)}, {0, float64(zero), 0, float64(zero)}, {-3, -2, -2, -3}, {kerneltest.NaN, kerneltest.Inf, kerneltest.NaN, kerneltest.NaN},
			} {
				x := make([]T, n)
				Fill(x, T(c.rest))
				x[at] = T(c.one)
				if n == 1 {
					c.most, c.least = c.one, c.one
				}
				if got, low := MaxOf(x), minOf(x); !kerneltest.Alike(float64(got), c.most) || !kerneltest.Alike(float64(low), c.least) {
					t.Fatalf("%v at %d of %d times %v: got %v and %v, want %v and %v", c.one, at, n, c.rest, got, low, c.most, c.least)
				}
			}
		}
	}
}
