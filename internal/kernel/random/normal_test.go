package random

import (
	"math"
	"slices"
	"testing"

	"github.com/pullback-go/pullback/internal/kernel/array"
	"github.com/pullback-go/pullback/internal/kernel/elementwise"
	"github.com/pullback-go/pullback/internal/kernel/kerneltest"
)

// TestNormalsAreSymmetric: a word with all bits turned round names the same number with
// the other sign, wherever it stands, and the lowest 11 bits name nothing.
func TestNormalsAreSymmetric(t *testing.T) {
	kerneltest.EachFloat(t, testNormalsAreSymmetric[float32], testNormalsAreSymmetric[float64])
}

func testNormalsAreSymmetric[T array.Float](t *testing.T) {
	words := extremeWords(500)
	n := len(words)
	turned, low := make([]uint64, n), make([]uint64, n)
	for i, w := range words {
		turned[n-1-i], low[i] = ^w, w^0x7ff
	}
	x, y, z := kerneltest.Garbage[T](n), kerneltest.Garbage[T](n), kerneltest.Garbage[T](n)
	Normals(x, words)
	Normals(y, turned)
	Normals(z, low)
	for i, v := range x {
		if y[n-1-i] != -v || z[i] != v {
			t.Fatalf("word %016x: got %v, with all bits turned round %v, with other low bits %v", words[i], v, y[n-1-i], z[i])
		}
		if above := words[i]>>63 == 1; (v > 0) != above || math.IsInf(float64(v), 0) {
			t.Fatalf("word %016x: got %v", words[i], v)
		}
	}
}

// TestNormalsAtTheEnds: the least word names the number below which 2⁻⁵⁴ of all are, and
// the first above the middle the one above which all but half are, plus 2⁻⁵⁴.
func TestNormalsAtTheEnds(t *testing.T) {
	kerneltest.EachISA(t, func(t *testing.T) {
		y := make([]float64, 3)
		Normals(y, []uint64{0, 1 << 11, 1 << 63})
		for i, share := range []float64{0x1p-54, 3 * 0x1p-54} {
			if got := math.Erfc(-y[i]/math.Sqrt2) / 2; !(math.Abs(got-share) <= 1e-12*share) {
				t.Errorf("word %d names %v, below which are %v of all, want %v", i, y[i], got, share)
			}
		}
		if want := 0x1p-54 * math.Sqrt(2*math.Pi); !(math.Abs(y[2]-want) <= 5*kerneltest.ULP(want, 0, 52)) {
			t.Errorf("the first word above the middle names %v, want %v", y[2], want)
		}
	})
}

// TestNormalsRise with their words: no two pieces of the function meet the wrong way.
func TestNormalsRise(t *testing.T) {
	kerneltest.EachFloat(t, testNormalsRise[float32], testNormalsRise[float64])
}

func testNormalsRise[T array.Float](t *testing.T) {
	words := extremeWords(3000)
	slices.Sort(words)
	x := kerneltest.Garbage[T](len(words))
	Normals(x, words)
	for i := range len(x) - 1 {
		if x[i] > x[i+1] {
			t.Fatalf("words %016x and %016x: got %v and %v", words[i], words[i+1], x[i], x[i+1])
		}
	}
}

// TestNormalsAreNormal: mean, variance and the fourth moment of many, and the share
// within one standard deviation, are off by less than six times their own deviation.
func TestNormalsAreNormal(t *testing.T) {
	const n = 1 << 13
	words, x := make([]uint64, n), make([]float64, n)
	Bits(words, 3, 4, 1<<40)
	Normals(x, words)
	var sum, squares, fourth, near float64
	for _, v := range x {
		sum, squares, fourth = sum+v, squares+v*v, fourth+v*v*v*v
		if math.Abs(v) < 1 {
			near++
		}
	}
	for _, m := range []struct {
		name            string
		got, want, wide float64
	}{
		{"mean", sum / n, 0, 1}, {"variance", squares / n, 1, math.Sqrt(2)}, {"fourth moment", fourth / n, 3, math.Sqrt(96)},
		{"share within 1", near / n, math.Erf(math.Sqrt2 / 2), 0.5},
	} {
		if !(math.Abs(m.got-m.want) <= 6*m.wide/math.Sqrt(n)) {
			t.Errorf("the %s of %d is %v, want %v", m.name, n, m.got, m.want)
		}
	}
}

// TestNormalsSameBitsOnAnyCores has several blocks, the last of which ends within a
// vector.
func TestNormalsSameBitsOnAnyCores(t *testing.T) {
	words := make([]uint64, elementwise.Grain/2+3)
	Bits(words, 7, 8, 9)
	kerneltest.OnCores(t, func() []float64 {
		x := kerneltest.Garbage[float64](len(words))
		Normals(x, words)
		return x
	})
}
