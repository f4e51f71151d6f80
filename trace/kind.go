package trace

import (
	"strconv"
	"strings"
)

// Kind names what an operation or a layer is, from the general to the special, separated
// by dots: linear.conv.standard.2d. The general kinds are prefixes of the special ones,
// so that a composite may ask for either: a rule for linear.conv is for all convolutions,
// one for linear.conv.standard.1d for those along one axis alone.
type Kind string

// The kinds that composites know. Package fn and package nn give them to operations and
// layers; a user's layer may have any other. More special kinds have no name here:
// activations and shapes add the name of the operation, as activation.tanh does, and
// convolutions and poolings the number of their axes, see [Kind.WithRank].
const (
	LinearKind     Kind = "linear"
	Dense          Kind = "linear.dense"
	Convolution    Kind = "linear.conv"
	ConvStandard   Kind = "linear.conv.standard"
	ConvTransposed Kind = "linear.conv.transposed"
	Activation     Kind = "activation"
	ReLU           Kind = "activation.relu"
	Softmax        Kind = "softmax"
	LogSoftmax     Kind = "softmax.log"
	Normalization  Kind = "norm"
	BatchNorm      Kind = "norm.batch"
	LayerNorm      Kind = "norm.layer"
	GroupNorm      Kind = "norm.group"
	AvgPool        Kind = "pool.avg"
	MeanReduction  Kind = "pool.avg.mean"
	MaxPool        Kind = "pool.max"
	SumKind        Kind = "sum"
	Add            Kind = "sum.add"
	Reduction      Kind = "reduce"
	Sub            Kind = "sum.sub"
	Product        Kind = "product"
	Scaling        Kind = "product.scale"
	Shaping        Kind = "shape"
	Masking        Kind = "shape.mask"
	Dropout        Kind = "dropout"
	// Bare is the kind of a site whose operation has none of its own, with the
	// operation's name: op.exp.
	Bare Kind = "op"
)

// Is reports whether k is the general kind or one of its special cases.
func (k Kind) Is(general Kind) bool {
	rest, ok := strings.CutPrefix(string(k), string(general))
	return ok && (rest == "" || rest[0] == '.')
}

// Last returns the most special part beside the rank: standard of
// linear.conv.standard.2d.
func (k Kind) Last() string {
	parts := strings.Split(string(k), ".")
	last := len(parts) - 1
	if n, ok := strings.CutSuffix(parts[last], "d"); ok && last > 0 {
		if _, err := strconv.ParseUint(n, 10, 0); err == nil {
			last--
		}
	}
	return parts[last]
}

// WithRank returns the kind of a convolution or a pooling along n spatial axes, as fn and
// nn give it: pool.max.2d of pool.max for PyTorch's MaxPool2d.
func (k Kind) WithRank(n int) Kind { return k + "." + Kind(strconv.Itoa(n)) + "d" }
