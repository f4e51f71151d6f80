package fn

import (
	"fmt"
	"math"
	"slices"

	karray "github.com/pullback-go/pullback/internal/kernel/array"
	kpool "github.com/pullback-go/pullback/internal/kernel/pool"
	"github.com/pullback-go/pullback/trace"
)

// AvgPoolConfig is the geometry of [AvgPool]. A list other than Kernel may be empty,
// which means its default on every spatial axis.
type AvgPoolConfig struct {
	// Kernel is the number of elements of a window along each spatial axis. It has an
	// entry for each of the 1 to 3 spatial axes.
	Kernel []int
	// Stride is the distance between neighboring windows. By default it is Kernel:
	// windows touch.
	Stride []int
	// Padding is the number of zeros around the array, 0 by default and at most half of
	// Kernel.
	Padding []int
	// CeilMode admits a last window that is not full, if it begins inside of the array or
	// of the padding before it.
	CeilMode bool
	// ExcludePadding divides by the number of elements inside of the array. Otherwise the
	// zeros of the padding count too.
	ExcludePadding bool
	// Divisor, if it is not 0, divides every sum.
	Divisor int
}

// AvgPool is the mean of each window of x[n c s...]. Every parameter has its meaning in
// PyTorch. A window is cut off at the end of the padding, and only the rest of it counts
// in the divisor.
func AvgPool(x trace.Value, c AvgPoolConfig) trace.Value {
	defer trace.Naming("avg_pool", x)
	w := poolWindows("avg_pool", x, c.Kernel, c.Stride, c.Padding, nil)
	if c.Divisor < 0 {
		panic(trace.Errorf("avg_pool: Divisor is %d: use a positive number, or 0 for the size of the window", c.Divisor))
	}
	w.Ceil, w.ExcludePadding, w.Divisor = c.CeilMode, c.ExcludePadding, c.Divisor
	return trace.Bind1(avgPool{w}, x)
}

// AdaptiveAvgPool is the mean of each window of x[n c s...], where the windows divide
// each spatial axis into the given number of parts. Window o of m on an axis of length n
// goes from n·o/m, rounded down, to n·(o+1)/m, rounded up. AdaptiveAvgPool(x, 1, 1) is
// the mean of each image.
func AdaptiveAvgPool(x trace.Value, size ...int) trace.Value {
	defer trace.Naming("adaptive_avg_pool", x)
	return trace.Bind1(avgPool{adaptiveWindows("adaptive_avg_pool", x, size)}, x)
}

// MaxPoolConfig is the geometry of [MaxPool]. A list other than Kernel may be empty,
// which means its default on every spatial axis.
type MaxPoolConfig struct {
	// Kernel is the number of elements of a window along each spatial axis. It has an
	// entry for each of the 1 to 3 spatial axes.
	Kernel []int
	// Stride is the distance between neighboring windows. By default it is Kernel:
	// windows touch.
	Stride []int
	// Padding is the width of a border around the array, 0 by default and at most half of
	// a window. Nothing in the border is ever chosen.
	Padding []int
	// Dilation is the distance between neighboring elements of a window, 1 by default.
	Dilation []int
	// CeilMode admits a last window that is not full, if it begins inside of the array or
	// of the padding before it.
	CeilMode bool
}

// MaxPool is the largest element of each window of x[n c s...], and NaN if one is NaN. Of
// equal elements it chooses the first in row-major order, which alone gets the cotangent.
func MaxPool(x trace.Value, c MaxPoolConfig) trace.Value {
	defer trace.Naming("max_pool", x)
	return trace.Bind(maxPool{c.windows(x)}, x)[0]
}

// MaxPoolIndices is [MaxPool] and, as i64, where each value was found: the row-major index
// of the element within its own image plane, the spatial axes of x. In a plane of h rows
// of w elements it is w·row + column.
func MaxPoolIndices(x trace.Value, c MaxPoolConfig) (values, indices trace.Value) {
	defer trace.Naming("max_pool", x)
	y := trace.Bind(maxPool{c.windows(x)}, x)
	return y[0], wide(y[1])
}

func (c MaxPoolConfig) windows(x trace.Value) windows {
	w := poolWindows("max_pool", x, c.Kernel, c.Stride, c.Padding, c.Dilation)
	w.Ceil = c.CeilMode
	return w
}

// AdaptiveMaxPool is the largest element of each window of [AdaptiveAvgPool]. Equal
// elements are treated as in [MaxPool].
func AdaptiveMaxPool(x trace.Value, size ...int) trace.Value {
	defer trace.Naming("adaptive_max_pool", x)
	return trace.Bind(maxPool{adaptiveWindows("adaptive_max_pool", x, size)}, x)[0]
}

