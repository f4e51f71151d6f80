package nn

import (
	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/trace"
)

// BatchNorm is batch normalization by stored statistics, as it is applied outside
// training. For x[n c ...] it computes
//
//	y = (x - mean) / √(variance + ε) · weight + bias.
//
// Its kind is norm.batch.
type BatchNorm struct {
	Path     string
	Weight   trace.Value // [c], absent for 1
	Bias     trace.Value // [c], absent for 0
	Mean     trace.Value `nn:"running_mean"` // [c]
	Variance trace.Value `nn:"running_var"`  // [c]
	// Epsilon is ε; 0 means PyTorch's 1e-5. (For no ε at all, use the smallest positive
	// number.)
	Epsilon float64
}

// NewBatchNorm returns an f32 layer that subtracts 0 and divides by √(1 + ε). [Load]
// fills it.
func NewBatchNorm(channels int) BatchNorm {
	defer trace.Naming("nn.NewBatchNorm")
	one, zero := fn.Ones(trace.TypeOf(trace.Float32, channels)), zeros(channels)
	return BatchNorm{Weight: one, Bias: zero, Mean: zero, Variance: one}
}

// Apply maps x[n c ...] to the same shape.
func (l BatchNorm) Apply(x trace.Value) trace.Value {
	type statistics struct{ Weight, Bias, Mean, Variance trace.Value }
	epsilon := l.Epsilon
	if epsilon == 0 {
		epsilon = 1e-5
	}
	return apply(trace.KindBatchNorm, l.Path, func(x trace.Value, w statistics) trace.Value {
		return fn.BatchNorm(x, w.Mean, w.Variance, w.Weight, w.Bias, epsilon)
	}, x, statistics{l.Weight, l.Bias, l.Mean, l.Variance})
}
