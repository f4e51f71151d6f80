package winograd

import (
	"fmt"
	"maps"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/pullback-go/pullback/internal/kernel/array"
	"github.com/pullback-go/pullback/internal/kernel/conv"
	"github.com/pullback-go/pullback/internal/kernel/cpu"
	"github.com/pullback-go/pullback/internal/kernel/elementwise"
	"github.com/pullback-go/pullback/internal/kernel/gemm"
	"github.com/pullback-go/pullback/internal/kernel/kerneltest"
)

// testedTiles are the tiles there are.
var testedTiles = []int{2, 4}

// drawnConv draws a geometry that has a Winograd form, cropped or padded by up to 4 on
// each side.
func drawnConv(r *rand.Rand) conv.Geometry {
	s := layer(1+r.IntN(3), 1+r.IntN(20), 1+r.IntN(40), 1)
	for a := 1; a < 3; a++ {
		s.In[a], s.Pad[a] = 1+r.IntN(20), r.IntN(6)-1
		s.Out[a] = max(1, s.In[a]+s.Pad[a]+r.IntN(6)-3)
	}
	return s
}

// wide is a convolution of a map that is a few lines high.
func wide(batch, in, out, height, width int) conv.Geometry {
	s := layer(batch, in, out, width)
	s.In[1], s.Out[1] = height, height
	return s
}

// runForm returns y and dx by Winograd.
func runForm(s conv.Geometry, tile int, x, ct, w []float32) (y, dx []float32) {
	y, dx = kerneltest.Garbage[float32](len(ct)), kerneltest.Garbage[float32](len(x))
	forward, input := Form{Conv: s, Tile: tile}, Form{Conv: s, Tile: tile, Input: true}
	forward.Run(y, x, w)
	input.Run(dx, ct, w)
	return y, dx
}

func TestWinograd(t *testing.T) { kerneltest.EachISA(t, testWinograd) }

func testWinograd(t *testing.T) {
	r := rand.New(rand.NewPCG(21, 22))
	convs := map[string]conv.Geometry{
		"deep": layer(1, 2*gemm.DepthBlock+3, 5, 4), "many rows": layer(1, 2, 211, 5),
		"wide": layer(2, 2, 3, 90), "wider than a block": wide(1, 3, 2, 3, 511), "many blocks": wide(3, 4, 2, 70, 333), "one tile": layer(1, 1, 1, 2),
		"no batch": layer(0, 2, 3, 5), "no input channels": layer(2, 0, 3, 5),
		"no output channels": layer(2, 3, 0, 5),
	}
	for i := range kerneltest.AtMost(60, 6) {
		convs[fmt.Sprint(i)] = drawnConv(r)
	}
	for _, tile := range testedTiles {
		for _, name := range slices.Sorted(maps.Keys(convs)) {
			s := convs[name]
			t.Run(fmt.Sprintf("F%d/%s/%+v", tile, name, s), func(t *testing.T) { checkForm(t, r, s, tile) })
		}
	}
}

// formError is how much a result is off, relative to its largest magnitude: the error
// that the largest tile has for few channels, which falls with their number.
var formError = map[int]float64{2: 1e-6, 4: 1e-5}

func checkForm(t *testing.T, r *rand.Rand, s conv.Geometry, tile int) {
	nx, nw, ny := sizes(s)
	x, w, ct := kerneltest.Normals[float32](r, nx), kerneltest.Normals[float32](r, nw), kerneltest.Normals[float32](r, ny)
	wantY, wantX := make([]float64, ny), make([]float64, nx)
	conv.Forward(wantY, kerneltest.Float64s(x), kerneltest.Float64s(w), s)
	conv.Input(wantX, kerneltest.Float64s(ct), kerneltest.Float64s(w), s)
	y, dx := runForm(s, tile, x, ct, w)
	kerneltest.WantClose(t, kerneltest.Float64s(y), wantY, formError[tile])
	kerneltest.WantClose(t, kerneltest.Float64s(dx), wantX, formError[tile])
	g := Form{Conv: s, Tile: tile}
	p, again := g.plan(), kerneltest.Garbage[float32](ny)
	u := kerneltest.Garbage[float32](p.weightsLen())
	p.transformWeights(u, w, false)
	g.finish(p, again, x, w, p.run(again, x, u))
	kerneltest.SameBits(t, again, y, "with all weights transformed first")
	again = kerneltest.Garbage[float32](ny)
	if ny > 0 && s.CIn > 0 {
		g.finish(p, again, x, w, p.runPanels(again, x, w, false))
		kerneltest.SameBits(t, again, y, "with weights transformed part by part")
	}
}

