package opt_test

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/rules"
	"github.com/pullback-go/pullback/trace"
	"github.com/pullback-go/pullback/transforms"
	"github.com/pullback-go/pullback/transforms/internal/opt"
	"github.com/pullback-go/pullback/transforms/lawtest"
)

type Value = trace.Value

// layer is a convolution, or a dense layer if it has no spatial axes, with its bias.
type layer struct{ w, b Value }

// stack is a network of convolutions with ReLU, each pooled if pools says so, and two
// dense layers.
type stack struct {
	convs []layer
	pools []bool
	dense [2]layer
}

// newStack draws a network for x[n 2 8 12] in the given dtype.
func newStack(d trace.DType, channels []int, pools []bool) stack {
	s, from, area := stack{pools: pools}, 2, 96
	for i, n := range channels {
		s.convs = append(s.convs, newLayer(fmt.Sprint("conv", i), d, n, from, 3, 3))
		if from = n; pools[i] {
			area /= 4
		}
	}
	s.dense = [2]layer{newLayer("hidden", d, 9, from*area), newLayer("logits", d, 5, 9)}
	return s
}

func newLayer(name string, d trace.DType, shape ...int) layer {
	w := lawtest.Between(-1, 1).Value(lawtest.Rand(name), trace.TypeOf(trace.Float64, shape...))
	b := lawtest.Between(-0.3, 0.3).Value(lawtest.Rand(name+".b"), trace.TypeOf(trace.Float64, shape[0]))
	fanIn := 1
	for _, n := range shape[1:] {
		fanIn *= n
	}
	return layer{fn.Cast(fn.Mul(w, fn.Scalar(1.5/math.Sqrt(float64(fanIn)))), d), fn.Cast(b, d)}
}

func (s stack) apply(x Value) Value {
	for i, l := range s.convs {
		y := fn.Conv(x, l.w, fn.ConvConfig{Padding: []int{1, 1}})
		x = fn.ReLU(fn.Add(y, fn.Reshape(l.b, l.b.Dim(0), 1, 1)))
		if s.pools[i] {
			x = fn.MaxPool(x, fn.MaxPoolConfig{Kernel: []int{2, 2}})
		}
	}
	x = fn.ReLU(fn.Linear(fn.Flatten(x, 1), s.dense[0].w, s.dense[0].b))
	return fn.Linear(x, s.dense[1].w, s.dense[1].b)
}

func small(d trace.DType) stack { return newStack(d, []int{4, 3}, []bool{false, true}) }

func tall(d trace.DType) stack {
	return newStack(d, []int{3, 4, 5, 3}, []bool{false, true, false, true})
}

func image(d trace.DType, n int) Value {
	x := lawtest.Between(-1, 1).Value(lawtest.Rand("image"), trace.TypeOf(trace.Float64, n, 2, 8, 12))
	return fn.Cast(x, d)
}

func presets() map[string]transforms.Composite {
	return map[string]transforms.Composite{
		"epsilon gamma box":         rules.EpsilonGammaBox(fn.Scalar(-1), fn.Scalar(1)),
		"epsilon plus":              rules.EpsilonPlus(),
		"epsilon plus flat":         rules.EpsilonPlusFlat(),
		"epsilon alpha2 beta1":      rules.EpsilonAlpha2Beta1(),
		"epsilon alpha2 beta1 flat": rules.EpsilonAlpha2Beta1Flat(),
		"excitation backprop":       rules.ExcitationBackprop(),
		"deconvnet":                 rules.DeconvNet(),
		"guided backprop":           rules.GuidedBackprop(),
		"beta smooth":               rules.BetaSmooth(),
	}
}

// target marks the second class.
func target(y Value) Value {
	return fn.Cast(fn.Equal(fn.IotaLike(y, y.Type(), 1), fn.OnesLike(y)), y.DType())
}

// relevance returns the explanation of a network by a composite.
func relevance(c transforms.Composite, f func(Value) Value) func(Value) Value {
	return transforms.Pull(transforms.WithRules(c, f), target)
}

// record returns the program of f for arguments like x, inlined.
func record(f func(Value) Value, x Value) *trace.Program {
	p := trace.Record(func(in []Value) []Value { return []Value{f(in[0])} }, []trace.Type{x.Type()})
	return opt.Inline(p)
}

// recordWith is record with values that become constants of the program, whatever f does
// with them.
func recordWith(f func(x Value, consts []Value) Value, x Value, consts ...Value) *trace.Program {
	types := append([]trace.Type{x.Type()}, trace.TypesOfValues(consts)...)
	p := opt.Inline(trace.Record(func(in []Value) []Value { return []Value{f(in[0], in[1:])} }, types))
	q := *p
	q.In, q.Consts = p.In[:1], append([]trace.Const(nil), p.Consts...)
	for i, c := range consts {
		q.Consts = append(q.Consts, trace.Const{Var: p.In[1+i], Value: c})
	}
	return &q
}

// upTo applies the passes up to the named one, and checks the program after each.
func upTo(t testing.TB, name string, p *trace.Program) *trace.Program {
	t.Helper()
	k := fresh()
	for _, pass := range opt.Passes {
		p = pass.Run(k, p)
		if err := p.Check(); err != nil {
			t.Fatalf("after %s: %v\n%s", pass.Name, err, p)
		}
		if pass.Name == name {
			return p
		}
	}
	t.Fatalf("there is no pass %q", name)
	return nil
}

// count returns the number of equations whose op has one of the names.
func count(p *trace.Program, names ...string) int {
	n := 0
	for _, e := range p.Eqns {
		for _, name := range names {
			if e.Op.Name() == name {
				n++
			}
		}
	}
	return n
}

// sameBits reports the first difference in bits of two results.
func sameBits(got, want Value) error {
	a, b := got.Float64s(), want.Float64s()
	if !got.Type().Equal(want.Type()) {
		return fmt.Errorf("got %v, want %v", got.Type(), want.Type())
	}
	for i := range b {
		if math.Float64bits(a[i]) != math.Float64bits(b[i]) {
			return fmt.Errorf("element %d: got %v, want %v", i, a[i], b[i])
		}
	}
	return nil
}

// near reports the largest difference of two results if it is more than tol of the
// largest element.
func near(got, want Value, tol float64) error {
	if !got.Type().Equal(want.Type()) {
		return fmt.Errorf("got %v, want %v", got.Type(), want.Type())
	}
	a, b := got.Float64s(), want.Float64s()
	worst, scale := 0.0, 0.0
	for i := range b {
		scale = max(scale, math.Abs(b[i]))
		worst = max(worst, math.Abs(a[i]-b[i]))
	}
	if !(worst <= tol*scale) {
		return fmt.Errorf("differs by %g, the largest element is %g", worst, scale)
	}
	return nil
}

// eachExplanation runs a test for every preset on two networks in two dtypes.
func eachExplanation(t *testing.T, test func(t *testing.T, p *trace.Program, x Value)) {
	for name, c := range presets() {
		for _, d := range []trace.DType{trace.Float32, trace.Float64} {
			for kind, net := range map[string]stack{"small": small(d), "tall": tall(d)} {
				t.Run(strings.Join([]string{name, kind, d.String()}, "/"), func(t *testing.T) {
					x := image(d, 3)
					test(t, record(relevance(c, net.apply), x), x)
				})
			}
		}
	}
}

// fresh returns a Knowledge of nothing, under the usual conventions.
func fresh() *opt.Knowledge { return opt.NewKnowledge(opt.Options{}) }
