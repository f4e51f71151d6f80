package fn

import "github.com/pullback-go/pullback/trace"

// CumProd is the cumulative product along an axis: y_i = x_0 · ... · x_i. Its derivatives
// are right where elements are 0, too. Integers wrap, those of one byte in i32, which the
// result then is.
func CumProd(x trace.Value, axis int) trace.Value {
	defer trace.Naming("cumprod", x)
	return trace.Bind1(cumProd{fromEnd(axis, x.Rank())}, x)
}

// CumLogSumExp is log(exp x_0 + ... + exp x_i) along an axis of floats, without overflow.
func CumLogSumExp(x trace.Value, axis int) trace.Value {
	defer trace.Naming("cumlogsumexp", x)
	return trace.Bind1(cumLogSumExp{fromEnd(axis, x.Rank())}, x)
}

// CumMax is the largest of x_0 ... x_i along an axis, and NaN from the first NaN on. The
// first of equal elements gets the cotangent.
func CumMax(x trace.Value, axis int) trace.Value {
	defer trace.Naming("cummax", x)
	return cumExtreme(x, axis, false)
}

// CumMin is the smallest of x_0 ... x_i along an axis, and NaN from the first NaN on. The
// first of equal elements gets the cotangent.
func CumMin(x trace.Value, axis int) trace.Value {
	defer trace.Naming("cummin", x)
	return cumExtreme(x, axis, true)
}

func cumExtreme(x trace.Value, axis int, least bool) trace.Value {
	axis = fromEnd(axis, x.Rank())
	return TakeAlong(x, trace.Bind1(cumArgExtreme{axis, least}, x), axis)
}

type cumProd struct{ Axis int }

func (cumProd) Name() string { return "cumprod" }

func (op cumProd) Infer(in []trace.Type) ([]trace.Type, error) {
	if err := wantNumbers(in[0]); err != nil {
		return nil, err
	}
	return []trace.Type{totals(in[0])}, checkAxis(op.Axis, in[0])
}

func (op cumProd) Eval(in, out []*trace.Array) {
	onNumber(in[0].DType(), cumProdElems[int32], cumProdElems[int64], cumProdElems[float32], cumProdElems[float64])(op.Axis, in[0], out[0])
}

func cumProdElems[T number](axis int, in, out *trace.Array) {
	accumulate(axis, in, out, func(sofar, x T) T { return sofar * x })
}

// accumulate combines each element along an axis with the result before it.
func accumulate[T number](axis int, in, out *trace.Array, combine func(sofar, x T) T) {
	x, y := trace.Elems[T](in), trace.Elems[T](out)
	outer, n, inner := around(in.Shape(), axis)
	if n == 0 {
		return
	}
	for o := range outer {
		from := o * n * inner
		copy(y[from:from+inner], x[from:from+inner])
		for i := from + inner; i < from+n*inner; i++ {
			y[i] = combine(y[i-inner], x[i])
		}
	}
}

// VJP uses that y_i = y_{i-1} x_i. The cotangent of y_i is g_i = ct_i + x_{i+1} g_{i+1},
// and that of x_i is g_i y_{i-1}.
func (op cumProd) VJP(in, out, ct []trace.Value, _ []bool) []trace.Value {
	n := in[0].Dim(op.Axis)
	if n == 0 {
		return ct
	}
	next := padded(part(in[0], op.Axis, 1, n), op.Axis, 0, 1, 0)
	before := padded(part(out[0], op.Axis, 0, n-1), op.Axis, 1, 0, 1)
	return []trace.Value{Mul(backward(next, ct[0], op.Axis), before)}
}

func (op cumProd) Batch(_ int, in []trace.Value, _ []bool) []trace.Value {
	return trace.Bind(cumProd{op.Axis + 1}, in[0])
}

// padded adds elements before and after those along an axis.
func padded(x trace.Value, axis, low, high int, value float64) trace.Value {
	c := PadConfig{Low: make([]int, x.Rank()), High: make([]int, x.Rank()), Value: value}
	c.Low[axis], c.High[axis] = low, high
	return Pad(x, c)
}

