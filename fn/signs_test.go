package fn_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/trace"
)

// signCase is a function of floats x[2 3 4 5] and of y, which may have another shape. It
// is one operation that knows signs.
type signCase struct {
	name string
	y    []int // the shape of y, nil for a function of x alone
	f    func(x, y trace.Value) trace.Value
}

func signCases() []signCase {
	same := []int{2, 3, 4, 5}
	index := trace.New([]int64{1, 0, 1, 1, 0}, 5)
	along := trace.New([]int32{1, 0, 2, 1, 0, 1, 2, 2, 1, 0, 0, 1, 2, 1, 0, 1, 2, 0, 0, 2, 1, 1, 0, 2}, 2, 3, 4, 1)
	pool := fn.MaxPoolConfig{Kernel: []int{2, 2}}
	avg := fn.AvgPoolConfig{Kernel: []int{2, 3}, Padding: []int{1, 1}}
	unary := map[string]func(x trace.Value) trace.Value{
		"relu": fn.ReLU, "relu6": fn.ReLU6, "leaky": func(x trace.Value) trace.Value { return fn.LeakyReLU(x, 0.1) },
		"leaky down": func(x trace.Value) trace.Value { return fn.LeakyReLU(x, -0.1) },
		"abs":        fn.Abs, "square": fn.Square, "exp": fn.Exp, "sigmoid": fn.Sigmoid, "hard sigmoid": fn.HardSigmoid, "sign": fn.Sign,
		"tanh": fn.Tanh, "erf": fn.Erf, "atan": fn.Atan, "softsign": fn.Softsign, "silu": fn.SiLU, "gelu": fn.GELU, "gelu tanh": fn.GELUTanh,
		"reciprocal": fn.Reciprocal, "sqrt": fn.Sqrt, "rsqrt": fn.Rsqrt, "log": fn.Log, "relu of two": func(x trace.Value) trace.Value { return fn.Negative(fn.ReLU(x)) },
		"leaky flat": func(x trace.Value) trace.Value { return fn.LeakyReLU(x, 0) }, "leaky steep": func(x trace.Value) trace.Value { return fn.LeakyReLU(x, 1e300) },
		"leaky -0": func(x trace.Value) trace.Value { return fn.LeakyReLU(x, math.Copysign(0, -1)) }, "neg": fn.Neg, "cos": fn.Cos, "positive": fn.Positive, "negative": fn.Negative,
		"clamp":         func(x trace.Value) trace.Value { return fn.Clamp(x, -0.5, 0.25) },
		"clamp above":   func(x trace.Value) trace.Value { return fn.Clamp(x, 0.5, 1) },
		"clamp below":   func(x trace.Value) trace.Value { return fn.Clamp(x, -1, -0.5) },
		"clamp tiny":    func(x trace.Value) trace.Value { return fn.ClampMin(x, 1e-60) },
		"clamp huge":    func(x trace.Value) trace.Value { return fn.ClampMin(x, 1e300) },
		"clamp to -0":   func(x trace.Value) trace.Value { return fn.ClampMin(x, math.Copysign(0, -1)) },
		"clamp at -0":   func(x trace.Value) trace.Value { return fn.ClampMax(x, math.Copysign(0, -1)) },
		"clamp to Inf":  func(x trace.Value) trace.Value { return fn.ClampMin(x, math.Inf(1)) },
		"to f32":        func(x trace.Value) trace.Value { return fn.Cast(x, trace.Float32) },
		"to i32":        func(x trace.Value) trace.Value { return fn.Cast(fn.Cast(x, trace.Int32), trace.Float32) },
		"from bool":     func(x trace.Value) trace.Value { return fn.Cast(fn.Less(x, x), trace.Float32) },
		"is NaN":        fn.IsNaN,
		"is finite":     fn.IsFinite,
		"normal cdf":    func(x trace.Value) trace.Value { return fn.Mul(fn.Sigmoid(x), fn.HardSigmoid(x)) },
		"gelu's slope":  func(x trace.Value) trace.Value { return derivative(fn.GELU)(x, x) },
		"zero":          func(x trace.Value) trace.Value { return fn.Mul(x, fn.Scalar(0)) },
		"plus zero":     func(x trace.Value) trace.Value { return fn.Add(x, fn.Scalar(0)) },
		"plus -0":       func(x trace.Value) trace.Value { return fn.Add(fn.Scalar(math.Copysign(0, -1)), x) },
		"minus zero":    func(x trace.Value) trace.Value { return fn.Sub(x, fn.Scalar(0)) },
		"from zero":     func(x trace.Value) trace.Value { return fn.Sub(fn.Scalar(0), x) },
		"from -0":       func(x trace.Value) trace.Value { return fn.Sub(fn.Scalar(math.Copysign(0, -1)), x) },
		"rectified + 0": func(x trace.Value) trace.Value { return fn.Add(fn.ReLU(x), fn.Scalar(0)) },
		"cast":          func(x trace.Value) trace.Value { return fn.Cast(x, trace.Float64) },
		"cast to bool":  func(x trace.Value) trace.Value { return fn.Cast(x, trace.Bool) },
		"reshape":       func(x trace.Value) trace.Value { return fn.Reshape(x, 6, 20) },
		"transpose":     func(x trace.Value) trace.Value { return fn.Transpose(x, 2, 0, 3, 1) },
		"expand":        func(x trace.Value) trace.Value { return fn.Expand(x, 1, 2) },
		"flip":          func(x trace.Value) trace.Value { return fn.Flip(x, 1) },
		"max":           func(x trace.Value) trace.Value { return fn.Max(x, 1) },
		"min":           func(x trace.Value) trace.Value { return fn.Min(x, 0, 3) },
		"sum":           func(x trace.Value) trace.Value { return fn.Sum(x, 1, 2) },
		"mean":          func(x trace.Value) trace.Value { return fn.Mean(x, 3) },
		"cumsum":        func(x trace.Value) trace.Value { return fn.CumSum(x, 2) },
		"softmax":       func(x trace.Value) trace.Value { return fn.Softmax(x, 1) },
		"avg pool":      func(x trace.Value) trace.Value { return fn.AvgPool(x, avg) },
		"max pool":      func(x trace.Value) trace.Value { return fn.MaxPool(x, pool) },
		"take":          func(x trace.Value) trace.Value { return fn.Take(x, index, 2) },
		"take along":    func(x trace.Value) trace.Value { return fn.TakeAlong(x, along, 3) },
		"add along": func(x trace.Value) trace.Value {
			return fn.AddAlong(fn.Slice(x, fn.SliceConfig{Stop: []int{2, 3, 4, 1}}), along, 3, 5)
		},
		"pad":     func(x trace.Value) trace.Value { return fn.Pad(x, fn.PadConfig{Low: []int{0, 1, 0, 2}, Value: -3}) },
		"pad one": func(x trace.Value) trace.Value { return fn.Pad(x, fn.PadConfig{Low: []int{0, 1, 0, 2}, Value: 1}) },
	}
	var out []signCase
	for name, f := range unary {
		out = append(out, signCase{name, nil, func(x, _ trace.Value) trace.Value { return f(x) }})
	}
	binary := map[string]func(x, y trace.Value) trace.Value{
		"add": fn.Add, "sub": fn.Sub, "mul": fn.Mul, "div": fn.Div, "maximum": fn.Maximum, "minimum": fn.Minimum,
		"equal": fn.Equal, "not equal": fn.NotEqual, "less": fn.Less, "less equal": fn.LessEqual, "greater": fn.Greater, "greater equal": fn.GreaterEqual,
		"where":    func(x, y trace.Value) trace.Value { return fn.Where(fn.Greater(x, y), x, y) },
		"mask":     func(x, y trace.Value) trace.Value { return fn.Mask(fn.Less(x, y), x) },
		"masked":   func(x, y trace.Value) trace.Value { return fn.Mask(fn.Not(fn.Less(x, y)), y) },
		"and":      func(x, y trace.Value) trace.Value { return fn.And(fn.Less(x, y), fn.Cast(x, trace.Bool)) },
		"or":       func(x, y trace.Value) trace.Value { return fn.Or(fn.Less(x, y), fn.Cast(x, trace.Bool)) },
		"xor":      func(x, y trace.Value) trace.Value { return fn.Xor(fn.Less(x, y), fn.Cast(x, trace.Bool)) },
		"concat":   func(x, y trace.Value) trace.Value { return fn.Concat(2, x, y) },
		"prelu":    func(x, y trace.Value) trace.Value { return fn.PReLU(x, y) },
		"inside":   derivative(func(x trace.Value) trace.Value { return fn.Clamp(x, -0.5, 0.25) }),
		"above":    derivative(fn.ReLU),
		"below":    derivative(fn.Negative),
		"at least": derivative(fn.Positive),
		"open":     derivative(fn.ReLU6),
		"open inf": derivative(func(x trace.Value) trace.Value { return fn.HardTanh(x, math.Inf(-1), 1e300) }),
		"only inf": derivative(func(x trace.Value) trace.Value { return fn.ClampMin(x, math.Inf(1)) }),
		"masks +0": func(x, y trace.Value) trace.Value { return fn.Mask(fn.Less(x, y), fn.Mask(fn.Less(x, x), y)) },
		"avg pool input": func(x, _ trace.Value) trace.Value {
			return pulled(func(z trace.Value) trace.Value { return fn.AvgPool(z, avg) }, x)
		},
	}
	for name, f := range binary {
		out = append(out, signCase{name, same, f})
	}
	weights := func(x, w trace.Value) trace.Value { return fn.Conv(x, w, fn.ConvConfig{Padding: []int{1, 0}}) }
	return append(out,
		signCase{"dot", []int{5, 6}, fn.MatMul},
		signCase{"conv", []int{4, 3, 2, 2}, weights},
		signCase{"conv input", []int{3, 7, 2, 2}, func(x, w trace.Value) trace.Value { return fn.ConvTranspose(x, w, fn.ConvTransposeConfig{}) }},
	)
}

