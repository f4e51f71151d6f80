package nn_test

import (
	"fmt"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/fn/random"
	"github.com/pullback-go/pullback/nn"
	"github.com/pullback-go/pullback/trace"
)

// normals are normal numbers in f32.
func normals(shape ...int) trace.Value { return random.Normal(random.Key(1), trace.Float32, shape...) }

func ExampleNewLinear() {
	layer := nn.Init(nn.NewLinear(3, 2), random.Key(0))
	fmt.Println(layer.Weight.Type(), layer.Bias.Type(), layer.Apply(normals(5, 3)).Type())
	// Output: f32[2 3] f32[2] f32[5 2]
}

func ExampleNewConv() {
	layer := nn.Init(nn.NewConv(3, 8, []int{3, 3}, fn.ConvConfig{Padding: []int{1, 1}}), random.Key(0))
	fmt.Println(layer.Weight.Type(), layer.Apply(normals(1, 3, 6, 6)).Type())
	// Output: f32[8 3 3 3] f32[1 8 6 6]
}

func ExampleNewConvTranspose() {
	layer := nn.Init(nn.NewConvTranspose(8, 3, []int{2, 2}, fn.ConvTransposeConfig{Stride: []int{2, 2}}), random.Key(0))
	fmt.Println(layer.Weight.Type(), layer.Apply(normals(1, 8, 6, 6)).Type())
	// Output: f32[8 3 2 2] f32[1 3 12 12]
}

// After a normalization, the mean is 0 and the variance 1: of each row, ...
func ExampleNewLayerNorm() {
	y := nn.NewLayerNorm(4).Apply(trace.New([]float32{1, 2, 3, 4}, 1, 4))
	fmt.Printf("%.3f\n", y)
	// Output: [[-1.342 -0.447 0.447 1.342]]
}

// ... of each group of channels, ...
func ExampleNewGroupNorm() {
	y := nn.NewGroupNorm(2, 4).Apply(trace.New([]float32{1, 3, 10, 30}, 1, 4))
	fmt.Printf("%.3f\n", y)
	// Output: [[-1.000 1.000 -1.000 1.000]]
}

// ... of each channel of each image, ...
func ExampleNewInstanceNorm() {
	y := nn.NewInstanceNorm(1).Apply(trace.New([]float32{1, 3}, 1, 1, 2))
	fmt.Printf("%.3f\n", y)
	// Output: [[[-1.000 1.000]]]
}

// ... or, by the mean and variance that training has found, of each channel. Those of a new
// layer are 0 and 1.
func ExampleNewBatchNorm() {
	y := nn.NewBatchNorm(2).Apply(trace.New([]float32{1, 3}, 1, 2))
	fmt.Printf("%.3f\n", y)
	// Output: [[1.000 3.000]]
}

// The root of the mean square becomes 1; the mean is left alone.
func ExampleNewRMSNorm() {
	y := nn.NewRMSNorm(2).Apply(trace.New([]float32{1, 7}, 1, 2))
	fmt.Printf("%.3f\n", y)
	// Output: [[0.200 1.400]]
}

// A sequence of 5 vectors for each of 2 cases.
func ExampleNewSelfAttention() {
	layer := nn.Init(nn.NewSelfAttention(8, 2), random.Key(0))
	layer.Causal = true
	fmt.Println(layer.Apply(normals(2, 5, 8)).Type())
	// Output: f32[2 5 8]
}

func ExampleNewRNN() {
	layer := nn.Init(nn.NewRNN(3, 4), random.Key(0))
	fmt.Println(layer.Apply(normals(2, 5, 3)).Type())
	// Output: f32[2 5 4]
}

func ExampleNewLSTM() {
	layer := nn.Init(nn.NewLSTM(3, 4, nn.RecurrentConfig{Bidirectional: true}), random.Key(0))
	fmt.Println(layer.Apply(normals(2, 5, 3)).Type())
	// Output: f32[2 5 8]
}

func ExampleNewGRU() {
	layer := nn.Init(nn.NewGRU(3, 4, nn.RecurrentConfig{Layers: 2}), random.Key(0))
	fmt.Println(layer.Apply(normals(2, 5, 3)).Type())
	// Output: f32[2 5 4]
}
