// Package digits has the model that the examples explain. It is a small convolutional
// network trained on handwritten digits, with its weights and one image of each digit
// from outside the training data.
//
// The images are rows of the Optical Recognition of Handwritten Digits data set: E.
// Alpaydin and C. Kaynak, UCI Machine Learning Repository, 1998,
// https://doi.org/10.24432/C50P49, CC BY 4.0. The network classifies 99.4 % of 360 test
// images correctly.
package digits

import (
	"embed"
	"fmt"
	"image"
	"image/png"
	"math"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/nn"
	"github.com/pullback-go/pullback/nn/safetensors"
	"github.com/pullback-go/pullback/rules/heatmap"
	"github.com/pullback-go/pullback/trace"
)

//go:embed weights.safetensors *.png
var files embed.FS

// Net maps x[n 1 8 8], with values from -1 (black) to 1, to logits [n 10].
type Net struct {
	Features   nn.Sequential
	Flatten    nn.Flatten
	Classifier nn.Sequential
}

// Apply computes the logits.
func (n Net) Apply(x trace.Value) trace.Value {
	return n.Classifier.Apply(n.Flatten.Apply(n.Features.Apply(x)))
}

// Untrained returns the network without weights.
func Untrained() Net {
	same := fn.ConvConfig{Padding: []int{1, 1}}
	return nn.Name(Net{
		Features: nn.Sequential{
			nn.NewConv(1, 8, []int{3, 3}, same), nn.ReLU(),
			nn.NewConv(8, 12, []int{3, 3}, same), nn.ReLU(),
			nn.MaxPool{Config: fn.MaxPoolConfig{Kernel: []int{2, 2}}},
		},
		Classifier: nn.Sequential{nn.NewLinear(192, 32), nn.ReLU(), nn.NewLinear(32, 10)},
	})
}

// Model returns the trained network in float32 or float64.
func Model(d trace.DType) (Net, error) {
	net := Untrained()
	weights, err := files.ReadFile("weights.safetensors")
	if err != nil {
		return net, err
	}
	f, err := safetensors.Decode("weights.safetensors", weights)
	if err != nil {
		return net, err
	}
	net, err = nn.Load(net, f.Values())
	return nn.Cast(net, d), err
}

// Image returns the embedded image of a digit.
func Image(digit int) (image.Image, error) {
	name := fmt.Sprintf("%d.png", digit)
	f, err := files.Open(name)
	if err != nil {
		return nil, fmt.Errorf("there is no image of the digit %d: choose one from 0 to 9", digit)
	}
	defer f.Close()
	img, err := png.Decode(f)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return img, nil
}

// Side is the length of an image's sides in pixels.
const Side = 8

// Input converts an image of 8 by 8 pixels to the network's input, x[1 1 8 8]. A pixel of
// the data set, 0 to 16, is stored as a gray value 15 times as large.
func Input(img image.Image, d trace.DType) (trace.Value, error) {
	if size := img.Bounds().Size(); size.X != Side || size.Y != Side {
		return trace.Value{}, fmt.Errorf("the image has %d by %d pixels, the network reads %d by %d", size.X, size.Y, Side, Side)
	}
	grey, _ := heatmap.Gray(img)
	for i, v := range grey {
		grey[i] = math.Round(255*v)/120 - 1
	}
	return fn.Cast(trace.New(grey, 1, 1, 8, 8), d), nil
}