// derivative is the cotangent of the argument x of f for the cotangent y.
func derivative(f func(x trace.Value) trace.Value) func(x, y trace.Value) trace.Value {
	return func(x, y trace.Value) trace.Value {
		p := trace.Record(func(in []trace.Value) []trace.Value { return []trace.Value{f(in[0])} }, trace.TypesOfValues([]trace.Value{x}))
		e := p.Eqns[0]
		return e.Op.VJP([]trace.Value{x}, []trace.Value{f(x)}, []trace.Value{y}, []bool{true})[0]
	}
}

// pulled is the cotangent of the argument of a linear f. Each result gets the cotangent
// at its position in ct.
func pulled(f func(trace.Value) trace.Value, like trace.Value) trace.Value {
	p := trace.Record(func(in []trace.Value) []trace.Value { return []trace.Value{f(in[0])} }, trace.TypesOfValues([]trace.Value{like}))
	y := f(like)
	return p.Eqns[0].Op.VJP([]trace.Value{like}, []trace.Value{y}, []trace.Value{y}, []bool{true})[0]
}

// classOf is the one class of a number.
func classOf(x float64) trace.Sign {
	switch {
	case x != x:
		return trace.NaN
	case math.Signbit(x):
		return classOf(-x).Negated()
	case x == 0:
		return trace.PosZero
	case math.IsInf(x, 1):
		return trace.PosInf
	}
	return trace.Positive
}

