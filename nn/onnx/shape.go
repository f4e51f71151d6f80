package onnx

import (
	"math"
	"slices"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/trace"
)

var shapeOperators = map[string]operator{
	"Reshape":      one(reshape).known(1),
	"Flatten":      one(flatten),
	"Transpose":    one(transpose),
	"Squeeze":      one(squeeze).known(1),
	"Unsqueeze":    one(unsqueeze).known(1),
	"Concat":       one(concat),
	"Split":        {run: split, numbers: []int{1}},
	"Slice":        one(slice).known(1, 2, 3, 4),
	"Expand":       one(expand).known(1),
	"Tile":         one(tile).known(1, 2),
	"Pad":          one(pad).known(1, 2, 3),
	"DepthToSpace": one(depthToSpace),
	"SpaceToDepth": one(func(c *call) trace.Value { return fn.SpaceToDepth(c.arg(0), c.int("blocksize", 1)) }),
	"Trilu":        one(trilu).known(1),
	"Shape":        one(shapeOf),
	"Size":         one(func(c *call) trace.Value { return trace.Scalar(int64(c.arg(0).Size())) }),
	"ReverseSequence": one(func(c *call) trace.Value {
		return reverseSequence(c.arg(0), c.arg(1), c.int("batch_axis", 1), c.int("time_axis", 0))
	}),
}

// reshape copies a length that is given as 0, unless the node says that 0 means 0.
func reshape(c *call) trace.Value {
	x := c.arg(0)
	shape := slices.Clone(c.ints("shape"))
	if c.has(1) {
		shape = c.numbers(1, "the shape")
	}
	for i, n := range shape {
		if n == 0 && c.int("allowzero", 0) == 0 {
			if i >= x.Rank() {
				panic(trace.Errorf("the shape %v copies the length of axis %d, which %v has not", shape, i, x.Type()))
			}
			shape[i] = x.Shape()[i]
		}
	}
	return fn.Reshape(x, shape...)
}

func flatten(c *call) trace.Value {
	x := c.arg(0)
	at := c.int("axis", 1)
	if at < 0 {
		at += x.Rank()
	}
	return flattened(x, at)
}

func transpose(c *call) trace.Value {
	x := c.arg(0)
	perm := c.ints("perm")
	if len(perm) == 0 {
		for i := x.Rank() - 1; i >= 0; i-- {
			perm = append(perm, i)
		}
	}
	return fn.Transpose(x, perm...)
}

// axesOperand returns the axes of a node, an attribute or an operand.
func (c *call) axesOperand(i int) (axes []int, given bool) {
	if c.has(i) {
		return c.numbers(i, "the axes"), true
	}
	return c.ints("axes"), c.set("axes")
}

func squeeze(c *call) trace.Value {
	x := c.arg(0)
	axes, given := c.axesOperand(1)
	if !given {
		for i, n := range x.Shape() {
			if n == 1 {
				axes = append(axes, i)
			}
		}
	}
	if len(axes) == 0 {
		return x
	}
	return fn.Squeeze(x, axes...)
}

func unsqueeze(c *call) trace.Value {
	x := c.arg(0)
	axes, _ := c.axesOperand(1)
	axes = axesOf(axes, x.Rank()+len(axes))
	slices.Sort(axes)
	shape := slices.Clone(x.Shape())
	for i, a := range axes {
		if i > 0 && axes[i-1] == a {
			panic(trace.Errorf("the axes %v name one twice", axes))
		}
		shape = slices.Insert(shape, a, 1)
	}
	return fn.Reshape(x, shape...)
}

func concat(c *call) trace.Value {
	at := c.int("axis", 0)
	if c.version < 4 && !c.set("axis") {
		at = 1
	}
	var parts []trace.Value
	for i := range c.in {
		parts = append(parts, c.arg(i))
	}
	if len(parts) == 0 {
		panic(trace.Errorf("it has no operands"))
	}
	return fn.Concat(axis(at, parts[0].Rank()), parts...)
}

