package vision_test

import (
	"bufio"
	"fmt"
	"math"
	"os"
	"strings"
	"testing"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/nn"
	"github.com/pullback-go/pullback/nn/vision"
	"github.com/pullback-go/pullback/trace"
	"github.com/pullback-go/pullback/transforms"
	"github.com/pullback-go/pullback/transforms/lawtest"
)

type Value = trace.Value

// The narrow architectures of the tests have every part, but few channels.
var (
	narrowVGG        = vision.VGGConfig{Depths: [5]int{2, 1, 1, 1, 2}, Width: 3, Hidden: 11, Classes: 5}
	narrowVGGBN      = vision.VGGConfig{Depths: [5]int{2, 1, 1, 1, 2}, Width: 3, Hidden: 11, Classes: 5, BatchNorm: true}
	narrowBasic      = vision.ResNetConfig{Depths: [4]int{2, 1, 1, 1}, Width: 4, Classes: 5}
	narrowBottleneck = vision.ResNetConfig{Depths: [4]int{1, 2, 1, 1}, Width: 4, Classes: 5, Bottleneck: true}
)

// named returns the parameters of a model as torchvision's state_dict lists them, without
// the counters.
func named[M any](model M) (names []string, learnable, statistics int) {
	for _, p := range nn.Params(model) {
		names = append(names, fmt.Sprintf("%s %s", p.Name, strings.ReplaceAll(fmt.Sprint(p.Value.Shape()), " ", ", ")))
		if strings.Contains(p.Name, ".running_") {
			statistics += p.Value.Size()
		} else {
			learnable += p.Value.Size()
		}
	}
	return names, learnable, statistics
}

func TestParameters(t *testing.T) {
	holds := func(name string, names []string, learnable, statistics, wantLearnable, wantStatistics int) {
		if learnable != wantLearnable || statistics != wantStatistics {
			t.Errorf("%s has %d parameters and %d statistics, want %d and %d", name, learnable, statistics, wantLearnable, wantStatistics)
		}
		if want := lines(t, "testdata/"+name+".txt"); strings.Join(names, "\n") != strings.Join(want, "\n") {
			t.Errorf("%s: got\n%s\nwant\n%s", name, strings.Join(names, "\n"), strings.Join(want, "\n"))
		}
	}
	names, learnable, statistics := named(vision.ResNet18())
	holds("resnet18", names, learnable, statistics, 11_689_512, 9_600)
	names, learnable, statistics = named(vision.ResNet50())
	holds("resnet50", names, learnable, statistics, 25_557_032, 53_120)
	if _, learnable, statistics = named(vision.ResNet34()); learnable != 21_797_672 || statistics != 17_024 {
		t.Errorf("resnet34 has %d parameters and %d statistics", learnable, statistics)
	}
	if testing.Short() {
		return // the zeros of a VGG fill half a gigabyte
	}
	names, learnable, statistics = named(vision.VGG16())
	holds("vgg16", names, learnable, statistics, 138_357_544, 0)
	if _, learnable, _ = named(vision.VGG11()); learnable != 132_863_336 {
		t.Errorf("vgg11 has %d parameters", learnable)
	}
}

func lines(t *testing.T, path string) (out []string) {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for s := bufio.NewScanner(f); s.Scan(); {
		out = append(out, s.Text())
	}
	return out
}

// hashed returns numbers in [0, 1) that depend on p. They are the numbers that the
// reference values were computed with.
func hashed(p int, shape ...int) Value {
	data := make([]float64, trace.TypeOf(trace.Float64, shape...).Size())
	for i := range data {
		data[i] = float64((i*7919+104729*(p+1)+i/251*31)%1009) / 1009
	}
	return trace.New(data, shape...)
}

// filled gives a model f64 parameters, hashed by their number.
func filled[M any](t *testing.T, model M) M {
	t.Helper()
	tensors := map[string]Value{}
	for i, p := range nn.Params(model) {
		u, shape := hashed(i, p.Value.Shape()...), p.Value.Shape()
		if len(shape) == 1 {
			tensors[p.Name] = fn.Add(u, fn.Scalar(0.5))
			continue
		}
		fan := p.Value.Size() / shape[0]
		tensors[p.Name] = fn.Mul(fn.Sub(u, fn.Scalar(0.5)), fn.Scalar(6/math.Sqrt(float64(fan))))
	}
	model, err := nn.Load(nn.Cast(model, trace.Float64), tensors)
	if err != nil {
		t.Fatal(err)
	}
	return model
}

func images() Value {
	return fn.Sub(fn.Mul(hashed(-1, 2, 3, 64, 72), fn.Scalar(4)), fn.Scalar(2))
}

