package fn

import (
	"fmt"
	"math"
	"slices"

	kelementwise "github.com/pullback-go/pullback/internal/kernel/elementwise"
	kparallel "github.com/pullback-go/pullback/internal/kernel/parallel"
	"github.com/pullback-go/pullback/trace"
)

// BatchNorm is batch normalization outside of training. For floats x[n c ...], each of
// the other operands has one element per channel:
//
//	y = (x - mean) / √(variance + eps) · scale + bias
//
// If absent, scale is 1 and bias is 0. All five operands have derivatives. PyTorch's eps
// is 1e-5.
//
// Ioffe and Szegedy, "Batch Normalization: Accelerating Deep Network Training by Reducing
// Internal Covariate Shift", ICML 2015.
func BatchNorm(x, mean, variance, scale, bias trace.Value, eps float64) trace.Value {
	defer trace.Naming("batch_norm", x, mean, variance, scale, bias)
	if !variance.IsAbsent() {
		scale, bias = orFull(scale, variance, variance.Type(), 1), orFull(bias, variance, variance.Type(), 0)
	}
	return trace.Bind1(batchNorm{eps, 1}, x, mean, variance, scale, bias)
}

// orFull returns v or, if v is absent, an array of type t filled with x, in the trace of
// like.
func orFull(v, like trace.Value, t trace.Type, x float64) trace.Value {
	if v.IsAbsent() {
		return FillAs(like, t, x)
	}
	return v
}

// checkEps refuses an eps that would make every variance negative or NaN.
func checkEps(eps float64) error {
	if !(eps >= 0) {
		return fmt.Errorf("eps %v is not at least 0", eps)
	}
	return nil
}

// batchNorm has the channels on Axis of its first operand.
type batchNorm struct {
	Epsilon float64
	Axis    int
}

func (batchNorm) Name() string     { return "batch_norm" }
func (batchNorm) Kind() trace.Kind { return trace.KindBatchNorm }

func (op batchNorm) Infer(in []trace.Type) ([]trace.Type, error) {
	x := in[0]
	if err := wantFloats(x); err != nil {
		return nil, err
	}
	if x.Rank() <= op.Axis {
		return nil, fmt.Errorf("%v has no channels: want x[n c ...]", x)
	}
	want := trace.TypeOf(x.DType, x.Shape[op.Axis])
	for i, name := range []string{"mean", "variance", "scale", "bias"} {
		if !in[i+1].Equal(want) {
			return nil, fmt.Errorf("the %s is %v, want %v: one element for each channel of %v", name, in[i+1], want, x)
		}
	}
	return in[:1:1], checkEps(op.Epsilon)
}

func (op batchNorm) Eval(in, out []*trace.Array) {
	onFloat(out[0].DType(), normalizeChannels[float32], normalizeChannels[float64])(op, in, out[0])
}

func normalizeChannels[T float32 | float64](op batchNorm, in []*trace.Array, out *trace.Array) {
	outer, channels, inner := around(out.Shape(), op.Axis)
	planes := outer * channels
	if planes*inner <= grain {
		normalizePlanes[T](op.Epsilon, in, out, inner, 0, planes)
		return
	}
	kparallel.Run(planes, max(1, grain/inner), func(lo, hi int) { normalizePlanes[T](op.Epsilon, in, out, inner, lo, hi) })
}

// normalizePlanes normalizes the planes from lo to hi. Each belongs to one channel.
func normalizePlanes[T float32 | float64](eps float64, in []*trace.Array, out *trace.Array, inner, lo, hi int) {
	x, y := trace.Elems[T](in[0]), trace.Elems[T](out)
	mean, variance, scale, bias := trace.Elems[T](in[1]), trace.Elems[T](in[2]), trace.Elems[T](in[3]), trace.Elems[T](in[4])
	for plane := lo; plane < hi; plane++ {
		c, from := plane%len(mean), plane*inner
		gain := float64(scale[c]) / math.Sqrt(float64(variance[c])+eps)
		kelementwise.Normalize(y[from:from+inner], x[from:from+inner], float64(mean[c]), gain, float64(bias[c]))
	}
}

