package kernel

import (
	"math"
	"math/rand/v2"
	"testing"
)

// tied returns numbers of which many are equal, zeros of either sign, infinite or NaN.
func tied[T Float](r *rand.Rand, n int) []T {
	x := floatsWithNaN[T](r, n)
	for i, v := range specials[T](r, n) {
		if r.IntN(3) == 0 {
			x[i] = v
		}
	}
	return x
}

// wantBools fails unless got begins with what want says of each index, and nothing follows n elements of got.
func wantBools(t *testing.T, what string, n int, got []bool, want func(i int) bool) {
	t.Helper()
	for i, v := range bytes(got)[:n] {
		if w := bit(want(i)); v != w {
			t.Fatalf("%s of %d: element %d: got the byte %d, want %d", what, n, i, v, w)
		}
	}
	for i, v := range got[n:] {
		if !v {
			t.Fatalf("%s of %d: element %d was written", what, n, n+i)
		}
	}
}

// trues returns n bools that are true.
func trues(n int) []bool {
	x := make([]bool, n)
	Fill(x, true)
	return x
}

// someTrue returns n bools of which some are true.
func someTrue(r *rand.Rand, n int) []bool {
	x := make([]bool, n)
	for i := range x {
		x[i] = r.IntN(2) == 0
	}
	return x
}

func TestComparisons(t *testing.T) {
	eachISA(t, func(t *testing.T) {
		r := rand.New(rand.NewPCG(1, 2))
		for n := range 140 {
			checkComparisons(t, tied[float32](r, n), tied[float32](r, n))
			checkComparisons(t, tied[float64](r, n), tied[float64](r, n))
			checkComparisons(t, smallInts[int32](r, n), smallInts[int32](r, n))
			checkComparisons(t, smallInts[int64](r, n), smallInts[int64](r, n))
		}
		long := tied[float32](r, 3*elementGrain+5)
		checkComparisons(t, long[1:], long[:len(long)-1])
	})
}

func checkComparisons[T Number](t *testing.T, a, b []T) {
	t.Helper()
	for name, c := range map[string]struct {
		kernel func(dst []bool, a, b []T)
		want   func(a, b T) bool
	}{
		"Equal":     {Equal[T], func(a, b T) bool { return a == b }},
		"NotEqual":  {NotEqual[T], func(a, b T) bool { return a != b }},
		"Less":      {Less[T], func(a, b T) bool { return a < b }},
		"LessEqual": {LessEqual[T], func(a, b T) bool { return a <= b }},
	} {
		got := trues(len(a) + 40)
		c.kernel(got[:len(a)], a, b)
		wantBools(t, name, len(a), got, func(i int) bool { return c.want(a[i], b[i]) })
	}
}

func TestWithin(t *testing.T) { eachFloat(t, testWithin[float32], testWithin[float64]) }

func testWithin[T Float](t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	infinite := T(math.Inf(1))
	bounds := [][2]T{{0, 1}, {-1, -1}, {1, -1}, {-infinite, 0}, {1, infinite}, {-infinite, infinite}, {T(math.NaN()), 1}, {0, T(math.NaN())}}
	for n := range 140 {
		x := tied[T](r, n)
		for _, b := range bounds {
			got := trues(n + 40)
			Within(got[:n], x, b[0], b[1])
			wantBools(t, "Within", n, got, func(i int) bool { return x[i] >= b[0] && x[i] <= b[1] })
		}
	}
}

func TestConnectives(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	for _, n := range []int{0, 1, 7, 8, 9, 16, 31, 8*elementGrain + 3} {
		a, b := someTrue(r, n), someTrue(r, n)
		for name, c := range map[string]struct {
			kernel func(dst, a, b []bool)
			want   func(a, b bool) bool
		}{
			"And": {And, func(a, b bool) bool { return a && b }},
			"Or":  {Or, func(a, b bool) bool { return a || b }},
			"Xor": {Xor, func(a, b bool) bool { return a != b }},
			"Not": {func(dst, a, _ []bool) { Not(dst, a) }, func(a, _ bool) bool { return !a }},
		} {
			got := trues(n + 9)
			c.kernel(got[:n], a, b)
			wantBools(t, name, n, got, func(i int) bool { return c.want(a[i], b[i]) })
			inPlace := append([]bool(nil), b...)
			c.kernel(inPlace, a, inPlace)
			if name != "Not" {
				wantBools(t, name+" in place", n, inPlace, func(i int) bool { return c.want(a[i], b[i]) })
			}
		}
	}
}

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

func TestCastVectors(t *testing.T) {
	eachISA(t, func(t *testing.T) {
		r := rand.New(rand.NewPCG(9, 10))
		for n := range 40 {
			x, y := specials[float64](r, n), specials[float32](r, n)
			if n > 2 {
				x[0], x[1], x[2] = 1e300, 1e-46, 0x1.000001p0
			}
			narrow, wide := garbage[float32](n+9), garbage[float64](n+9)
			wantNarrow, wantWide := make([]float32, n), make([]float64, n)
			for i := range n {
				wantNarrow[i], wantWide[i] = float32(x[i]), float64(y[i])
			}
			Cast(narrow[:n], x)
			Cast(wide[:n], y)
			wantAlike(t, "Cast to float32", narrow, wantNarrow)
			wantAlike(t, "Cast to float64", wide, wantWide)
			Cast(wide[:n], x)
			wantAlike(t, "Cast to the same", wide, x)
		}
	})
}

func TestNormalize(t *testing.T) { eachFloat(t, testNormalize[float32], testNormalize[float64]) }

func testNormalize[T Float](t *testing.T) {
	r := rand.New(rand.NewPCG(11, 12))
	const mean, gain, bias = 0.3, -1.7, 1e-3
	for n := range 40 {
		x, want := specials[T](r, n), make([]T, n)
		for i, v := range x {
			product := (float64(v) - mean) * gain
			want[i] = T(product + bias)
		}
		got := garbage[T](n + 9)
		Normalize(got[:n], x, mean, gain, bias)
		wantAlike(t, "Normalize", got, want)
		Normalize(x, x, mean, gain, bias)
		wantAlike(t, "Normalize in place", x, want)
	}
}

func TestFill(t *testing.T) {
	for _, n := range []int{0, 1, 63, 64, 65, 127, 500, 1024, 1100, 5000} {
		x := make([]int32, n+1)
		Fill(x[:n], 7)
		for i, v := range x[:n] {
			if v != 7 {
				t.Fatalf("%d elements: element %d is %d", n, i, v)
			}
		}
		if x[n] != 0 {
			t.Fatalf("more than %d elements were written", n)
		}
	}
}
