package random

import (
	"math"
	"math/bits"
	"math/rand/v2"
	"testing"

	"github.com/pullback-go/pullback/internal/kernel/array"
	"github.com/pullback-go/pullback/internal/kernel/kerneltest"
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

func TestRandomBits(t *testing.T) { kerneltest.EachISA(t, testRandomBits) }

func testRandomBits(t *testing.T) {
	const n, k0, k1 = 10000, 0x12345678, 0x9abcdef0
	for _, start := range []uint64{0, 1<<32 - 3, math.MaxUint64 - 4} {
		whole, parts := make([]uint64, n), make([]uint64, n)
		Bits(whole, k0, k1, start)
		for i, got := range whole {
			counter := start + uint64(i)
			w0, w1 := Threefry2x32(k0, k1, uint32(counter>>32), uint32(counter))
			if want := uint64(w0)<<32 + uint64(w1); got != want {
				t.Fatalf("start %d, element %d: got %016x, want %016x", start, i, got, want)
			}
		}
		Bits(parts[:7], k0, k1, start)
		Bits(parts[7:], k0, k1, start+7)
		kerneltest.WantEqual(t, parts, whole)
	}
}

// TestRandomBitsLookRandom: half of all bits are set, in each place and after a step of
// the counter.
func TestRandomBitsLookRandom(t *testing.T) {
	const n = 1 << 14
	x := make([]uint64, n)
	Bits(x, 1, 2, 0)
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

// extremeWords name the numbers at the ends, in the middle and beside where the vectors
// leave off, and random ones.
func extremeWords(n int) []uint64 {
	words := make([]uint64, n)
	Bits(words, 5, 6, 0)
	edge := uint64((1 + math.Sqrt(-math.Expm1(-6.25))) / 2 * 0x1p64)
	return append(words, 0, 1<<11, math.MaxUint64, math.MaxUint64-1<<11, 1<<63, 1<<63-1<<11, 1<<63+1<<11, edge, edge-1<<16, edge+1<<16, -edge)
}

func TestNormals(t *testing.T) { kerneltest.EachFloat(t, testNormals[float32], testNormals[float64]) }

// testNormals holds the numbers to package math, whose inverse of the error function is a
// few ulp off itself.
func testNormals[T array.Float](t *testing.T) {
	words := extremeWords(20000)
	got := kerneltest.Garbage[T](len(words) + 1)
	Normals(got[:len(words)], words)
	for i, w := range words {
		want := probit(w)
		if d := math.Abs(float64(got[i]) - want); !(d <= (kerneltest.Eps[T]()+10*0x1p-53)*math.Abs(want)) {
			t.Fatalf("word %016x: got %v, want %v", w, got[i], want)
		}
	}
	if got[len(words)] == got[len(words)] {
		t.Fatal("more was written")
	}
	for n := range 9 {
		part := kerneltest.Garbage[T](n)
		Normals(part, words[n:2*n])
		kerneltest.SameBits(t, part, got[n:2*n], "in another place")
	}
}

// threefry20 is the generator as the paper writes it: 20 rounds, which rotate by a table,
// and a word of the key after each four.
func threefry20(key, counter [2]uint32) [2]uint32 {
	rotations := [8]uint{13, 15, 26, 6, 17, 29, 16, 24}
	words := [3]uint32{key[0], key[1], 0x1BD11BDA ^ key[0] ^ key[1]}
	x := [2]uint32{counter[0] + words[0], counter[1] + words[1]}
	for round := range 20 {
		x[0] += x[1]
		by := rotations[round%8]
		x[1] = (x[1]<<by | x[1]>>(32-by)) ^ x[0]
		if round%4 == 3 {
			s := uint32(round/4 + 1)
			x[0] += words[s%3]
			x[1] += words[(s+1)%3] + s
		}
	}
	return x
}

// TestThreefryAsInThePaper has random keys and counters.
func TestThreefryAsInThePaper(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 500 {
		k0, k1, c0, c1 := r.Uint32(), r.Uint32(), r.Uint32(), r.Uint32()
		w0, w1 := Threefry2x32(k0, k1, c0, c1)
		if want := threefry20([2]uint32{k0, k1}, [2]uint32{c0, c1}); w0 != want[0] || w1 != want[1] {
			t.Fatalf("key %08x %08x, counter %08x %08x: got %08x %08x, want %08x", k0, k1, c0, c1, w0, w1, want)
		}
	}
}

// TestRandomBitsOfEachLength begins so near to where the low half of the counter, or all
// of it, begins anew, that every element of two vectors is the first one past it.
func TestRandomBitsOfEachLength(t *testing.T) {
	kerneltest.EachISA(t, func(t *testing.T) {
		for _, turn := range []uint64{0, 1 << 32, 1<<63 + 5<<32} {
			for before := range uint64(20) {
				for _, n := range []int{0, 1, 7, 8, 9, 15, 16, 17, 24, 25} {
					dst, check := kerneltest.Fenced(n, uint64(77))
					start := turn - before
					Bits(dst, 0xfedcba98, 0x01234567, start)
					for i, got := range dst {
						counter := start + uint64(i)
						w := threefry20([2]uint32{0xfedcba98, 0x01234567}, [2]uint32{uint32(counter >> 32), uint32(counter)})
						if want := uint64(w[0])<<32 | uint64(w[1]); got != want {
							t.Fatalf("%d words from %016x: word %d is %016x, want %016x", n, start, i, got, want)
						}
					}
					check(t, "Bits")
				}
			}
		}
	})
}

// TestRandomBitsPastTheGrain: each element depends on its own counter only, whoever makes
// it.
func TestRandomBitsPastTheGrain(t *testing.T) {
	const n = 3<<12 + 5
	want := make([]uint64, n)
	kerneltest.WithCores(1, func() {
		for i := range want {
			Bits(want[i:i+1], 11, 12, 1<<32-100+uint64(i))
		}
	})
	for _, cores := range []int{1, 3} {
		kerneltest.WithCores(cores, func() {
			got := make([]uint64, n)
			Bits(got, 11, 12, 1<<32-100)
			kerneltest.WantEqual(t, got, want)
		})
	}
}
