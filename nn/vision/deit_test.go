package vision_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/nn"
	"github.com/pullback-go/pullback/nn/safetensors"
	"github.com/pullback-go/pullback/nn/vision"
	"github.com/pullback-go/pullback/trace"
	"github.com/pullback-go/pullback/transforms"
	"github.com/pullback-go/pullback/transforms/lawtest"
)

// A network of PyTorch 1.13 in float64, with the names of timm and without a second token:
// the output, and the gradient of the sum of output times target.
func TestDeiTGolden(t *testing.T) {
	tensors, err := safetensors.Read("testdata/deit.safetensors")
	if err != nil {
		t.Fatal(err)
	}
	given := map[string]Value{}
	for _, name := range []string{"input.x", "output", "target", "gradient"} {
		given[name] = tensors[name]
		delete(tensors, name)
	}
	m := vision.NewDeiT(vision.DeiTConfig{Plain: true, ViTConfig: vision.ViTConfig{Image: 8, Patch: 4, Depth: 2, Heads: 2, Width: 16, Hidden: 32, Classes: 5}})
	m, err = nn.Load(nn.Cast(m, trace.Float64), tensors)
	if err != nil {
		t.Fatal(err)
	}
	y, pull := transforms.VJP(m.Apply)(given["input.x"])
	lawtest.Close(t, y, given["output"], 1e-9)
	lawtest.Close(t, pull(given["target"]), given["gradient"], 1e-9)
}

// narrowDeiT has two blocks and random weights.
func narrowDeiT(t *testing.T) vision.DeiT {
	c := vision.ViTConfig{Image: 16, Patch: 8, Depth: 2, Heads: 2, Width: 12, Hidden: 20, Classes: 5}
	return filled(t, vision.NewDeiT(vision.DeiTConfig{ViTConfig: c}))
}

// The two tokens are exchangeable: with their places and heads exchanged, the logits are the
// same. Each of them counts.
func TestDeiTTokensAreExchangeable(t *testing.T) {
	m, x := narrowDeiT(t), imagesOf(16, 16)
	want := m.Apply(x)
	if fmt.Sprint(want.Shape()) != "[2 5]" {
		t.Fatalf("logits %v, want f64[2 5]", want.Type())
	}
	swapped := m
	swapped.ClassToken, swapped.DistToken, swapped.Head, swapped.HeadDist = m.DistToken, m.ClassToken, m.HeadDist, m.Head
	places := fn.SplitAt(m.PosEmbedding, 1, 1, 2)
	swapped.PosEmbedding = fn.Concat(1, places[1], places[0], places[2])
	lawtest.Close(t, swapped.Apply(x), want, 1e-12)
	for name, change := range map[string]func(m *vision.DeiT){
		"DistToken": func(m *vision.DeiT) { m.DistToken = fn.Add(m.DistToken, hashed(3, 1, 1, 12)) },
		"HeadDist":  func(m *vision.DeiT) { m.HeadDist.Bias = fn.Add(m.HeadDist.Bias, fn.Scalar(1)) },
	} {
		changed := m
		change(&changed)
		if fn.AllClose(changed.Apply(x), want, 1e-6, 1e-6).Float64() == 1 {
			t.Errorf("%s changes nothing", name)
		}
	}
}

func TestDeiTJitAndSlope(t *testing.T) {
	m, x := narrowDeiT(t), imagesOf(16, 16)
	lawtest.Close(t, transforms.Jit(m.Apply)(x), m.Apply(x), 1e-12)
	loss := func(x Value) Value { return fn.SumAll(fn.Square(m.Apply(x))) }
	v := hashed(5, 2, 3, 16, 16)
	lawtest.Close(t, fn.SumAll(fn.Mul(transforms.Grad(loss)(x), v)), lawtest.FiniteDifference(loss, x, v), 1e-6)
}

// The authors' numbers of parameters.
func TestDeiTParameters(t *testing.T) {
	for want, m := range map[int]vision.DeiT{5910800: vision.DeiTTiny(), 22436432: vision.DeiTSmall(), 87338192: vision.DeiTBase()} {
		n := 0
		for _, p := range nn.Params(m) {
			n += p.Value.Size()
		}
		if n != want {
			t.Errorf("%d parameters, want %d", n, want)
		}
	}
}

func TestDeiTErrors(t *testing.T) {
	m := narrowDeiT(t)
	wrong := m
	wrong.Blocks = append([]vision.DeiTBlock(nil), m.Blocks...)
	wrong.Blocks[1].Attn.Heads = 5
	for want, f := range map[string]func(){
		"DeiT: the image has 10 tokens with those of the model": func() { m.Apply(imagesOf(16, 32)) },
		`attention "blocks.1.attn" of f64[2 6 12] with 5 heads`: func() { wrong.Apply(imagesOf(16, 16)) },
		"vision.NewDeiT: Heads is 5: want a divisor of the width, 12": func() {
			vision.NewDeiT(vision.DeiTConfig{ViTConfig: vision.ViTConfig{Image: 8, Patch: 4, Depth: 1, Heads: 5, Width: 12}})
		},
	} {
		if err := trace.Try(f); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got error %v, want %q", err, want)
		}
	}
}
