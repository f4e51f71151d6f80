package onnx

import (
	"math"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/trace"
)

// activation computes a function as a layer of the kind activation.NAME.
func (c *call) activation(name string, f func(x trace.Value) trace.Value) trace.Value {
	return c.layer(trace.KindActivation+"."+trace.Kind(name), noBias, func(in []trace.Value) trace.Value {
		inner := *c
		inner.in = in
		return f(inner.arg(0))
	})
}

// activations makes operators of activations, whose names are those of fn.
func activations(list map[string]namedFunction) map[string]operator {
	out := map[string]operator{}
	for op, a := range list {
		out[op] = one(func(c *call) trace.Value { return c.activation(a.name, a.f) })
	}
	return out
}

type namedFunction struct {
	name string
	f    func(x trace.Value) trace.Value
}

var activationOperators = with(activations(map[string]namedFunction{
	"Relu": {"relu", fn.ReLU}, "Sigmoid": {"sigmoid", fn.Sigmoid}, "Tanh": {"tanh", fn.Tanh},
	"Softsign": {"softsign", fn.Softsign}, "Mish": {"mish", fn.Mish}, "HardSwish": {"hardswish", fn.HardSwish},
	"Softplus": {"softplus", func(x trace.Value) trace.Value { return fn.Softplus(x, 1, math.Inf(1)) }},
}), map[string]operator{
	"LeakyRelu": one(func(c *call) trace.Value {
		slope := c.real("alpha", 0.01)
		return c.activation("leaky_relu", func(x trace.Value) trace.Value { return fn.LeakyReLU(x, slope) })
	}),
	"Elu": one(func(c *call) trace.Value {
		alpha := c.real("alpha", 1)
		return c.activation("elu", func(x trace.Value) trace.Value { return fn.ELU(x, alpha) })
	}),
	"Celu": one(func(c *call) trace.Value {
		alpha := c.real("alpha", 1)
		return c.activation("celu", func(x trace.Value) trace.Value { return fn.CELU(x, alpha) })
	}),
	"Selu": one(selu),
	"Gelu": one(func(c *call) trace.Value {
		if c.text("approximate", "none") == "tanh" {
			return c.activation("gelu.tanh", fn.GELUTanh)
		}
		return c.activation("gelu", fn.GELU)
	}),
	"Swish": one(func(c *call) trace.Value {
		alpha := c.real("alpha", 1)
		return c.activation("silu", func(x trace.Value) trace.Value {
			if alpha == 1 {
				return fn.SiLU(x)
			}
			return fn.Mul(x, fn.Sigmoid(fn.Mul(x, fn.Scalar(alpha))))
		})
	}),
	"HardSigmoid":     one(hardSigmoid),
	"ThresholdedRelu": one(func(c *call) trace.Value { return thresholded(c) }),
	"Shrink":          one(shrink),
	"PRelu":           one(prelu).layered(),
	"Softmax":         one(func(c *call) trace.Value { return c.rowwise(trace.KindSoftmax, fn.Softmax) }),
	"LogSoftmax":      one(func(c *call) trace.Value { return c.rowwise(trace.KindLogSoftmax, fn.LogSoftmax) }),
	"Hardmax":         one(func(c *call) trace.Value { return c.rowwise("", hardmax) }),
})

// selu is γ·ELU(x, α). Its usual numbers are those of fn.SELU in float32.
//
// Klambauer et al., "Self-Normalizing Neural Networks", NeurIPS 2017.
func selu(c *call) trace.Value {
	alpha, gamma := c.real("alpha", float64(float32(1.67326319217681884765625))), c.real("gamma", float64(float32(1.05070102214813232421875)))
	return c.activation("selu", func(x trace.Value) trace.Value {
		return fn.Mul(fn.ELU(x, alpha), fn.Scalar(gamma))
	})
}

// hardSigmoid is max(0, min(1, αx + β)). PyTorch's has α = 1/6 and β = 1/2.
func hardSigmoid(c *call) trace.Value {
	alpha, beta := c.real("alpha", 0.2), c.real("beta", 0.5)
	return c.activation("hardsigmoid", func(x trace.Value) trace.Value {
		if float32(alpha) == float32(1./6) && beta == 0.5 {
			return fn.HardSigmoid(x)
		}
		return fn.HardTanh(fn.Add(fn.Mul(x, fn.Scalar(alpha)), fn.Scalar(beta)), 0, 1)
	})
}

