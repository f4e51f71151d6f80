package rules_test

import (
	"fmt"
	"math/rand/v2"
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

// chain is a generated network: linear layers, normalizations and activations in any
// order, some of them bare operations.
type chain struct {
	Steps []step
	Form  form
}

// form is the form of all linear layers in a chain.
type form uint8

const (
	ofDense form = iota
	conv1
	conv2
	transposed
)

// step is a layer, with a bias or without, as a layer or bare.
type step struct {
	Letter     string // L, N or A
	Named      bool
	Groups     int
	Pad        int
	Path       string
	Weight     Value
	Bias       Value
	Mean, Var  Value
	Gain, Lift Value
}

// generate draws a chain of n steps and its input.
func generate(r *rand.Rand, of form, n int) (chain, Value) {
	c := chain{Form: of}
	channels := 2 * (1 + r.IntN(3))
	x := draw(r, append([]int{3, channels}, [][]int{{}, {7}, {5, 6}, {4, 3}}[of]...)...)
	for i := range n {
		s := step{Letter: string("LLNNNA"[r.IntN(6)]), Named: r.IntN(3) > 0, Path: fmt.Sprint("steps.", i)}
		switch s.Letter {
		case "L":
			s.Groups, s.Pad = 1+r.IntN(2), r.IntN(2)
			out := 2 * (1 + r.IntN(3))
			s.Weight = c.weight(r, s.Groups, channels, out)
			if r.IntN(2) == 0 {
				s.Bias = draw(r, out)
			}
			channels = out
		case "N":
			s.Mean, s.Gain, s.Lift = draw(r, channels), draw(r, channels), draw(r, channels)
			s.Var = fn.Add(fn.Square(draw(r, channels)), fn.Scalar(0.1))
		}
		c.Steps = append(c.Steps, s)
	}
	return c, x
}

func (c chain) weight(r *rand.Rand, groups, in, out int) Value {
	switch c.Form {
	case ofDense:
		return draw(r, out, in)
	case conv1:
		return draw(r, out, in/groups, 3)
	case conv2:
		return draw(r, out, in/groups, 3, 2)
	}
	return draw(r, in, out/groups, 2, 3)
}

func draw(r *rand.Rand, shape ...int) Value {
	return lawtest.Normal().Value(r, trace.TypeOf(trace.Float64, shape...))
}

func (c chain) apply(x Value) Value {
	for _, s := range c.Steps {
		x = c.step(s, x)
	}
	return x
}

func (c chain) step(s step, x Value) Value {
	switch s.Letter {
	case "A":
		return fn.Tanh(x)
	case "N":
		if s.Named {
			return nn.BatchNorm{Path: s.Path, Weight: s.Gain, Bias: s.Lift, Mean: s.Mean, Variance: s.Var}.Apply(x)
		}
		return fn.BatchNorm(x, s.Mean, s.Var, s.Gain, s.Lift, 0.01)
	}
	f := func(x Value, w parameters) Value { return c.linear(s, x, w) }
	if s.Named {
		f = transforms.Named(transforms.Layer{Kind: c.kind(), Path: s.Path, Biases: []string{".Bias"}}, f)
	}
	return f(x, parameters{s.Weight, s.Bias})
}

type parameters struct{ Weight, Bias Value }

func (c chain) kind() trace.Kind {
	return []trace.Kind{trace.KindDense, trace.KindConvStandard, trace.KindConvStandard, trace.KindConvTransposed}[c.Form]
}

func (c chain) linear(s step, x Value, w parameters) Value {
	y := x
	switch c.Form {
	case ofDense:
		return fn.Linear(x, w.Weight, w.Bias)
	case transposed:
		y = fn.ConvTranspose(x, w.Weight, fn.ConvTransposeConfig{Groups: s.Groups})
	default:
		y = fn.Conv(x, w.Weight, fn.ConvConfig{Groups: s.Groups, Padding: slices.Repeat([]int{1 + s.Pad}, x.Rank()-2)})
	}
	if w.Bias.IsAbsent() {
		return y
	}
	shape := slices.Repeat([]int{1}, y.Rank())
	shape[1] = -1
	return fn.Add(y, fn.Reshape(w.Bias, shape...))
}

// letters returns the letters of all steps, and the letters left after merging each
// normalization next to a linear layer.
func (c chain) letters() (all, left string) {
	for _, s := range c.Steps {
		all += s.Letter
	}
	for _, run := range strings.SplitAfter(strings.ReplaceAll(all, "A", "A "), " ") {
		if strings.Contains(run, "L") {
			run = strings.ReplaceAll(run, "N", "")
		}
		left += strings.TrimSuffix(run, " ")
	}
	return all, left
}

// spy is a composite without rules that keeps the sites it was offered.
type spy struct{ sites *[]*rules.Site }

func (spy) String() string { return "spy" }

func (s spy) Assign(sites []*rules.Site) ([]rules.Choice, error) {
	*s.sites = sites
	return make([]rules.Choice, len(sites)), nil
}

// sitesOf returns the outermost sites of a function.
func sitesOf(f func(Value) Value, x Value) []*rules.Site {
	var sites []*rules.Site
	transforms.Plan(spy{&sites}, f, x)
	return slices.DeleteFunc(sites, func(s *rules.Site) bool { return s.Parent != nil })
}

func lettersOf(sites []*rules.Site) string {
	s := ""
	for _, site := range sites {
		for _, k := range []struct {
			kind   trace.Kind
			letter string
		}{{trace.KindLinear, "L"}, {trace.KindBatchNorm, "N"}, {trace.KindActivation, "A"}} {
			if site.Kind.Is(k.kind) {
				s += k.letter
			}
		}
	}
	return s
}

func linears(sites []*rules.Site) []*rules.Site {
	return slices.DeleteFunc(slices.Clone(sites), func(s *rules.Site) bool { return !s.Kind.Is(trace.KindLinear) })
}

func TestMergeBatchNormGenerated(t *testing.T) {
	for seed := range uint64(40) {
		for of := ofDense; of <= transposed; of++ {
			c, x := generate(rand.New(rand.NewPCG(seed, uint64(of))), of, 8)
			all, left := c.letters()
			t.Run(fmt.Sprint(of, all), func(t *testing.T) {
				g := rules.Canonize(c.apply, rules.MergeBatchNorm())
				if d := rules.Difference(c.apply, g, x); !(d <= 1e-11) {
					t.Errorf("the canonized function differs by %v", d)
				}
				before, after := sitesOf(c.apply, x), sitesOf(g, x)
				if got := lettersOf(after); got != left {
					t.Errorf("got %s, want %s", got, left)
				}
				sameLinear(t, linears(before), linears(after))
			})
		}
	}
}

// sameLinear checks that linear sites are the same as before, except for their biases.
func sameLinear(t *testing.T, before, after []*rules.Site) {
	t.Helper()
	for i, s := range after {
		was := before[i]
		if s.String() != was.String() || s.Layer != was.Layer || s.Position() != was.Position() {
			t.Errorf("%v of %s (layer %t) became %v of %s (layer %t)", was, was.Position(), was.Layer, s, s.Position(), s.Layer)
		}
		roles := map[transforms.Role]int{}
		for _, o := range s.Operands {
			roles[o.Role]++
		}
		if roles[transforms.RoleData] != 1 || roles[transforms.RoleWeight] != 1 || roles[transforms.RoleBias] > 1 {
			t.Errorf("%v has the operands %v", s, s.Operands)
		}
	}
}

// First and second derivatives with respect to the weights, statistics included, and to
// the input are the same as before.
func TestMergeBatchNormDerivatives(t *testing.T) {
	for of := ofDense; of <= transposed; of++ {
		c, x := generate(rand.New(rand.NewPCG(11, uint64(of))), of, 7)
		loss := func(canonizers ...rules.Canonizer) func(c chain) Value {
			return func(c chain) Value {
				dx := transforms.Pull(rules.Canonize(c.apply, canonizers...), fn.Cos)(x)
				return fn.SumAll(fn.Square(dx))
			}
		}
		want, _ := trace.Flatten(transforms.Grad(loss())(c))
		got, _ := trace.Flatten(transforms.Grad(loss(rules.MergeBatchNorm()))(c))
		if len(want) != len(got) || len(want) < 8 {
			t.Fatalf("%d and %d derivatives", len(got), len(want))
		}
		for i := range want {
			lawtest.Close(t, got[i], want[i], 1e-9)
		}
	}
}

func TestMergeBatchNormTransforms(t *testing.T) {
	c, x := generate(rand.New(rand.NewPCG(5, 5)), conv2, 9)
	v := fn.Cos(x)
	ones := func(y Value) Value { return fn.OnesLike(y) }
	g := rules.Canonize(c.apply, rules.MergeBatchNorm())
	relevance := transforms.Pull(transforms.WithRules(rules.EpsilonPlus(), g), ones)
	want := relevance(x)
	lawtest.Close(t, transforms.Jit(relevance)(x), want, 1e-10)
	batch := fn.Concat(0, fn.ExpandDims(x, 0), fn.ExpandDims(v, 0))
	rows := transforms.Vmap(relevance)(batch)
	lawtest.Close(t, fn.Index(rows, 0), want, 1e-10)
	lawtest.Close(t, fn.Index(rows, 1), relevance(v), 1e-10)
	second := transforms.Pull(relevance, func(Value) Value { return v })
	u := fn.Sin(x)
	lawtest.Close(t, fn.SumAll(fn.Mul(u, second(x))), slope(relevance, v, x, u), 1e-5)
	ruled := transforms.WithRules(rules.EpsilonPlus(), c.apply)
	lawtest.Close(t, transforms.Pull(rules.Canonize(ruled, rules.MergeBatchNorm()), ones)(x), transforms.Pull(ruled, ones)(x), 0)
}

// slope returns the derivative of <v, f(x)> along u, by central differences.
func slope(f func(Value) Value, v, x, u Value) Value {
	const h = 1e-5
	at := func(d float64) Value { return fn.SumAll(fn.Mul(v, f(fn.Add(x, fn.Mul(u, fn.Scalar(d)))))) }
	return fn.Mul(fn.Sub(at(h), at(-h)), fn.Scalar(1/(2*h)))
}

// The data of a softmax may come after its parameters, for example after captured values.
func TestStripSoftmaxFindsTheData(t *testing.T) {
	f := func(x Value) Value {
		heat := fn.Exp(x)
		layer := transforms.Layer{Kind: trace.KindSoftmax, Path: "soft"}
		return transforms.Named(layer, func(x Value, _ struct{}) Value { return fn.Softmax(fn.Mul(x, heat), 0) })(x, struct{}{})
	}
	x := drawn("x", 3)
	if got := rules.Canonize(f, rules.StripSoftmax())(x); !slices.Equal(got.Float64s(), x.Float64s()) {
		t.Errorf("got %v, want the argument %v", got, x)
	}
}
