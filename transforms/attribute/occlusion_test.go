package attribute_test

import (
	"fmt"
	"testing"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/trace"
	"github.com/pullback-go/pullback/transforms/attribute"
	"github.com/pullback-go/pullback/transforms/lawtest"
)

// plainOcclusion is occlusion of x[n c l] in plain loops, for windows and strides along c
// and l.
func plainOcclusion(f func(Value) Value, x Value, window, stride [2]int, fill []float64, invert, wrap bool) Value {
	s := x.Shape()
	n, c, l := s[0], s[1], s[2]
	data, out := x.Float64s(), make([]float64, x.Size())
	within := func(i, from, window, length int) bool {
		if wrap {
			return (i-from+length)%length < window
		}
		return i >= from && i < from+window
	}
	for p := 0; p < c; p += stride[0] {
		for q := 0; q < l; q += stride[1] {
			inside := func(i int) bool { return within(i/l%c, p, window[0], c) && within(i%l, q, window[1], l) }
			seen := append([]float64{}, data...)
			for i := range seen {
				if inside(i) == invert {
					seen[i] = fill[i]
				}
			}
			y := f(trace.New(seen, s...)).Float64s()
			for i := range out {
				for k := range len(y) / n {
					if inside(i) {
						out[i] += y[i/(c*l)*(len(y)/n)+k]
					}
				}
			}
		}
	}
	return trace.New(out, s...)
}

func TestOcclusion(t *testing.T) {
	r := lawtest.Rand("occlusion")
	w := lawtest.Normal().Value(r, trace.TypeOf(trace.Float64, 4, 15))
	x := lawtest.Normal().Value(r, trace.TypeOf(trace.Float64, 2, 3, 5))
	f := func(x Value) Value { return smooth(x, w) }
	for _, c := range []struct {
		config         attribute.OcclusionConfig
		window, stride [2]int
	}{
		{attribute.OcclusionConfig{}, [2]int{3, 5}, [2]int{3, 5}},
		{attribute.OcclusionConfig{Window: []int{2}}, [2]int{2, 2}, [2]int{2, 2}},
		{attribute.OcclusionConfig{Window: []int{4}, Stride: []int{2}}, [2]int{3, 4}, [2]int{2, 2}},
		{attribute.OcclusionConfig{Window: []int{2}, Stride: []int{9}}, [2]int{2, 2}, [2]int{3, 5}},
		{attribute.OcclusionConfig{Window: []int{2, 4}, Stride: []int{1, 3}}, [2]int{2, 4}, [2]int{1, 3}},
		{attribute.OcclusionConfig{Window: []int{1, 2}}, [2]int{1, 2}, [2]int{1, 2}},
	} {
		for _, invert := range []bool{false, true} {
			for _, wrap := range []bool{false, true} {
				for fill, fillWith := range map[string]attribute.Fill{"zeros": nil, "half": attribute.Constant(0.5), "mean": attribute.SampleMean} {
					c.config.Invert, c.config.Wrap, c.config.Fill = invert, wrap, fillWith
					t.Run(fmt.Sprintf("%v/%v/invert=%v/wrap=%v/%s", c.window, c.stride, invert, wrap, fill), func(t *testing.T) {
						values := make([]float64, x.Size())
						if fillWith != nil {
							values = fn.BroadcastTo(fillWith(x), 2, 3, 5).Float64s()
						}
						got := attribute.Occlusion(f, attribute.Output, c.config)(x)
						lawtest.Close(t, got, plainOcclusion(f, x, c.window, c.stride, values, invert, wrap), 1e-13)
					})
				}
			}
		}
	}
}

// TestOcclusionOfLastAxes checks that a list shorter than the axes leaves the other axes
// whole.
func TestOcclusionOfLastAxes(t *testing.T) {
	x := lawtest.Normal().Value(lawtest.Rand("axes"), trace.TypeOf(trace.Float64, 2, 3, 4, 5))
	score := func(x Value) Value { return fn.Sum(fn.Square(x), 1, 2, 3) }
	short := attribute.Occlusion(score, attribute.Output, attribute.OcclusionConfig{Window: []int{2, 3}, Stride: []int{1, 2}})(x)
	full := attribute.Occlusion(score, attribute.Output, attribute.OcclusionConfig{Window: []int{3, 2, 3}, Stride: []int{3, 1, 2}})(x)
	lawtest.Close(t, short, full, 0)
	channels := fn.Sub(short, fn.BroadcastTo(rows(short, 1, 0), x.Shape()...))
	lawtest.Close(t, channels, fn.ZerosLike(x), 0) // all channels are in every window
}

func TestOcclusionErrors(t *testing.T) {
	x := fn.Ones(trace.TypeOf(trace.Float64, 2, 3, 5))
	made := func(c attribute.OcclusionConfig) func() {
		return func() { attribute.Occlusion(cubes, attribute.Ones, c) }
	}
	apply := func(target attribute.Target, x Value, window, stride []int) func() {
		return func() {
			attribute.Occlusion(cubes, target, attribute.OcclusionConfig{Window: window, Stride: stride})(x)
		}
	}
	for want, f := range map[string]func(){
		"attribute.Occlusion: Window is [2 0]: every entry is at least 1": made(attribute.OcclusionConfig{Window: []int{2, 0}}),
		"attribute.Occlusion: Stride is [-1]: every entry is at least 1":  made(attribute.OcclusionConfig{Stride: []int{-1}}),
		"attribute.Occlusion: Chunk is -1: use the number of copies of the input to compute at once, or 0 to have it chosen": made(
			attribute.OcclusionConfig{Chunk: -1}),
		"attribute.Occlusion: Window is [3 6], but axis 2 of the input f64[2 3 5] has 5 elements: make it shorter, or give one entry, which is cut to each axis": apply(
			attribute.Ones, x, []int{3, 6}, nil),
		"attribute.Occlusion: Stride is [1 1 1], with more entries than the input f64[2 3 5] has axes beside the batch": apply(
			attribute.Ones, x, []int{3}, []int{1, 1, 1}),
		"attribute.Occlusion: the input f64[2] has no axis beside the batch, axis 0: want x[n ...]": apply(
			attribute.Ones, fn.Ones(trace.TypeOf(trace.Float64, 2)), nil, nil),
		"attribute.Occlusion: the target is f64[] for the input f64[2 3 5]: want one row for each of the 2 samples": apply(
			fn.SumAll, x, nil, nil),
	} {
		wantError(t, f, want)
	}
}
