package transforms_test

import (
	"testing"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/trace"
	"github.com/pullback-go/pullback/transforms"
	"github.com/pullback-go/pullback/transforms/lawtest"
)

// sitePull is the ordinary pullback as a rule.
type sitePull struct{}

func (sitePull) String() string { return "site pull" }

func (sitePull) Relevance(s *transforms.Site, in, out, r []trace.Value) []trace.Value {
	return s.Pull(in, out, r)
}

// pullAtTop gives sitePull to all sites that are inside of no other site.
type pullAtTop struct{}

func (pullAtTop) String() string { return "pullAtTop" }

func (pullAtTop) Assign(sites []*transforms.Site) ([]transforms.Choice, error) {
	out := make([]transforms.Choice, len(sites))
	for i, s := range sites {
		if s.Parent == nil && !s.Derived {
			out[i] = transforms.Choice{Rule: sitePull{}, Reason: "all"}
		}
	}
	return out, nil
}

// TestSitePullIsTheVJP compares Site.Pull with the VJP for single operations, affine
// sites, and layers with several data operands, whole numbers, inner checkpoints and no
// derivative at all.
func TestSitePullIsTheVJP(t *testing.T) {
	type operands struct{ X, Y, Index trace.Value }
	r := lawtest.Rand(t.Name())
	draw := func(shape ...int) trace.Value {
		return lawtest.Normal().Value(r, trace.TypeOf(trace.Float64, shape...))
	}
	x, w, b := operands{draw(3, 4), draw(3, 4), trace.New([]int64{2, 0, 1})}, draw(5, 4), draw(5)
	layer := func(f func(in operands, w []trace.Value) trace.Value) func(in operands) trace.Value {
		return func(in operands) trace.Value {
			return transforms.Named(transforms.Layer{Kind: "own", Path: "l"}, f)(in, []trace.Value{w})
		}
	}
	for name, f := range map[string]func(in operands) trace.Value{
		"one operation": func(in operands) trace.Value { return fn.Softmax(in.X, 1) },
		"affine":        func(in operands) trace.Value { return fn.Linear(in.X, w, b) },
		"a layer": layer(func(in operands, w []trace.Value) trace.Value {
			return fn.Mul(fn.Tanh(fn.Take(in.X, in.Index, 0)), fn.Mul(in.Y, in.X))
		}),
		"a checkpoint": layer(func(in operands, w []trace.Value) trace.Value {
			return transforms.Checkpoint(func(x trace.Value) trace.Value { return fn.Tanh(fn.Linear(x, w[0], trace.Value{})) })(in.X)
		}),
		"steps": layer(func(in operands, w []trace.Value) trace.Value { return fn.Floor(in.X) }),
	} {
		t.Run(name, func(t *testing.T) {
			y := f(x)
			ct := draw(y.Shape()...)
			pull := func(f func(operands) trace.Value) func(operands) operands {
				return transforms.Pull(f, func(trace.Value) trace.Value { return ct })
			}
			got, want := pull(transforms.WithRules(pullAtTop{}, f)), pull(f)
			lawtest.Close(t, got(x).X, want(x).X, 1e-14)
			lawtest.Close(t, got(x).Y, want(x).Y, 1e-14)
			lawtest.Close(t, got(x).Index, want(x).Index, 0)
			v := operands{X: draw(3, 4), Y: draw(3, 4)}
			again := func(f func(operands) operands) trace.Value {
				return transforms.Pull(f, func(operands) operands { return v })(x).X
			}
			lawtest.Close(t, again(got), again(want), 1e-13)
		})
	}
}

// TestSitePullOfALinearSiteDoesNotApplyIt counts products, forward and backward.
func TestSitePullOfALinearSiteDoesNotApplyIt(t *testing.T) {
	w, b := fn.Ones(trace.TypeOf(trace.Float64, 5, 4)), fn.Ones(trace.TypeOf(trace.Float64, 5))
	f := transforms.WithRules(pullAtTop{}, func(x trace.Value) trace.Value { return fn.Linear(x, w, b) })
	p := trace.Record(func(in []trace.Value) []trace.Value {
		return []trace.Value{transforms.Pull(f, fn.OnesLike)(in[0])}
	}, []trace.Type{trace.TypeOf(trace.Float64, 3, 4)})
	inlined := p.Inlined(func(op trace.Op) *trace.Program {
		if c, ok := op.(trace.Caller); ok {
			return c.Bodies()[0]
		}
		return nil
	})
	products := 0
	for _, e := range inlined.Eqns {
		if e.Op.Name() == "dot" {
			products++
		}
	}
	if products != 2 {
		t.Errorf("%d products, want 2:\n%v", products, p)
	}
}
