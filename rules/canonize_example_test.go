package rules_test

import (
	"fmt"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/nn"
	"github.com/pullback-go/pullback/rules"
	"github.com/pullback-go/pullback/trace"
	"github.com/pullback-go/pullback/transforms"
)

// A batch normalization between a layer and its activation is merged into the layer
// before rules are assigned.
func ExampleCanonize() {
	model := nn.Name(nn.Sequential{
		nn.Linear{Weight: trace.New([]float64{1, 2, 3, 4}, 2, 2)},
		nn.BatchNorm{
			Weight: trace.New([]float64{1, 2}), Bias: trace.New([]float64{0, 1}),
			Mean: trace.New([]float64{1, 1}), Variance: trace.New([]float64{3, 8}), Epsilon: 1,
		},
		nn.ReLU(),
	})
	x := trace.New([]float64{1, 1}, 1, 2)
	f := rules.Canonize(model.Apply, rules.MergeBatchNorm())
	fmt.Println("same values:", rules.Difference(model.Apply, f, x) < 1e-12)
	for _, row := range transforms.Plan(rules.EpsilonPlus(), f, x).Rows {
		fmt.Println(row.Site, row.Rule)
	}
	relevance := transforms.Pull(transforms.WithRules(rules.EpsilonPlus(), f), fn.OnesLike)
	fmt.Printf("%.4f\n", relevance(x).Float64s())
	// Output:
	// same values: true
	// 0 (linear.dense) Epsilon(1e-06)
	// 2 (activation.relu) Pass()
	// [0.9000 1.5333]
}
