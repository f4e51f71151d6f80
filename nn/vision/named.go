package vision

import (
	"fmt"
	"slices"

	"github.com/pullback-go/pullback/nn"
)

// architecture is a model that can be asked for by name.
type architecture struct {
	name string
	make func() nn.Layer
	// input is the preprocessing with which torchvision's first weights on ImageNet
	// (IMAGENET1K_V1) were tested.
	input Preprocess
}

// imageNet returns the preprocessing of a model that was trained on ImageNet.
func imageNet(short, crop int, f Filter) Preprocess {
	return Preprocess{Short: short, Filter: f, Crop: Size{crop, crop}, Mean: ImageNetMean, Std: ImageNetStd}
}

// architectures lists the models in the order of [Names].
var architectures = []architecture{
	{"lenet", func() nn.Layer { return NewLeNet(LeNetConfig{}) }, Preprocess{Size: Size{32, 32}, Channels: Gray}},
	{"alexnet", func() nn.Layer { return NewAlexNet(AlexNetConfig{}) }, imageNet(256, 224, Bilinear)},
	{"vgg11", func() nn.Layer { return VGG11() }, imageNet(256, 224, Bilinear)},
	{"vgg11_bn", func() nn.Layer { return VGG11BN() }, imageNet(256, 224, Bilinear)},
	{"vgg13", func() nn.Layer { return VGG13() }, imageNet(256, 224, Bilinear)},
	{"vgg13_bn", func() nn.Layer { return VGG13BN() }, imageNet(256, 224, Bilinear)},
	{"vgg16", func() nn.Layer { return VGG16() }, imageNet(256, 224, Bilinear)},
	{"vgg16_bn", func() nn.Layer { return VGG16BN() }, imageNet(256, 224, Bilinear)},
	{"vgg19", func() nn.Layer { return VGG19() }, imageNet(256, 224, Bilinear)},
	{"vgg19_bn", func() nn.Layer { return VGG19BN() }, imageNet(256, 224, Bilinear)},
	{"resnet18", func() nn.Layer { return ResNet18() }, imageNet(256, 224, Bilinear)},
	{"resnet34", func() nn.Layer { return ResNet34() }, imageNet(256, 224, Bilinear)},
	{"resnet50", func() nn.Layer { return ResNet50() }, imageNet(256, 224, Bilinear)},
	{"resnet101", func() nn.Layer { return ResNet101() }, imageNet(256, 224, Bilinear)},
	{"resnet152", func() nn.Layer { return ResNet152() }, imageNet(256, 224, Bilinear)},
	{"mobilenet_v2", func() nn.Layer { return NewMobileNetV2(MobileNetV2Config{}) }, imageNet(256, 224, Bilinear)},
	{"mobilenet_v3_small", func() nn.Layer { return MobileNetV3Small() }, imageNet(256, 224, Bilinear)},
	{"mobilenet_v3_large", func() nn.Layer { return MobileNetV3Large() }, imageNet(256, 224, Bilinear)},
	{"shufflenet_v2_x0_5", func() nn.Layer { return ShuffleNetV2X05() }, imageNet(256, 224, Bilinear)},
	{"shufflenet_v2_x1_0", func() nn.Layer { return ShuffleNetV2X10() }, imageNet(256, 224, Bilinear)},
	{"shufflenet_v2_x1_5", func() nn.Layer { return ShuffleNetV2X15() }, imageNet(232, 224, Bilinear)},
	{"shufflenet_v2_x2_0", func() nn.Layer { return ShuffleNetV2X20() }, imageNet(232, 224, Bilinear)},
	{"densenet121", func() nn.Layer { return DenseNet121() }, imageNet(256, 224, Bilinear)},
	{"densenet161", func() nn.Layer { return DenseNet161() }, imageNet(256, 224, Bilinear)},
	{"densenet169", func() nn.Layer { return DenseNet169() }, imageNet(256, 224, Bilinear)},
	{"densenet201", func() nn.Layer { return DenseNet201() }, imageNet(256, 224, Bilinear)},
	{"efficientnet_b0", func() nn.Layer { return EfficientNetB0() }, imageNet(256, 224, Bicubic)},
	{"efficientnet_b1", func() nn.Layer { return EfficientNetB1() }, imageNet(256, 240, Bicubic)},
	{"efficientnet_b2", func() nn.Layer { return EfficientNetB2() }, imageNet(288, 288, Bicubic)},
	{"efficientnet_b3", func() nn.Layer { return EfficientNetB3() }, imageNet(320, 300, Bicubic)},
	{"efficientnet_b4", func() nn.Layer { return EfficientNetB4() }, imageNet(384, 380, Bicubic)},
	{"efficientnet_b5", func() nn.Layer { return EfficientNetB5() }, imageNet(456, 456, Bicubic)},
	{"efficientnet_b6", func() nn.Layer { return EfficientNetB6() }, imageNet(528, 528, Bicubic)},
	{"efficientnet_b7", func() nn.Layer { return EfficientNetB7() }, imageNet(600, 600, Bicubic)},
	{"convnext_tiny", func() nn.Layer { return ConvNeXtTiny() }, imageNet(236, 224, Bilinear)},
	{"convnext_small", func() nn.Layer { return ConvNeXtSmall() }, imageNet(230, 224, Bilinear)},
	{"convnext_base", func() nn.Layer { return ConvNeXtBase() }, imageNet(232, 224, Bilinear)},
	{"convnext_large", func() nn.Layer { return ConvNeXtLarge() }, imageNet(232, 224, Bilinear)},
	{"vit_b_16", func() nn.Layer { return ViTB16() }, imageNet(256, 224, Bilinear)},
	{"vit_b_32", func() nn.Layer { return ViTB32() }, imageNet(256, 224, Bilinear)},
	{"vit_l_16", func() nn.Layer { return ViTL16() }, imageNet(242, 224, Bilinear)},
	{"vit_l_32", func() nn.Layer { return ViTL32() }, imageNet(256, 224, Bilinear)},
}

// Names lists the names that [Named] knows: torchvision's, and lenet.
func Names() []string {
	names := make([]string, len(architectures))
	for i, a := range architectures {
		names[i] = a.name
	}
	return names
}

// Named returns the model of that name, such as resnet50, with its paths and without
// trained parameters. The function [nn.Load] fills it and returns a layer again:
//
//	model, err := vision.Named("resnet50")
//	...
//	model, err = nn.Load(model, tensors)
//
// The layer has the type of the function that makes the model, here [ResNet]. An unknown
// name is an error that lists the nearest ones.
func Named(name string) (nn.Layer, error) {
	a, err := architectureOf(name)
	if err != nil {
		return nil, err
	}
	return a.make(), nil
}

// PreprocessFor returns the preprocessing for the model of that name: the one with which
// torchvision's first weights on ImageNet (IMAGENET1K_V1) were tested. Later weights may
// resize to other lengths. For lenet it makes gray images of 32 by 32 pixels from 0 to 1.
func PreprocessFor(name string) (Preprocess, error) {
	a, err := architectureOf(name)
	p := a.input
	p.Mean, p.Std = slices.Clone(p.Mean), slices.Clone(p.Std)
	return p, err
}

func architectureOf(name string) (architecture, error) {
	for _, a := range architectures {
		if a.name == name {
			return a, nil
		}
	}
	return architecture{}, fmt.Errorf("vision: %w", unknown("model", name, Names()))
}