// thresholded is x above α and 0 below.
func thresholded(c *call) trace.Value {
	alpha := c.real("alpha", 1)
	return c.activation("threshold", func(x trace.Value) trace.Value { return fn.Threshold(x, alpha, 0) })
}

// shrink is x - bias above λ, x + bias below -λ, and 0 between.
func shrink(c *call) trace.Value {
	lambda, bias := c.real("lambd", 0.5), c.real("bias", 0)
	return c.activation("shrink", func(x trace.Value) trace.Value {
		b, zero := fn.Scalar(bias), fn.Scalar(0)
		above, below := fn.Greater(x, fn.Scalar(lambda)), fn.Less(x, fn.Scalar(-lambda))
		return fn.Where(above, fn.Sub(x, b), fn.Where(below, fn.Add(x, b), zero))
	})
}

// prelu has a slope for each channel, or one of any shape that broadcasts.
func prelu(c *call) trace.Value {
	return c.layer(trace.KindActivation+".prelu", noBias, func(in []trace.Value) trace.Value {
		inner := *c
		inner.in = in
		x, slope := inner.arg(0), inner.arg(1)
		if flat, ok := channels(slope, x.Rank()); ok {
			return fn.PReLU(x, flat)
		}
		if c.version < 7 && slope.Rank() == 1 {
			return fn.PReLU(x, slope)
		}
		return fn.Where(fn.Greater(x, fn.Scalar(0)), x, fn.Mul(x, slope))
	})
}

// channels returns a value of one element, or one for each channel of an array of some
// rank with the other axes of length 1, as a vector.
func channels(v trace.Value, rank int) (trace.Value, bool) {
	if v.Size() == 1 {
		return fn.Reshape(v, 1), true
	}
	if v.Rank() != rank-1 && (v.Rank() != rank || v.Shape()[0] != 1) {
		return v, false
	}
	at := v.Rank() - rank + 1
	for i, n := range v.Shape() {
		if i != at && n != 1 {
			return v, false
		}
	}
	return fn.Reshape(v, -1), true
}

// rowwise applies a function along an axis. Before opset 13 it goes over all axes from
// there on.
func (c *call) rowwise(kind trace.Kind, f func(x trace.Value, axis int) trace.Value) trace.Value {
	g := func(in []trace.Value) trace.Value {
		inner := *c
		inner.in = in
		x := inner.arg(0)
		if c.version >= 13 {
			return f(x, axis(c.int("axis", -1), x.Rank()))
		}
		at := c.int("axis", 1)
		if at < 0 {
			at += x.Rank()
		}
		if at == x.Rank()-1 {
			return f(x, at)
		}
		return fn.Reshape(f(flattened(x, at), 1), x.Shape()...)
	}
	if kind == "" {
		return g(c.in)
	}
	return c.layer(kind, noBias, g)
}

// hardmax is 1 at the first largest element of a row and 0 elsewhere.
func hardmax(x trace.Value, axis int) trace.Value {
	last := x.Rank() - 1
	hot := fn.OneHot(fn.ArgMax(x, axis), x.Shape()[axis], x.DType())
	return fn.Transpose(hot, moved(last+1, last, axis)...)
}

// moved returns the permutation that takes one axis to another place.
func moved(rank, from, to int) []int {
	perm := make([]int, 0, rank)
	for i := range rank {
		if i != from {
			perm = append(perm, i)
		}
	}
	return append(perm[:to], append([]int{from}, perm[to:]...)...)
}

// flattened returns a matrix whose columns are the axes from one on.
func flattened(x trace.Value, at int) trace.Value {
	if at < 0 || at > x.Rank() {
		panic(trace.Errorf("axis %d does not exist: there are %d axes", at, x.Rank()))
	}
	rows, columns := 1, 1
	for i, n := range x.Shape() {
		if i < at {
			rows *= n
		} else {
			columns *= n
		}
	}
	return fn.Reshape(x, rows, columns)
}
