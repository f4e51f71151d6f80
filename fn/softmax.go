package fn

import (
	"math"

	kelementwise "github.com/pullback-go/pullback/internal/kernel/elementwise"
	kparallel "github.com/pullback-go/pullback/internal/kernel/parallel"
	"github.com/pullback-go/pullback/trace"
)

// Softmax is e^x_i / Σ_j e^x_j along an axis, for floats. A negative axis counts from the
// last. The largest element is subtracted first, so nothing overflows. An element of -Inf
// gives 0. A row of nothing but -Inf is NaN throughout, and so is a row with +Inf or NaN.
func Softmax(x trace.Value, axis int) trace.Value {
	defer trace.Naming("softmax", x)
	return trace.Bind1(softmax{fromEnd(axis, x.Rank())}, x)
}

// LogSoftmax is x_i - log Σ_j e^x_j along an axis: the logarithm of [Softmax] without its
// underflow. It is NaN where Softmax is.
func LogSoftmax(x trace.Value, axis int) trace.Value {
	defer trace.Naming("log_softmax", x)
	return trace.Bind1(logSoftmax{fromEnd(axis, x.Rank())}, x)
}

// LogSumExp is log Σ_j e^x_j along an axis, which is dropped, for floats. It is finite if
// one element is and none is +Inf or NaN. For nothing but -Inf, and for an empty axis, it
// is -Inf with the derivative 0.
func LogSumExp(x trace.Value, axis int) trace.Value {
	defer trace.Naming("log_sum_exp", x)
	return trace.Bind1(logSumExp{fromEnd(axis, x.Rank())}, x)
}

// along repeats v along an axis. v is an array of this shape without the axis.
func along(v trace.Value, shape []int, axis int) trace.Value {
	axes := allAxes(len(shape) - 1)
	for i := axis; i < len(axes); i++ {
		axes[i]++
	}
	return BroadcastIn(v, shape, axes...)
}

// eachLine runs body for every line of in along an axis, with the memory for its results.
// There are as many results as elements, or one if out has dropped the axis. A line may
// lie in one piece or be gathered first; its results have the same bits.
func eachLine[T float32 | float64](in, out *trace.Array, axis int, body func(y, x []T)) {
	outer, n, inner := around(in.Shape(), axis)
	l := lines[T]{trace.Elems[T](in), trace.Elems[T](out), n, inner, n}
	if len(out.Shape()) < len(in.Shape()) {
		l.results = 1
	}
	if len(l.x) <= grain/8 {
		l.run(0, outer*inner, body)
		return
	}
	kparallel.Run(outer*inner, max(1, grain/8/n), func(lo, hi int) { l.run(lo, hi, body) })
}

// lines are the lines of x along an axis. Each has n elements, a stride apart, and the
// given number of results in y.
type lines[T float32 | float64] struct {
	x, y               []T
	n, stride, results int
}

func (l lines[T]) run(lo, hi int, body func(y, x []T)) {
	if l.stride == 1 {
		for line := lo; line < hi; line++ {
			body(l.y[line*l.results:(line+1)*l.results], l.x[line*l.n:(line+1)*l.n])
		}
		return
	}
	held := borrow[T](l.n)
	for line := lo; line < hi; line++ {
		l.apart(*held, line, body)
	}
	release(held)
}

// apart gathers a line into memory of its own and runs body on it.
func (l lines[T]) apart(x []T, line int, body func(y, x []T)) {
	first := line/l.stride*l.n*l.stride + line%l.stride
	for i := range x {
		x[i] = l.x[first+i*l.stride]
	}
	if l.results == 1 {
		body(l.y[line:line+1], x)
		return
	}
	body(x, x)
	for i, v := range x {
		l.y[first+i*l.stride] = v
	}
}

// largest returns the largest element of x. It is -Inf if there is none, and NaN if one
// is.
func largest[T float32 | float64](x []T) float64 {
	if len(x) == 0 {
		return math.Inf(-1)
	}
	return float64(kelementwise.MaxOf(x))
}

type softmax struct{ Axis int }

func (softmax) Name() string     { return "softmax" }
func (softmax) Kind() trace.Kind { return trace.KindSoftmax }

func (op softmax) DistributionAxis() int { return op.Axis }

func (op softmax) Infer(in []trace.Type) ([]trace.Type, error) { return inferAlong(in, op.Axis) }

// inferAlong returns the type of an operation on floats that keeps its axis.
func inferAlong(in []trace.Type, axis int) ([]trace.Type, error) {
	if err := wantFloats(in[0]); err != nil {
		return nil, err
	}
	return in[:1:1], checkAxis(axis, in[0])
}

