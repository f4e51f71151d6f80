package fn_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/trace"
	"github.com/pullback-go/pullback/transforms"
)

var scatterModes = []fn.ScatterMode{fn.ScatterSet, fn.ScatterAdd, fn.ScatterMul, fn.ScatterMax, fn.ScatterMin}

// written is what becomes of an element a to which b is written.
func written(mode fn.ScatterMode, a, b float64) float64 {
	return []float64{b, a + b, a * b, math.Max(a, b), math.Min(a, b)}[mode]
}

func TestScatterAlongAgainstLoops(t *testing.T) {
	r := rand.New(rand.NewPCG(68, 1))
	for range 300 {
		shape := shapeOf(r, 1+r.IntN(3))
		axis, mode := r.IntN(len(shape)), scatterModes[r.IntN(5)]
		shape[axis] = 1 + r.IntN(4)
		d := numbers[r.IntN(len(numbers))]
		x := whole(r, d, shape...)
		of := slices.Clone(shape)
		of[axis] = r.IntN(6)
		index, src := indices(r, shape[axis], of...), whole(r, d, of...)
		want := gridOf(x)
		eachIndex(of, func(i []int) {
			to := slices.Clone(i)
			to[axis] = int(*gridOf(index).at(i...))
			*want.at(to...) = written(mode, *want.at(to...), *gridOf(src).at(i...))
		})
		want.equals(t, fmt.Sprint("mode ", mode), fn.ScatterAlong(x, index, src, axis-len(shape), mode), 0)
	}
	b := fn.ScatterAlong(trace.New([]bool{true, false, true}), trace.New([]int64{2, 1}), trace.New([]bool{false, true}), 0, fn.ScatterSet)
	near(t, "bools", b.Float64s(), []float64{1, 1, 0}, 0)
}

// drawPlaces is an index for the first k axes after batch ones, and the shape of its slices.
func drawPlaces(r *rand.Rand, shape []int, batch, k int) (index trace.Value, lead []int) {
	lead = slices.Concat(shape[:batch], shapeOf(r, r.IntN(3)))
	g := newGrid(slices.Concat(lead, []int{k})...)
	eachIndex(g.shape, func(i []int) { *g.at(i...) = float64(r.IntN(shape[batch+i[len(i)-1]])) })
	return fn.Cast(trace.FromArray(trace.ArrayOf(g.elems, g.shape...)), []trace.DType{trace.Int32, trace.Int64}[r.IntN(2)]), lead
}

func TestPlacesAgainstLoops(t *testing.T) {
	r := rand.New(rand.NewPCG(69, 1))
	for range 300 {
		shape := make([]int, 1+r.IntN(3))
		for a := range shape {
			shape[a] = 1 + r.IntN(3)
		}
		d := numbers[r.IntN(len(numbers))]
		x := whole(r, d, shape...)
		batch := r.IntN(len(shape) + 1)
		k := r.IntN(len(shape) - batch + 1)
		index, lead := drawPlaces(r, shape, batch, k)
		places := func(index trace.Value, lead, i []int, batch, k int) []int {
			at := slices.Clone(i[:batch])
			for j := range k {
				at = append(at, int(*gridOf(index).at(slices.Concat(i[:len(lead)], []int{j})...)))
			}
			return append(at, i[len(lead):]...)
		}
		moves(t, "take_nd", x, fn.TakeND(x, index, batch), slices.Concat(lead, shape[batch+k:]), 0, func(i []int) []int {
			return places(index, lead, i, batch, k)
		})

		k = r.IntN(len(shape) + 1)
		index, lead = drawPlaces(r, shape, 0, k)
		of, mode := slices.Concat(lead, shape[k:]), scatterModes[r.IntN(5)]
		src, want := whole(r, d, of...), gridOf(x)
		eachIndex(of, func(i []int) {
			to := want.at(places(index, lead, i, 0, k)...)
			*to = written(mode, *to, *gridOf(src).at(i...))
		})
		want.equals(t, fmt.Sprintf("scatter_nd, mode %d", mode), fn.ScatterND(x, index, src, mode), 0)
	}
}

// The last element written to a place gets the cotangent, and what was there gets none.
// Equal maxima share it.
func TestScatterCotangents(t *testing.T) {
	x, index, src := trace.New([]float64{1, 5, 2}), trace.New([]int64{1, 0, 1, 1}), trace.New([]float64{7, 1, 5, 4})
	grads := func(mode fn.ScatterMode) [2][]float64 {
		g := transforms.Grad(func(in []trace.Value) trace.Value {
			return fn.Dot(fn.ScatterAlong(in[0], index, in[1], 0, mode), trace.New([]float64{10, 20, 30}))
		})([]trace.Value{x, src})
		return [2][]float64{g[0].Float64s(), g[1].Float64s()}
	}
	for mode, want := range map[fn.ScatterMode][2][]float64{
		fn.ScatterSet: {{0, 0, 30}, {0, 10, 0, 20}},
		fn.ScatterAdd: {{10, 20, 30}, {20, 10, 20, 20}},
		fn.ScatterMul: {{10, 20 * 7 * 5 * 4, 30}, {20 * 5 * 5 * 4, 10, 20 * 5 * 7 * 4, 20 * 5 * 7 * 5}},
		fn.ScatterMax: {{5, 0, 30}, {20, 5, 0, 0}},
		fn.ScatterMin: {{5, 0, 30}, {0, 5, 0, 20}},
	} {
		got := grads(mode)
		near(t, fmt.Sprintf("mode %d, towards x", mode), got[0], want[0], 1e-12)
		near(t, fmt.Sprintf("mode %d, towards src", mode), got[1], want[1], 1e-12)
	}
}

