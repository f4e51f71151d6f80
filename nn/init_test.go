package nn_test

import (
	"math"
	"slices"
	"testing"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/fn/random"
	"github.com/pullback-go/pullback/nn"
	"github.com/pullback-go/pullback/trace"
)

func TestInit(t *testing.T) {
	m := nn.Sequential{
		nn.NewLinear(50, 40),
		nn.NewConv(6, 8, []int{3, 5}, fn.ConvConfig{Groups: 2}),
		nn.NewConvTranspose(8, 6, []int{3, 5}, fn.ConvTransposeConfig{Groups: 2}),
		nn.NewLinear(50, 40),
		nn.NewBatchNorm(4),
		nn.NewLinear(10, 10).WithoutBias(),
	}
	got := nn.Init(m, random.Key(1))
	bounds := []float64{1 / math.Sqrt(50), 1 / math.Sqrt(3*3*5), 1 / math.Sqrt(3*3*5), 1 / math.Sqrt(50), math.NaN(), 1 / math.Sqrt(10)}
	for i, l := range got {
		for _, p := range nn.Params(l) {
			if math.IsNaN(bounds[i]) {
				continue
			}
			checkUniform(t, p.Name, p.Value, bounds[i])
		}
	}
	if b := got[4].(nn.BatchNorm); !trace.Same(b.Weight, m[4].(nn.BatchNorm).Weight) {
		t.Error("batch normalization was drawn")
	}
	if !got[5].(nn.Linear).Bias.IsAbsent() {
		t.Error("a layer without a bias got one")
	}
	first, last := got[0].(nn.Linear), got[3].(nn.Linear)
	if slices.Equal(first.Weight.Float64s(), last.Weight.Float64s()) {
		t.Error("two layers drew the same weights")
	}
	again, other := nn.Init(m, random.Key(1))[0].(nn.Linear), nn.Init(m, random.Key(2))[0].(nn.Linear)
	if !slices.Equal(first.Weight.Float64s(), again.Weight.Float64s()) || slices.Equal(first.Weight.Float64s(), other.Weight.Float64s()) {
		t.Error("what is drawn is not a function of the key")
	}
}

// checkUniform checks that numbers lie within ±bound and fill the interval. Many numbers
// must have the variance of the uniform distribution, too.
func checkUniform(t *testing.T, name string, v Value, bound float64) {
	t.Helper()
	x := v.Float64s()
	if lo, hi := slices.Min(x), slices.Max(x); !(lo >= -bound && hi <= bound && hi-lo > bound) {
		t.Errorf("%s: drawn from %v to %v, want up to ±%v", name, lo, hi, bound)
	}
	if len(x) < 500 {
		return
	}
	square := 0.0
	for _, e := range x {
		square += e * e / float64(len(x))
	}
	if want := bound * bound / 3; !(math.Abs(square-want) < 0.1*want) {
		t.Errorf("%s: mean square %v, want %v", name, square, want)
	}
}

func TestKaimingUniform(t *testing.T) {
	typ := trace.TypeOf(trace.Float64, 40, 10, 5)
	checkUniform(t, "relu", nn.KaimingUniform(random.Key(3), typ, 0), math.Sqrt(6./50))
	checkUniform(t, "leaky", nn.KaimingUniform(random.Key(3), typ, 2), math.Sqrt(6./5/50))
	wantError(t, func() { nn.KaimingUniform(random.Key(3), trace.TypeOf(trace.Float64, 4), 0) }, "a weight of type f64[4] has no inputs: want [out in k...]")
}

type fickle struct{ Path string }

func (fickle) Apply(x Value) Value           { return x }
func (fickle) Init(key trace.Value) nn.Layer { return nn.ReLU() }

func TestInitErrors(t *testing.T) {
	wantError(t, func() { nn.Init(fickle{}, random.Key(1)) }, "Init of a nn_test.fickle returned a nn.Activation: it must return its own type")
}
