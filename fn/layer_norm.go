package fn

import (
	"fmt"
	"math"
	"slices"

	kelementwise "github.com/pullback-go/pullback/internal/kernel/elementwise"
	kparallel "github.com/pullback-go/pullback/internal/kernel/parallel"
	"github.com/pullback-go/pullback/trace"
)

// LayerNorm normalizes floats over their last axes to mean 0 and variance 1, then scales
// and shifts them:
//
//	y = (x - mean x) / √(var x + eps) · scale + bias
//
// axes is the number of these axes, and var is the mean of (x - mean x)². scale and bias
// have the shape of the normalized axes. If absent, they are 1 and 0. PyTorch's eps is
// 1e-5.
//
// Ba, Kiros and Hinton, "Layer Normalization", 2016.
func LayerNorm(x, scale, bias trace.Value, eps float64, axes int) trace.Value {
	defer trace.Naming("layer_norm", x, scale, bias)
	if axes < 1 || axes > x.Rank() {
		refuse("layer_norm", []trace.Value{x, scale, bias}, "the last %d axes of %v are to be normalized: want 1 to %d", axes, x.Type(), x.Rank())
	}
	if !x.DType().IsFloat() {
		refuse("layer_norm", []trace.Value{x, scale, bias}, "%v", wantFloats(x.Type()))
	}
	t := trace.TypeOf(x.DType(), x.Shape()[x.Rank()-axes:]...)
	scale, bias = orFull(scale, x, t, 1), orFull(bias, x, t, 0)
	return trace.Bind1(layerNorm{eps, axes}, x, scale, bias)
}

// layerNorm normalizes over the last Axes axes of its first operand.
type layerNorm struct {
	Epsilon float64
	Axes    int
}

func (layerNorm) Name() string     { return "layer_norm" }
func (layerNorm) Kind() trace.Kind { return trace.KindLayerNorm }

func (op layerNorm) Infer(in []trace.Type) ([]trace.Type, error) {
	x := in[0]
	if err := wantFloats(x); err != nil {
		return nil, err
	}
	if op.Axes < 1 || op.Axes > x.Rank() {
		return nil, fmt.Errorf("the last %d axes of %v are to be normalized: want 1 to %d", op.Axes, x, x.Rank())
	}
	want := trace.TypeOf(x.DType, x.Shape[x.Rank()-op.Axes:]...)
	for i, name := range []string{"scale", "bias"} {
		if !in[i+1].Equal(want) {
			return nil, fmt.Errorf("the %s is %v, want %v: the last %d axes of %v", name, in[i+1], want, op.Axes, x)
		}
	}
	return in[:1:1], checkEps(op.Epsilon)
}

func (op layerNorm) Eval(in, out []*trace.Array) {
	onFloat(out[0].DType(), normalizeRows[float32], normalizeRows[float64])(op, in, out[0])
}

func normalizeRows[T float32 | float64](op layerNorm, in []*trace.Array, out *trace.Array) {
	x, scale, bias, y := trace.Elems[T](in[0]), trace.Elems[T](in[1]), trace.Elems[T](in[2]), trace.Elems[T](out)
	n := len(scale)
	if n == 0 {
		return
	}
	if len(x) <= grain {
		standardize(y, x, scale, bias, op.Epsilon)
		return
	}
	kparallel.Run(len(x)/n, max(1, grain/n), func(lo, hi int) {
		standardize(y[lo*n:hi*n], x[lo*n:hi*n], scale, bias, op.Epsilon)
	})
}

// standardize normalizes each row of x. A row is as long as scale.
func standardize[T float32 | float64](y, x, scale, bias []T, eps float64) {
	for n := len(scale); len(x) > 0; x, y = x[n:], y[n:] {
		standardizeRow(y[:n], x[:n], scale, bias, eps)
	}
}

func standardizeRow[T float32 | float64](y, x, scale, bias []T, eps float64) {
	mean, variance := kelementwise.Moments(x)
	kelementwise.Standardize(y, x, scale, bias, mean, 1/math.Sqrt(variance+eps))
}

func (op layerNorm) VJP(in, _, ct []trace.Value, want []bool) []trace.Value {
	return op.pull(in, ct, want, standard.back)
}

// VJPAtRoot differentiates the mean, but not the deviation.
func (op layerNorm) VJPAtRoot(in, _, ct []trace.Value, want []bool) []trace.Value {
	return op.pull(in, ct, want, func(s standard, g trace.Value) trace.Value {
		return Mul(Sub(g, s.repeat(s.mean(g), g)), s.inverse)
	})
}

// pull is the VJP with the cotangent of x by back, given that of the standardized x.
func (op layerNorm) pull(in, ct []trace.Value, want []bool, back func(s standard, g trace.Value) trace.Value) []trace.Value {
	x, scale := in[0], in[1]
	out := make([]trace.Value, 3)
	if want[2] {
		out[2] = SumTo(ct[0], scale.Shape()...)
	}
	if !want[0] && !want[1] {
		return out
	}
	s := standardized(x, op.Epsilon, op.Axes)
	if want[1] {
		out[1] = SumTo(Mul(ct[0], s.normal), scale.Shape()...)
	}
	if want[0] {
		out[0] = back(s, Mul(ct[0], scale))
	}
	return out
}

// standard is an array with mean 0 and variance 1 over its last axes, and 1/√(var + eps)
// of the array it was made of.
type standard struct {
	normal, inverse trace.Value
	axes            int
}

func standardized(x trace.Value, eps float64, axes int) standard {
	s := standard{axes: axes}
	centred := Sub(x, s.repeat(s.mean(x), x))
	s.inverse = s.repeat(Rsqrt(Add(s.mean(Square(centred)), Scalar(eps))), x)
	s.normal = Mul(centred, s.inverse)
	return s
}

// mean is the mean over the last axes.
func (s standard) mean(v trace.Value) trace.Value {
	return Mean(v, allAxes(v.Rank())[v.Rank()-s.axes:]...)
}

// repeat repeats a mean along the axes of the array.
func (s standard) repeat(mean, of trace.Value) trace.Value {
	return BroadcastIn(mean, of.Shape(), allAxes(mean.Rank())...)
}

// back is the cotangent of the array for a cotangent g of its standardized form x̂: (g -
// mean g - x̂·mean(g·x̂)) / √(var + eps).
func (s standard) back(g trace.Value) trace.Value {
	slant := Mul(s.normal, s.repeat(s.mean(Mul(g, s.normal)), g))
	return Mul(Sub(Sub(g, s.repeat(s.mean(g), g)), slant), s.inverse)
}

func (op layerNorm) Batch(size int, in []trace.Value, batched []bool) []trace.Value {
	if !batched[1] && !batched[2] {
		return trace.Bind(op, in...)
	}
	in = allBatched(size, in, batched)
	x := in[0]
	places := slices.Insert(allAxes(x.Rank())[x.Rank()-op.Axes:], 0, 0)
	repeat := func(v trace.Value) trace.Value { return BroadcastIn(v, x.Shape(), places...) }
	y := LayerNorm(x, trace.Value{}, trace.Value{}, op.Epsilon, op.Axes)
	return []trace.Value{Add(Mul(y, repeat(in[1])), repeat(in[2]))}
}
