package lawtest

import (
	"math"
	"slices"
	"strings"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/trace"
)

// everyForm is what a random program is drawn from.
var everyForm = slices.Concat(elementForms, choiceForms, shapeForms, reductionForms, indexForms, layerForms, matrixForms, fourierForms, constantForms, randomForms, guardForms, callForms)

// qualified is the name of a function with its package, which is fn unless it is named.
func qualified(code string) string {
	if strings.Contains(code, ".") {
		return code
	}
	return "fn." + code
}

// one is a function of one operand.
func one(weight int, code string, f any, fits func(trace.Type) bool) form {
	c := callableOf(qualified(code), f)
	return form{weight, func(g *drawer) { g.emit(c, g.operand(fits)) }}
}

// operand is one that fits; if there is none, a fresh one of floats, or a key.
func (g *drawer) operand(fits func(trace.Type) bool) variable {
	v, ok := g.find(fits)
	switch {
	case ok:
		return v
	case fits(trace.TypeOf(g.float, 2, 3)):
		return g.fresh(trace.TypeOf(g.float, 2, 3))
	case fits(trace.TypeOf(trace.Int64)):
		return g.fresh(trace.TypeOf(trace.Int64))
	}
	panic(misfit{})
}

// with is a function of one operand and what draws its other arguments.
func with(weight int, code string, f any, fits func(trace.Type) bool, rest func(g *drawer, t trace.Type) []any) form {
	c := callableOf(qualified(code), f)
	return form{weight, func(g *drawer) {
		x := g.operand(fits)
		g.emit(c, append([]any{x}, rest(g, g.typeOf(x))...)...)
	}}
}

// bounds draws parameters for activations, which are seldom odd.
func bounds(choices ...[]float64) func(g *drawer, t trace.Type) []any {
	return func(g *drawer, _ trace.Type) []any {
		var out []any
		for _, c := range choices {
			out = append(out, c[g.intn(len(c))])
		}
		return out
	}
}

// two is a function of two operands of one dtype that broadcast; one of them may be a
// scalar that takes the other's dtype.
func two(weight int, code string, f any, fits func(trace.Type) bool) form {
	c := callableOf(qualified(code), f)
	return form{weight, func(g *drawer) {
		x := g.operand(fits)
		y := g.partner(x)
		if g.chance(2) {
			g.emit(c, x, y)
			return
		}
		g.emit(c, y, x)
	}}
}

// partner is an operand that goes with x: a scalar, an array that broadcasts with it, or
// x itself.
func (g *drawer) partner(x variable) any {
	t := g.typeOf(x)
	if t.DType != trace.Bool && g.chance(3) {
		return weak(g.scalar(t.DType))
	}
	if y, ok := g.find(func(u trace.Type) bool { return u.DType == t.DType && broadcast(t.Shape, u.Shape) }); ok && y != x {
		return y
	}
	if g.chance(8) {
		return x
	}
	return g.fresh(t)
}

func (g *drawer) scalar(d trace.DType) float64 {
	if d.IsInt() {
		return float64(g.pick(0, 1, 2, -1, 3))
	}
	return []float64{0, 0, 0, 1, 1, -1, 2, 0.5, math.Copysign(0, -1), 1e-7, -3, math.Inf(1), math.NaN()}[g.intn(13)]
}

func broadcast(a, b []int) bool {
	_, err := fn.BroadcastShapes(a, b)
	return err == nil
}

