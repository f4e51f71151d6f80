package fn_test

import (
	"slices"
	"testing"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/trace"
)

// Every part of a repeated array equals that part of the whole.
func TestSpread(t *testing.T) {
	for _, c := range []struct {
		x, shape, axes []int
	}{
		{nil, []int{7}, nil}, {nil, nil, nil}, {[]int{1}, []int{2, 3}, []int{1}}, {[]int{3}, []int{2, 3, 4, 5}, []int{1}}, {[]int{5}, []int{2, 3, 5}, []int{2}},
		{[]int{2}, []int{2, 3, 5}, []int{0}}, {[]int{3, 5}, []int{2, 3, 4, 5}, []int{1, 3}}, {[]int{3, 1}, []int{2, 3, 1}, []int{1, 2}},
		{[]int{2, 1, 5}, []int{2, 1, 3, 5}, []int{0, 1, 3}}, {[]int{1, 5}, []int{2, 1, 5}, []int{1, 2}}, {[]int{4, 3, 1, 1}, []int{4, 3, 2, 5}, []int{0, 1, 2, 3}},
	} {
		size := 1
		for _, n := range c.x {
			size *= n
		}
		x := fn.Cast(fn.IotaLike(fn.Zeros(trace.TypeOf(trace.Float32)), trace.TypeOf(trace.Float32, size), 0), trace.Float32)
		x = fn.Reshape(x, c.x...)
		p := trace.Record(func(in []trace.Value) []trace.Value {
			return []trace.Value{fn.BroadcastIn(in[0], c.shape, c.axes...)}
		}, []trace.Type{x.Type()})
		if len(p.Eqns) == 0 {
			continue
		}
		whole := trace.Data[float32](p.Apply(x)[0])
		for from := range whole {
			for n := 1; n <= len(whole)-from; n++ {
				part := trace.NewArray(trace.TypeOf(trace.Float32, n))
				p.Eqns[0].Op.(trace.Spreader).Spread(x.Array(), part, from)
				if got := trace.Elems[float32](part); !slices.Equal(got, whole[from:from+n]) {
					t.Fatalf("%v to %v along %v: %d elements from %d are %v, want %v", c.x, c.shape, c.axes, n, from, got, whole[from:from+n])
				}
			}
		}
	}
}
