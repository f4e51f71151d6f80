package attribute_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/nn"
	"github.com/pullback-go/pullback/trace"
	"github.com/pullback-go/pullback/transforms"
	"github.com/pullback-go/pullback/transforms/attribute"
	"github.com/pullback-go/pullback/transforms/lawtest"
)

// maps is a network: a convolution at the path "maps" and a linear function of all its
// outputs a[n 3 5 4], with the weights v[2 60].
type maps struct {
	conv nn.Conv
	v    Value
}

func drawMaps(seed string) (maps, Value) {
	r := lawtest.Rand(seed)
	draw := func(shape ...int) Value { return lawtest.Normal().Value(r, trace.TypeOf(trace.Float64, shape...)) }
	conv := nn.Conv{Path: "maps", Weight: draw(3, 2, 2, 3), Bias: draw(3), Config: fn.ConvConfig{Stride: []int{2, 2}}}
	return maps{conv, draw(2, 60)}, draw(2, 2, 10, 9)
}

func (m maps) apply(x Value) Value {
	return fn.Linear(fn.Flatten(m.conv.Apply(x), 1), m.v, Value{})
}

// byHand adds up the channels of a[n 3 5 4] with weights. The function weigh computes
// them from the outputs and the gradients of one channel of one sample.
func byHand(a, g Value, weigh func(a, g []float64) float64) Value {
	as, gs, out := a.Float64s(), g.Float64s(), make([]float64, 2*20)
	for n := range 2 {
		for k := range 3 {
			at := (n*3 + k) * 20
			w := weigh(as[at:at+20], gs[at:at+20])
			for p := range 20 {
				out[n*20+p] += w * as[at+p]
			}
		}
	}
	return trace.New(out, 2, 5, 4)
}

func mean(_, g []float64) float64 {
	sum := 0.0
	for _, v := range g {
		sum += v
	}
	return sum / float64(len(g))
}

func plusPlus(a, g []float64) float64 {
	all, w := 0.0, 0.0
	for _, v := range a {
		all += v
	}
	for _, v := range g {
		if below := 2*v*v + v*v*v*all; v > 0 && below != 0 {
			w += v * v / below * v
		}
	}
	return w
}

type camFunc = func(func(Value) Value, string, attribute.Target, attribute.GradCAMConfig) func(Value) Value

var cams = map[string]struct {
	of    camFunc
	weigh func(a, g []float64) float64
}{"GradCAM": {attribute.GradCAM, mean}, "GradCAMPlusPlus": {attribute.GradCAMPlusPlus, plusPlus}}

// TestCAM compares with loops. The gradient of the linear head at the layer is known.
func TestCAM(t *testing.T) {
	m, x := drawMaps("cam")
	a := m.conv.Apply(x)
	g := fn.BroadcastTo(fn.Reshape(rows(m.v, 0, 1), 1, 3, 5, 4), a.Shape()...)
	for name, cam := range cams {
		t.Run(name, func(t *testing.T) {
			want := byHand(a, g, cam.weigh)
			signed := cam.of(m.apply, "maps", attribute.Class(1), attribute.GradCAMConfig{Signed: true})(x)
			lawtest.Close(t, signed, want, 1e-12)
			lawtest.Close(t, cam.of(m.apply, "maps", attribute.Class(1), attribute.GradCAMConfig{})(x), fn.ReLU(want), 1e-12)
			if low := slices.Min(want.Float64s()); low >= 0 {
				t.Errorf("nothing is negative: %v", low)
			}
		})
	}
}

// TestCAMOfZeros expects no contribution, and no NaN, where the gradient is 0.
func TestCAMOfZeros(t *testing.T) {
	m, x := drawMaps("zeros")
	m.v = fn.ZerosLike(m.v)
	for name, cam := range cams {
		t.Run(name, func(t *testing.T) {
			got := cam.of(m.apply, "maps", attribute.Ones, attribute.GradCAMConfig{Upsample: attribute.Linear})(x)
			lawtest.Close(t, got, fn.Zeros(trace.TypeOf(trace.Float64, 2, 10, 9)), 0)
		})
	}
}

// TestCAMIsClassActivationMap compares GradCAM with its special case: with a mean over
// positions before the last layer, the weights of the map are the weights of that layer,
// up to the number of positions.
func TestCAMIsClassActivationMap(t *testing.T) {
	m, x := drawMaps("pooled")
	w := trace.New([]float64{2, -1, 3, 1, 1, -2}, 2, 3)
	f := func(x Value) Value { return fn.Linear(fn.Mean(m.conv.Apply(x), 2, 3), w, Value{}) }
	got := attribute.GradCAM(f, "maps", attribute.Class(0), attribute.GradCAMConfig{Signed: true})(x)
	want := byHand(m.conv.Apply(x), fn.BroadcastIn(rows(w, 0, 0), []int{2, 3, 5, 4}, 0, 1), func(_, g []float64) float64 { return g[0] / 20 })
	lawtest.Close(t, got, want, 1e-12)
}

