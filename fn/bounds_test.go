package fn_test

import (
	"fmt"
	"math"
	"testing"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/trace"
	"github.com/pullback-go/pullback/transforms"
)

// bounded is an activation with bounds. Its value and derivative are loops in the dtype
// of x.
type bounded struct {
	name   string
	f      func(x trace.Value) trace.Value
	bounds []float64
	at     func(x float64, b []float64) (y, slope float64)
}

func when(cond bool, a, b float64) float64 {
	if cond {
		return a
	}
	return b
}

func boundedActivations(b float64) []bounded {
	step := func(x float64, b []float64) (float64, float64) { return when(x > b[0], x, 5), when(x > b[0], 1, 0) }
	return []bounded{
		{"threshold", func(x trace.Value) trace.Value { return fn.Threshold(x, b, 5) }, []float64{b}, step},
		{"hardshrink", func(x trace.Value) trace.Value { return fn.HardShrink(x, b) }, []float64{b, -b}, func(x float64, b []float64) (float64, float64) {
			out := x > b[0] || x < -b[0]
			return when(out, x, 0), when(out, 1, 0)
		}},
		{"softshrink", func(x trace.Value) trace.Value { return fn.Softshrink(x, b) }, []float64{b, -b}, func(x float64, b []float64) (float64, float64) {
			return when(x > b[0], x-b[0], when(x < -b[0], x+b[0], 0)), when(x > b[0] || x < -b[0], 1, 0)
		}},
		{"hardtanh", func(x trace.Value) trace.Value { return fn.HardTanh(x, -b, 2*b) }, []float64{-b, 2 * b}, func(x float64, b []float64) (float64, float64) {
			return min(max(x, b[0]), b[1]), when(b[0] < x && x < b[1], 1, 0)
		}},
		{"clamp", func(x trace.Value) trace.Value { return fn.Clamp(x, -b, 2*b) }, []float64{-b, 2 * b}, func(x float64, b []float64) (float64, float64) {
			return min(max(x, b[0]), b[1]), when(b[0] <= x && x <= b[1], 1, 0)
		}},
		{"leaky_relu", func(x trace.Value) trace.Value { return fn.LeakyReLU(x, 0.25) }, []float64{0}, func(x float64, _ []float64) (float64, float64) {
			return when(x > 0, x, 0.25*x), when(x > 0, 1, 0.25)
		}},
		{"rrelu", func(x trace.Value) trace.Value { return fn.RReLU(x, 0.125, 0.375) }, []float64{0}, func(x float64, _ []float64) (float64, float64) {
			return when(x > 0, x, 0.25*x), when(x > 0, 1, 0.25)
		}},
		{"relu", fn.ReLU, []float64{0}, func(x float64, _ []float64) (float64, float64) { return max(x, 0), when(x > 0, 1, 0) }},
		{"relu6", fn.ReLU6, []float64{0, 6}, func(x float64, _ []float64) (float64, float64) {
			return min(max(x, 0), 6), when(0 < x && x < 6, 1, 0)
		}},
		{"hardsigmoid", fn.HardSigmoid, []float64{-3, 3}, func(x float64, _ []float64) (float64, float64) {
			return min(max(x+3, 0), 6) / 6, when(-3 < x && x < 3, 1.0/6, 0)
		}},
		{"hardswish", fn.HardSwish, []float64{-3, 3}, func(x float64, _ []float64) (float64, float64) {
			return x * min(max(x+3, 0), 6) / 6, when(x <= -3, 0, when(x >= 3, 1, x/3+0.5))
		}},
		{"softplus", func(x trace.Value) trace.Value { return fn.Softplus(x, 1, b) }, []float64{b}, func(x float64, b []float64) (float64, float64) {
			return when(x > b[0], x, math.Log1p(math.Exp(x))), when(x > b[0], 1, 1/(1+math.Exp(-x)))
		}},
		{"softplus, beta 3", func(x trace.Value) trace.Value { return fn.Softplus(x, 3, 3*b) }, []float64{3 * b, b}, func(x float64, b []float64) (float64, float64) {
			return when(3*x > b[0], x, math.Log1p(math.Exp(3*x))/3), when(3*x > b[0], 1, 1/(1+math.Exp(-3*x)))
		}},
		{"elu", func(x trace.Value) trace.Value { return fn.ELU(x, 0.5) }, []float64{0}, func(x float64, _ []float64) (float64, float64) {
			return when(x > 0, x, 0.5*math.Expm1(x)), when(x > 0, 1, 0.5*math.Exp(x))
		}},
	}
}