func (op batchNorm) VJP(in, _, ct []trace.Value, want []bool) []trace.Value {
	x, mean, scale, g := in[0], in[1], in[3], ct[0]
	spreadOut := func(v trace.Value) trace.Value { return BroadcastIn(v, x.Shape(), op.Axis) }
	others := slices.Delete(allAxes(x.Rank()), op.Axis, op.Axis+1)
	inverse := Rsqrt(Add(in[2], Scalar(op.Epsilon)))
	out := make([]trace.Value, 5)
	if want[0] {
		out[0] = Mul(g, spreadOut(Mul(scale, inverse)))
	}
	if want[1] || want[4] {
		out[4] = Sum(g, others...)
		out[1] = Neg(Mul(out[4], Mul(scale, inverse)))
	}
	if want[2] || want[3] {
		centred := Sum(Mul(g, Sub(x, spreadOut(mean))), others...)
		out[3] = Mul(centred, inverse)
		out[2] = Mul(Mul(out[3], scale), Mul(Square(inverse), Scalar(-0.5)))
	}
	return onlyWanted(out, want)
}

// onlyWanted drops the cotangents that are not wanted.
func onlyWanted(cts []trace.Value, want []bool) []trace.Value {
	for i := range cts {
		if !want[i] {
			cts[i] = trace.Value{}
		}
	}
	return cts
}

func (op batchNorm) Batch(size int, in []trace.Value, batched []bool) []trace.Value {
	if !slices.Contains(batched[1:], true) {
		return trace.Bind(batchNorm{op.Epsilon, op.Axis + 1}, in...)
	}
	return op.casesAsChannels(allBatched(size, in, batched))
}

// casesAsChannels normalizes a batch whose cases have parameters of their own. The
// channels of all cases become channels of one array.
func (op batchNorm) casesAsChannels(in []trace.Value) []trace.Value {
	shape := in[0].Shape()
	there, back := allAxes(len(shape)), allAxes(len(shape))
	for i := range op.Axis {
		there[i], back[i+1] = i+1, i
	}
	there[op.Axis], back[0] = 0, op.Axis
	apart := make([]int, len(shape)) // lengths with the case beside the channel
	for i, a := range there {
		apart[i] = shape[a]
	}
	merged := slices.Clone(apart)
	merged[op.Axis] *= merged[op.Axis+1]
	merged = slices.Delete(merged, op.Axis+1, op.Axis+2)

	operands := []trace.Value{Reshape(Transpose(in[0], there...), merged...)}
	for _, v := range in[1:] {
		operands = append(operands, Reshape(v, v.Size()))
	}
	y := trace.Bind1(op, operands...)
	return []trace.Value{Transpose(Reshape(y, apart...), back...)}
}

func (batchNorm) Nonexpansive() {}

// Lower merges constant parameters into a factor and a summand for each channel, unless
// one of these is infinite or nearly so. For a variance of 0 and an eps of 0, say, the sum
// would be NaN where the normalization is infinite; and huge summands that cancel overflow
// in one form and not in the other. In a NaN channel both forms are NaN.
func (op batchNorm) Lower(in, constant []trace.Value) []trace.Value {
	if slices.ContainsFunc(constant[1:], trace.Value.IsAbsent) {
		return nil
	}
	gain, shift := op.affine(constant)
	if anyHuge(gain) || anyHuge(Mul(constant[1], gain)) || anyHuge(constant[4]) || anyHuge(shift) {
		return nil
	}
	gain, shift = op.affine(in)
	each := func(v trace.Value) trace.Value { return BroadcastIn(v, in[0].Shape(), op.Axis) }
	return []trace.Value{Add(Mul(in[0], each(gain)), each(shift))}
}

// affine returns the factor and the summand for each channel.
func (op batchNorm) affine(in []trace.Value) (gain, shift trace.Value) {
	gain = Mul(in[3], Rsqrt(Add(in[2], Scalar(op.Epsilon))))
	return gain, Sub(in[4], Mul(in[1], gain))
}

// anyHuge reports whether a concrete vector has an element that is infinite, or so large
// that no rounding of it is far from the largest float.
func anyHuge(x trace.Value) bool {
	huge := math.MaxFloat64 * 0x1p-64
	if x.DType() == trace.Float32 {
		huge = math.MaxFloat32 * 0x1p-32
	}
	return Any(Greater(Abs(x), Scalar(huge)), 0).Float64() == 1
}