// split cuts into parts of given lengths, or else of equal ones; the last may be shorter.
func split(c *call) []trace.Value {
	x := c.arg(0)
	at := axis(c.int("axis", 0), x.Rank())
	n := x.Shape()[at]
	lengths := c.ints("split")
	if c.has(1) {
		lengths = c.numbers(1, "the lengths")
	}
	if len(lengths) == 0 {
		parts := max(c.int("num_outputs", len(c.out)), 1)
		if parts > max(n, len(c.out)) {
			panic(trace.Errorf("num_outputs is %d, and the node has %d outputs", parts, len(c.out)))
		}
		each := (n + parts - 1) / parts
		for i := range parts {
			lengths = append(lengths, max(min(each, n-i*each), 0))
		}
	}
	var out []trace.Value
	start := 0
	for _, length := range lengths {
		if length < 0 || length > n-start {
			panic(trace.Errorf("the lengths %v do not add up to the %d of axis %d", lengths, n, at))
		}
		out = append(out, between(x, at, start, start+length))
		start += length
	}
	return out
}

// between returns the elements from start to stop along an axis.
func between(x trace.Value, axis, start, stop int) trace.Value {
	return fn.Slice(x, sliceAlong(x, axis, start, stop, 1))
}

// sliceAlong is a slice along one axis, with bounds from 0 to its length.
func sliceAlong(x trace.Value, axis, start, stop, step int) fn.SliceConfig {
	s := fn.SliceConfig{}
	for i, n := range x.Shape() {
		s.Start, s.Stop, s.Step = append(s.Start, 0), append(s.Stop, n), append(s.Step, 1)
		if i == axis {
			s.Start[i], s.Stop[i], s.Step[i] = start, stop, step
		}
	}
	return s
}

func slice(c *call) trace.Value {
	x := c.arg(0)
	starts, ends, axes := c.ints("starts"), c.ints("ends"), c.ints("axes")
	var steps []int
	if c.has(1) {
		starts, ends = c.numbers(1, "the starts"), c.numbers(2, "the ends")
	}
	if c.has(3) {
		axes = c.numbers(3, "the axes")
	}
	if c.has(4) {
		steps = c.numbers(4, "the steps")
	}
	if len(axes) == 0 {
		for i := range starts {
			axes = append(axes, i)
		}
	}
	if len(starts) != len(axes) || len(ends) != len(axes) || len(steps) != 0 && len(steps) != len(axes) {
		panic(trace.Errorf("starts %v, ends %v, axes %v, steps %v: want lists of one length", starts, ends, axes, steps))
	}
	s := sliceAlong(x, -1, 0, 0, 1)
	for i, a := range axesOf(axes, x.Rank()) {
		s.Start[a], s.Stop[a] = starts[i], ends[i]
		if len(steps) > 0 {
			s.Step[a] = steps[i]
		}
		n := x.Shape()[a]
		s.Start[a], s.Stop[a] = bounded(starts[i], n), bounded(ends[i], n)
		if s.Step[a] < 0 && s.Stop[a] < -n {
			s.Stop[a] = fn.Begin
		}
	}
	return fn.Slice(x, s)
}

// bounded keeps a bound that means "to the end" within what fn.Slice takes for a bound,
// not for a constant of its own.
func bounded(i, n int) int { return min(max(i, -n-1), n) }

func expand(c *call) trace.Value {
	x, shape := c.arg(0), c.numbers(1, "the shape")
	full, err := fn.BroadcastShapes(x.Shape(), shape)
	if err != nil {
		panic(trace.Errorf("%w", err))
	}
	c.grows(full)
	return fn.BroadcastTo(x, full...)
}

