package main

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/fn/random"
	"github.com/pullback-go/pullback/nn"
	"github.com/pullback-go/pullback/nn/vision"
	"github.com/pullback-go/pullback/trace"
)

type function = func(x trace.Value) trace.Value

// network is a model that jobs run, with the shape of one image.
type network struct {
	name    string
	image   []int
	classes int
	build   func() function
}

var (
	vgg16    = network{"vgg16", []int{3, 224, 224}, 1000, func() function { return drawn(vision.VGG16()).Apply }}
	resnet18 = network{"resnet18", []int{3, 224, 224}, 1000, func() function { return drawn(vision.ResNet18()).Apply }}
	resnet50 = network{"resnet50", []int{3, 224, 224}, 1000, func() function { return drawn(vision.ResNet50()).Apply }}
	digits   = network{"digits", []int{1, 8, 8}, 10, func() function { return drawn(digitsModel()).Apply }}
)

// digitsModel is a small network for x[n 1 8 8].
func digitsModel() nn.Sequential {
	same := fn.ConvConfig{Padding: []int{1, 1}}
	return nn.Name(nn.Sequential{
		nn.NewConv(1, 16, []int{3, 3}, same), nn.ReLU(), nn.NewConv(16, 32, []int{3, 3}, same), nn.ReLU(),
		nn.MaxPool{Config: fn.MaxPoolConfig{Kernel: []int{2, 2}}}, nn.Flatten{},
		nn.NewLinear(512, 64), nn.ReLU(), nn.NewLinear(64, 10),
	})
}

// seed is the seed of all random numbers.
const seed = 0xbe

// drawn draws weights of a model from U(-b, b) with b = √(6 / fan-in), which keeps the
// size of activations through ReLU. The parameters of each channel are near those of no
// bias and no normalization, but differ from them, because a compiler could leave these
// out. Drawing in place, without a key, keeps the start of the program short.
//
// He et al., "Delving Deep into Rectifiers", ICCV 2015.
func drawn[M any](model M) M {
	tensors := map[string]trace.Value{}
	for i, p := range nn.Params(model) {
		t := p.Value.Type()
		middle, bound := 0.0, 0.05
		switch {
		case t.Rank() > 1:
			bound = math.Sqrt(6 / float64(t.Size()/t.Shape[0]))
		case p.Value.Float64s()[0] == 1: // of a scale, or a variance
			middle = 1
		}
		tensors[p.Name] = uniform(uint64(i), middle, bound, t.Shape...)
	}
	model, err := nn.Load(model, tensors)
	if err != nil {
		panic(err) // the tensors are those of the model
	}
	return model
}

// uniform draws f32 numbers from U(middle - bound, middle + bound).
func uniform(stream uint64, middle, bound float64, shape ...int) trace.Value {
	from := rand.New(rand.NewPCG(seed, stream))
	data := make([]float32, trace.TypeOf(trace.Float32, shape...).Size())
	for i := range data {
		data[i] = float32(middle) + float32(bound)*(2*from.Float32()-1)
	}
	return trace.FromArray(trace.ArrayOf(data, shape...))
}

// input is the argument of the compiled functions. Compilation knows none of its values.
type input struct {
	X      trace.Value // images
	Target trace.Value // one-hot, of class i in row i
	V      trace.Value // factor of attributions before they are differentiated, like X
	Key    trace.Value // for noise
}

func (n network) input(batch int) input {
	classes := fn.Iota(trace.TypeOf(trace.Int64, batch), 0)
	shape := slices.Concat([]int{batch}, n.image)
	return input{
		X:      random.Normal(random.Key(seed), trace.Float32, shape...),
		Target: fn.OneHot(fn.Rem(classes, fn.Scalar(float64(n.classes))), n.classes, trace.Float32),
		V:      random.Normal(random.Key(seed+1), trace.Float32, shape...),
		Key:    random.Key(seed + 2),
	}
}

func (n network) job(w work, batch int) job {
	return job{fmt.Sprintf("%s/%s/b%d", n.name, w.name, batch), func() task {
		model := n.build()
		return program[input]{func(in input) trace.Value { return w.of(model, in) }, n.input(batch)}
	}}
}
