package fn

import (
	"math"
	"testing"

	"github.com/pullback-go/pullback/trace"
)

func TestBatchNormValues(t *testing.T) {
	x := trace.New([]float64{1, -2, 3, 0.5, -0.25, 4, 2, 2, -1, 0, 7, -3}, 2, 3, 2)
	mean, variance, scale, bias := f64(0.5, -1, 2), f64(1, 4, 0.25), f64(2, 0.5, -1), f64(0.1, 0, -3)
	for _, d := range []trace.DType{trace.Float32, trace.Float64} {
		tol := map[trace.DType]float64{trace.Float32: 1e-6, trace.Float64: 1e-14}[d]
		to := func(v trace.Value) trace.Value { return Cast(v, d) }
		got := BatchNorm(to(x), to(mean), to(variance), to(scale), to(bias), 1e-3).Float64s()
		plain := BatchNorm(to(x), to(mean), to(variance), trace.Value{}, trace.Value{}, 1e-3).Float64s()
		for i, v := range x.Float64s() {
			c := i / 2 % 3
			unit := (v - mean.Float64s()[c]) / math.Sqrt(variance.Float64s()[c]+1e-3)
			want := unit*scale.Float64s()[c] + bias.Float64s()[c]
			if !(math.Abs(got[i]-want) <= 10*tol) || !(math.Abs(plain[i]-unit) <= 10*tol) {
				t.Errorf("%v, element %d: got %v and %v without scale and bias, want %v and %v", d, i, got[i], plain[i], want, unit)
			}
		}
	}
	wantElems(t, BatchNorm(trace.New([]float64{}, 0, 3, 2), mean, variance, scale, bias, 0), "f64[0 3 2]")
	wantElems(t, BatchNorm(trace.New([]float64{1, 2, 3}, 1, 3), f64(0, 0, nan), f64(1, 0, 1), f64(1, 1, 1), f64(0, 0, 0), 0), "f64[1 3]", 1, inf, nan)
}

// Planes and rows are split over the cores. The last one is as it is alone.
func TestNormalizationOfManyRows(t *testing.T) {
	x := Reshape(Sin(Cast(Iota(trace.TypeOf(trace.Int64, 3*grain), 0), trace.Float64)), 3*grain/32, 4, 8)
	last := Slice(x, SliceConfig{Start: []int{x.Dim(0) - 1, 0, 0}})
	c, r := f64(1, 2, 3, 4), f64(1, 2, 3, 4, 5, 6, 7, 8)
	for name, f := range map[string]func(x trace.Value) trace.Value{
		"batch norm": func(x trace.Value) trace.Value { return BatchNorm(x, c, c, c, c, 0.1) },
		"layer norm": func(x trace.Value) trace.Value { return LayerNorm(x, r, r, 0.1, 1) },
	} {
		whole := Slice(f(x), SliceConfig{Start: []int{x.Dim(0) - 1, 0, 0}})
		if !same64(whole.Float64s(), f(last).Float64s()) {
			t.Errorf("%s: the last case among many differs from that computed alone", name)
		}
	}
}

func TestBatchNormHonoursWant(t *testing.T) {
	in := []trace.Value{trace.New([]float64{1, 2, 3, 4, 5, 6}, 2, 3), f64(1, 2, 3), f64(1, 2, 3), f64(1, 2, 3), f64(1, 2, 3)}
	op := batchNorm{1e-5, 1}
	for want := range 32 {
		mask := []bool{want&1 > 0, want&2 > 0, want&4 > 0, want&8 > 0, want&16 > 0}
		for i, c := range op.VJP(in, nil, []trace.Value{OnesLike(in[0])}, mask) {
			if c.IsAbsent() == mask[i] {
				t.Errorf("want %v: the cotangent of operand %d is %v", mask, i, c)
			}
		}
	}
}

