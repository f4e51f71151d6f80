package kerneltest

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/pullback-go/pullback/internal/kernel/cpu"
)

func TestNumbers(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for _, v := range Garbage[float32](9) {
		if v == v {
			t.Errorf("garbage is %v", v)
		}
	}
	WantEqual(t, Counting[int64](3), []int64{1, 2, 3})
	WantEqual(t, Float64s([]int32{-1, 2}), []float64{-1, 2})
	for _, v := range Wholes[float64](r, 99) {
		if v != math.Trunc(v) || math.Abs(v) > 9 {
			t.Errorf("a whole number is %v", v)
		}
	}
	if got := Dot([]float64{1, 2, 3}, []float64{4, 5, 6}); got != 32 {
		t.Errorf("a dot product is %v, want 32", got)
	}
	if Eps[float32]() != 0x1p-24 || Eps[float64]() != 0x1p-53 {
		t.Errorf("the roundoff is %v and %v", Eps[float32](), Eps[float64]())
	}
	if ULP(1, 0, 52) != 0x1p-52 || ULP(0, 0x1p-1074, 52) != 0x1p-1074 {
		t.Errorf("an ulp is %v and %v", ULP(1, 0, 52), ULP(0, 0x1p-1074, 52))
	}
}

// TestPlainMul adds A·B of 2×2 to c, whose rows are three apart.
func TestPlainMul(t *testing.T) {
	c := []float64{1, 1, 7, 1, 1, 7}
	PlainMul(2, 2, 2, []float64{1, 2, 3, 4}, 2, 1, []float64{5, 6, 7, 8}, 2, 1, c, 3, true)
	WantEqual(t, c, []float64{20, 23, 7, 44, 51, 7})
}

func TestComparisons(t *testing.T) {
	negative := math.Copysign(0, -1)
	if !Alike(NaN, -NaN) || Alike(0, negative) || !Same(0, negative) || !Same(NaN, NaN) || Same(1.0, NaN) {
		t.Error("zeros and NaN are not compared as they should be")
	}
	if got := FirstBest([]int{3, 5, 8}, func(i int) float64 { return []float64{0, 0, 0, 1, 0, 2, 0, 0, 2}[i] }); got != 5 {
		t.Errorf("the first of the best is at %d, want 5", got)
	}
	if OneIf(true) != 1 || OneIf(false) != 0 || Second("x", 7) != 7 {
		t.Error("OneIf or Second is wrong")
	}
	if Caught(func() { panic("p") }) != "p" || Caught(func() {}) != nil {
		t.Error("a panic is not caught, or one that was none")
	}
}

// TestSets: each set that the machine has is in use once, and all are afterwards.
func TestSets(t *testing.T) {
	n := 0
	EachSet(func() {
		if got := cpu.InUse(); got != cpu.Instructions(n) {
			t.Errorf("in use are %v, want %v", got, cpu.Instructions(n))
		}
		n++
	})
	if n != int(cpu.Available())+1 || cpu.InUse() != cpu.Available() {
		t.Errorf("%d sets were in use, and now %v are", n, cpu.InUse())
	}
	cores := []int{}
	WithCores(3, func() { cores = append(cores, 3) })
	WantEqual(t, cores, []int{3})
}