// positives are numbers of the class Positive, at its ends and in between.
var positives = map[trace.DType][]float64{
	trace.Float32: {math.SmallestNonzeroFloat32, 1e-40, 1.2e-38, 1e-20, 1e-3, 0.25, 0.75, 1, 2, 6.5, 90, 1e10, 1e25, math.MaxFloat32},
	trace.Float64: {math.SmallestNonzeroFloat64, 1e-310, 2.3e-308, 1e-60, 1e-20, 1e-3, 0.25, 0.75, 1, 2, 6.5, 90, 750, 1e38, 1e160, math.MaxFloat64},
}

// ofSigns draws an array whose elements are of the given classes and no others.
func ofSigns(r *rand.Rand, d trace.DType, s trace.Sign, shape ...int) trace.Value {
	x := make([]float64, trace.TypeOf(d, shape...).Size())
	for i := range x {
		one := trace.Sign(0)
		for one == 0 {
			one = 1 << r.IntN(7) & s
		}
		x[i] = drawn(r, d, one)
	}
	return fn.Cast(trace.New(x, shape...), d)
}

// drawn is a number of a class.
func drawn(r *rand.Rand, d trace.DType, one trace.Sign) float64 {
	switch one {
	case trace.NaN:
		return math.NaN()
	case trace.PosInf:
		return math.Inf(1)
	case trace.PosZero:
		return 0
	case trace.Positive:
		return positives[d][r.IntN(len(positives[d]))]
	}
	return -drawn(r, d, one.Negated())
}

