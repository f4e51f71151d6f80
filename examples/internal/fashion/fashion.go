// Package fashion has a network that recognizes garments, with its weights and the image
// of a garment from outside the training data.
//
// The image is of Fashion-MNIST (Zalando SE: H. Xiao, K. Rasul and R. Vollgraf, 2017, MIT
// license), and the network was trained on it by examples/train. It classifies 92.2 % of
// 10,000 test images correctly.
package fashion

import (
	"bytes"
	_ "embed"
	"image"
	"image/png"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/nn"
	"github.com/pullback-go/pullback/nn/safetensors"
	"github.com/pullback-go/pullback/trace"
)

//go:embed weights.safetensors
var weights []byte

//go:embed ankle_boot.png
var ankleBoot []byte

// Side is the length of an image's sides in pixels.
const Side = 28

// Labels are the names of the ten classes.
var Labels = []string{"T-shirt", "trousers", "pullover", "dress", "coat", "sandal", "shirt", "sneaker", "bag", "ankle boot"}

// Net maps x[n 1 28 28], with values from -1 (black) to 1, to logits [n 10].
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
	half := nn.MaxPool{Config: fn.MaxPoolConfig{Kernel: []int{2, 2}}}
	return nn.Name(Net{
		Features: nn.Sequential{
			nn.NewConv(1, 16, []int{3, 3}, same), nn.ReLU(), half,
			nn.NewConv(16, 32, []int{3, 3}, same), nn.ReLU(), half,
		},
		Classifier: nn.Sequential{nn.NewLinear(32*7*7, 64), nn.ReLU(), nn.NewLinear(64, 10)},
	})
}

// Model returns the trained network in float32 or float64.
func Model(d trace.DType) (Net, error) {
	net := Untrained()
	f, err := safetensors.Decode("weights.safetensors", weights)
	if err != nil {
		return net, err
	}
	net, err = nn.Load(net, f.Values())
	return nn.Cast(net, d), err
}

// Image returns the embedded image, of an ankle boot.
func Image() (image.Image, error) { return png.Decode(bytes.NewReader(ankleBoot)) }
