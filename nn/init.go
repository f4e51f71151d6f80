package nn

import (
	"math"
	"reflect"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/fn/random"
	"github.com/pullback-go/pullback/trace"
)

// Initializer is a Layer that can draw its parameters before training.
type Initializer interface {
	Layer
	// Init returns the layer with parameters of the same types, drawn from key (see
	// [random.Key]). The result has the type of the receiver.
	Init(key trace.Value) Layer
}

// Init returns a copy of the model in which each [Initializer] has drawn its parameters,
// in the order of the model and each with a key of its own. Layers of this package draw
// as PyTorch does by default: weights and biases from U(-b, b) with b = 1/√fan-in
// (Kaiming uniform with a = √5). A layer that is no Initializer, as a [BatchNorm], stays
// as it is.
//
// He et al., "Delving Deep into Rectifiers", ICCV 2015.
func Init[M any](model M, key trace.Value) M {
	n := int64(0)
	return rewrite(model, visitor{layer: func(_ string, layer reflect.Value) reflect.Value {
		l, ok := layer.Interface().(Initializer)
		if !ok {
			return layer
		}
		n++
		drawn := reflect.ValueOf(l.Init(random.FoldIn(key, n)))
		if drawn.Type() != layer.Type() {
			panic(trace.Errorf("Init of a %v returned a %v: it must return its own type", layer.Type(), drawn.Type()))
		}
		return drawn
	}})
}

// KaimingUniform draws weights of type t, w[out in k...], from U(-b, b) with b = √(6 /
// ((1 + a²) fan-in)). Here fan-in is the product of all lengths but the first, and a is
// the negative slope of the activation that follows. PyTorch's layers use √5.
//
// He et al., "Delving Deep into Rectifiers", ICCV 2015.
func KaimingUniform(key trace.Value, t trace.Type, a float64) trace.Value {
	defer trace.Naming("nn.KaimingUniform", key)
	return uniform(key, t, math.Sqrt(6/((1+a*a)*float64(fanIn(t)))))
}

// fanIn returns the number of elements of a weight that enter one output. It is at least
// 1.
func fanIn(weight trace.Type) int {
	if weight.Rank() < 2 {
		panic(trace.Errorf("a weight of type %v has no inputs: want [out in k...]", weight))
	}
	return max(1, trace.TypeOf(weight.DType, weight.Shape[1:]...).Size())
}

// uniform draws from U(-bound, bound).
func uniform(key trace.Value, t trace.Type, bound float64) trace.Value {
	u := random.Uniform(key, t.DType, t.Shape...)
	return fn.Mul(fn.Sub(u, fn.Scalar(0.5)), fn.Scalar(2*bound))
}

// drawAffine draws a weight and, unless absent, a bias with one bound for both.
func drawAffine(key, weight, bias trace.Value) (w, b trace.Value) {
	t := weight.Type()
	w = KaimingUniform(random.FoldIn(key, 0), t, math.Sqrt(5))
	if !bias.IsAbsent() {
		b = uniform(random.FoldIn(key, 1), bias.Type(), 1/math.Sqrt(float64(fanIn(t))))
	}
	return w, b
}