// poolWindows checks a config against x and fills in the defaults.
func poolWindows(name string, x trace.Value, k, stride, padding, dilation []int) windows {
	rank := len(k)
	wantSpatial(name, x, rank)
	w := windows{Kernel: filled(name, "Kernel", k, rank, 1, 1), Stride: slices.Clone(k)}
	if len(stride) > 0 {
		w.Stride = filled(name, "Stride", stride, rank, 1, 1)
	}
	w.Padding = filled(name, "Padding", padding, rank, 0, 0)
	w.Dilation = filled(name, "Dilation", dilation, rank, 1, 1)
	for a, n := range k {
		if n == 1 {
			w.Dilation[a] = 1 // the dilation of a single element has no effect
		}
	}
	for a, p := range w.Padding {
		if times(2, p) > reach(k[a], w.Dilation[a]) {
			refuse(name, []trace.Value{x}, "spatial axis %d: padding %d is more than half of the window of %d elements, %d apart: use fn.Pad before",
				a, p, k[a], w.Dilation[a])
		}
	}
	return w
}

func adaptiveWindows(name string, x trace.Value, size []int) windows {
	wantSpatial(name, x, len(size))
	return windows{Adaptive: filled(name, "size", size, len(size), 1, 1)}
}

// wantSpatial reports an x that is not x[n c s...] with rank spatial axes.
func wantSpatial(name string, x trace.Value, rank int) {
	if rank < 1 || rank > 3 {
		panic(trace.Errorf("%s: windows along %d axes: name one to three lengths, one for each spatial axis", name, rank))
	}
	if x.Rank() != rank+2 {
		refuse(name, []trace.Value{x}, "windows along %d axes want x[n c s...] with %d axes", rank, rank+2)
	}
}

// avgPool pools the last axes of its operand. Each index of the axes before them, if
// there are any, is a plane. So its batch rule is itself.
type avgPool struct{ Windows windows }

func (avgPool) Name() string         { return "avg_pool" }
func (op avgPool) Kind() trace.Kind  { return trace.KindAvgPool.WithRank(op.Windows.rank()) }
func (avgPool) LinearIn([]bool) bool { return true }
func (op avgPool) String() string    { return "avg_pool{" + op.Windows.String() + "}" }

func (op avgPool) Infer(in []trace.Type) ([]trace.Type, error) {
	if err := wantFloats(in[0]); err != nil {
		return nil, err
	}
	shape, err := op.Windows.infer(in[0])
	return []trace.Type{trace.TypeOf(in[0].DType, shape...)}, err
}

func (op avgPool) Eval(in, out []*trace.Array) {
	if out[0].Type().Size() == 0 {
		return // without planes there may be any number of windows
	}
	s := op.Windows.geometry(in[0].Shape())
	onFloat(in[0].DType(), poolAverage[float32], poolAverage[float64])(out[0], in[0], s)
	geometries.Put(s)
}

func poolAverage[T karray.Float](y, x *trace.Array, s *kpool.Geometry) {
	kpool.Avg(trace.Elems[T](y), trace.Elems[T](x), s)
}

func (op avgPool) VJP(in, _, ct []trace.Value, _ []bool) []trace.Value {
	return []trace.Value{trace.Bind1(avgPoolInput{op.Windows, op.Windows.spatial(in[0].Shape())}, ct[0])}
}

// spatial returns the part of a shape that is pooled.
func (w windows) spatial(shape []int) []int { return shape[len(shape)-w.rank():] }

func (op avgPool) Batch(_ int, in []trace.Value, _ []bool) []trace.Value {
	return trace.Bind(op, in[0])
}

// ByRow needs an axis that is not pooled.
func (op avgPool) ByRow(in []trace.Type, _ int) bool { return in[0].Rank() > op.Windows.rank() }

func (avgPool) Signs(in []trace.Sign) []trace.Sign { return oneSign(averaged(in[0])) }

// avgPoolInput is the adjoint of avgPool. Each element gets the quotients of the windows
// it lies in. Size is the spatial shape of the result.
type avgPoolInput struct {
	Windows windows
	Size    []int
}

func (avgPoolInput) Name() string         { return "avg_pool_input" }
func (avgPoolInput) LinearIn([]bool) bool { return true }
func (op avgPoolInput) String() string {
	return fmt.Sprintf("avg_pool_input{%v Size:%v}", op.Windows, op.Size)
}

