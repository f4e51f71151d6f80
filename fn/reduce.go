package fn

import (
	"errors"
	"fmt"
	"sync"

	kelementwise "github.com/pullback-go/pullback/internal/kernel/elementwise"
	"github.com/pullback-go/pullback/trace"
)

// Sum adds up the elements along the named axes, which are dropped: Sum(x[a b c], 0, 2)
// is y[b] = Σ_{a,c} x[a b c]. A negative axis counts from the last. An empty axis gives
// 0. At least one axis is named; [SumAll] takes all of them. Integers wrap, those of one byte in i32,
// which the result then is.
func Sum(x trace.Value, axes ...int) trace.Value {
	defer trace.Naming("sum", x)
	return trace.Bind1(sum{sortedAxes(axes, x.Rank())}, x)
}

// SumAll adds up all elements, to a scalar.
func SumAll(x trace.Value) trace.Value {
	defer trace.Naming("sum_all", x)
	if x.Rank() == 0 {
		return Cast(x, totals(x.Type()).DType).WithWeak(x.IsWeak())
	}
	return Sum(x, allAxes(x.Rank())...)
}

// Mean is the mean of floats along the named axes, which are dropped. The mean over an
// empty axis is NaN. At least one axis is named; [MeanAll] takes all of them. To a
// composite it is an average pooling.
func Mean(x trace.Value, axes ...int) trace.Value {
	defer trace.Naming("mean", x)
	return trace.Bind1(mean{sortedAxes(axes, x.Rank())}, x)
}

// MeanAll is the mean of all elements, a scalar.
func MeanAll(x trace.Value) trace.Value {
	defer trace.Naming("mean_all", x)
	if x.Rank() == 0 {
		return x
	}
	return Mean(x, allAxes(x.Rank())...)
}

// Var is the variance along the named axes, which are dropped. With population it is the
// mean of (x - mean x)². Otherwise the sum of these squares is divided by n-1, which
// gives NaN or an infinity for one element.
func Var(x trace.Value, population bool, axes ...int) trace.Value {
	defer trace.Naming("var", x)
	sorted := sortedAxes(axes, x.Rank())
	d := Sub(x, spread(Mean(x, sorted...), x.Shape(), sorted))
	if population {
		return Mean(Mul(d, d), sorted...)
	}
	return Div(Sum(Mul(d, d), sorted...), Scalar(float64(lengthOf(x.Shape(), sorted)-1)))
}

// Max is the largest element along the named axes, which are dropped, and NaN if one is
// NaN. Equal largest elements share the cotangent equally. An empty axis is an error.
func Max(x trace.Value, axes ...int) trace.Value {
	defer trace.Naming("max", x)
	return trace.Bind1(extreme{sortedAxes(axes, x.Rank()), false}, x)
}

// Min is the smallest element along the named axes, which are dropped, and NaN if one is
// NaN. Equal smallest elements share the cotangent equally. An empty axis is an error.
func Min(x trace.Value, axes ...int) trace.Value {
	defer trace.Naming("min", x)
	return trace.Bind1(extreme{sortedAxes(axes, x.Rank()), true}, x)
}

// Any reports, for bool x, whether one element along the named axes, which are dropped,
// is true. Over an empty axis it is false.
func Any(x trace.Value, axes ...int) trace.Value {
	defer trace.Naming("any", x)
	return trace.Bind1(quantifier{sortedAxes(axes, x.Rank()), false}, x)
}

// All reports, for bool x, whether every element along the named axes, which are dropped,
// is true. Over an empty axis it is true.
func All(x trace.Value, axes ...int) trace.Value {
	defer trace.Naming("all", x)
	return trace.Bind1(quantifier{sortedAxes(axes, x.Rank()), true}, x)
}

// spread repeats y along the sorted axes. y is the reduction of an array of this shape
// over these axes.
func spread(y trace.Value, shape, axes []int) trace.Value {
	return BroadcastIn(y, shape, without(allAxes(len(shape)), axes)...)
}

var errNoAxes = errors.New("no axis is named: name at least one")

// inferReduce returns the type of t without the sorted axes.
func inferReduce(t trace.Type, axes []int) ([]trace.Type, error) {
	if err := checkNamed(axes, t); err != nil {
		return nil, err
	}
	return []trace.Type{trace.TypeOf(t.DType, without(t.Shape, axes)...)}, nil
}

