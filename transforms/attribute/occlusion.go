package attribute

import (
	"slices"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/trace"
)

// OcclusionConfig has the options of [Occlusion]. The zero value has adjacent windows of
// length 8 along each axis.
//
// Window and Stride are lists. A single entry holds for each axis of x but 0, and is cut
// to the axis' length. Several entries hold for the last axes. Along the axes before them
// there is one window, as long as the axis.
type OcclusionConfig struct {
	// Window is the length of the window along the axes; empty means 8.
	Window []int
	// Stride is the distance between neighboring windows; empty means the same as Window,
	// so that they touch.
	Stride []int
	// Fill gives the values of the occluded elements, by default 0.
	Fill Fill
	// Invert occludes the inside of the window. By default the inside is kept and the
	// rest is occluded.
	Invert bool
	// Wrap lets a window that extends beyond the end of an axis continue at its
	// beginning. By default it ends with the axis.
	Wrap bool
	// Chunk is the number of window positions to compute at once; 0 means the default of
	// the package.
	Chunk int
}

// Occlusion shows f only the inside of a window, at each position of the window in turn,
// and adds the resulting output to the elements inside:
//
//	R[n,i] = Σ_{windows ∋ i} Σ target(f(x inside of the window, Fill outside))[n],
//
// The inner sum is over all axes but 0 of the target. Windows begin at 0, Stride, 2
// Stride, ... below the length of each axis. Overlapping windows add up; nothing is
// averaged. R has the shape of x and the dtype of the target, so x may be integers, such
// as the tokens of a text. Here the target is not a cotangent but the score itself: use
// [OneHotTimesOutput] for the output of a class. With a constant target, the scores do
// not depend on x.
//
// Occlusion panics with a *trace.Error if the config is invalid, its result if the config
// does not fit x or the target keeps no batch.
//
// Zeiler and Fergus, "Visualizing and Understanding Convolutional Networks", ECCV 2014.
func Occlusion(f func(x Value) Value, target Target, c OcclusionConfig) func(x Value) Value {
	c.check()
	return func(x Value) Value {
		if x.IsAbsent() {
			panic(trace.Errorf("attribute.Occlusion: the input is absent (the zero trace.Value): was a field never set?"))
		}
		w := c.windows(x)
		fill := c.Fill.of("Occlusion", x)
		scored := func(row []Value) []Value {
			inside := w.inside(row[0], x)
			seen := fn.Where(inside, x, fill)
			if c.Invert {
				seen = fn.Where(inside, fill, x)
			}
			score := keepAxes(c.score(target(f(seen)), x), x)
			return []Value{fn.Mask(inside, fn.BroadcastTo(score, x.Shape()...))}
		}
		like := fn.FillAs(x, trace.TypeOf(c.scoreType(f, target, x), x.Shape()...), 0)
		return sumOver(scored, 1, like, []Value{w.positions(x)}, chunkOf(x, c.Chunk))[0]
	}
}

// check refuses what cannot fit any input.
func (c OcclusionConfig) check() {
	for _, list := range []struct {
		name    string
		entries []int
	}{{"Window", c.Window}, {"Stride", c.Stride}} {
		for _, n := range list.entries {
			if n < 1 {
				panic(trace.Errorf("attribute.Occlusion: %s is %v: every entry is at least 1", list.name, list.entries))
			}
		}
	}
	checkChunk("Occlusion", c.Chunk)
}

// scoreType returns the dtype of the target's value, which is the dtype of the scores.
func (c OcclusionConfig) scoreType(f func(x Value) Value, target Target, x Value) trace.DType {
	p := trace.Record(func(in []Value) []Value { return []Value{target(f(in[0]))} }, []trace.Type{x.Type()})
	return p.Types[p.Out[0]].DType
}

// score adds up the target's value of each sample.
func (c OcclusionConfig) score(t, x Value) Value {
	if t.DType() == trace.Bool {
		panic(trace.Errorf("attribute.Occlusion: the target is %v: scores are numbers that are added up; use fn.Cast", t.Type()))
	}
	if t.Rank() == 0 || t.Dim(0) != x.Dim(0) {
		panic(trace.Errorf("attribute.Occlusion: the target is %v for the input %v: want one row for each of the %d samples", t.Type(), x.Type(), x.Dim(0)))
	}
	return perSample(t)
}

// occlusionWindows has a length and a stride for each axis but 0.
type occlusionWindows struct {
	length, stride []int
	wrap           bool
}

func (c OcclusionConfig) windows(x Value) occlusionWindows {
	if x.Rank() < 2 {
		panic(trace.Errorf("attribute.Occlusion: the input %v has no axis beside the batch, axis 0: want x[n ...]", x.Type()))
	}
	window, stride := c.Window, c.Stride
	if len(window) == 0 {
		window = []int{8}
	}
	if len(stride) == 0 {
		stride = window
	}
	w := occlusionWindows{perAxis("Window", window, x), perAxis("Stride", stride, x), c.Wrap}
	for i, n := range x.Shape()[1:] {
		if w.length[i] > n {
			panic(trace.Errorf("attribute.Occlusion: Window is %v, but axis %d of the input %v has %d elements: make it shorter, or give one entry, which is cut to each axis",
				window, i+1, x.Type(), n))
		}
	}
	return w
}

// perAxis completes a list to an entry for each axis of x but 0.
func perAxis(name string, list []int, x Value) []int {
	out := slices.Clone(x.Shape()[1:])
	switch others := len(out) - len(list); {
	case len(list) == 1:
		for i, n := range out {
			out[i] = min(n, list[0])
		}
	case others < 0:
		panic(trace.Errorf("attribute.Occlusion: %s is %v, with more entries than the input %v has axes beside the batch", name, list, x.Type()))
	default:
		copy(out[others:], list)
	}
	return out
}

// positions returns where windows begin, one row of indices for each window.
func (w occlusionWindows) positions(x Value) Value {
	rows := [][]int64{{}}
	for i, n := range x.Shape()[1:] {
		var next [][]int64
		for _, row := range rows {
			for at := 0; at < n; at += w.stride[i] {
				next = append(next, append(slices.Clone(row), int64(at)))
			}
		}
		rows = next
	}
	return trace.New(slices.Concat(rows...), len(rows), len(w.stride))
}

// inside is true in the window that begins at the given position, and has the shape of x
// without axis 0.
func (w occlusionWindows) inside(at, x Value) Value {
	shape := x.Shape()[1:]
	var inside Value
	for axis, n := range shape {
		from := fn.Sub(fn.IotaLike(at, trace.TypeOf(trace.Int64, n), 0), fn.Index(at, axis))
		if w.wrap {
			from = fn.Rem(fn.Add(from, fn.Scalar(float64(n))), fn.Scalar(float64(n)))
		}
		along := fn.And(fn.GreaterEqual(from, fn.Scalar(0)), fn.Less(from, fn.Scalar(float64(w.length[axis]))))
		along = fn.BroadcastIn(along, shape, axis)
		if axis > 0 {
			along = fn.And(inside, along)
		}
		inside = along
	}
	return inside
}
