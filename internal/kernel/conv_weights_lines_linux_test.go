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