// What operations say of the classes of their outputs holds for the values of every
// equation. If they name something simpler, that has the same bits. Each class, each pair
// of classes, and some larger sets are tried.
func TestSigns(t *testing.T) {
	for _, c := range signCases() {
		t.Run(c.name, func(t *testing.T) {
			r := rand.New(rand.NewPCG(3, 7))
			for _, d := range []trace.DType{trace.Float32, trace.Float64} {
				for a := trace.NegInf; a <= trace.NaN; a <<= 1 {
					for b := trace.NegInf; b <= trace.NaN; b <<= 1 {
						c.check(t, r, d, a, b)
						if c.y == nil {
							break
						}
					}
				}
				for range 20 {
					c.check(t, r, d, 1+trace.Sign(r.IntN(int(trace.AnySign))), 1+trace.Sign(r.IntN(int(trace.AnySign))))
				}
			}
		})
	}
}

// check draws operands of the given classes.
func (c signCase) check(t *testing.T, r *rand.Rand, d trace.DType, a, b trace.Sign) {
	t.Helper()
	in := []trace.Value{ofSigns(r, d, a, 2, 3, 4, 5)}
	if c.y != nil {
		in = append(in, ofSigns(r, d, b, c.y...))
	}
	signsHold(t, c, in, []trace.Sign{a, b})
}

// signsHold walks the program of a case on data and checks every equation.
func signsHold(t *testing.T, c signCase, in []trace.Value, given []trace.Sign) {
	t.Helper()
	p := trace.Record(func(in []trace.Value) []trace.Value {
		return []trace.Value{c.f(in[0], in[len(in)-1])}
	}, trace.TypesOfValues(in))
	env, signs := p.Env(in), make([]trace.Sign, len(p.Types))
	for v, typ := range p.Types {
		signs[v] = trace.AnyOf(typ.DType)
	}
	for i, v := range p.In {
		signs[v] = given[i]
	}
	for i := range p.Eqns {
		e := &p.Eqns[i]
		env.Step(e)
		known := make([]trace.Sign, len(e.In))
		for j, v := range e.In {
			known[j] = signs[v]
		}
		if p.Types[e.Out[0]].DType.IsInt() {
			continue // nothing asks
		}
		if s, ok := e.Op.(trace.Signed); ok {
			signs[e.Out[0]] &= s.Signs(known)[0]
		}
		told := signs[e.Out[0]]
		for k, y := range env.Get(e.Out)[0].Float64s() {
			if classOf(y)&^told != 0 {
				t.Fatalf("%s of %v: element %d is %v, told %v", trace.Describe(e.Op), known, k, y, told)
			}
		}
		if err := simpler(e, env, known); err != nil {
			t.Fatal(err)
		}
	}
}

