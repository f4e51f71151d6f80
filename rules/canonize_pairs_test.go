package rules_test

import (
	"encoding/json"
	"fmt"
	"math"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/nn"
	"github.com/pullback-go/pullback/rules"
	"github.com/pullback-go/pullback/trace"
	"github.com/pullback-go/pullback/transforms"
	"github.com/pullback-go/pullback/transforms/lawtest"
)

// architecture is a network of layers that feed one another. Merge lists which batch
// norms belong to which linear layers.
type architecture struct {
	Name  string
	Input struct {
		Name  string
		Shape []int
	}
	Nodes []struct {
		ID, Kind string
		Inputs   []string
		Attrs    attributes
	}
	Merge []pair
}

type attributes struct {
	In                        int      `json:"in_channels"`
	Out                       int      `json:"out_channels"`
	Features                  int      `json:"num_features"`
	DenseIn                   int      `json:"in_features"`
	DenseOut                  int      `json:"out_features"`
	KernelSize                integers `json:"kernel_size"`
	Output                    integers `json:"output_size"`
	Stride, Padding, Dilation integers
	Dim, Groups               int
	Bias                      bool
}

// pair is [[linear layers], batch norm].
type pair rules.NormPair

func (p *pair) UnmarshalJSON(b []byte) error {
	return json.Unmarshal(b, &[]any{&p.Linear, &p.Norm})
}

func architectures(t *testing.T) (out []architecture) {
	t.Helper()
	text, err := os.ReadFile("testdata/batch_norm.json")
	if err != nil {
		t.Fatal(err)
	}
	decode(t, text, &out)
	return out
}

// layer returns a layer with random parameters, and nil for a node that is no layer.
func (a attributes) layer(kind, path string) nn.Layer {
	r := lawtest.Rand(path)
	bias := func(out int) Value {
		if !a.Bias {
			return Value{}
		}
		return draw(r, out)
	}
	switch kind {
	case "Linear":
		return nn.Linear{Path: path, Weight: draw(r, a.DenseOut, a.DenseIn), Bias: bias(a.DenseOut)}
	case "Conv2d":
		w := draw(r, append([]int{a.Out, a.In / a.Groups}, a.KernelSize...)...)
		return nn.Conv{Path: path, Weight: fn.Mul(w, fn.Scalar(0.3)), Bias: bias(a.Out), Config: fn.ConvConfig{Stride: a.Stride, Padding: a.Padding, Groups: a.Groups}}
	case "BatchNorm1d", "BatchNorm2d":
		n := a.Features
		return nn.BatchNorm{Path: path, Weight: draw(r, n), Bias: draw(r, n), Mean: draw(r, n), Variance: fn.Exp(draw(r, n))}
	case "ReLU":
		l := nn.ReLU()
		l.Path = path
		return l
	case "MaxPool2d":
		return nn.MaxPool{Path: path, Config: fn.MaxPoolConfig{Kernel: twice(a.KernelSize), Stride: twice(a.Stride), Padding: twice(a.Padding)}}
	case "AvgPool2d":
		return nn.AvgPool{Path: path, Config: fn.AvgPoolConfig{Kernel: twice(a.KernelSize), Stride: twice(a.Stride)}}
	case "AdaptiveAvgPool2d":
		return nn.AdaptiveAvgPool{Path: path, Size: twice(a.Output)}
	case "Flatten":
		return nn.Flatten{Path: path}
	case "Sum":
		return nn.Sum{Path: path, Axis: a.Dim}
	}
	return nil
}

// twice expands a number to two axes.
func twice(n integers) []int {
	if len(n) == 1 {
		return []int{n[0], n[0]}
	}
	return n
}