var elementForms = []form{
	one(3, "Neg", fn.Neg, numbers), one(3, "Abs", fn.Abs, numbers), one(2, "Sign", fn.Sign, numbers), one(4, "Square", fn.Square, numbers),
	one(4, "Exp", fn.Exp, floats), one(1, "Expm1", fn.Expm1, floats), one(5, "Log", fn.Log, floats), one(1, "Log1p", fn.Log1p, floats),
	one(5, "Sqrt", fn.Sqrt, floats), one(2, "Rsqrt", fn.Rsqrt, floats), one(3, "Reciprocal", fn.Reciprocal, floats),
	one(1, "Sin", fn.Sin, floats), one(1, "Cos", fn.Cos, floats), one(1, "Tan", fn.Tan, floats), one(1, "Atan", fn.Atan, floats),
	one(1, "Asin", fn.Asin, floats), one(1, "Acos", fn.Acos, floats), one(1, "Sinh", fn.Sinh, floats), one(1, "Cosh", fn.Cosh, floats),
	one(1, "Asinh", fn.Asinh, floats), one(1, "Acosh", fn.Acosh, floats), one(1, "Atanh", fn.Atanh, floats), one(2, "Tanh", fn.Tanh, floats), one(1, "Erf", fn.Erf, floats),
	one(1, "Floor", fn.Floor, floats), one(1, "Ceil", fn.Ceil, floats), one(1, "Round", fn.Round, floats), one(1, "Trunc", fn.Trunc, floats),
	one(6, "ReLU", fn.ReLU, floats), one(2, "ReLU6", fn.ReLU6, floats), one(2, "Sigmoid", fn.Sigmoid, floats), one(1, "SiLU", fn.SiLU, floats), one(1, "Mish", fn.Mish, floats),
	one(1, "GELU", fn.GELU, floats), one(1, "GELUTanh", fn.GELUTanh, floats), one(1, "HardSigmoid", fn.HardSigmoid, floats), one(1, "HardSwish", fn.HardSwish, floats),
	one(1, "LogSigmoid", fn.LogSigmoid, floats), one(1, "SELU", fn.SELU, floats), one(1, "Softsign", fn.Softsign, floats), one(1, "Tanhshrink", fn.Tanhshrink, floats),
	one(3, "Positive", fn.Positive, floats), one(3, "Negative", fn.Negative, floats),
	with(1, "CELU", fn.CELU, floats, bounds([]float64{1, 0.5, -1})), with(1, "ELU", fn.ELU, floats, bounds([]float64{1, 0.5, -1})),
	with(3, "LeakyReLU", fn.LeakyReLU, floats, bounds([]float64{0.1, 0, -0.5, 1, 2})), with(1, "RReLU", fn.RReLU, floats, bounds([]float64{0.1}, []float64{0.3})),
	with(1, "Threshold", fn.Threshold, floats, bounds([]float64{0, 0.1, -1}, []float64{0, 5, -1})),
	with(1, "Softplus", fn.Softplus, floats, bounds([]float64{1, 2}, []float64{20, 1})),
	with(1, "HardShrink", fn.HardShrink, floats, bounds([]float64{0, 0.1, 0.5})), with(1, "Softshrink", fn.Softshrink, floats, bounds([]float64{0, 0.1, 0.5})),
	with(1, "HardTanh", fn.HardTanh, floats, bounds([]float64{-1, 0}, []float64{1, 2})),
	with(2, "Clamp", fn.Clamp, numbers, bounds([]float64{-1, 0, math.Inf(-1)}, []float64{1, 0, math.Inf(1)})),
	with(3, "ClampMin", fn.ClampMin, numbers, bounds([]float64{0, 1, -1})), with(3, "ClampMax", fn.ClampMax, numbers, bounds([]float64{0, 1, -1})),
	with(2, "PowScalar", fn.PowScalar, floats, bounds([]float64{0, 1, 2, 3, -1, 0.5, -0.5})),
	two(8, "Add", fn.Add, numbers), two(8, "Sub", fn.Sub, numbers), two(12, "Mul", fn.Mul, numbers), two(10, "Div", fn.Div, numbers),
	two(4, "Maximum", fn.Maximum, numbers), two(4, "Minimum", fn.Minimum, numbers), two(1, "Rem", fn.Rem, numbers), two(1, "Mod", fn.Mod, numbers), two(2, "Pow", fn.Pow, floats),
	one(1, "IsNaN", fn.IsNaN, numbers), one(1, "IsInf", fn.IsInf, numbers), one(1, "IsFinite", fn.IsFinite, numbers),
	with(2, "Scale", fn.Scale, numbers, bounds([]float64{2, -1, 0, 3})), with(2, "Shift", fn.Shift, numbers, bounds([]float64{1, -2, 0})),
	one(1, "Erfc", fn.Erfc, floats), one(1, "ErfInv", fn.ErfInv, floats), one(1, "NormalCDF", fn.NormalCDF, floats), one(1, "LogNormalCDF", fn.LogNormalCDF, floats),
	one(1, "NormalQuantile", fn.NormalQuantile, floats), one(1, "Logit", fn.Logit, floats), one(1, "Entropy", fn.Entropy, floats), one(1, "LogGamma", fn.LogGamma, floats),
	one(1, "Digamma", fn.Digamma, floats), one(1, "I0", fn.I0, floats), one(1, "I1", fn.I1, floats), one(1, "I0e", fn.I0e, floats), one(1, "I1e", fn.I1e, floats),
	one(1, "Sinc", fn.Sinc, floats), one(1, "Cbrt", fn.Cbrt, floats), one(1, "Exp2", fn.Exp2, floats), one(1, "Log2", fn.Log2, floats), one(1, "Log10", fn.Log10, floats),
	one(1, "SignBit", fn.SignBit, floats), with(1, "NanToNum", fn.NanToNum, floats, bounds([]float64{0, 1})),
	two(1, "Atan2", fn.Atan2, floats), two(1, "Hypot", fn.Hypot, floats), two(1, "LogAddExp", fn.LogAddExp, floats), two(1, "XLogY", fn.XLogY, floats),
	two(1, "XLog1pY", fn.XLog1pY, floats), two(1, "CopySign", fn.CopySign, floats), two(1, "FloorDiv", fn.FloorDiv, numbers), two(1, "LogBeta", fn.LogBeta, floats),
	two(1, "BitAnd", fn.BitAnd, whole), two(1, "BitOr", fn.BitOr, whole), two(1, "BitXor", fn.BitXor, whole), two(1, "ShiftLeft", fn.ShiftLeft, whole),
	two(1, "ShiftRight", fn.ShiftRight, whole), one(1, "BitNot", fn.BitNot, whole), one(1, "PopCount", fn.PopCount, whole),
	two(1, "ArrayEqual", fn.ArrayEqual, anyType),
	{1, func(g *drawer) {
		x := g.operand(numbers)
		g.emit(closeCalls[g.intn(len(closeCalls))], x, g.partner(x))
	}},
	{1, func(g *drawer) {
		x := g.operand(numbers)
		g.emit(clampToCall, x, g.partner(x), g.partner(x))
	}},
	{1, func(g *drawer) {
		x := g.operand(floats)
		g.emit(orderCalls[g.intn(len(orderCalls))], x)
	}},
	{1, func(g *drawer) {
		x := g.operand(floats)
		g.emit(preluCall, x, g.like(g.typeOf(x)))
	}},
	with(3, "Cast", fn.Cast, anyType, func(g *drawer, t trace.Type) []any {
		return []any{[]trace.DType{
			g.float, g.float, g.float, trace.Float32, trace.Float64, trace.Int32, trace.Int64, trace.Bool, trace.Float16, trace.BFloat16, trace.Uint8, trace.Int8,
		}[g.intn(12)]}
	}),
}

