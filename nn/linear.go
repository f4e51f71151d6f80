package nn

import (
	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/trace"
)

// Linear is a fully connected layer, y = x Wᵀ + b along the last axis of x[... in]. Its
// kind is linear.dense.
type Linear struct {
	Path   string
	Weight trace.Value // [out in]
	Bias   trace.Value // [out], or absent
}

// NewLinear returns a layer of f32 zeros. [Load] or [Init] fills it.
func NewLinear(in, out int) Linear {
	defer trace.Naming("nn.NewLinear")
	return Linear{Weight: zeros(out, in), Bias: zeros(out)}
}

// WithoutBias returns the layer without its bias.
func (l Linear) WithoutBias() Linear {
	l.Bias = trace.Value{}
	return l
}

// Apply maps x[... in] to [... out].
func (l Linear) Apply(x trace.Value) trace.Value {
	return apply(trace.KindDense, l.Path, func(x trace.Value, w weights) trace.Value {
		return fn.Linear(x, w.Weight, w.Bias)
	}, x, weights{l.Weight, l.Bias})
}

// Init draws weight and bias from U(-1/√in, 1/√in), see [Init].
func (l Linear) Init(key trace.Value) Layer {
	l.Weight, l.Bias = drawAffine(key, l.Weight, l.Bias)
	return l
}

// zeros returns parameters that wait to be loaded. The memory of a new array is zero
// already, and takes no room in the machine until it is touched: half a gigabyte for a
// VGG.
func zeros(shape ...int) trace.Value {
	return trace.FromArray(trace.NewArray(trace.TypeOf(trace.Float32, shape...)))
}
