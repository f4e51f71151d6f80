package fn

import (
	"fmt"
	"math"

	kparallel "github.com/pullback-go/pullback/internal/kernel/parallel"
	"github.com/pullback-go/pullback/trace"
)

// RMSNorm divides floats by their root mean square over their last axes, then scales them:
//
//	y = x / √(mean x² + eps) · scale
//
// axes is the number of these axes. scale has the shape of the normalized axes; if absent,
// it is 1.
//
// Zhang and Sennrich, "Root Mean Square Layer Normalization", NeurIPS 2019.
func RMSNorm(x, scale trace.Value, eps float64, axes int) trace.Value {
	defer trace.Naming("rms_norm", x, scale)
	if axes >= 1 && axes <= x.Rank() && x.DType().IsFloat() {
		scale = orFull(scale, x, trace.TypeOf(x.DType(), x.Shape()[x.Rank()-axes:]...), 1)
	}
	return trace.Bind1(rmsNorm{eps, axes}, x, scale)
}

// rmsNorm normalizes over the last Axes axes of its first operand.
type rmsNorm struct {
	Epsilon float64
	Axes    int
}

func (rmsNorm) Name() string     { return "rms_norm" }
func (rmsNorm) Kind() trace.Kind { return trace.KindRMSNorm }

func (op rmsNorm) Infer(in []trace.Type) ([]trace.Type, error) {
	x := in[0]
	if err := wantFloats(x); err != nil {
		return nil, err
	}
	if op.Axes < 1 || op.Axes > x.Rank() {
		return nil, fmt.Errorf("the last %d axes of %v are to be normalized: want 1 to %d", op.Axes, x, x.Rank())
	}
	if want := trace.TypeOf(x.DType, x.Shape[x.Rank()-op.Axes:]...); !in[1].Equal(want) {
		return nil, fmt.Errorf("the scale is %v, want %v: the last %d axes of %v", in[1], want, op.Axes, x)
	}
	return in[:1:1], checkEps(op.Epsilon)
}

func (op rmsNorm) Eval(in, out []*trace.Array) {
	onFloat(out[0].DType(), rmsRows[float32], rmsRows[float64])(op.Epsilon, in, out[0])
}

func rmsRows[T float32 | float64](eps float64, in []*trace.Array, out *trace.Array) {
	x, scale, y := trace.Elems[T](in[0]), trace.Elems[T](in[1]), trace.Elems[T](out)
	n := len(scale)
	if n == 0 {
		return
	}
	kparallel.Run(len(x)/n, max(1, grain/n), func(lo, hi int) {
		for row := lo; row < hi; row++ {
			rmsRow(y[row*n:(row+1)*n], x[row*n:(row+1)*n], scale, eps)
		}
	})
}

func rmsRow[T float32 | float64](y, x, scale []T, eps float64) {
	squares := 0.0
	for _, v := range x {
		squares += float64(float64(v) * float64(v)) // the conversion rounds: the compiler must not fuse
	}
	inverse := 1 / math.Sqrt(squares/float64(len(x))+eps)
	for i, v := range x {
		y[i] = T(float64(v) * inverse * float64(scale[i]))
	}
}

// VJP is, with respect to x, (g - n·mean(g·n)) / √(mean x² + eps), where n is the
// normalized x and g = ct·scale.
func (op rmsNorm) VJP(in, _, ct []trace.Value, want []bool) []trace.Value {
	s := op.normalized(in[0])
	return pair(want, func() trace.Value {
		g := Mul(ct[0], in[1])
		return Mul(Sub(g, Mul(s.normal, s.repeat(s.mean(Mul(g, s.normal)), g))), s.inverse)
	}, func() trace.Value { return SumTo(Mul(ct[0], s.normal), in[1].Shape()...) })
}

// VJPAtRoot is, with respect to x, ct·scale / √(mean x² + eps).
func (op rmsNorm) VJPAtRoot(in, _, ct []trace.Value, want []bool) []trace.Value {
	s := op.normalized(in[0])
	return pair(want,
		func() trace.Value { return Mul(Mul(ct[0], in[1]), s.inverse) },
		func() trace.Value { return SumTo(Mul(ct[0], s.normal), in[1].Shape()...) })
}

// normalized is x / √(mean x² + eps).
func (op rmsNorm) normalized(x trace.Value) standard {
	s := standard{axes: op.Axes}
	s.inverse = s.repeat(Rsqrt(Add(s.mean(Square(x)), Scalar(op.Epsilon))), x)
	s.normal = Mul(x, s.inverse)
	return s
}

func (op rmsNorm) Batch(size int, in []trace.Value, batched []bool) []trace.Value {
	if !batched[1] {
		return trace.Bind(op, in...)
	}
	in = allBatched(size, in, batched)
	x := in[0]
	places := prepend(0, allAxes(x.Rank())[x.Rank()-op.Axes:])
	return []trace.Value{Mul(RMSNorm(x, trace.Value{}, op.Epsilon, op.Axes), BroadcastIn(in[1], x.Shape(), places...))}
}
