package fn

import (
	"fmt"
	"slices"

	karray "github.com/pullback-go/pullback/internal/kernel/array"
	kconv "github.com/pullback-go/pullback/internal/kernel/conv"
	"github.com/pullback-go/pullback/trace"
)

// ConvConfig is the geometry of [Conv]. A list has an entry for each spatial axis. An
// empty list means its default on every axis.
type ConvConfig struct {
	// Stride is the distance between neighboring windows, 1 by default.
	Stride []int
	// Padding is the number of zeros before the first and after the last element, 0 by
	// default.
	Padding []int
	// PaddingHigh is the number of zeros after the last element, if it differs from
	// Padding.
	PaddingHigh []int
	// Dilation is the distance between neighboring elements of a window, 1 by default.
	Dilation []int
	// Groups is the number of groups of channels. Each group sees only its own channels.
	// 0 means 1.
	Groups int
}

// Conv is the convolution of neural networks (a cross-correlation) over 1 to 3 spatial
// axes. For x[n c s...] and w[o c/groups k...] it is
//
//	y[n,o,p] = Σ_{c,k} x[n, c, p·stride + k·dilation - padding] w[o,c,k],
//
// where x is zero outside of its bounds. A spatial axis has (s + padding + paddingHigh -
// dilation·(k-1) - 1)/stride + 1 outputs, rounded down. A bias is added separately:
// Add(y, Reshape(b, 1, o, 1, 1)).
func Conv(x, w trace.Value, c ConvConfig) trace.Value {
	defer trace.Naming("conv", x, w)
	x, w = promoted(x, w)
	rank := spatialRank("conv", x, w)
	op := conv{
		Stride: filled("conv", "Stride", c.Stride, rank, 1, 1), Padding: filled("conv", "Padding", c.Padding, rank, 0, 0),
		Dilation: filled("conv", "Dilation", c.Dilation, rank, 1, 1), Groups: groups("conv", c.Groups),
	}
	op.PaddingHigh = op.Padding
	if len(c.PaddingHigh) > 0 {
		op.PaddingHigh = filled("conv", "PaddingHigh", c.PaddingHigh, rank, 0, 0)
	}
	return trace.Bind1(op, x, w)
}

// spatialRank returns the number of spatial axes of x, at least 1 and at most 3.
func spatialRank(name string, x, w trace.Value) int {
	rank := x.Rank() - 2
	if rank < 1 || rank > 3 || w.Rank() != x.Rank() {
		refuse(name, []trace.Value{x, w}, "want x[n c s...] and weights with as many axes, with one to three spatial axes")
	}
	return rank
}

// filled returns a list with an entry for each of rank spatial axes. An empty list
// becomes the default for all.
func filled(name, field string, list []int, rank, otherwise, least int) []int {
	if len(list) == 0 {
		return slices.Repeat([]int{otherwise}, rank)
	}
	if len(list) != rank {
		panic(trace.Errorf("%s: %s has %d entries, %v, for %d spatial axes: give one for each", name, field, len(list), list, rank))
	}
	for _, n := range list {
		if n < least {
			panic(trace.Errorf("%s: %s is %v: every entry is at least %d", name, field, list, least))
		}
	}
	return slices.Clone(list)
}

func groups(name string, n int) int {
	if n < 0 {
		panic(trace.Errorf("%s: Groups is %d: use 1, or 0 for the same, for all channels together", name, n))
	}
	return max(n, 1)
}

// conv is the convolution. It is bilinear. Together with its two adjoints it is closed
// under derivatives:
//
//	y = conv(x, w)    x = conv_input(y, w)    w = conv_weights(x, y),
//
// because ⟨y, conv(x, w)⟩ = ⟨conv_input(y, w), x⟩ = ⟨conv_weights(x, y), w⟩.
type conv struct {
	Stride, Padding, PaddingHigh, Dilation []int
	Groups                                 int
}

func (conv) Name() string                { return "conv" }
func (op conv) Kind() trace.Kind         { return trace.KindConvStandard.WithRank(len(op.Stride)) }
func (conv) LinearIn(marked []bool) bool { return !every(marked) }