// More classes of operands never give fewer classes of an output. Nor do they allow a
// simplification that fewer classes do not.
func TestSignsGrow(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 7))
	for _, c := range signCases() {
		p := c.program()
		for i := range p.Eqns {
			e := &p.Eqns[i]
			for range 200 {
				few, more := make([]trace.Sign, len(e.In)), make([]trace.Sign, len(e.In))
				for j, v := range e.In {
					all := trace.AnyOf(p.Types[v].DType)
					for few[j] == 0 {
						few[j] = trace.Sign(r.IntN(128)) & all
					}
					more[j] = few[j] | trace.Sign(r.IntN(128))&all
				}
				if s, ok := e.Op.(trace.Signed); ok && s.Signs(few)[0]&^s.Signs(more)[0] != 0 {
					t.Fatalf("%s: %v of %v, but %v of %v", trace.Describe(e.Op), s.Signs(few), few, s.Signs(more), more)
				}
				if s, ok := e.Op.(trace.SignSimplifier); ok {
					if _, _, ok := s.SimplifySigns(more); ok {
						if _, _, ok := s.SimplifySigns(few); !ok {
							t.Fatalf("%s is simpler for %v, but not for %v", trace.Describe(e.Op), more, few)
						}
					}
				}
			}
		}
	}
}

// program returns the program of the case, for operands of float32.
func (c signCase) program() *trace.Program {
	types := []trace.Type{trace.TypeOf(trace.Float32, 2, 3, 4, 5)}
	if c.y != nil {
		types = append(types, trace.TypeOf(trace.Float32, c.y...))
	}
	return trace.Record(func(in []trace.Value) []trace.Value { return []trace.Value{c.f(in[0], in[len(in)-1])} }, types)
}

func simpler(e *trace.Eqn, env *trace.Env, known []trace.Sign) error {
	s, ok := e.Op.(trace.SignSimplifier)
	if !ok {
		return nil
	}
	op, places, ok := s.SimplifySigns(known)
	if !ok {
		return nil
	}
	var operands []trace.Value
	for _, i := range places {
		operands = append(operands, env.Get(e.In)[i])
	}
	got := operands[0]
	if op != nil {
		got = trace.Bind1(op, operands...)
	}
	want := env.Get(e.Out)[0]
	if !got.Type().Equal(want.Type()) {
		return fmt.Errorf("%s of %v: the simpler form has type %v, not %v", trace.Describe(e.Op), known, got.Type(), want.Type())
	}
	a, b := got.Float64s(), want.Float64s()
	for i := range b {
		if math.Float64bits(a[i]) != math.Float64bits(b[i]) && (a[i] == a[i] || b[i] == b[i]) {
			return fmt.Errorf("%s of %v: the simpler form has %v at %d, not %v", trace.Describe(e.Op), known, a[i], i, b[i])
		}
	}
	return nil
}

