package nn

import (
	"fmt"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/fn/random"
	"github.com/pullback-go/pullback/trace"
	"github.com/pullback-go/pullback/transforms"
)

// Layer is a function of one value with its own parameters.
type Layer interface {
	// Apply computes the layer on a batch, x[n ...]. It is a pure function.
	Apply(x trace.Value) trace.Value
}

// Trainer is a Layer that computes something else in training.
type Trainer interface {
	Layer
	// Train computes the layer as in training, with randomness from key (see [random.Key]).
	Train(x, key trace.Value) trace.Value
}

// Updater is a Layer that training changes, beside what a gradient does: by statistics of
// what passes through, say.
type Updater interface {
	Layer
	// Update computes the layer as in training, and returns the layer to go on with. It
	// has the type and the shapes of the receiver.
	Update(x, key trace.Value) (trace.Value, Layer)
}

// Train computes a layer as in training: it is an [Updater], a [Trainer] or, if neither,
// computes what it does otherwise. Train returns the layer to go on with, which differs
// from l for an Updater. [WithStatistics] takes over what has changed after a step of an
// optimizer.
func Train[L Layer](l L, x, key trace.Value) (trace.Value, L) {
	switch t := Layer(l).(type) {
	case Updater:
		y, next := t.Update(x, key)
		same, ok := next.(L)
		if !ok {
			panic(trace.Errorf("Update of a %T returned a %T: it must return its own type", l, next))
		}
		return y, same
	case Trainer:
		return t.Train(x, key), l
	}
	return l.Apply(x), l
}

// Sequential applies its layers one after the other. Each path gets the layer's index:
// features.0.
type Sequential []Layer

// Apply applies all layers in order. An empty Sequential is the identity.
func (s Sequential) Apply(x trace.Value) trace.Value {
	for i, l := range s {
		if l == nil {
			panic(trace.Errorf("layer %d of a Sequential of %d is nil", i, len(s)))
		}
		x = l.Apply(x)
	}
	return x
}

// Train applies all layers in order as in training, each with a key of its own.
func (s Sequential) Train(x, key trace.Value) trace.Value {
	y, _ := s.Update(x, key)
	return y
}

// Update applies all layers in order as in training, each with a key of its own, and
// returns the layers to go on with; see [Train].
func (s Sequential) Update(x, key trace.Value) (trace.Value, Layer) {
	next := make(Sequential, len(s))
	for i, l := range s {
		if l == nil {
			panic(trace.Errorf("layer %d of a Sequential of %d is nil", i, len(s)))
		}
		x, next[i] = Train(l, x, random.FoldIn(key, int64(i)))
	}
	return x, next
}

// weights are the parameters of most layers.
type weights struct{ Weight, Bias trace.Value }

// apply computes f as a call that composites see as one layer. They see a field Bias of w
// as a bias.
func apply[W any](kind trace.Kind, path string, f func(x trace.Value, w W) trace.Value, x trace.Value, w W) trace.Value {
	return transforms.Named(transforms.Layer{Kind: kind, Path: path, Biases: []string{".Bias"}}, f)(x, w)
}

// applyPlain is apply without parameters.
func applyPlain(kind trace.Kind, path string, f func(x trace.Value) trace.Value, x trace.Value) trace.Value {
	return apply(kind, path, func(x trace.Value, _ struct{}) trace.Value { return f(x) }, x, struct{}{})
}

// describe names a layer in an error.
func describe(what, path string) string {
	if path == "" {
		return what
	}
	return fmt.Sprintf("%s %q", what, path)
}

// addBias adds a bias along the channels, axis 1 of y[n c s...]. It adds nothing if the
// bias is absent.
func addBias(what, path string, y, bias trace.Value) trace.Value {
	if bias.IsAbsent() {
		return y
	}
	if bias.Rank() != 1 || bias.Shape()[0] != y.Shape()[1] {
		panic(trace.Errorf("%s: the bias is %v, want one element for each of the %d output channels", describe(what, path), bias.Type(), y.Shape()[1]))
	}
	shape := make([]int, y.Rank()-1)
	for i := range shape {
		shape[i] = 1
	}
	shape[0] = bias.Shape()[0]
	return fn.Add(y, fn.Reshape(bias, shape...))
}
