package vision_test

import (
	"encoding/json"
	"math"
	"os"
	"strings"
	"testing"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/fn/random"
	"github.com/pullback-go/pullback/nn"
	"github.com/pullback-go/pullback/nn/vision"
	"github.com/pullback-go/pullback/trace"
	"github.com/pullback-go/pullback/transforms"
	"github.com/pullback-go/pullback/transforms/lawtest"
)

type Value = trace.Value

// The narrow architectures of the tests have every part, but few channels.
var (
	narrowVGG        = vision.VGGConfig{Depths: [5]int{2, 1, 1, 1, 2}, Width: 3, Hidden: 11, Classes: 5}
	narrowVGGBN      = vision.VGGConfig{Depths: [5]int{2, 1, 1, 1, 2}, Width: 3, Hidden: 11, Classes: 5, BatchNorm: true}
	narrowBasic      = vision.ResNetConfig{Depths: [4]int{2, 1, 1, 1}, Width: 4, Classes: 5}
	narrowBottleneck = vision.ResNetConfig{Depths: [4]int{1, 2, 1, 1}, Width: 4, Classes: 5, Bottleneck: true}
	narrowViT        = vision.ViTConfig{Image: 64, Patch: 16, Depth: 11, Heads: 3, Width: 12, Hidden: 20, Classes: 5}

	narrow = map[string]nn.Layer{
		"lenet":              vision.NewLeNet(vision.LeNetConfig{Channels: 3, Size: 64, Classes: 5}),
		"alexnet":            vision.NewAlexNet(vision.AlexNetConfig{Width: 4, Hidden: 11, Classes: 5}),
		"vgg":                vision.NewVGG(narrowVGG),
		"vgg_bn":             vision.NewVGG(narrowVGGBN),
		"basic":              vision.NewResNet(narrowBasic),
		"bottleneck":         vision.NewResNet(narrowBottleneck),
		"mobilenet_v2":       vision.NewMobileNetV2(vision.MobileNetV2Config{Width: 0.15, Classes: 5}),
		"mobilenet_v3_small": vision.NewMobileNetV3(vision.MobileNetV3Config{Width: 0.25, Classes: 5}),
		"mobilenet_v3_large": vision.NewMobileNetV3(vision.MobileNetV3Config{Width: 0.15, Classes: 5, Large: true}),
		"shufflenet_v2":      vision.NewShuffleNetV2(vision.ShuffleNetV2Config{Depths: [3]int{2, 1, 3}, Widths: [5]int{6, 8, 12, 16, 20}, Classes: 5}),
		"densenet":           vision.NewDenseNet(vision.DenseNetConfig{Depths: [4]int{2, 1, 11, 2}, Growth: 3, Width: 6, Classes: 5}),
		"efficientnet":       vision.NewEfficientNet(vision.EfficientNetConfig{Width: 0.2, Depth: 0.5, Classes: 5}),
		"efficientnet_eps":   vision.NewEfficientNet(vision.EfficientNetConfig{Width: 0.3, Depth: 0.3, Classes: 5, Epsilon: 1e-3}),
		"convnext":           vision.NewConvNeXt(vision.ConvNeXtConfig{Depths: [4]int{1, 2, 1, 1}, Widths: [4]int{4, 8, 12, 20}, Classes: 5}),
		"vit":                vision.NewViT(narrowViT),
	}
)

// model returns a narrow model with f64 parameters. The weights of deep models are
// smaller: otherwise the values would grow with each layer, and rounding errors with
// them.
func model(t *testing.T, name string) nn.Layer {
	if strings.Contains(name, "net_v") || strings.HasPrefix(name, "efficientnet") {
		return filledWith(t, narrow[name], 4)
	}
	return filled(t, narrow[name])
}

// hashed returns numbers in [0, 1) that depend on p. They are the numbers that the
// reference values were computed with.
func hashed(p int, shape ...int) Value {
	data := make([]float64, trace.TypeOf(trace.Float64, shape...).Size())
	for i := range data {
		data[i] = float64((i*7919+104729*(p+1)+i/251*31)%1009) / 1009
	}
	return trace.New(data, shape...)
}

// filled gives a model f64 parameters, hashed by their number.
func filled[M any](t *testing.T, model M) M { return filledWith(t, model, 6) }

// filledWith draws weights from [-g/2, g/2) divided by the root of their inputs' number.
func filledWith[M any](t *testing.T, model M, g float64) M {
	t.Helper()
	tensors := map[string]Value{}
	for i, p := range nn.Params(model) {
		u, shape := hashed(i, p.Value.Shape()...), p.Value.Shape()
		if len(shape) == 1 {
			tensors[p.Name] = fn.Add(u, fn.Scalar(0.5))
			continue
		}
		fan := p.Value.Size() / shape[0]
		tensors[p.Name] = fn.Mul(fn.Sub(u, fn.Scalar(0.5)), fn.Scalar(g/math.Sqrt(float64(fan))))
	}
	model, err := nn.Load(nn.Cast(model, trace.Float64), tensors)
	if err != nil {
		t.Fatal(err)
	}
	return model
}

func images() Value { return imagesOf(64, 72) }

func imagesOf(h, w int) Value {
	return fn.Sub(fn.Mul(hashed(-1, 2, 3, h, w), fn.Scalar(4)), fn.Scalar(2))
}