func (a architecture) apply(x Value) Value {
	all := map[string]Value{a.Input.Name: x}
	for _, n := range a.Nodes {
		in := make([]Value, len(n.Inputs))
		for i, name := range n.Inputs {
			in[i] = all[name]
		}
		switch l := n.Attrs.layer(n.Kind, n.ID); {
		case l != nil:
			x = l.Apply(in[0])
		case n.Kind == "Stack":
			x = fn.Stack(n.Attrs.Dim, in...)
		case n.Kind == "Add":
			x = fn.Add(in[0], in[1])
		default:
			panic("no such kind: " + n.Kind)
		}
		all[n.ID] = x
	}
	return x
}

// witness is a canonizer that notes which sites another one replaces.
type witness struct {
	rules.Canonizer
	pairs *[]pair
}

func (w witness) Canonize(sites []*rules.Site) ([]rules.Replacement, error) {
	replacements, err := w.Canonizer.Canonize(sites)
	for _, r := range replacements {
		*w.pairs = append(*w.pairs, pair{[]string{r.Of[0].Path}, r.Site.Path})
	}
	return replacements, err
}

// MergeBatchNorm finds the same normalizations of each layer as the reference. Merging
// them by name gives the same result.
func TestMergeBatchNormPairs(t *testing.T) {
	for _, a := range architectures(t) {
		t.Run(a.Name, func(t *testing.T) {
			x := draw(lawtest.Rand(a.Name), a.Input.Shape...)
			var found []pair
			byFlow := rules.Canonize(a.apply, witness{rules.MergeBatchNorm(), &found})
			if d := rules.Difference(a.apply, byFlow, x); !(d <= 1e-12) {
				t.Errorf("the function differs by %v", d)
			}
			byNorm := func(p, q pair) int { return strings.Compare(p.Norm, q.Norm) }
			found = found[:len(a.Merge)] // Difference ran once
			slices.SortFunc(found, byNorm)
			slices.SortFunc(a.Merge, byNorm)
			if got, want := fmt.Sprint(found), fmt.Sprint(a.Merge); got != want {
				t.Errorf("got %v, want %v", got, want)
			}
			var named []rules.NormPair
			for _, p := range a.Merge {
				named = append(named, rules.NormPair(p))
			}
			byName := rules.Canonize(a.apply, rules.NamedMergeBatchNorm(named...))
			relevance := func(f func(Value) Value) Value {
				return transforms.Pull(transforms.WithRules(rules.EpsilonPlus(), f), fn.Cos)(x)
			}
			lawtest.Close(t, relevance(byName), relevance(byFlow), 0)
			if strings.Contains(lettersOf(sitesOf(byName, x)), "N") {
				t.Error("a batch norm is left")
			}
		})
	}
}

// The merged layer follows the formulas W' = s W and b' = (b - mean) s + bias, and has
// weight and bias.
func TestMergeBatchNormFormula(t *testing.T) {
	w, b := trace.New([]float64{1, 2, 3, 4, 5, 6}, 3, 2), trace.New([]float64{1, 0, -1})
	norm := nn.BatchNorm{Weight: trace.New([]float64{2, 6, 12}), Bias: trace.New([]float64{5, 6, 7}),
		Mean: trace.New([]float64{1, 2, 3}), Variance: trace.New([]float64{3, 8, 15}), Epsilon: 1}
	f := func(x Value) Value { return norm.Apply(nn.Linear{Path: "fc", Weight: w, Bias: b}.Apply(x)) }
	g := rules.Canonize(f, rules.MergeBatchNorm())
	x := trace.New([]float64{1, 10}, 1, 2)
	lawtest.Close(t, g(fn.ZerosLike(x)), trace.New([]float64{5, 2, -5}, 1, 3), 1e-12)
	lawtest.Close(t, g(x), trace.New([]float64{21 + 5, 2*43 + 2, 3*65 - 5}, 1, 3), 1e-12)
	fc := sitesOf(g, x)[0]
	want := []transforms.Operand{
		{Role: transforms.RoleData, Type: x.Type()}, {Role: transforms.RoleWeight, Type: w.Type()}, {Role: transforms.RoleBias, Type: b.Type()}}
	if got := fmt.Sprint(fc, fc.Operands); got != fmt.Sprint(fc, want) || fc.String() != "fc (linear.dense)" {
		t.Errorf("got %s, want the operands %v", got, want)
	}
}

