package conv

import (
	"math/rand/v2"
	"testing"

	"github.com/pullback-go/pullback/internal/kernel/array"
	"github.com/pullback-go/pullback/internal/kernel/cpu"
	"github.com/pullback-go/pullback/internal/kernel/kerneltest"
)

// nanConvs have tiles, lines and vectors that are not full, so that what is computed
// beside the output meets a NaN too.
func nanConvs() []Geometry {
	lines := changed(square(1, 1, 3, 17, 78, 3, 1), func(s *Geometry) { s.In[1], s.Out[1], s.Kernel[1] = 2, 2, 2 })
	return []Geometry{
		square(2, 1, 3, 5, 6, 3, 1), // few rows
		square(2, 1, 3, 14, 5, 3, 2),
		square(2, 2, 28, 30, 3, 2, 1),
		square(1, 2, 2, 6, 7, 3, 2), // one input channel to a group
		square(1, 2, 2, 8, 7, 3, 1),
		square(2, 2, 6, 10, 4, 1, 1),
		square(2, 1, 2, 97, 3, 2, 1),
		square(1, 1, 5, 6, 7, 2, 3),
		lines,
		changed(lines, func(s *Geometry) { s.In[1], s.Out[1], s.Out[2], s.Kernel[2] = 16, 16, 64, 2 }),
		linear(1, 14, 14, 34, 2, 33),
	}
}

// TestConvNaN puts one NaN into an operand. With every way it must reach each element of
// the result whose sum has it, and no other: the others are sums of whole numbers.
// Padding is zeros of x, which make a NaN of a NaN weight.
func TestConvNaN(t *testing.T) {
	r := rand.New(rand.NewPCG(105, 106))
	for _, s := range nanConvs() {
		c := newExactConv(r, s)
		kerneltest.EachSet(func() {
			checkNaN[float32](t, r, c)
			if !testing.Short() {
				checkNaN[float64](t, r, c)
			}
		})
	}
}

func checkNaN[T array.Float](t *testing.T, r *rand.Rand, c exactConv) {
	t.Helper()
	s := c.conv
	x, w, ct := floats[T](c.x), floats[T](c.w), floats[T](c.ct)
	i, j, k := r.IntN(len(x)), r.IntN(len(w)), r.IntN(len(ct))
	// What has a term with the NaN: of x in y and dw, of w in y and dx, of ct in dx
	// and dw.
	xInY, xInW, wInY := make([]bool, len(ct)), make([]bool, len(w)), make([]bool, len(ct))
	wInX, ctInX, ctInW := make([]bool, len(x)), make([]bool, len(x)), make([]bool, len(w))
	plainTerms(s, func(at, of, to int) {
		xInY[to], xInW[of] = xInY[to] || at == i, xInW[of] || at == i
		wInX[at] = wInX[at] || of == j
		ctInX[at], ctInW[of] = ctInX[at] || to == k, ctInW[of] || to == k
	})
	for to := range wInY {
		wInY[to] = to/s.positions()%s.COut == j/s.taps()
	}
	never := func(int) bool { return false }
	// A NaN weight, or one of ct, may also meet padding on the way back.
	channel := j / s.taps() / (s.COut / s.Groups) * (s.CIn / s.Groups)
	sameChannel := func(at int) bool {
		return at/array.Volume(s.In[:])%s.CIn == channel+j%s.taps()/array.Volume(s.Kernel[:])
	}
	sameOutput := func(of int) bool { return of/s.taps() == k/s.positions()%s.COut }
	wantNaN(t, "forward, x", s, forwardWays[T](), c.y, x, w, x, i, xInY, never)
	wantNaN(t, "forward, w", s, forwardWays[T](), c.y, x, w, w, j, wInY, never)
	wantNaN(t, "input, dy", s, inputWays[T](), c.dx, ct, w, ct, k, ctInX, never)
	wantNaN(t, "input, w", s, inputWays[T](), c.dx, ct, w, w, j, wInX, sameChannel)
	wantNaN(t, "weights, x", s, weightsWays[T](), c.dw, x, ct, x, i, xInW, never)
	wantNaN(t, "weights, dy", s, weightsWays[T](), c.dw, x, ct, ct, k, ctInW, sameOutput)
}

// wantNaN runs all ways with a NaN at one place of an operand.
func wantNaN[T array.Float](t *testing.T, what string, s Geometry, ways []convWay[T], exact []float64, a, b, operand []T, at int, must []bool, may func(int) bool) {
	t.Helper()
	kept := operand[at]
	operand[at] = T(kerneltest.NaN)
	defer func() { operand[at] = kept }()
	for _, way := range ways {
		got := make([]T, len(exact))
		if !way.takes(s) || !way.run(got, a, b, s) {
			continue
		}
		for i, v := range got {
			isNaN := v != v
			if isNaN != must[i] && !(isNaN && may(i)) || !isNaN && float64(v) != exact[i] {
				t.Fatalf("%v %T %s by %s: %+v: element %d is %v, with a NaN at %d, want %v, and NaN: %v",
					cpu.InUse(), got, what, way.name, s, i, v, at, exact[i], must[i])
			}
		}
	}
}