// totals returns the type of sums and products of many elements, which integers of one
// byte have no room for.
func totals(t trace.Type) trace.Type {
	if t.DType.IsInt() {
		t.DType = t.DType.Wide()
	}
	return t
}

// without returns the shape without the sorted axes.
func without(shape, axes []int) []int {
	out := make([]int, 0, len(shape)-len(axes))
	for i, d := range shape {
		if len(axes) > 0 && axes[0] == i {
			axes = axes[1:]
			continue
		}
		out = append(out, d)
	}
	return out
}

type sum struct{ Axes []int }

func (sum) Name() string         { return "sum" }
func (sum) Kind() trace.Kind     { return trace.KindReduction + ".sum" }
func (sum) LinearIn([]bool) bool { return true }

func (op sum) Infer(in []trace.Type) ([]trace.Type, error) {
	if err := wantNumbers(in[0]); err != nil {
		return nil, err
	}
	return inferReduce(totals(in[0]), op.Axes)
}

func (op sum) Eval(in, out []*trace.Array) {
	reduceNumbers(op.Axes, in[0], out[0], kelementwise.Sum, kelementwise.Sum, kelementwise.Sum, kelementwise.Sum)
}

func (op sum) VJP(in, _, ct []trace.Value, _ []bool) []trace.Value {
	return []trace.Value{spread(ct[0], in[0].Shape(), op.Axes)}
}

func (op sum) Batch(_ int, in []trace.Value, _ []bool) []trace.Value {
	return trace.Bind(sum{shifted(op.Axes, 1)}, in[0])
}

func (sum) Signs(in []trace.Sign) []trace.Sign { return oneSign(summed(in[0])) }

type mean struct{ Axes []int }

func (mean) Name() string         { return "mean" }
func (mean) Kind() trace.Kind     { return trace.KindMean }
func (mean) LinearIn([]bool) bool { return true }

func (op mean) Infer(in []trace.Type) ([]trace.Type, error) {
	if err := wantFloats(in[0]); err != nil {
		return nil, err
	}
	return inferReduce(in[0], op.Axes)
}

func (op mean) Eval(in, out []*trace.Array) {
	reduceNumbers(op.Axes, in[0], out[0], kelementwise.Sum, kelementwise.Sum, kelementwise.Sum, kelementwise.Sum)
	n := float64(lengthOf(in[0].Shape(), op.Axes))
	if out[0].DType() == trace.Float32 {
		divideBy(trace.Elems[float32](out[0]), float32(n))
		return
	}
	divideBy(trace.Elems[float64](out[0]), n)
}

func divideBy[T float32 | float64](y []T, n T) {
	for i := range y {
		y[i] /= n
	}
}

func (op mean) VJP(in, _, ct []trace.Value, _ []bool) []trace.Value {
	n := lengthOf(in[0].Shape(), op.Axes)
	return []trace.Value{spread(Div(ct[0], Scalar(float64(n))), in[0].Shape(), op.Axes)}
}

func (op mean) Batch(_ int, in []trace.Value, _ []bool) []trace.Value {
	return trace.Bind(mean{shifted(op.Axes, 1)}, in[0])
}

func (mean) Signs(in []trace.Sign) []trace.Sign { return oneSign(averaged(in[0])) }

// extreme is Max, or Min if Least is set.
type extreme struct {
	Axes  []int
	Least bool
}

func (op extreme) Name() string {
	if op.Least {
		return "min"
	}
	return "max"
}

func (op extreme) Kind() trace.Kind { return trace.KindReduction + "." + trace.Kind(op.Name()) }

func (op extreme) String() string { return fmt.Sprintf("%s{Axes:%v}", op.Name(), op.Axes) }

func (op extreme) Infer(in []trace.Type) ([]trace.Type, error) {
	if err := wantNumbers(in[0]); err != nil {
		return nil, err
	}
	out, err := inferReduce(in[0], op.Axes)
	if err != nil {
		return nil, err
	}
	for _, a := range op.Axes {
		if in[0].Shape[a] == 0 {
			return nil, fmt.Errorf("axis %d of %v is empty and has no %s", a, in[0], op.Name())
		}
	}
	return out, nil
}

func (op extreme) Eval(in, out []*trace.Array) {
	if op.Least {
		reduceNumbers(op.Axes, in[0], out[0], kelementwise.Min, kelementwise.Min, kelementwise.Min, kelementwise.Min)
		return
	}
	reduceNumbers(op.Axes, in[0], out[0], kelementwise.Max, kelementwise.Max, kelementwise.Max, kelementwise.Max)
}

