package vision_test

import (
	"encoding/json"
	"fmt"
	"image"
	"strings"

	"github.com/pullback-go/pullback/fn/random"
	"github.com/pullback-go/pullback/nn"
	"github.com/pullback-go/pullback/nn/vision"
	"github.com/pullback-go/pullback/trace"
)

func ExampleNewResNet() {
	model := vision.NewResNet(vision.ResNetConfig{Depths: [4]int{1, 1, 1, 1}, Width: 8, Classes: 10})
	model = nn.Init(model, random.Key(0))
	x := random.Normal(random.Key(1), trace.Float32, 2, 3, 64, 64)
	fmt.Println(model.Apply(x).Type())
	for _, p := range nn.Params(model)[:3] {
		fmt.Println(p.Name, p.Value.Type())
	}
	// Output:
	// f32[2 10]
	// conv1.weight f32[8 3 7 7]
	// bn1.weight f32[8]
	// bn1.bias f32[8]
}

// A model for gray images of 32 by 32 pixels, such as digits.
func ExampleNewLeNet() {
	show(vision.NewLeNet(vision.LeNetConfig{}), 1, 1, 32, 32)
	// Output:
	// f32[1 1 32 32] to f32[1 10]
	// 10 parameters, from conv1.weight f32[6 1 5 5] to fc3.bias f32[10]
}

func ExampleNewAlexNet() {
	show(vision.NewAlexNet(vision.AlexNetConfig{Width: 8, Hidden: 32, Classes: 10}), 1, 3, 64, 64)
	// Output:
	// f32[1 3 64 64] to f32[1 10]
	// 16 parameters, from features.0.weight f32[8 3 11 11] to classifier.6.bias f32[10]
}

// A narrow VGG11.
func ExampleNewVGG() {
	show(vision.NewVGG(vision.VGGConfig{Depths: [5]int{1, 1, 2, 2, 2}, Width: 4, Hidden: 32, Classes: 10}), 1, 3, 32, 32)
	// Output:
	// f32[1 3 32 32] to f32[1 10]
	// 22 parameters, from features.0.weight f32[4 3 3 3] to classifier.6.bias f32[10]
}

func ExampleNewMobileNetV2() {
	show(vision.NewMobileNetV2(vision.MobileNetV2Config{Width: 0.25, Classes: 10}), 1, 3, 32, 32)
	// Output:
	// f32[1 3 32 32] to f32[1 10]
	// 262 parameters, from features.0.0.weight f32[8 3 3 3] to classifier.1.bias f32[10]
}

func ExampleNewMobileNetV3() {
	show(vision.NewMobileNetV3(vision.MobileNetV3Config{Large: true, Width: 0.25, Classes: 10}), 1, 3, 32, 32)
	// Output:
	// f32[1 3 32 32] to f32[1 10]
	// 266 parameters, from features.0.0.weight f32[8 3 3 3] to classifier.3.bias f32[10]
}

func ExampleNewShuffleNetV2() {
	show(vision.NewShuffleNetV2(vision.ShuffleNetV2Config{Widths: [5]int{8, 16, 32, 64, 128}, Classes: 10}), 1, 3, 32, 32)
	// Output:
	// f32[1 3 32 32] to f32[1 10]
	// 282 parameters, from conv1.0.weight f32[8 3 3 3] to fc.bias f32[10]
}

func ExampleNewDenseNet() {
	show(vision.NewDenseNet(vision.DenseNetConfig{Depths: [4]int{1, 2, 3, 2}, Growth: 8, Width: 16, Classes: 10}), 1, 3, 32, 32)
	// Output:
	// f32[1 3 32 32] to f32[1 10]
	// 106 parameters, from features.conv0.weight f32[16 3 7 7] to classifier.bias f32[10]
}

// Width and depth scale the model.
func ExampleNewEfficientNet() {
	show(vision.NewEfficientNet(vision.EfficientNetConfig{Width: 0.25, Depth: 0.5, Classes: 10}), 1, 3, 32, 32)
	// Output:
	// f32[1 3 32 32] to f32[1 10]
	// 197 parameters, from features.0.0.weight f32[8 3 3 3] to classifier.1.bias f32[10]
}

