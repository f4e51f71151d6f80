package kernel

import (
	"math"
	"math/bits"
	"testing"
)

// TestThreefryKnownAnswers has the vectors published with Random123.
func TestThreefryKnownAnswers(t *testing.T) {
	for _, c := range []struct{ k0, k1, c0, c1, w0, w1 uint32 }{
		{0, 0, 0, 0, 0x6b200159, 0x99ba4efe},
		{0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff, 0x1cb996fc, 0xbb002be7},
		{0x13198a2e, 0x03707344, 0x243f6a88, 0x85a308d3, 0xc4923a9c, 0x483df7a0},
	} {
		if w0, w1 := Threefry2x32(c.k0, c.k1, c.c0, c.c1); w0 != c.w0 || w1 != c.w1 {
			t.Errorf("key %08x %08x, counter %08x %08x: got %08x %08x, want %08x %08x", c.k0, c.k1, c.c0, c.c1, w0, w1, c.w0, c.w1)
		}
	}
}

func TestRandomBits(t *testing.T) { eachISA(t, testRandomBits) }

func testRandomBits(t *testing.T) {
	const n, k0, k1 = 10000, 0x12345678, 0x9abcdef0
	for _, start := range []uint64{0, 1<<32 - 3, math.MaxUint64 - 4} {
		whole, parts := make([]uint64, n), make([]uint64, n)
		RandomBits(whole, k0, k1, start)
		for i, got := range whole {
			counter := start + uint64(i)
			w0, w1 := Threefry2x32(k0, k1, uint32(counter>>32), uint32(counter))
			if want := uint64(w0)<<32 + uint64(w1); got != want {
				t.Fatalf("start %d, element %d: got %016x, want %016x", start, i, got, want)
			}
		}
		RandomBits(parts[:7], k0, k1, start)
		RandomBits(parts[7:], k0, k1, start+7)
		checkEqual(t, parts, whole)
	}
}

// TestRandomBitsLookRandom: half of all bits are set, in each place and after a step of the counter.
func TestRandomBitsLookRandom(t *testing.T) {
	const n = 1 << 14
	x := make([]uint64, n)
	RandomBits(x, 1, 2, 0)
	var set [64]int
	flips := 0
	for i, v := range x {
		for b := range 64 {
			set[b] += int(v >> b & 1)
		}
		if i > 0 {
			flips += bits.OnesCount64(v ^ x[i-1])
		}
	}
	const sixSigma = 6 * 64 // of a binomial with n/4 = 64²
	for b, count := range set {
		if d := count - n/2; d < -sixSigma || d > sixSigma {
			t.Errorf("bit %d is set %d times of %d", b, count, n)
		}
	}
	if d := flips - 32*(n-1); d < -8*sixSigma || d > 8*sixSigma {
		t.Errorf("%d bits differ between neighbours, want about %d", flips, 32*(n-1))
	}
}

// extremeWords name the numbers at the ends, in the middle and beside where the vectors leave off, and random ones.
func extremeWords(n int) []uint64 {
	words := make([]uint64, n)
	RandomBits(words, 5, 6, 0)
	edge := uint64((1 + math.Sqrt(-math.Expm1(-6.25))) / 2 * 0x1p64)
	return append(words, 0, 1<<11, math.MaxUint64, math.MaxUint64-1<<11, 1<<63, 1<<63-1<<11, 1<<63+1<<11, edge, edge-1<<16, edge+1<<16, -edge)
}

func TestNormals(t *testing.T) { eachFloat(t, testNormals[float32], testNormals[float64]) }

// testNormals holds the numbers to package math, whose inverse of the error function is a few ulp off itself.
func testNormals[T Float](t *testing.T) {
	words := extremeWords(20000)
	got := garbage[T](len(words) + 1)
	Normals(got[:len(words)], words)
	for i, w := range words {
		want := probit(w)
		if d := math.Abs(float64(got[i]) - want); !(d <= (eps[T]()+10*0x1p-53)*math.Abs(want)) {
			t.Fatalf("word %016x: got %v, want %v", w, got[i], want)
		}
	}
	if got[len(words)] == got[len(words)] {
		t.Fatal("more was written")
	}
	for n := range 9 {
		part := garbage[T](n)
		Normals(part, words[n:2*n])
		sameBits(t, part, got[n:2*n], "in another place")
	}
}
