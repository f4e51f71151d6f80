package fn

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/pullback-go/pullback/trace"
)

func TestCumSumBothWaysAgainstLoops(t *testing.T) {
	r := rand.New(rand.NewPCG(55, 1))
	for range 60 {
		shape := []int{r.IntN(3), r.IntN(5), r.IntN(3)}
		axis := r.IntN(3)
		n, inner := shape[axis], volume(shape[axis+1:])
		for _, d := range numberTypes {
			elems := make([]float64, volume(shape))
			for i := range elems {
				elems[i] = float64(r.IntN(9) - 4)
			}
			for _, reverse := range []bool{false, true} {
				want := make([]float64, len(elems))
				for i := range want {
					at := i / inner % n
					for k := range n {
						if reverse && k >= at || !reverse && k <= at {
							want[i] += elems[i+(k-at)*inner]
						}
					}
				}
				wantElems(t, trace.Bind1(cumSum{axis, reverse}, array(d, elems, shape...)), trace.TypeOf(d, shape...).String(), want...)
			}
		}
	}
}

func TestCumSumRules(t *testing.T) {
	x := waves(1, 2, 3, 2)
	for axis := range 3 {
		for _, op := range []cumSum{{axis, false}, {axis, true}} {
			batchHolds(t, op, x)
			slopesHold(t, op, x)
		}
	}
	wantElems(t, vjp(cumSum{0, false}, f64(1, 2, 3))[0], "f64[3]", 3, 2, 1)
	wantElems(t, vjp(cumSum{0, true}, f64(1, 2, 3))[0], "f64[3]", 1, 2, 3)
	if !(cumSum{}).LinearIn([]bool{true}) {
		t.Error("running sums are linear")
	}
}

func TestCumSumOfSpecialNumbers(t *testing.T) {
	wantElems(t, CumSum(i32(math.MaxInt32, 1, 1), 0), "i32[3]", math.MaxInt32, math.MinInt32, math.MinInt32+1)
	wantElems(t, CumSum(f64(1, inf, 2, -inf, 3), -1), "f64[5]", 1, inf, inf, nan, nan)
	wantElems(t, trace.Bind1(cumSum{0, true}, f64(1, nan, 2)), "f64[3]", nan, nan, 2)
	wantElems(t, CumSum(f32(1<<24, 1, 1), 0), "f32[3]", 1<<24, 1<<24, 1<<24+2) // added up in float64
	wantElems(t, CumSum(array(trace.Float64, nil, 0, 3), 0), "f64[0 3]")
	wantError(t, "cumsum(bool[1]): bool[1] has no arithmetic: use fn.Any or fn.All, or fn.Cast it to numbers", func() { CumSum(bools(true), 0) })
	wantError(t, "cumsum(f64[]): axis 0 does not exist: f64[] is a scalar", func() { CumSum(trace.Scalar(1.0), 0) })
	wantError(t, "cumsum(f64[1]): axis -2 does not exist: f64[1] has axes 0 to 0 (or -1 to -1, from the end)", func() { CumSum(f64(1), -2) })
}

// The four kinds of sums, along each axis, and of an axis without elements.
func TestCumSumWith(t *testing.T) {
	x := array(trace.Float64, []float64{1, 2, 3, 4, 5, 6}, 2, 3)
	for _, test := range []struct {
		axis int
		c    CumSumConfig
		want []float64
	}{
		{1, CumSumConfig{}, []float64{1, 3, 6, 4, 9, 15}}, {1, CumSumConfig{Reverse: true}, []float64{6, 5, 3, 15, 11, 6}},
		{-1, CumSumConfig{Exclusive: true}, []float64{0, 1, 3, 0, 4, 9}}, {1, CumSumConfig{Exclusive: true, Reverse: true}, []float64{5, 3, 0, 11, 6, 0}},
		{0, CumSumConfig{Exclusive: true}, []float64{0, 0, 0, 1, 2, 3}}, {-2, CumSumConfig{Exclusive: true, Reverse: true}, []float64{4, 5, 6, 0, 0, 0}},
	} {
		wantElems(t, CumSumWith(x, test.axis, test.c), "f64[2 3]", test.want...)
	}
	all := CumSumConfig{Exclusive: true, Reverse: true}
	wantElems(t, CumSumWith(i32(7), 0, all), "i32[1]", 0)
	wantElems(t, CumSumWith(trace.New([]float64{}, 0), 0, all), "f64[0]")
	wantElems(t, CumSumWith(f64(1, nan), 0, CumSumConfig{Exclusive: true}), "f64[2]", 0, 1)
	wantError(t, "cumsum(f64[1]): axis 1 does not exist: f64[1] has axes 0 to 0 (or -1 to -1, from the end)", func() { CumSumWith(f64(1), 1, all) })
}
