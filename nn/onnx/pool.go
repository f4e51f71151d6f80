package onnx

import (
	"math"
	"slices"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/trace"
)

var poolOperators = map[string]operator{
	"MaxPool":     {run: maxPool},
	"AveragePool": one(averagePool),
	"LpPool":      one(lpPool),
	"GlobalAveragePool": one(func(c *call) trace.Value {
		return c.layer(trace.KindAvgPool.WithRank(c.arg(0).Rank()-2), noBias, globalAverage)
	}),
	"GlobalMaxPool": one(func(c *call) trace.Value {
		return c.layer(trace.KindMaxPool.WithRank(c.arg(0).Rank()-2), noBias, func(in []trace.Value) trace.Value {
			return keeping(fn.Max, in[0], spatialAxes(in[0]))
		})
	}),
	"GlobalLpPool": one(func(c *call) trace.Value {
		x := c.arg(0)
		return lpNorm(x, spatialAxes(x), float64(c.int("p", 2)), true)
	}),
}

// spatialAxes returns the axes of x[n c s...] after the channels.
func spatialAxes(x trace.Value) []int {
	var axes []int
	for i := 2; i < x.Rank(); i++ {
		axes = append(axes, i)
	}
	return axes
}

func globalAverage(in []trace.Value) trace.Value {
	x := in[0]
	if n := x.Rank() - 2; n >= 1 && n <= 3 {
		return fn.AdaptiveAvgPool(x, slices.Repeat([]int{1}, n)...)
	}
	return keeping(fn.Mean, x, spatialAxes(x))
}

// rounded returns how far a window has to reach beyond the end of each axis so that the
// last one is whole: ceil_mode admits a last window that begins inside of the array or of
// the padding before it.
func (w window) rounded(x trace.Value) []int {
	extra := make([]int, len(w.kernel))
	for i, n := range x.Shape()[2:] {
		length := n + w.low[i] + w.high[i]
		reach := (w.kernel[i]-1)*w.dilation[i] + 1
		outputs := (length-reach+w.stride[i]-1)/w.stride[i] + 1
		if (outputs-1)*w.stride[i] >= n+w.low[i] {
			outputs--
		}
		extra[i] = max((outputs-1)*w.stride[i]+reach-length, 0)
	}
	return extra
}

// simple reports whether fn's poolings have a window: they pad alike at both ends, by at
// most half of it.
func (w window) simple() bool {
	for i := range w.kernel {
		if w.low[i] != w.high[i] || w.low[i] > w.kernel[i]/2 {
			return false
		}
	}
	return true
}

func (c *call) poolWindow(x trace.Value) window {
	w := c.windowOf(x, c.ints("kernel_shape"))
	for i := range w.kernel {
		if w.kernel[i] < 1 || w.stride[i] < 1 || w.dilation[i] < 1 {
			panic(trace.Errorf("kernel_shape %v, strides %v, dilations %v: want numbers above 0", w.kernel, w.stride, w.dilation))
		}
	}
	return w
}

func maxPool(c *call) []trace.Value {
	x := c.arg(0)
	w := c.poolWindow(x)
	ceil := c.int("ceil_mode", 0) != 0
	config := fn.MaxPoolConfig{Kernel: w.kernel, Stride: w.stride, Padding: w.low, Dilation: w.dilation, CeilMode: ceil}
	pad := fn.PadConfig{}
	if !w.simple() || c.set("auto_pad") {
		pad = w.border(x, ceil, math.Inf(-1))
		config.Padding, config.CeilMode = nil, false
	}
	pool := func(in []trace.Value) trace.Value {
		if len(pad.Low) == 0 {
			return fn.MaxPool(in[0], config)
		}
		return fn.MaxPool(fn.Pad(in[0], pad), config)
	}
	y := x
	if x.DType().IsFloat() {
		y = c.layer(trace.KindMaxPool.WithRank(len(w.kernel)), noBias, pool)
	} else { // integers up to 2⁵³ are exact in float64
		y = fn.Cast(pool([]trace.Value{fn.Cast(x, trace.Float64)}), x.DType())
	}
	if len(c.out) < 2 || c.out[1] == "" {
		return []trace.Value{y}
	}
	if len(pad.Low) > 0 {
		panic(trace.Errorf("its second output, the indices, is not supported with pads %v and %v", w.low, w.high))
	}
	return []trace.Value{y, c.poolIndices(x, config)}
}

