package vision_test

import (
	"math"
	"testing"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/rules"
	"github.com/pullback-go/pullback/trace"
	"github.com/pullback-go/pullback/transforms"
)

// Whole models with merged batch normalization, residual sums and strides have the same
// relevance as torchvision's under Zennit 1.0 in float64, for class 1 of the first image
// and class 3 of the second.
func TestRelevanceIsZennits(t *testing.T) {
	target := trace.New([]float64{0, 1, 0, 0, 0, 0, 0, 0, 1, 0}, 2, 5)
	x := images()
	plus, box := rules.EpsilonPlus(), rules.EpsilonGammaBox(fn.Scalar(-2), fn.Scalar(2))
	for _, c := range []struct {
		model     string
		composite rules.Composite
		want      []float64
	}{
		{"vgg_bn", plus, []float64{0.5959590677318023, 4.4122554019859884e-05, 2.947283918148854e-05, 0.3720573110763531, 0.1949616480651981}},
		{"vgg_bn", box, []float64{3.5255313178940186, -0.00027550721209388925, 0.0008389098319258686, 0.2811363638619116, 0.1762530285985432}},
		{"basic", plus, []float64{5.011359696743795, 0.00015515056635873368, -3.751946194780815e-05, 0.7477409579067271, 2.1959304616385844}},
		{"basic", box, []float64{10.682325988598485, 0.00014451191893925314, -0.0004946557475269795, 0.8074613363729944, 1.9109928564486958}},
		{"bottleneck", plus, []float64{1.8985042451572811, 0.00017278098536796028, -5.478285109428447e-06, 0.6225368415180769, 0.5407693365174355}},
		{"bottleneck", box, []float64{3.4861098516605495, -0.0001336108236055625, -1.842724540405703e-05, 0.9582078732693758, 0.4518720772854886}},
	} {
		merged := rules.Canonize(model(t, c.model).Apply, rules.MergeBatchNorm())
		relevance := transforms.Pull(transforms.WithRules(c.composite, merged), func(Value) Value { return target })
		for i, got := range summary(relevance(x)) {
			if !(math.Abs(got-c.want[i]) <= 1e-8*math.Abs(c.want[i])) {
				t.Errorf("%s, %v: number %d is %v, want %v", c.model, c.composite, i, got, c.want[i])
			}
		}
	}
}
