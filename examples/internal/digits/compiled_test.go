package digits_test

import (
	"context"
	"math"
	"strings"
	"testing"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/rules"
	"github.com/pullback-go/pullback/trace"
	"github.com/pullback-go/pullback/transforms"
	"github.com/pullback-go/pullback/transforms/attribute"
)

// The compiled explanations agree with the eager ones. They need no more convolutions
// than the rules need in front of a ReLU: those of the network itself, and the modified
// ones for the two layers.
func TestCompiledExplanations(t *testing.T) {
	for _, test := range []struct {
		composite        transforms.Composite
		forward, towards int
	}{
		{rules.EpsilonGammaBox(fn.Scalar(-1), fn.Scalar(1)), 2 + 1, 1 + 3},
		{rules.EpsilonPlus(), 2 + 1 + 2, 1 + 2},
		{rules.EpsilonPlusFlat(), 2 + 1, 1 + 1},
		{rules.EpsilonAlpha2Beta1(), 2 + 2 + 4, 2 + 4},
		{rules.EpsilonAlpha2Beta1Flat(), 2 + 2, 2 + 1},
		{rules.ExcitationBackprop(), 2 + 1 + 2, 1 + 2},
		{rules.DeconvNet(), 2, 2},
		{rules.GuidedBackprop(), 2, 2},
		{rules.BetaSmooth(), 2, 2},
	} {
		for _, d := range []trace.DType{trace.Float32, trace.Float64} {
			net, x := fixture(t, d)
			f := transforms.Pull(transforms.WithRules(test.composite, net.Apply), attribute.Class(3))
			c, err := transforms.Compile(f, x)
			if err != nil {
				t.Fatal(err)
			}
			y, err := c.Call(context.Background(), x)
			if err != nil {
				t.Fatal(err)
			}
			agree(t, test.composite, y, f(x))
			forward, towards := strings.Count(c.Program(), "= conv{"), strings.Count(c.Program(), "= conv_input{")
			if forward != test.forward || towards != test.towards {
				t.Errorf("%v: %d and %d convolutions, want %d and %d\n%s", test.composite, forward, towards, test.forward, test.towards, c.Program())
			}
		}
	}
}

func agree(t *testing.T, c transforms.Composite, got, want trace.Value) {
	t.Helper()
	tol := 1e-12
	if want.DType() == trace.Float32 {
		tol = 1e-5
	}
	a, b := got.Float64s(), want.Float64s()
	scale, worst := 0.0, 0.0
	for i := range b {
		scale, worst = max(scale, math.Abs(b[i])), max(worst, math.Abs(a[i]-b[i]))
	}
	if !(worst <= tol*scale) {
		t.Errorf("%v in %v: differs by %g, the largest element is %g", c, want.DType(), worst, scale)
	}
}