var (
	clampToCall = callableOf("fn.ClampTo", fn.ClampTo)
	closeCalls  = []*callable{
		callableOf("fn.IsClose(%s, %s, 0.5, 1)", func(a, b Value) Value { return fn.IsClose(a, b, 0.5, 1) }),
		callableOf("fn.AllClose(%s, %s, 0.5, 1)", func(a, b Value) Value { return fn.AllClose(a, b, 0.5, 1) }),
	}
	orderCalls = []*callable{
		callableOf("fn.Polygamma(1, %s)", func(x Value) Value { return fn.Polygamma(1, x) }),
		callableOf("fn.GammaInc(fn.Scalar(2), %s)", func(x Value) Value { return fn.GammaInc(fn.Scalar(2), x) }),
		callableOf("fn.GammaIncC(fn.Scalar(0.5), %s)", func(x Value) Value { return fn.GammaIncC(fn.Scalar(0.5), x) }),
	}
	preluCall = callableOf("fn.PReLU", fn.PReLU)
	maskCall  = callableOf("fn.Mask", fn.Mask)
	whereCall = callableOf("fn.Where", fn.Where)
	castCall  = callableOf("fn.Cast", fn.Cast)

	comparisons = []*callable{
		callableOf("fn.Greater", fn.Greater), callableOf("fn.GreaterEqual", fn.GreaterEqual), callableOf("fn.Less", fn.Less),
		callableOf("fn.LessEqual", fn.LessEqual), callableOf("fn.Equal", fn.Equal), callableOf("fn.NotEqual", fn.NotEqual),
	}
)

// condition is a bool of x's shape: a comparison of x or of another array, or one that is
// there.
func (g *drawer) condition(x variable) variable {
	shape := g.typeOf(x).Shape
	if c, ok := g.find(func(t trace.Type) bool { return t.DType == trace.Bool && slices.Equal(t.Shape, shape) }); ok && g.chance(3) {
		return c
	}
	of := x
	if y, ok := g.find(func(t trace.Type) bool { return numbers(t) && slices.Equal(t.Shape, shape) }); ok {
		of = y
	}
	if bools(g.typeOf(of)) {
		return of
	}
	return g.emit(comparisons[g.intn(len(comparisons))], of, g.partner(of))
}

// converted makes ints of them again.
func converted(list []any) []int {
	out := make([]int, len(list))
	for i, n := range list {
		out[i] = n.(int)
	}
	return out
}

// choiceForms compare, combine conditions and choose by them.
var choiceForms = []form{
	two(3, "Greater", fn.Greater, numbers), two(3, "GreaterEqual", fn.GreaterEqual, numbers), two(3, "Less", fn.Less, numbers),
	two(3, "LessEqual", fn.LessEqual, numbers), two(3, "Equal", fn.Equal, anyType), two(3, "NotEqual", fn.NotEqual, anyType),
	two(2, "And", fn.And, bools), two(2, "Or", fn.Or, bools), two(1, "Xor", fn.Xor, bools), one(2, "Not", fn.Not, bools),
	{10, func(g *drawer) {
		x := g.operand(numbers)
		g.emit(maskCall, g.condition(x), x)
	}},
	{10, func(g *drawer) {
		x := g.operand(anyType)
		if y := g.partner(x); g.chance(2) {
			g.emit(whereCall, g.condition(x), x, y)
		} else {
			g.emit(whereCall, g.condition(x), y, x)
		}
	}},
}