// TestCAMLaws takes derivatives with respect to the input and the weights of the head,
// maps over them, and compiles.
func TestCAMLaws(t *testing.T) {
	m, _ := drawMaps("laws")
	m.conv.Weight = fn.Mul(m.conv.Weight, fn.Scalar(0.1))
	m.conv.Bias = fn.OnesLike(m.conv.Bias) // positive maps keep the denominator of Grad-CAM++ away from 0
	for name, c := range map[string]struct {
		of     camFunc
		config attribute.GradCAMConfig
	}{
		"signed":   {attribute.GradCAM, attribute.GradCAMConfig{Signed: true}},
		"linear":   {attribute.GradCAM, attribute.GradCAMConfig{Signed: true, Upsample: attribute.Linear}},
		"plusplus": {attribute.GradCAMPlusPlus, attribute.GradCAMConfig{Signed: true, Upsample: attribute.Nearest}},
	} {
		t.Run(name, func(t *testing.T) {
			lawtest.LawsWith(t, lawtest.Config{Order: 2}, func(in []Value) Value {
				f := func(x Value) Value {
					return fn.Linear(fn.Flatten(fn.Exp(m.conv.Apply(x)), 1), fn.Exp(in[1]), Value{})
				}
				return c.of(f, "maps", attribute.Class(1), c.config)(in[0])
			}, lawtest.Input{Shape: []int{2, 2, 4, 5}, Sampler: lawtest.Between(-1, 1)}, lawtest.Input{Shape: []int{2, 12}, Sampler: lawtest.Between(-0.5, 0.5)})
		})
	}
}

// TestCAMRules checks that the relevance at the layer replaces the gradient.
func TestCAMRules(t *testing.T) {
	m, x := drawMaps("ruled")
	f := transforms.WithRules(surrogate{}, func(x Value) Value {
		return fn.Linear(fn.Flatten(fn.Tanh(m.conv.Apply(x)), 1), m.v, Value{})
	})
	_, relevance := transforms.Relevances(f, attribute.Ones, "maps")(x)
	want := byHand(m.conv.Apply(x), relevance["maps"], mean)
	lawtest.Close(t, attribute.GradCAM(f, "maps", attribute.Ones, attribute.GradCAMConfig{Signed: true})(x), want, 1e-12)
}

// upsampled brings a vector[m] to n positions, through a layer that keeps the first m
// positions of x[1 1 n].
func upsampled(u attribute.Upsampling, v []float64, n int) Value {
	first := transforms.Named(transforms.Layer{Kind: "part", Path: "part"}, func(x Value, _ struct{}) Value {
		return fn.Slice(x, fn.SliceConfig{Stop: []int{fn.End, fn.End, len(v)}})
	})
	f := func(x Value) Value { return fn.Sum(first(x, struct{}{}), 2) }
	x := trace.New(append(slices.Clone(v), make([]float64, n-len(v))...), 1, 1, n)
	return attribute.GradCAM(f, "part", attribute.Ones, attribute.GradCAMConfig{Signed: true, Upsample: u})(x)
}

func TestUpsampling(t *testing.T) {
	for _, c := range []struct {
		u    attribute.Upsampling
		v    []float64
		want []float64
	}{
		{attribute.NoUpsampling, []float64{1, 2}, []float64{1, 2}},
		{attribute.Nearest, []float64{1, 2}, []float64{1, 1, 2, 2}},
		{attribute.Nearest, []float64{1, 2, 4}, []float64{1, 1, 2, 2, 4}},
		{attribute.Linear, []float64{1, 2}, []float64{1, 1.25, 1.75, 2}},
		{attribute.Linear, []float64{1, 2, 4}, []float64{1, 1.4, 2, 3.2, 4}},
		{attribute.Linear, []float64{3}, []float64{3, 3, 3}},
		{attribute.Linear, []float64{3, 5, 7}, []float64{3, 5, 7}},
	} {
		got := upsampled(c.u, c.v, max(len(c.want), len(c.v)))
		lawtest.Close(t, got, trace.New(c.want, 1, len(c.want)), 1e-12)
	}
}

func TestCAMErrors(t *testing.T) {
	m, x := drawMaps("errors")
	for name, c := range map[string]struct {
		f     func()
		parts []string
	}{
		"no layer": {func() { attribute.GradCAM(m.apply, "map", attribute.Ones, attribute.GradCAMConfig{})(x) }, []string{`no site "map"`, "maps"}},
		"no places": {func() { attribute.GradCAM(m.apply, "dot#0", attribute.Ones, attribute.GradCAMConfig{})(x) },
			[]string{"attribute.GradCAM", "dot#0", "f64[2 2]", "[n k p...]"}},
		"upsampling": {func() {
			attribute.GradCAMPlusPlus(m.apply, "maps", attribute.Ones, attribute.GradCAMConfig{Upsample: 3})
		},
			[]string{"attribute.GradCAMPlusPlus", "no upsampling 3", "Nearest"}},
		"places": {func() {
			flat := func(x Value) Value { return m.apply(fn.Reshape(x, 2, 2, 10, 9)) }
			attribute.GradCAM(flat, "maps", attribute.Ones, attribute.GradCAMConfig{Upsample: attribute.Nearest})(fn.Flatten(x, 1))
		}, []string{"f64[2 5 4]", "f64[2 180]"}},
	} {
		t.Run(name, func(t *testing.T) {
			err := trace.Try(c.f)
			for _, part := range c.parts {
				if err == nil || !strings.Contains(err.Error(), part) {
					t.Errorf("got %v, want %q in it", err, part)
				}
			}
		})
	}
}