// TestWinogradExact: F(2×2, 3×3) of small whole numbers and even weights is exact.
func TestWinogradExact(t *testing.T) { kerneltest.EachISA(t, testWinogradExact) }

func testWinogradExact(t *testing.T) {
	r := rand.New(rand.NewPCG(23, 24))
	s := layer(2, 19, 37, 13)
	nx, nw, ny := sizes(s)
	x, w, ct := kerneltest.Wholes[float32](r, nx), kerneltest.Wholes[float32](r, nw), kerneltest.Wholes[float32](r, ny)
	elementwise.Scale(w, w, 4)
	wantY, wantX := kerneltest.Garbage[float32](ny), kerneltest.Garbage[float32](nx)
	conv.Forward(wantY, x, w, s)
	conv.Input(wantX, ct, w, s)
	y, dx := runForm(s, 2, x, ct, w)
	kerneltest.SameBits(t, y, wantY, "forward")
	kerneltest.SameBits(t, dx, wantX, "input")
}

// TestWinogradAdjoint: <conv(x, w), ct> = <x, input(ct, w)>.
func TestWinogradAdjoint(t *testing.T) {
	r := rand.New(rand.NewPCG(25, 26))
	for range 40 {
		for _, tile := range testedTiles {
			s := drawnConv(r)
			nx, nw, ny := sizes(s)
			x, w, ct := kerneltest.Normals[float32](r, nx), kerneltest.Normals[float32](r, nw), kerneltest.Normals[float32](r, ny)
			y, dx := runForm(s, tile, x, ct, w)
			got, want := kerneltest.Dot(kerneltest.Float64s(x), kerneltest.Float64s(dx)), kerneltest.Dot(kerneltest.Float64s(ct), kerneltest.Float64s(y))
			scale := math.Sqrt(kerneltest.Dot(kerneltest.Float64s(ct), kerneltest.Float64s(ct)) * kerneltest.Dot(kerneltest.Float64s(y), kerneltest.Float64s(y)))
			if !(math.Abs(got-want) <= 1e-6*(scale+1)) {
				t.Errorf("F%d: %+v: got %v, want %v", tile, s, got, want)
			}
		}
	}
}

// TestWinogradNotFinite: with a NaN or an infinity somewhere the result has the bits of
// the direct one.
func TestWinogradNotFinite(t *testing.T) { kerneltest.EachISA(t, testWinogradNotFinite) }

func testWinogradNotFinite(t *testing.T) {
	r := rand.New(rand.NewPCG(27, 28))
	s := layer(2, 5, 17, 11)
	nx, nw, ny := sizes(s)
	for i, bad := range []float64{math.NaN(), math.Inf(1), math.Inf(-1), math.MaxFloat32} {
		for range 4 {
			x, w, ct := kerneltest.Normals[float32](r, nx), kerneltest.Normals[float32](r, nw), kerneltest.Normals[float32](r, ny)
			for _, operand := range [][]float32{x, w, ct}[i%2:] {
				operand[r.IntN(len(operand))] = float32(bad)
			}
			wantY, wantX := kerneltest.Garbage[float32](ny), kerneltest.Garbage[float32](nx)
			conv.Forward(wantY, x, w, s)
			conv.Input(wantX, ct, w, s)
			for _, tile := range testedTiles {
				y, dx := runForm(s, tile, x, ct, w)
				kerneltest.SameBits(t, y, wantY, fmt.Sprint("forward, ", bad))
				kerneltest.SameBits(t, dx, wantX, fmt.Sprint("input, ", bad))
			}
		}
	}
}

