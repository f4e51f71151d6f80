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
	return c.layer(trace.KindNorm+".instance", 2, func(in []trace.Value) trace.Value {
		x := in[0]
		if x.Rank() < 3 {
			panic(trace.Errorf("%v has no spatial axes to normalize over", x.Type()))
		}
		y := fn.LayerNorm(x, trace.Value{}, trace.Value{}, eps, x.Rank()-2)
		return fn.Add(fn.Mul(y, alongChannels(in[1], x)), alongChannels(in[2], x))
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
		if len(in) > 2 && !in[2].IsAbsent() {
			bias = fn.BroadcastTo(in[2], shape...)
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

// groupNorm has a scale and a bias for each channel, or before opset 21 for each group.
func groupNorm(c *call) trace.Value {
	groups, eps := c.int("num_groups", 1), c.real("epsilon", float64(float32(1e-5)))
	c.arg(2)
	return c.layer(trace.KindGroupNorm, 2, func(in []trace.Value) trace.Value {
		x := in[0]
		if x.Rank() < 2 || groups < 1 || x.Shape()[1]%groups != 0 {
			panic(trace.Errorf("%d groups do not divide the channels of %v", groups, x.Type()))
		}
		shape := x.Shape()
		grouped := fn.Reshape(x, append([]int{shape[0], groups, shape[1] / groups}, shape[2:]...)...)
		y := fn.LayerNorm(grouped, trace.Value{}, trace.Value{}, eps, grouped.Rank()-2)
		if c.version < 21 {
			return fn.Reshape(fn.Add(fn.Mul(y, alongChannels(in[1], y)), alongChannels(in[2], y)), shape...)
		}
		y = fn.Reshape(y, shape...)
		return fn.Add(fn.Mul(y, alongChannels(in[1], y)), alongChannels(in[2], y))
	})
}

// rmsNorm divides by the root of the mean square over the axes from one on.
func rmsNorm(c *call) trace.Value {
	at := axis(c.int("axis", -1), c.arg(0).Rank())
	eps := c.real("epsilon", float64(float32(1e-5)))
	c.arg(1)
	return c.layer(trace.KindNorm+".rms", noBias, func(in []trace.Value) trace.Value {
		var axes []int
		for i := at; i < in[0].Rank(); i++ {
			axes = append(axes, i)
		}
		square := keeping(fn.Mean, fn.Square(in[0]), axes)
		return fn.Mul(fn.Mul(in[0], fn.Rsqrt(fn.Add(square, fn.Scalar(eps)))), in[1])
	})
}

func meanVarianceNorm(c *call) trace.Value {
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
	p := float64(c.int("p", 2))
	return c.layer(trace.KindNorm+".lp", noBias, func(in []trace.Value) trace.Value {
		at := axis(c.int("axis", -1), in[0].Rank())
		return fn.Div(in[0], lpNorm(in[0], []int{at}, p, true))
	})
}

// lrn divides by a power of the sum of squares over neighboring channels.
func lrn(c *call) trace.Value {
	size := c.int("size", 1)
	alpha, beta, bias := c.real("alpha", float64(float32(0.0001))), c.real("beta", 0.75), c.real("bias", 1)
	return c.layer(trace.KindNorm+".local_response", noBias, func(in []trace.Value) trace.Value {
		x := in[0]
		if x.Rank() < 2 || size < 1 {
			panic(trace.Errorf("%v and size %d: want an axis of channels and a size above 0", x.Type(), size))
		}
		shape := x.Shape()
		rows := fn.Reshape(fn.Square(x), shape[0], 1, shape[1], -1)
		low := (size - 1) / 2
		w := window{kernel: []int{size, 1}, stride: []int{1, 1}, dilation: []int{1, 1}}
		sums := w.sums(fn.Pad(rows, fn.PadConfig{Low: []int{0, 0, low, 0}, High: []int{0, 0, size - 1 - low, 0}}))
		divisor := fn.PowScalar(fn.Add(fn.Mul(sums, fn.Scalar(alpha/float64(size))), fn.Scalar(bias)), beta)
		return fn.Div(x, fn.Reshape(divisor, slices.Clone(shape)...))
	})
}
