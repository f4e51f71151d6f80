package exec

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/pullback-go/pullback/trace"
)

// A skyline is a list of heights, one for each step.
func TestSkyline(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	for _, steps := range []int{1, 2, 3, 4, 5, 8, 9, 16, 17, 31} {
		s, plain := newSkyline(steps), make([]int, steps)
		for range 200 {
			lo := r.IntN(steps)
			hi := lo + r.IntN(steps-lo)
			want := 0
			for _, h := range plain[lo : hi+1] {
				want = max(want, h)
			}
			if got := s.highest(lo, hi); got != want {
				t.Fatalf("of %d steps, from %d to %d: got %d, want %d in %v", steps, lo, hi, got, want, plain)
			}
			lo = r.IntN(steps)
			hi, top := lo+r.IntN(steps-lo), r.IntN(1000)
			s.raise(lo, hi, top)
			for i := lo; i <= hi; i++ {
				plain[i] = max(plain[i], top)
			}
		}
	}
}

// Buffers that are needed at one time do not overlap, both for few buffers and for more
// than placing looks at. Each begins at an allowed place, and all end within the extent.
func TestBuffersDoNotMeet(t *testing.T) {
	for seed, n := range []int{0, 1, 2, 5, 20, 60, 200, near + 1, near + 150} {
		r := rand.New(rand.NewPCG(uint64(seed), 7))
		var buffers []buffer
		for range n {
			b := buffer{align: []int{1, 4, 8, 64}[r.IntN(4)], from: r.IntN(40)}
			b.size = (1 + r.IntN(300)) * min(b.align, 8)
			b.to = min(39, b.from+r.IntN(6))
			buffers = append(buffers, b)
		}
		extent := place(buffers, 40, new(int))
		end, live := 0, make([]int, 40)
		for i, a := range buffers {
			if a.at%a.align != 0 || a.at < 0 {
				t.Errorf("%d buffers: number %d begins at %d, which is no multiple of %d", n, i, a.at, a.align)
			}
			end = max(end, a.at+a.size)
			for k := a.from; k <= a.to; k++ {
				live[k] += a.size
			}
			for j, b := range buffers[:i] {
				if a.from <= b.to && b.from <= a.to && a.at < b.at+b.size && b.at < a.at+a.size {
					t.Fatalf("%d buffers: numbers %d and %d meet, %+v and %+v", n, j, i, b, a)
				}
			}
		}
		if extent != end {
			t.Errorf("%d buffers: the extent is %d, the last ends at %d", n, extent, end)
		}
		for k, bytes := range live {
			if extent < bytes {
				t.Errorf("%d buffers: %d bytes for %d at step %d", n, extent, bytes, k)
			}
		}
	}
}

// Buffers that follow each other in time share one place, and the largest decides its
// size.
func TestBuffersOneAfterTheOther(t *testing.T) {
	var buffers []buffer
	for i := range 30 {
		buffers = append(buffers, buffer{size: 8 * (1 + i*7%11), align: 8, from: i, to: i})
	}
	extent := place(buffers, 30, new(int))
	for i, b := range buffers {
		if b.at != 0 {
			t.Errorf("buffer %d is at %d", i, b.at)
		}
	}
	if extent != 88 {
		t.Errorf("the extent is %d, want 88", extent)
	}
}

// Among buffers needed at one time, the largest lies lowest. Among buffers of equal size,
// the one made first does.
func TestLargeBuffersLieLowest(t *testing.T) {
	var buffers []buffer
	for i, size := range []int{16, 80, 40, 80, 8} {
		buffers = append(buffers, buffer{size: size, align: 8, from: i % 2, to: 2})
	}
	place(buffers, 3, new(int))
	for i, want := range []int{200, 0, 160, 80, 216} {
		if got := buffers[i].at; got != want {
			t.Errorf("buffer %d of %d bytes is at %d, want %d", i, buffers[i].size, got, want)
		}
	}
}

