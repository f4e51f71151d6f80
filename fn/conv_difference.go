package fn

import (
	"fmt"
	"math"

	kconv "github.com/pullback-go/pullback/internal/kernel/conv"
	"github.com/pullback-go/pullback/trace"
)

// convDifference computes conv(x, w) as s·yv - yu. Its operands are x, w, s, yv and yu,
// with yv = conv(x, v), yu = conv(x, u) and w[o] = s[o]·v[o] - u[o] for every output
// channel o. An output is computed from x and w instead if the subtraction leaves less
// than the fraction Least of the magnitudes.
type convDifference struct {
	conv  conv
	Least float32
}

func (convDifference) Name() string { return "conv_difference" }
func (op convDifference) String() string {
	return fmt.Sprintf("conv_difference%+v down to %v", op.conv, op.Least)
}

func (op convDifference) Infer(in []trace.Type) ([]trace.Type, error) {
	if len(in) != 5 {
		return nil, fmt.Errorf("%d operands, want x, w, factors and two results", len(in))
	}
	y, err := op.conv.Infer(in[:2])
	if err != nil {
		return nil, err
	}
	if d := in[0].DType; d != trace.Float32 || !in[3].Equal(y[0]) || !in[4].Equal(y[0]) || !in[2].Equal(trace.TypeOf(d, in[1].Shape[0])) {
		return nil, fmt.Errorf("want f32, a factor for each of %d output channels, and two results %v", in[1].Shape[0], y[0])
	}
	return y, nil
}

func (op convDifference) Eval(in, out []*trace.Array) {
	var e [5][]float32
	for i, a := range in {
		e[i] = trace.Elems[float32](a)
	}
	s := op.conv.geometry(in[0].Shape(), in[1].Shape(), out[0].Shape())
	kconv.Difference(trace.Elems[float32](out[0]), e[0], e[1], e[2], e[3], e[4], op.Least, s)
}

// FLOPs counts a multiplication and a subtraction for each output.
func (convDifference) FLOPs(in []trace.Type) int64 { return 2 * int64(in[3].Size()) }

// ElementwiseIn holds for the two results, yv and yu. The data are read in windows, as in
// the convolution.
func (convDifference) ElementwiseIn(j int) bool { return j > 2 }

// VJP is that of the convolution.
func (op convDifference) VJP(in, out, ct []trace.Value, want []bool) []trace.Value {
	return append(op.conv.VJP(in[:2], out, ct, want[:2]), trace.Value{}, trace.Value{}, trace.Value{})
}

// Batch is that of the convolution.
func (op convDifference) Batch(size int, in []trace.Value, batched []bool) []trace.Value {
	return op.conv.Batch(size, in[:2], batched[:2])
}

func (convDifference) ByRow(_ []trace.Type, j int) bool { return j == 0 || j > 2 }

// differenceTaps is the number of terms per output from which subtracting two stored
// outputs is faster than convolving again.
const differenceTaps = 96

// Difference computes the convolution as a difference, see [trace.Differencer].
//
// The error of a difference is relative to the terms that are subtracted. If each weight
// in w is at least a quarter of that in u, this error is in proportion to the output's
// own terms. Otherwise large terms may cancel almost completely, as they do for the
// positive and the negative part, and Least is set.
func (op conv) Difference(in []trace.Type, v, u, w *trace.Array) (trace.Op, *trace.Array) {
	if in[1].DType != trace.Float32 || volume(in[1].Shape[1:]) < differenceTaps {
		return nil, nil
	}
	s, rest := make([]float32, in[1].Shape[0]), convDifference{conv: op}
	each := v.Type().Size() / max(1, len(s))
	for o := range s {
		row := func(a *trace.Array) []float32 { return trace.Elems[float32](a)[o*each : (o+1)*each] }
		f, ok := factor(row(v), row(u), row(w))
		if !ok {
			return nil, nil
		}
		s[o] = f
		if !inProportion(row(w), row(u)) {
			rest.Least = 1.0 / 16
		}
	}
	return rest, trace.ArrayOf(s, len(s))
}

// inProportion reports whether each element of w is at least a quarter of that of u, in
// magnitude.
func inProportion(w, u []float32) bool {
	for i, v := range u {
		if !(4*math.Abs(float64(w[i])) >= math.Abs(float64(v))) {
			return false
		}
	}
	return true
}

// factor returns the s with u + w = s·v, where each element may be off by four units in
// the last place. It is 1 if all are zeros.
func factor(v, u, w []float32) (s float32, ok bool) {
	const units = 0x1p-21
	largest := 0
	for i, x := range v {
		if math.Abs(float64(x)) > math.Abs(float64(v[largest])) {
			largest = i
		}
	}
	s = 1
	if v[largest] != 0 {
		s = (u[largest] + w[largest]) / v[largest]
	}
	for i := range v {
		if sum, want := float64(u[i])+float64(w[i]), float64(s)*float64(v[i]); !(math.Abs(sum-want) <= units*math.Abs(want)) {
			return 0, false
		}
	}
	return s, s != 0 && !math.IsInf(float64(s), 0)
}
