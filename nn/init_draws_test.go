package nn_test

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/fn/random"
	"github.com/pullback-go/pullback/nn"
	"github.com/pullback-go/pullback/trace"
	"github.com/pullback-go/pullback/transforms/lawtest"
)

// Each draw has the variance and, if it is uniform, the bound of its formula.
func TestDraws(t *testing.T) {
	weight := trace.TypeOf(trace.Float64, 40, 20, 3, 2) // fan-in 120, fan-out 240
	with := func(f func(key Value, t trace.Type, x float64) Value, x float64) nn.Draw {
		return func(key Value, t trace.Type) Value { return f(key, t, x) }
	}
	for name, d := range map[string]struct {
		draw     nn.Draw
		mean     float64
		variance float64
		uniform  bool
	}{
		"kaiming uniform": {with(nn.KaimingUniform, 2), 0, 2. / 5 / 120, true},
		"kaiming normal":  {with(nn.KaimingNormal, 2), 0, 2. / 5 / 120, false},
		"xavier uniform":  {with(nn.XavierUniform, 3), 0, 9 * 2. / 360, true},
		"xavier normal":   {with(nn.XavierNormal, 3), 0, 9 * 2. / 360, false},
		"lecun uniform":   {nn.LecunUniform, 0, 1. / 120, true},
		"lecun normal":    {nn.LecunNormal, 0, 1. / 120, false},
		"scaling":         {nn.VarianceScaling{Scale: 5, Fan: nn.FanOut}.Draw, 0, 5. / 240, true},
		"unscaled":        {nn.VarianceScaling{Law: nn.NormalLaw}.Draw, 0, 1. / 120, false},
		"normal":          {nn.Normal(0.3), 0, 0.09, false},
		"uniform":         {nn.Uniform(-1, 3), 1, 16. / 12, true},
	} {
		t.Run(name, func(t *testing.T) {
			x := d.draw(random.Key(1), weight)
			if !x.Type().Equal(weight) {
				t.Fatalf("drew %v", x.Type())
			}
			centered := fn.Sub(x, fn.Scalar(d.mean))
			variance := fn.MeanAll(fn.Square(centered)).Float64()
			// Five standard deviations of the mean of 4800 squares; of a normal law each
			// square deviates by √2 of the variance.
			if !(math.Abs(variance/d.variance-1) < 5*math.Sqrt2/math.Sqrt(4800)) {
				t.Errorf("the variance is %v, want about %v", variance, d.variance)
			}
			largest := fn.Max(fn.Abs(centered), 0, 1, 2, 3).Float64() / math.Sqrt(3*d.variance)
			if d.uniform && !(largest <= 1 && largest > 0.99) || !d.uniform && !(largest > 1.5) {
				t.Errorf("the largest is %v times the bound of a uniform law", largest)
			}
		})
	}
	lawtest.Close(t, nn.Constant(3)(Value{}, trace.TypeOf(trace.Float32, 2)), trace.New([]float32{3, 3}), 0)
	lawtest.Close(t, nn.XavierUniform(random.Key(1), weight, 0), fn.Zeros(weight), 0)
}

func TestInitBy(t *testing.T) {
	model := nn.Sequential{nn.NewLinear(3, 4), nn.ReLU(), nn.NewLinear(4, 3)}
	drawn := nn.InitBy(model, random.Key(1), func(name string, _ trace.Type) nn.Draw {
		switch {
		case name == "2.weight":
			return nil
		case strings.HasSuffix(name, "weight"):
			return nn.LecunNormal
		}
		return nn.Constant(0.5)
	})
	first, last := drawn[0].(nn.Linear), drawn[2].(nn.Linear)
	if fn.SumAll(fn.Square(first.Weight)).Float64() == 0 || fn.SumAll(fn.Abs(last.Weight)).Float64() != 0 || fn.SumAll(last.Bias).Float64() != 1.5 {
		t.Errorf("drew %v and %v", first, last)
	}
	wantError(t, func() {
		nn.InitBy(model, random.Key(1), func(string, trace.Type) nn.Draw {
			return func(Value, trace.Type) Value { return ones(1) }
		})
	}, "InitBy drew f32[1] for 0.weight, want f32[4 3]")
	wantError(t, func() { nn.VarianceScaling{Scale: -1}.Draw(random.Key(1), trace.TypeOf(trace.Float64, 2, 2)) },
		"a scale of -1, fan number 0 and law number 0: want a scale of at least 0, and one of the constants")
}

// A model as in JAX: normal weights by fan-in, and biases of 0.
func ExampleInitBy() {
	model := nn.InitBy(nn.NewLinear(3, 2), random.Key(1), func(name string, t trace.Type) nn.Draw {
		if name == "bias" {
			return nn.Constant(0)
		}
		return nn.LecunNormal
	})
	fmt.Println(model.Weight.Type(), model.Bias)
	// Output:
	// f32[2 3] f32[2] [0 0]
}
