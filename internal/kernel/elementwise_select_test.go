package kernel

import (
	"math/rand/v2"
	"testing"
)

func TestChoices(t *testing.T) {
	eachISA(t, func(t *testing.T) {
		r := rand.New(rand.NewPCG(7, 8))
		for n := range 75 {
			cond := someTrue(r, n)
			checkChoices(t, cond, specials[float32](r, n), specials[float32](r, n))
			checkChoices(t, cond, specials[float64](r, n), specials[float64](r, n))
			checkChoices(t, cond, smallInts[int32](r, n), smallInts[int32](r, n))
			checkChoices(t, cond, smallInts[int64](r, n), smallInts[int64](r, n))
			checkSelect(t, cond, someTrue(r, n), someTrue(r, n), func(a, b bool) bool { return a == b })
		}
	})
}

func checkChoices[T Number](t *testing.T, cond []bool, a, b []T) {
	t.Helper()
	alike := func(a, b T) bool { return alike(float64(a), float64(b)) }
	checkSelect(t, cond, a, b, alike)
	zeros, ones := make([]T, len(a)), make([]T, len(a))
	Fill(ones, 1)
	checkChoice(t, "Keep", cond, a, zeros, alike, func(dst []T, a []T) { Keep(dst, cond, a) })
	checkChoice(t, "Indicator", cond, ones, zeros, alike, func(dst []T, _ []T) { Indicator(dst, cond) })
}

func checkSelect[E element](t *testing.T, cond []bool, a, b []E, alike func(a, b E) bool) {
	t.Helper()
	checkChoice(t, "Select", cond, a, b, alike, func(dst, a []E) { Select(dst, cond, a, b) })
	inPlace := append([]E(nil), b...)
	Select(inPlace, cond, a, inPlace)
	checkChoice(t, "Select in place of the second", cond, a, b, alike, func(dst, _ []E) { copy(dst, inPlace) })
}

// checkChoice holds a kernel to a where cond is true and b elsewhere, into a slice of its own and in place of a.
func checkChoice[E element](t *testing.T, name string, cond []bool, a, b []E, alike func(a, b E) bool, kernel func(dst, a []E)) {
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
