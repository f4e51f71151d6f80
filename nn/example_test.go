package nn_test

import (
	"fmt"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/fn/random"
	"github.com/pullback-go/pullback/nn"
	"github.com/pullback-go/pullback/trace"
	"github.com/pullback-go/pullback/transforms"
)

type Net struct {
	Features   nn.Sequential
	Classifier nn.Linear `nn:"fc"`
}

func (m Net) Apply(x trace.Value) trace.Value { return m.Classifier.Apply(m.Features.Apply(x)) }

func NewNet() Net {
	return nn.Name(Net{
		Features: nn.Sequential{
			nn.NewConv(1, 4, []int{3, 3}, fn.ConvConfig{Padding: []int{1, 1}}),
			nn.ReLU(),
			nn.MaxPool{Config: fn.MaxPoolConfig{Kernel: []int{2, 2}}},
			nn.Flatten{},
		},
		Classifier: nn.NewLinear(64, 10),
	})
}

func Example() {
	model := nn.Init(NewNet(), random.Key(1))
	images := random.Uniform(random.Key(2), trace.Float32, 5, 1, 8, 8)
	fmt.Println(model.Apply(images).Type())
	fmt.Println(model.Features[2].(nn.MaxPool).Path)
	// Output:
	// f32[5 10]
	// features.2
}

func ExampleParams() {
	for _, p := range nn.Params(NewNet()) {
		fmt.Println(p.Name, p.Value.Type())
	}
	// Output:
	// features.0.weight f32[4 1 3 3]
	// features.0.bias f32[4]
	// fc.weight f32[10 64]
	// fc.bias f32[10]
}

func ExampleLoad() {
	tensors := map[string]trace.Value{
		"weight": trace.New([]float32{1, 2, 3, 4, 5, 6}, 2, 3),
		"bias":   trace.New([]float32{10, 20}),
	}
	layer, err := nn.Load(nn.NewLinear(3, 2), tensors)
	fmt.Println(layer.Apply(trace.New([]float32{1, 0, -1}, 1, 3)), err)

	_, err = nn.Load(nn.NewLinear(2, 3).WithoutBias(), tensors)
	fmt.Println(err)
	// Output:
	// f32[1 2] [[8 18]] <nil>
	// nn: the tensors do not fit the model: 1 unexpected: bias f32[2]; 1 of another type: weight is f32[2 3], want f32[3 2]
}

// Training is a gradient with respect to the model, which is a model too.
func ExampleCrossEntropy() {
	model := nn.Cast(nn.Init(nn.NewLinear(2, 3), random.Key(1)), trace.Float64)
	x, labels := trace.New([]float64{1, 0, 0, 1, -1, -1}, 3, 2), trace.New([]int64{0, 1, 2})
	loss := func(m nn.Linear) trace.Value { return nn.CrossEntropy(m.Apply(x), labels) }

	step := transforms.Jit(func(m nn.Linear) nn.Linear {
		g := transforms.Grad(loss)(m)
		m.Weight = fn.Sub(m.Weight, g.Weight)
		m.Bias = fn.Sub(m.Bias, g.Bias)
		return m
	})
	for range 200 {
		model = step(model)
	}
	fmt.Printf("%.2f\n", loss(model).Float64())
	// Output:
	// 0.01
}

// A file may have the weights of a part of a model.
func ExampleLoadPartial() {
	model := nn.Sequential{nn.NewLinear(3, 2), nn.ReLU(), nn.NewLinear(2, 5)}
	backbone := map[string]trace.Value{"0.weight": trace.New([]float32{1, 2, 3, 4, 5, 6}, 2, 3), "0.bias": trace.New([]float32{7, 8})}
	model, left, err := nn.LoadPartial(model, backbone)
	fmt.Println(left, err)
	fmt.Println(model[0].(nn.Linear).Bias)
	// Output:
	// 2 missing: 2.weight f32[5 2], 2.bias f32[5] <nil>
	// f32[2] [7 8]
}

// Labels of -100 do not count, and a part of the target is spread over all classes.
func ExampleCrossEntropy_config() {
	logits := trace.New([]float64{2, 0, 0, 0, 3, 0, 1, 1, 1}, 3, 3)
	labels := trace.New([]int64{0, 1, -100})
	loss := nn.CrossEntropy(logits, labels, nn.ClassConfig{Smoothing: 0.1, Ignore: []int{-100}})
	fmt.Printf("%.4f\n", loss.Float64())
	// Output:
	// 0.3339
}

// Two frames can spell one label in three ways.
func ExampleCTC() {
	third := fn.LogSoftmax(fn.Zeros(trace.TypeOf(trace.Float64, 2, 1, 3)), 2) // frames, batch, classes
	one := trace.New([]int64{1})
	loss := nn.CTC(third, trace.New([]int64{2}, 1, 1), fn.Add(one, one), one)
	fmt.Printf("%.4f\n", fn.Exp(fn.Neg(loss)).Float64())
	// Output:
	// 0.3333
}

// Queries of one sequence see the keys of another. The second key is padding.
func ExampleMultiHeadAttention() {
	layer := nn.Init(nn.NewMultiHeadAttention(8, 2), random.Key(1))
	queries, keys := random.Normal(random.Key(2), trace.Float32, 1, 5, 8), random.Normal(random.Key(3), trace.Float32, 1, 2, 8)
	seen := trace.New([]bool{true, false}, 1, 1, 1, 2)
	fmt.Println(layer.Attend(queries, keys, keys, nn.AttentionConfig{Mask: seen}).Type())
	// Output:
	// f32[1 5 8]
}

// A language model reads on where it stopped: the states of one call begin the next.
func ExampleRecurrent_Run() {
	layer := nn.Init(nn.NewLSTM(3, 4), random.Key(1))
	x := random.Normal(random.Key(2), trace.Float32, 1, 6, 3)
	whole, _ := layer.Run(x)
	_, states := layer.Run(fn.Slice(x, fn.SliceConfig{Stop: []int{1, 4}}))
	rest, _ := layer.Run(fn.Slice(x, fn.SliceConfig{Start: []int{0, 4}}), states...)
	apart := fn.Sub(fn.Index(fn.Index(whole, 0), 5), fn.Index(fn.Index(rest, 0), 1))
	fmt.Println(rest.Type(), fn.Max(fn.Abs(apart), 0).Float64() < 1e-6)
	fmt.Println(nn.Params(layer)[3].Name)
	// Output:
	// f32[1 2 4] true
	// weight_ih_l0
}

func ExampleEmbedding() {
	table := nn.Embedding{Weight: trace.New([]float32{1, 2, 3, 4, 5, 6}, 3, 2)}
	fmt.Println(table.Apply(trace.New([]int64{2, 0})))
	// Output:
	// f32[2 2] [[5 6] [1 2]]
}

// Training returns the layer with statistics nearer to those of the batch.
func ExampleTrain() {
	model := nn.Sequential{nn.NewLinear(1, 1), nn.NewBatchNorm(1)}
	x := trace.New([]float32{1, 3}, 2, 1)
	model[0] = nn.Linear{Weight: trace.New([]float32{1}, 1, 1)}
	y, next := nn.Train(model, x, random.Key(1))
	fmt.Printf("%.3f\n", y.Float64s())
	fmt.Printf("%.1f\n", next[1].(nn.BatchNorm).Mean.Float64s())
	// Output:
	// [-1.000 1.000]
	// [0.2]
}

func ExampleGLU() {
	x := trace.New([]float64{3, 5, 0, 100}, 1, 4)
	fmt.Println(nn.GLU{}.Apply(x))
	// Output:
	// f64[1 2] [[1.5 5]]
}
