package conv

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/pullback-go/pullback/internal/kernel/array"
	"github.com/pullback-go/pullback/internal/kernel/cpu"
	"github.com/pullback-go/pullback/internal/kernel/kerneltest"
)

// The difference of two sums of products of small whole numbers is what the convolution
// gives, to the bit.
func TestDifference(t *testing.T) {
	kerneltest.EachISA(t, func(t *testing.T) {
		r := rand.New(rand.NewPCG(71, 72))
		for range 200 {
			s := randomConv(r)
			nx, nw, ny := s.sizes()
			x, v, u := kerneltest.Wholes[float32](r, nx), kerneltest.Wholes[float32](r, nw), kerneltest.Wholes[float32](r, nw)
			w, factors := make([]float32, nw), kerneltest.Wholes[float32](r, s.COut)
			for i := range w {
				w[i] = factors[i/s.taps()]*v[i] - u[i]
			}
			yv, yu, got, want := make([]float32, ny), make([]float32, ny), make([]float32, ny), make([]float32, ny)
			Forward(yv, x, v, s)
			Forward(yu, x, u, s)
			Forward(want, x, w, s)
			Difference(got, x, w, factors, yv, yu, 1.0/16, s)
			if !slices.Equal(got, want) {
				t.Fatalf("%+v: got %v, want %v", s, got, want)
			}
		}
	})
}

// What cancels, or is not finite, is computed from the data: by itself, or together with
// all else if there is much of it.
func TestDifferenceCancels(t *testing.T) {
	kerneltest.EachISA(t, func(t *testing.T) {
		r := rand.New(rand.NewPCG(73, 74))
		s := square(2, 2, 4, 6, 15, 3, 2)
		nx, nw, ny := s.sizes()
		x, w, yu := kerneltest.Wholes[float32](r, nx), kerneltest.Wholes[float32](r, nw), make([]float32, ny)
		for i := range w {
			w[i] += 0.5
		}
		want, ones := make([]float32, ny), slices.Repeat([]float32{1}, s.COut)
		Forward(want, x, w, s)
		large := float32(math.Inf(1))
		for _, many := range []bool{false, true} {
			yv := slices.Clone(want)
			clear(yu)
			for at, wrong := range []struct{ v, u float32 }{{1000, 999}, {-8, -9}, {large, large}, {large, 3}, {float32(math.NaN()), 0}} {
				for i := at * 7; i < ny; i += 5 * 7 {
					yv[i], yu[i] = wrong.v, wrong.u
					if !many {
						break
					}
				}
				got := make([]float32, ny)
				Difference(got, x, w, ones, yv, yu, 1.0/16, s)
				kerneltest.WantClose(t, got, want, 1e-6)
			}
		}
	})
}

// A subtraction finds what cancels as in plain Go, at all lengths.
func TestSubtract(t *testing.T) {
	kerneltest.EachISA(t, func(t *testing.T) {
		r := rand.New(rand.NewPCG(75, 76))
		for n := 1; n < 70; n++ {
			a, b := kerneltest.Normals[float32](r, n), kerneltest.Normals[float32](r, n)
			for i := 0; i < n; i += 3 {
				b[i] = 2*a[i] + float32(r.NormFloat64())*0.1*a[i]
			}
			b[n/2], b[n-1] = float32(math.NaN()), 0
			got, want := make([]float32, n), make([]float32, n)
			bits, wantBits := make([]uint8, array.CeilDiv(n, 8)), make([]uint8, array.CeilDiv(n, 8))
			least := float32(n%2) / 16
			found, wantFound := subtract(got, a, b, 2, least, bits), subtractPlain(want, a, b, 2, least, wantBits)
			if found != wantFound || !slices.Equal(bits, wantBits) || fmt.Sprint(got) != fmt.Sprint(want) {
				t.Errorf("%d elements: got %v %v %v, want %v %v %v", n, got, found, bits, want, wantFound, wantBits)
			}
		}
	})
}

func BenchmarkDifference(b *testing.B) {
	r := rand.New(rand.NewPCG(77, 78))
	for _, l := range kerneltest.Layers3x3 {
		s := square(1, 1, l[0], l[1], l[2], 3, 1)
		nx, nw, ny := s.sizes()
		x, w, y := kerneltest.Normals[float32](r, nx), kerneltest.Normals[float32](r, nw), kerneltest.Normals[float32](r, ny)
		yv, yu, ones := kerneltest.Normals[float32](r, ny), make([]float32, ny), slices.Repeat([]float32{1}, s.COut)
		b.Run(fmt.Sprintf("%d-%d@%d", l[0], l[1], l[2]), func(b *testing.B) {
			b.SetBytes(int64(12 * ny))
			for b.Loop() {
				Difference(y, x, w, ones, yv, yu, 1.0/16, s)
			}
		})
	}
}

