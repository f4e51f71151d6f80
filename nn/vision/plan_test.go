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
	got := ruled(rules.EpsilonGammaBox(fn.Scalar(-2), fn.Scalar(2)), model(t, "vgg").Apply)
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
	got := ruled(rules.EpsilonGammaBox(fn.Scalar(-2), fn.Scalar(2)), model(t, "basic").Apply)
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
		m, want := model(t, name), references(t)[name].Logits
		merged := rules.Canonize(m.Apply, rules.MergeBatchNorm())
		lawtest.Close(t, merged(x), trace.New(want, 2, 5), 1e-11)
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

// sites lists all sites of a narrow model.
func sites(t *testing.T, name string) (out []string) {
	for _, row := range transforms.Plan(rules.EpsilonPlus(), model(t, name).Apply, imagesFor(name)).Rows {
		out = append(out, row.Site.String())
	}
	return out
}

// Composites see the layers of each architecture by torchvision's paths, and between them
// the sums and products.
func TestSitesOfArchitectures(t *testing.T) {
	for name, want := range map[string][]string{
		"lenet":              {"conv1 (linear.conv.standard.2d)", "relu:3 (activation.relu)", "pool:1 (pool.max.2d)", "fc3 (linear.dense)"},
		"alexnet":            {"features.0 (linear.conv.standard.2d)", "classifier.0 (dropout)", "classifier.6 (linear.dense)"},
		"mobilenet_v2":       {"features.1.conv.0.0 (linear.conv.standard.2d)", "features.2.conv.1.2 (activation.relu6)", "features.18.1 (norm.batch)", "add#9 (sum.add)"},
		"mobilenet_v3_small": {"features.1.block.1.scale_activation (activation.hardsigmoid)", "features.4.block.0.2 (activation.hardswish)", "mul#8 (product)"},
		"shufflenet_v2": {"stage2.0.branch1.4 (activation.relu)", "stage4.2.branch2.6 (norm.batch)", "avgpool (pool.avg.2d)", "concat#5 (shape.concat)",
			"slice#5 (shape.slice)"},
		"densenet":     {"features.denseblock3.denselayer11.conv2 (linear.conv.standard.2d)", "features.transition1.pool (pool.avg.2d)", "classifier (linear.dense)"},
		"efficientnet": {"features.6.1.block.2.fc1 (linear.conv.standard.2d)", "features.6.1.block.2.activation (activation.silu)", "classifier.1 (linear.dense)"},
		"convnext": {"features.0.1 (norm.layer)", "features.3.1.block.4 (activation.gelu)", "features.3.1.block.6 (shape.permute)", "classifier.2 (linear.dense)",
			"mul#4 (product.scale)", "add#4 (sum.add)"},
		"vit": {"encoder.layers.encoder_layer_10.self_attention (attention)", "encoder.layers.encoder_layer_0.self_attention.out_proj (linear.dense)",
			"encoder.layers.encoder_layer_0.self_attention/softmax#0 (softmax)", "encoder.layers.encoder_layer_3.mlp.1 (activation.gelu)",
			"encoder.ln (norm.layer)", "heads.head (linear.dense)", "conv_proj (linear.conv.standard.2d)"},
	} {
		got := sites(t, name)
		for _, w := range want {
			if !slices.Contains(got, w) {
				t.Errorf("%s has no site %s, but\n%s", name, w, strings.Join(got, "\n"))
			}
		}
	}
}