func (op conv) Infer(in []trace.Type) ([]trace.Type, error) {
	x, w := in[0], in[1]
	if err := convOperands(x, w, len(op.Stride)); err != nil {
		return nil, err
	}
	if err := splits("output channels of w", w.Shape[0], op.Groups); err != nil {
		return nil, err
	}
	if c := x.Shape[1]; c != w.Shape[1]*op.Groups {
		return nil, fmt.Errorf("channels differ: x has %d, w reads %d in each of %d groups", c, w.Shape[1], op.Groups)
	}
	out := []int{x.Shape[0], w.Shape[0]}
	for a, stride := range op.Stride {
		s, k, low, high := x.Shape[2+a], w.Shape[2+a], op.Padding[a], op.PaddingHigh[a]
		if err := tooLong(a, s, low, high); err != nil {
			return nil, err
		}
		windows := windowsOn(s+low+high, reach(k, op.Dilation[a]), stride, false)
		if windows == 0 || k == 0 {
			return nil, fmt.Errorf("spatial axis %d: %d elements with padding %d and %d hold no window of %d elements, %d apart",
				a, s, low, high, k, op.Dilation[a])
		}
		out = append(out, windows)
	}
	return []trace.Type{trace.TypeOf(x.DType, out...)}, nil
}

// convOperands reports operands that are not two float arrays of one dtype with batch,
// channel and rank spatial axes.
func convOperands(x, w trace.Type, rank int) error {
	if x.DType != w.DType {
		return fmt.Errorf("dtypes differ: %v and %v; convert one of them with fn.Cast", x.DType, w.DType)
	}
	if err := wantFloats(x); err != nil {
		return err
	}
	if x.Rank() != rank+2 || w.Rank() != rank+2 {
		return fmt.Errorf("want %d axes, of which %d spatial, on both sides", rank+2, rank)
	}
	return nil
}

// splits reports channels that do not split into equal groups.
func splits(what string, channels, groups int) error {
	if channels%groups != 0 {
		return fmt.Errorf("the %d %s do not split into %d groups", channels, what, groups)
	}
	return nil
}

func (op conv) Eval(in, out []*trace.Array) {
	s := op.geometry(in[0].Shape(), in[1].Shape(), out[0].Shape())
	onFloat(out[0].DType(), convolve[float32], convolve[float64])(out[0], in[0], in[1], s)
}

func convolve[T karray.Float](y, x, w *trace.Array, s kconv.Geometry) {
	kconv.Forward(trace.Elems[T](y), trace.Elems[T](x), trace.Elems[T](w), s)
}

func (op conv) VJP(in, _, ct []trace.Value, want []bool) []trace.Value {
	x, w := in[0], in[1]
	return pair(want,
		func() trace.Value { return trace.Bind1(op.towardsInput(x.Shape()), ct[0], w) },
		func() trace.Value { return trace.Bind1(op.towardsWeights(w.Shape()), x, ct[0]) })
}

// towardsInput returns the adjoint with respect to an input of this shape.
func (op conv) towardsInput(x []int) convInput {
	return convInput{op.Stride, op.Padding, op.Dilation, op.Groups, x[2:]}
}

// towardsWeights returns the adjoint with respect to weights of this shape.
func (op conv) towardsWeights(w []int) convWeights {
	return convWeights{op.Stride, op.Padding, op.Dilation, op.Groups, w[2:]}
}

func (op conv) Batch(size int, in []trace.Value, batched []bool) []trace.Value {
	x, w := in[0], in[1]
	switch {
	case size == 0:
		return emptyBatch(op, in, batched)
	case !batched[1]:
		y := trace.Bind1(op, foldBatch(x, 0, 1), w)
		return []trace.Value{unfoldBatch(y, size, 0, 1)}
	case !batched[0]:
		y := trace.Bind1(op, x, foldBatch(w, 0, op.Groups))
		return []trace.Value{unfoldBatch(y, size, 1, op.Groups)}
	}
	op.Groups = times(op.Groups, size)
	y := trace.Bind1(op, foldBatch(x, 1, 1), foldBatch(w, 0, 1))
	return []trace.Value{unfoldBatch(y, size, 1, 1)}
}

