package winograd

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/pullback-go/pullback/internal/kernel/conv"
	"github.com/pullback-go/pullback/internal/kernel/elementwise"
	"github.com/pullback-go/pullback/internal/kernel/kerneltest"
)

// sparse returns planes that are 0, of either sign, in the same places: in some blocks,
// lines, columns and single elements, or but for a few elements.
func sparse(r *rand.Rand, planes, height, width int) []float32 {
	x := kerneltest.Normals[float32](r, planes*height*width)
	zero := func(i0, j0, i1, j1 int) {
		for p := range planes {
			for i := i0; i < min(i1, height); i++ {
				for j := j0; j < min(j1, width); j++ {
					x[(p*height+i)*width+j] *= 0
				}
			}
		}
	}
	if r.IntN(4) == 0 {
		kept := append([]float32(nil), x...)
		zero(0, 0, height, width)
		for range 3 {
			at := r.IntN(len(x))
			x[at] = kept[at]
		}
		return x
	}
	for range 3 {
		i, j := r.IntN(height), r.IntN(width)
		zero(i, j, i+1+r.IntN(8), j+1+r.IntN(8))
		zero(i, 0, i+r.IntN(4), width)
		zero(0, j, height, j+r.IntN(4))
	}
	return x
}

// TestWinogradZeros: an output whose window is all zeros is +0, as the convolution has
// it, whatever the rest of its tile is; others are not touched.
func TestWinogradZeros(t *testing.T) { kerneltest.EachISA(t, testWinogradZeros) }

func testWinogradZeros(t *testing.T) {
	r := rand.New(rand.NewPCG(33, 34))
	zeros := 0
	for range 60 {
		s := drawnConv(r)
		_, nw, _ := sizes(s)
		x, ct := sparse(r, s.Batch*s.CIn, s.In[1], s.In[2]), sparse(r, s.Batch*s.COut, s.Out[1], s.Out[2])
		w := kerneltest.Normals[float32](r, nw)
		for _, tile := range testedTiles {
			y, dx := runForm(s, tile, x, ct, w)
			zeros += checkZeros(t, fmt.Sprintf("F%d: %+v: forward", tile, s), y, x, s, false)
			zeros += checkZeros(t, fmt.Sprintf("F%d: %+v: input", tile, s), dx, ct, s, true)
		}
	}
	if zeros < 5000 {
		t.Errorf("only %d outputs had a window of zeros", zeros)
	}
}

// checkZeros counts what each output reads by a convolution of ones, and returns how many
// read nothing.
func checkZeros(t *testing.T, what string, got, src []float32, s conv.Geometry, input bool) (zeros int) {
	t.Helper()
	_, nw, _ := sizes(s)
	ones, nonzero, count := make([]float32, nw), make([]float32, len(src)), kerneltest.Garbage[float32](len(got))
	elementwise.Fill(ones, 1)
	for i, v := range src {
		if v != 0 {
			nonzero[i] = 1
		}
	}
	if input {
		conv.Input(count, nonzero, ones, s)
	} else {
		conv.Forward(count, nonzero, ones, s)
	}
	for i, n := range count {
		switch bits := math.Float32bits(got[i]); {
		case n == 0 && bits != 0:
			t.Fatalf("%s: element %d is %v (bits %#x), want 0", what, i, got[i], bits)
		case n == 0:
			zeros++
		case bits == 0:
			t.Fatalf("%s: element %d is 0, of %v terms", what, i, n)
		}
	}
	return zeros
}

// TestMarkNonzero has every length past two vector widths, with denormals and zeros of
// both signs.
func TestMarkNonzero(t *testing.T) { kerneltest.EachISA(t, testMarkNonzero) }

func testMarkNonzero(t *testing.T) {
	r := rand.New(rand.NewPCG(35, 36))
	values := []float32{0, float32(math.Copysign(0, -1)), 1, -1, math.SmallestNonzeroFloat32, -math.SmallestNonzeroFloat32}
	for n := range 40 {
		for bound := 2; bound <= len(values); bound++ {
			x, mask, full := make([]float32, n), make([]int32, n), true
			for i := range x {
				x[i], mask[i] = values[r.IntN(bound)], int32(r.IntN(10)/9)
			}
			want := append([]int32(nil), mask...)
			for i, v := range x {
				if v != 0 {
					want[i] = 1
				}
				full = full && want[i] != 0
			}
			if got := markNonzero(mask, x); got != full {
				t.Fatalf("%v: got %v, want %v", x, got, full)
			}
			for i := range mask {
				if (mask[i] != 0) != (want[i] != 0) {
					t.Fatalf("%v: element %d of the mask is %d", x, i, mask[i])
				}
			}
		}
	}
}
