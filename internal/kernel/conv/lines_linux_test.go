//go:build !purego && amd64

package conv

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/pullback-go/pullback/internal/kernel/array"
	"github.com/pullback-go/pullback/internal/kernel/cpu"
	"github.com/pullback-go/pullback/internal/kernel/gemm"
	"github.com/pullback-go/pullback/internal/kernel/kerneltest"
)

func TestLineDots(t *testing.T) {
	kerneltest.EachFloat(t, testLineDots[float32], testLineDots[float64])
}

// testLineDots has every number of taps and channels, and lines from none past two
// vectors, which end where readable memory does.
func testLineDots[T array.Float](t *testing.T) {
	if cpu.InUse() == cpu.Plain {
		return
	}
	r := rand.New(rand.NewPCG(61, 62))
	lanes := gemm.SizesOf[T]().Lanes()
	for rows := 1; rows <= dotTaps(); rows++ {
		for cols := 1; cols <= dotChannels; cols++ {
			for n := 1; n <= 2*lanes+1; n++ {
				lines, xLine := 1+n%3, n+r.IntN(3)
				checkLineDots[T](t, r, rows, cols, n, lines, xLine)
			}
		}
	}
}

func checkLineDots[T array.Float](t *testing.T, r *rand.Rand, rows, cols, n, lines, xLine int) {
	t.Helper()
	lanes, plane := gemm.SizesOf[T]().Lanes(), lines*n+r.IntN(3)
	x, y := kerneltest.Guarded[T](t, r, rows+(lines-1)*xLine+n), kerneltest.Guarded[T](t, r, (cols-1)*plane+lines*n)
	copy(x, kerneltest.Wholes[T](r, len(x)))
	copy(y, kerneltest.Wholes[T](r, len(y)))
	taps := make([]int64, rows)
	for i := range taps {
		taps[i] = int64(r.IntN(rows+1) * array.SizeOf[T]())
	}
	sums, got := kerneltest.Wholes[T](r, cols*rows*lanes), kerneltest.Wholes[T](r, cols*rows)
	want := make([]T, len(got))
	for i := range want {
		o, tap := i/rows, int(taps[i%rows])/array.SizeOf[T]()
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

func TestLineSums(t *testing.T) {
	kerneltest.EachFloat(t, testLineSums[float32], testLineSums[float64])
}

// testLineSums has every number of rows and elements of a tile.
func testLineSums[T array.Float](t *testing.T) {
	if cpu.InUse() != cpu.AVX512 {
		return
	}
	r := rand.New(rand.NewPCG(69, 70))
	for rows := 1; rows <= lineRows; rows++ {
		for n := 1; n <= lineVectors*gemm.SizesOf[T]().Lanes(); n++ {
			checkLineSums[T](t, r, rows, 1+n%4, n)
		}
	}
}

// checkLineSums has tiles that are as wide as a line, and adds each channel to those
// before.
func checkLineSums[T array.Float](t *testing.T, r *rand.Rand, rows, lines, n int) {
	t.Helper()
	s := square(1, 1, rows, 2, 1, 3, 1)
	s.In = [3]int{1, lines, n}
	s.Out = s.In
	nx, nw, ny := s.sizes()
	dx, w, dy := kerneltest.Guarded[T](t, r, nx), kerneltest.Guarded[T](t, r, nw), kerneltest.Guarded[T](t, r, ny)
	copy(w, kerneltest.Wholes[T](r, nw))
	copy(dy, kerneltest.Wholes[T](r, ny))
	want := make([]T, nx)
	plainTerms(s, func(i, j, k int) { want[i] += dy[k] * w[j] })
	f := inputLines[T]{conv: s, dx: dx, dy: dy, w: w, vectors: array.CeilDiv(n, gemm.SizesOf[T]().Lanes()), tiles: 1, chunk: 1}
	f.Run(0, array.CeilDiv(lines, 2))
	if !slices.Equal(dx, want) {
		t.Fatal(fmt.Sprint(rows, lines, n), dx, want)
	}
}