// shapeForms move elements.
var shapeForms = []form{
	with(2, "Reshape", fn.Reshape, anyType, func(g *drawer, t trace.Type) []any {
		if g.chance(2) || t.Size() == 0 {
			return []any{t.Size()}
		}
		return []any{-1, slices.Max(append(slices.Clone(t.Shape), 1))}
	}),
	with(1, "Flatten", fn.Flatten, ranked(1, anyType), axis),
	with(1, "ExpandDims", fn.ExpandDims, anyType, func(g *drawer, t trace.Type) []any { return []any{g.intn(t.Rank() + 1)} }),
	with(1, "Squeeze", fn.Squeeze, func(t trace.Type) bool { return slices.Contains(t.Shape, 1) }, func(_ *drawer, t trace.Type) []any {
		return []any{slices.Index(t.Shape, 1)}
	}),
	with(2, "Transpose", fn.Transpose, ranked(1, anyType), func(g *drawer, t trace.Type) []any {
		if g.chance(2) {
			return nil
		}
		out := []any{}
		for i := range t.Rank() {
			out = slices.Insert(out, g.intn(i+1), any(i))
		}
		return out
	}),
	with(1, "Flip", fn.Flip, ranked(1, anyType), axis),
	with(2, "Expand", fn.Expand, anyType, func(g *drawer, t trace.Type) []any { return []any{g.intn(t.Rank() + 1), g.pick(1, 2, 3, 0)} }),
	with(1, "BroadcastTo", fn.BroadcastTo, anyType, func(g *drawer, t trace.Type) []any { return wide(append([]int{2}, t.Shape...)) }),
	with(1, "BroadcastIn", fn.BroadcastIn, ranked(1, anyType), func(_ *drawer, t trace.Type) []any {
		return append([]any{append(slices.Clone(t.Shape), 2)}, wide(upTo(t.Rank()))...)
	}),
	with(1, "SumTo", fn.SumTo, ranked(1, numbers), func(_ *drawer, t trace.Type) []any { return wide(t.Shape[1:]) }),
	with(1, "Tile", fn.Tile, ranked(1, anyType), func(_ *drawer, t trace.Type) []any { return append([]any{2}, wide(ones(t.Rank()-1))...) }),
	with(2, "Slice", fn.Slice, ranked(1, anyType), func(g *drawer, t trace.Type) []any {
		return []any{fn.SliceConfig{Start: []int{g.pick(0, 0, 1, -1)}, Step: []int{g.pick(1, 1, 2, -1)}}}
	}),
	with(2, "Pad", fn.Pad, ranked(1, numbers), func(g *drawer, t trace.Type) []any {
		c := fn.PadConfig{Low: make([]int, t.Rank()), High: make([]int, t.Rank()), Value: float64(g.pick(0, 0, 1, -2))}
		at := g.intn(t.Rank())
		c.Low[at], c.High[at] = g.pick(0, 1, 2, -1), g.pick(0, 1, -1)
		return []any{c}
	}),
	with(1, "Pad", fn.Pad, ranked(1, anyType), func(g *drawer, t trace.Type) []any {
		c := fn.PadConfig{Low: make([]int, t.Rank()), High: make([]int, t.Rank()), Mode: fn.PadMode(g.pick(1, 2, 3, 4))}
		at := g.intn(t.Rank())
		c.Low[at], c.High[at] = g.pick(0, 1, 2, -1), g.pick(0, 1, -1)
		return []any{c}
	}),
	with(1, "Tril", fn.Tril, ranked(2, anyType), func(g *drawer, _ trace.Type) []any { return []any{g.pick(0, 1, -1)} }),
	with(1, "Triu", fn.Triu, ranked(2, anyType), func(g *drawer, _ trace.Type) []any { return []any{g.pick(0, 1, -1)} }),
	with(1, "PixelShuffle", fn.PixelShuffle, ranked(3, anyType), func(g *drawer, _ trace.Type) []any { return []any{g.pick(1, 2, 3)} }),
	with(1, "PixelUnshuffle", fn.PixelUnshuffle, ranked(3, anyType), func(g *drawer, _ trace.Type) []any { return []any{g.pick(1, 2, 3)} }),
	with(1, "DepthToSpace", fn.DepthToSpace, ranked(3, anyType), func(g *drawer, _ trace.Type) []any { return []any{g.pick(1, 2, 3)} }),
	with(1, "SpaceToDepth", fn.SpaceToDepth, ranked(3, anyType), func(g *drawer, _ trace.Type) []any { return []any{g.pick(1, 2, 3)} }),
	with(2, "Resize", fn.Resize, ranked(1, floats), func(g *drawer, t trace.Type) []any {
		return []any{fn.ResizeConfig{
			Axes: []int{g.intn(t.Rank())}, Size: []int{g.pick(1, 2, 3, 5)}, Mode: fn.ResizeMode(g.intn(3)), Coordinates: fn.ResizeCoordinates(g.intn(7)),
			Rounding: fn.ResizeRounding(g.intn(4)), ExcludeOutside: g.chance(2), Antialias: g.chance(2), Low: []float64{0.25}, High: []float64{1.25}, Extrapolation: float64(g.pick(0, 1)),
		}}
	}),
	with(1, "Roll", fn.Roll, ranked(1, anyType), func(g *drawer, t trace.Type) []any { return []any{g.pick(0, 1, -1, 3), g.intn(t.Rank())} }),
	with(1, "Repeat", fn.Repeat, ranked(1, anyType), func(g *drawer, t trace.Type) []any { return []any{g.pick(0, 1, 2), g.intn(t.Rank())} }),
	with(1, "MoveAxis", fn.MoveAxis, ranked(1, anyType), func(g *drawer, t trace.Type) []any { return []any{g.intn(t.Rank()), g.intn(t.Rank())} }),
	with(1, "SwapAxes", fn.SwapAxes, ranked(1, anyType), func(g *drawer, t trace.Type) []any { return []any{g.intn(t.Rank()), g.intn(t.Rank())} }),
	with(1, "Diagonal", fn.Diagonal, ranked(2, anyType), func(g *drawer, t trace.Type) []any {
		a := g.intn(t.Rank())
		return []any{g.pick(0, 1, -1), a, (a + 1) % t.Rank()}
	}),
	with(1, "Diag", fn.Diag, ranked(1, numbers), func(g *drawer, _ trace.Type) []any { return []any{g.pick(0, 1, -2)} }),
	with(1, "Trace", fn.Trace, ranked(2, numbers), func(*drawer, trace.Type) []any { return nil }),
	{1, func(g *drawer) {
		x := g.operand(ranked(1, anyType))
		g.emit(splitCalls[g.intn(len(splitCalls))], x, g.intn(g.typeOf(x).Rank()))
	}},
	{1, func(g *drawer) {
		x := g.fresh(trace.TypeOf(g.float, 2, 3))
		g.emit(crossCall, x, g.operand(func(t trace.Type) bool { return t.DType == g.float && t.Rank() > 0 && t.Shape[t.Rank()-1] == 3 }), -1)
	}},
	{2, func(g *drawer) {
		x := g.operand(numbers)
		g.emit(productCalls[g.intn(len(productCalls))], x, g.like(g.typeOf(x)))
	}},
	{1, func(g *drawer) {
		x := g.operand(ranked(1, floats))
		row := g.like(trace.TypeOf(g.typeOf(x).DType, g.typeOf(x).Shape[len(g.typeOf(x).Shape)-1]))
		g.emit(rowCalls[g.intn(len(rowCalls))], row, x)
	}},
	with(1, "Index", fn.Index, ranked(1, anyType), func(g *drawer, _ trace.Type) []any { return []any{g.pick(0, -1)} }),
	{2, func(g *drawer) {
		x := g.operand(ranked(1, anyType))
		g.emit(concatCall, g.intn(g.typeOf(x).Rank()), x, g.like(g.typeOf(x)))
	}},
	{2, func(g *drawer) {
		x := g.operand(anyType)
		g.emit(stackCall, g.intn(g.typeOf(x).Rank()+1), x, g.like(g.typeOf(x)))
	}},
}