func ExampleNewConvNeXt() {
	show(vision.NewConvNeXt(vision.ConvNeXtConfig{Depths: [4]int{1, 1, 2, 1}, Widths: [4]int{8, 16, 32, 64}, Classes: 10}), 1, 3, 32, 32)
	// Output:
	// f32[1 3 32 32] to f32[1 10]
	// 65 parameters, from features.0.0.weight f32[8 3 4 4] to classifier.2.bias f32[10]
}

// Four by four patches and the class token make 17 tokens.
func ExampleNewViT() {
	show(vision.NewViT(vision.ViTConfig{Image: 32, Patch: 8, Depth: 2, Heads: 4, Width: 32, Classes: 10}), 1, 3, 32, 32)
	// Output:
	// f32[1 3 32 32] to f32[1 10]
	// 32 parameters, from class_token f32[1 1 32] to heads.head.bias f32[10]
}

// The tokens of the class and of the teacher's answer go before those of the image.
func ExampleNewDeiT() {
	show(vision.NewDeiT(vision.DeiTConfig{ViTConfig: vision.ViTConfig{Image: 32, Patch: 8, Depth: 2, Heads: 4, Width: 32, Classes: 10}}), 1, 3, 32, 32)
	// Output:
	// f32[1 3 32 32] to f32[1 10]
	// 35 parameters, from cls_token f32[1 1 32] to head_dist.bias f32[10]
}

// show prints the result of a model with random parameters for a random image, and the
// model's first and last parameter.
func show[M nn.Layer](model M, shape ...int) {
	model = nn.Init(model, random.Key(0))
	x := random.Normal(random.Key(1), trace.Float32, shape...)
	params := nn.Params(model)
	first, last := params[0], params[len(params)-1]
	fmt.Printf("%v to %v\n", x.Type(), model.Apply(x).Type())
	fmt.Printf("%d parameters, from %s %v to %s %v\n", len(params), first.Name, first.Value.Type(), last.Name, last.Value.Type())
}

// A model is found by torchvision's name. It is an nn.Layer, and nn.Load fills it.
func ExampleNamed() {
	model, err := vision.Named("mobilenet_v3_small")
	if err != nil {
		panic(err)
	}
	fmt.Printf("%T\n", model)
	_, err = nn.Load(model, map[string]trace.Value{"classifier.3.bias": trace.New(make([]float32, 1000))})
	fmt.Println(strings.Split(err.Error(), ",")[0])
	_, err = vision.Named("mobilnet")
	fmt.Println(err)
	// Output:
	// vision.MobileNetV3
	// nn: the tensors do not fit the model: 209 missing: features.0.0.weight f32[16 3 3 3]
	// vision: no model is named "mobilnet": the nearest names are mobilenet_v2, lenet, alexnet
}

// A photograph of 400 by 300 pixels becomes the input of a model. A heat map over that
// input belongs to the middle of the photograph.
func ExamplePreprocess() {
	p, err := vision.PreprocessFor("resnet50")
	if err != nil {
		panic(err)
	}
	text, _ := json.Marshal(p)
	fmt.Println(string(text))
	photo := image.NewGray(image.Rect(0, 0, 400, 300))
	x, err := p.Apply(photo)
	fmt.Println(x.Type(), err)
	fmt.Println(p.Region(photo.Bounds()))
	heat := image.NewGray(image.Rect(0, 0, 7, 7))
	drawn, err := p.Restore(heat, photo.Bounds())
	fmt.Println(drawn.Bounds(), err)
	// Output:
	// {"short":256,"crop":[224,224],"mean":[0.485,0.456,0.406],"std":[0.229,0.224,0.225]}
	// f32[1 3 224 224] <nil>
	// (68,19)-(331,281) <nil>
	// (0,0)-(400,300) <nil>
}

// Names of fields are checked when a file is read.
func ExamplePreprocess_UnmarshalJSON() {
	var p vision.Preprocess
	fmt.Println(json.Unmarshal([]byte(`{"short": 256, "filter": "bicubic", "crop": [224, 224]}`), &p), p.Filter, p.Crop)
	fmt.Println(json.Unmarshal([]byte(`{"shrot": 256}`), &p))
	// Output:
	// <nil> bicubic {224 224}
	// preprocessing: no field is named "shrot": the nearest names are short, crop, size
}
