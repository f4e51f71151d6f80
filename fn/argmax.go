package fn

import (
	"fmt"

	kelementwise "github.com/pullback-go/pullback/internal/kernel/elementwise"
	"github.com/pullback-go/pullback/trace"
)

// ArgMax is the index, as i64, of the largest element along an axis, which is dropped. Of
// equal elements it takes the first, and if there is a NaN, the first NaN. An empty axis
// is an error. ArgMax has no derivative.
func ArgMax(x trace.Value, axis int) trace.Value {
	defer trace.Naming("argmax", x)
	return trace.Bind1(argExtreme{fromEnd(axis, x.Rank()), false}, x)
}

// ArgMin is the index, as i64, of the smallest element along an axis, which is dropped.
// Of equal elements it takes the first, and if there is a NaN, the first NaN. An empty
// axis is an error. ArgMin has no derivative.
func ArgMin(x trace.Value, axis int) trace.Value {
	defer trace.Naming("argmin", x)
	return trace.Bind1(argExtreme{fromEnd(axis, x.Rank()), true}, x)
}

// argExtreme is ArgMax, or ArgMin if Least is set.
type argExtreme struct {
	Axis  int
	Least bool
}

func (op argExtreme) Name() string {
	if op.Least {
		return "argmin"
	}
	return "argmax"
}

func (op argExtreme) String() string { return fmt.Sprintf("%s{Axis:%d}", op.Name(), op.Axis) }

func (op argExtreme) Infer(in []trace.Type) ([]trace.Type, error) {
	if err := wantNumbers(in[0]); err != nil {
		return nil, err
	}
	if err := checkAxis(op.Axis, in[0]); err != nil {
		return nil, err
	}
	if in[0].Shape[op.Axis] == 0 {
		return nil, fmt.Errorf("axis %d of %v is empty and has no %s", op.Axis, in[0], op.Name()[3:])
	}
	return []trace.Type{trace.TypeOf(trace.Int64, without(in[0].Shape, []int{op.Axis})...)}, nil
}

func (op argExtreme) Eval(in, out []*trace.Array) {
	onNumber(in[0].DType(), argElems[int32], argElems[int64], argElems[float32], argElems[float64])(op, in[0], out[0])
}

func argElems[T number](op argExtreme, x, y *trace.Array) {
	outer, n, inner := around(x.Shape(), op.Axis)
	if op.Least {
		kelementwise.ArgMin(trace.Elems[int64](y), trace.Elems[T](x), outer, n, inner)
		return
	}
	kelementwise.ArgMax(trace.Elems[int64](y), trace.Elems[T](x), outer, n, inner)
}

func (argExtreme) VJP(_, _, _ []trace.Value, _ []bool) []trace.Value { return make([]trace.Value, 1) }

func (op argExtreme) Batch(_ int, in []trace.Value, _ []bool) []trace.Value {
	return trace.Bind(argExtreme{op.Axis + 1, op.Least}, in[0])
}