// Factors that are 0, in x and among those written, leave derivatives of every order.
func TestScatterMulWithZeros(t *testing.T) {
	index := trace.New([]int64{0, 1, 0, 1, 2})
	for _, in := range []tree{
		{trace.New([]float64{0, 2, 3}), trace.New([]float64{5, 7, 11, 0, 13})},
		{trace.New([]float64{2, 0, 3}), trace.New([]float64{5, 7, 0, 3, 0})},
		{trace.New([]float64{0, 0, 3}), trace.New([]float64{0, 0, 2, 3, 0})},
	} {
		holds(t, func(x tree) trace.Value { return fn.ScatterAlong(x[0], index, x[1], 0, fn.ScatterMul) }, in...)
	}
}

func TestScatterErrors(t *testing.T) {
	x := f32(2, 3)
	for want, f := range map[string]func(){
		"scatter_along(f32[2 3], i64[2 1], f32[2 2]): the source is f32[2 2], want f32[2 1]":                                                                                                               func() { fn.ScatterAlong(x, i64(2, 1), f32(2, 2), 1, 0) },
		"scatter_along(f32[2 3], i64[2 1], f32[2 1]): the mode 7 does not exist: use fn.ScatterSet, ScatterAdd, ScatterMul, ScatterMax or ScatterMin":                                                      func() { fn.ScatterAlong(x, i64(2, 1), f32(2, 1), 1, 7) },
		"scatter_along(f32[2 3], i64[1 1], f32[1 1]): axis 0 of the index has length 1, of the array 2: only axis 1 may differ":                                                                            func() { fn.ScatterAlong(x, i64(1, 1), f32(1, 1), 1, 0) },
		"scatter_nd(f32[2 3], i64[4 3], f32[4]): the last axis of the index has 3 indices, for axes 0 to 2 of f32[2 3]":                                                                                    func() { fn.ScatterND(x, i64(4, 3), f32(4), 0) },
		"scatter_nd(f32[2 3], i64[4 1], f32[4]): the source is f32[4], want f32[4 3]":                                                                                                                      func() { fn.ScatterND(x, i64(4, 1), f32(4), 0) },
		"take_nd(f32[2 3], i64[]): the first 0 axes of f32[2 3] and of the index i64[] differ, or there are fewer":                                                                                         func() { fn.TakeND(x, i64(), 0) },
		"take_nd(f32[2 3], i64[3 1]): the first 1 axes of f32[2 3] and of the index i64[3 1] differ, or there are fewer":                                                                                   func() { fn.TakeND(x, i64(3, 1), 1) },
		"take_nd(f32[2 3], f32[2 3]): the index is f32[2 3]: want i32 or i64, use fn.Cast":                                                                                                                 func() { fn.TakeND(x, x, 0) },
		"take_nd(f32[2 3], i64[2 2]): flat_place: index 3 (element 3 of the index) is outside of axis 1, which has length 3: indices go from 0, and negative ones do not count from the end":               func() { fn.TakeND(x, trace.New([]int64{1, 2, 0, 3}, 2, 2), 0) },
		"scatter_nd(f32[2 3], i32[2 1], f32[2 3]): flat_place: index -1 (element 1 of the index) is outside of axis 0, which has length 2: indices go from 0, and negative ones do not count from the end": func() { fn.ScatterND(x, trace.New([]int32{1, -1}, 2, 1), x, fn.ScatterAdd) },
		"scatter_along(f32[3], i32[1], f32[1]): last_writer: index 5 (element 0 of the index) is outside of axis 0, which has length 3: indices go from 0, and negative ones do not count from the end":    func() { fn.ScatterAlong(f32(3), trace.New([]int32{5}), f32(1), 0, 0) },
	} {
		wantMessage(t, want, f)
	}
}

func ExampleScatterND() {
	x := trace.New([]float32{1, 2, 3, 4, 5, 6}, 3, 2)
	index, rows := trace.New([]int64{2, 0}, 2, 1), trace.New([]float32{10, 20, 30, 40}, 2, 2)
	fmt.Println(fn.ScatterND(x, index, rows, fn.ScatterSet))
	// Output: f32[3 2] [[30 40] [3 4] [10 20]]
}