func (op conv) ScaleOutput(_ []trace.Type, weights, axis int) (scaling, bool) {
	return channelsOnly(weights, axis, scaleAxis(0))
}

func (op conv) ScaleInput(_ []trace.Type, weights, axis int) (scaling, bool) {
	return channelsOnly(weights, axis, scaleGroups(op.Groups))
}

func (conv) Scale(x, factors trace.Value, axis int) trace.Value { return scaleAxis(axis)(x, factors) }

// Alternative chooses the fastest form.
func (op conv) Alternative(in []trace.Type, relative bool) (trace.Op, bool) {
	out, err := op.Infer(in)
	if err != nil {
		return nil, false
	}
	return fastest(op, op.geometry(in[0].Shape, in[1].Shape, out[0].Shape), false, in[0].DType, relative)
}

// FLOPs counts a multiplication and an addition for each weight and each output that
// reads it. Those that fall on padding count too.
func (op conv) FLOPs(in []trace.Type) int64 {
	out, err := op.Infer(in)
	if err != nil {
		return 0
	}
	return windowFLOPs(in[0].Shape[0], in[1].Shape, out[0].Shape)
}

func (conv) ByRow(_ []trace.Type, j int) bool { return j == 0 }

func (conv) Signs(in []trace.Sign) []trace.Sign { return productSigns(in) }

// foldBatch merges axis 0 of v, a batch, into a following axis. The position of that axis
// is counted without the batch. The batch is merged within each of the groups: [b ... g·m
// ...] becomes [... g·b·m ...].
func foldBatch(v trace.Value, axis, groups int) trace.Value {
	s := v.Shape()
	split := slices.Concat(s[:axis+1], []int{groups, s[axis+1] / groups}, s[axis+2:])
	merged := slices.Concat(s[1:axis+1], []int{s[0] * s[axis+1]}, s[axis+2:])
	if groups == 1 {
		return Reshape(moveAxis(v, 0, axis), merged...)
	}
	return Reshape(moveAxis(Reshape(v, split...), 0, axis+1), merged...)
}

// unfoldBatch undoes foldBatch for a batch of the given size, which is not 0.
func unfoldBatch(v trace.Value, size, axis, groups int) trace.Value {
	s := v.Shape()
	m := s[axis] / size
	split := slices.Concat(s[:axis], []int{groups, size, m / groups}, s[axis+1:])
	merged := slices.Concat([]int{size}, s[:axis], []int{m}, s[axis+1:])
	return Reshape(moveAxis(Reshape(v, split...), axis+1, 0), merged...)
}

// emptyBatch applies op to a batch without cases.
func emptyBatch(op trace.Op, in []trace.Value, batched []bool) []trace.Value {
	types := trace.TypesOfValues(in)
	like := in[0]
	for i, t := range types {
		if batched[i] {
			types[i].Shape, like = t.Shape[1:], in[i]
		}
	}
	outs, err := op.Infer(types)
	if err != nil {
		refuse(op.Name(), in, "%v", err)
	}
	out := make([]trace.Value, len(outs))
	for i, t := range outs {
		out[i] = FillAs(like, trace.TypeOf(t.DType, prepend(0, t.Shape)...), 0)
	}
	return out
}

// windowFLOPs counts for n images, weights w[o c/groups k...] and outputs y[n o p...].
func windowFLOPs(n int, w, y []int) int64 {
	return 2 * int64(n) * int64(volume(w)) * int64(volume(y[2:]))
}

// scaleGroups multiplies weights w[o m ...] by factors[groups·m]. The g-th m factors
// belong to group g and scale the g-th part of axis 0.
func scaleGroups(groups int) scaling {
	return func(w, factors trace.Value) trace.Value {
		o, m := w.Shape()[0], w.Shape()[1]
		each := BroadcastIn(Reshape(factors, groups, m), []int{groups, o / groups, m}, 0, 2)
		return Mul(w, BroadcastIn(Reshape(each, o, m), w.Shape(), 0, 1))
	}
}

// channelsOnly returns the scaling of the weights of a convolution along the channels,
// axis 1. The weights are its second operand.
func channelsOnly(weights, axis int, s scaling) (scaling, bool) { return s, weights == 1 && axis == 1 }
