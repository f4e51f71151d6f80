package nn

import (
	"math"
	"reflect"

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
// as it is. [InitBy] draws in another way.
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

// drawAffine draws a weight and, unless absent, a bias with one bound for both.
func drawAffine(key, weight, bias trace.Value) (w, b trace.Value) {
	t := weight.Type()
	w = KaimingUniform(random.FoldIn(key, 0), t, math.Sqrt(5))
	if !bias.IsAbsent() {
		b = uniform(random.FoldIn(key, 1), bias.Type(), 1/math.Sqrt(float64(fanIn(t))))
	}
	return w, b
}

// Draw draws a parameter of type t from a key, as [LecunNormal] does. A closure makes one
// of a function with further parameters.
type Draw func(key trace.Value, t trace.Type) trace.Value

// InitBy returns a copy of the model in which each parameter is drawn by the function that
// choose returns for its name and type, with a key of its own. A parameter for which it
// returns nil stays as it is. Names are those of [Params].
func InitBy[M any](model M, key trace.Value, choose func(name string, t trace.Type) Draw) M {
	n := int64(0)
	return rewrite(model, visitor{value: func(name string, v trace.Value) trace.Value {
		n++
		draw := choose(name, v.Type())
		if draw == nil {
			return v
		}
		drawn := draw(random.FoldIn(key, n), v.Type())
		if !drawn.Type().Equal(v.Type()) {
			panic(trace.Errorf("InitBy drew %v for %s, want %v", drawn.Type(), name, v.Type()))
		}
		return drawn
	}})
}
