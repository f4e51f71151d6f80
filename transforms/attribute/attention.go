package attribute

import (
	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/trace"
	"github.com/pullback-go/pullback/transforms"
)

// Rollout follows attention through a function f: how much of each token there is in the
// representation of every other, if all layers only mix tokens by their attention and keep
// half of each as it is. The layers are the paths of sites whose outputs are attention
// weights A[n h to from], as a softmax (see [transforms.Plan]), from the first to the last.
// The results are R[n to from] after each of them:
//
//	R_l = N(mean_h A_l + 1) R_{l-1},   R_0 = 1,
//
// where 1 is the identity matrix and N divides each row by its sum. It does not ask what f
// computes from the tokens, so it explains no class. It panics with a *trace.Error if no
// site has a path, or if an output is not [n h t t].
//
// Abnar and Zuidema, "Quantifying Attention Flow in Transformers", ACL 2020.
func Rollout[P any](f func(P) Value, layers ...string) func(x P) []Value {
	return func(x P) []Value {
		defer trace.Naming("attribute.Rollout")
		weights := transforms.WithTaps(f, layers...)(transforms.TapArg[P]{X: x}).Values
		return follow(layers, weights, func(path string, r Value) Value {
			a := fn.Mean(weights[path], 1)
			mixed := fn.Add(a, identity(a))
			rows := fn.BroadcastTo(fn.Keep(fn.Sum, mixed, -1), mixed.Shape()...)
			return fn.MatMul(fn.Div(mixed, rows), r)
		})
	}
}

// AttentionRelevance is [Rollout] with the attention that matters to a target: the weights
// times their gradient, where that is positive,
//
//	R_l = R_{l-1} + C_l R_{l-1},   C_l = mean_h (A_l · ∂<t, f(x)>/∂A_l)⁺,   R_0 = 1,   t = target(f(x)).
//
// The row of a class token, or of the last token of a language model, says what the target
// comes from. If f comes from transforms.WithRules, the gradient is a modified one.
//
// Chefer et al., "Generic Attention-model Explainability for Interpreting Bi-Modal and
// Encoder-Decoder Transformers", ICCV 2021.
func AttentionRelevance[P any](f func(P) Value, target Target, layers ...string) func(x P) []Value {
	return func(x P) []Value {
		defer trace.Naming("attribute.AttentionRelevance")
		weights := transforms.WithTaps(f, layers...)(transforms.TapArg[P]{X: x}).Values
		_, gradients := transforms.Relevances(f, target, layers...)(x)
		return follow(layers, weights, func(path string, r Value) Value {
			c := fn.Mean(fn.ReLU(fn.Mul(weights[path], gradients[path])), 1)
			return fn.Add(r, fn.MatMul(c, r))
		})
	}
}

// follow applies the step of each layer to the identity, and returns what comes out after
// each.
func follow(layers []string, weights map[string]Value, step func(path string, r Value) Value) []Value {
	var out []Value
	for i, path := range layers {
		a := weights[path]
		if a.Rank() != 4 || a.Dim(2) != a.Dim(3) {
			panic(trace.Errorf("the output of %s is %v: attention weights are [n heads to from], of as many tokens as tokens", trace.Excerpt(path), a.Type()))
		}
		var r Value
		if i == 0 {
			r = identity(fn.Index(fn.MoveAxis(a, 1, 0), 0))
		} else {
			r = out[i-1]
		}
		out = append(out, step(path, r))
	}
	return out
}

// identity is the identity matrix for each case, like a[n t t].
func identity(a Value) Value {
	return fn.BroadcastTo(fn.Eye(a.DType(), a.Dim(-1)), a.Shape()...)
}
