package messages_test

import (
	"context"
	"math"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/fn/random"
	"github.com/pullback-go/pullback/nn"
	"github.com/pullback-go/pullback/rules"
	"github.com/pullback-go/pullback/trace"
	"github.com/pullback-go/pullback/transforms"
	"github.com/pullback-go/pullback/transforms/attribute"
)

type value = trace.Value

var none value

// never is the nil context, which is never done.
var never context.Context

func zeros(shape ...int) value { return fn.Zeros(trace.TypeOf(trace.Float64, shape...)) }

func ints(xs ...int64) value { return trace.New(xs, len(xs)) }

func ofOperations() []mistake {
	x, images := zeros(2, 3), zeros(1, 1, 4)
	return []mistake{
		panics("adds arrays that do not broadcast", func() { fn.Add(x, zeros(2, 4)) }),
		panics("multiplies two dtypes", func() { fn.Mul(x, fn.Cast(x, trace.Float32)) }),
		panics("adds half to integers", func() { fn.Add(ints(1, 2), fn.Scalar(0.5)) }),
		panics("divides integers by zero", func() { fn.Div(ints(1, 2), ints(1, 0)) }),
		panics("uses a field that was never set", func() { fn.Exp(none) }),
		panics("multiplies with a matrix that was never set", func() { fn.Dot(x, none) }),
		panics("stacks what was never set", func() { fn.Stack(0, x, none) }),
		panics("stacks nothing", func() { fn.Stack(0) }),
		panics("convolves with weights that were never set", func() { fn.Conv(images, none, fn.ConvConfig{}) }),
		panics("applies a linear layer to the wrong width", func() { fn.Linear(x, zeros(5, 4), none) }),
		panics("multiplies matrices that do not fit", func() { fn.MatMul(x, x) }),
		panics("sums over no axis", func() { fn.Sum(x) }),
		panics("squeezes no axis", func() { fn.Squeeze(x) }),
		panics("flips no axis", func() { fn.Flip(x) }),
		panics("takes the softmax along an axis too many", func() { fn.Softmax(x, 2) }),
		panics("normalizes more axes than there are", func() { fn.LayerNorm(x, none, none, 1e-5, 3) }),
		panics("normalizes with a negative eps", func() { fn.LayerNorm(x, none, none, -1, 1) }),
		panics("broadcasts with axes that do not ascend", func() { fn.BroadcastIn(zeros(2, 2), []int{2, 2}, 1, 0) }),
		panics("reshapes to another size", func() { fn.Reshape(x, 4, -1) }),
		panics("looks up an index past the table", func() { fn.Take(zeros(3), ints(0, 3), 0) }),
		panics("makes a one-hot row of an index past it", func() { fn.OneHot(ints(3), 3, trace.Float64) }),
		panics("clamps between bounds the wrong way round", func() { fn.Clamp(x, 1, -1) }),
		panics("cuts off at a threshold that is no number", func() { fn.Threshold(x, math.NaN(), 0) }),
		panics("chooses by numbers", func() { fn.Where(x, x, x) }),
		panics("takes the exponential of integers", func() { fn.Exp(ints(1, 2)) }),
		panics("pools with a window too wide", func() { fn.MaxPool(images, fn.MaxPoolConfig{Kernel: []int{9}}) }),
		panics("draws with a float as key", func() { random.Normal(fn.Scalar(1), trace.Float64, 2) }),
	}
}

func ofTraces() []mistake {
	type cyclic struct {
		V    value
		Self *cyclic
	}
	loop := &cyclic{V: zeros(2)}
	loop.Self = loop
	return []mistake{
		panics("makes an array of the wrong number of elements", func() { trace.New([]float64{1, 2, 3}, 2, 2) }),
		panics("asks a vector for its only element", func() { zeros(2).Float64() }),
		panics("reads floats as integers", func() { trace.Data[int64](zeros(2)) }),
		panics("asks for an axis too many", func() { zeros(2, 3).Dim(2) }),
		panics("asks what was never set for its shape", func() { none.Shape() }),
		panics("passes a tree that holds itself", func() { trace.Flatten(loop) }),
		panics("passes a tree that holds a function", func() {
			trace.Flatten(struct {
				V value
				F func()
			}{zeros(2), func() {}})
		}),
	}
}