// TestConvOutput: an output by itself is the direct sum, rounded once.
func TestConvOutput(t *testing.T) {
	r := rand.New(rand.NewPCG(79, 80))
	for range kerneltest.AtMost(200, 40) {
		s := randomConv(r)
		nx, nw, ny := s.sizes()
		x, w, want := kerneltest.Normals[float32](r, nx), kerneltest.Normals[float32](r, nw), make([]float64, ny)
		plainTerms(s, func(i, j, k int) { want[k] += float64(x[i]) * float64(w[j]) })
		n := s.positions()
		for i, v := range want {
			got := s.output(x, w, i/n/s.COut, i/n%s.COut, i%n)
			if !(math.Abs(float64(got)-v) <= 0x1p-23*math.Abs(v)+1e-14) {
				t.Fatalf("%+v: output %d: got %v, want %v", s, i, got, v)
			}
		}
	}
}

// TestByteAt: the bytes of bits are for 8 elements each; the last are those before the
// end.
func TestByteAt(t *testing.T) {
	for _, c := range [][3]int{{0, 1, 0}, {0, 7, 0}, {0, 8, 0}, {0, 9, 0}, {1, 9, 1}, {1, 15, 7}, {1, 16, 8}, {1, 17, 8}, {2, 17, 9}, {2, 23, 15}} {
		if got := byteAt(c[0], c[1]); got != c[2] {
			t.Errorf("byte %d of %d elements begins at %d, want %d", c[0], c[1], got, c[2])
		}
	}
}

// TestSubtractCancels: an element cancels if less than the part is left of both
// magnitudes, or if it is not finite.
func TestSubtractCancels(t *testing.T) {
	large, most := float32(kerneltest.Inf), float32(math.MaxFloat32)
	kerneltest.EachSet(func() {
		for _, c := range []struct {
			s, a, b, least, y float32
			cancels           bool
		}{
			{1, 5, 3, 0.25, 2, false}, // 2 of 8 is a quarter
			{1, 5, 3, 0.26, 2, true},
			{1, 3, 5, 0.25, -2, false},
			{1, -5, -3, 0.26, -2, true},
			{2, 5, 6, 0.25, 4, false}, // 4 of 16, and not of 11
			{2, 5, 6, 0.26, 4, true},
			{-1, 5, 3, 1, -8, false}, // nothing is lost
			{1, 0, 0, 0.5, 0, false},
			{1, 3, 3, 0, 0, false},
			{1, 3, 3, 1e-9, 0, true},
			{1, 3, 0, 1, 3, false},
			{1, large, 3, 0.25, large, true},
			{1, 3, large, 0, -large, true},
			{1, large, large, 0, float32(kerneltest.NaN), true},
			{0, large, 1, 0, float32(kerneltest.NaN), true},
			{1, float32(kerneltest.NaN), 1, 0, float32(kerneltest.NaN), true},
			{1, 1, float32(kerneltest.NaN), 0, float32(kerneltest.NaN), true},
			{2, most, most, 0, large, true},
		} {
			for _, n := range []int{1, 7, 8, 13} { // by itself, and by vectors
				a, b, y, bits := slices.Repeat([]float32{c.a}, n), slices.Repeat([]float32{c.b}, n), kerneltest.Garbage[float32](n), make([]uint8, array.CeilDiv(n, 8))
				found := subtract(y, a, b, c.s, c.least, bits)
				if found != c.cancels || !kerneltest.Alike(float64(y[n-1]), float64(c.y)) || bits[0] != map[bool]uint8{true: uint8(1<<min(n, 8) - 1)}[c.cancels] {
					t.Errorf("%v: %v·%v - %v, at least %v, %d times: got %v, bits %b, found %v", cpu.InUse(), c.s, c.a, c.b, c.least, n, y[n-1], bits[0], found)
				}
			}
		}
	})
}

// TestDifferenceFew: up to one output of 256 is computed by itself, and the others are
// what is subtracted; of more, all are what the convolution gives.
func TestDifferenceFew(t *testing.T) {
	kerneltest.EachISA(t, func(t *testing.T) {
		r := rand.New(rand.NewPCG(81, 82))
		s := square(2, 1, 2, 16, 4, 3, 1) // 512 outputs
		nx, nw, ny := s.sizes()
		x, w, want := kerneltest.Wholes[float32](r, nx), kerneltest.Wholes[float32](r, nw), make([]float32, ny)
		Forward(want, x, w, s)
		factors, yv, yu := slices.Repeat([]float32{2}, s.COut), slices.Repeat([]float32{1000}, ny), slices.Repeat([]float32{1}, ny)
		for n, at := range []int{-1, 77, 200, 511} {
			if at >= 0 {
				yu[at] = 1999
			}
			got := kerneltest.Garbage[float32](ny)
			Difference(got, x, w, factors, yv, yu, 1.0/16, s)
			for i, v := range got {
				expected := float32(1999) // not what the convolution gives
				if yu[i] != 1 || n > 2 {
					expected = want[i]
				}
				if v != expected {
					t.Fatalf("%d cancel: output %d is %v, want %v", n, i, v, expected)
				}
			}
		}
	})
}
