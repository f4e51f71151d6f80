package vision_test

import (
	"bytes"
	"cmp"
	"image"
	"testing"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/internal/testutil"
	"github.com/pullback-go/pullback/nn"
	"github.com/pullback-go/pullback/nn/vision"
	"github.com/pullback-go/pullback/trace"
)

// applied makes a model of a config and applies it.
func applied[C any, L nn.Layer](make func(C) L) func(C, Value) Value {
	return func(c C, x Value) Value { return make(c).Apply(x) }
}

// narrowed replaces the factors that make large models, which take long.
func narrowed(factor float64) float64 {
	if factor == 0 || factor == 2 {
		return 0.25
	}
	return factor
}

// No argument of a public function causes a panic of the Go runtime.
func TestMisuse(t *testing.T) {
	table := map[string]testutil.Misused{
		"NewLeNet": {applied(vision.NewLeNet), ""},
		"NewAlexNet": {applied(func(c vision.AlexNetConfig) vision.AlexNet {
			c.Width, c.Hidden = cmp.Or(c.Width, 2), cmp.Or(c.Hidden, 3) // the usual ones take long
			return vision.NewAlexNet(c)
		}), ""},
		"NewVGG": {applied(func(c vision.VGGConfig) vision.VGG {
			c.Depths, c.Width, c.Hidden = [5]int{1, 1, 1, 1, 1}, cmp.Or(c.Width, 2), cmp.Or(c.Hidden, 3)
			return vision.NewVGG(c)
		}), ""},
		"NewResNet": {applied(func(c vision.ResNetConfig) vision.ResNet {
			c.Depths, c.Width = [4]int{1, 1, 1, 1}, cmp.Or(c.Width, 2)
			return vision.NewResNet(c)
		}), ""},
		"NewDenseNet": {applied(func(c vision.DenseNetConfig) vision.DenseNet {
			c.Depths = [4]int{1, 1, 1, 1}
			return vision.NewDenseNet(c)
		}), ""},
		"NewMobileNetV2": {applied(func(c vision.MobileNetV2Config) vision.MobileNetV2 {
			c.Width = narrowed(c.Width)
			return vision.NewMobileNetV2(c)
		}), ""},
		"NewMobileNetV3": {applied(func(c vision.MobileNetV3Config) vision.MobileNetV3 {
			c.Width = narrowed(c.Width)
			return vision.NewMobileNetV3(c)
		}), ""},
		"NewShuffleNetV2": {applied(vision.NewShuffleNetV2), ""}, "NewEfficientNet": {applied(func(c vision.EfficientNetConfig) vision.EfficientNet {
			c.Width = narrowed(c.Width)
			return vision.NewEfficientNet(c)
		}), ""},
		"NewConvNeXt": {applied(vision.NewConvNeXt), ""}, "NewViT": {applied(vision.NewViT), ""}, "NewDeiT": {applied(vision.NewDeiT), ""},
		"Named": {vision.Named, ""}, "Names": {vision.Names, ""}, "PreprocessFor": {vision.PreprocessFor, ""},
		"ReadPreprocess": {vision.ReadPreprocess, ""},
		"Upright": {func(orientation int) image.Image {
			return vision.Upright(image.NewGray(image.Rect(0, 0, 2, 3)), orientation)
		}, ""},
		"Orientation": {func(file []uint8) int { return vision.Orientation(bytes.NewReader(file)) }, ""},
	}
	for _, name := range constructors {
		table[name] = testutil.Misused{} // they have no arguments
	}
	testutil.Misuse(t, ".", table)
}

// constructors are the functions without arguments that TestParametersAreTorchvisions
// or TestDeiTParameters calls by the names of their models.
var constructors = []string{
	"VGG11", "VGG11BN", "VGG13", "VGG13BN", "VGG16", "VGG16BN", "VGG19", "VGG19BN", "ResNet18", "ResNet34", "ResNet50", "ResNet101", "ResNet152",
	"MobileNetV3Small", "MobileNetV3Large", "ShuffleNetV2X05", "ShuffleNetV2X10", "ShuffleNetV2X15", "ShuffleNetV2X20",
	"DenseNet121", "DenseNet161", "DenseNet169", "DenseNet201",
	"EfficientNetB0", "EfficientNetB1", "EfficientNetB2", "EfficientNetB3", "EfficientNetB4", "EfficientNetB5", "EfficientNetB6", "EfficientNetB7",
	"ConvNeXtTiny", "ConvNeXtSmall", "ConvNeXtBase", "ConvNeXtLarge", "ViTB16", "ViTB32", "ViTL16", "ViTL32",
	"DeiTTiny", "DeiTSmall", "DeiTBase",
}

// Numbers beyond all bounds, and parts that a user made wrongly, are reported.
func TestFarOutConfigs(t *testing.T) {
	const huge = 1 << 62
	x := fn.Zeros(trace.TypeOf(trace.Float32, 1, 8, 4, 4))
	for name, f := range map[string]func(){
		"lenet":   func() { vision.NewLeNet(vision.LeNetConfig{Size: huge}) },
		"alexnet": func() { vision.NewAlexNet(vision.AlexNetConfig{Width: huge}) },
		"vgg": func() {
			vision.NewVGG(vision.VGGConfig{Depths: [5]int{1, 1, 1, 1, huge}, Width: 1})
		},
		"vgg wide":  func() { vision.NewVGG(vision.VGGConfig{Depths: [5]int{1, 1, 1, 1, 1}, Width: huge}) },
		"resnet":    func() { vision.NewResNet(vision.ResNetConfig{Depths: [4]int{1, 1, 1, 1}, Width: huge}) },
		"densenet":  func() { vision.NewDenseNet(vision.DenseNetConfig{Depths: [4]int{1, 1, 1, 1}, Growth: huge}) },
		"densenet0": func() { vision.NewDenseNet(vision.DenseNetConfig{}) },
		"shuffle":   func() { vision.NewShuffleNetV2(vision.ShuffleNetV2Config{Widths: [5]int{1, huge, 2, 2, 2}}) },
		"odd":       func() { vision.NewShuffleNetV2(vision.ShuffleNetV2Config{Widths: [5]int{1, 3, 2, 2, 2}}) },
		"negative": func() {
			vision.NewConvNeXt(vision.ConvNeXtConfig{Depths: [4]int{1, 1, 1, 1}, Widths: [4]int{-1, 2, 2, 2}})
		},
		"convnext": func() {
			vision.NewConvNeXt(vision.ConvNeXtConfig{Depths: [4]int{1, 1, 1, 1}, Widths: [4]int{huge, 2, 2, 2}})
		},
		"vit":       func() { vision.NewViT(vision.ViTConfig{Patch: 1, Depth: 1, Heads: 1, Width: huge}) },
		"vit image": func() { vision.NewViT(vision.ViTConfig{Patch: 1, Depth: 1, Heads: 1, Width: 1, Image: huge}) },
		"vit deep":  func() { vision.NewViT(vision.ViTConfig{Patch: 1, Depth: huge, Heads: 1, Width: 1, Image: 1}) },
		"no layer":  func() { vision.DenseBlock{"denselayer2": {}}.Apply(x) },
		"no block":  func() { vision.ViTEncoder{Layers: map[string]vision.ViTBlock{"x": {}}, PosEmbedding: x}.Apply(x) },
	} {
		if err := trace.Try(f); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}