// A normalization may be called after several layers, and is merged into each of them. A
// layer whose output is used twice is refused.
func TestNamedMergeBatchNorm(t *testing.T) {
	r := lawtest.Rand("shared")
	fc := nn.Linear{Path: "fc", Weight: draw(r, 4, 4), Bias: draw(r, 4)}
	other := nn.Linear{Path: "other", Weight: draw(r, 4, 4)}
	bn := nn.BatchNorm{Path: "bn", Weight: draw(r, 4), Bias: draw(r, 4), Mean: draw(r, 4), Variance: fn.Exp(draw(r, 4))}
	x := draw(r, 3, 4)
	shared := func(x Value) Value {
		return bn.Apply(other.Apply(fn.Tanh(bn.Apply(fc.Apply(x)))))
	}
	c := rules.NamedMergeBatchNorm(rules.NormPair{Linear: []string{"fc", "other"}, Norm: "bn"})
	if d := rules.Difference(shared, rules.Canonize(shared, c), x); !(d <= 1e-12) {
		t.Errorf("the function differs by %v", d)
	}
	if got := lettersOf(sitesOf(rules.Canonize(shared, c), x)); got != "LAL" {
		t.Errorf("got %s, want LAL", got)
	}
	if got, want := c.String(), "NamedMergeBatchNorm([fc other] bn)"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	fork := func(x Value) Value { h := fc.Apply(x); return fn.Add(bn.Apply(h), h) }
	own := transforms.Named(transforms.Layer{Kind: trace.KindBatchNorm, Path: "bn"}, func(x Value, _ struct{}) Value { return fn.Mul(x, fn.Scalar(2)) })
	for name, of := range map[string]struct {
		f     func(Value) Value
		parts []string
	}{
		"missing":     {fc.Apply, []string{`no site has the path "bn"`, "fc"}},
		"other layer": {func(x Value) Value { return bn.Apply(nn.Linear{Path: "last", Weight: other.Weight}.Apply(x)) }, []string{"[fc other] bn", "but last (linear.dense)"}},
		"no layer":    {func(x Value) Value { return bn.Apply(x) }, []string{"but what is no site"}},
		"used twice":  {fork, []string{"used 2 times"}},
		"own formula": {func(x Value) Value { return own(fc.Apply(x), struct{}{}) }, []string{"bn (norm.batch)", "no batch normalization", "mul"}},
		"no norm":     {func(x Value) Value { return nn.Linear{Path: "bn", Weight: other.Weight}.Apply(x) }, []string{"kind is another"}},
	} {
		t.Run(name, func(t *testing.T) {
			mustFail(t, func() { rules.Canonize(of.f, c)(x) }, append(of.parts, "NamedMergeBatchNorm")...)
		})
	}
	late := func(x Value) Value { h := fc.Apply(x); return fn.Add(fn.Tanh(h), bn.Apply(h)) }
	for f, want := range map[*func(Value) Value]string{&fork: "LN", &late: "LAN"} {
		if got := lettersOf(sitesOf(rules.Canonize(*f, rules.MergeBatchNorm()), x)); got != want {
			t.Errorf("what is used twice became %s, want %s", got, want)
		}
	}
}

// A bias may have as many elements as there are channels and lie along another axis. It
// stays a bias of positions.
func TestMergeBatchNormBiasOfPlaces(t *testing.T) {
	r := lawtest.Rand("places")
	type weights struct{ Weight, Bias Value }
	conv := transforms.Named(transforms.Layer{Kind: trace.KindConvStandard, Path: "conv", Biases: []string{".Bias"}}, func(x Value, w weights) Value {
		return fn.Add(fn.Conv(x, w.Weight, fn.ConvConfig{}), w.Bias)
	})
	w := weights{draw(r, 4, 3, 2), draw(r, 4)}
	bn := nn.BatchNorm{Weight: draw(r, 4), Bias: draw(r, 4), Mean: draw(r, 4), Variance: fn.Exp(draw(r, 4))}
	f := func(x Value) Value { return bn.Apply(conv(x, w)) }
	g, x := rules.Canonize(f, rules.MergeBatchNorm()), draw(r, 2, 3, 5)
	if d := rules.Difference(f, g, x); !(d <= 1e-12) {
		t.Errorf("the function differs by %v", d)
	}
	if got := lettersOf(sitesOf(g, x)); got != "L" {
		t.Errorf("got %s, want L", got)
	}
}

