package winograd

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/pullback-go/pullback/internal/kernel/conv"
	"github.com/pullback-go/pullback/internal/kernel/kerneltest"
)

// BenchmarkWinograd is 3×3 layers, by the convolution and by Winograd. Rates count the
// products of the convolution.
func BenchmarkWinograd(b *testing.B) {
	for _, l := range kerneltest.Layers3x3 {
		s := layer(1, l[0], l[1], l[2])
		b.Run(fmt.Sprintf("%d-%d@%d", l[0], l[1], l[2]), func(b *testing.B) {
			for _, input := range []bool{false, true} {
				name := "forward"
				if input {
					name = "input"
				}
				b.Run(name, func(b *testing.B) { benchmarkWinograd(b, s, input) })
			}
		})
	}
}

func benchmarkWinograd(b *testing.B, s conv.Geometry, input bool) {
	r := rand.New(rand.NewPCG(1, 2))
	nx, nw, ny := sizes(s)
	x, w, y := kerneltest.Normals[float32](r, nx), kerneltest.Normals[float32](r, nw), kerneltest.Normals[float32](r, ny)
	flops := 2 * float64(ny) * float64(9*s.CIn)
	direct := func() { conv.Forward(y, x, w, s) }
	dst, src := y, x
	if input {
		direct = func() { conv.Input(x, y, w, s) }
		dst, src = x, y
	}
	run := func(name string, f func()) {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				f()
			}
			kerneltest.ReportRate(b, flops)
		})
	}
	run("conv", direct)
	for _, tile := range testedTiles {
		g := Form{s, tile, input}
		run(fmt.Sprint("F", tile), func() { g.Run(dst, src, w) })
	}
}

// BenchmarkWinogradKernels is the kernels around the products, each for a line of tiles
// of a vector of channels, and the transform of the weights. Bytes are those that are
// read.
func BenchmarkWinogradKernels(b *testing.B) {
	r := rand.New(rand.NewPCG(1, 2))
	const side = 112
	lanes := lanes()
	planes, vectors := kerneltest.Normals[float32](r, lanes*side*side), kerneltest.Normals[float32](r, (side+lanes)*lanes)
	run := func(name string, elements int, f func()) {
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(4 * elements))
			for b.Loop() {
				f()
			}
		})
	}
	p := &plan{lanes: lanes}
	run("interleave", side*lanes, func() { p.interleave(vectors, planes, side*side, lanes, side) })
	run("separate", side*lanes, func() { p.separate(planes, vectors, side*side, lanes, side) })
	mask := make([]int32, side*side)
	run("nonzero", side*side, func() { markNonzero(mask, planes[:side*side]) })
	for _, tile := range testedTiles {
		g := Form{Conv: layer(1, lanes, lanes, side), Tile: tile}
		g.Conv.In[1], g.Conv.Out[1] = tile, tile
		f := productJob{block{plan: g.plan(), height: 1, width: side / tile}}
		row, squared := (side+2)*lanes, f.edge*f.edge
		x, v := kerneltest.Normals[float32](r, f.edge*row), make([]float32, squared*f.inputPlane())
		m, y := kerneltest.Normals[float32](r, f.width*f.outputTile()), make([]float32, tile*f.outputRow())
		var check [16]float32
		run(fmt.Sprint("input", tile), len(x), func() { f.transformInput(v, x, row) })
		run(fmt.Sprint("output", tile), f.width*squared*lanes, func() { f.transformOutput(y, m, &check) })
		g = Form{Conv: layer(1, 128, 128, 28), Tile: tile}
		weights := g.plan()
		w, u := kerneltest.Normals[float32](r, 128*128*9), make([]float32, weights.weightsLen())
		run(fmt.Sprint("weights", tile), len(w), func() { weights.transformWeights(u, w, false) })
	}
}