// poolIndices returns where each maximum is in the whole array. storage_order = 1 counts
// the first spatial axis fastest.
func (c *call) poolIndices(x trace.Value, config fn.MaxPoolConfig) trace.Value {
	_, index := fn.MaxPoolIndices(x, config)
	shape := x.Shape()
	plane := 1
	for _, n := range shape[2:] {
		plane *= n
	}
	if c.int("storage_order", 0) != 0 {
		rest, stride, out := index, 1, trace.Value{}
		strides := make([]int, len(shape)-2)
		for i := range strides {
			strides[i] = stride
			stride *= shape[i+2]
		}
		for i := len(shape) - 1; i >= 2; i-- {
			n := fn.Scalar(float64(shape[i]))
			part := fn.Mul(fn.Rem(rest, n), fn.Scalar(float64(strides[i-2])))
			if rest = fn.Div(rest, n); out.IsAbsent() {
				out = part
			} else {
				out = fn.Add(out, part)
			}
		}
		index = out
	}
	planes := fn.Reshape(fn.Iota(trace.TypeOf(trace.Int64, shape[0]*shape[1]), 0), append([]int{shape[0], shape[1]}, slices.Repeat([]int{1}, len(shape)-2)...)...)
	return fn.Add(index, fn.Mul(planes, fn.Scalar(float64(plane))))
}

// border returns what to put around x so that windows need no padding.
func (w window) border(x trace.Value, ceil bool, value float64) fn.PadConfig {
	pad := fn.PadConfig{Low: append([]int{0, 0}, w.low...), High: append([]int{0, 0}, w.high...), Value: value}
	if ceil {
		for i, n := range w.rounded(x) {
			pad.High[i+2] += n
		}
	}
	return pad
}

// averagePool is fn's where that has the window. Otherwise it averages over a border of
// zeros, and corrects the divisor.
func averagePool(c *call) trace.Value {
	x := c.arg(0)
	w := c.poolWindow(x)
	ceil, include := c.int("ceil_mode", 0) != 0, c.int("count_include_pad", 0) != 0
	kind := trace.KindAvgPool.WithRank(len(w.kernel))
	dilated := slices.ContainsFunc(w.dilation, func(d int) bool { return d != 1 })
	if w.simple() && !dilated {
		config := fn.AvgPoolConfig{Kernel: w.kernel, Stride: w.stride, Padding: w.low, CeilMode: ceil, ExcludePadding: !include}
		return c.layer(kind, noBias, func(in []trace.Value) trace.Value { return fn.AvgPool(in[0], config) })
	}
	border := w.border(x, ceil, 0)
	counts := w.counts(x, border, include)
	return c.layer(kind, noBias, func(in []trace.Value) trace.Value {
		return fn.Div(w.sums(fn.Pad(in[0], border)), fn.Cast(counts, in[0].DType()))
	})
}

// sums adds up windows of x, which need no padding, by a convolution of each channel with
// ones.
func (w window) sums(x trace.Value) trace.Value {
	n, channels := x.Shape()[0], x.Shape()[1]
	folded := fn.Reshape(x, append([]int{n * channels, 1}, x.Shape()[2:]...)...)
	ones := fn.Ones(trace.TypeOf(x.DType(), append([]int{1, 1}, w.kernel...)...))
	y := fn.Conv(folded, ones, fn.ConvConfig{Stride: w.stride, Dilation: w.dilation})
	return fn.Reshape(y, append([]int{n, channels}, y.Shape()[2:]...)...)
}

// counts returns the number of elements in each window that count in its mean.
func (w window) counts(x trace.Value, border fn.PadConfig, include bool) trace.Value {
	inside := append([]int{1, 1}, x.Shape()[2:]...)
	ones := fn.PadConfig{Low: border.Low, High: slices.Clone(border.High)}
	if include {
		for i := range w.kernel {
			inside[i+2] += w.low[i] + w.high[i]
			ones.High[i+2] -= w.high[i]
		}
		ones.Low = make([]int, len(border.Low))
	}
	return w.sums(fn.Pad(fn.Ones(trace.TypeOf(trace.Float64, inside...)), ones))
}

// lpPool is the p-norm of each window.
func lpPool(c *call) trace.Value {
	x := c.arg(0)
	w, p := c.poolWindow(x), float64(c.int("p", 2))
	powers := fn.PowScalar(fn.Abs(x), p)
	return fn.PowScalar(w.sums(fn.Pad(powers, w.border(x, c.int("ceil_mode", 0) != 0, 0))), 1/p)
}
