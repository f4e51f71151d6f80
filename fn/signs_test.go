package fn_test

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/trace"
)

// signCase is a function of floats x[2 3 4 5] and y of the same or another shape, that is one operation with knowledge of signs.
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
		"reciprocal": fn.Reciprocal, "sqrt": fn.Sqrt, "neg": fn.Neg, "cos": fn.Cos, "positive": fn.Positive, "negative": fn.Negative,
		"clamp":        func(x trace.Value) trace.Value { return fn.Clamp(x, -0.5, 0.25) },
		"clamp above":  func(x trace.Value) trace.Value { return fn.Clamp(x, 0.5, 1) },
		"clamp below":  func(x trace.Value) trace.Value { return fn.Clamp(x, -1, -0.5) },
		"clamp tiny":   func(x trace.Value) trace.Value { return fn.ClampMin(x, 1e-60) },
		"cast":         func(x trace.Value) trace.Value { return fn.Cast(x, trace.Float64) },
		"cast to bool": func(x trace.Value) trace.Value { return fn.Cast(x, trace.Bool) },
		"reshape":      func(x trace.Value) trace.Value { return fn.Reshape(x, 6, 20) },
		"transpose":    func(x trace.Value) trace.Value { return fn.Transpose(x, 2, 0, 3, 1) },
		"expand":       func(x trace.Value) trace.Value { return fn.Expand(x, 1, 2) },
		"flip":         func(x trace.Value) trace.Value { return fn.Flip(x, 1) },
		"max":          func(x trace.Value) trace.Value { return fn.Max(x, 1) },
		"min":          func(x trace.Value) trace.Value { return fn.Min(x, 0, 3) },
		"sum":          func(x trace.Value) trace.Value { return fn.Sum(x, 1, 2) },
		"mean":         func(x trace.Value) trace.Value { return fn.Mean(x, 3) },
		"cumsum":       func(x trace.Value) trace.Value { return fn.CumSum(x, 2) },
		"softmax":      func(x trace.Value) trace.Value { return fn.Softmax(x, 1) },
		"avg pool":     func(x trace.Value) trace.Value { return fn.AvgPool(x, avg) },
		"max pool":     func(x trace.Value) trace.Value { return fn.MaxPool(x, pool) },
		"take":         func(x trace.Value) trace.Value { return fn.Take(x, index, 2) },
		"take along":   func(x trace.Value) trace.Value { return fn.TakeAlong(x, along, 3) },
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

// derivative is the cotangent of f's argument x for the cotangent y.
func derivative(f func(x trace.Value) trace.Value) func(x, y trace.Value) trace.Value {
	return func(x, y trace.Value) trace.Value {
		p := trace.Record(func(in []trace.Value) []trace.Value { return []trace.Value{f(in[0])} }, trace.TypesOfValues([]trace.Value{x}))
		e := p.Eqns[0]
		return e.Op.VJP([]trace.Value{x}, []trace.Value{f(x)}, []trace.Value{y}, []bool{true})[0]
	}
}

// pulled is the cotangent of a linear f's argument, all of whose results have the cotangent of their place in ct.
func pulled(f func(trace.Value) trace.Value, like trace.Value) trace.Value {
	p := trace.Record(func(in []trace.Value) []trace.Value { return []trace.Value{f(in[0])} }, trace.TypesOfValues([]trace.Value{like}))
	y := f(like)
	return p.Eqns[0].Op.VJP([]trace.Value{like}, []trace.Value{y}, []trace.Value{y}, []bool{true})[0]
}

// ofSigns draws an array whose elements have all of the signs and no other.
func ofSigns(r *rand.Rand, s trace.Sign, shape ...int) trace.Value {
	t := trace.TypeOf(trace.Float32, shape...)
	x := make([]float32, t.Size())
	for i := range x {
		for {
			x[i] = float32(r.IntN(3)-1) * float32(r.ExpFloat64())
			if trace.SignOf(float64(x[i]))&^s == 0 {
				break
			}
		}
	}
	return trace.New(x, shape...)
}

// What operations say of signs holds for the values of every equation, whatever the signs of the operands; and where they name something
// simpler, it has the same values.
func TestSigns(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 7))
	for _, c := range signCases() {
		t.Run(c.name, func(t *testing.T) {
			for a := trace.Negative; a <= trace.AnySign; a++ {
				for b := trace.Negative; b <= trace.AnySign; b++ {
					in := []trace.Value{ofSigns(r, a, 2, 3, 4, 5)}
					if c.y != nil {
						in = append(in, ofSigns(r, b, c.y...))
					} else if b > 1 {
						break
					}
					signsHold(t, c, in, []trace.Sign{a, b})
				}
			}
		})
	}
}

