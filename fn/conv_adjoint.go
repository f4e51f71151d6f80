package fn

import (
	"fmt"

	karray "github.com/pullback-go/pullback/internal/kernel/array"
	kconv "github.com/pullback-go/pullback/internal/kernel/conv"
	"github.com/pullback-go/pullback/trace"
)

// ConvTransposeConfig is the geometry of [ConvTranspose]. A list has an entry for each
// spatial axis. An empty list means its default on every axis.
type ConvTransposeConfig struct {
	// Stride is the distance between the windows that neighboring elements add to, 1 by
	// default.
	Stride []int
	// Padding is the number of elements to cut off at both ends of an axis, 0 by default.
	Padding []int
	// OutputPadding is the number of further elements to keep at the end of an axis, 0 by
	// default. It is less than the stride or the dilation.
	OutputPadding []int
	// Dilation is the distance between neighboring elements of a window, 1 by default.
	Dilation []int
	// Groups is the number of groups of channels. Each group sees only its own channels.
	// 0 means 1.
	Groups int
}

// ConvTranspose is the transposed convolution over 1 to 3 spatial axes, the adjoint of
// [Conv] with respect to its input. For x[n c s...] and w[c o/groups k...], PyTorch's
// layout, it is
//
//	y[n, o, p·stride + k·dilation - padding] += x[n,c,p] w[c,o,k].
//
// A spatial axis has (s-1)·stride - 2·padding + dilation·(k-1) + outputPadding + 1
// outputs. A bias is added separately.
func ConvTranspose(x, w trace.Value, c ConvTransposeConfig) trace.Value {
	defer trace.Naming("conv_transpose", x, w)
	const name = "conv_transpose"
	rank := spatialRank(name, x, w)
	extra := filled(name, "OutputPadding", c.OutputPadding, rank, 0, 0)
	op := convInput{
		filled(name, "Stride", c.Stride, rank, 1, 1), filled(name, "Padding", c.Padding, rank, 0, 0),
		filled(name, "Dilation", c.Dilation, rank, 1, 1), groups(name, c.Groups), make([]int, rank),
	}
	for a := range rank {
		if extra[a] > 0 && extra[a] >= max(op.Stride[a], op.Dilation[a]) {
			refuse(name, []trace.Value{x, w}, "spatial axis %d: OutputPadding %d is not less than the stride %d or the dilation %d",
				a, extra[a], op.Stride[a], op.Dilation[a])
		}
		s, k := x.Shape()[2+a], w.Shape()[2+a]
		cut := times(2, op.Padding[a])
		whole := plus(extent(max(s, 1), op.Stride[a], reach(k, op.Dilation[a])), extra[a])
		switch {
		case s == 0 || cut > whole:
			refuse(name, []trace.Value{x, w}, "spatial axis %d: %d elements and a window of %d leave no output with padding %d", a, s, k, op.Padding[a])
		case whole > longest:
			refuse(name, []trace.Value{x, w}, "spatial axis %d: %d elements and a window of %d with stride %d and dilation %d make more outputs than memory can address",
				a, s, k, op.Stride[a], op.Dilation[a])
		}
		op.Size[a] = whole - cut
	}
	return trace.Bind1(convTranspose{op}, x, w)
}

// convInput is the adjoint of conv with respect to its input: x = conv_input(y, w), for
// y[n o p...] and w[o c/groups k...]. Size is the spatial shape of x. If a stride skips
// elements, y and w do not determine it.
type convInput struct {
	Stride, Padding, Dilation []int
	Groups                    int
	Size                      []int
}

func (convInput) Name() string                { return "conv_input" }
func (convInput) LinearIn(marked []bool) bool { return !every(marked) }

func (op convInput) Infer(in []trace.Type) ([]trace.Type, error) {
	y, w := in[0], in[1]
	if err := convOperands(y, w, len(op.Stride)); err != nil {
		return nil, err
	}
	if o := y.Shape[1]; o != w.Shape[0] {
		return nil, fmt.Errorf("channels differ: %d in the first operand, %d on axis 0 of w", o, w.Shape[0])
	}
	if err := splits("channels of the first operand", y.Shape[1], op.Groups); err != nil {
		return nil, err
	}
	for a, size := range op.Size {
		if err := windowsFit(a, size, w.Shape[2+a], y.Shape[2+a], op.Stride[a], op.Padding[a], op.Dilation[a]); err != nil {
			return nil, err
		}
	}
	return []trace.Type{trace.TypeOf(y.DType, append([]int{y.Shape[0], w.Shape[1] * op.Groups}, op.Size...)...)}, nil
}

