package onnx

import (
	"math"
	"slices"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/trace"
)

// elementwiseOperators are arithmetic and functions of one number.
var elementwiseOperators = with(family(map[string]func(x trace.Value) trace.Value{
	"Abs": fn.Abs, "Ceil": fn.Ceil, "Floor": fn.Floor, "Round": fn.Round, "Sign": fn.Sign,
	"Exp": fn.Exp, "Log": fn.Log, "Sqrt": fn.Sqrt, "Reciprocal": fn.Reciprocal, "Erf": fn.Erf,
	"Sin": fn.Sin, "Cos": fn.Cos, "Tan": fn.Tan, "Asin": fn.Asin, "Acos": fn.Acos, "Atan": fn.Atan,
	"Sinh": fn.Sinh, "Cosh": fn.Cosh, "Asinh": fn.Asinh, "Acosh": fn.Acosh, "Atanh": fn.Atanh,
	"Identity": func(x trace.Value) trace.Value { return x },
}), map[string]operator{
	"Neg": one(func(c *call) trace.Value {
		return c.scaled(func(in []trace.Value) trace.Value { return fn.Neg(in[0]) })
	}),
	"Add":      one(add),
	"Sub":      one(sub),
	"Mul":      one(mul),
	"Div":      one(div),
	"Pow":      one(pow),
	"Mod":      one(mod),
	"Max":      one(func(c *call) trace.Value { return c.fold(fn.Maximum) }),
	"Min":      one(func(c *call) trace.Value { return c.fold(fn.Minimum) }),
	"Sum":      one(sumOf),
	"Mean":     one(meanOf),
	"Clip":     one(clip).known(1, 2),
	"Cast":     one(func(c *call) trace.Value { return c.cast(c.arg(0), elementKind(c.int("to", 0))) }),
	"CastLike": one(func(c *call) trace.Value { return fn.Cast(c.arg(0), c.arg(1).DType()) }),
	"Dropout":  {run: dropout, numbers: []int{1, 2}},
})

// pair returns two operands of arithmetic. Before opset 7, attributes said where the axes
// of the second one belong: at axis, or at the end.
func (c *call) pair() (a, b trace.Value) {
	a, b = c.arg(0), c.arg(1)
	if c.version >= 7 || !c.set("axis") || b.Rank() == 0 {
		return a, b
	}
	at := axis(c.int("axis", 0), a.Rank())
	shape := make([]int, a.Rank()-at)
	for i := range shape {
		if shape[i] = 1; i < b.Rank() {
			shape[i] = b.Shape()[i]
		}
	}
	return a, fn.Reshape(b, shape...)
}

// arithmetic returns a function of two operands as one of a layer's operands.
func (c *call) arithmetic(f func(a, b trace.Value) trace.Value) func(in []trace.Value) trace.Value {
	return func(in []trace.Value) trace.Value {
		inner := *c
		inner.in = in
		return f(inner.pair())
	}
}

// both reports whether both of two operands are data.
func (c *call) both() bool { return c.isData(0) && c.isData(1) }

// scaled computes a function that multiplies its data by constants. It is a layer if the
// shape stays, as composites expect of a scaling.
func (c *call) scaled(f func(in []trace.Value) trace.Value) trace.Value {
	shape := c.arg(0).Shape()
	if len(c.in) > 1 {
		a, b := c.pair()
		shape, _ = fn.BroadcastShapes(a.Shape(), b.Shape())
	}
	for i, v := range c.in {
		if c.isData(i) && (!v.DType().IsFloat() || !slices.Equal(v.Shape(), shape)) {
			return f(c.in)
		}
	}
	return c.layer(trace.KindScaling, noBias, f)
}

func add(c *call) trace.Value {
	f := c.arithmetic(fn.Add)
	if c.both() && c.arg(0).DType().IsFloat() {
		return c.layer(trace.KindAdd, noBias, f)
	}
	return f(c.in)
}

func sub(c *call) trace.Value {
	f := c.arithmetic(fn.Sub)
	if c.both() && c.arg(0).DType().IsFloat() {
		return c.layer(trace.KindSub, noBias, f)
	}
	return f(c.in)
}

func mul(c *call) trace.Value {
	f := c.arithmetic(fn.Mul)
	if c.both() && c.arg(0).DType().IsFloat() {
		return c.layer(trace.KindProduct, noBias, f)
	}
	return c.scaled(f)
}

func div(c *call) trace.Value {
	f := c.arithmetic(fn.Div)
	if c.isData(1) {
		return f(c.in)
	}
	return c.scaled(f)
}