func ofTransforms() []mistake {
	x := zeros(2)
	return []mistake{
		panics("takes the gradient of a vector", func() { transforms.Grad(fn.Exp)(x) }),
		panics("takes the gradient with respect to integers", func() {
			transforms.Grad(func(i value) value { return fn.SumAll(fn.Cast(i, trace.Float64)) })(ints(1, 2))
		}),
		panics("branches on data while a function is traced", func() {
			transforms.Jit(func(x value) value {
				if fn.SumAll(x).Float64() > 0 {
					return x
				}
				return fn.Neg(x)
			})(x)
		}),
		panics("maps over a scalar", func() { transforms.Vmap(fn.Exp)(trace.Scalar(1.0)) }),
		panics("shares a leaf that is not there", func() {
			transforms.Vmap(fn.Exp, transforms.VmapConfig{Shared: []string{".Weight"}})(x)
		}),
		panics("chooses by a vector", func() { transforms.Cond(fn.Greater(x, fn.Scalar(0)), fn.Exp, fn.Exp)(x) }),
		{"calls a compiled function with another shape", func() error {
			c, err := transforms.Compile(fn.Exp, x)
			if err != nil {
				return err
			}
			_, err = c.Call(never, zeros(3))
			return err
		}},
	}
}

func ofLayers() []mistake {
	l := nn.NewLinear(3, 2)
	return []mistake{
		panics("applies a layer to the wrong width", func() { l.Apply(fn.Zeros(trace.TypeOf(trace.Float32, 1, 4))) }),
		panics("applies a layer to another dtype", func() { l.Apply(zeros(1, 3)) }),
		panics("makes a layer of negative width", func() { nn.NewLinear(-1, 2) }),
		panics("groups channels that do not divide", func() { nn.NewConv(3, 4, []int{3}, fn.ConvConfig{Groups: 2}) }),
		panics("takes the cross entropy of the wrong labels", func() { nn.CrossEntropy(zeros(2, 3), zeros(2)) }),
		panics("takes the cross entropy of what was never set", func() { nn.CrossEntropy(none, ints(0)) }),
		{"loads what does not fit, and what was never set", func() error {
			_, err := nn.Load(l, map[string]value{"weight": none, "bias": zeros(2), "extra": none})
			return err
		}},
	}
}

func ofAttributors() []mistake {
	ids := trace.New([]int64{0, 1}, 1, 2)
	model := func(ids value) value { return fn.Cast(ids, trace.Float64) }
	ones := attribute.Ones
	return []mistake{
		panics("takes the gradient of tokens", func() { attribute.Gradient(model, ones)(ids) }),
		panics("integrates gradients of tokens", func() { attribute.IntegratedGradients(model, ones, attribute.IntegratedGradientsConfig{})(ids) }),
		panics("smooths gradients of tokens", func() { attribute.SmoothGrad(model, ones, attribute.SmoothGradConfig{})(ids) }),
		panics("fills tokens with their mean", func() {
			attribute.Occlusion(model, attribute.Output, attribute.OcclusionConfig{Fill: attribute.SampleMean})(ids)
		}),
		panics("occludes with a window of nothing", func() { attribute.Occlusion(model, ones, attribute.OcclusionConfig{Window: []int{0}}) }),
		panics("explains a class that there is not", func() { attribute.Gradient(fn.Exp, attribute.Class(7))(zeros(1, 3)) }),
		panics("expects gradients without baselines", func() { attribute.ExpectedGradients(fn.Exp, ones, attribute.ExpectedGradientsConfig{}) }),
	}
}

func ofRules() []mistake {
	w := zeros(2, 2)
	double := func(x value) value { return fn.Mul(nn.Linear{Path: "a", Weight: w}.Apply(x), fn.Sin(x)) }
	return []mistake{
		panics("stabilizes by a negative epsilon", func() { rules.Epsilon(-1) }),
		panics("leaves an operation uncovered", func() { transforms.WithRules(rules.Strict(rules.EpsilonPlus()), double)(zeros(1, 2)) }),
	}
}