var (
	concatCall = callableOf("fn.Concat", fn.Concat)
	stackCall  = callableOf("fn.Stack", fn.Stack)
)

// keepCall is of one reduction, as a function.
var keepCall = callableOf("fn.Keep(fn.Sum, %s, %s)", func(x Value, axis int) Value { return fn.Keep(fn.Sum, x, axis) })

// splitCalls take one of the parts of an array.
var splitCalls = []*callable{
	callableOf("fn.Split(%s, 1, %s)[0]", func(x Value, axis int) Value { return fn.Split(x, 1, axis)[0] }),
	callableOf("fn.SplitAt(%s, %s, 1, -1)[1]", func(x Value, axis int) Value { return fn.SplitAt(x, axis, 1, -1)[1] }),
}

// productCalls are products of two arrays of one type.
var productCalls = []*callable{
	callableOf("fn.Outer", fn.Outer), callableOf("fn.VDot", fn.VDot), callableOf("fn.Kron", fn.Kron),
	callableOf("fn.TensorDot(%s, %s, 0)", func(a, b Value) Value { return fn.TensorDot(a, b, 0) }),
}

var crossCall = callableOf("fn.Cross", fn.Cross)

// rowCalls are functions of a vector and an array.
var rowCalls = []*callable{
	callableOf("fn.PolyVal", fn.PolyVal),
	callableOf("fn.Interp(%[2]s, fn.Sort(%[1]s, 0), %[1]s)", func(row, x Value) Value { return fn.Interp(x, fn.Sort(row, 0), row) }),
	callableOf("fn.Meshgrid(%s, fn.Reshape(%s, -1))[1]", func(row, x Value) Value { return fn.Meshgrid(row, fn.Reshape(x, -1))[1] }),
}

func axis(g *drawer, t trace.Type) []any { return []any{g.intn(t.Rank())} }

// axes are one axis or all.
func axes(g *drawer, t trace.Type) []any {
	if g.chance(3) {
		return wide(upTo(t.Rank()))
	}
	return axis(g, t)
}

func wide(xs []int) []any {
	out := make([]any, len(xs))
	for i, x := range xs {
		out[i] = x
	}
	return out
}

func upTo(n int) []int {
	out := make([]int, n)
	for i := range out {
		out[i] = i
	}
	return out
}