// imagesFor returns two images of a size that a narrow model accepts.
func imagesFor(name string) Value {
	if name == "vit" || name == "lenet" {
		return imagesOf(64, 64)
	}
	return images()
}

// reference has what torchvision 0.14.1 computes in float64 for a narrow model, filled in
// the same way. (PyTorch's derivative of its own hard sigmoid has 1/6 rounded to float32,
// which shows in the ninth digit. The values are those of relu6(x + 3)/6 in its place.
// LeNet is written in PyTorch's layers.)
type reference struct {
	// Logits are those of two images.
	Logits []float64
	// Gradient is the summary of the gradient of the sum of both logits of class 1.
	Gradient []float64
}

func references(t *testing.T) map[string]reference {
	t.Helper()
	text, err := os.ReadFile("testdata/narrow.json")
	if err != nil {
		t.Fatal(err)
	}
	var out map[string]reference
	if err := json.Unmarshal(text, &out); err != nil {
		t.Fatal(err)
	}
	return out
}

// summary returns the sum of magnitudes of r[2 3 h w], two of its elements, and the sum
// of each image.
func summary(r Value) []float64 {
	data, h, w := r.Float64s(), r.Dim(2), r.Dim(3)
	n := 3 * h * w
	out := []float64{0, data[(1*h+20)*w+31], data[n+(2*h+40)*w+17], 0, 0}
	for i, v := range data {
		out[0] += math.Abs(v)
		out[3+i/n] += v
	}
	return out
}

func TestValuesAreTorchvisions(t *testing.T) {
	all := references(t)
	if len(all) != len(narrow) {
		t.Errorf("%d references for %d models", len(all), len(narrow))
	}
	for name, want := range all {
		t.Run(name, func(t *testing.T) {
			m, x := model(t, name), imagesFor(name)
			lawtest.Close(t, m.Apply(x), trace.New(want.Logits, 2, 5), 1e-12)
			second := trace.New([]float64{0, 1, 0, 0, 0, 0, 1, 0, 0, 0}, 2, 5)
			gradient := transforms.Pull(m.Apply, func(Value) Value { return second })(x)
			lawtest.Close(t, trace.New(summary(gradient)), trace.New(want.Gradient), 1e-9)
		})
	}
}

// A compiled model and its compiled gradient have the same results as eager ones.
func TestJit(t *testing.T) {
	x := images()
	for _, name := range []string{"vgg", "vgg_bn", "basic", "bottleneck"} {
		t.Run(name, func(t *testing.T) {
			m, target := model(t, name), func(y Value) Value { return fn.Mul(y, y) }
			lawtest.Close(t, transforms.Jit(m.Apply)(x), m.Apply(x), 1e-12)
			gradient := transforms.Pull(m.Apply, target)
			lawtest.Close(t, transforms.Jit(gradient)(x), gradient(x), 1e-12)
		})
	}
}

// The smallest images are accepted, with any number of classes and with random f32
// parameters.
func TestSmallImages(t *testing.T) {
	x := random.Normal(random.Key(1), trace.Float32, 2, 3, 32, 33)
	vgg := nn.Init(vision.NewVGG(narrowVGG), random.Key(2))
	resnet := nn.Init(vision.NewResNet(narrowBottleneck), random.Key(3))
	for name, y := range map[string]Value{"vgg": vgg.Apply(x), "resnet": resnet.Apply(x)} {
		if got, want := y.Type(), trace.TypeOf(trace.Float32, 2, 5); !got.Equal(want) {
			t.Errorf("%s: got %v, want %v", name, got, want)
		}
		if v := y.Float64s(); math.IsNaN(v[0]-v[5]) || v[0] == v[5] {
			t.Errorf("%s: %v does not depend on the image, or is not finite", name, y)
		}
	}
}

func TestErrors(t *testing.T) {
	vgg, resnet := vision.NewVGG(narrowVGG), vision.NewResNet(narrowBasic)
	image := func(shape ...int) Value { return fn.Zeros(trace.TypeOf(trace.Float32, shape...)) }
	for _, c := range []struct {
		f    func()
		want string
	}{
		{func() { vgg.Apply(image(1, 3, 31, 32)) }, "VGG of f32[1 3 31 32]: want images x[n 3 h w] with h and w at least 32"},
		{func() { vgg.Apply(image(3, 32, 32)) }, "VGG of f32[3 32 32]: want images x[n 3 h w]"},
		{func() { resnet.Apply(image(1, 1, 32, 32)) }, "ResNet of f32[1 1 32 32]: want images x[n 3 h w] with h and w at least 1"},
		{func() { vision.NewVGG(vision.VGGConfig{Depths: [5]int{1, 1, 0, 1, 1}}) }, "vision.NewVGG: Depths is [1 1 0 1 1]: want 1 to 1000 in each stage"},
		{func() { vision.NewVGG(vision.VGGConfig{Hidden: -4}) }, "vision.NewVGG: Hidden is -4: use a number from 1 to 16777216, or 0 for the usual 4096"},
		{func() { vision.NewResNet(vision.ResNetConfig{}) }, "vision.NewResNet: Depths is [0 0 0 0]"},
		{func() { vision.NewResNet(vision.ResNetConfig{Width: -1}) }, "vision.NewResNet: Width is -1: use a number from 1 to 16777216, or 0 for the usual 64"},
	} {
		if err := trace.Try(c.f); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("got %v, want %q", err, c.want)
		}
	}
}