func TestBatchNormErrors(t *testing.T) {
	x, c := trace.New(make([]float64, 6), 2, 3), f64(1, 2, 3)
	const op = "batch_norm(f64[2 3], f64[3], f64[3], f64[3], f64[3]): "
	wantError(t, op+"eps -1 is not at least 0", func() { BatchNorm(x, c, c, c, c, -1) })
	wantError(t, "batch_norm(f64[2 3], f64[3], f64[2], f64[3], f64[3]): the variance is f64[2], want f64[3]: one element for each channel of f64[2 3]",
		func() { BatchNorm(x, c, f64(1, 2), c, c, 0) })
	wantError(t, "the bias is f32[3], want f64[3]: one element for each channel of f64[2 3]", func() { BatchNorm(x, c, c, c, f32(1, 2, 3), 0) })
	wantError(t, "batch_norm(f64[3], f64[3], f64[3], f64[3], f64[3]): f64[3] has no channels: want x[n c ...]", func() { BatchNorm(c, c, c, c, c, 0) })
	wantError(t, "operand 1 is absent (the zero trace.Value): was a field never set?", func() { BatchNorm(x, trace.Value{}, c, c, c, 0) })
}

func TestLayerNormValues(t *testing.T) {
	x := trace.New([]float64{1, -2, 3, 0.5, -0.25, 4, 2, 2, -1, 0, 7, -3}, 2, 2, 3)
	scale := []float64{2, 0.5, -1, 3, 1, 0.25}
	bias := []float64{0.1, 0, -3, 1, 2, 3}
	for axes, n := range map[int]int{1: 3, 2: 6} {
		shape := x.Shape()[3-axes:]
		got := LayerNorm(x, trace.New(scale[:n], shape...), trace.New(bias[:n], shape...), 0.1, axes).Float64s()
		narrow := LayerNorm(Cast(x, trace.Float32), trace.Value{}, trace.Value{}, 0.1, axes).Float64s()
		for i, v := range x.Float64s() {
			row := x.Float64s()[i/n*n:][:n]
			mean, variance := 0.0, 0.0
			for _, r := range row {
				mean += r / float64(n)
			}
			for _, r := range row {
				variance += (r - mean) * (r - mean) / float64(n)
			}
			unit := (v - mean) / math.Sqrt(variance+0.1)
			if want := unit*scale[i%n] + bias[i%n]; !(math.Abs(got[i]-want) <= 1e-14) || !(math.Abs(narrow[i]-unit) <= 1e-6) {
				t.Errorf("%d axes, element %d: got %v and %v without scale and bias, want %v and %v", axes, i, got[i], narrow[i], want, unit)
			}
		}
	}
	wantElems(t, LayerNorm(trace.New([]float64{}, 2, 0), trace.Value{}, trace.Value{}, 0, 1), "f64[2 0]")
	wantElems(t, LayerNorm(trace.New([]float64{}, 0, 2), trace.Value{}, trace.Value{}, 0, 1), "f64[0 2]")
}

func TestLayerNormErrors(t *testing.T) {
	x := trace.New(make([]float64, 6), 2, 3)
	wantError(t, "layer_norm(f64[2 3], f64[2], f64[3]): the scale is f64[2], want f64[3]: the last 1 axes of f64[2 3]",
		func() { LayerNorm(x, f64(1, 2), f64(1, 2, 3), 0, 1) })
	wantError(t, "the bias is f32[3], want f64[3]: the last 1 axes of f64[2 3]", func() { LayerNorm(x, trace.Value{}, f32(1, 2, 3), 0, 1) })
	wantError(t, "the last 3 axes of f64[2 3] are to be normalized: want 1 to 2", func() { LayerNorm(x, f64(1), f64(1), 0, 3) })
	wantError(t, "layer_norm(f64[2 3], absent, absent): the last 0 axes of f64[2 3] are to be normalized: want 1 to 2",
		func() { LayerNorm(x, trace.Value{}, trace.Value{}, 0, 0) })
	wantError(t, "eps NaN is not at least 0", func() { LayerNorm(x, trace.Value{}, trace.Value{}, nan, 1) })
}