func (op softmax) Eval(in, out []*trace.Array) {
	onFloat(out[0].DType(), probabilities[float32], probabilities[float64])(op.Axis, in[0], out[0])
}

func probabilities[T float32 | float64](axis int, in, out *trace.Array) {
	eachLine(in, out, axis, probabilityLine[T])
}

func probabilityLine[T float32 | float64](y, x []T) {
	sum := kelementwise.ExpSum(y, x, largest(x))
	kelementwise.Normalize(y, y, 0, 1/sum, 0)
}

// VJP is y·(ct - Σ_j ct_j y_j).
func (op softmax) VJP(_, out, ct []trace.Value, _ []bool) []trace.Value {
	y := out[0]
	weighted := Mul(ct[0], y)
	return []trace.Value{Sub(weighted, Mul(y, along(Sum(weighted, op.Axis), y.Shape(), op.Axis)))}
}

func (op softmax) Batch(_ int, in []trace.Value, _ []bool) []trace.Value {
	return trace.Bind(softmax{op.Axis + 1}, in[0])
}

func (softmax) Nonexpansive() {}

// Signs says that shares are not negative. Rows without a number are NaN.
func (softmax) Signs([]trace.Sign) []trace.Sign {
	return oneSign(trace.PosZero | trace.Positive | trace.NaN)
}

type logSoftmax struct{ Axis int }

func (logSoftmax) Name() string     { return "log_softmax" }
func (logSoftmax) Kind() trace.Kind { return trace.KindLogSoftmax }

func (op logSoftmax) Infer(in []trace.Type) ([]trace.Type, error) { return inferAlong(in, op.Axis) }

func (op logSoftmax) Eval(in, out []*trace.Array) {
	onFloat(out[0].DType(), logProbabilities[float32], logProbabilities[float64])(op.Axis, in[0], out[0])
}

func logProbabilities[T float32 | float64](axis int, in, out *trace.Array) {
	eachLine(in, out, axis, logProbabilityLine[T])
}

func logProbabilityLine[T float32 | float64](y, x []T) {
	most := largest(x)
	kelementwise.Normalize(y, x, most, 1, -math.Log(kelementwise.ExpSum(nil, x, most)))
}

// VJP is ct - e^y·Σ_j ct_j.
func (op logSoftmax) VJP(_, out, ct []trace.Value, _ []bool) []trace.Value {
	y := out[0]
	return []trace.Value{Sub(ct[0], Mul(Exp(y), along(Sum(ct[0], op.Axis), y.Shape(), op.Axis)))}
}

func (op logSoftmax) Batch(_ int, in []trace.Value, _ []bool) []trace.Value {
	return trace.Bind(logSoftmax{op.Axis + 1}, in[0])
}

func (logSoftmax) Nonexpansive() {}

type logSumExp struct{ Axis int }

func (logSumExp) Name() string     { return "log_sum_exp" }
func (logSumExp) Kind() trace.Kind { return trace.KindReduction + ".log_sum_exp" }

func (op logSumExp) Infer(in []trace.Type) ([]trace.Type, error) {
	if err := wantFloats(in[0]); err != nil {
		return nil, err
	}
	return inferReduce(in[0], []int{op.Axis})
}

func (op logSumExp) Eval(in, out []*trace.Array) {
	onFloat(out[0].DType(), logSums[float32], logSums[float64])(op.Axis, in[0], out[0])
}

func logSums[T float32 | float64](axis int, in, out *trace.Array) {
	eachLine(in, out, axis, logSumLine[T])
}

func logSumLine[T float32 | float64](y, x []T) {
	most := largest(x)
	if !math.IsInf(most, 0) {
		most += math.Log(kelementwise.ExpSum(nil, x, most))
	}
	y[0] = T(most)
}

// VJP is e^(x - y)·ct, with 0 in place of an infinite y.
func (op logSumExp) VJP(in, out, ct []trace.Value, _ []bool) []trace.Value {
	x := in[0]
	y := Mask(IsFinite(out[0]), out[0])
	shares := Exp(Sub(x, along(y, x.Shape(), op.Axis)))
	return []trace.Value{Mul(along(ct[0], x.Shape(), op.Axis), shares)}
}

func (op logSumExp) Batch(_ int, in []trace.Value, _ []bool) []trace.Value {
	return trace.Bind(logSumExp{op.Axis + 1}, in[0])
}

func (logSumExp) Nonexpansive() {}