func (op avgPoolInput) Infer(in []trace.Type) ([]trace.Type, error) {
	y := in[0]
	if err := wantFloats(y); err != nil {
		return nil, err
	}
	shape := op.input(y.Shape)
	pooled, err := op.Windows.infer(trace.TypeOf(y.DType, shape...))
	if err != nil {
		return nil, err
	}
	if !slices.Equal(pooled, y.Shape) {
		return nil, fmt.Errorf("pooling %v gives %v, not %v", shape, pooled, y.Shape)
	}
	return []trace.Type{trace.TypeOf(y.DType, shape...)}, nil
}

// input returns the shape that is pooled to the shape y.
func (op avgPoolInput) input(y []int) []int {
	return slices.Concat(y[:max(len(y)-len(op.Size), 0)], op.Size)
}

func (op avgPoolInput) Eval(in, out []*trace.Array) {
	if out[0].Type().Size() == 0 {
		return // without planes there may be any number of windows
	}
	s := op.Windows.geometry(out[0].Shape())
	onFloat(in[0].DType(), poolAverageInput[float32], poolAverageInput[float64])(out[0], in[0], s)
	geometries.Put(s)
}

func poolAverageInput[T karray.Float](x, y *trace.Array, s *kpool.Geometry) {
	kpool.AvgInput(trace.Elems[T](x), trace.Elems[T](y), s)
}

func (op avgPoolInput) VJP(_, _, ct []trace.Value, _ []bool) []trace.Value {
	return []trace.Value{trace.Bind1(avgPool{op.Windows}, ct[0])}
}

func (op avgPoolInput) Batch(_ int, in []trace.Value, _ []bool) []trace.Value {
	return trace.Bind(op, in[0])
}

// ByRow needs an axis that is not pooled.
func (op avgPoolInput) ByRow(in []trace.Type, _ int) bool { return in[0].Rank() > op.Windows.rank() }

func (avgPoolInput) Signs(in []trace.Sign) []trace.Sign { return oneSign(averaged(in[0])) }

// maxPool has two outputs: the values and, as i32, the position of each in its plane.
// Like avgPool it pools the last axes.
type maxPool struct{ Windows windows }

func (maxPool) Name() string        { return "max_pool" }
func (op maxPool) Kind() trace.Kind { return trace.KindMaxPool.WithRank(op.Windows.rank()) }
func (op maxPool) String() string   { return "max_pool{" + op.Windows.String() + "}" }

func (op maxPool) Infer(in []trace.Type) ([]trace.Type, error) {
	if err := wantNumbers(in[0]); err != nil {
		return nil, err
	}
	shape, err := op.Windows.infer(in[0])
	if err != nil {
		return nil, err
	}
	if plane := volume(op.Windows.spatial(in[0].Shape)); plane > math.MaxInt32 {
		return nil, fmt.Errorf("a plane of %d elements is too large: where a maximum was found is an i32", plane)
	}
	return []trace.Type{trace.TypeOf(in[0].DType, shape...), trace.TypeOf(trace.Int32, shape...)}, nil
}

func (op maxPool) Eval(in, out []*trace.Array) {
	if out[0].Type().Size() == 0 {
		return // without planes there may be any number of windows
	}
	s := op.Windows.geometry(in[0].Shape())
	onNumber(in[0].DType(), poolMax[int32], poolMax[int64], poolMax[float32], poolMax[float64])(out[0], out[1], in[0], s)
	geometries.Put(s)
}

func poolMax[T number](y, index, x *trace.Array, s *kpool.Geometry) {
	kpool.Max(trace.Elems[T](y), trace.Elems[int32](index), trace.Elems[T](x), s)
}

// VJP adds each cotangent where its value was found. For this, planes are laid out as
// lines.
func (op maxPool) VJP(in, out, ct []trace.Value, _ []bool) []trace.Value {
	x := in[0].Shape()
	lead, plane := len(x)-op.Windows.rank(), volume(op.Windows.spatial(x))
	lines := AddAlong(Flatten(ct[0], lead), Flatten(out[1], lead), -1, plane)
	return []trace.Value{Reshape(lines, x...)}
}

func (op maxPool) Batch(_ int, in []trace.Value, _ []bool) []trace.Value {
	return trace.Bind(op, in[0])
}

func (maxPool) Moves()        {}
func (maxPool) Nonexpansive() {}

// ByRow needs an axis that is not pooled.
func (op maxPool) ByRow(in []trace.Type, _ int) bool { return in[0].Rank() > op.Windows.rank() }

// Signs gives the values the classes of the operand. The positions may be anything.
func (maxPool) Signs(in []trace.Sign) []trace.Sign { return []trace.Sign{in[0], trace.AnySign} }

// Selects returns the size of the planes that are pooled.
func (op maxPool) Selects(in []trace.Type) int { return volume(op.Windows.spatial(in[0].Shape)) }
