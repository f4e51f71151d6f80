package fn

import (
	"testing"

	"github.com/pullback-go/pullback/trace"
)

// recorded counts the equations of f on arguments of the given types.
func recorded(f func(in []trace.Value) trace.Value, types ...trace.Type) (int, *trace.Program) {
	p := trace.Record(func(in []trace.Value) []trace.Value { return []trace.Value{f(in)} }, types)
	return len(p.Eqns), p
}

// Operands that fit take one equation. One that has to be repeated takes another.
func TestFewEquations(t *testing.T) {
	x, c := trace.TypeOf(trace.Float32, 2, 3, 4), trace.TypeOf(trace.Float32, 3)
	tests := []struct {
		name string
		f    func(in []trace.Value) trace.Value
		want int
	}{
		{"add", func(in []trace.Value) trace.Value { return Add(in[0], in[0]) }, 1},
		{"add with broadcast", func(in []trace.Value) trace.Value { return Add(in[0], BroadcastIn(in[1], []int{2, 3, 4}, 1)) }, 2},
		{"mul by scalar", func(in []trace.Value) trace.Value { return Mul(in[0], Scalar(2)) }, 2},
		{"where 0", func(in []trace.Value) trace.Value { return Where(Less(in[0], in[0]), in[0], Scalar(0)) }, 2},
		{"broadcast to its shape", func(in []trace.Value) trace.Value { return BroadcastTo(in[0], 2, 3, 4) }, 0},
		{"cast to its dtype", func(in []trace.Value) trace.Value { return Cast(in[0], trace.Float32) }, 0},
		{"power 1", func(in []trace.Value) trace.Value { return PowScalar(in[0], 1) }, 0},
		{"power 2", func(in []trace.Value) trace.Value { return Pow(in[0], Scalar(2)) }, 1},
		{"batch norm", func(in []trace.Value) trace.Value { return BatchNorm(in[0], in[1], in[1], in[1], in[1], 1e-5) }, 1},
		{"layer norm", func(in []trace.Value) trace.Value {
			return LayerNorm(in[0], trace.Value{}, trace.Value{}, 1e-5, 2)
		}, 3},
		{"softmax", func(in []trace.Value) trace.Value { return Softmax(in[0], 1) }, 1},
		{"is finite", func(in []trace.Value) trace.Value { return IsFinite(in[0]) }, 2},
		{"prelu", func(in []trace.Value) trace.Value { return PReLU(in[0], in[1]) }, 2},
		{"relu's pullback", func(in []trace.Value) trace.Value {
			return activation[relu]{}.VJP(in[:1], in[:1], in[:1], []bool{true})[0]
		}, 2},
	}
	for _, test := range tests {
		if got, p := recorded(test.f, x, c); got != test.want {
			t.Errorf("%s: %d equations, want %d:\n%v", test.name, got, test.want, p)
		}
	}
}

// Constants belong to the trace of the operands that they are combined with. Only scalars
// are captured.
func TestConstantsBelongToTheTrace(t *testing.T) {
	x := trace.TypeOf(trace.Float64, 2, 3)
	_, p := recorded(func(in []trace.Value) trace.Value {
		y := Add(Mul(in[0], Scalar(2)), OnesLike(in[0]))
		y = Where(Greater(y, Scalar(0)), y, IotaLike(y, y.Type(), 1))
		for _, op := range []trace.Op{activation[elu]{unary[elu]{elu{2}}}, activation[gelu]{}, maximum{}, pow{}, batchNorm{1e-5, 1}, layerNorm{1e-5, 1}, logSumExp{1}} {
			operands := []trace.Value{y, y}
			switch op.(type) {
			case batchNorm:
				c := SumTo(y, 3)
				operands = []trace.Value{y, c, c, c, c}
			case layerNorm:
				c := SumTo(y, 3)
				operands = []trace.Value{y, c, c}
			case maximum, pow:
			default:
				operands = operands[:1]
			}
			out := trace.Bind(op, operands...)
			want := make([]bool, len(operands))
			for i := range want {
				want[i] = true
			}
			y = op.VJP(operands, out, out, want)[0]
		}
		return y
	}, x)
	if len(p.Consts) != 0 {
		t.Errorf("%d arrays were computed while tracing:\n%v", len(p.Consts), p)
	}
}

