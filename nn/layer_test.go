package nn_test

import (
	"slices"
	"testing"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/fn/random"
	"github.com/pullback-go/pullback/internal/testutil"
	"github.com/pullback-go/pullback/nn"
	"github.com/pullback-go/pullback/trace"
	"github.com/pullback-go/pullback/transforms"
	"github.com/pullback-go/pullback/transforms/lawtest"
)

type Value = trace.Value

// layers are the layers of testdata/layers.json by the name of the case. Their values
// were computed with PyTorch 1.13.
var layers = map[string]struct {
	layer nn.Layer
	kind  trace.Kind
}{
	"linear_3d":     {nn.NewLinear(4, 3), trace.KindDense},
	"linear_nobias": {nn.NewLinear(6, 4).WithoutBias(), trace.KindDense},
	"conv1d":        {nn.NewConv(3, 4, []int{3}, fn.ConvConfig{Stride: []int{2}, Padding: []int{1}}), trace.KindConvStandard.WithRank(1)},
	"conv2d_stride_groups": {nn.NewConv(4, 6, []int{3, 3},
		fn.ConvConfig{Stride: []int{2, 2}, Padding: []int{1, 1}, Groups: 2}), trace.KindConvStandard.WithRank(2)},
	"conv2d_dilation": {nn.NewConv(2, 4, []int{3, 2},
		fn.ConvConfig{Stride: []int{1, 2}, Padding: []int{2, 0}, Dilation: []int{2, 1}}), trace.KindConvStandard.WithRank(2)},
	"conv2d_depthwise_nobias": {nn.NewConv(4, 8, []int{3, 3}, fn.ConvConfig{Groups: 4}).WithoutBias(), trace.KindConvStandard.WithRank(2)},
	"conv3d":                  {nn.NewConv(2, 3, []int{2, 3, 3}, fn.ConvConfig{Padding: []int{0, 1, 1}}), trace.KindConvStandard.WithRank(3)},
	"convtranspose1d": {nn.NewConvTranspose(3, 2, []int{3},
		fn.ConvTransposeConfig{Stride: []int{2}, Padding: []int{1}}), trace.KindConvTransposed.WithRank(1)},
	"convtranspose2d_groups": {nn.NewConvTranspose(4, 6, []int{3, 3},
		fn.ConvTransposeConfig{Padding: []int{1, 1}, Dilation: []int{2, 2}, Groups: 2}), trace.KindConvTransposed.WithRank(2)},
	"batchnorm1d":      {nn.NewBatchNorm(6), trace.KindBatchNorm},
	"batchnorm2d":      {nn.BatchNorm{Weight: ones(3), Bias: ones(3), Mean: ones(3), Variance: ones(3), Epsilon: 1e-5}, trace.KindBatchNorm},
	"avgpool1d":        {nn.AvgPool{Config: fn.AvgPoolConfig{Kernel: []int{2}}}, trace.KindAvgPool.WithRank(1)},
	"avgpool2d_ceil":   {nn.AvgPool{Config: fn.AvgPoolConfig{Kernel: []int{2, 2}, CeilMode: true}}, trace.KindAvgPool.WithRank(2)},
	"avgpool2d_padded": {nn.AvgPool{Config: fn.AvgPoolConfig{Kernel: []int{3, 3}, Stride: []int{2, 2}, Padding: []int{1, 1}}}, trace.KindAvgPool.WithRank(2)},
	"avgpool2d_valid_count": {nn.AvgPool{Config: fn.AvgPoolConfig{Kernel: []int{3, 3}, Stride: []int{2, 2},
		Padding: []int{1, 1}, ExcludePadding: true}}, trace.KindAvgPool.WithRank(2)},
	"maxpool1d":          {nn.MaxPool{Config: fn.MaxPoolConfig{Kernel: []int{2}}}, trace.KindMaxPool.WithRank(1)},
	"maxpool2d_ceil":     {nn.MaxPool{Config: fn.MaxPoolConfig{Kernel: []int{2, 2}, CeilMode: true}}, trace.KindMaxPool.WithRank(2)},
	"maxpool2d_padded":   {nn.MaxPool{Config: fn.MaxPoolConfig{Kernel: []int{3, 3}, Stride: []int{2, 2}, Padding: []int{1, 1}}}, trace.KindMaxPool.WithRank(2)},
	"adaptive_avgpool2d": {nn.AdaptiveAvgPool{Size: []int{2, 3}}, trace.KindAvgPool.WithRank(2)},
	"relu":               {nn.ReLU(), trace.KindReLU},
	"leaky_relu":         {nn.LeakyReLU(0.01), "activation.leaky_relu"},
	"elu":                {nn.ELU(1), "activation.elu"},
	"gelu":               {nn.GELU(), "activation.gelu"},
	"silu":               {nn.SiLU(), "activation.silu"},
	"softplus":           {nn.Softplus(1, 20), "activation.softplus"},
	"sigmoid":            {nn.Sigmoid(), "activation.sigmoid"},
	"tanh":               {nn.Tanh(), "activation.tanh"},
	"sum_dim1":           {nn.Sum{Axis: 1}, trace.KindSum},
	"sum_last":           {nn.Sum{}, trace.KindSum},
	"flatten":            {nn.Flatten{}, "shape.flatten"},
	"dropout_eval":       {nn.Dropout{Rate: 0.5}, trace.KindDropout},
}

