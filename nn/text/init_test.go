package text_test

import (
	"math"
	"strings"
	"testing"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/fn/random"
	"github.com/pullback-go/pullback/nn"
	"github.com/pullback-go/pullback/nn/text"
	"github.com/pullback-go/pullback/trace"
	"github.com/pullback-go/pullback/transforms/lawtest"
)

// spread is the root mean square of a parameter.
func spread(v Value) float64 { return math.Sqrt(fn.MeanAll(fn.Square(v)).Float64()) }

// Weights of two axes are drawn with a standard deviation of 0.02, kernels by their inputs,
// and all else stays as it is.
func TestInit(t *testing.T) {
	empty := text.NewMamba(text.MambaConfig{Vocab: 200, Width: 64, Depth: 1})
	before := map[string]Value{}
	for _, p := range nn.Params(empty) {
		before[p.Name] = p.Value
	}
	drawn := 0
	for _, p := range nn.Params(text.Init(empty, random.Key(1))) {
		switch {
		case p.Value.Rank() == 3:
			if s := spread(p.Value); math.Abs(s-0.5) > 0.05 {
				t.Errorf("%s has spread %v, want 1/2 for 4 inputs", p.Name, s)
			}
		case p.Value.Rank() == 2 && !strings.HasSuffix(p.Name, "A_log"):
			drawn++
			if s := spread(p.Value); math.Abs(s-0.02) > 0.002 {
				t.Errorf("%s has spread %v, want 0.02", p.Name, s)
			}
		default:
			lawtest.Close(t, p.Value, before[p.Name], 0)
		}
	}
	if drawn != 5 {
		t.Errorf("%d weights of two axes are drawn, want 5", drawn)
	}
}

// nn.Init asks the layer.
func TestConv1DInit(t *testing.T) {
	l := text.NewConv1D(50, 60)
	l.Bias = fn.OnesOf(trace.Float32, 60)
	l = nn.Init(l, random.Key(1))
	if s := spread(l.Weight); math.Abs(s-0.02) > 0.002 {
		t.Errorf("the weight has spread %v, want 0.02", s)
	}
	lawtest.Close(t, l.Bias, fn.ZerosOf(trace.Float32, 60), 0)
	x := random.Normal(random.Key(2), trace.Float32, 3, 50)
	lawtest.Close(t, l.Apply(x), fn.MatMul(x, l.Weight), 1e-6)
}
