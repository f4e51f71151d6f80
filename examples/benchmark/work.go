package main

import (
	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/rules"
	"github.com/pullback-go/pullback/trace"
	"github.com/pullback-go/pullback/transforms"
	"github.com/pullback-go/pullback/transforms/attribute"
)

// work is a computation that a job does with a model.
type work struct {
	name string
	of   func(model function, in input) trace.Value
}

var (
	forward          = work{"forward", func(model function, in input) trace.Value { return model(in.X) }}
	gradient         = work{"gradient", explained}
	epsilonGammaBox  = work{"epsilon_gamma_box", relevance(boxed, rules.MergeBatchNorm())}
	epsilonPlus      = work{"epsilon_plus", relevance(rules.EpsilonPlus(), rules.MergeBatchNorm())}
	alpha2Beta1      = work{"epsilon_alpha2_beta1", relevance(rules.EpsilonAlpha2Beta1(), rules.MergeBatchNorm())}
	betasmoothSecond = work{"betasmooth_second", second(relevance(rules.BetaSmooth()))}
	egbSecond        = work{"egb_second", second(relevance(boxed, rules.MergeBatchNorm()))}
	smoothgrad20     = work{"smoothgrad20", smoothGrad}
	integrads20      = work{"integrads20", integratedGradients}
)

// works are the computations that all large networks do.
var works = []work{forward, gradient, epsilonGammaBox, epsilonPlus, alpha2Beta1, betasmoothSecond, egbSecond}

var boxed = rules.EpsilonGammaBox(fn.Scalar(-3), fn.Scalar(3))

// explained returns the gradient of the target's logits with respect to the images or,
// with rules, their relevance.
func explained(model function, in input) trace.Value {
	return attribute.Gradient(model, attribute.Vector(in.Target))(in.X)
}

// relevance explains a model by rules, after canonizers.
func relevance(c rules.Composite, canonizers ...rules.Canonizer) func(model function, in input) trace.Value {
	return func(model function, in input) trace.Value {
		return explained(transforms.WithRules(c, rules.Canonize(model, canonizers...)), in)
	}
}

// second returns the gradient with respect to the images of the sum of V times an
// attribution.
func second(attribution func(model function, in input) trace.Value) func(model function, in input) trace.Value {
	return func(model function, in input) trace.Value {
		of := func(x trace.Value) trace.Value {
			return attribution(model, input{X: x, Target: in.Target})
		}
		return transforms.Pull(of, attribute.Vector(in.V))(in.X)
	}
}

func smoothGrad(model function, in input) trace.Value {
	c := attribute.SmoothGradConfig{N: 20, Key: in.Key}
	return attribute.SmoothGrad(model, attribute.Vector(in.Target), c)(in.X)
}

func integratedGradients(model function, in input) trace.Value {
	c := attribute.IntegratedGradientsConfig{N: 20}
	return attribute.IntegratedGradients(model, attribute.Vector(in.Target), c)(in.X)
}