// models are the narrow models, filled, and their logits for images, computed by
// torchvision 0.14 in float64.
func models(t *testing.T) map[string]reference {
	return map[string]reference{
		"vgg": {filled(t, vision.NewVGG(narrowVGG)).Apply, []float64{
			25.585083889817135, -18.620038488261414, -21.675691584856725, 24.554933513833898, -19.650188864244654,
			23.092339201867542, -18.072484355571763, -18.991470899600312, 22.144447637248458, -19.020375920190848}},
		"vgg_bn": {filled(t, vision.NewVGG(narrowVGGBN)).Apply, []float64{
			3.31637649846459, -18.557154864476697, 26.34057129340343, 3.335508126430203, -18.538023236511076,
			5.34755585986937, -9.906439702846864, 11.425953229421857, 5.496762936212395, -9.757232626503843}},
		"basic": {filled(t, vision.NewResNet(narrowBasic)).Apply, []float64{
			4.32171343789631, -11.600540546912763, -6.527537607097674, -2.067669542411483, 3.8252550547816977,
			2.8485058085190063, -14.540374962937817, -6.101370391805751, -0.8263798541116514, 6.087541067301745}},
		"bottleneck": {filled(t, vision.NewResNet(narrowBottleneck)).Apply, []float64{
			-28.693525597375444, -15.630842355845584, 31.58391027302752, 31.840126154832685, -30.201180305866373,
			-28.131191053571886, -18.837319240617912, 17.783405549809018, 36.695024259555574, -15.988891274677126}},
	}
}

type reference struct {
	apply  func(x Value) Value
	logits []float64
}

func TestLogitsAreTorchvisions(t *testing.T) {
	x := images()
	for name, m := range models(t) {
		t.Run(name, func(t *testing.T) {
			lawtest.Close(t, m.apply(x), trace.New(m.logits, 2, 5), 1e-12)
		})
	}
}

// A compiled model and its compiled gradient have the same results as eager ones.
func TestJit(t *testing.T) {
	x := images()
	for name, m := range models(t) {
		t.Run(name, func(t *testing.T) {
			target := func(y Value) Value { return fn.Mul(y, y) }
			lawtest.Close(t, transforms.Jit(m.apply)(x), m.apply(x), 1e-12)
			gradient := transforms.Pull(m.apply, target)
			lawtest.Close(t, transforms.Jit(gradient)(x), gradient(x), 1e-12)
		})
	}
}

// The smallest images are accepted, with any number of classes and with random f32
// parameters.
func TestSmallImages(t *testing.T) {
	x := fn.Normal(fn.Key(1), trace.Float32, 2, 3, 32, 33)
	vgg := nn.Init(vision.NewVGG(narrowVGG), fn.Key(2))
	resnet := nn.Init(vision.NewResNet(narrowBottleneck), fn.Key(3))
	for name, y := range map[string]Value{"vgg": vgg.Apply(x), "resnet": resnet.Apply(x)} {
		if got, want := y.Type(), trace.TypeOf(trace.Float32, 2, 5); !got.Equal(want) {
			t.Errorf("%s: got %v, want %v", name, got, want)
		}
		if v := y.Float64s(); math.IsNaN(v[0]-v[5]) || v[0] == v[5] {
			t.Errorf("%s: %v does not depend on the image, or is not finite", name, y)
		}
	}
}

func TestErrors(t *testing.T) {
	vgg, resnet := vision.NewVGG(narrowVGG), vision.NewResNet(narrowBasic)
	image := func(shape ...int) Value { return fn.Zeros(trace.TypeOf(trace.Float32, shape...)) }
	for _, c := range []struct {
		f    func()
		want string
	}{
		{func() { vgg.Apply(image(1, 3, 31, 32)) }, "VGG of f32[1 3 31 32]: want images x[n 3 h w] with h and w at least 32"},
		{func() { vgg.Apply(image(3, 32, 32)) }, "VGG of f32[3 32 32]: want images x[n 3 h w]"},
		{func() { resnet.Apply(image(1, 1, 32, 32)) }, "ResNet of f32[1 1 32 32]: want images x[n 3 h w] with h and w at least 1"},
		{func() { vision.NewVGG(vision.VGGConfig{Depths: [5]int{1, 1, 0, 1, 1}}) }, "vision.NewVGG: Depths is [1 1 0 1 1]: want at least 1 in each stage"},
		{func() { vision.NewVGG(vision.VGGConfig{Hidden: -4}) }, "vision.NewVGG: Hidden is -4: use a positive number, or 0 for the usual 4096"},
		{func() { vision.NewResNet(vision.ResNetConfig{}) }, "vision.NewResNet: Depths is [0 0 0 0]"},
		{func() { vision.NewResNet(vision.ResNetConfig{Width: -1}) }, "vision.NewResNet: Width is -1: use a positive number, or 0 for the usual 64"},
	} {
		if err := trace.Try(c.f); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("got %v, want %q", err, c.want)
		}
	}
}
