package vision_test

import (
	"fmt"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/nn"
	"github.com/pullback-go/pullback/nn/vision"
	"github.com/pullback-go/pullback/trace"
)

func ExampleNewResNet() {
	model := vision.NewResNet(vision.ResNetConfig{Depths: [4]int{1, 1, 1, 1}, Width: 8, Classes: 10})
	model = nn.Init(model, fn.Key(0))
	x := fn.Normal(fn.Key(1), trace.Float32, 2, 3, 64, 64)
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
