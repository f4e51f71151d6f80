package fn

import (
	"math"
	"testing"

	"github.com/pullback-go/pullback/trace"
)

type realFunction struct {
	name string
	f    func(x trace.Value) trace.Value
	at   func(x float64) float64
	ulps float64 // what the documentation allows; with 0, the value of at, rounded
}

func realFunctions() []realFunction {
	return []realFunction{
		{"exp", Exp, math.Exp, 1}, {"expm1", Expm1, math.Expm1, 2}, {"log", Log, math.Log, 1}, {"log1p", Log1p, math.Log1p, 3},
		{"erf", Erf, math.Erf, 3}, {"sin", Sin, math.Sin, 0}, {"cos", Cos, math.Cos, 0}, {"tan", Tan, math.Tan, 0}, {"atan", Atan, math.Atan, 0},
		{"asin", Asin, math.Asin, 2}, {"acos", Acos, math.Acos, 2}, {"sinh", Sinh, math.Sinh, 0}, {"cosh", Cosh, math.Cosh, 0},
		{"asinh", Asinh, math.Asinh, 0}, {"acosh", Acosh, math.Acosh, 0}, {"atanh", Atanh, math.Atanh, 0},
		{"floor", Floor, math.Floor, 0}, {"ceil", Ceil, math.Ceil, 0}, {"round", Round, math.RoundToEven, 0}, {"trunc", Trunc, math.Trunc, 0},
		{"sqrt", Sqrt, math.Sqrt, 0}, {"rsqrt", Rsqrt, func(x float64) float64 { return 1 / math.Sqrt(x) }, 0},
		{"reciprocal", Reciprocal, func(x float64) float64 { return 1 / x }, 0},
		{"square", Square, func(x float64) float64 { return x * x }, 0},
		{"abs", Abs, math.Abs, 0},
		{"sign", Sign, func(x float64) float64 {
			if x == 0 || x != x {
				return x
			}
			return math.Copysign(1, x)
		}, 0},
		{"pow_scalar", func(x trace.Value) trace.Value { return PowScalar(x, 2.5) }, func(x float64) float64 { return math.Pow(x, 2.5) }, 0},
		{"pow_scalar", func(x trace.Value) trace.Value { return PowScalar(x, 0) }, func(float64) float64 { return 1 }, 0},
		{"clamp", Positive, func(x float64) float64 { return math.Max(x, 0) }, 0},
		{"clamp", Negative, func(x float64) float64 { return math.Min(x, 0) }, 0},
		{"tanh", Tanh, math.Tanh, 2.5},
	}
}

func TestFunctionValues(t *testing.T) {
	points := []float64{0, 1, -1, 0.5, -0.5, 1.5, 2.5, -2.5, 3.25, -7.75, 1e-9, -1e-9, 40, -40, 1e3, -1e3, inf, -inf, nan}
	for _, r := range realFunctions() {
		want, narrow, want32 := make([]float64, len(points)), make([]float32, len(points)), make([]float64, len(points))
		for i, x := range points {
			narrow[i] = float32(x)
			want[i], want32[i] = r.at(x), float64(float32(r.at(float64(narrow[i]))))
		}
		t.Run(r.name, func(t *testing.T) {
			wantNear(t, r.f(f64(points...)), "f64[19]", r.ulps, 0x1p-52, want)
			wantNear(t, r.f(f32(narrow...)), "f32[19]", r.ulps, 0x1p-23, want32)
			wantNear(t, r.f(trace.Scalar(points[3])), "f64[]", r.ulps, 0x1p-52, want[3:4])
			wantElems(t, r.f(trace.New([]float32{}, 2, 0)), "f32[2 0]")
		})
	}
}

// wantNear wants results of a type within so many ulp of their exact values. want is
// exact to an ulp; with 0 ulps, results have the bits of want. The kernels' own tests
// check more digits.
func wantNear(t *testing.T, got trace.Value, typ string, ulps, ulp float64, want []float64) {
	t.Helper()
	if ulps == 0 {
		wantElems(t, got, typ, want...)
		return
	}
	if got.Type().String() != typ {
		t.Fatalf("got %v, want a %s", got, typ)
	}
	for i, x := range got.Float64s() {
		d, bound := math.Abs(x-want[i]), (ulps+1)*ulp*math.Abs(want[i])
		if (!(d <= bound) || math.IsInf(bound, 0)) && !same64([]float64{x}, want[i:i+1]) {
			t.Errorf("element %d: got %v, want %v", i, x, want[i])
		}
	}
}