// forward returns the convolution whose adjoint this is. It has the windows that y shows.
func (op convInput) forward(w, y []int) conv {
	return forwardConv(op.Stride, op.Padding, op.Dilation, op.Groups, op.Size, w[2:], y[2:])
}

// forwardConv returns the convolution that maps an input of spatial shape in, with
// windows of shape k, to outputs of shape out. The number of outputs determines the high
// padding. It is negative if the last elements are in no window.
func forwardConv(stride, padding, dilation []int, groups int, in, k, out []int) conv {
	high := make([]int, len(in))
	for a := range in {
		high[a] = extent(out[a], stride[a], reach(k[a], dilation[a])) - in[a] - padding[a]
	}
	return conv{stride, padding, high, dilation, groups}
}

func (op convInput) Eval(in, out []*trace.Array) {
	y, w, x := in[0], in[1], out[0]
	s := op.forward(w.Shape(), y.Shape()).geometry(x.Shape(), w.Shape(), y.Shape())
	onFloat(x.DType(), convolveInput[float32], convolveInput[float64])(x, y, w, s)
}

func convolveInput[T karray.Float](x, y, w *trace.Array, s kconv.Geometry) {
	kconv.Input(trace.Elems[T](x), trace.Elems[T](y), trace.Elems[T](w), s)
}

func (op convInput) VJP(in, _, ct []trace.Value, want []bool) []trace.Value {
	y, w := in[0], in[1]
	forward := op.forward(w.Shape(), y.Shape())
	return pair(want,
		func() trace.Value { return trace.Bind1(forward, ct[0], w) },
		func() trace.Value { return trace.Bind1(forward.towardsWeights(w.Shape()), ct[0], y) })
}

func (op convInput) Batch(size int, in []trace.Value, batched []bool) []trace.Value {
	return op.batch(size, in, batched, func(op convInput) trace.Op { return op })
}

// batch is the batch rule of an op that wraps a convInput.
func (op convInput) batch(size int, in []trace.Value, batched []bool, wrap func(convInput) trace.Op) []trace.Value {
	y, w := in[0], in[1]
	switch {
	case size == 0:
		return emptyBatch(op, in, batched)
	case !batched[1]:
		x := trace.Bind1(wrap(op), foldBatch(y, 0, 1), w)
		return []trace.Value{unfoldBatch(x, size, 0, 1)}
	case !batched[0]:
		x := trace.Bind1(wrap(op), y, foldBatch(w, 1, 1))
		return []trace.Value{unfoldBatch(x, size, 1, op.Groups)}
	}
	op.Groups = times(op.Groups, size)
	x := trace.Bind1(wrap(op), foldBatch(y, 1, 1), foldBatch(w, 0, 1))
	return []trace.Value{unfoldBatch(x, size, 1, 1)}
}

func (op convInput) ScaleOutput(_ []trace.Type, weights, axis int) (scaling, bool) {
	return channelsOnly(weights, axis, scaleGroups(op.Groups))
}

func (op convInput) ScaleInput(_ []trace.Type, weights, axis int) (scaling, bool) {
	return channelsOnly(weights, axis, scaleAxis(0))
}

func (convInput) Scale(x, factors trace.Value, axis int) trace.Value {
	return scaleAxis(axis)(x, factors)
}

// Alternative chooses the fastest form.
func (op convInput) Alternative(in []trace.Type, relative bool) (trace.Op, bool) {
	out, err := op.Infer(in)
	if err != nil {
		return nil, false
	}
	s := op.forward(in[1].Shape, in[0].Shape).geometry(out[0].Shape, in[1].Shape, in[0].Shape)
	return fastest(op, s, true, in[0].DType, relative)
}

// FLOPs is that of the convolution whose adjoint this is.
func (op convInput) FLOPs(in []trace.Type) int64 {
	return windowFLOPs(in[0].Shape[0], in[1].Shape, in[0].Shape)
}

func (convInput) ByRow(_ []trace.Type, j int) bool { return j == 0 }

func (convInput) Signs(in []trace.Sign) []trace.Sign { return productSigns(in) }

// convTranspose is convInput under the name and kind that users and composites know.
type convTranspose struct{ convInput }