// pow is a power with the dtype of its base. Powers of integers are computed in float64,
// which is exact up to 2⁵³.
func pow(c *call) trace.Value {
	x, y := c.pair()
	d := x.DType()
	if !d.IsFloat() {
		return fn.Cast(fn.Round(fn.Pow(fn.Cast(x, trace.Float64), fn.Cast(y, trace.Float64))), d)
	}
	if y = fn.Cast(y, d); !y.IsTraced() && y.Size() == 1 && y.Rank() <= x.Rank() {
		switch p := y.Float64s()[0]; p {
		case 1:
			return x
		case 2:
			return fn.Square(x)
		case 0.5:
			return fn.Sqrt(x)
		default:
			return fn.PowScalar(x, p)
		}
	}
	return fn.Pow(x, y)
}

// mod is the remainder with the sign of the divisor, or with fmod = 1 of the dividend.
func mod(c *call) trace.Value {
	a, b := c.pair()
	if c.int("fmod", 0) != 0 {
		return fn.Rem(a, b)
	}
	return fn.Mod(a, b)
}

// fold applies a function of two operands to any number of them.
func (c *call) fold(f func(a, b trace.Value) trace.Value) trace.Value {
	v := c.arg(0)
	for i := 1; i < len(c.in); i++ {
		v = f(v, c.arg(i))
	}
	return v
}

func sumOf(c *call) trace.Value {
	data := 0
	for i := range c.in {
		if c.isData(i) {
			data++
		}
	}
	f := func(in []trace.Value) trace.Value {
		v := in[0]
		for _, w := range in[1:] {
			v = fn.Add(v, w)
		}
		return v
	}
	c.arg(0)
	if data > 1 {
		return c.layer(trace.KindSum, noBias, f)
	}
	return f(c.in)
}

func meanOf(c *call) trace.Value {
	return fn.Div(c.fold(fn.Add), fn.Scalar(float64(len(c.in))))
}

// clip limits a value to an interval. If its bounds are known it may be one of the
// activations that are written so.
func clip(c *call) trace.Value {
	x := c.arg(0)
	lo, hi := math.Inf(-1), math.Inf(1)
	if c.version < 11 {
		lo, hi = c.real("min", lo), c.real("max", hi)
	}
	if c.has(1) {
		lo = c.element(1, "the lower bound")
	}
	if c.has(2) {
		hi = c.element(2, "the upper bound")
	}
	if x.DType().IsInt() {
		// Bounds beyond the range of integers are none.
		lo, hi = math.Ceil(max(lo, -1<<62)), math.Floor(min(hi, 1<<62))
		if x.DType() == trace.Int32 {
			lo, hi = max(lo, math.MinInt32), min(hi, math.MaxInt32)
		}
	}
	switch {
	case lo > hi:
		return fn.FullLike(x, hi)
	case x.DType().IsFloat() && lo == 0 && hi == 6:
		return c.activation("relu6", fn.ReLU6)
	case x.DType().IsFloat() && lo == 0 && (math.IsInf(hi, 1) || hi >= math.MaxFloat32):
		return c.activation("relu", fn.ReLU)
	}
	return fn.Clamp(x, lo, hi)
}

// cast converts to a kind of elements. Integers of eight and sixteen bits wrap around, as
// in C; they are i32 here.
func (c *call) cast(x trace.Value, to elementKind) trace.Value {
	d, err := to.dtype()
	if err != nil {
		panic(trace.Errorf("%v", err))
	}
	if d == trace.Float32 {
		d = c.float()
	}
	switch to {
	case kindUint8:
		return fn.Mod(fn.Cast(x, d), fn.Scalar(256))
	case kindUint16:
		return fn.Mod(fn.Cast(x, d), fn.Scalar(1<<16))
	case kindInt8:
		return fn.Sub(fn.Mod(fn.Add(fn.Cast(x, d), fn.Scalar(128)), fn.Scalar(256)), fn.Scalar(128))
	case kindInt16:
		return fn.Sub(fn.Mod(fn.Add(fn.Cast(x, d), fn.Scalar(1<<15)), fn.Scalar(1<<16)), fn.Scalar(1<<15))
	}
	return fn.Cast(x, d)
}

// dropout is the identity: a model is applied, not trained. Its mask is all true.
func dropout(c *call) []trace.Value {
	x := c.arg(0)
	if c.has(2) && c.element(2, "training_mode") != 0 {
		panic(trace.Errorf("its training mode is not supported: export the model for inference"))
	}
	mask := trace.TypeOf(trace.Bool, x.Shape()...)
	if c.version < 10 {
		mask.DType = x.DType()
	}
	if len(c.out) < 2 || c.out[1] == "" {
		return []trace.Value{x}
	}
	return []trace.Value{x, fn.Ones(mask)}
}
