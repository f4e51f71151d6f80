package text

import (
	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/nn"
	"github.com/pullback-go/pullback/trace"
	"github.com/pullback-go/pullback/transforms"
)

// Mixture sends each token through the experts that a router finds best for it:
//
//	p = softmax(gate x),   y = Σ_e p_e expert_e(x) / Σ_e p_e   over the Best largest p_e.
//
// All experts compute all tokens, and what the others say is multiplied by 0: shapes do not
// depend on the data, and the derivative is that of the chosen experts. Its kind is mixture.
//
// Jiang et al., "Mixtral of Experts", 2024.
type Mixture struct {
	Path    string
	Gate    nn.Linear // [experts width]
	Experts []Expert
	// Best is the number of experts for each token.
	Best int
}

// Expert computes w2(f(w1 x) · w3 x) with a function f: a [GatedMLP] with the names of
// Mixtral.
type Expert struct {
	Path  string
	W1    nn.Linear     `nn:"w1"` // [hidden width]
	W2    nn.Linear     `nn:"w2"` // [width hidden]
	W3    nn.Linear     `nn:"w3"` // [hidden width]
	ActFn nn.Activation `nn:"act_fn"`
}

// Apply maps x[... width] to the same shape. Its kind is mlp.
func (l Expert) Apply(x trace.Value) trace.Value {
	layer := transforms.Layer{Kind: "mlp", Path: l.Path, Biases: []string{".W1.Bias", ".W2.Bias", ".W3.Bias"}}
	return transforms.Named(layer, func(x trace.Value, l Expert) trace.Value {
		return l.W2.Apply(gated(l.Path, l.ActFn.Apply(l.W1.Apply(x)), l.W3.Apply(x)))
	})(x, l)
}

// Apply maps x[... width] to the same shape. It panics with a *trace.Error if Best is not
// from 1 to the number of experts, or the gate is for another number.
func (l Mixture) Apply(x trace.Value) trace.Value {
	if n := len(l.Experts); l.Best < 1 || l.Best > n || l.Gate.Weight.IsAbsent() || l.Gate.Weight.Dim(0) != n {
		panic(trace.Errorf("Mixture %q: the best %d of %d experts with a gate %s: want 1 to all of them, and a row of the gate for each",
			l.Path, l.Best, n, describe(l.Gate.Weight)))
	}
	layer := transforms.Layer{Kind: "mixture", Path: l.Path}
	return transforms.Named(layer, func(x trace.Value, l Mixture) trace.Value {
		weights := l.route(x)
		var y trace.Value
		for e, expert := range l.Experts {
			part := fn.Mul(expert.Apply(x), fn.Slice(weights, fn.SliceConfig{Start: from(x.Rank(), e), Stop: until(x, e+1)}))
			if e == 0 {
				y = part
				continue
			}
			y = fn.Add(y, part)
		}
		return y
	})(x, l)
}

// route returns the weights of the experts for x[... width], [... experts].
func (l Mixture) route(x trace.Value) trace.Value {
	p := fn.Softmax(l.Gate.Apply(x), -1)
	_, best := fn.TopK(p, l.Best, p.Rank()-1, false)
	chosen := fn.Any(fn.Cast(fn.OneHot(best, len(l.Experts), trace.Int32), trace.Bool), p.Rank()-1)
	p = fn.Mask(chosen, p)
	return fn.Div(p, fn.Keep(fn.Sum, p, -1))
}

// from and until bound the part of [... experts] that is one expert's.
func from(rank, e int) []int {
	start := make([]int, rank)
	start[rank-1] = e
	return start
}

func until(x trace.Value, e int) []int {
	stop := append([]int(nil), x.Shape()...)
	stop[len(stop)-1] = e
	return stop
}