func (convTranspose) Name() string        { return "conv_transpose" }
func (op convTranspose) Kind() trace.Kind { return trace.KindConvTransposed.WithRank(len(op.Stride)) }

// String prints the fields without the embedded type.
func (op convTranspose) String() string { return fmt.Sprintf("conv_transpose%+v", op.convInput) }

func (op convTranspose) Batch(size int, in []trace.Value, batched []bool) []trace.Value {
	return op.batch(size, in, batched, func(op convInput) trace.Op { return convTranspose{op} })
}

// convWeights is the adjoint of conv with respect to its weights: w = conv_weights(x, y),
// for x[n c s...] and y[n o p...]. Kernel is the spatial shape of w.
type convWeights struct {
	Stride, Padding, Dilation []int
	Groups                    int
	Kernel                    []int
}

func (convWeights) Name() string                { return "conv_weights" }
func (convWeights) LinearIn(marked []bool) bool { return !every(marked) }

func (op convWeights) Infer(in []trace.Type) ([]trace.Type, error) {
	x, y := in[0], in[1]
	if err := convOperands(x, y, len(op.Stride)); err != nil {
		return nil, err
	}
	if x.Shape[0] != y.Shape[0] {
		return nil, fmt.Errorf("batch dimensions differ: %d and %d", x.Shape[0], y.Shape[0])
	}
	if err := splits("input channels", x.Shape[1], op.Groups); err != nil {
		return nil, err
	}
	if err := splits("output channels", y.Shape[1], op.Groups); err != nil {
		return nil, err
	}
	for a, k := range op.Kernel {
		if err := windowsFit(a, x.Shape[2+a], k, y.Shape[2+a], op.Stride[a], op.Padding[a], op.Dilation[a]); err != nil {
			return nil, err
		}
	}
	return []trace.Type{trace.TypeOf(x.DType, append([]int{y.Shape[1], x.Shape[1] / op.Groups}, op.Kernel...)...)}, nil
}

// forward returns the convolution whose adjoint this is.
func (op convWeights) forward(x, y []int) conv {
	return forwardConv(op.Stride, op.Padding, op.Dilation, op.Groups, x[2:], op.Kernel, y[2:])
}

func (op convWeights) Eval(in, out []*trace.Array) {
	x, y, w := in[0], in[1], out[0]
	s := op.forward(x.Shape(), y.Shape()).geometry(x.Shape(), w.Shape(), y.Shape())
	onFloat(w.DType(), convolveWeights[float32], convolveWeights[float64])(w, x, y, s)
}

func convolveWeights[T karray.Float](w, x, y *trace.Array, s kconv.Geometry) {
	kconv.Weights(trace.Elems[T](w), trace.Elems[T](x), trace.Elems[T](y), s)
}

func (op convWeights) VJP(in, _, ct []trace.Value, want []bool) []trace.Value {
	x, y := in[0], in[1]
	forward := op.forward(x.Shape(), y.Shape())
	return pair(want,
		func() trace.Value { return trace.Bind1(forward.towardsInput(x.Shape()), y, ct[0]) },
		func() trace.Value { return trace.Bind1(forward, x, ct[0]) })
}

func (op convWeights) Batch(size int, in []trace.Value, batched []bool) []trace.Value {
	x, y := in[0], in[1]
	switch {
	case size == 0:
		return emptyBatch(op, in, batched)
	case !batched[1]:
		w := trace.Bind1(op, foldBatch(x, 1, op.Groups), y)
		return []trace.Value{unfoldBatch(w, size, 1, 1)}
	case !batched[0]:
		w := trace.Bind1(op, x, foldBatch(y, 1, op.Groups))
		return []trace.Value{unfoldBatch(w, size, 0, op.Groups)}
	}
	op.Groups = times(op.Groups, size)
	w := trace.Bind1(op, foldBatch(x, 1, 1), foldBatch(y, 1, 1))
	return []trace.Value{unfoldBatch(w, size, 0, 1)}
}

// FLOPs is that of the convolution whose adjoint this is.
func (op convWeights) FLOPs(in []trace.Type) int64 {
	out, err := op.Infer(in)
	if err != nil {
		return 0
	}
	return windowFLOPs(in[1].Shape[0], out[0].Shape, in[1].Shape)
}

func (convWeights) Signs(in []trace.Sign) []trace.Sign { return productSigns(in) }
