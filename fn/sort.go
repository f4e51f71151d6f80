package fn

import (
	"fmt"
	"slices"

	kparallel "github.com/pullback-go/pullback/internal/kernel/parallel"
	"github.com/pullback-go/pullback/trace"
)

// Sort puts the elements along an axis in ascending order, NaN last. Each cotangent goes
// to the element that its place was given to.
func Sort(x trace.Value, axis int) trace.Value {
	defer trace.Naming("sort", x)
	return TakeAlong(x, ArgSort(x, axis), axis)
}

// ArgSort is, as i64, the index of the element that [Sort] puts at each place along an
// axis. Of equal elements the one with the lower index comes first. It has no derivative.
func ArgSort(x trace.Value, axis int) trace.Value {
	defer trace.Naming("argsort", x)
	axis = fromEnd(axis, x.Rank())
	if err := checkAxis(axis, x.Type()); err != nil {
		refuse("argsort", []trace.Value{x}, "%v", err)
	}
	return trace.Bind1(argSort{axis, x.Dim(axis), false}, x)
}

// TopK is the k largest elements along an axis, or the k smallest ones, in order: the
// largest, or smallest, first. indices is, as i64, where they are; of equal elements the
// one with the lower index comes first. NaN counts as larger than every number. Each
// cotangent goes to the element that was picked. A k larger than the axis is an error.
func TopK(x trace.Value, k, axis int, smallest bool) (values, indices trace.Value) {
	defer trace.Naming("top_k", x)
	indices = trace.Bind1(argSort{fromEnd(axis, x.Rank()), k, !smallest}, x)
	return TakeAlong(x, indices, axis), indices
}

// argSort finds the first Count elements along Axis in ascending or descending order.
type argSort struct {
	Axis, Count int
	Descending  bool
}

func (argSort) Name() string { return "argsort" }

func (op argSort) Infer(in []trace.Type) ([]trace.Type, error) {
	if err := wantNumbers(in[0]); err != nil {
		return nil, err
	}
	if err := checkAxis(op.Axis, in[0]); err != nil {
		return nil, err
	}
	if n := in[0].Shape[op.Axis]; op.Count < 0 || op.Count > n {
		return nil, fmt.Errorf("%d elements of axis %d are wanted, which has %d", op.Count, op.Axis, n)
	}
	shape := slices.Clone(in[0].Shape)
	shape[op.Axis] = op.Count
	return []trace.Type{trace.TypeOf(trace.Int64, shape...)}, nil
}

func (op argSort) Eval(in, out []*trace.Array) {
	onNumber(in[0].DType(), sortLines[int32], sortLines[int64], sortLines[float32], sortLines[float64])(op, in[0], out[0])
}

// placed is an element and where it was.
type placed[T number] struct {
	x  T
	at int
}

// sortLines sorts the lines along the axis, each by itself.
func sortLines[T number](op argSort, x, y *trace.Array) {
	outer, n, inner := around(x.Shape(), op.Axis)
	src, dst := trace.Elems[T](x), trace.Elems[int64](y)
	kparallel.Run(outer*inner, max(1, grain/16/max(n, 1)), func(lo, hi int) {
		line := make([]placed[T], n)
		for l := lo; l < hi; l++ {
			o, i := l/inner, l%inner
			for j := range line {
				line[j] = placed[T]{src[(o*n+j)*inner+i], j}
			}
			slices.SortFunc(line, func(a, b placed[T]) int {
				c := order(a.x, b.x)
				if op.Descending {
					c = -c
				}
				if c == 0 {
					return a.at - b.at
				}
				return c
			})
			for j, p := range line[:op.Count] {
				dst[(o*op.Count+j)*inner+i] = int64(p.at)
			}
		}
	})
}

// order is negative if a comes before b in ascending order, 0 if they are equal. NaN is
// larger than every number and equal to NaN.
func order[T number](a, b T) int {
	switch {
	case a < b || a == a && b != b:
		return -1
	case a > b || a != a && b == b:
		return 1
	}
	return 0
}

func (argSort) VJP(_, _, _ []trace.Value, _ []bool) []trace.Value { return make([]trace.Value, 1) }

func (op argSort) Batch(_ int, in []trace.Value, _ []bool) []trace.Value {
	op.Axis++
	return trace.Bind(op, in[0])
}