func (op extreme) VJP(in, out, ct []trace.Value, _ []bool) []trace.Value {
	x := in[0]
	chosen := Equal(x, spread(out[0], x.Shape(), op.Axes))
	share := Div(ct[0], Sum(Cast(chosen, x.DType()), op.Axes...))
	return []trace.Value{Mask(chosen, spread(share, x.Shape(), op.Axes))}
}

func (op extreme) Batch(_ int, in []trace.Value, _ []bool) []trace.Value {
	return trace.Bind(extreme{shifted(op.Axes, 1), op.Least}, in[0])
}

func (extreme) Moves()        {}
func (extreme) Nonexpansive() {}

func (extreme) Signs(in []trace.Sign) []trace.Sign { return in[:1:1] }

// quantifier is Any, or All if Every is set.
type quantifier struct {
	Axes  []int
	Every bool
}

func (op quantifier) Name() string {
	if op.Every {
		return "all"
	}
	return "any"
}

func (op quantifier) String() string { return fmt.Sprintf("%s{Axes:%v}", op.Name(), op.Axes) }

func (op quantifier) Infer(in []trace.Type) ([]trace.Type, error) {
	if in[0].DType != trace.Bool {
		return nil, fmt.Errorf("%v is not a bool array: compare it first, as with fn.NotEqual", in[0])
	}
	return inferReduce(in[0], op.Axes)
}

func (op quantifier) Eval(in, out []*trace.Array) {
	if op.Every {
		reduceRuns(op.Axes, in[0], out[0], kelementwise.All)
		return
	}
	reduceRuns(op.Axes, in[0], out[0], kelementwise.Any)
}

func (quantifier) VJP(_, _, _ []trace.Value, _ []bool) []trace.Value { return make([]trace.Value, 1) }

func (op quantifier) Batch(_ int, in []trace.Value, _ []bool) []trace.Value {
	return trace.Bind(quantifier{shifted(op.Axes, 1), op.Every}, in[0])
}

// pass reduces x[outer n inner] to y[outer inner].
type pass[T any] func(y, x []T, outer, n, inner int)

// reduceNumbers reduces by the pass for the dtype of x.
func reduceNumbers(axes []int, x, y *trace.Array, f32 pass[float32], f64 pass[float64], i32 pass[int32], i64 pass[int64]) {
	switch x.DType() {
	case trace.Float32:
		reduceRuns(axes, x, y, f32)
	case trace.Float64:
		reduceRuns(axes, x, y, f64)
	case trace.Int32:
		reduceRuns(axes, x, y, i32)
	case trace.Int64:
		reduceRuns(axes, x, y, i64)
	}
}

// reduceRuns makes one pass for each run of adjacent axes, the last run first. Results
// between two passes lie in borrowed memory.
func reduceRuns[T trace.Elem](axes []int, x, y *trace.Array, reduce pass[T]) {
	shape, src, inner := x.Shape(), trace.Elems[T](x), 1
	var held *[]T
	for end := len(shape); ; {
		first := runStart(axes)
		low, high := axes[first], axes[len(axes)-1]+1
		inner *= volume(shape[high:end])
		outer, n := volume(shape[:low]), volume(shape[low:high])
		if first == 0 {
			reduce(trace.Elems[T](y), src, outer, n, inner)
			release(held)
			return
		}
		next := borrow[T](outer * inner)
		reduce(*next, src, outer, n, inner)
		release(held)
		held, src, axes, end = next, *next, axes[:first], low
	}
}

// runStart returns where the last run of adjacent axes in the sorted list begins.
func runStart(axes []int) int {
	i := len(axes) - 1
	for i > 0 && axes[i-1] == axes[i]-1 {
		i--
	}
	return i
}

// scratch holds memory that evaluations have given back, by dtype.
var scratch [trace.Float64 + 1]sync.Pool

// borrow lends n elements of any content until release.
func borrow[T trace.Elem](n int) *[]T {
	if s, ok := scratch[trace.DTypeOf[T]()].Get().(*[]T); ok && cap(*s) >= n {
		*s = (*s)[:n]
		return s
	}
	s := make([]T, n)
	return &s
}

// release takes back borrowed memory, unless s is nil.
func release[T trace.Elem](s *[]T) {
	if s != nil {
		scratch[trace.DTypeOf[T]()].Put(s)
	}
}
