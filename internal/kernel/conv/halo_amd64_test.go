//go:build !purego

package conv

import (
	"math/rand/v2"
	"testing"

	"github.com/pullback-go/pullback/internal/kernel/array"
	"github.com/pullback-go/pullback/internal/kernel/gemm"
	"github.com/pullback-go/pullback/internal/kernel/kerneltest"
)

// TestHalo: in the copies of the planes of a group, every tap is at the same distance
// from each output position, and what it reads there is what the convolution reads, or 0
// beyond the plane.
func TestHalo(t *testing.T) {
	r := rand.New(rand.NewPCG(141, 142))
	for range kerneltest.AtMost(400, 80) {
		s := randomConv(r)
		nx, _, ny := s.sizes()
		if nx == 0 || ny == 0 {
			continue
		}
		h := s.inputHalo()
		x := kerneltest.Counting[float32](nx)
		planes := s.Batch * s.CIn
		all := kerneltest.Garbage[float32](planes*h.plane() + kerneltest.Fence)
		haloFill[float32]{all, x, h}.Run(0, planes)
		for i, v := range all {
			if written := v == v; written != (i < planes*h.plane()) {
				t.Fatalf("%+v: element %d of %d planes of %d was written: %v", s, i, planes, h.plane(), written)
			}
		}
		in, perGroup, window := array.Volume(s.In[:]), s.CIn/s.Groups, array.Volume(s.Kernel[:])
		for unit := range s.Batch * s.Groups {
			copies := all[unit*perGroup*h.plane():]
			for tap := range s.taps() {
				for p := range s.positions() {
					want := float32(0)
					if i, ok := plainInput(s, p, tap%window); ok {
						want = x[(unit*perGroup+tap/window)*in+i]
					}
					if got := copies[s.tapIn(&h, tap)+s.lineIn(&h, p/s.Out[2])+p%s.Out[2]]; got != want {
						t.Fatalf("%+v: unit %d, tap %d, position %d: got %v, want %v", s, unit, tap, p, got, want)
					}
				}
			}
		}
	}
}

// TestHaloAt: parts come one after the other, by the remainders of their coordinates, and
// in each are lines.
func TestHaloAt(t *testing.T) {
	h := halo{stride: [3]int{2, 3, 4}, parts: [3]int{2, 2, 3}, size: [3]int{3, 5, 7}}
	seen := make([]bool, h.plane())
	for c0 := range 6 {
		for c1 := range 15 {
			for c2 := range 28 {
				f := [3]int{c0 % 2, c1 % 3, c2 % 4}
				if f[1] >= 2 || f[2] >= 3 {
					continue
				}
				want := ((f[0]*2+f[1])*3+f[2])*105 + (c0/2*5+c1/3)*7 + c2/4
				got := h.at([3]int{c0, c1, c2})
				if got != want || seen[got] {
					t.Fatalf("coordinate %d %d %d: got %d, want %d, which was another's before: %v", c0, c1, c2, got, want, seen[want])
				}
				seen[got] = true
			}
		}
	}
	for i, ok := range seen {
		if !ok {
			t.Errorf("no coordinate is at %d", i)
		}
	}
}

// TestEachHalo: all images come once and in order, as many at a time as memory is meant
// for, with what follows the last plane readable.
func TestEachHalo(t *testing.T) {
	defer haloShift.Store(haloShift.Load())
	haloShift.Store(12) // 1024 elements
	s := square(1, 1, 2, 3, 4, 3, 1)
	h := s.inputHalo() // 36 elements of a plane
	for _, c := range []struct{ images, beside, atOnce int }{{0, 0, 1}, {1, 0, 1}, {5, 0, 5}, {30, 0, 14}, {30, 56, 8}, {7, 952, 1}, {3, 5000, 1}} {
		x := kerneltest.Counting[float64](c.images * 2 * 16)
		next := 0
		eachHalo(x, &h, c.images, 2, c.beside, func(src []float64, from, to int) {
			if from != next || to != min(c.images, from+c.atOnce) {
				t.Fatalf("%+v: images %d to %d after %d", c, from, to, next)
			}
			if len(src) < (to-from)*72+gemm.SizesOf[float64]().Lanes() {
				t.Errorf("%+v: %d images have %d elements", c, to-from, len(src))
			}
			for image := from; image < to; image++ {
				if got, want := src[(image-from)*72+7], x[image*32]; got != want {
					t.Fatalf("%+v: image %d begins with %v, want %v", c, image, got, want)
				}
			}
			next = to
		})
		if next != c.images {
			t.Errorf("%+v: only %d images came", c, next)
		}
	}
}

func TestFloorDiv(t *testing.T) {
	for a := -20; a <= 20; a++ {
		for b := 1; b < 7; b++ {
			want := 0
			for want*b > a {
				want--
			}
			for (want+1)*b <= a {
				want++
			}
			if got := floorDiv(a, b); got != want {
				t.Errorf("%d / %d: got %d, want %d", a, b, got, want)
			}
			if got := modulo(a, b); got != a-want*b {
				t.Errorf("the remainder of %d / %d: got %d, want %d", a, b, got, a-want*b)
			}
		}
	}
}

// TestReach: a tap is as far from the first as its dilation says, along each axis,
// whatever the padding.
func TestReach(t *testing.T) {
	s := Geometry{Kernel: [3]int{2, 3, 4}, Dilation: [3]int{5, 7, 1}, Pad: [3]int{1, 2, 3}}
	for tap := range 24 {
		if got, want := s.reach(tap), [3]int{tap / 12 * 5, tap / 4 % 3 * 7, tap % 4}; got != want {
			t.Errorf("tap %d: got %v, want %v", tap, got, want)
		}
		channel, offset := s.tapIndex(24*9 + tap)
		if want := [3]int{tap/12*5 - 1, tap/4%3*7 - 2, tap%4 - 3}; channel != 9 || offset != want {
			t.Errorf("tap %d of channel 9: got channel %d, %v, want %v", tap, channel, offset, want)
		}
	}
}
