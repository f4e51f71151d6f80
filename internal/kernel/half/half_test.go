package half_test

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"math"
	"math/big"
	"math/rand/v2"
	"testing"

	"github.com/pullback-go/pullback/internal/kernel/half"
)

// format is one of the two formats, with its value of each number by definition.
type format struct {
	name     string
	fraction int // bits
	bias     int
	widen    func(uint16) float32
	narrow   func(float32) uint16
	table    string // SHA-256 of the values of all numbers but NaN, little-endian float32, as NumPy and PyTorch give them
}

var formats = []format{
	{"binary16", 10, 15, half.Widen16, half.Narrow16, "680bbc22915f61aa1bbfc7265bc3882a6aa42d299bfd2c571807196e5544de2e"},
	{"bfloat16", 7, 127, half.WidenB, half.NarrowB, "ba630f4dd7aba313174b044090cfc5353bc4f587c4f6c2848056051239b777b0"},
}

// value is the value of a number by its definition.
func (f format) value(h uint16) float64 {
	sign, exponent, fraction := 1.0, int(h>>f.fraction)&(1<<(15-f.fraction)-1), float64(h&(1<<f.fraction-1))
	if h>>15 == 1 {
		sign = -1
	}
	switch {
	case exponent == 1<<(15-f.fraction)-1 && fraction != 0:
		return math.NaN()
	case exponent == 1<<(15-f.fraction)-1:
		return sign * math.Inf(1)
	case exponent == 0:
		return sign * math.Ldexp(fraction, 1-f.bias-f.fraction)
	}
	return sign * math.Ldexp(1+math.Ldexp(fraction, -f.fraction), exponent-f.bias)
}

func (f format) isNaN(h uint16) bool { return f.value(h) != f.value(h) }

// Every number has the value of its definition, and its value is that number again, bit
// for bit.
func TestEveryNumber(t *testing.T) {
	for _, f := range formats {
		var table []byte
		for i := range 1 << 16 {
			h := uint16(i)
			x := f.widen(h)
			if f.isNaN(h) {
				if back := f.narrow(x); x == x || !f.isNaN(back) || (back^h)&^(1<<(f.fraction-1)) != 0 {
					t.Fatalf("%s %#04x: NaN became %v and %#04x", f.name, h, x, back)
				}
				continue
			}
			if want := f.value(h); float64(x) != want || math.Signbit(float64(x)) != math.Signbit(want) {
				t.Fatalf("%s %#04x: got %v, want %v", f.name, h, x, want)
			}
			if back := f.narrow(x); back != h {
				t.Fatalf("%s %#04x: %v became %#04x", f.name, h, x, back)
			}
			table = binary.LittleEndian.AppendUint32(table, math.Float32bits(x))
		}
		if got := fmt.Sprintf("%x", sha256.Sum256(table)); got != f.table {
			t.Errorf("%s: the table of values has the sum %s, want %s", f.name, got, f.table)
		}
	}
}

// nearest is the number nearest to x, and of two the even one, by exact arithmetic.
func (f format) nearest(x *big.Float) uint16 {
	size := new(big.Float).Abs(x)
	low, high := 0, 1<<15-1<<f.fraction // the index of infinity: it counts as the number that would follow
	at := func(h int) *big.Float {
		v := f.value(uint16(h))
		if math.IsInf(v, 1) {
			v = 2*f.value(uint16(h-1)) - f.value(uint16(h-2))
		}
		return new(big.Float).SetPrec(2000).SetFloat64(v)
	}
	for high-low > 1 {
		if mid := (low + high) / 2; at(mid).Cmp(size) <= 0 {
			low = mid
		} else {
			high = mid
		}
	}
	below, above := new(big.Float).Sub(size, at(low)), new(big.Float).Sub(at(high), size)
	h := low
	if c := above.Cmp(below); c < 0 || c == 0 && low%2 == 1 {
		h = high
	}
	if x.Signbit() {
		h |= 1 << 15
	}
	return uint16(h)
}

func exactly(x float64) *big.Float { return new(big.Float).SetPrec(2000).SetFloat64(x) }

// Numbers round to the nearest, from float32 and, by way of an odd float32, from float64
// and integers: near every number, at ties and beside them, at the ends of the range.
func TestRoundsToNearest(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for _, f := range formats {
		check := func(x float64) {
			t.Helper()
			want := f.nearest(exactly(x))
			if got := f.narrow(half.OddOfFloat(x)); got != want {
				t.Fatalf("%s of the float64 %v: got %#04x, want %#04x", f.name, x, got, want)
			}
			if y := float32(x); !math.IsInf(float64(y), 0) {
				if got, want := f.narrow(y), f.nearest(exactly(float64(y))); got != want {
					t.Fatalf("%s of the float32 %v: got %#04x, want %#04x", f.name, y, got, want)
				}
			}
		}
		for range 4000 {
			h := uint16(r.IntN(1<<15 - 1<<f.fraction - 1))
			a, b := f.value(h), f.value(h+1)
			if math.IsInf(b, 1) {
				b = 2*a - f.value(h-1)
			}
			tie := a + (b-a)/2
			for _, x := range []float64{a, tie, math.Nextafter(tie, a), math.Nextafter(tie, b), a + (b-a)*r.Float64()} {
				check(x)
				check(-x)
			}
		}
		for _, x := range []float64{0, math.SmallestNonzeroFloat64, math.MaxFloat32, 1e39, math.MaxFloat64, 65519.99, 65520, 65536} {
			check(x)
			check(-x)
		}
	}
}

func TestIntegersRoundToNearest(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	for _, f := range formats {
		for range 20000 {
			x := int64(r.Uint64()) >> r.IntN(64)
			if r.IntN(2) == 0 { // a tie, or one beside it
				n := r.IntN(62)
				x = (x>>n|1)<<n + int64(r.IntN(3)-1)
			}
			want := f.nearest(new(big.Float).SetPrec(2000).SetInt64(x))
			if got := f.narrow(half.OddOfInt(x)); got != want {
				t.Fatalf("%s of %d: got %#04x, want %#04x", f.name, x, got, want)
			}
		}
		for _, x := range []int64{0, 1, -1, math.MaxInt64, math.MinInt64, math.MaxInt64 - 1} {
			if got, want := f.narrow(half.OddOfInt(x)), f.nearest(new(big.Float).SetPrec(2000).SetInt64(x)); got != want {
				t.Fatalf("%s of %d: got %#04x, want %#04x", f.name, x, got, want)
			}
		}
	}
}

func TestOddKeepsNaN(t *testing.T) {
	if x := half.OddOfFloat(math.NaN()); x == x {
		t.Errorf("NaN became %v", x)
	}
	if x := half.OddOfFloat(math.Inf(-1)); !math.IsInf(float64(x), -1) {
		t.Errorf("-Inf became %v", x)
	}
}
