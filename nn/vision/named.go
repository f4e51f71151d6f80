package vision

import (
	"fmt"
	"strings"

	"github.com/pullback-go/pullback/internal/spelling"
	"github.com/pullback-go/pullback/nn"
	"github.com/pullback-go/pullback/trace"
)

// architecture is a model that can be asked for by name.
type architecture struct {
	name string
	make func() nn.Layer
}

// architectures lists the models in the order of [Names].
var architectures = []architecture{
	{"lenet", func() nn.Layer { return NewLeNet(LeNetConfig{}) }},
	{"alexnet", func() nn.Layer { return NewAlexNet(AlexNetConfig{}) }},
	{"vgg11", func() nn.Layer { return VGG11() }},
	{"vgg11_bn", func() nn.Layer { return VGG11BN() }},
	{"vgg13", func() nn.Layer { return VGG13() }},
	{"vgg13_bn", func() nn.Layer { return VGG13BN() }},
	{"vgg16", func() nn.Layer { return VGG16() }},
	{"vgg16_bn", func() nn.Layer { return VGG16BN() }},
	{"vgg19", func() nn.Layer { return VGG19() }},
	{"vgg19_bn", func() nn.Layer { return VGG19BN() }},
	{"resnet18", func() nn.Layer { return ResNet18() }},
	{"resnet34", func() nn.Layer { return ResNet34() }},
	{"resnet50", func() nn.Layer { return ResNet50() }},
	{"resnet101", func() nn.Layer { return ResNet101() }},
	{"resnet152", func() nn.Layer { return ResNet152() }},
	{"mobilenet_v2", func() nn.Layer { return NewMobileNetV2(MobileNetV2Config{}) }},
	{"mobilenet_v3_small", func() nn.Layer { return MobileNetV3Small() }},
	{"mobilenet_v3_large", func() nn.Layer { return MobileNetV3Large() }},
	{"shufflenet_v2_x0_5", func() nn.Layer { return ShuffleNetV2X05() }},
	{"shufflenet_v2_x1_0", func() nn.Layer { return ShuffleNetV2X10() }},
	{"shufflenet_v2_x1_5", func() nn.Layer { return ShuffleNetV2X15() }},
	{"shufflenet_v2_x2_0", func() nn.Layer { return ShuffleNetV2X20() }},
	{"densenet121", func() nn.Layer { return DenseNet121() }},
	{"densenet161", func() nn.Layer { return DenseNet161() }},
	{"densenet169", func() nn.Layer { return DenseNet169() }},
	{"densenet201", func() nn.Layer { return DenseNet201() }},
	{"efficientnet_b0", func() nn.Layer { return EfficientNetB0() }},
	{"efficientnet_b1", func() nn.Layer { return EfficientNetB1() }},
	{"efficientnet_b2", func() nn.Layer { return EfficientNetB2() }},
	{"efficientnet_b3", func() nn.Layer { return EfficientNetB3() }},
	{"efficientnet_b4", func() nn.Layer { return EfficientNetB4() }},
	{"efficientnet_b5", func() nn.Layer { return EfficientNetB5() }},
	{"efficientnet_b6", func() nn.Layer { return EfficientNetB6() }},
	{"efficientnet_b7", func() nn.Layer { return EfficientNetB7() }},
	{"convnext_tiny", func() nn.Layer { return ConvNeXtTiny() }},
	{"convnext_small", func() nn.Layer { return ConvNeXtSmall() }},
	{"convnext_base", func() nn.Layer { return ConvNeXtBase() }},
	{"convnext_large", func() nn.Layer { return ConvNeXtLarge() }},
	{"vit_b_16", func() nn.Layer { return ViTB16() }},
	{"vit_b_32", func() nn.Layer { return ViTB32() }},
	{"vit_l_16", func() nn.Layer { return ViTL16() }},
	{"vit_l_32", func() nn.Layer { return ViTL32() }},
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

func architectureOf(name string) (architecture, error) {
	for _, a := range architectures {
		if a.name == name {
			return a, nil
		}
	}
	near := spelling.Nearest(name, Names(), 3)
	return architecture{}, fmt.Errorf("vision: no model is named %q: the nearest names are %s", trace.Excerpt(name), strings.Join(near, ", "))
}