func ones(n int) []int { return slices.Repeat([]int{1}, n) }

// reductionForms run along axes.
var reductionForms = []form{
	with(4, "Sum", fn.Sum, ranked(1, numbers), axes), one(2, "SumAll", fn.SumAll, numbers), with(2, "Mean", fn.Mean, ranked(1, floats), axes), one(1, "MeanAll", fn.MeanAll, floats),
	with(2, "Max", fn.Max, ranked(1, numbers), axes), with(2, "Min", fn.Min, ranked(1, numbers), axes), with(1, "Prod", fn.Prod, ranked(1, numbers), axes),
	with(1, "Any", fn.Any, ranked(1, bools), axes), with(1, "All", fn.All, ranked(1, bools), axes),
	with(1, "Var", fn.Var, ranked(1, floats), func(g *drawer, t trace.Type) []any { return append([]any{g.chance(2)}, axis(g, t)...) }),
	with(1, "ArgMax", fn.ArgMax, ranked(1, numbers), axis), with(1, "ArgMin", fn.ArgMin, ranked(1, numbers), axis),
	with(2, "CumSum", fn.CumSum, ranked(1, numbers), axis), with(2, "Softmax", fn.Softmax, ranked(1, floats), axis),
	with(1, "CumSumWith", fn.CumSumWith, ranked(1, numbers), func(g *drawer, t trace.Type) []any {
		return []any{g.intn(t.Rank()), fn.CumSumConfig{Exclusive: g.chance(2), Reverse: g.chance(2)}}
	}),
	with(1, "Std", fn.Std, ranked(1, floats), func(g *drawer, t trace.Type) []any { return append([]any{g.chance(2)}, axis(g, t)...) }),
	with(1, "Quantile", fn.Quantile, ranked(1, floats), func(g *drawer, t trace.Type) []any {
		return append([]any{[]float64{0, 0.3, 0.5, 1}[g.intn(4)]}, axis(g, t)...)
	}),
	with(1, "Median", fn.Median, ranked(1, floats), axes), with(1, "CountNonzero", fn.CountNonzero, ranked(1, anyType), axes),
	with(2, "Norm", fn.Norm, ranked(1, floats), func(g *drawer, t trace.Type) []any {
		return append([]any{[]float64{2, 1, 0, 3, -1, 0.5, math.Inf(1), math.Inf(-1)}[g.intn(8)]}, axes(g, t)...)
	}),
	with(1, "NormAll", fn.NormAll, floats, bounds([]float64{2, 1, 3})),
	with(1, "NanSum", fn.NanSum, ranked(1, floats), axes), with(1, "NanMean", fn.NanMean, ranked(1, floats), axes), with(1, "NanMax", fn.NanMax, ranked(1, floats), axes),
	with(1, "NanMin", fn.NanMin, ranked(1, floats), axes),
	with(1, "NanVar", fn.NanVar, ranked(1, floats), func(g *drawer, t trace.Type) []any { return append([]any{g.chance(2)}, axis(g, t)...) }),
	with(1, "NanStd", fn.NanStd, ranked(1, floats), func(g *drawer, t trace.Type) []any { return append([]any{g.chance(2)}, axis(g, t)...) }),
	{1, func(g *drawer) {
		x := g.operand(ranked(1, numbers))
		g.emit(keepCall, x, g.intn(g.typeOf(x).Rank()))
	}},
	with(2, "CumProd", fn.CumProd, ranked(1, numbers), axis), with(1, "CumMax", fn.CumMax, ranked(1, numbers), axis), with(1, "CumMin", fn.CumMin, ranked(1, numbers), axis),
	with(1, "CumLogSumExp", fn.CumLogSumExp, ranked(1, floats), axis),
	with(1, "Diff", fn.Diff, ranked(1, numbers), func(g *drawer, t trace.Type) []any { return []any{g.intn(3), g.intn(t.Rank())} }),
	with(1, "Sort", fn.Sort, ranked(1, numbers), axis), with(1, "ArgSort", fn.ArgSort, ranked(1, numbers), axis),
	with(1, "GLU", fn.GLU, ranked(1, floats), axis), with(1, "ReGLU", fn.ReGLU, ranked(1, floats), axis), with(1, "GeGLU", fn.GeGLU, ranked(1, floats), axis),
	with(1, "SwiGLU", fn.SwiGLU, ranked(1, floats), axis),
	with(1, "LogSoftmax", fn.LogSoftmax, ranked(1, floats), axis), with(1, "LogSumExp", fn.LogSumExp, ranked(1, floats), axis),
}

// indices is a constant, or an argument, of indices below n.
func (g *drawer) indices(n int, shape ...int) variable {
	t := trace.TypeOf(trace.Int64, shape...)
	if n == 0 && t.Size() > 0 {
		panic(misfit{})
	}
	data := make([]int64, t.Size())
	for i := range data {
		data[i] = int64(g.intn(n))
	}
	v := trace.FromArray(trace.ArrayOf(data, shape...))
	if g.block == g.root && g.chance(3) {
		return g.argumentOf(v)
	}
	return g.emit(arrayConstant, v)
}

