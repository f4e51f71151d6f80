package nn_test

import (
	"math"
	"testing"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/fn/random"
	"github.com/pullback-go/pullback/nn"
	"github.com/pullback-go/pullback/trace"
	"github.com/pullback-go/pullback/transforms"
	"github.com/pullback-go/pullback/transforms/lawtest"
)

func TestDropoutInTraining(t *testing.T) {
	x := fn.Ones(trace.TypeOf(trace.Float64, 40, 50))
	l := nn.Dropout{Rate: 0.3}
	dropped := 0
	for _, y := range l.Train(x, random.Key(1)).Float64s() {
		switch {
		case y == 0:
			dropped++
		case math.Abs(y-1/0.7) > 1e-15:
			t.Fatalf("got %v, want 0 or 1/0.7", y)
		}
	}
	if got := float64(dropped) / 2000; !(math.Abs(got-0.3) < 0.04) {
		t.Errorf("%v of the elements were dropped, want about 0.3", got)
	}
	lawtest.Close(t, nn.Dropout{}.Train(x, random.Key(1)), x, 0)
	lawtest.Close(t, transforms.Jit(func(x Value) Value { return l.Train(x, random.Key(1)) })(x), l.Train(x, random.Key(1)), 0)
}

// TestSequentialInTraining checks that each Dropout gets its own key, and that layers
// without training of their own are applied.
func TestSequentialInTraining(t *testing.T) {
	x := fn.Ones(trace.TypeOf(trace.Float64, 30, 40))
	drop := nn.Dropout{Rate: 0.5}
	kept := func(s nn.Sequential) float64 {
		return fn.Mean(fn.Cast(fn.NotEqual(s.Train(x, random.Key(1)), fn.Scalar(0)), trace.Float64), 0, 1).Float64()
	}
	if got := kept(nn.Sequential{drop, nn.ReLU(), nn.Sequential{drop}}); !(math.Abs(got-0.25) < 0.05) {
		t.Errorf("two keep %v, want about 0.25: they do not draw independently", got)
	}
	minus := nn.Sequential{nn.Threshold(2, -3), drop}.Train(x, random.Key(1))
	lawtest.Close(t, fn.Min(minus, 0, 1), trace.Scalar(-6.0), 0)
}