func TestStripSoftmax(t *testing.T) {
	w := draw(lawtest.Rand("w"), 3, 5)
	logits := func(x Value) Value { return fn.Dot(fn.Softmax(x, 1), w) }
	x := draw(lawtest.Rand("x"), 2, 3)
	for name, f := range map[string]func(Value) Value{
		"softmax":     func(x Value) Value { return fn.Softmax(logits(x), -1) },
		"log softmax": func(x Value) Value { return fn.LogSoftmax(logits(x), -1) },
		"layer": func(x Value) Value {
			return transforms.Named(transforms.Layer{Kind: trace.KindSoftmax, Path: "out"}, func(x Value, _ struct{}) Value { return fn.Softmax(x, 1) })(logits(x), struct{}{})
		},
		"none": logits,
	} {
		t.Run(name, func(t *testing.T) {
			lawtest.Close(t, rules.Canonize(f, rules.StripSoftmax())(x), logits(x), 0)
		})
	}
}

// A layer of the kind softmax may be anything. If it cannot be removed, that is an error.
// It must not become a function of other operands or of another type.
func TestFaultC12StripSoftmaxRefusesWhatItCannotStrip(t *testing.T) {
	type two struct{ A, B Value }
	out := transforms.Layer{Kind: trace.KindSoftmax, Path: "out"}
	x := draw(lawtest.Rand("x"), 2, 3)
	for name, f := range map[string]func(Value) Value{
		"another type": func(x Value) Value {
			return transforms.Named(out, func(x Value, _ struct{}) Value { return fn.Sum(fn.Softmax(x, 1), 0) })(x, struct{}{})
		},
		"two data operands": func(x Value) Value {
			return transforms.Named(out, func(p two, _ struct{}) Value { return fn.Softmax(fn.Mul(p.A, p.B), 1) })(two{x, fn.Tanh(x)}, struct{}{})
		},
		"two, another type": func(x Value) Value {
			return transforms.Named(out, func(p two, _ struct{}) Value { return fn.Sum(fn.Mul(p.A, p.B), 1) })(two{x, fn.Tanh(x)}, struct{}{})
		},
	} {
		t.Run(name, func(t *testing.T) {
			mustFail(t, func() { rules.Canonize(f, rules.StripSoftmax())(x) }, "StripSoftmax()", "out (softmax)", "one data operand")
		})
	}
}

func TestDifference(t *testing.T) {
	x := trace.New([]float64{1, -4})
	add := func(d float64) func(Value) Value {
		return func(x Value) Value { return fn.Add(x, trace.New([]float64{0, d})) }
	}
	for _, c := range []struct{ got, want float64 }{
		{rules.Difference(add(0), add(1), x), 0.25},
		{rules.Difference(add(0), add(0), x), 0},
		{rules.Difference(add(math.Inf(1)), add(math.Inf(1)), x), 0},
	} {
		if c.got != c.want {
			t.Errorf("got %v, want %v", c.got, c.want)
		}
	}
	if d := rules.Difference(add(0), add(math.NaN()), x); !math.IsNaN(d) {
		t.Errorf("got %v, want NaN", d)
	}
	mustFail(t, func() { rules.Difference(add(0), fn.SumAll, x) }, "f64[2]", "f64[]")
	mustFail(t, func() { rules.Canonize(add(0), nil) }, "canonizer 0 is nil")
}