func ones(n int) Value { return fn.Ones(trace.TypeOf(trace.Float32, n)) }

func TestLayersHaveThePyTorchValues(t *testing.T) {
	r := testutil.Golden(t, "testdata/layers.json")
	if len(r.Cases) != len(layers) {
		t.Errorf("%d cases for %d layers", len(r.Cases), len(layers))
	}
	r.Each(t, func(t *testing.T, c testutil.Case) {
		l, err := nn.Load(nn.Cast(layers[c.ID].layer, trace.Float64), c.Values("parameters"))
		if err != nil {
			t.Fatal(err)
		}
		x, want := c.Value("input"), c.Value("output")
		lawtest.Close(t, l.Apply(x), want, 1e-12)
		lawtest.Close(t, transforms.Jit(l.Apply)(x), want, 1e-12)
	})
}

// nothing is a composite without rules.
type nothing struct{}

func (nothing) String() string { return "nothing" }
func (nothing) Assign(sites []*transforms.Site) ([]transforms.Choice, error) {
	return make([]transforms.Choice, len(sites)), nil
}

// sitesOf returns the layers that composites see in f.
func sitesOf(f func(Value) Value, x Value) []*transforms.Site {
	var out []*transforms.Site
	for _, row := range transforms.Plan(nothing{}, f, x).Rows {
		if row.Site.Layer {
			out = append(out, row.Site)
		}
	}
	return out
}

func TestCompositesSeeLayers(t *testing.T) {
	testutil.Golden(t, "testdata/layers.json").Each(t, func(t *testing.T, c testutil.Case) {
		want := layers[c.ID]
		m := nn.Name(struct{ Inner []nn.Layer }{[]nn.Layer{nn.Cast(want.layer, trace.Float64)}})
		sites := sitesOf(m.Inner[0].Apply, c.Value("input"))
		if len(sites) != 1 {
			t.Fatalf("got %d layers, want 1", len(sites))
		}
		if s := sites[0]; s.Kind != want.kind || s.Path != "inner.0" {
			t.Errorf("got %v, want inner.0 (%s)", s, want.kind)
		}
		checkRoles(t, sites[0], len(c.Values("parameters")), c)
	})
}

// A layer without a path is called by its kind, without the number of axes.
func TestLayersWithoutPath(t *testing.T) {
	for want, l := range map[string]nn.Layer{
		"standard#0":   nn.NewConv(2, 3, []int{1}, fn.ConvConfig{}),
		"transposed#0": nn.NewConvTranspose(2, 3, []int{1}, fn.ConvTransposeConfig{}),
		"max#0":        nn.MaxPool{Config: fn.MaxPoolConfig{Kernel: []int{2}}},
		"avg#0":        nn.AdaptiveAvgPool{Size: []int{2}},
	} {
		if s := sitesOf(l.Apply, fn.Ones(trace.TypeOf(trace.Float32, 1, 2, 4))); len(s) != 1 || s[0].Path != want {
			t.Errorf("got %v, want %s", s, want)
		}
	}
}