// Facts that hold are not enough: the facts that the passes over relevance programs need
// are told.
func TestSignsAreTold(t *testing.T) {
	const zero, positive, negative, infinite, nan = trace.PosZero, trace.Positive, trace.Negative, trace.PosInf, trace.NaN
	const anything, rectified = trace.AnySign, zero | positive | infinite | nan
	for _, c := range []struct {
		name     string
		in, want []trace.Sign
	}{
		{"relu", []trace.Sign{anything}, []trace.Sign{rectified}},
		{"relu", []trace.Sign{trace.NegInf | negative | trace.Zero}, []trace.Sign{zero}},
		{"negative", []trace.Sign{rectified}, []trace.Sign{zero | nan}},
		{"positive", []trace.Sign{negative | zero}, []trace.Sign{zero}},
		{"mul", []trace.Sign{zero | positive, negative | zero}, []trace.Sign{trace.Zero | negative | trace.NegInf}},
		{"mul", []trace.Sign{zero, anything}, []trace.Sign{trace.Zero | nan}},
		{"mul", []trace.Sign{zero, zero | positive}, []trace.Sign{zero}},
		{"div", []trace.Sign{zero, anything}, []trace.Sign{trace.Zero | nan}},
		{"div", []trace.Sign{zero, positive | infinite}, []trace.Sign{zero}},
		{"add", []trace.Sign{zero | positive, positive}, []trace.Sign{positive | infinite}},
		{"greater equal", []trace.Sign{zero | positive, trace.Zero}, []trace.Sign{positive}},
		{"greater equal", []trace.Sign{zero | positive | nan, trace.Zero}, []trace.Sign{zero | positive}},
		{"greater", []trace.Sign{negative | nan, trace.Zero}, []trace.Sign{zero}},
		{"conv", []trace.Sign{zero | positive, zero | positive}, []trace.Sign{trace.Zero | positive | infinite}},
		{"conv input", []trace.Sign{trace.Finite, zero}, []trace.Sign{trace.Zero}},
		{"conv input", []trace.Sign{anything, zero}, []trace.Sign{trace.Zero | nan}},
		{"dot", []trace.Sign{negative, negative | zero}, []trace.Sign{trace.Zero | positive | infinite}},
		{"clamp above", []trace.Sign{trace.AnyReal}, []trace.Sign{positive}},
		{"max pool", []trace.Sign{rectified}, []trace.Sign{rectified, anything}},
		{"leaky", []trace.Sign{rectified}, []trace.Sign{rectified}},
		{"only inf", []trace.Sign{zero, anything}, []trace.Sign{zero}}, // the mask where Low = +Inf
	} {
		op := signedOp(t, c.name)
		got := op.(trace.Signed).Signs(c.in)
		if fmt.Sprint(got) != fmt.Sprint(c.want) {
			t.Errorf("%s of %v: told %v, want %v", c.name, c.in, got, c.want)
		}
	}
}

// Functions say on which classes they are the identity.
func TestIdentitiesAreTold(t *testing.T) {
	const rectified = trace.PosZero | trace.Positive | trace.PosInf | trace.NaN
	for _, c := range []struct {
		name string
		in   []trace.Sign
		want bool
	}{
		{"relu", []trace.Sign{rectified}, true},
		{"relu", []trace.Sign{rectified | trace.NegZero}, false},
		{"abs", []trace.Sign{rectified}, true},
		{"positive", []trace.Sign{rectified}, true},
		{"negative", []trace.Sign{rectified.Negated()}, true},
		{"negative", []trace.Sign{trace.AnySign}, false},
		{"leaky", []trace.Sign{rectified | trace.NegZero}, true},
		{"leaky flat", []trace.Sign{rectified}, true},
		{"leaky -0", []trace.Sign{rectified}, false},
		{"leaky steep", []trace.Sign{rectified}, false},
		{"leaky down", []trace.Sign{trace.Positive}, true},
		{"add", []trace.Sign{trace.PosZero, rectified}, true},
		{"add", []trace.Sign{trace.AnySign, trace.PosZero}, false},
		{"add", []trace.Sign{trace.AnySign, trace.NegZero}, true},
		{"sub", []trace.Sign{trace.AnySign, trace.PosZero}, true},
		{"sub", []trace.Sign{trace.PosZero, trace.AnySign}, false},
		{"sub", []trace.Sign{trace.NegZero, trace.AnySign}, true},
		{"mask", []trace.Sign{trace.Positive, trace.AnySign}, true},
		{"mask", []trace.Sign{trace.PosZero | trace.Positive, trace.PosZero}, true},
		{"mask", []trace.Sign{trace.PosZero | trace.Positive, trace.Zero}, false},
	} {
		_, _, ok := signedOp(t, c.name).(trace.SignSimplifier).SimplifySigns(c.in)
		if ok != c.want {
			t.Errorf("%s of %v: an identity %v, want %v", c.name, c.in, ok, c.want)
		}
	}
}

// signedOp returns the last op of a case.
func signedOp(t *testing.T, name string) trace.Op {
	t.Helper()
	for _, c := range signCases() {
		if c.name == name {
			p := c.program()
			return p.Eqns[len(p.Eqns)-1].Op
		}
	}
	t.Fatalf("there is no case %q", name)
	return nil
}