// The normal distribution stays accurate in the tails, where 1 - erf does not.
func TestNormalTails(t *testing.T) {
	got := normalCDF(f64(-10, -30, 0, 10)).Float64s()
	for i, want := range []float64{7.61985302416052606597e-24, 4.90671392714819187e-198, 0.5, 1} {
		if d := math.Abs(got[i]/want - 1); !(d <= 1e-12) {
			t.Errorf("element %d: got %v, want %v", i, got[i], want)
		}
	}
}

// deriv is the derivative of f at x, by its VJP alone.
func deriv(f func(x trace.Value) trace.Value, x trace.Value) trace.Value {
	p := trace.Record(func(in []trace.Value) []trace.Value { return []trace.Value{f(in[0])} }, []trace.Type{x.Type()})
	e := p.Eqns[len(p.Eqns)-1]
	env := p.Env([]trace.Value{x})
	env.Step(&e)
	y := env.Get(p.Out)
	d := e.Op.VJP([]trace.Value{x}, y, []trace.Value{OnesLike(x)}, []bool{true})[0]
	if d.IsAbsent() {
		return ZerosLike(x)
	}
	return d
}

func TestKinksOfFunctions(t *testing.T) {
	tests := []struct {
		name string
		f    func(x trace.Value) trace.Value
		x    []float64
		want []float64
	}{
		{"abs", Abs, []float64{-1, 0, 1}, []float64{-1, 0, 1}},
		{"sign", Sign, []float64{-1, 0, 1}, []float64{0, 0, 0}},
		{"floor", Floor, []float64{0, 1}, []float64{0, 0}},
		{"sqrt", Sqrt, []float64{0, 4}, []float64{inf, 0.25}},
		{"log", Log, []float64{0, 4}, []float64{inf, 0.25}},
		{"square root as a power", func(x trace.Value) trace.Value { return PowScalar(x, 0.5) }, []float64{0, 4}, []float64{inf, 0.25}},
		{"power 0", func(x trace.Value) trace.Value { return PowScalar(x, 0) }, []float64{0, 4}, []float64{0, 0}},
		{"clamp", func(x trace.Value) trace.Value { return Clamp(x, -1, 2) }, []float64{-1.5, -1, 0, 2, 2.5}, []float64{0, 1, 1, 1, 0}},
		{"positive", Positive, []float64{-1, 0, 1, inf}, []float64{0, 1, 1, 1}},
		{"negative", Negative, []float64{-inf, -1, 0, 1}, []float64{1, 1, 1, 0}},
		{"clamp to a point", func(x trace.Value) trace.Value { return Clamp(x, 1, 1) }, []float64{0, 1, 2}, []float64{0, 1, 0}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if got := deriv(test.f, f64(test.x...)).Float64s(); !same64(got, test.want) {
				t.Errorf("derivative at %v: got %v, want %v", test.x, got, test.want)
			}
		})
	}
}

// vjp is op's pullback of ones to all operands.
func vjp(op trace.Op, in ...trace.Value) []trace.Value {
	y := trace.Bind(op, in...)
	want := make([]bool, len(in))
	for i := range want {
		want[i] = true
	}
	return op.VJP(in, y, []trace.Value{OnesLike(y[0])}, want)
}

func TestKinksOfTwoOperands(t *testing.T) {
	for _, op := range []trace.Op{maximum{}, minimum{}} {
		c := vjp(op, f64(1, 1, 2), f64(1, 2, 1))
		larger := []float64{0.5, 0, 1}
		if op.Name() == "minimum" {
			larger = []float64{0.5, 1, 0}
		}
		if got := c[0].Float64s(); !same64(got, larger) {
			t.Errorf("%s: first operand: got %v, want %v", op.Name(), got, larger)
		}
		if sum := Add(c[0], c[1]).Float64s(); !same64(sum, []float64{1, 1, 1}) {
			t.Errorf("%s: the cotangents add up to %v, want ones", op.Name(), sum)
		}
	}
	c := vjp(pow{}, f64(0, 0, 0, 0, 2), f64(0, 1, 2, 0.5, 0))
	wantElems(t, c[0], "f64[5]", 0, 1, 0, inf, 0)
	wantElems(t, c[1], "f64[5]", 0, 0, 0, 0, math.Log(2))
}

