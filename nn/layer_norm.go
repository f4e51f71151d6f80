package nn

import (
	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/trace"
)

// LayerNorm normalizes each x over its last axes to mean 0 and variance 1, then scales
// and shifts it; see [fn.LayerNorm]. Its kind is norm.layer.
type LayerNorm struct {
	Path string
	// Weight has the shape of the axes to normalize. If it is absent, the last axis is
	// normalized and the scale is 1.
	Weight trace.Value
	Bias   trace.Value // like Weight, or absent for 0
	// Epsilon is added to the variance; 0 means PyTorch's 1e-5.
	Epsilon float64
	// Channels says that the channels of x[n c s...] are normalized, separately at each
	// place, instead of the last axes. Weight and Bias are [c].
	Channels bool
}

// NewLayerNorm returns an f32 layer with scale 1 and bias 0 for axes of the given
// lengths. [Load] fills it.
func NewLayerNorm(shape ...int) LayerNorm {
	defer trace.Naming("nn.NewLayerNorm")
	return LayerNorm{Weight: fn.Ones(trace.TypeOf(trace.Float32, shape...)), Bias: zeros(shape...)}
}

// Apply maps x to the same shape.
func (l LayerNorm) Apply(x trace.Value) trace.Value {
	defer trace.Naming("layer_norm", x)
	epsilon := epsilonOr(l.Epsilon, 1e-5)
	return apply(trace.KindLayerNorm, l.Path, func(x trace.Value, w weights) trace.Value {
		axes := 1
		if !w.Weight.IsAbsent() {
			axes = w.Weight.Rank()
		}
		if !l.Channels {
			return fn.LayerNorm(x, w.Weight, w.Bias, epsilon, axes)
		}
		if x.Rank() < 2 || axes != 1 {
			panic(trace.Errorf("%s of %v with a weight of %d axes: want x[n c s...] and a weight [c]", describe("LayerNorm", l.Path), x.Type(), axes))
		}
		return lastToChannels(fn.LayerNorm(channelsToLast(x), w.Weight, w.Bias, epsilon, 1))
	}, x, weights{l.Weight, l.Bias})
}

// channelsToLast maps x[n c s...] to [n s... c].
func channelsToLast(x trace.Value) trace.Value {
	perm := make([]int, 0, x.Rank())
	for axis := range x.Rank() {
		if axis != 1 {
			perm = append(perm, axis)
		}
	}
	return fn.Transpose(x, append(perm, 1)...)
}

// lastToChannels maps x[n s... c] to [n c s...].
func lastToChannels(x trace.Value) trace.Value {
	perm := []int{0, x.Rank() - 1}
	for axis := 1; axis < x.Rank()-1; axis++ {
		perm = append(perm, axis)
	}
	return fn.Transpose(x, perm...)
}
