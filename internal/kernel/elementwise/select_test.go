package elementwise

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/pullback-go/pullback/internal/kernel/array"
	"github.com/pullback-go/pullback/internal/kernel/kerneltest"
)

func TestChoices(t *testing.T) {
	kerneltest.EachISA(t, func(t *testing.T) {
		r := rand.New(rand.NewPCG(7, 8))
		for n := range 75 {
			cond := someTrue(r, n)
			checkChoices(t, cond, kerneltest.Specials[float32](r, n), kerneltest.Specials[float32](r, n))
			checkChoices(t, cond, kerneltest.Specials[float64](r, n), kerneltest.Specials[float64](r, n))
			checkChoices(t, cond, kerneltest.SmallInts[int32](r, n), kerneltest.SmallInts[int32](r, n))
			checkChoices(t, cond, kerneltest.SmallInts[int64](r, n), kerneltest.SmallInts[int64](r, n))
			checkSelect(t, cond, someTrue(r, n), someTrue(r, n), func(a, b bool) bool { return a == b })
		}
	})
}

func checkChoices[T array.Number](t *testing.T, cond []bool, a, b []T) {
	t.Helper()
	alike := func(a, b T) bool { return kerneltest.Alike(float64(a), float64(b)) }
	checkSelect(t, cond, a, b, alike)
	zeros, ones := make([]T, len(a)), make([]T, len(a))
	Fill(ones, 1)
	checkChoice(t, "Keep", cond, a, zeros, alike, func(dst []T, a []T) { Keep(dst, cond, a) })
	checkChoice(t, "Indicator", cond, ones, zeros, alike, func(dst []T, _ []T) { Indicator(dst, cond) })
}

func checkSelect[E array.Element](t *testing.T, cond []bool, a, b []E, alike func(a, b E) bool) {
	t.Helper()
	checkChoice(t, "Select", cond, a, b, alike, func(dst, a []E) { Select(dst, cond, a, b) })
	inPlace := append([]E(nil), b...)
	Select(inPlace, cond, a, inPlace)
	checkChoice(t, "Select in place of the second", cond, a, b, alike, func(dst, _ []E) { copy(dst, inPlace) })
}

// checkChoice holds a kernel to a where cond is true and b elsewhere, into a slice of its
// own and in place of a.
func checkChoice[E array.Element](t *testing.T, name string, cond []bool, a, b []E, alike func(a, b E) bool, kernel func(dst, a []E)) {
	t.Helper()
	got, inPlace := make([]E, len(a)+1), append([]E(nil), a...)
	last := got[len(a)]
	kernel(got[:len(a)], a)
	kernel(inPlace, inPlace)
	for i, c := range cond {
		want := b[i]
		if c {
			want = a[i]
		}
		if !alike(got[i], want) || !alike(inPlace[i], want) {
			t.Fatalf("%s of %d: element %d: got %v, and %v in place, want %v", name, len(a), i, got[i], inPlace[i], want)
		}
	}
	if got[len(a)] != last {
		t.Fatalf("%s: more than %d elements were written", name, len(a))
	}
}

// TestChoicesKeepBits: a NaN that is chosen keeps its bits, the quiet one and others, and
// what is not chosen does not matter, be it NaN or infinite. What Keep leaves out is +0.
func TestChoicesKeepBits(t *testing.T) {
	patterns := []uint64{0, 1 << 63, 0x7ff8000000000001, 0xfff8000000abcdef, 0x7ff0000000000001, 0x7ff0000000000000, 1, 0xfff0000000000000}
	kerneltest.EachISA(t, func(t *testing.T) {
		for _, n := range kerneltest.AroundVectors {
			cond, a, b := make([]bool, n), make([]float64, n), make([]float64, n)
			for i := range n {
				cond[i] = i%3 == 1
				a[i], b[i] = math.Float64frombits(patterns[i%8]), math.Float64frombits(patterns[(i*5+1)%8])
			}
			got, kept := make([]float64, n), make([]float64, n)
			Select(got, cond, a, b)
			Keep(kept, cond, a)
			for i, c := range cond {
				want, left := math.Float64bits(b[i]), uint64(0)
				if c {
					want = math.Float64bits(a[i])
					left = want
				}
				if v, k := math.Float64bits(got[i]), math.Float64bits(kept[i]); v != want || k != left {
					t.Fatalf("element %d of %d: got the bits %016x and %016x, want %016x and %016x", i, n, v, k, want, left)
				}
			}
		}
	})
}

// TestChoicesPastTheGrain: every element follows its own condition, whoever does it.
func TestChoicesPastTheGrain(t *testing.T) {
	const n = 2*Grain + 5
	for _, cores := range []int{1, 3} {
		kerneltest.WithCores(cores, func() {
			cond, a, b, got := make([]bool, n), kerneltest.Counting[int32](n), make([]int32, n), make([]int32, n)
			for i := range n {
				cond[i], b[i] = i*i%7 < 3, -a[i]
			}
			check := func(name string, want func(i int) int32) {
				t.Helper()
				for i, v := range got {
					if v != want(i) {
						t.Fatalf("%s: element %d is %d, want %d", name, i, v, want(i))
					}
				}
			}
			sign := func(i int) int32 { return int32(2*bit(cond[i])) - 1 }
			Select(got, cond, a, b)
			check("Select", func(i int) int32 { return sign(i) * int32(i+1) })
			Keep(got, cond, a)
			check("Keep", func(i int) int32 { return (sign(i) + 1) / 2 * int32(i+1) })
			Indicator(got, cond)
			check("Indicator", func(i int) int32 { return (sign(i) + 1) / 2 })
		})
	}
}
