//go:build !purego && amd64

package kernel

import (
	"fmt"
	"math/rand/v2"
	"testing"
)

func TestLineDots(t *testing.T) { eachFloat(t, testLineDots[float32], testLineDots[float64]) }

// testLineDots has every number of taps and channels, and lines from none past two vectors, which end where readable memory
// does.
func testLineDots[T Float](t *testing.T) {
	if isa == plain {
		return
	}
	r := rand.New(rand.NewPCG(61, 62))
	lanes := sizesOf[T]().lanes()
	for rows := 1; rows <= dotTaps(); rows++ {
		for cols := 1; cols <= dotChannels; cols++ {
			for n := 1; n <= 2*lanes+1; n++ {
				lines, xLine := 1+n%3, n+r.IntN(3)
				checkLineDots[T](t, r, rows, cols, n, lines, xLine)
			}
		}
	}
}

func checkLineDots[T Float](t *testing.T, r *rand.Rand, rows, cols, n, lines, xLine int) {
	t.Helper()
	lanes, plane := sizesOf[T]().lanes(), lines*n+r.IntN(3)
	x, y := guarded[T](t, r, rows+(lines-1)*xLine+n), guarded[T](t, r, (cols-1)*plane+lines*n)
	copy(x, wholes[T](r, len(x)))
	copy(y, wholes[T](r, len(y)))
	taps := make([]int64, rows)
	for i := range taps {
		taps[i] = int64(r.IntN(rows+1) * sizeOf[T]())
	}
	sums, got := wholes[T](r, cols*rows*lanes), wholes[T](r, cols*rows)
	want := make([]T, len(got))
	for i := range want {
		o, tap := i/rows, int(taps[i%rows])/sizeOf[T]()
		want[i] = got[i]
		for _, v := range sums[i*lanes : (i+1)*lanes] {
			want[i] += v
		}
		for l := range lines {
			for j := range n {
				want[i] += x[tap+l*xLine+j] * y[o*plane+l*n+j]
			}
		}
	}
	lineDots(sums, rows*lanes, x, taps, xLine, y, plane, n, lines, cols)
	addLanes(got, sums)
	for i := range want {
		if got[i] != want[i] {
			t.Fatal(fmt.Sprint(rows, cols, n, lines), got, want)
		}
	}
}

// TestConvLinesNothingPastTheEnd has operands that end where readable memory does.
func TestConvLinesNothingPastTheEnd(t *testing.T) {
	eachFloat(t, testConvLinesGuarded[float32], testConvLinesGuarded[float64])
}

func testConvLinesGuarded[T Float](t *testing.T) {
	r := rand.New(rand.NewPCG(67, 68))
	for range 40 {
		s := longConv(r)
		nx, nw, ny := s.sizes()
		x, w, y := guarded[T](t, r, nx), guarded[T](t, r, nw), guarded[T](t, r, ny)
		ConvForward(y, x, w, s)
		ConvInput(x, y, w, s)
		ConvWeights(w, x, y, s)
	}
}

func TestLineSums(t *testing.T) { eachFloat(t, testLineSums[float32], testLineSums[float64]) }

// testLineSums has every number of rows and elements.
func testLineSums[T Float](t *testing.T) {
	if isa == plain {
		return
	}
	r := rand.New(rand.NewPCG(69, 70))
	for rows := 1; rows <= lineRows; rows++ {
		for n := 1; n <= lineVectors()*sizesOf[T]().lanes(); n++ {
			checkLineSums[T](t, r, rows, n, n%3 == 1)
		}
	}
}

// checkLineSums has two channels and three taps, which read from one before each line of B to one after.
func checkLineSums[T Float](t *testing.T, r *rand.Rand, rows, n int, accumulate bool) {
	t.Helper()
	const channels, window = 2, 3
	s := Conv{Groups: 1, CIn: rows, COut: channels, In: [3]int{1, 1, n}, Out: [3]int{1, 1, n}, Kernel: [3]int{1, 1, window},
		Stride: [3]int{1, 1, 1}, Pad: [3]int{0, 0, 1}, Dilation: [3]int{1, 1, 1}}
	a, b, c := guarded[T](t, r, channels*rows*window), guarded[T](t, r, channels*n), guarded[T](t, r, rows*n)
	copy(a, wholes[T](r, len(a)))
	copy(b, wholes[T](r, len(b)))
	copy(c, wholes[T](r, len(c)))
	want := append([]T(nil), c...)
	if !accumulate {
		clear(want)
	}
	for i := range want {
		for channel := range channels {
			for k := range window {
				if p := i%n + 1 - k; p >= 0 && p < n {
					want[i] += a[(channel*rows+i/n)*window+k] * b[channel*n+p]
				}
			}
		}
	}
	f := inputLines[T]{conv: s, vectors: lineVectors()}
	taps := make([]int64, window*tapWords)
	f.plan(taps, [2]span{{0, 1}, {0, 1}})
	lineSums(c, n, a, window, rows*window, b, 0, n, taps, channels, rows, n, accumulate)
	for i := range want {
		if c[i] != want[i] {
			t.Fatal(fmt.Sprint(rows, n), c, want)
		}
	}
}