func TestWinogradSameBitsOnAnyCores(t *testing.T) {
	r := rand.New(rand.NewPCG(29, 30))
	for _, s := range []conv.Geometry{layer(1, 40, 70, 30), layer(1, 70, 120, 8), wide(2, 5, 40, 30, 330)} {
		nx, nw, ny := sizes(s)
		x, w, ct := kerneltest.Normals[float32](r, nx), kerneltest.Normals[float32](r, nw), kerneltest.Normals[float32](r, ny)
		for _, tile := range testedTiles {
			kerneltest.OnCores(t, func() []float32 {
				y, dx := runForm(s, tile, x, ct, w)
				return append(y, dx...)
			})
		}
	}
}

// TestWinogradError bounds the error against float64, relative to the largest output,
// with the channels of the layers of VGG and ResNet on parts of their maps, since the
// error does not depend on the size of a map.
func TestWinogradError(t *testing.T) {
	r := rand.New(rand.NewPCG(31, 32))
	most := map[int]float64{2: 5e-7, 4: 1.5e-6}
	for _, l := range [][3]int{{64, 64, 26}, {128, 128, 14}, {256, 128, 10}, {512, 64, 7}} {
		s := layer(1, l[0], l[1], l[2])
		nx, nw, ny := sizes(s)
		x, w, ct := kerneltest.Normals[float32](r, nx), kerneltest.Normals[float32](r, nw), kerneltest.Normals[float32](r, ny)
		elementwise.Maximum(x, x, make([]float32, nx)) // as after a ReLU
		wantY, wantX := make([]float64, ny), make([]float64, nx)
		conv.Forward(wantY, kerneltest.Float64s(x), kerneltest.Float64s(w), s)
		conv.Input(wantX, kerneltest.Float64s(ct), kerneltest.Float64s(w), s)
		for _, tile := range testedTiles {
			y, dx := runForm(s, tile, x, ct, w)
			got := []float64{largestError(y, wantY), largestError(dx, wantX)}
			t.Logf("%d-%d@%d: F%d: %.2g", l[0], l[1], l[2], tile, got)
			if !(got[0] <= most[tile] && got[1] <= most[tile]) {
				t.Errorf("%v: F%d: the errors are %.2g of the largest output, want at most %.2g", l, tile, got, most[tile])
			}
		}
	}
}

// TestWinogradDeep bounds the error that twelve layers with ReLUs leave, forward and
// towards the input.
func TestWinogradDeep(t *testing.T) {
	r := rand.New(rand.NewPCG(43, 44))
	s := layer(1, 40, 40, 19)
	nx, nw, _ := sizes(s)
	weights := make([][]float32, 12)
	for i := range weights {
		weights[i] = kerneltest.Normals[float32](r, nw)
		elementwise.Scale(weights[i], weights[i], float32(math.Sqrt(2/float64(9*s.CIn))))
	}
	first, last := kerneltest.Normals[float32](r, nx), kerneltest.Normals[float32](r, nx)
	for _, tile := range testedTiles {
		g := Form{Conv: s, Tile: tile}
		got := deep(first, last, weights, func(y, x, w []float32) { g.Run(y, x, w) },
			func(dx, dy, w []float32) { Form{s, tile, true}.Run(dx, dy, w) })
		wide := make([][]float64, len(weights))
		for i, w := range weights {
			wide[i] = kerneltest.Float64s(w)
		}
		want := deep(kerneltest.Float64s(first), kerneltest.Float64s(last), wide, func(y, x, w []float64) { conv.Forward(y, x, w, s) },
			func(dx, dy, w []float64) { conv.Input(dx, dy, w, s) })
		for i, name := range []string{"forward", "input"} {
			most := map[int]float64{2: 2e-6, 4: 5e-6}[tile]
			if d := largestError(got[i], want[i]); !(d <= most) {
				t.Errorf("F%d: %s: the error is %.2g of the largest, want at most %.2g", tile, name, d, most)
			}
		}
	}
}

