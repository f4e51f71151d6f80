//go:build !purego

package fn

import (
	"math"
	"testing"

	"github.com/pullback-go/pullback/trace"
)

// byTilesOf is the convolution of planes in Winograd form.
func byTilesOf(t *testing.T, relative bool, in []trace.Type) *winograd {
	t.Helper()
	needVectors(t)
	out, err := planar.Infer(in)
	if err != nil {
		t.Fatal(err)
	}
	op, ok := byTiles(planar, planar.geometry(in[0].Shape, in[1].Shape, out[0].Shape), false, relative)
	if !ok {
		t.Fatalf("no tiles pay for %v", in)
	}
	return op.(*winograd)
}

func TestTilesAreChosenBySize(t *testing.T) {
	for _, c := range []struct {
		pixels   int
		relative bool
		tile     int
		text     string
	}{
		{28, false, 4, " by F(4×4, 3×3)"}, {28, true, 2, " by F(2×2, 3×3)"}, {14, false, 2, " by F(2×2, 3×3)"},
	} {
		op := byTilesOf(t, c.relative, square3x3(trace.Float32, 1, 32, c.pixels))
		if op.form.Tile != c.tile || op.form.Input {
			t.Errorf("%d pixels: got tiles of %d, towards the input %v", c.pixels, op.form.Tile, op.form.Input)
		}
		if got, want := op.String(), trace.Describe(planar)+c.text; got != want {
			t.Errorf("got %s, want %s", got, want)
		}
		if got, want := op.FLOPs(square3x3(trace.Float32, 3, 32, c.pixels)), int64(2*3*32*32*9*c.pixels*c.pixels); got != want {
			t.Errorf("three images of %d pixels: %d operations, want %d", c.pixels, got, want)
		}
		if !op.ByRow(nil, 0) || op.ByRow(nil, 1) {
			t.Error("images go by rows, weights do not")
		}
	}
	few := planar.geometry([]int{1, 32, 4, 4}, []int{32, 32, 3, 3}, []int{1, 32, 4, 4})
	if op, ok := byTiles(planar, few, false, false); ok {
		t.Errorf("a map of 4×4 is computed by %v", op)
	}
}

// An infinity or a NaN reaches only the outputs that read it, not the others of its tile.
// Images do not affect each other.
func TestTilesKeepWhatIsNotFiniteApart(t *testing.T) {
	in := square3x3(trace.Float32, 2, 32, 28)
	for _, relative := range []bool{false, true} {
		op := byTilesOf(t, relative, square3x3(trace.Float32, 1, 32, 28))
		elems := make([]float64, in[0].Size())
		const image, at = 32 * 28 * 28, 10*28 + 13
		elems[image+at] = nan // in the first channel of the second image
		w := Ones(in[1])
		y := trace.Bind1(op, array(trace.Float32, elems, in[0].Shape...), w).Float64s()
		for i, v := range y {
			row, col := i/28%28, i%28
			reads := i >= image && row >= 9 && row <= 11 && col >= 12 && col <= 14
			if math.IsNaN(v) != reads || !reads && v != 0 {
				t.Fatalf("%v: element %d is %v, reads the NaN: %v", op, i, v, reads)
			}
		}
	}
}