// backward solves g_i = b_i + a_i g_{i+1} along an axis, with g_n = 0. It composes ever
// longer runs of steps g ↦ b + a g, which takes log₂ n rounds.
func backward(a, b trace.Value, axis int) trace.Value {
	n := a.Dim(axis)
	for run := 1; run < n; run *= 2 {
		later := func(x trace.Value, value float64) trace.Value {
			return padded(part(x, axis, run, n), axis, 0, run, value)
		}
		b = Add(b, Mul(a, later(b, 0)))
		if 2*run < n {
			a = Mul(a, later(a, 0))
		}
	}
	return b
}

type cumLogSumExp struct{ Axis int }

func (cumLogSumExp) Name() string { return "cumlogsumexp" }

func (op cumLogSumExp) Infer(in []trace.Type) ([]trace.Type, error) {
	if err := wantFloats(in[0]); err != nil {
		return nil, err
	}
	return in, checkAxis(op.Axis, in[0])
}

func (op cumLogSumExp) Eval(in, out []*trace.Array) {
	onFloat(in[0].DType(), cumLogSumExpElems[float32], cumLogSumExpElems[float64])(op.Axis, in[0], out[0])
}

func cumLogSumExpElems[T float32 | float64](axis int, in, out *trace.Array) {
	accumulate(axis, in, out, func(sofar, x T) T { return T(logAddExpOf(float64(sofar), float64(x))) })
}

// VJP uses that y_i = log(exp y_{i-1} + exp x_i): the cotangent of y_i is g_i = ct_i +
// exp(y_i - y_{i+1}) g_{i+1}, and that of x_i is g_i exp(x_i - y_i).
func (op cumLogSumExp) VJP(in, out, ct []trace.Value, _ []bool) []trace.Value {
	n := in[0].Dim(op.Axis)
	if n == 0 {
		return ct
	}
	steps := padded(expOfDifference(part(out[0], op.Axis, 0, n-1), part(out[0], op.Axis, 1, n)), op.Axis, 0, 1, 0)
	return []trace.Value{Mul(backward(steps, ct[0], op.Axis), expOfDifference(in[0], out[0]))}
}

func (op cumLogSumExp) Batch(_ int, in []trace.Value, _ []bool) []trace.Value {
	return trace.Bind(cumLogSumExp{op.Axis + 1}, in[0])
}

// cumArgExtreme is the index of the element that is the largest so far, or the smallest if
// Least is set.
type cumArgExtreme struct {
	Axis  int
	Least bool
}

func (op cumArgExtreme) Name() string {
	if op.Least {
		return "cumargmin"
	}
	return "cumargmax"
}

func (op cumArgExtreme) Infer(in []trace.Type) ([]trace.Type, error) {
	if err := wantNumbers(in[0]); err != nil {
		return nil, err
	}
	return []trace.Type{trace.TypeOf(trace.Int64, in[0].Shape...)}, checkAxis(op.Axis, in[0])
}

func (op cumArgExtreme) Eval(in, out []*trace.Array) {
	onNumber(in[0].DType(), cumArgElems[int32], cumArgElems[int64], cumArgElems[float32], cumArgElems[float64])(op, in[0], trace.Elems[int64](out[0]))
}

func cumArgElems[T number](op cumArgExtreme, in *trace.Array, index []int64) {
	x := trace.Elems[T](in)
	outer, n, inner := around(in.Shape(), op.Axis)
	for o := range outer {
		for k := range inner {
			from, best := o*n*inner+k, 0
			for i := range n {
				at, sofar := x[from+i*inner], x[from+best*inner]
				if sofar == sofar && (at != at || (at > sofar) != op.Least && at != sofar) { // a NaN is unequal to itself
					best = i
				}
				index[from+i*inner] = int64(best)
			}
		}
	}
}

func (cumArgExtreme) VJP(_, _, _ []trace.Value, _ []bool) []trace.Value { return []trace.Value{{}} }

func (op cumArgExtreme) Batch(_ int, in []trace.Value, _ []bool) []trace.Value {
	return trace.Bind(cumArgExtreme{op.Axis + 1, op.Least}, in[0])
}
