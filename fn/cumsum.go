package fn

import (
	kelementwise "github.com/pullback-go/pullback/internal/kernel/elementwise"
	"github.com/pullback-go/pullback/trace"
)

// CumSum is the cumulative sum along an axis: y_i = x_0 + ... + x_i. Integers
// wrap, those of one byte in i32, which the result then is.
func CumSum(x trace.Value, axis int) trace.Value {
	defer trace.Naming("cumsum", x)
	return trace.Bind1(cumSum{fromEnd(axis, x.Rank()), false}, x)
}

// CumSumConfig says which sums [CumSumWith] takes.
type CumSumConfig struct {
	// Exclusive leaves an element out of its own sum: y_i = x_0 + ... + x_{i-1}.
	Exclusive bool
	// Reverse sums from the end of the axis: y_i = x_i + ... + x_{n-1}.
	Reverse bool
}

// CumSumWith is [CumSum] with options.
func CumSumWith(x trace.Value, axis int, c CumSumConfig) trace.Value {
	defer trace.Naming("cumsum", x)
	axis = fromEnd(axis, x.Rank())
	if c.Exclusive && checkAxis(axis, x.Type()) == nil && x.Dim(axis) > 0 {
		x = moveOn(x, axis, c.Reverse)
	}
	return trace.Bind1(cumSum{axis, c.Reverse}, x)
}

// moveOn moves each element to the next place along an axis, or to the one before it. A 0
// comes in at one end, and the element at the other end is dropped.
func moveOn(x trace.Value, axis int, back bool) trace.Value {
	low, high := make([]int, x.Rank()), make([]int, x.Rank())
	low[axis], high[axis] = 1, -1
	if back {
		low, high = high, low
	}
	return Pad(x, PadConfig{Low: low, High: high})
}

// cumSum is CumSum or, if Reverse is set, its adjoint: y_i = x_i + ... + x_{n-1}.
type cumSum struct {
	Axis    int
	Reverse bool
}

func (cumSum) Name() string         { return "cumsum" }
func (cumSum) LinearIn([]bool) bool { return true }

func (op cumSum) Infer(in []trace.Type) ([]trace.Type, error) {
	if err := wantNumbers(in[0]); err != nil {
		return nil, err
	}
	return []trace.Type{totals(in[0])}, checkAxis(op.Axis, in[0])
}

func (op cumSum) Eval(in, out []*trace.Array) {
	onNumber(in[0].DType(), cumSumElems[int32], cumSumElems[int64], cumSumElems[float32], cumSumElems[float64])(op, in[0], out[0])
}

func cumSumElems[T number](op cumSum, x, y *trace.Array) {
	outer, n, inner := around(x.Shape(), op.Axis)
	kelementwise.CumSum(trace.Elems[T](y), trace.Elems[T](x), outer, n, inner, op.Reverse)
}

func (op cumSum) VJP(_, _, ct []trace.Value, _ []bool) []trace.Value {
	return trace.Bind(cumSum{op.Axis, !op.Reverse}, ct[0])
}

func (op cumSum) Batch(_ int, in []trace.Value, _ []bool) []trace.Value {
	return trace.Bind(cumSum{op.Axis + 1, op.Reverse}, in[0])
}

func (cumSum) Signs(in []trace.Sign) []trace.Sign { return oneSign(summed(in[0])) }
