package nn

import (
	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/trace"
	"github.com/pullback-go/pullback/transforms"
)

// BatchNorm is batch normalization. For x[n c ...] it computes
//
//	y = (x - mean) / √(variance + ε) · weight + bias.
//
// Outside of training, mean and variance are those of the layer. In training they are
// those of each channel of x, and [Train] returns a layer whose own moved towards them. Its
// kind is norm.batch.
//
// Ioffe and Szegedy, "Batch Normalization: Accelerating Deep Network Training by Reducing
// Internal Covariate Shift", ICML 2015.
type BatchNorm struct {
	Path     string
	Weight   trace.Value // [c], absent for 1
	Bias     trace.Value // [c], absent for 0
	Mean     trace.Value `nn:"running_mean"` // [c]
	Variance trace.Value `nn:"running_var"`  // [c]
	// Epsilon is ε; 0 means PyTorch's 1e-5. (For no ε at all, use the smallest positive
	// number.)
	Epsilon float64
	// Momentum is how far the stored statistics go towards those of a batch; 0 means
	// PyTorch's 0.1.
	Momentum float64
}

// NewBatchNorm returns an f32 layer that subtracts 0 and divides by √(1 + ε). [Load]
// fills it.
func NewBatchNorm(channels int) BatchNorm {
	defer trace.Naming("nn.NewBatchNorm")
	one, zero := fn.Ones(trace.TypeOf(trace.Float32, channels)), zeros(channels)
	return BatchNorm{Weight: one, Bias: zero, Mean: zero, Variance: one}
}

// Apply maps x[n c ...] to the same shape.
func (l BatchNorm) Apply(x trace.Value) trace.Value { return l.normalize(x, l.Mean, l.Variance) }

func (l BatchNorm) normalize(x, mean, variance trace.Value) trace.Value {
	type statistics struct{ Weight, Bias, Mean, Variance trace.Value }
	epsilon := epsilonOr(l.Epsilon, 1e-5)
	return apply(trace.KindBatchNorm, l.Path, func(x trace.Value, w statistics) trace.Value {
		return fn.BatchNorm(x, w.Mean, w.Variance, w.Weight, w.Bias, epsilon)
	}, x, statistics{l.Weight, l.Bias, mean, variance})
}

// epsilonOr returns ε, or what stands for 0.
func epsilonOr(epsilon, zero float64) float64 {
	if epsilon == 0 {
		return zero
	}
	return epsilon
}

// Train normalizes x[n c ...] by its own mean and variance.
func (l BatchNorm) Train(x, key trace.Value) trace.Value {
	y, _ := l.Update(x, key)
	return y
}

// Update normalizes x[n c ...] by its own mean and variance, and returns the layer with
// statistics nearer to these. The variance that it stores is the one without bias, which
// divides by a number less by 1. The statistics have no derivative. Update panics with a
// *trace.Error if x has fewer than two elements for each channel.
func (l BatchNorm) Update(x, _ trace.Value) (trace.Value, Layer) {
	defer trace.Naming("batch_norm", x, l.Mean, l.Variance)
	if x.Rank() < 2 || !x.DType().IsFloat() || x.Dim(1) > 0 && x.Size()/x.Dim(1) < 2 {
		panic(trace.Errorf("training wants floats x[n c ...] with at least two elements for each channel"))
	}
	axes := []int{0}
	for axis := 2; axis < x.Rank(); axis++ {
		axes = append(axes, axis)
	}
	mean, variance := fn.Mean(x, axes...), fn.Var(x, true, axes...)
	y := l.normalize(x, mean, variance)
	n := float64(x.Size() / max(x.Dim(1), 1))
	l.Mean = l.moved(l.Mean, mean)
	l.Variance = l.moved(l.Variance, fn.Mul(variance, fn.Scalar(n/(n-1))))
	return y, l
}

// moved is a stored statistic, moved towards that of a batch.
func (l BatchNorm) moved(from, to trace.Value) trace.Value {
	part := epsilonOr(l.Momentum, 0.1)
	return transforms.StopGradient(fn.Add(fn.Mul(from, fn.Scalar(1-part)), fn.Mul(to, fn.Scalar(part))))
}