// The VJP of an op does not need the value of a linear operand. Its type is enough.
func TestLinearOperandsMayBeUnknown(t *testing.T) {
	x := f64(1, 2, 3)
	unknown, ct := trace.Unknown(x.Type()), f64(4, 5, 6)
	tests := []struct {
		op   trace.Op
		in   []trace.Value
		want []float64
	}{
		{add{}, []trace.Value{unknown, unknown}, []float64{4, 5, 6}},
		{sub{}, []trace.Value{unknown, unknown}, []float64{4, 5, 6}},
		{neg{}, []trace.Value{unknown}, []float64{-4, -5, -6}},
		{mul{}, []trace.Value{unknown, x}, []float64{4, 10, 18}},
		{div{}, []trace.Value{unknown, x}, []float64{4, 2.5, 2}},
		{cast{To: trace.Float32}, []trace.Value{unknown}, []float64{4, 5, 6}},
		{expand{[]int{3}, []int{0}}, []trace.Value{unknown}, []float64{4, 5, 6}},
	}
	for _, test := range tests {
		want := make([]bool, len(test.in))
		want[0] = true
		got := test.op.VJP(test.in, []trace.Value{unknown}, []trace.Value{ct}, want)
		if !same64(got[0].Float64s(), test.want) {
			t.Errorf("%s: got %v, want %v", test.op.Name(), got[0], test.want)
		}
	}
	cond := bools(true, false, true)
	wantElems(t, mask{}.VJP([]trace.Value{cond, unknown}, nil, []trace.Value{ct}, []bool{false, true})[1], "f64[3]", 4, 0, 6)
	both := where{}.VJP([]trace.Value{cond, unknown, unknown}, nil, []trace.Value{ct}, []bool{false, true, true})
	wantElems(t, both[1], "f64[3]", 4, 0, 6)
	wantElems(t, both[2], "f64[3]", 0, 5, 0)
}

func TestSimplify(t *testing.T) {
	x := trace.TypeOf(trace.Float32, 2, 3)
	tests := []struct {
		op   trace.Simplifier
		want bool
	}{
		{expand{[]int{2, 3}, []int{0, 1}}, true}, {expand{[]int{2, 2, 3}, []int{1, 2}}, false},
		{cast{To: trace.Float32}, true}, {cast{To: trace.Float64}, false},
	}
	for _, test := range tests {
		op, operands, ok := test.op.Simplify([]trace.Type{x})
		if ok != test.want || ok && (op != nil || len(operands) != 1 || operands[0] != 0) {
			t.Errorf("%s: got %v of operands %v, %v, want the identity %v", trace.Describe(test.op), op, operands, ok, test.want)
		}
	}
}

// Only operations from floats to floats have a cotangent.
func TestWhatHasNoCotangent(t *testing.T) {
	tests := []struct {
		op trace.Op
		in []trace.Value
		ct trace.Value
	}{
		{cast{To: trace.Int32}, []trace.Value{f64(1)}, i32(0)}, {cast{To: trace.Float32}, []trace.Value{i64(1)}, f32(1)},
		{compare{less}, []trace.Value{f64(1), f64(2)}, bools(false)}, {logic{"and"}, []trace.Value{bools(true), bools(true)}, bools(false)},
		{not{}, []trace.Value{bools(true)}, bools(false)}, {within{0, 1, true}, []trace.Value{f64(1)}, bools(false)},
		{unary[floor]{}, []trace.Value{f64(1.5)}, f64(1)}, {unary[sign]{}, []trace.Value{f64(1.5)}, f64(1)},
	}
	for _, test := range tests {
		cts := test.op.VJP(test.in, trace.Bind(test.op, test.in...), []trace.Value{test.ct}, []bool{true, true}[:len(test.in)])
		if len(cts) != len(test.in) {
			t.Errorf("%s: %d cotangents for %d operands", test.op.Name(), len(cts), len(test.in))
		}
		for i, c := range cts {
			if !c.IsAbsent() {
				t.Errorf("%s: the cotangent of operand %d is %v, want none", test.op.Name(), i, c)
			}
		}
	}
}