// signsHold walks the program of a case on data and checks every equation.
func signsHold(t *testing.T, c signCase, in []trace.Value, given []trace.Sign) {
	t.Helper()
	p := trace.Record(func(in []trace.Value) []trace.Value {
		return []trace.Value{c.f(in[0], in[len(in)-1])}
	}, trace.TypesOfValues(in))
	env, signs := p.Env(in), map[trace.Var]trace.Sign{}
	for i, v := range p.In {
		signs[v] = given[i]
	}
	for i := range p.Eqns {
		e := &p.Eqns[i]
		env.Step(e)
		known := make([]trace.Sign, len(e.In))
		for j, v := range e.In {
			if known[j] = trace.AnySign; signs[v] != 0 {
				known[j] = signs[v]
			}
		}
		told := trace.AnySign
		if s, ok := e.Op.(trace.Signed); ok {
			told = s.Signs(known)[0]
		}
		signs[e.Out[0]] = told
		for k, y := range env.Get(e.Out)[0].Float64s() {
			if s := trace.SignOf(y); y == y && s&^told != 0 {
				t.Fatalf("%s of %v: element %d is %v, told %v", trace.Describe(e.Op), known, k, y, told)
			}
		}
		if err := simpler(e, env, known); err != nil {
			t.Fatal(err)
		}
	}
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
		if a[i] != b[i] && (a[i] == a[i] || b[i] == b[i]) {
			return fmt.Errorf("%s of %v: the simpler form has %v at %d, not %v", trace.Describe(e.Op), known, a[i], i, b[i])
		}
	}
	return nil
}

// The facts that the passes over relevance programs need are told, not only facts that hold.
func TestSignsAreTold(t *testing.T) {
	const positive, notNegative, notPositive = trace.Positive, trace.Zero | trace.Positive, trace.Zero | trace.Negative
	for _, c := range []struct {
		name     string
		in, want []trace.Sign
	}{
		{"relu", []trace.Sign{trace.AnySign}, []trace.Sign{notNegative}},
		{"negative", []trace.Sign{notNegative}, []trace.Sign{trace.Zero}},
		{"positive", []trace.Sign{notPositive}, []trace.Sign{trace.Zero}},
		{"mul", []trace.Sign{notNegative, notPositive}, []trace.Sign{notPositive}},
		{"mul", []trace.Sign{trace.Zero, trace.AnySign}, []trace.Sign{trace.Zero}},
		{"div", []trace.Sign{trace.Zero, trace.AnySign}, []trace.Sign{trace.Zero}},
		{"add", []trace.Sign{notNegative, positive}, []trace.Sign{positive}},
		{"greater equal", []trace.Sign{notNegative, trace.Zero}, []trace.Sign{positive}},
		{"greater", []trace.Sign{notPositive, trace.Zero}, []trace.Sign{trace.Zero}},
		{"conv", []trace.Sign{notNegative, notNegative}, []trace.Sign{notNegative}},
		{"conv input", []trace.Sign{trace.AnySign, trace.Zero}, []trace.Sign{trace.Zero}},
		{"dot", []trace.Sign{notPositive, notPositive}, []trace.Sign{notNegative}},
		{"clamp above", []trace.Sign{trace.AnySign}, []trace.Sign{positive}},
		{"max pool", []trace.Sign{notNegative}, []trace.Sign{notNegative, trace.AnySign}},
	} {
		op := signedOp(t, c.name)
		got := op.(trace.Signed).Signs(c.in)
		if fmt.Sprint(got) != fmt.Sprint(c.want) {
			t.Errorf("%s of %v: told %v, want %v", c.name, c.in, got, c.want)
		}
	}
}

// signedOp is the last op of a case.
func signedOp(t *testing.T, name string) trace.Op {
	t.Helper()
	for _, c := range signCases() {
		if c.name == name {
			types := []trace.Type{trace.TypeOf(trace.Float32, 2, 3, 4, 5)}
			if c.y != nil {
				types = append(types, trace.TypeOf(trace.Float32, c.y...))
			}
			p := trace.Record(func(in []trace.Value) []trace.Value { return []trace.Value{c.f(in[0], in[len(in)-1])} }, types)
			return p.Eqns[len(p.Eqns)-1].Op
		}
	}
	t.Fatalf("there is no case %q", name)
	return nil
}