// GroupNorm normalizes groups of channels of each x[n c s...] to mean 0 and variance 1,
// then scales and shifts each channel; see [fn.GroupNorm]. Its kind is norm.group.
type GroupNorm struct {
	Path   string
	Weight trace.Value // [c], absent for 1
	Bias   trace.Value // [c], absent for 0
	// Groups is the number of groups; 0 means 1. It divides c.
	Groups  int
	Epsilon float64 // 0 means PyTorch's 1e-5
}

// NewGroupNorm returns an f32 layer with scale 1 and bias 0. It panics with a *trace.Error
// if the groups do not divide the channels.
func NewGroupNorm(groups, channels int) GroupNorm {
	defer trace.Naming("nn.NewGroupNorm")
	if groups < 1 || channels%groups != 0 {
		panic(trace.Errorf("%d groups do not divide %d channels", groups, channels))
	}
	return GroupNorm{Weight: fn.Ones(trace.TypeOf(trace.Float32, channels)), Bias: zeros(channels), Groups: groups}
}

// Apply maps x[n c s...] to the same shape.
func (l GroupNorm) Apply(x trace.Value) trace.Value {
	return apply(trace.KindGroupNorm, l.Path, func(x trace.Value, w weights) trace.Value {
		return fn.GroupNorm(x, or(l.Groups, 1), w.Weight, w.Bias, epsilonOr(l.Epsilon, 1e-5))
	}, x, weights{l.Weight, l.Bias})
}

// InstanceNorm normalizes each channel of each x[n c s...] to mean 0 and variance 1; see
// [fn.InstanceNorm]. Its kind is norm.instance.
type InstanceNorm struct {
	Path    string
	Weight  trace.Value // [c], absent for 1
	Bias    trace.Value // [c], absent for 0
	Epsilon float64     // 0 means PyTorch's 1e-5
}

// NewInstanceNorm returns an f32 layer with scale 1 and bias 0, as PyTorch does with
// affine=True. Without, use InstanceNorm{}.
func NewInstanceNorm(channels int) InstanceNorm {
	defer trace.Naming("nn.NewInstanceNorm")
	return InstanceNorm{Weight: fn.Ones(trace.TypeOf(trace.Float32, channels)), Bias: zeros(channels)}
}

// Apply maps x[n c s...] to the same shape.
func (l InstanceNorm) Apply(x trace.Value) trace.Value {
	return apply(trace.KindInstanceNorm, l.Path, func(x trace.Value, w weights) trace.Value {
		return fn.InstanceNorm(x, w.Weight, w.Bias, epsilonOr(l.Epsilon, 1e-5))
	}, x, weights{l.Weight, l.Bias})
}

// RMSNorm divides each x by its root mean square over its last axes, then scales it; see
// [fn.RMSNorm]. Its kind is norm.rms.
type RMSNorm struct {
	Path string
	// Weight has the shape of the axes to normalize. If it is absent, the last axis is
	// normalized and the scale is 1.
	Weight trace.Value
	// Epsilon is added to the mean of the squares; 0 means PyTorch's: what separates 1 from
	// the next number of x's dtype.
	Epsilon float64
}

// NewRMSNorm returns an f32 layer with scale 1 for axes of the given lengths.
func NewRMSNorm(shape ...int) RMSNorm {
	defer trace.Naming("nn.NewRMSNorm")
	return RMSNorm{Weight: fn.Ones(trace.TypeOf(trace.Float32, shape...))}
}

// Apply maps x to the same shape.
func (l RMSNorm) Apply(x trace.Value) trace.Value {
	type scale struct{ Weight trace.Value }
	return apply(trace.KindRMSNorm, l.Path, func(x trace.Value, w scale) trace.Value {
		axes := 1
		if !w.Weight.IsAbsent() {
			axes = w.Weight.Rank()
		}
		return fn.RMSNorm(x, w.Weight, epsilonOr(l.Epsilon, x.DType().Epsilon()), axes)
	}, x, scale{l.Weight})
}
