package nn

import (
	"fmt"
	"maps"
	"slices"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/trace"
)

// Activation is an activation function as a layer. Its kind is the function's, as
// activation.relu. Functions such as [ReLU] make one.
type Activation struct {
	Path     string
	Function Function
	Weight   trace.Value // of PReLU: [c] or [1], else absent
}

// Function is an activation function with its parameters. Functions are compared by ==.
type Function struct {
	// Kind is the function's name among kinds, as activation.leaky_relu.
	Kind trace.Kind
	// First and Second are its parameters, in the order of the function that makes the
	// layer. A parameter that the function does not have is 0.
	First, Second float64
}

// Apply maps x[n ...] to the same shape. It panics with a *trace.Error if the function is
// not one of this package.
func (l Activation) Apply(x trace.Value) trace.Value {
	type slope struct{ Weight trace.Value }
	return apply(l.Function.Kind, l.Path, func(x trace.Value, w slope) trace.Value {
		if l.Function.Kind == prelu {
			return fn.PReLU(x, w.Weight)
		}
		return l.Function.At(x)
	}, x, slope{l.Weight})
}

// At applies the function to each element of x. It panics with a *trace.Error if the
// function is not one of this package, or is PReLU, whose slopes are a parameter of the
// layer.
func (f Function) At(x trace.Value) trace.Value {
	of, ok := functions[f.Kind]
	if !ok {
		panic(trace.Errorf("there is no activation function of kind %q: want one of %v", f.Kind, slices.Sorted(maps.Keys(functions))))
	}
	return of(x, f.First, f.Second)
}

// String prints the kind with the parameters that are not 0.
func (f Function) String() string {
	switch {
	case f.Second != 0:
		return fmt.Sprintf("%s(%v, %v)", f.Kind.Last(), f.First, f.Second)
	case f.First != 0:
		return fmt.Sprintf("%s(%v)", f.Kind.Last(), f.First)
	}
	return f.Kind.Last()
}

const prelu = trace.KindActivation + ".prelu"