// updates are the functions that change elements at places.
var updates = []*callable{
	callableOf("fn.Set", fn.Set), callableOf("fn.AddAt", fn.AddAt), callableOf("fn.MulAt", fn.MulAt),
	callableOf("fn.MaxAt", fn.MaxAt), callableOf("fn.MinAt", fn.MinAt),
}

var segmentCalls = []*callable{
	callableOf("fn.SegmentSum", fn.SegmentSum), callableOf("fn.SegmentMean", fn.SegmentMean), callableOf("fn.SegmentProd", fn.SegmentProd),
	callableOf("fn.SegmentMax", fn.SegmentMax), callableOf("fn.SegmentMin", fn.SegmentMin),
}

// places draws places on the axes of x.
func (g *drawer) places(t trace.Type) []any {
	var out []any
	for _, n := range t.Shape {
		switch g.intn(7) {
		case 0:
			out = append(out, fn.Every)
		case 1:
			out = append(out, fn.SpanStep(g.pick(0, 1, -1), g.pick(2, 3, -1), g.pick(1, 2, -1)))
		case 2:
			out = append(out, fn.NewAxis, fn.Every)
		case 3:
			if n > 0 {
				out = append(out, g.intn(2*n)-n)
				continue
			}
			return out
		case 4:
			return append(out, fn.Rest)
		default:
			out = append(out, g.indices(n, [][]int{{}, {2}, {1}}[g.intn(3)]...))
		}
	}
	return out
}

// indexForms pick and scatter.
var indexForms = []form{
	{3, func(g *drawer) {
		x := g.operand(anyType)
		g.emit(callableOf("fn.At", fn.At), append([]any{x}, g.places(g.typeOf(x))...)...)
	}},
	{4, func(g *drawer) {
		x, update := g.operand(anyType), updates[0]
		t := g.typeOf(x)
		if t.DType != trace.Bool {
			update = updates[g.intn(len(updates))]
		}
		g.emit(update, append([]any{x, g.partner(x)}, g.places(t)...)...)
	}},
	{1, func(g *drawer) {
		x := g.operand(ranked(1, anyType))
		starts, sizes := []any{}, []any{}
		for _, n := range g.typeOf(x).Shape {
			starts, sizes = append(starts, g.indices(9)), append(sizes, g.intn(n+1))
		}
		if g.chance(2) {
			g.emit(callableOf("fn.DynamicSlice(%s, []trace.Value{"+strings.Repeat("%s, ", len(starts))+"}"+strings.Repeat(", %s", len(sizes))+")", func(x Value, more ...any) Value {
				var at []Value
				for _, s := range more[:len(starts)] {
					at = append(at, s.(Value))
				}
				return fn.DynamicSlice(x, at, converted(more[len(starts):])...)
			}), slices.Concat([]any{x}, starts, sizes)...)
			return
		}
		v := g.like(trace.TypeOf(g.typeOf(x).DType, converted(sizes)...))
		g.emit(callableOf("fn.DynamicUpdateSlice", fn.DynamicUpdateSlice), append([]any{x, v}, starts...)...)
	}},
	{2, func(g *drawer) {
		x := g.operand(ranked(1, anyType))
		t := g.typeOf(x)
		a := g.intn(t.Rank())
		index, ok := g.find(whole)
		if !ok || g.chance(2) {
			index = g.indices(t.Shape[a], [][]int{{}, {2}, {3}, {2, 2}}[g.intn(4)]...)
		}
		g.emit(callableOf("fn.Take", fn.Take), x, index, a)
	}},
	{1, func(g *drawer) {
		x := g.operand(ranked(1, anyType))
		t := g.typeOf(x)
		a, shape := g.intn(t.Rank()), slices.Clone(t.Shape)
		shape[a] = g.pick(1, 2, 3)
		g.emit(callableOf("fn.TakeAlong", fn.TakeAlong), x, g.indices(t.Shape[a], shape...), a)
	}},
	{1, func(g *drawer) {
		x := g.operand(ranked(1, numbers))
		t := g.typeOf(x)
		g.emit(callableOf("fn.AddAlong", fn.AddAlong), x, g.indices(3, t.Shape...), g.intn(t.Rank()), 3)
	}},
	{1, func(g *drawer) {
		x := g.operand(ranked(1, numbers))
		t := g.typeOf(x)
		g.emit(callableOf("fn.AddTake", fn.AddTake), x, g.indices(4, t.Shape[0]), 0, 4)
	}},
	{2, func(g *drawer) {
		x := g.operand(ranked(1, numbers))
		g.emit(segmentCalls[g.intn(len(segmentCalls))], x, g.indices(3, g.typeOf(x).Shape[0]), 4)
	}},
	{1, func(g *drawer) {
		x := g.operand(numbers)
		g.emit(callableOf("fn.SearchSorted", fn.SearchSorted), g.like(trace.TypeOf(g.typeOf(x).DType, 4)), x, g.chance(2))
	}},
	{1, func(g *drawer) {
		g.emit(callableOf("fn.BinCount", fn.BinCount), g.indices(3, g.pick(0, 2, 5)), 3)
	}},
	{1, func(g *drawer) {
		x := g.operand(floats)
		g.emit(callableOf("fn.Histogram", fn.Histogram), x, g.fresh(trace.TypeOf(g.typeOf(x).DType, 3)))
	}},
	{1, func(g *drawer) {
		g.emit(callableOf("fn.Unique(%s, %s, %s).Values", func(x Value, n int, fill float64) Value { return fn.Unique(x, n, fill).Values }), g.operand(numbers), g.pick(0, 2, 6), 3.0)
	}},
	{1, func(g *drawer) {
		g.emit(callableOf("fn.NonZero(%s, %s, %s)[0]", func(x Value, n int, fill int64) Value { return fn.NonZero(x, n, fill)[0] }), g.operand(ranked(1, anyType)), g.pick(0, 2, 6), int64(-1))
	}},
	{1, func(g *drawer) {
		index, ok := g.find(whole)
		if !ok || g.chance(2) {
			index = g.indices(5, 3)
		}
		g.emit(callableOf("fn.OneHot", fn.OneHot), index, 5, g.float)
	}},
	{2, func(g *drawer) {
		x := g.operand(ranked(1, anyType))
		t := g.typeOf(x)
		a, shape, modes := g.intn(t.Rank()), slices.Clone(t.Shape), 5
		if shape[a] = g.pick(1, 2, 3, 0); t.DType == trace.Bool {
			modes = 1
		}
		g.emit(callableOf("fn.ScatterAlong", fn.ScatterAlong), x, g.indices(t.Shape[a], shape...), g.like(trace.TypeOf(t.DType, shape...)), a, fn.ScatterMode(g.intn(modes)))
	}},
	{2, func(g *drawer) {
		x := g.operand(ranked(1, numbers))
		t := g.typeOf(x)
		g.emit(callableOf("fn.ScatterND", fn.ScatterND), x, g.indices(t.Shape[0], 3, 1), g.like(trace.TypeOf(t.DType, append([]int{3}, t.Shape[1:]...)...)), fn.ScatterMode(g.intn(5)))
	}},
	{1, func(g *drawer) {
		x := g.operand(ranked(2, anyType))
		t := g.typeOf(x)
		g.emit(callableOf("fn.TakeND", fn.TakeND), x, g.indices(min(t.Shape[0], t.Shape[1]), 3, 2), 0)
	}},
}