func tile(c *call) trace.Value {
	x := c.arg(0)
	counts := c.numbers(1, "the counts")
	if c.version < 6 { // tiles and axis
		at := axis(c.integer(2, "the axis"), x.Rank())
		one := slices.Repeat([]int{1}, x.Rank())
		one[at] = c.integer(1, "the count")
		counts = one
	}
	if len(counts) != x.Rank() {
		panic(trace.Errorf("there are %d counts, want one for each axis of %v", len(counts), x.Type()))
	}
	full := slices.Clone(x.Shape())
	for i, n := range counts {
		if n < 0 {
			panic(trace.Errorf("the counts %v: want none below 0", counts))
		}
		if n > 0 && full[i] > math.MaxInt/n {
			panic(trace.Errorf("the counts %v make too large an array of %v", counts, x.Type()))
		}
		full[i] *= n
	}
	c.grows(full)
	return fn.Tile(x, counts...)
}

func pad(c *call) trace.Value {
	x := c.arg(0)
	pads, value := c.ints("pads"), c.real("value", 0)
	if c.version < 2 {
		pads = c.ints("paddings")
	}
	if c.has(1) {
		pads = c.numbers(1, "the pads")
	}
	if c.has(2) {
		value = c.element(2, "the value")
	}
	var axes []int
	for i := range x.Rank() {
		axes = append(axes, i)
	}
	if c.has(3) {
		axes = axesOf(c.numbers(3, "the axes"), x.Rank())
	}
	if len(pads) != 2*len(axes) {
		panic(trace.Errorf("there are %d pads, want two for each of %d axes", len(pads), len(axes)))
	}
	config := fn.PadConfig{Low: make([]int, x.Rank()), High: make([]int, x.Rank()), Value: value}
	shape := slices.Clone(x.Shape())
	for i, a := range axes {
		config.Low[a], config.High[a] = pads[i], pads[i+len(axes)]
		shape[a] += config.Low[a] + config.High[a]
	}
	c.grows(shape)
	switch mode := c.text("mode", "constant"); mode {
	case "constant":
	case "reflect":
		config.Mode = fn.PadReflect
	case "edge":
		config.Mode = fn.PadEdge
	case "wrap":
		config.Mode = fn.PadWrap
	default:
		panic(trace.Errorf("the mode is %s: want constant, reflect, edge or wrap", quote(mode)))
	}
	return fn.Pad(x, config)
}

func trilu(c *call) trace.Value {
	k := 0
	if c.has(1) {
		k = c.integer(1, "the diagonal")
	}
	if c.int("upper", 1) != 0 {
		return fn.Triu(c.arg(0), k)
	}
	return fn.Tril(c.arg(0), k)
}

// shapeOf returns some of the lengths, all by default. Bounds outside of them are moved
// to the border.
func shapeOf(c *call) trace.Value {
	shape := c.arg(0).Shape()
	n := len(shape)
	bound := func(i int) int {
		if i < 0 {
			i += n
		}
		return min(max(i, 0), n)
	}
	start, end := bound(c.int("start", 0)), bound(c.int("end", n))
	return vectorOf(shape[start:max(start, end)])
}

func depthToSpace(c *call) trace.Value {
	if c.text("mode", "DCR") == "CRD" {
		return fn.PixelShuffle(c.arg(0), c.int("blocksize", 1))
	}
	return fn.DepthToSpace(c.arg(0), c.int("blocksize", 1))
}

// reverseSequence turns around the first elements of each sequence, as many as it is
// long.
func reverseSequence(x, lengths trace.Value, batch, time int) trace.Value {
	batch, time = axis(batch, x.Rank()), axis(time, x.Rank())
	if batch == time || lengths.Rank() != 1 || lengths.Shape()[0] != x.Shape()[batch] {
		panic(trace.Errorf("%v and lengths %v: want a length for each element of axis %d, and another axis for time", x.Type(), lengths.Type(), batch))
	}
	shape := slices.Repeat([]int{1}, x.Rank())
	shape[batch] = x.Shape()[batch]
	n := fn.Reshape(fn.Cast(lengths, trace.Int64), shape...)
	steps := fn.Iota(trace.TypeOf(trace.Int64, x.Shape()...), time)
	at := fn.Where(fn.Less(steps, n), fn.Sub(fn.Sub(n, fn.Scalar(1)), steps), steps)
	return fn.TakeAlong(x, at, time)
}
