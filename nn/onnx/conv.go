package onnx

import (
	"math"
	"slices"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/trace"
)

var convOperators = map[string]operator{
	"Conv":          one(conv).layered(),
	"ConvTranspose": one(convTranspose).layered(),
}

// window is the geometry of a convolution or a pooling along its spatial axes.
type window struct {
	kernel, stride, dilation, low, high []int
}

// windowOf reads the attributes of a node whose window has a kernel, for x[n c s...].
func (c *call) windowOf(x trace.Value, kernel []int) window {
	c.grows([]int{math.MaxInt}) // by pads and strides, as they like
	rank := x.Rank() - 2
	if rank < 1 || len(kernel) != rank {
		panic(trace.Errorf("the kernel %v does not fit: the operand has %d axes, want two and one for each of the kernel's", kernel, x.Rank()))
	}
	w := window{kernel: kernel, stride: c.perAxis("strides", rank, 1), dilation: c.perAxis("dilations", rank, 1)}
	pads := c.perAxis("pads", 2*rank, 0)
	w.low, w.high = pads[:rank:rank], pads[rank:]
	switch pad := c.text("auto_pad", "NOTSET"); pad {
	case "NOTSET", "":
	case "VALID":
		w.low, w.high = make([]int, rank), make([]int, rank)
	case "SAME_UPPER", "SAME_LOWER":
		w.low, w.high = make([]int, rank), make([]int, rank)
		for i, n := range x.Shape()[2:] {
			if w.stride[i] < 1 {
				panic(trace.Errorf("strides %v: want numbers above 0", w.stride))
			}
			outputs := (n + w.stride[i] - 1) / w.stride[i]
			total := max((outputs-1)*w.stride[i]+(kernel[i]-1)*w.dilation[i]+1-n, 0)
			w.low[i] = total / 2
			if pad == "SAME_LOWER" {
				w.low[i] = total - total/2
			}
			w.high[i] = total - w.low[i]
		}
	default:
		panic(trace.Errorf("auto_pad is %s: want NOTSET, VALID, SAME_UPPER or SAME_LOWER", quote(pad)))
	}
	return w
}

// perAxis returns a list of n numbers, all alike if the node does not have it.
func (c *call) perAxis(name string, n, otherwise int) []int {
	list := c.ints(name)
	if len(list) == 0 {
		list = make([]int, n)
		for i := range list {
			list[i] = otherwise
		}
	}
	if len(list) != n {
		panic(trace.Errorf("%s has %d numbers, want %d", name, len(list), n))
	}
	return list
}

// spatial returns the lengths of the kernel of a convolution.
func (c *call) spatial() []int {
	w := c.arg(1)
	if w.Rank() < 3 {
		panic(trace.Errorf("the weight has %d axes, want at least 3", w.Rank()))
	}
	kernel := w.Shape()[2:]
	if k := c.ints("kernel_shape"); len(k) > 0 && !slices.Equal(k, kernel) {
		panic(trace.Errorf("kernel_shape is %v, but the weight has a kernel of %v", k, kernel))
	}
	return kernel
}

// channelBias adds a bias to the channels of y[n c s...].
func channelBias(y trace.Value, in []trace.Value) trace.Value {
	if len(in) < 3 || in[2].IsAbsent() {
		return y
	}
	return fn.Add(y, alongChannels(in[2], y))
}

// alongChannels gives one element for each channel the axes of y[n c s...], so that it
// broadcasts along all others.
func alongChannels(v, y trace.Value) trace.Value {
	flat, ok := channels(v, y.Rank())
	if v.Rank() == 1 {
		flat, ok = v, true
	}
	if !ok {
		panic(trace.Errorf("%v is given for the channels of %v: want one element for each", v.Type(), y.Type()))
	}
	shape := make([]int, y.Rank()-1)
	for i := range shape {
		shape[i] = 1
	}
	shape[0] = flat.Shape()[0]
	return fn.Reshape(flat, shape...)
}

func conv(c *call) trace.Value {
	w := c.windowOf(c.arg(0), c.spatial())
	config := fn.ConvConfig{
		Stride: w.stride, Padding: w.low, PaddingHigh: w.high, Dilation: w.dilation, Groups: c.int("group", 1),
	}
	return c.layer(trace.KindConvStandard.WithRank(len(w.kernel)), 2, func(in []trace.Value) trace.Value {
		return channelBias(fn.Conv(in[0], in[1], config), in)
	})
}

// convTranspose pads alike at both ends of an axis as far as it can, and cuts off or adds
// what differs afterward.
func convTranspose(c *call) trace.Value {
	x, kernel := c.arg(0), c.spatial()
	rank := len(kernel)
	w := c.windowOf(x, kernel)
	extra := c.perAxis("output_padding", rank, 0)
	low, high := append([]int{}, w.low...), append([]int{}, w.high...)
	c.transposedPads(x, w, extra, low, high)
	config := fn.ConvTransposeConfig{Stride: w.stride, Padding: make([]int, rank), OutputPadding: make([]int, rank), Dilation: w.dilation, Groups: c.int("group", 1)}
	rest := fn.PadConfig{Low: make([]int, rank+2), High: make([]int, rank+2)}
	uneven := false
	for i := range kernel {
		config.Padding[i] = max(min(low[i], high[i]), 0)
		rest.Low[i+2], rest.High[i+2] = config.Padding[i]-low[i], config.Padding[i]-high[i]
		// What fn's padding at the end can do, it does: the layer stays one operation.
		if more := rest.High[i+2] + extra[i]; more >= 0 && more < max(w.stride[i], w.dilation[i]) {
			config.OutputPadding[i], rest.High[i+2] = more, 0
		} else {
			rest.High[i+2] = more
		}
		uneven = uneven || rest.Low[i+2] != 0 || rest.High[i+2] != 0
	}
	return c.layer(trace.KindConvTransposed.WithRank(rank), 2, func(in []trace.Value) trace.Value {
		y := fn.ConvTranspose(in[0], in[1], config)
		if uneven {
			y = fn.Pad(y, rest)
		}
		return channelBias(y, in)
	})
}

// transposedPads sets what is cut off at both ends of each axis, where the node says how
// long the result is instead.
func (c *call) transposedPads(x trace.Value, w window, extra, low, high []int) {
	shape, pad := c.ints("output_shape"), c.text("auto_pad", "NOTSET")
	same := pad == "SAME_UPPER" || pad == "SAME_LOWER"
	if len(shape) == 0 && !same {
		return
	}
	if len(shape) == len(w.kernel)+2 {
		shape = shape[2:]
	}
	if len(shape) != 0 && len(shape) != len(w.kernel) {
		panic(trace.Errorf("output_shape is %v, want %d lengths", shape, len(w.kernel)))
	}
	for i, n := range x.Shape()[2:] {
		want := n * w.stride[i]
		if len(shape) > 0 {
			want = shape[i]
		}
		total := (n-1)*w.stride[i] + (w.kernel[i]-1)*w.dilation[i] + 1 + extra[i] - want
		low[i] = total / 2
		if pad != "SAME_UPPER" {
			low[i] = total - total/2
		}
		low[i] = max(low[i], 0) // what is longer than the full result is longer at the end
		high[i] = total - low[i]
	}
}
