package fn

import (
	"math"
	"testing"

	"github.com/pullback-go/pullback/trace"
)

// The output error of a nonexpansive operation is at most a small multiple of the
// operands' error. Here both are moved, for operands of every size.
func TestNonexpansive(t *testing.T) {
	x := Mul(waves(1, 3, 4), Scalar(3))
	pool := maxPool{windows{Kernel: []int{2}, Stride: []int{2}, Padding: []int{0}, Dilation: []int{1}}}
	cond := Greater(waves(3, 3, 4), Scalar(0))
	line := func(v float64) trace.Value { return f64(v, v, v, v) }
	tests := []struct {
		op   trace.Op
		in   []trace.Value
		most float64 // how many times the operands' error
	}{
		{activation[relu]{}, []trace.Value{x}, 1}, {activation[gelu]{}, []trace.Value{x}, 1.13}, {activation[sigmoid]{}, []trace.Value{x}, 0.25},
		{activation[hardSwish]{}, []trace.Value{x}, 1.5}, {activation[softplus]{unary[softplus]{softplus{3, 20}}}, []trace.Value{x}, 1},
		{add{}, []trace.Value{x, waves(2, 3, 4)}, 2}, {sub{}, []trace.Value{x, waves(2, 3, 4)}, 2}, {maximum{}, []trace.Value{x, waves(2, 3, 4)}, 1},
		{minimum{}, []trace.Value{x, waves(2, 3, 4)}, 1}, {clamp{-1, 1}, []trace.Value{x}, 1}, {where{}, []trace.Value{cond, x, waves(2, 3, 4)}, 1},
		{mask{}, []trace.Value{cond, x}, 1}, {batchNorm{0.1, 1}, []trace.Value{x, line(0.5), line(1), line(1), line(0)}, 3},
		{pool, []trace.Value{waves(4, 2, 3, 4)}, 1}, {extreme{[]int{0}, false}, []trace.Value{x}, 1}, {extreme{[]int{1}, true}, []trace.Value{x}, 1},
		{softmax{1}, []trace.Value{x}, 0.5}, {logSoftmax{0}, []trace.Value{x}, 2}, {logSumExp{1}, []trace.Value{x}, 1}, {concat{0}, []trace.Value{x, waves(2, 1, 4)}, 1},
	}
	for _, test := range tests {
		if _, ok := test.op.(trace.Nonexpansive); !ok {
			t.Errorf("%s does not say that it is nonexpansive", trace.Describe(test.op))
		}
		for _, size := range []float64{1e-6, 1, 1e6} {
			const off = 1e-5
			in, moved := make([]trace.Value, len(test.in)), make([]trace.Value, len(test.in))
			for i, v := range test.in {
				in[i], moved[i] = v, v
				if v.DType().IsFloat() && (i == 0 || test.op.Name() != "batch_norm") {
					in[i] = Mul(v, Scalar(size))
					moved[i] = Add(in[i], Mul(Sign(waves(float64(5+i), v.Shape()...)), Scalar(off)))
				}
			}
			y, z := trace.Bind(test.op, in...)[0].Float64s(), trace.Bind(test.op, moved...)[0].Float64s()
			for i := range y {
				if d := math.Abs(y[i] - z[i]); !(d <= test.most*off+1e-8*off*size+1e-9*off) {
					t.Errorf("%s, operands near %v: element %d is off by %v for %v", trace.Describe(test.op), size, i, d, off)
				}
			}
		}
	}
}

// A small denominator amplifies its error, so nothing that divides is nonexpansive.
func TestWhatIsNotNonexpansive(t *testing.T) {
	for _, op := range []trace.Op{
		div{}, mul{}, pow{}, rem{}, prod{}, layerNorm{}, compare{}, cumSum{}, sum{}, dot{}, conv{}, prelu{}, cast{},
		unary[exp]{}, unary[log]{}, unary[reciprocal]{}, unary[sqrt]{}, unary[rsqrt]{}, unary[tan]{}, unary[power]{},
	} {
		if _, ok := op.(trace.Nonexpansive); ok {
			t.Errorf("%s says that it is nonexpansive", op.Name())
		}
	}
}