// rounded is x in the dtype d.
func rounded(x float64, d trace.DType) float64 {
	if d == trace.Float32 {
		return float64(float32(x))
	}
	return x
}

// neighbours are x and -x in the dtype, and the numbers next to each.
func neighbours(x float64, d trace.DType) []float64 {
	if d == trace.Float32 {
		m := float32(x)
		low, high := math.Nextafter32(m, float32(math.Inf(-1))), math.Nextafter32(m, float32(math.Inf(1)))
		return []float64{float64(low), float64(m), float64(high), -float64(low), -float64(m), -float64(high)}
	}
	low, high := math.Nextafter(x, math.Inf(-1)), math.Nextafter(x, math.Inf(1))
	return []float64{low, x, high, -low, -x, -high}
}

// Value and derivative compare with the same bound: the bound rounded to the dtype of x.
// Otherwise they would disagree between the float32 and the float64 bound.
func TestFaultB7BoundsAreOfTheDType(t *testing.T) {
	for _, b := range []float64{0.1, 0.3, 1.0 / 3, 0.7, 2.5} {
		for _, a := range boundedActivations(b) {
			for _, d := range []trace.DType{trace.Float32, trace.Float64} {
				in := make([]float64, len(a.bounds))
				var points []float64
				for i, bound := range a.bounds {
					in[i] = rounded(bound, d)
					points = append(points, neighbours(bound, d)...)
				}
				checkBounded(t, fmt.Sprintf("%s, bound %v, %v", a.name, b, d), a, in, fn.Cast(trace.New(points), d))
			}
		}
	}
}

func checkBounded(t *testing.T, name string, a bounded, bounds []float64, x trace.Value) {
	t.Helper()
	grad := transforms.Pull(a.f, fn.OnesLike)
	ways := []struct {
		name    string
		y, grad trace.Value
	}{
		{"eager", a.f(x), grad(x)},
		{"jit", transforms.Jit(a.f)(x), transforms.Jit(grad)(x)},
		{"vmap", transforms.Vmap(a.f)(x), transforms.Vmap(grad)(x)},
	}
	for _, way := range ways {
		ys, slopes := way.y.Float64s(), way.grad.Float64s()
		for i, v := range x.Float64s() {
			y, slope := a.at(v, bounds)
			y = rounded(y, x.DType())
			if tol := 1e-6; !(math.Abs(ys[i]-y) <= tol*math.Abs(y)) || !(math.Abs(slopes[i]-slope) <= tol) {
				t.Errorf("%s, %s, at %v: value %v and derivative %v, want %v and %v", name, way.name, v, ys[i], slopes[i], y, slope)
			}
		}
	}
}

// These are the examples that showed the fault, and bounds that float32 cannot hold.
func TestFaultB7AtTheBoundItself(t *testing.T) {
	x := trace.Scalar(float32(0.1)) // a little above the float64 number 0.1
	largest := trace.New([]float32{math.MaxFloat32, float32(math.Inf(1))})
	tests := []struct {
		name        string
		f           func(x trace.Value) trace.Value
		x           trace.Value
		value, grad []float64
	}{
		{"threshold", func(x trace.Value) trace.Value { return fn.Threshold(x, 0.1, 5) }, x, []float64{5}, []float64{0}},
		{"hardshrink", func(x trace.Value) trace.Value { return fn.HardShrink(x, 0.1) }, x, []float64{0}, []float64{0}},
		{"softshrink", func(x trace.Value) trace.Value { return fn.Softshrink(x, 0.1) }, x, []float64{0}, []float64{0}},
		{"threshold beyond float32", func(x trace.Value) trace.Value { return fn.Threshold(x, 1e300, 5) }, largest, []float64{5, math.Inf(1)}, []float64{0, 1}},
		{"hardshrink beyond float32", func(x trace.Value) trace.Value { return fn.HardShrink(x, 1e300) }, largest, []float64{0, math.Inf(1)}, []float64{0, 1}},
	}
	for _, test := range tests {
		y, g := test.f(test.x).Float64s(), transforms.Pull(test.f, fn.OnesLike)(test.x).Float64s()
		for i := range y {
			if y[i] != test.value[i] || g[i] != test.grad[i] {
				t.Errorf("%s: value %v and derivative %v, want %v and %v", test.name, y, g, test.value, test.grad)
			}
		}
	}
}