func TestClampErrors(t *testing.T) {
	wantError(t, "clamp(f64[1]): the lower bound 2 is not at most the upper bound 1", func() { Clamp(f64(1), 2, 1) })
	wantError(t, "clamp(f64[1]): the lower bound NaN is not at most the upper bound 1", func() { Clamp(f64(1), nan, 1) })
	wantError(t, "clamp(i32[1]): the bound 0.5 is not an i32: fn.Cast the array to a float dtype first", func() { Clamp(i32(1), 0.5, 1) })
	wantError(t, "positive(bool[1]): bool[1] has no arithmetic: use fn.Any or fn.All, or fn.Cast it to numbers", func() { Positive(bools(true)) })
	wantElems(t, Clamp(f64(nan, 3), -inf, inf), "f64[2]", nan, 3)
	wantElems(t, Clamp(f32(0.05, 0.2), 0.1, 1), "f32[2]", float64(float32(0.1)), float64(float32(0.2)))
	wantElems(t, between(f64(0, 1, 2, 3, nan), 1, 3), "bool[5]", 0, 0, 1, 0, 0)
	wantElems(t, above(f32(-inf32, 0, math.SmallestNonzeroFloat32, inf32), 0), "bool[4]", 0, 0, 1, 1)
}

var inf32 = float32(inf)

func TestDescriptions(t *testing.T) {
	tests := []struct {
		op   trace.Op
		want string
	}{
		{unary[exp]{}, "exp"}, {unary[power]{power{2.5}}, "pow_scalar{P:2.5}"}, {activation[relu]{}, "relu"},
		{activation[softplus]{unary[softplus]{softplus{2, 20}}}, "softplus{Beta:2 Threshold:20}"},
		{add{}, "add"}, {clamp{0, inf}, "clamp{Low:0 High:+Inf}"}, {compare{lessEqual}, "less_equal"}, {logic{"xor"}, "xor"},
		{full{trace.TypeOf(trace.Float32, 2, 3), 0.5}, "full{Type:f32[2 3] Value:0.5}"}, {cast{To: trace.Int64}, "cast{To:i64}"},
		{expand{[]int{2, 3}, []int{1}}, "expand{Shape:[2 3] Axes:[1]}"}, {batchNorm{1e-5, 1}, "batch_norm{Epsilon:1e-05 Axis:1}"},
	}
	for _, test := range tests {
		if got := trace.Describe(test.op); got != test.want {
			t.Errorf("got %s, want %s", got, test.want)
		}
	}
}

// A function's own loop computes the same as its function of one number.
func TestLoopsAreTheFunctions(t *testing.T) {
	x := f64(0, 1, -1, 0.3, -7.5, 2.5, 6, 3, -3, 1e200, -1e-300, inf, -inf, nan, math.Copysign(0, -1))
	for _, f := range []function{sign{}, abs{}, square{}, reciprocal{}, relu{}, relu6{}, hardTanh{-1.5, 2}, hardSigmoid{}, hardSwish{}, leakyReLU{0.1}, rrelu{0.1, 0.3},
		floor{}, ceil{}, round{}, trunc{}, rsqrt{}, softsign{}, thresholding{0.3, -2}} {
		y := trace.NewArray(x.Type())
		f.(looped).Loop(x.Array(), y)
		for i, v := range x.Float64s() {
			if got, want := y.Float64s()[i], f.At(v); !same64([]float64{got}, []float64{want}) {
				t.Errorf("%s at %v: got %v in the loop, want %v", f.Name(), v, got, want)
			}
		}
	}
}

func TestKinds(t *testing.T) {
	kinds := map[trace.Kind]trace.Op{
		trace.KindAdd: add{}, trace.KindSub: sub{}, trace.KindProduct: mul{}, trace.KindSoftmax: softmax{}, trace.KindLogSoftmax: logSoftmax{}, "reduce.log_sum_exp": logSumExp{},
		trace.KindBatchNorm: batchNorm{}, trace.KindLayerNorm: layerNorm{}, "shape.expand": expand{}, trace.KindReLU: activation[relu]{},
	}
	for want, op := range kinds {
		if k, ok := op.(trace.Kinded); !ok || k.Kind() != want {
			t.Errorf("%s is not of the kind %s", op.Name(), want)
		}
	}
	for _, op := range []trace.Op{div{}, neg{}, unary[exp]{}, where{}, clamp{}} {
		if k, ok := op.(trace.Kinded); ok {
			t.Errorf("%s has the kind %s, which a composite could take for another", op.Name(), k.Kind())
		}
	}
}