// A buffer goes to the lowest gap between the buffers of its time that has room for it.
func TestSettle(t *testing.T) {
	at := func(from, to, begin, size int) *buffer { return &buffer{from: from, to: to, at: begin, size: size} }
	others := []*buffer{at(3, 5, 0, 16), at(0, 2, 16, 100), at(5, 9, 40, 8), at(4, 4, 60, 10)} // by place
	for _, c := range []struct {
		name  string
		b     buffer
		at    int
		below bool
	}{
		{"the gap fits exactly", buffer{from: 5, to: 6, size: 24, align: 1}, 16, true},
		{"the gap is a byte too small, that before the last fits", buffer{from: 5, to: 6, size: 25, align: 1}, 48, false},
		{"alignment makes the gap too small", buffer{from: 5, to: 6, size: 9, align: 32}, 64, false},
		{"alignment moves it within the gap", buffer{from: 5, to: 6, size: 8, align: 32}, 32, true},
		{"it is needed when the first is no more", buffer{from: 6, to: 6, size: 40, align: 1}, 0, true},
		{"it is no more when others are made", buffer{from: 10, to: 12, size: 60, align: 1}, 0, true},
		{"the last step of the first is its first", buffer{from: 5, to: 5, size: 1, align: 1}, 16, true},
		{"its last step is the first of another", buffer{from: 2, to: 3, size: 1, align: 1}, 116, false},
		{"at no time of others, but too large to end below the last", buffer{from: 10, to: 12, size: 61, align: 1}, 0, false},
		{"above all", buffer{from: 0, to: 9, size: 8, align: 8}, 120, false},
	} {
		if below := c.b.settle(others, new(int)); c.b.at != c.at || below != c.below {
			t.Errorf("%s: at %d, below the last: %v, want %d and %v", c.name, c.b.at, below, c.at, c.below)
		}
	}
	if b := (buffer{size: 5, align: 1}); !b.settle(nil, new(int)) || b.at != 0 {
		t.Errorf("alone: at %d", b.at)
	}
}

func TestAlignment(t *testing.T) {
	for _, c := range [][3]int{{0, 8, 0}, {1, 8, 8}, {7, 8, 8}, {8, 8, 8}, {9, 8, 16}, {5, 1, 5}, {65, 64, 128}, {64, 64, 64}, {3, 4, 4}} {
		if got := (&buffer{align: c[1]}).aligned(c[0]); got != c[2] {
			t.Errorf("%d aligned to %d is %d, want %d", c[0], c[1], got, c[2])
		}
	}
	for _, c := range [][3]int{{0, 0, 0}, {2, 3, 5}, {math.MaxInt, 0, math.MaxInt}, {math.MaxInt, 1, math.MaxInt}, {1, math.MaxInt, math.MaxInt}, {math.MaxInt - 1, 1, math.MaxInt}} {
		if got := plus(c[0], c[1]); got != c[2] {
			t.Errorf("%d plus %d is %d, want %d", c[0], c[1], got, c[2])
		}
	}
}

// Arrays of a page or more begin at a cache line, smaller arrays at an element.
func TestNewBuffers(t *testing.T) {
	for _, c := range []struct {
		t           trace.Type
		size, align int
	}{
		{trace.TypeOf(trace.Bool, 3), 3, 1},
		{trace.TypeOf(trace.Float32, 3), 12, 4},
		{trace.TypeOf(trace.Int64, 2, 3), 48, 8},
		{trace.TypeOf(trace.Float64), 8, 8},
		{trace.TypeOf(trace.Float64, 0), 0, 8},
		{trace.TypeOf(trace.Float64, 511), 4088, 8},
		{trace.TypeOf(trace.Float64, 512), 4096, 64},
		{trace.TypeOf(trace.Bool, 4095), 4095, 1},
		{trace.TypeOf(trace.Bool, 4096), 4096, 64},
	} {
		b := newBuffer(c.t, 7)
		if b.size != c.size || b.align != c.align || b.from != 7 {
			t.Errorf("%v: %+v, want %d bytes aligned to %d from step 7 on", c.t, b, c.size, c.align)
		}
	}
	if got := fmt.Sprint(rowsOfType(trace.TypeOf(trace.Bool, 6, 2), 3)); got != "bool[3 2]" {
		t.Errorf("three rows of bool[6 2] are %s", got)
	}
}
