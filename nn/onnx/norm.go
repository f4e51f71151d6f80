package onnx

import (
	"slices"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/trace"
)

var normOperators = map[string]operator{
	"BatchNormalization":        {run: batchNorm, weights: true},
	"InstanceNormalization":     one(instanceNorm).layered(),
	"LayerNormalization":        {run: layerNorm, weights: true},
	"GroupNormalization":        one(groupNorm).layered(),
	"RMSNormalization":          one(rmsNorm).layered(),
	"MeanVarianceNormalization": one(meanVarianceNorm),
	"LpNormalization":           one(lpNormalization),
	"LRN":                       one(lrn),
}

// batchNorm is batch normalization by stored statistics.
func batchNorm(c *call) []trace.Value {
	if c.int("training_mode", 0) != 0 || c.version < 7 && c.int("is_test", 0) == 0 && len(c.out) > 1 {
		panic(trace.Errorf("its training mode is not supported: export the model for inference"))
	}
	if c.int("spatial", 1) == 0 {
		panic(trace.Errorf("spatial = 0, statistics for each element, is not supported"))
	}
	eps := c.real("epsilon", float64(float32(1e-5)))
	for i := range 5 {
		c.arg(i)
	}
	return []trace.Value{c.layer(trace.KindBatchNorm, 2, func(in []trace.Value) trace.Value {
		return fn.BatchNorm(in[0], in[3], in[4], in[1], in[2], eps)
	})}
}

// instanceNorm normalizes each channel of each sample by itself.
func instanceNorm(c *call) trace.Value {
	eps := c.real("epsilon", float64(float32(1e-5)))
	c.arg(2)
	return c.layer(trace.KindInstanceNorm, 2, func(in []trace.Value) trace.Value {
		return fn.InstanceNorm(in[0], in[1], in[2], eps)
	})
}

// layerNorm normalizes over the axes from one on. Its further outputs are the mean and
// the inverse of the standard deviation.
func layerNorm(c *call) []trace.Value {
	x := c.arg(0)
	at := axis(c.int("axis", -1), x.Rank())
	eps := c.real("epsilon", float64(float32(1e-5)))
	c.arg(1)
	y := c.layer(trace.KindLayerNorm, 2, func(in []trace.Value) trace.Value {
		bias := trace.Value{}
		shape := in[0].Shape()[at:]
		if len(in) > 2 {
			bias = in[2]
		}
		// A layer that was recognized may have a scale or bias that makes an axis of length
		// 1 longer. For others that would be against the specification.
		if wide(in[1], shape) || wide(bias, shape) {
			y := fn.Mul(fn.LayerNorm(in[0], trace.Value{}, trace.Value{}, eps, len(shape)), in[1])
			if bias.IsAbsent() {
				return y
			}
			return fn.Add(y, bias)
		}
		if !bias.IsAbsent() {
			bias = fn.BroadcastTo(bias, shape...)
		}
		return fn.LayerNorm(in[0], fn.BroadcastTo(in[1], shape...), bias, eps, len(shape))
	})
	if len(c.out) < 2 {
		return []trace.Value{y}
	}
	var axes []int
	for i := at; i < x.Rank(); i++ {
		axes = append(axes, i)
	}
	mean := keeping(fn.Mean, x, axes)
	variance := keeping(fn.Mean, fn.Square(fn.Sub(x, mean)), axes)
	return []trace.Value{y, mean, fn.Rsqrt(fn.Add(variance, fn.Scalar(eps)))}
}

// wide reports whether a value makes a shape larger that it broadcasts with.
func wide(v trace.Value, shape []int) bool {
	if v.IsAbsent() {
		return false
	}
	full, err := fn.BroadcastShapes(v.Shape(), shape)
	return err == nil && !slices.Equal(full, shape)
}

// groupNorm has a scale and a bias for each channel, or before opset 21 for each group.
func groupNorm(c *call) trace.Value {
	groups, eps := c.int("num_groups", 1), c.real("epsilon", float64(float32(1e-5)))
	c.arg(2)
	return c.layer(trace.KindGroupNorm, 2, func(in []trace.Value) trace.Value {
		x, scale, bias := in[0], in[1], in[2]
		if x.Rank() < 2 || groups < 1 || x.Shape()[1]%groups != 0 {
			panic(trace.Errorf("%d groups do not divide the channels of %v", groups, x.Type()))
		}
		if c.version < 21 {
			each := func(v trace.Value) trace.Value {
				return fn.Reshape(fn.BroadcastTo(fn.ExpandDims(v, 1), groups, x.Shape()[1]/groups), -1)
			}
			scale, bias = each(scale), each(bias)
		}
		return fn.GroupNorm(x, groups, scale, bias, eps)
	})
}

// rmsNorm divides by the root of the mean square over the axes from one on.
func rmsNorm(c *call) trace.Value {
	at := axis(c.int("axis", -1), c.arg(0).Rank())
	eps := c.real("epsilon", float64(float32(1e-5)))
	c.arg(1)
	return c.layer(trace.KindRMSNorm, noBias, func(in []trace.Value) trace.Value {
		shape := in[0].Shape()[at:]
		return fn.RMSNorm(in[0], fn.BroadcastTo(in[1], shape...), eps, len(shape))
	})
}

func meanVarianceNorm(c *call) trace.Value {
	c.arg(0)
	axes := c.ints("axes")
	if len(axes) == 0 {
		axes = []int{0, 2, 3}
	}
	return c.layer(trace.KindNorm+".mean_variance", noBias, func(in []trace.Value) trace.Value {
		x := in[0]
		axes := axesOf(axes, x.Rank())
		centered := fn.Sub(x, keeping(fn.Mean, x, axes))
		deviation := fn.Sqrt(keeping(fn.Mean, fn.Square(centered), axes))
		return fn.Div(centered, fn.Add(deviation, fn.Scalar(1e-9)))
	})
}

func lpNormalization(c *call) trace.Value {
	c.arg(0)
	p := float64(c.int("p", 2))
	return c.layer(trace.KindNorm+".lp", noBias, func(in []trace.Value) trace.Value {
		at := axis(c.int("axis", -1), in[0].Rank())
		return fn.Div(in[0], lpNorm(in[0], []int{at}, p, true))
	})
}

// lrn divides by a power of the sum of squares over neighboring channels.
func lrn(c *call) trace.Value {
	c.arg(0)
	size := c.int("size", 1)
	alpha, beta, bias := c.real("alpha", float64(float32(0.0001))), c.real("beta", 0.75), c.real("bias", 1)
	return c.layer(trace.KindResponseNorm, noBias, func(in []trace.Value) trace.Value {
		return fn.LocalResponseNorm(in[0], size, alpha, beta, bias)
	})
}