// constantForms make arrays of nothing, or of a shape alone.
var constantForms = []form{
	{1, func(g *drawer) {
		g.emit(callableOf("fn.Full", fn.Full), trace.TypeOf(g.float, g.shape()...), g.scalar(g.float))
	}},
	{1, func(g *drawer) { g.emit(callableOf("fn.Zeros", fn.Zeros), trace.TypeOf(g.float, g.shape()...)) }},
	{1, func(g *drawer) { g.emit(callableOf("fn.Ones", fn.Ones), trace.TypeOf(g.float, g.shape()...)) }},
	with(1, "FullLike", fn.FullLike, floats, func(g *drawer, t trace.Type) []any { return []any{g.scalar(t.DType)} }),
	with(1, "FillAs", fn.FillAs, anyType, func(g *drawer, _ trace.Type) []any { return []any{trace.TypeOf(g.float, 2, 3), g.scalar(g.float)} }),
	one(1, "ZerosLike", fn.ZerosLike, anyType), one(1, "OnesLike", fn.OnesLike, anyType),
	{1, func(g *drawer) { g.emit(callableOf("fn.Iota", fn.Iota), trace.TypeOf(g.float, 3, 2), g.intn(2)) }},
	with(1, "IotaLike", fn.IotaLike, anyType, func(g *drawer, _ trace.Type) []any { return []any{trace.TypeOf(trace.Int64, 4), 0} }),
	{1, func(g *drawer) {
		g.emit(callableOf("fn.ZerosOf", fn.ZerosOf), append([]any{g.float}, wide(g.shape())...)...)
	}},
	{1, func(g *drawer) {
		g.emit(callableOf("fn.OnesOf", fn.OnesOf), append([]any{g.float}, wide(g.shape())...)...)
	}},
	{1, func(g *drawer) { g.emit(callableOf("fn.Arange", fn.Arange), g.float, 0.0, 3.0, 1.0) }},
	{1, func(g *drawer) { g.emit(callableOf("fn.Linspace", fn.Linspace), g.float, -1.0, 2.0, g.pick(0, 1, 3)) }},
	{1, func(g *drawer) { g.emit(callableOf("fn.Eye", fn.Eye), g.float, g.pick(1, 2, 3)) }},
	{1, func(g *drawer) {
		g.emit(callableOf("fn.Promote", fn.Promote), weak(2), []trace.DType{g.float, trace.Int64}[g.intn(2)])
	}},
}
