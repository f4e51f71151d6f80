package conv

import (
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/pullback-go/pullback/internal/kernel/array"
	"github.com/pullback-go/pullback/internal/kernel/kerneltest"
)

// TestPadded: a padded copy has, for each tap and line of output positions, what the
// convolution reads, and cropping it gives back what the two share.
func TestPadded(t *testing.T) {
	r := rand.New(rand.NewPCG(191, 192))
	for range kerneltest.AtMost(400, 100) {
		s := randomConv(r)
		if array.Volume(s.Out[:])*array.Volume(s.In[:]) == 0 {
			continue
		}
		p, plane := s.padded(), kerneltest.Counting[float32](array.Volume(s.In[:]))
		all := kerneltest.Garbage[float32](array.Volume(p.size[:]) + kerneltest.Fence)
		pad(all[:len(all)-kerneltest.Fence], plane, p)
		lines := 0
		read := make([]bool, len(plane))
		p.taps(func(tap, out, in int) {
			lines++
			for j := range s.Out[2] {
				want := float32(0)
				if i, ok := plainInput(s, out+j, tap); ok {
					want, read[i] = plane[i], true
				}
				if got := all[in+j*s.Stride[2]]; got != want {
					t.Fatalf("%+v: tap %d, position %d: got %v, want %v", s, tap, out+j, got, want)
				}
			}
		})
		if want := array.Volume(s.Kernel[:]) * s.Out[0] * s.Out[1]; lines != want {
			t.Errorf("%+v: there were %d lines, want %d", s, lines, want)
		}
		for _, v := range all[len(all)-kerneltest.Fence:] {
			if v == v {
				t.Fatalf("%+v: more than the copy was written", s)
			}
		}
		back := kerneltest.Garbage[float32](len(plane))
		crop(back, all, p)
		for i, v := range back {
			if v != plane[i] && (read[i] || v != 0) {
				t.Fatalf("%+v: element %d is %v after cropping, want %v", s, i, v, plane[i])
			}
		}
	}
}

// TestInside holds the range that is read within bounds to a search.
func TestInside(t *testing.T) {
	for n := range 6 {
		for size := range 8 {
			for first := -9; first < 10; first++ {
				for step := 1; step < 5; step++ {
					lo, hi := Inside(n, size, first, step)
					if lo < 0 || lo > hi || hi > n {
						t.Fatalf("%d from %d by %d of %d: got [%d, %d)", n, first, step, size, lo, hi)
					}
					for j := range n {
						at := first + j*step
						if want := at >= 0 && at < size; want != (lo <= j && j < hi) {
							t.Fatalf("%d from %d by %d of %d: got [%d, %d), and %d is read", n, first, step, size, lo, hi, at)
						}
					}
				}
			}
		}
	}
}

// TestAddLine is the adjoint of reading a line: what is added is within it, at its place.
func TestAddLine(t *testing.T) {
	for _, step := range []int{1, 2, 3} {
		for length := range 12 {
			for first := -5; first <= 12; first++ {
				line, want := kerneltest.Counting[float64](length), kerneltest.Counting[float64](length)
				src := []float64{10, 20, 40, 80, 160}
				for j, v := range src {
					if at := first + j*step; at >= 0 && at < length {
						want[at] += v
					}
				}
				addLine(line, src, first, step)
				if !slices.Equal(line, want) {
					t.Fatalf("%d elements by %d from %d: got %v, want %v", length, step, first, line, want)
				}
			}
		}
	}
}

// TestSegment: from each position to the end of its line, with where in the plane it
// reads for an offset.
func TestSegment(t *testing.T) {
	r := rand.New(rand.NewPCG(193, 194))
	for range 60 {
		s := randomConv(r)
		for p := range s.positions() {
			for tap := range array.Volume(s.Kernel[:]) {
				_, offset := s.tapIndex(tap)
				n, line, first := s.segment(p, offset)
				if n != s.Out[2]-p%s.Out[2] {
					t.Fatalf("%+v: %d positions are left from %d on", s, n, p)
				}
				i, ok := plainInput(s, p, tap)
				within := line >= 0 && first >= 0 && first < s.In[2]
				if within != ok || ok && line+first != i {
					t.Fatalf("%+v: position %d, tap %d: got line %d and %d, want %d, if %v", s, p, tap, line, first, i, ok)
				}
			}
		}
	}
}

// TestChannelBlock: a block of channels has about 256 rows, and fewer where there are
// fewer than 8 blocks.
func TestChannelBlock(t *testing.T) {
	for _, c := range []struct{ batch, groups, in, kernel, want int }{
		{8, 1, 100, 3, 28}, {1, 8, 800, 3, 28}, {8, 1, 20, 3, 20}, {8, 1, 20, 17, 1}, {8, 1, 20, 1, 20},
		{1, 1, 100, 3, 14}, {1, 1, 8, 3, 1}, {1, 1, 16, 3, 2}, {4, 1, 20, 3, 10}, {7, 1, 1, 3, 1},
	} {
		s := square(c.batch, c.groups, c.in, c.groups, 20, c.kernel, 1)
		if got := s.channelBlock(); got != c.want {
			t.Errorf("%+v: got %d, want %d", c, got, c.want)
		}
	}
}
