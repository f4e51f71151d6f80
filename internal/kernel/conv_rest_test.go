package kernel

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// The rest of two sums of products of small whole numbers is what the convolution gives, to the bit.
func TestConvRest(t *testing.T) {
	eachISA(t, func(t *testing.T) {
		r := rand.New(rand.NewPCG(71, 72))
		for range 200 {
			s := randomConv(r)
			nx, nw, ny := s.sizes()
			x, v, u := wholes[float32](r, nx), wholes[float32](r, nw), wholes[float32](r, nw)
			w, factors := make([]float32, nw), wholes[float32](r, s.COut)
			for i := range w {
				w[i] = factors[i/s.taps()]*v[i] - u[i]
			}
			yv, yu, got, want := make([]float32, ny), make([]float32, ny), make([]float32, ny), make([]float32, ny)
			ConvForward(yv, x, v, s)
			ConvForward(yu, x, u, s)
			ConvForward(want, x, w, s)
			ConvRest(got, x, w, factors, yv, yu, 1.0/16, s)
			if !slices.Equal(got, want) {
				t.Fatalf("%+v: got %v, want %v", s, got, want)
			}
		}
	})
}

// What cancels, or is not finite, is computed from the data: by itself, or together with all else if there is much of it.
func TestConvRestCancels(t *testing.T) {
	eachISA(t, func(t *testing.T) {
		r := rand.New(rand.NewPCG(73, 74))
		s := square(2, 2, 4, 6, 15, 3, 2)
		nx, nw, ny := s.sizes()
		x, w, yu := wholes[float32](r, nx), wholes[float32](r, nw), make([]float32, ny)
		for i := range w {
			w[i] += 0.5
		}
		want, ones := make([]float32, ny), slices.Repeat([]float32{1}, s.COut)
		ConvForward(want, x, w, s)
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
				ConvRest(got, x, w, ones, yv, yu, 1.0/16, s)
				wantClose(t, got, want, 1e-6)
			}
		}
	})
}

// A subtraction finds what cancels as in plain Go, at all lengths.
func TestSubtract(t *testing.T) {
	eachISA(t, func(t *testing.T) {
		r := rand.New(rand.NewPCG(75, 76))
		for n := 1; n < 70; n++ {
			a, b := normals[float32](r, n), normals[float32](r, n)
			for i := 0; i < n; i += 3 {
				b[i] = 2*a[i] + float32(r.NormFloat64())*0.1*a[i]
			}
			b[n/2], b[n-1] = float32(math.NaN()), 0
			got, want := make([]float32, n), make([]float32, n)
			bits, wantBits := make([]uint8, ceilDiv(n, 8)), make([]uint8, ceilDiv(n, 8))
			least := float32(n%2) / 16
			found, wantFound := subtract(got, a, b, 2, least, bits), subtractPlain(want, a, b, 2, least, wantBits)
			if found != wantFound || !slices.Equal(bits, wantBits) || fmt.Sprint(got) != fmt.Sprint(want) {
				t.Errorf("%d elements: got %v %v %v, want %v %v %v", n, got, found, bits, want, wantFound, wantBits)
			}
		}
	})
}

func BenchmarkConvRest(b *testing.B) {
	r := rand.New(rand.NewPCG(77, 78))
	for _, l := range winogradLayers {
		s := square(1, 1, l[0], l[1], l[2], 3, 1)
		nx, nw, ny := s.sizes()
		x, w, y := normals[float32](r, nx), normals[float32](r, nw), normals[float32](r, ny)
		yv, yu, ones := normals[float32](r, ny), make([]float32, ny), slices.Repeat([]float32{1}, s.COut)
		b.Run(fmt.Sprintf("%d-%d@%d", l[0], l[1], l[2]), func(b *testing.B) {
			b.SetBytes(int64(12 * ny))
			for b.Loop() {
				ConvRest(y, x, w, ones, yv, yu, 1.0/16, s)
			}
		})
	}
}