// checkRoles checks that there is one data operand, and as many biases among the
// parameters as in PyTorch.
func checkRoles(t *testing.T, s *transforms.Site, parameters int, c testutil.Case) {
	t.Helper()
	count := map[transforms.Role]int{}
	for _, o := range s.Operands {
		count[o.Role]++
	}
	biases := 0
	if _, ok := c.Values("parameters")["bias"]; ok {
		biases = 1
	}
	if count[transforms.RoleData] != 1 || count[transforms.RoleBias] != biases || len(s.Operands) < 1+parameters {
		t.Errorf("got %v, want one data operand, %d parameters and %d of these a bias", s.Operands, parameters, biases)
	}
}

func TestIdentity(t *testing.T) {
	x := trace.New([]float64{1, -2, 3}, 3)
	for name, f := range map[string]func(Value) Value{
		"eager": nn.Identity{}.Apply, "jit": transforms.Jit(nn.Identity{}.Apply), "vmap": transforms.Vmap(nn.Identity{}.Apply),
		"pull": transforms.Pull(nn.Identity{}.Apply, func(y Value) Value { return y }),
		"none": nn.Sequential{}.Apply,
	} {
		if got := f(x); !slices.Equal(got.Float64s(), x.Float64s()) {
			t.Errorf("%s: got %v, want %v", name, got, x)
		}
	}
	if s := sitesOf(nn.Identity{Path: "skip"}.Apply, x); len(s) != 1 || s[0].Kind != "identity" || s[0].Path != "skip" {
		t.Errorf("got the sites %v", s)
	}
}

func TestPoolsNotInTheReferenceValues(t *testing.T) {
	x := random.Normal(random.Key(1), trace.Float64, 2, 3, 4, 5)
	lawtest.Close(t, nn.AdaptiveMaxPool{Size: []int{1, 1}}.Apply(x), fn.Reshape(fn.Max(x, 2, 3), 2, 3, 1, 1), 0)
	lawtest.Close(t, nn.Flatten{From: 2}.Apply(x), fn.Reshape(x, 2, 3, 20), 0)
}

// TestLaws checks the laws of functions on a network, with respect to its input and to
// its parameters.
func TestLaws(t *testing.T) {
	lawtest.LawsWith(t, lawtest.Config{Order: 2}, func(in []Value) Value {
		return nn.Sequential{
			nn.Conv{Weight: in[1], Bias: in[2], Config: fn.ConvConfig{Padding: []int{1, 0}}},
			nn.BatchNorm{Mean: in[2], Variance: in[3], Weight: in[3]},
			nn.Tanh(),
			nn.AvgPool{Config: fn.AvgPoolConfig{Kernel: []int{2, 2}}},
			nn.Flatten{},
			nn.Linear{Weight: in[4]},
		}.Apply(in[0])
	},
		lawtest.Input{Shape: []int{2, 2, 4, 5}}, lawtest.Input{Shape: []int{3, 2, 3, 2}}, lawtest.Input{Shape: []int{3}},
		lawtest.Input{Shape: []int{3}, Sampler: lawtest.Between(0.5, 2)}, lawtest.Input{Shape: []int{5, 12}})
}

func TestLayerErrors(t *testing.T) {
	x := fn.Zeros(trace.TypeOf(trace.Float32, 2, 4, 6))
	short := nn.NewConv(4, 3, []int{2}, fn.ConvConfig{})
	short.Bias = ones(2)
	named := short
	named.Path = "features.0"
	for want, f := range map[string]func(){
		"layer 1 of a Sequential of 2 is nil":                                                       func() { nn.Sequential{nn.ReLU(), nil}.Apply(x) },
		"Conv: the bias is f32[2], want one element for each of the 3 output channels":              func() { short.Apply(x) },
		`Conv "features.0": the bias is f32[2], want one element for each of the 3 output channels`: func() { named.Apply(x) },
		"nn.NewConv: 3 groups do not divide 4 input and 6 output channels: use a common divisor": func() {
			nn.NewConv(4, 6, []int{1}, fn.ConvConfig{Groups: 3})
		},
		"nn.NewConvTranspose: 3 groups do not divide 6 input and 4 output channels: use a common divisor": func() {
			nn.NewConvTranspose(6, 4, []int{1}, fn.ConvTransposeConfig{Groups: 3})
		},
		"Dropout: the rate is 1, want at least 0 and less than 1": func() { nn.Dropout{Rate: 1}.Train(x, random.Key(0)) },
	} {
		wantError(t, f, want)
	}
}
