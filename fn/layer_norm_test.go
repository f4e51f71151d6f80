package fn

import (
	"math"
	"slices"
	"testing"

	"github.com/pullback-go/pullback/trace"
)

// plainLayerNorm normalizes rows as the documentation says.
func plainLayerNorm(x, scale, bias []float64, eps float64) []float64 {
	n, out := len(scale), make([]float64, len(x))
	for from := 0; from < len(x); from += n {
		mean, variance := 0.0, 0.0
		for _, v := range x[from : from+n] {
			mean += v / float64(n)
		}
		for _, v := range x[from : from+n] {
			variance += (v - mean) * (v - mean) / float64(n)
		}
		for i, v := range x[from : from+n] {
			out[from+i] = (v-mean)/math.Sqrt(variance+eps)*scale[i] + bias[i]
		}
	}
	return out
}

func TestLayerNormRules(t *testing.T) {
	for _, axes := range []int{1, 2, 3} {
		x := waves(1, 2, 3, 4)
		scale, bias := waves(2, x.Shape()[3-axes:]...), waves(3, x.Shape()[3-axes:]...)
		op := layerNorm{0.1, axes}
		want := plainLayerNorm(x.Float64s(), scale.Float64s(), bias.Float64s(), 0.1)
		wantClose(t, "value", trace.Bind1(op, x, scale, bias).Float64s(), want, 1e-14)
		slopesHold(t, op, x, scale, bias)
		batchHolds(t, op, x, scale, bias)
	}
}

// A cotangent is computed if it is wanted. It does not depend on which others are.
func TestLayerNormHonoursWant(t *testing.T) {
	in, ct := []trace.Value{waves(1, 2, 3), waves(2, 3), waves(3, 3)}, []trace.Value{waves(4, 2, 3)}
	op := layerNorm{0.1, 1}
	all := op.VJP(in, nil, ct, []bool{true, true, true})
	for choice := range 8 {
		want := []bool{choice&1 != 0, choice&2 != 0, choice&4 != 0}
		for i, c := range op.VJP(in, nil, ct, want) {
			if c.IsAbsent() == want[i] {
				t.Errorf("wanted %v: cotangent %d is %v", want, i, c)
			}
			if want[i] && !same64(c.Float64s(), all[i].Float64s()) {
				t.Errorf("wanted %v: cotangent %d is %v, and %v if all are", want, i, c, all[i])
			}
		}
	}
}

// An offset of a row does not matter and, without eps, neither does a factor. Rows do not
// affect each other.
func TestLayerNormLaws(t *testing.T) {
	x, none := waves(1, 3, 5), trace.Value{}
	y := LayerNorm(x, none, none, 0, 1).Float64s()
	wantClose(t, "offset", LayerNorm(Add(x, Scalar(7)), none, none, 0, 1).Float64s(), y, 1e-13)
	wantClose(t, "factor", LayerNorm(Mul(x, Scalar(1e-5)), none, none, 0, 1).Float64s(), y, 1e-13)
	wantClose(t, "negative factor", LayerNorm(Mul(x, Scalar(-3)), none, none, 0, 1).Float64s(), Neg(trace.New(y)).Float64s(), 1e-13)
	elems := slices.Clone(x.Float64s())
	elems[6] = nan
	for i, v := range LayerNorm(trace.New(elems, 3, 5), none, none, 0, 1).Float64s() {
		if in := i/5 == 1; in != math.IsNaN(v) || !in && v != y[i] {
			t.Errorf("element %d beside a row with NaN is %v, alone %v", i, v, y[i])
		}
	}
	wantElems(t, LayerNorm(f64(3, 3, 3), none, f64(1, 2, 3), 0.5, 1), "f64[3]", 1, 2, 3)
	wantElems(t, LayerNorm(f32(3, 3), none, none, 0, 1), "f32[2]", nan, nan)
	wantElems(t, LayerNorm(array(trace.Float64, nil, 3, 0), array(trace.Float64, nil, 0), none, 1, 1), "f64[3 0]")
}

// Thousands of rows are split over the cores. Each row is as it is alone.
func TestLayerNormOfManyRows(t *testing.T) {
	for _, d := range floatTypes {
		x := Cast(waves(1, grain/7+3, 8), d)
		scale, bias := Cast(waves(2, 8), d), Cast(waves(3, 8), d)
		all := LayerNorm(x, scale, bias, 0.1, 1).Float64s()
		for _, row := range []int{0, 1, grain / 8, grain/8 + 1, grain/7 + 2} {
			alone := LayerNorm(part(x, 0, row, row+1), scale, bias, 0.1, 1).Float64s()
			if !same64(all[row*8:(row+1)*8], alone) {
				t.Errorf("%v: row %d is %v among many and %v alone", d, row, all[row*8:(row+1)*8], alone)
			}
		}
	}
}

func TestLayerNormIsRefused(t *testing.T) {
	x, c := typed(trace.Float64, 2, 3), typed(trace.Float64, 3)
	wantReason(t, layerNorm{0, 1}, "", x, c, c)
	wantReason(t, layerNorm{0, 0}, "the last 0 axes of f64[2 3] are to be normalized: want 1 to 2", x, c, c)
	wantReason(t, layerNorm{0, 3}, "the last 3 axes of f64[2 3] are to be normalized: want 1 to 2", x, c, c)
	wantReason(t, layerNorm{0, 2}, "the scale is f64[3], want f64[2 3]: the last 2 axes of f64[2 3]", x, c, c)
	wantReason(t, layerNorm{0, 1}, "the bias is f64[2], want f64[3]: the last 1 axes of f64[2 3]", x, c, typed(trace.Float64, 2))
	wantReason(t, layerNorm{-1, 1}, "eps -1 is not at least 0", x, c, c)
	wantReason(t, layerNorm{0, 1}, "i64[3] is not a float array: fn.Cast it to f32 or f64", typed(trace.Int64, 3), c, c)
	wantError(t, "layer_norm(i32[2], absent, absent): i32[2] is not a float array: fn.Cast it to f32 or f64", func() { LayerNorm(i32(1, 2), trace.Value{}, trace.Value{}, 0, 1) })
	wantError(t, "layer_norm(f64[], absent, absent): the last 1 axes of f64[] are to be normalized: want 1 to 0",
		func() { LayerNorm(trace.Scalar(1.0), trace.Value{}, trace.Value{}, 0, 1) })
	wantError(t, "layer_norm(absent, absent, absent): operand 0 is absent (the zero trace.Value): was a field never set?",
		func() { LayerNorm(trace.Value{}, trace.Value{}, trace.Value{}, 0, 1) })
}
