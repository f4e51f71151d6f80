package elementwise

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/pullback-go/pullback/internal/kernel/array"
	"github.com/pullback-go/pullback/internal/kernel/kerneltest"
)

// combined is a op b for one element, written out case by case.
func combined[T array.Arithmetic](op op, a, b T) T {
	var zero T
	switch op {
	case opAdd:
		return a + b
	case opSub:
		return a - b
	case opMul:
		return a * b
	case opDiv:
		return a / b
	case opMax, opMin:
		switch { // a NaN, if there is one, and of two zeros the one that 1/x says is larger
		case a != a || b != b:
			return a + b
		case a == b && a == zero:
			positive := 1/float64(a) > 0 || 1/float64(b) > 0
			if op == opMin {
				positive = 1/float64(a) > 0 && 1/float64(b) > 0
			}
			if positive == (1/float64(a) > 0) {
				return a
			}
			return b
		case (a > b) == (op == opMax):
			return a
		}
		return b
	case opPReLU:
		if a > zero {
			return a
		}
		return a * b
	case opNeg:
		return -a
	case opAbs:
		if a > zero || a != a {
			return a
		}
		return zero - a
	}
	switch {
	case a > zero:
		return 1
	case a < zero:
		return zero - 1
	}
	return a
}

var allOps = map[string]op{"add": opAdd, "sub": opSub, "mul": opMul, "div": opDiv, "max": opMax, "min": opMin, "prelu": opPReLU, "neg": opNeg, "abs": opAbs, "sign": opSign}

func TestOps(t *testing.T) {
	kerneltest.EachISA(t, func(t *testing.T) {
		r := rand.New(rand.NewPCG(171, 172))
		t.Run("f32", func(t *testing.T) { testOps(t, func(n int) []float32 { return kerneltest.Specials[float32](r, n) }) })
		t.Run("f64", func(t *testing.T) { testOps(t, func(n int) []float64 { return kerneltest.Specials[float64](r, n) }) })
		t.Run("i32", func(t *testing.T) { testOps(t, func(n int) []int32 { return nonzeroInts[int32](r, n) }) })
		t.Run("i64", func(t *testing.T) { testOps(t, func(n int) []int64 { return nonzeroInts[int64](r, n) }) })
		t.Run("u8", func(t *testing.T) { testOps(t, func(n int) []uint8 { return nonzeroInts[uint8](r, n) }) })
	})
}

// nonzeroInts returns integers of all sizes, by which one may divide.
func nonzeroInts[T int32 | int64 | uint8](r *rand.Rand, n int) []T {
	x := make([]T, n)
	for i := range x {
		x[i] = T(r.Uint64() >> r.IntN(64))
		if r.IntN(2) == 0 {
			x[i] = -x[i]
		}
		if x[i] == 0 {
			x[i] = 1
		}
	}
	return x
}

// testOps has every operation at every length past two vectors, on operands that are
// longer than the result, beside which nothing is written, and in place.
func testOps[T array.Arithmetic](t *testing.T, draw func(n int) []T) {
	for name, op := range allOps {
		for n := range 37 {
			a, b := draw(n+3), draw(n+3)
			got := draw(n + 5)
			behind := slices.Clone(got[n:])
			combine(op, got[:n], a, b)
			left, right := slices.Clone(a), slices.Clone(b)
			combine(op, left[:n], left, b)
			combine(op, right[:n], a, right)
			for i := range n {
				want := combined(op, a[i], b[i])
				for where, v := range map[string]T{"": got[i], " onto the first": left[i], " onto the second": right[i]} {
					if !kerneltest.Alike(float64(v), float64(want)) {
						t.Fatalf("%s of %d%s: %v and %v: got %v, want %v", name, n, where, a[i], b[i], v, want)
					}
				}
			}
			if fmt.Sprint(got[n:]) != fmt.Sprint(behind) {
				t.Fatalf("%s of %d: the elements behind are %v, want %v", name, n, got[n:], behind)
			}
		}
	}
}

// TestOpLimits: integers wrap, and their quotients are rounded towards 0.
func TestOpLimits(t *testing.T) {
	least, most := []int32{-1 << 31}, []int32{1<<31 - 1}
	for _, c := range []struct {
		op   op
		a, b []int32
		want int32
	}{
		{opAdd, most, []int32{1}, -1 << 31}, {opSub, least, []int32{1}, 1<<31 - 1}, {opMul, most, []int32{2}, -2}, {opDiv, least, []int32{-1}, -1 << 31},
		{opDiv, []int32{-7}, []int32{2}, -3}, {opNeg, least, nil, -1 << 31}, {opAbs, least, nil, -1 << 31}, {opSign, least, nil, -1},
	} {
		b, got := append(c.b, 9), make([]int32, 1)
		if combine(c.op, got, c.a, b); got[0] != c.want {
			t.Errorf("operation %d of %v and %v: got %v, want %v", c.op, c.a, c.b, got, c.want)
		}
	}
}

// TestOpOfAll: whole operands of the same length, which are shared out past a grain.
func TestOpOfAll(t *testing.T) {
	const n = 2*Grain + 5
	a, b, got := kerneltest.Counting[int64](n), kerneltest.Counting[int64](n), make([]int64, n)
	kerneltest.WithCores(3, func() { combineAll("Sub", opSub, got, a, b[:n]) })
	if slices.ContainsFunc(got, func(v int64) bool { return v != 0 }) {
		t.Error("a number less itself is not 0")
	}
	for want, run := range map[string]func(){
		"kernel: F: the first operand has 2 elements, want 3":  func() { combineAll("F", opAdd, got[:3], a[:2], b[:3]) },
		"kernel: F: the second operand has 4 elements, want 3": func() { combineAll("F", opAdd, got[:3], a[:3], b[:4]) },
	} {
		if got := fmt.Sprint(kerneltest.Caught(run)); got != want {
			t.Errorf("panicked with %q, want %q", got, want)
		}
	}
}
