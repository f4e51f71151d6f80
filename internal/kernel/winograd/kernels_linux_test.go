package winograd

import (
	"math/rand/v2"
	"testing"

	"github.com/pullback-go/pullback/internal/kernel/array"
	"github.com/pullback-go/pullback/internal/kernel/kerneltest"
)

// guardedForm is a block of one line of so many tiles.
func guardedForm(tile, channels, tiles int) productJob {
	g := Form{Conv: layer(1, channels, channels, tile*tiles), Tile: tile}
	g.Conv.Out[1], g.Conv.In[1] = tile, tile
	p := g.plan()
	return productJob{block{plan: p, height: 1, width: tiles}}
}

// TestWinogradKernels holds each of the kernels to the one in plain Go, for all numbers
// of channels past a vector and all lengths past two of them.
func TestWinogradKernels(t *testing.T) {
	kerneltest.EachISA(t, func(t *testing.T) {
		r := rand.New(rand.NewPCG(41, 42))
		t.Run("planes", func(t *testing.T) { testWinogradPlanes(t, r) })
		t.Run("tiles", func(t *testing.T) { testWinogradTiles(t, r) })
		t.Run("weights", func(t *testing.T) { testWinogradWeights(t, r) })
	})
}

// testWinogradPlanes has the way from planes to vectors of channels and back.
func testWinogradPlanes(t *testing.T, r *rand.Rand) {
	lanes := lanes()
	p := &plan{lanes: lanes}
	for channels := 1; channels <= lanes; channels++ {
		for n := 1; n <= 2*lanes+1; n++ {
			plane, room := n+r.IntN(5), array.CeilDiv(n, lanes)*lanes*lanes
			src := kerneltest.Guarded[float32](t, r, (channels-1)*plane+n)
			got, want := kerneltest.Guarded[float32](t, r, room), make([]float32, room)
			p.interleave(got, src, plane, channels, n)
			p.interleavePlain(want, src, plane, channels, n)
			kerneltest.SameBits(t, got, want, "interleaved")
			back := kerneltest.Guarded[float32](t, r, len(src))
			kept := append([]float32(nil), back...)
			p.separate(back, got, plane, channels, n)
			p.separatePlain(kept, got, plane, channels, n)
			kerneltest.SameBits(t, back, kept, "separated")
		}
	}
}

// testWinogradTiles has the transforms of the input and the output.
func testWinogradTiles(t *testing.T, r *rand.Rand) {
	for _, tile := range testedTiles {
		for tiles := 1; tiles <= 5; tiles++ {
			f := guardedForm(tile, 3*lanes(), tiles)
			row := (tile*tiles + 2) * f.lanes
			x := kerneltest.Guarded[float32](t, r, f.edge*row)
			room := (f.edge*f.edge-1)*f.inputPlane() + (tiles-1)*f.depth + f.lanes
			v, want := kerneltest.Guarded[float32](t, r, room), kerneltest.Garbage[float32](room)
			copy(want, v)
			f.transformInput(v, x, row)
			f.inputTiles(want, x, row)
			kerneltest.WantClose(t, v, want, 1e-6)

			m := kerneltest.Guarded[float32](t, r, (tiles-1)*f.outputTile()+(2*f.edge*f.edge-1)*f.lanes)
			y, wantY := kerneltest.Guarded[float32](t, r, tile*f.outputRow()), kerneltest.Garbage[float32](tile*f.outputRow())
			var check, wantCheck [16]float32
			f.transformOutput(y, m, &check)
			f.outputTiles(wantY, m, &wantCheck)
			kerneltest.WantClose(t, y, wantY, 1e-6)
			if check != wantCheck {
				t.Errorf("F%d: the check is %v, want %v", tile, check, wantCheck)
			}
		}
	}
}

// testWinogradWeights has the transform of the weights, both ways.
func testWinogradWeights(t *testing.T, r *rand.Rand) {
	for _, tile := range testedTiles {
		for channels := 1; channels <= 5; channels++ {
			for _, turned := range []bool{false, true} {
				p := guardedForm(tile, 3*lanes(), 1)
				f := weightsJob{plan: p.plan, turned: turned}
				f.cIn = channels + 1
				f.part = f.all()
				x := kerneltest.Guarded[float32](t, r, 9*channels*f.lanes)
				room := ((f.edge*f.edge-1)*f.part.positionLen()+channels-1)*f.lanes*2 + f.lanes
				u := kerneltest.Guarded[float32](t, r, room)
				want := append([]float32(nil), u...)
				f.transformTaps(u, x, 2*f.lanes, channels)
				f.weightTiles(want, x, 2*f.lanes, channels)
				kerneltest.WantClose(t, u, want, 1e-6)
			}
		}
	}
}
