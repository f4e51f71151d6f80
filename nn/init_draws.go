package nn

import (
	"math"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/fn/random"
	"github.com/pullback-go/pullback/trace"
)

// Fan says which connections of a weight w[out in k...] set its scale.
type Fan uint8

// The fans.
const (
	// FanIn is the number of elements that enter one output, in · k.
	FanIn Fan = iota
	// FanOut is the number of outputs that one element enters, out · k.
	FanOut
	// FanAverage is the mean of both.
	FanAverage
)

// Law is a distribution to draw weights from.
type Law uint8

// The laws, both of mean 0.
const (
	UniformLaw Law = iota
	NormalLaw
)

// VarianceScaling draws weights w[out in k...] of mean 0 and variance Scale / fan. All
// functions here that know of fans are cases of it.
type VarianceScaling struct {
	Scale float64 // 0 means 1
	Fan   Fan
	Law   Law
}

// Draw draws a weight. It panics with a *trace.Error if t has fewer than two axes, or Scale
// is negative.
func (s VarianceScaling) Draw(key trace.Value, t trace.Type) trace.Value {
	defer trace.Naming("nn.VarianceScaling", key)
	scale := s.Scale
	if scale == 0 {
		scale = 1
	}
	return scaled(key, t, scale, s.Fan, s.Law)
}

// scaled draws a weight of variance scale / fan.
func scaled(key trace.Value, t trace.Type, scale float64, fan Fan, law Law) trace.Value {
	if !(scale >= 0) || fan > FanAverage || law > NormalLaw {
		panic(trace.Errorf("a scale of %v, fan number %d and law number %d: want a scale of at least 0, and one of the constants", scale, fan, law))
	}
	in := fanIn(t)
	out := max(1, t.Size()/max(1, t.Shape[1]))
	n := [...]float64{float64(in), float64(out), float64(in)/2 + float64(out)/2}[fan]
	if law == NormalLaw {
		return fn.Mul(random.Normal(key, t.DType, t.Shape...), fn.Scalar(math.Sqrt(scale/n)))
	}
	return uniform(key, t, math.Sqrt(3*scale/n))
}

// KaimingUniform draws weights of type t, w[out in k...], from U(-b, b) with b = √(6 /
// ((1 + a²) fan-in)). Here fan-in is the product of all lengths but the first, and a is
// the negative slope of the activation that follows. PyTorch's layers use √5.
//
// He et al., "Delving Deep into Rectifiers", ICCV 2015.
func KaimingUniform(key trace.Value, t trace.Type, a float64) trace.Value {
	defer trace.Naming("nn.KaimingUniform", key)
	return scaled(key, t, 2/(1+a*a), FanIn, UniformLaw)
}

// KaimingNormal is [KaimingUniform] from a normal distribution with the same variance, 2 /
// ((1 + a²) fan-in). With a = 0 it is JAX's he_normal, but not truncated.
func KaimingNormal(key trace.Value, t trace.Type, a float64) trace.Value {
	defer trace.Naming("nn.KaimingNormal", key)
	return scaled(key, t, 2/(1+a*a), FanIn, NormalLaw)
}

// XavierUniform draws weights of type t, w[out in k...], from U(-b, b) with b = gain · √(6
// / (fan-in + fan-out)). Where fan-in counts the elements that enter an output, fan-out
// counts the outputs that an element enters. It is JAX's glorot_uniform.
//
// Glorot and Bengio, "Understanding the difficulty of training deep feedforward neural
// networks", AISTATS 2010.
func XavierUniform(key trace.Value, t trace.Type, gain float64) trace.Value {
	defer trace.Naming("nn.XavierUniform", key)
	return scaled(key, t, gain*gain, FanAverage, UniformLaw)
}

// XavierNormal is [XavierUniform] from a normal distribution with the same variance, 2
// gain² / (fan-in + fan-out).
func XavierNormal(key trace.Value, t trace.Type, gain float64) trace.Value {
	defer trace.Naming("nn.XavierNormal", key)
	return scaled(key, t, gain*gain, FanAverage, NormalLaw)
}

// LecunUniform draws weights of variance 1 / fan-in from a uniform distribution.
//
// LeCun et al., "Efficient BackProp", 1998.
func LecunUniform(key trace.Value, t trace.Type) trace.Value {
	defer trace.Naming("nn.LecunUniform", key)
	return scaled(key, t, 1, FanIn, UniformLaw)
}

// LecunNormal draws weights of variance 1 / fan-in from a normal distribution.
func LecunNormal(key trace.Value, t trace.Type) trace.Value {
	defer trace.Naming("nn.LecunNormal", key)
	return scaled(key, t, 1, FanIn, NormalLaw)
}

// Constant returns a [Draw] that draws nothing: all elements are x.
func Constant(x float64) Draw {
	return func(_ trace.Value, t trace.Type) trace.Value { return fn.Full(t, x) }
}

// Normal returns a [Draw] from the normal distribution of mean 0 with a standard deviation.
func Normal(deviation float64) Draw {
	return func(key trace.Value, t trace.Type) trace.Value {
		defer trace.Naming("nn.Normal", key)
		return fn.Mul(random.Normal(key, t.DType, t.Shape...), fn.Scalar(deviation))
	}
}

// Uniform returns a [Draw] from the uniform distribution on [low, high).
func Uniform(low, high float64) Draw {
	return func(key trace.Value, t trace.Type) trace.Value {
		defer trace.Naming("nn.Uniform", key)
		return fn.Add(fn.Mul(random.Uniform(key, t.DType, t.Shape...), fn.Scalar(high-low)), fn.Scalar(low))
	}
}

// fanIn returns the number of elements of a weight that enter one output. It is at least
// 1.
func fanIn(weight trace.Type) int {
	if weight.Rank() < 2 {
		panic(trace.Errorf("a weight of type %v has no inputs: want [out in k...]", weight))
	}
	return max(1, trace.TypeOf(weight.DType, weight.Shape[1:]...).Size())
}

// uniform draws from U(-bound, bound).
func uniform(key trace.Value, t trace.Type, bound float64) trace.Value {
	u := random.Uniform(key, t.DType, t.Shape...)
	return fn.Mul(fn.Sub(u, fn.Scalar(0.5)), fn.Scalar(2*bound))
}
