package fn

import (
	kelementwise "github.com/pullback-go/pullback/internal/kernel/elementwise"
	"github.com/pullback-go/pullback/trace"
)

// Cast converts the elements of x to a dtype. To a float dtype it rounds to the nearest
// value. From float to integer it drops the fraction; a number out of range becomes the
// nearest end of the range, and NaN becomes 0. Between integers it wraps. True becomes 1.
// To bool, everything but 0 becomes true, NaN included.
//
// From float to float Cast is linear. Every other conversion has no derivative: its
// cotangent is zero.
func Cast(x trace.Value, d trace.DType) trace.Value {
	if !x.IsAbsent() && x.DType() == d && !x.IsWeak() {
		return x
	}
	return trace.Bind1(cast{d}, x).WithWeak(false)
}

type cast struct{ To trace.DType }

func (cast) Name() string            { return "cast" }
func (op cast) LinearIn([]bool) bool { return op.To.IsFloat() }

func (op cast) Infer(in []trace.Type) ([]trace.Type, error) {
	return []trace.Type{trace.TypeOf(op.To, in[0].Shape...)}, nil
}

func (op cast) Eval(in, out []*trace.Array) {
	onAny(in[0].DType(), fromBools, fromNumbers[int32], fromNumbers[int64], fromNumbers[float32], fromNumbers[float64])(in[0], out[0])
}

func fromNumbers[S number](x, y *trace.Array) {
	if y.DType() == trace.Bool {
		kelementwise.Unary(trace.Elems[bool](y), trace.Elems[S](x), func(v S) bool { return v != 0 })
		return
	}
	onNumber(y.DType(), convert[int32, S], convert[int64, S], convert[float32, S], convert[float64, S])(x, y)
}

func convert[D, S number](x, y *trace.Array) { kelementwise.Cast(trace.Elems[D](y), trace.Elems[S](x)) }

func fromBools(x, y *trace.Array) {
	if y.DType() == trace.Bool {
		y.CopyFrom(x)
		return
	}
	onNumber(y.DType(), indicator[int32], indicator[int64], indicator[float32], indicator[float64])(x, y)
}

// indicator is 1 where x is true, else 0.
func indicator[D number](x, y *trace.Array) {
	kelementwise.Indicator(trace.Elems[D](y), trace.Elems[bool](x))
}

func (op cast) VJP(in, _, ct []trace.Value, _ []bool) []trace.Value {
	from := in[0].DType()
	if !from.IsFloat() || !op.To.IsFloat() {
		return make([]trace.Value, 1)
	}
	return []trace.Value{Cast(ct[0], from)}
}

func (op cast) Batch(_ int, in []trace.Value, _ []bool) []trace.Value { return trace.Bind(op, in[0]) }

func (op cast) Simplify(in []trace.Type) (trace.Op, []int, bool) {
	return nil, []int{0}, in[0].DType == op.To
}

// Moves holds between floats, where a cast at most rounds. To and from other dtypes no
// relevance passes at all.
func (cast) Moves() {}

func (cast) Elementwise() {}

// Signs allows for numbers that a smaller dtype cannot hold and for truncation to whole
// numbers. As a bool, NaN is true.
func (op cast) Signs(in []trace.Sign) []trace.Sign {
	return oneSign(in[0].Map(func(x trace.Sign) trace.Sign {
		switch {
		case op.To == trace.Bool:
			return truth(x&trace.Zero == 0)
		case x == trace.Negative:
			return trace.NegInf | trace.Negative | trace.NegZero
		case x == trace.Positive:
			return trace.PosZero | trace.Positive | trace.PosInf
		}
		return x
	}))
}
