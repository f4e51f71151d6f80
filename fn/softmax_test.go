package fn

import (
	"math"
	"testing"

	"github.com/pullback-go/pullback/trace"
)

func TestSoftmaxValues(t *testing.T) {
	x := trace.New([]float64{0.5, -1, 2, 3, 0, 0.25, 1, 1, -2, 0.75, 4, -3, 2, 1, 0, -1, 0.1, 0.2, 0.3, 5, -4, 3, 2, 1}, 2, 3, 4)
	at := x.Float64s()
	for axis, stride := range []int{12, 4, 1} {
		for _, d := range []trace.DType{trace.Float32, trace.Float64} {
			tol := map[trace.DType]float64{trace.Float32: 3e-7, trace.Float64: 1e-15}[d]
			in := Cast(x, d)
			soft, logSoft, sums := Softmax(in, axis).Float64s(), LogSoftmax(in, axis-3).Float64s(), LogSumExp(in, axis)
			n := x.Dim(axis)
			for i := range at {
				first, sum := i-i/stride%n*stride, 0.0
				for j := range n {
					sum += math.Exp(at[first+j*stride])
				}
				if want := math.Exp(at[i]) / sum; !(math.Abs(soft[i]-want) <= tol) || !(math.Abs(logSoft[i]-math.Log(want)) <= 10*tol) {
					t.Errorf("axis %d, element %d: got %v and its log %v, want %v", axis, i, soft[i], logSoft[i], want)
				}
				if got, want := Expand(sums, axis, n).Float64s()[i], math.Log(sum); !(math.Abs(got-want) <= 10*tol) {
					t.Errorf("axis %d, log of the sum at %d: got %v, want %v", axis, i, got, want)
				}
			}
		}
	}
}

func TestSoftmaxAtTheEnds(t *testing.T) {
	third := 1.0 / 3
	wantElems(t, Softmax(f64(1e4, 1e4, 1e4), 0), "f64[3]", third, third, third)
	wantElems(t, Softmax(f64(-1e308, 1e308, -inf), 0), "f64[3]", 0, 1, 0)
	wantElems(t, Softmax(f64(-inf, -inf), 0), "f64[2]", nan, nan)
	wantElems(t, Softmax(f64(inf, 0), 0), "f64[2]", nan, nan)
	wantElems(t, Softmax(f64(nan, 0), 0), "f64[2]", nan, nan)
	wantElems(t, Softmax(f64(0, 1e9, nan), 0), "f64[3]", nan, nan, nan)
	wantElems(t, LogSoftmax(f64(0, -1e5, -inf), 0), "f64[3]", 0, -1e5, -inf)
	wantElems(t, LogSoftmax(f64(-inf, -inf), 0), "f64[2]", nan, nan)
	wantElems(t, LogSumExp(f64(-inf, 2), 0), "f64[]", 2)
	wantElems(t, LogSumExp(f64(-inf, -inf), 0), "f64[]", -inf)
	wantElems(t, LogSumExp(f64(inf, 2), 0), "f64[]", inf)
	wantElems(t, LogSumExp(f64(nan, 2), 0), "f64[]", nan)
	wantElems(t, LogSumExp(f64(nan, -inf), 0), "f64[]", nan)
	wantElems(t, LogSumExp(f64(1e300, 1e300), 0), "f64[]", 1e300)
	wantElems(t, vjp(logSumExp{0}, f64(-inf, -inf))[0], "f64[2]", 0, 0)
	wantElems(t, vjp(logSumExp{0}, f64(-inf, 0, 0))[0], "f64[3]", 0, 0.5, 0.5)
}

func TestSoftmaxOfEmptyAxes(t *testing.T) {
	empty := trace.New([]float32{}, 2, 0, 3)
	wantElems(t, Softmax(empty, 1), "f32[2 0 3]")
	wantElems(t, LogSoftmax(empty, 0), "f32[2 0 3]")
	wantElems(t, LogSumExp(trace.New([]float64{}, 2, 0), 1), "f64[2]", -inf, -inf)
	wantElems(t, LogSumExp(empty, 0), "f32[0 3]")
}

func TestSoftmaxErrors(t *testing.T) {
	x := trace.New(make([]float64, 6), 2, 3)
	wantError(t, "softmax(f64[2 3]): axis 2 does not exist: f64[2 3] has axes 0 to 1 (or -2 to -1, from the end)", func() { Softmax(x, 2) })
	wantError(t, "log_softmax(f64[2 3]): axis -3 does not exist: f64[2 3] has axes 0 to 1 (or -2 to -1, from the end)", func() { LogSoftmax(x, -3) })
	wantError(t, "log_sum_exp(f64[]): axis 0 does not exist: f64[] is a scalar", func() { LogSumExp(trace.Scalar(1.0), 0) })
	wantError(t, "softmax(i32[1]): i32[1] is not a float array: fn.Cast it to f32 or f64", func() { Softmax(i32(1), 0) })
}

// Rows are split over the cores. The values do not depend on that.
func TestSoftmaxOfManyRows(t *testing.T) {
	x := Sin(Cast(Iota(trace.TypeOf(trace.Int64, 3*grain), 0), trace.Float64))
	x = Reshape(x, 3, grain/8, 8)
	for axis := range 3 {
		whole := Softmax(x, axis)
		for other := range 3 {
			if other == axis {
				continue
			}
			last := x.Dim(other) - 1
			row := func(v trace.Value) trace.Value {
				c := SliceConfig{Start: []int{0, 0, 0}, Stop: []int{End, End, End}}
				c.Start[other] = last
				return Slice(v, c)
			}
			if !same64(row(whole).Float64s(), Softmax(row(x), axis).Float64s()) {
				t.Errorf("axis %d: the last row of axis %d differs from that computed alone", axis, other)
			}
		}
	}
}
