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
// activations and shapes add the name of the operation, as activation.elu does, and
// convolutions and poolings the number of their axes, see [Kind.WithRank].
const (
	KindLinear         Kind = "linear"
	KindDense          Kind = "linear.dense"
	KindConv           Kind = "linear.conv"
	KindConvStandard   Kind = "linear.conv.standard"
	KindConvTransposed Kind = "linear.conv.transposed"
	KindActivation     Kind = "activation"
	KindReLU           Kind = "activation.relu"
	KindSoftmax        Kind = "softmax"
	KindLogSoftmax     Kind = "softmax.log"
	KindNorm           Kind = "norm"
	KindBatchNorm      Kind = "norm.batch"
	KindLayerNorm      Kind = "norm.layer"
	KindGroupNorm      Kind = "norm.group"
	KindInstanceNorm   Kind = "norm.instance"
	KindRMSNorm        Kind = "norm.rms"
	KindResponseNorm   Kind = "norm.response"
	KindAvgPool        Kind = "pool.avg"
	KindMean           Kind = "pool.avg.mean"
	KindMaxPool        Kind = "pool.max"
	KindSum            Kind = "sum"
	KindAdd            Kind = "sum.add"
	KindReduction      Kind = "reduce"
	KindSub            Kind = "sum.sub"
	KindProduct        Kind = "product"
	KindMatrixProduct  Kind = "product.matrix" // of two data, as scores and context of attention are
	KindScaling        Kind = "product.scale"
	KindEmbedding      Kind = "embedding" // rows of a table, by number
	KindShaping        Kind = "shape"
	KindMasking        Kind = "shape.mask"
	KindDropout        Kind = "dropout"
	// KindBare is the kind of a site whose operation has none of its own, with the
	// operation's name: op.exp.
	KindBare Kind = "op"
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