// deep is the output of layers with a ReLU after each, and the gradient towards their
// input for the cotangent ct.
func deep[T array.Float](x, ct []T, weights [][]T, forward, input func(dst, src, w []T)) [2][]T {
	outputs := make([][]T, len(weights))
	for i, w := range weights {
		outputs[i] = kerneltest.Garbage[T](len(x))
		forward(outputs[i], x, w)
		elementwise.Maximum(outputs[i], outputs[i], make([]T, len(x)))
		x = outputs[i]
	}
	for i := len(weights) - 1; i >= 0; i-- {
		masked, dx := make([]T, len(ct)), kerneltest.Garbage[T](len(ct))
		for j, y := range outputs[i] {
			if y > 0 {
				masked[j] = ct[j]
			}
		}
		input(dx, masked, weights[i])
		ct = dx
	}
	return [2][]T{x, ct}
}

// largestError is relative to the largest magnitude wanted; NaN if there is one.
func largestError(got []float32, want []float64) (err float64) {
	scale := 0.0
	for i, v := range want { // max keeps a NaN
		err, scale = max(err, math.Abs(float64(got[i])-v)), max(scale, math.Abs(v))
	}
	return err / scale
}

func TestWinogradPays(t *testing.T) {
	for _, c := range []struct {
		conv         conv.Geometry
		small, large bool
	}{
		{layer(1, 3, 64, 224), false, false}, {layer(1, 64, 128, 56), true, true},
		{layer(1, 512, 512, 28), true, true}, {layer(1, 1024, 1024, 28), true, false},
		{layer(1, 512, 512, 14), true, false}, {layer(2, 64, 64, 14), true, true},
		{layer(1, 256, 256, 7), true, false}, {layer(1, 512, 512, 7), false, false},
		{layer(8, 512, 512, 7), true, true}, {layer(1, 64, 64, 6), false, false},
		{altered(layer(1, 64, 128, 56), func(s *conv.Geometry) { s.Groups = 2 }), false, false}, {halved(layer(1, 64, 128, 56)), false, false},
	} {
		for tile, want := range map[int]bool{2: c.small, 4: c.large} {
			if got := (Form{Conv: c.conv, Tile: tile}).Pays(); got != (want && cpu.InUse() != cpu.Plain) {
				t.Errorf("F%d: %+v: got %v, want %v", tile, c.conv, got, want)
			}
		}
	}
}

func TestWinogradPanics(t *testing.T) {
	s, x := layer(1, 2, 3, 4), make([]float32, 7)
	strided := halved(layer(1, 2, 3, 4))
	for want, run := range map[string]func(){
		"kernel: winograd.Form.Run: there is no F(2×2, 3×3) of a convolution with 1 groups, kernel [1 3 3], stride [1 2 2] and dilation [1 1 1]": func() { Form{Conv: strided, Tile: 2}.Run(x, x, x) },
		"kernel: winograd.Form.Run: there is no F(3×3, 3×3) of a convolution with 1 groups, kernel [1 3 3], stride [1 1 1] and dilation [1 1 1]": func() { Form{Conv: s, Tile: 3}.Run(x, x, x) },
		"kernel: winograd.Form.Run: w has 7 elements, want 54":   func() { Form{Conv: s, Tile: 2}.Run(make([]float32, 48), make([]float32, 32), x) },
		"kernel: winograd.Form.Run: dst has 7 elements, want 48": func() { Form{Conv: s, Tile: 2}.Run(x, make([]float32, 32), make([]float32, 54)) },
	} {
		if got := fmt.Sprint(kerneltest.Caught(run)); got != want {
			t.Errorf("panicked with %q, want %q", got, want)
		}
	}
}
