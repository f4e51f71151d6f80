package nn

import (
	"slices"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/trace"
)

// Conv is a convolution over 1 to 3 spatial axes; see [fn.Conv]. The weight has two more
// axes than these. For two axes its kind is linear.conv.standard.2d.
type Conv struct {
	Path   string
	Weight trace.Value // [out in/groups k...]
	Bias   trace.Value // [out], or absent
	Config fn.ConvConfig
}

// NewConv returns a layer of f32 zeros for a kernel with one length per spatial axis.
// [Load] or [Init] fills it. NewConv panics with a *trace.Error if the groups do not
// divide the channels.
func NewConv(in, out int, kernel []int, c fn.ConvConfig) Conv {
	defer trace.Naming("nn.NewConv")
	g := groupsOf("nn.NewConv", c.Groups, in, out)
	return Conv{Weight: zeros(slices.Concat([]int{out, in / g}, kernel)...), Bias: zeros(out), Config: c}
}

// WithoutBias returns the layer without its bias.
func (l Conv) WithoutBias() Conv {
	l.Bias = trace.Value{}
	return l
}

// Apply maps x[n in s...] to [n out ...].
func (l Conv) Apply(x trace.Value) trace.Value {
	return apply(alongAxes(trace.KindConvStandard, l.Weight), l.Path, func(x trace.Value, w weights) trace.Value {
		return addBias("Conv", l.Path, fn.Conv(x, w.Weight, l.Config), w.Bias)
	}, x, weights{l.Weight, l.Bias})
}

// Init draws weight and bias from U(-b, b) with b = 1/√(in/groups · k), see [Init].
func (l Conv) Init(key trace.Value) Layer {
	l.Weight, l.Bias = drawAffine(key, l.Weight, l.Bias)
	return l
}

// ConvTranspose is a transposed convolution over 1 to 3 spatial axes; see
// [fn.ConvTranspose]. The weight has two more axes than these. For two axes its kind is
// linear.conv.transposed.2d.
type ConvTranspose struct {
	Path   string
	Weight trace.Value // [in out/groups k...]
	Bias   trace.Value // [out], or absent
	Config fn.ConvTransposeConfig
}

// NewConvTranspose returns a layer of f32 zeros for a kernel with one length per spatial
// axis. [Load] or [Init] fills it. NewConvTranspose panics with a *trace.Error if the
// groups do not divide the channels.
func NewConvTranspose(in, out int, kernel []int, c fn.ConvTransposeConfig) ConvTranspose {
	defer trace.Naming("nn.NewConvTranspose")
	g := groupsOf("nn.NewConvTranspose", c.Groups, in, out)
	return ConvTranspose{Weight: zeros(slices.Concat([]int{in, out / g}, kernel)...), Bias: zeros(out), Config: c}
}

// WithoutBias returns the layer without its bias.
func (l ConvTranspose) WithoutBias() ConvTranspose {
	l.Bias = trace.Value{}
	return l
}

// Apply maps x[n in s...] to [n out ...].
func (l ConvTranspose) Apply(x trace.Value) trace.Value {
	return apply(alongAxes(trace.KindConvTransposed, l.Weight), l.Path, func(x trace.Value, w weights) trace.Value {
		return addBias("ConvTranspose", l.Path, fn.ConvTranspose(x, w.Weight, l.Config), w.Bias)
	}, x, weights{l.Weight, l.Bias})
}

// Init draws weight and bias from U(-b, b) with b = 1/√(out/groups · k), as PyTorch does,
// see [Init].
func (l ConvTranspose) Init(key trace.Value) Layer {
	l.Weight, l.Bias = drawAffine(key, l.Weight, l.Bias)
	return l
}

// alongAxes returns the kind of a convolution with a weight. If the weight is absent, fn
// reports it.
func alongAxes(kind trace.Kind, weight trace.Value) trace.Kind {
	if weight.IsAbsent() {
		return kind
	}
	return kind.WithRank(weight.Rank() - 2)
}

// groupsOf returns the number of groups, 1 for 0. It panics unless they divide the
// channels.
func groupsOf(what string, groups, in, out int) int {
	groups = max(groups, 1)
	if in%groups != 0 || out%groups != 0 {
		panic(trace.Errorf("%s: %d groups do not divide %d input and %d output channels: use a common divisor", what, groups, in, out))
	}
	return groups
}
