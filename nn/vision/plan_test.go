package vision_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/nn/vision"
	"github.com/pullback-go/pullback/rules"
	"github.com/pullback-go/pullback/trace"
	"github.com/pullback-go/pullback/transforms"
	"github.com/pullback-go/pullback/transforms/lawtest"
)

// ruled lists the sites that get a rule from a composite, with the name of the rule.
func ruled(c rules.Composite, f func(x Value) Value) (out []string) {
	for _, row := range transforms.Plan(c, f, images()).Rows {
		if row.Rule != nil {
			rule, _, _ := strings.Cut(row.Rule.String(), "(")
			out = append(out, fmt.Sprintf("%s %s", row.Site.Path, rule))
		}
	}
	return out
}

func TestPlanOfVGG(t *testing.T) {
	got := ruled(rules.EpsilonGammaBox(fn.Scalar(-2), fn.Scalar(2)), models(t)["vgg"].apply)
	want := []string{
		"features.0 ZBox", "features.1 Pass", "features.2 Gamma", "features.3 Pass", "features.5 Gamma", "features.6 Pass",
		"features.8 Gamma", "features.9 Pass", "features.11 Gamma", "features.12 Pass", "features.14 Gamma", "features.15 Pass",
		"features.16 Gamma", "features.17 Pass", "avgpool Norm",
		"classifier.0 Epsilon", "classifier.1 Pass", "classifier.3 Epsilon", "classifier.4 Pass", "classifier.6 Epsilon",
	}
	slices.Sort(want)
	slices.Sort(got)
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("got  %v\nwant %v", got, want)
	}
}

func TestPlanOfResNet(t *testing.T) {
	got := ruled(rules.EpsilonGammaBox(fn.Scalar(-2), fn.Scalar(2)), models(t)["basic"].apply)
	for _, want := range []string{
		"conv1 ZBox", "bn1 Pass", "relu Pass", "layer1.0.conv1 Gamma", "layer1.0.bn2 Pass", "layer1.0.relu:0 Pass", "layer1.0.relu:1 Pass",
		"layer2.0.downsample.0 Gamma", "layer2.0.downsample.1 Pass", "avgpool Norm", "fc Epsilon",
		"add#0 Norm", "add#4 Norm",
	} {
		if !slices.Contains(got, want) {
			t.Errorf("no %s in %v", want, got)
		}
	}
	if n := strings.Count(strings.Join(got, ","), "Norm"); n != 6 {
		t.Errorf("%d sites have Norm, want five sums and one pooling: %v", n, got)
	}
}

// Merging batch normalization keeps the logits and removes all normalizations.
func TestMergedBatchNorm(t *testing.T) {
	x := images()
	for _, name := range []string{"vgg_bn", "basic", "bottleneck"} {
		m := models(t)[name]
		merged := rules.Canonize(m.apply, rules.MergeBatchNorm())
		lawtest.Close(t, merged(x), trace.New(m.logits, 2, 5), 1e-11)
		for _, row := range transforms.Plan(rules.EpsilonPlus(), merged, x).Rows {
			if row.Site.Kind == trace.KindBatchNorm {
				t.Errorf("%s: %s is still there", name, row.Site.Path)
			}
		}
	}
}

// With rules that conserve relevance for every input, the relevance of the input is the
// sum of the logits. The additions share relevance, while their plain gradient would give
// all of it to both sides.
func TestResidualSumsConserveRelevance(t *testing.T) {
	m := filled(t, vision.NewResNet(narrowBottleneck))
	m.FC = m.FC.WithoutBias()
	conserving := rules.LayerMap(
		rules.On(trace.KindConv, rules.Flat()), rules.On(trace.KindDense, rules.Epsilon(0)), rules.On(trace.KindSum, rules.Norm()),
		rules.On(trace.KindAvgPool, rules.Norm()), rules.On(trace.KindActivation, rules.Pass()), rules.On(trace.KindBatchNorm, rules.Pass()),
	)
	relevance := transforms.Pull(transforms.WithRules(conserving, m.Apply), func(y Value) Value { return y })
	x := images()
	lawtest.Close(t, fn.Sum(relevance(x), 1, 2, 3), fn.Sum(m.Apply(x), 1), 1e-5)
}
