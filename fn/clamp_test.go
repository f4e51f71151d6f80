package fn

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/pullback-go/pullback/trace"
)

// clampOne is x between the bounds as they are in the dtype of x.
func clampOne(x, low, high float64) float64 {
	switch {
	case x < low:
		return low
	case x > high:
		return high
	}
	return x
}

func TestClampAgainstOneByOne(t *testing.T) {
	r := rand.New(rand.NewPCG(52, 1))
	ends := []float64{-inf, -7, -1, 0, 2, 7, inf}
	for range 100 {
		i := r.IntN(len(ends))
		low, high := ends[i], ends[i+r.IntN(len(ends)-i)]
		for _, d := range numberTypes {
			elems := make([]float64, 1+r.IntN(20))
			for k := range elems {
				elems[k] = float64(r.IntN(19) - 9)
			}
			if d.IsFloat() {
				elems[0] = []float64{nan, inf, -inf}[r.IntN(3)]
			} else if math.IsInf(low, 1) || math.IsInf(high, -1) {
				continue // a whole number has no infinite value
			}
			x := vector(d, elems...)
			want := make([]float64, len(elems))
			for k, v := range elems {
				want[k] = clampOne(v, low, high)
			}
			wantElems(t, Clamp(x, low, high), x.Type().String(), want...)
			if d.IsFloat() {
				for k, v := range elems {
					want[k] = piece(low <= v && v <= high, 1, 0)
				}
				wantElems(t, deriv(func(x trace.Value) trace.Value { return Clamp(x, low, high) }, x), x.Type().String(), want...)
			}
		}
	}
}

func TestClampSides(t *testing.T) {
	x := f32(-2, -1, 0, 1, 2)
	wantElems(t, ClampMin(x, -1), "f32[5]", -1, -1, 0, 1, 2)
	wantElems(t, ClampMax(x, 1), "f32[5]", -2, -1, 0, 1, 1)
	wantElems(t, Positive(x), "f32[5]", 0, 0, 0, 1, 2)
	wantElems(t, Negative(x), "f32[5]", -2, -1, 0, 0, 0)
	wantElems(t, Clamp(i32(math.MinInt32, 0, math.MaxInt32), -inf, inf), "i32[3]", math.MinInt32, 0, math.MaxInt32)
	wantElems(t, Clamp(i64(math.MinInt64, 5), -inf, 3), "i64[2]", math.MinInt64, 3)
	wantElems(t, Clamp(f32(1e38, inf32), -1e300, 1e300), "f32[2]", float64(float32(1e38)), math.MaxFloat32)
	batchHolds(t, clamp{-0.5, 0.5}, waves(1, 2, 3))
	slopesHold(t, clamp{-0.5, 0.5}, waves(1, 2, 3))
	wantError(t, "clamp_min(f64[1]): the lower bound NaN is not at most the upper bound +Inf", func() { ClampMin(f64(1), nan) })
	wantError(t, "clamp_min(i32[1]): the bound 0.5 is not an i32: fn.Cast the array to a float dtype first", func() { ClampMin(i32(1), 0.5) })
	wantError(t, "clamp_max(i32[1]): the bound 3e+09 is not an i32: fn.Cast the array to a float dtype first", func() { ClampMax(i32(1), 3e9) })
	wantError(t, "clamp_max(f64[1]): the lower bound -Inf is not at most the upper bound NaN", func() { ClampMax(f64(1), nan) })
	wantError(t, "negative(bool[1]): bool[1] has no arithmetic: use fn.Any or fn.All, or fn.Cast it to numbers", func() { Negative(bools(true)) })
}

// Elements are compared with the bounds in their dtype, whether the bounds count or not.
// An infinite bound is no bound, so infinite elements lie within too.
func TestWithinAgainstOneByOne(t *testing.T) {
	ends := []float64{-inf, -1, 0, 0.1, 1, inf}
	for _, d := range floatTypes {
		var points []float64
		for _, e := range ends {
			if !math.IsInf(e, 0) {
				points = append(points, neighbour(e, d, -1), inDType(e, d), neighbour(e, d, 1))
			}
		}
		points = append(points, negZero, inf, -inf, nan)
		x := vector(d, points...)
		for i, low := range ends {
			for _, high := range ends[i:] {
				for _, open := range []bool{false, true} {
					l, h := inDType(low, d), inDType(high, d)
					want := make([]float64, len(points))
					for k, v := range x.Float64s() {
						above := v > l || v == l && (!open || math.IsInf(l, 0))
						below := v < h || v == h && (!open || math.IsInf(h, 0))
						want[k] = piece(above && below, 1, 0)
					}
					wantElems(t, trace.Bind1(within{low, high, open}, x), trace.TypeOf(trace.Bool, len(points)).String(), want...)
				}
			}
		}
	}
	op := within{0, 1, true}
	batchHolds(t, op, waves(1, 5))
	wantReason(t, op, "i32[2] is not a float array: fn.Cast it to f32 or f64", typed(trace.Int32, 2))
}

// A threshold may be infinite. The derivative then compares with it as the value does,
// also at infinite numbers.
func TestAboveInfiniteBounds(t *testing.T) {
	for _, d := range floatTypes {
		x := vector(d, -inf, -1, 0, inf, nan)
		wantElems(t, above(x, inf), "bool[5]", 0, 0, 0, 0, 0)
		wantElems(t, above(x, -inf), "bool[5]", 0, 1, 1, 1, 0)
		wantElems(t, above(x, -1), "bool[5]", 0, 0, 1, 1, 0)
		of := func(f func(x trace.Value) trace.Value) []float64 { return deriv(f, x).Float64s()[:4] }
		for _, c := range []struct {
			name      string
			f         func(x trace.Value) trace.Value
			y, slopes []float64
		}{
			{"threshold +Inf", func(x trace.Value) trace.Value { return Threshold(x, inf, 5) }, []float64{5, 5, 5, 5}, []float64{0, 0, 0, 0}},
			{"threshold -Inf", func(x trace.Value) trace.Value { return Threshold(x, -inf, 5) }, []float64{5, -1, 0, inf}, []float64{0, 1, 1, 1}},
			{"softplus -Inf", func(x trace.Value) trace.Value { return Softplus(x, 2, -inf) }, []float64{0, -1, 0, inf}, []float64{0, 1, 1, 1}},
		} {
			if y, slopes := c.f(x).Float64s()[:4], of(c.f); !same64(y, c.y) || !same64(slopes, c.slopes) {
				t.Errorf("%s, %v: got %v with slopes %v, want %v with %v", c.name, d, y, slopes, c.y, c.slopes)
			}
		}
	}
}

// neighbour is the next number of a dtype, below or above.
func neighbour(x float64, d trace.DType, towards float64) float64 {
	if d == trace.Float32 {
		return float64(math.Nextafter32(float32(x), float32(towards*inf)))
	}
	return math.Nextafter(x, towards*inf)
}
