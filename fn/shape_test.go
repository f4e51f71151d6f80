package fn_test

import (
	"encoding/json"
	"math"
	"math/rand/v2"
	"os"
	"slices"
	"testing"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/trace"
)

var everyDType = append([]trace.DType{trace.Bool, trace.Uint8, trace.Int8, trace.BFloat16, trace.Float16}, numbers...)

// moves checks that y is x with its elements moved: element i of y is that of x at
// source(i), or else the fill.
func moves(t *testing.T, what string, x, y trace.Value, shape []int, fill float64, source func(index []int) []int) {
	t.Helper()
	if x.DType() != y.DType() {
		t.Fatalf("%s of %v has dtype %v", what, x.Type(), y.DType())
	}
	src, want := gridOf(x), newGrid(shape...)
	eachIndex(shape, func(index []int) {
		*want.at(index...) = fill
		if from := source(index); from != nil {
			*want.at(index...) = *src.at(from...)
		}
	})
	want.equals(t, what, y, 0)
}

func TestMovesAgainstLoops(t *testing.T) {
	r := rand.New(rand.NewPCG(4, 4))
	for range 100 {
		shape := shapeOf(r, 1+r.IntN(4))
		rank := len(shape)
		x := whole(r, everyDType[r.IntN(len(everyDType))], shape...)
		perm := r.Perm(rank)
		moved := make([]int, rank)
		for i, a := range perm {
			moved[i] = shape[a]
		}
		moves(t, "transpose", x, fn.Transpose(x, perm...), moved, 0, func(index []int) []int {
			from := make([]int, rank)
			for i, a := range perm {
				from[a] = index[i]
			}
			return from
		})
		axes := someAxes(r, rank)
		moves(t, "flip", x, fn.Flip(x, axes...), shape, 0, func(index []int) []int {
			from := slices.Clone(index)
			for _, a := range axes {
				from[a] = shape[a] - 1 - from[a]
			}
			return from
		})
		counts := shapeOf(r, rank)
		tiled := make([]int, rank)
		for a := range shape {
			tiled[a] = shape[a] * counts[a]
		}
		moves(t, "tile", x, fn.Tile(x, counts...), tiled, 0, func(index []int) []int {
			from := slices.Clone(index)
			for a := range from {
				from[a] %= shape[a]
			}
			return from
		})
	}
}

func TestPadAgainstLoops(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 5))
	for range 200 {
		shape := shapeOf(r, 1+r.IntN(4))
		rank := len(shape)
		x := whole(r, everyDType[r.IntN(len(everyDType))], shape...)
		low, high, padded := make([]int, rank), make([]int, rank), make([]int, rank)
		for a, n := range shape {
			low[a] = r.IntN(n+3) - n
			high[a] = r.IntN(n+min(low[a], 0)+3) - n - min(low[a], 0)
			padded[a] = n + low[a] + high[a]
		}
		value := float64(r.IntN(2))
		y := fn.Pad(x, fn.PadConfig{Low: low, High: high, Value: value})
		moves(t, "pad", x, y, padded, value, func(index []int) []int {
			from := slices.Clone(index)
			for a := range from {
				from[a] -= low[a]
			}
			if gridOf(x).at(from...) == nil {
				return nil
			}
			return from
		})
	}
	y := fn.Pad(trace.New([]float32{1}), fn.PadConfig{Low: []int{1}, Value: math.Inf(-1)})
	near(t, "infinite", []float64{y.Float64s()[1]}, []float64{1}, 0)
	if !math.IsInf(y.Float64s()[0], -1) {
		t.Errorf("padding of -Inf is %v", y)
	}
}

func TestConcatAndStackAgainstLoops(t *testing.T) {
	r := rand.New(rand.NewPCG(6, 6))
	for range 100 {
		shape := shapeOf(r, 1+r.IntN(3))
		axis := r.IntN(len(shape))
		d := everyDType[r.IntN(len(everyDType))]
		var parts, same []trace.Value
		var owner, within []int
		for k := range 1 + r.IntN(3) {
			s := slices.Clone(shape)
			s[axis] = r.IntN(4)
			parts, same = append(parts, whole(r, d, s...)), append(same, whole(r, d, shape...))
			for i := range s[axis] {
				owner, within = append(owner, k), append(within, i)
			}
		}
		joined := slices.Clone(shape)
		joined[axis] = len(owner)
		want := newGrid(joined...)
		eachIndex(joined, func(index []int) {
			from := slices.Clone(index)
			from[axis] = within[index[axis]]
			*want.at(index...) = *gridOf(parts[owner[index[axis]]]).at(from...)
		})
		want.equals(t, "concat", fn.Concat(axis-len(shape), parts...), 0)
		at := r.IntN(len(shape) + 1)
		stacked := newGrid(slices.Insert(slices.Clone(shape), at, len(same))...)
		eachIndex(stacked.shape, func(index []int) {
			from := slices.Delete(slices.Clone(index), at, at+1)
			*stacked.at(index...) = *gridOf(same[index[at]]).at(from...)
		})
		stacked.equals(t, "stack", fn.Stack(at, same...), 0)
	}
}

// TestSliceIsPythons compares with the indices that Python's own slices take. The file
// lists them.
func TestSliceIsPythons(t *testing.T) {
	text, err := os.ReadFile("testdata/slices.json")
	if err != nil {
		t.Fatal(err)
	}
	var cases []struct {
		N                 int
		Start, Stop, Step *int
		Want              []float64
	}
	if err := json.Unmarshal(text, &cases); err != nil || len(cases) < 100 {
		t.Fatal(len(cases), err)
	}
	or := func(p *int, otherwise int) []int {
		if p == nil {
			return []int{otherwise}
		}
		return []int{*p}
	}
	for _, c := range cases {
		step := or(c.Step, 1)
		first, last := 0, fn.End
		if step[0] < 0 {
			first, last = fn.End, fn.Begin
		}
		x := fn.Iota(trace.TypeOf(trace.Int32, c.N), 0)
		got := fn.Slice(x, fn.SliceConfig{Start: or(c.Start, first), Stop: or(c.Stop, last), Step: step})
		near(t, "slice", got.Float64s(), c.Want, 0)
		config := fn.SliceConfig{Step: step}
		if c.Start != nil {
			config.Start = []int{*c.Start}
		}
		if c.Stop != nil {
			config.Stop = []int{*c.Stop}
		}
		near(t, "slice with defaults", fn.Slice(x, config).Float64s(), c.Want, 0)
	}
}

func TestSliceOfSeveralAxes(t *testing.T) {
	x := fn.Iota(trace.TypeOf(trace.Int64, 60), 0)
	x = fn.Reshape(x, 3, 4, 5)
	y := fn.Slice(x, fn.SliceConfig{Start: []int{1, fn.End}, Stop: []int{3}, Step: []int{1, -3}})
	moves(t, "slice", x, y, []int{2, 2, 5}, 0, func(i []int) []int { return []int{1 + i[0], 3 - 3*i[1], i[2]} })
}

func TestReshapes(t *testing.T) {
	x := fn.Reshape(fn.Iota(trace.TypeOf(trace.Float32, 24), 0), 2, 3, 1, 4)
	for _, c := range []struct {
		got  trace.Value
		want []int
	}{
		{fn.Reshape(x, 6, -1), []int{6, 4}},
		{fn.Reshape(x, -1), []int{24}},
		{fn.Flatten(x, 1), []int{2, 12}},
		{fn.Flatten(x, -2), []int{2, 3, 4}},
		{fn.Flatten(x, 4), []int{2, 3, 1, 4, 1}},
		{fn.Flatten(trace.Scalar(1.0), 0), []int{1}},
		{fn.Squeeze(x, 2), []int{2, 3, 4}},
		{fn.Squeeze(x, -2), []int{2, 3, 4}},
		{fn.ExpandDims(x, -1), []int{2, 3, 1, 4, 1}},
		{fn.ExpandDims(x, 0), []int{1, 2, 3, 1, 4}},
		{fn.Index(x, -1), []int{3, 1, 4}},
		{fn.Transpose(x), []int{4, 1, 3, 2}},
		{fn.Reshape(fn.Zeros(trace.TypeOf(trace.Bool, 0, 3)), 3, -1), []int{3, 0}},
		{fn.Reshape(trace.Scalar(1.0), 1, 1), []int{1, 1}},
	} {
		if !slices.Equal(c.got.Shape(), c.want) {
			t.Errorf("got %v, want the shape %v", c.got.Type(), c.want)
		}
	}
	near(t, "reshape", fn.Reshape(x, 4, 6).Float64s(), x.Float64s(), 0)
}

// A function that changes nothing adds no equation.
func TestIdentitiesAreFree(t *testing.T) {
	p := trace.Record(func(in []trace.Value) []trace.Value {
		x := fn.Transpose(fn.Reshape(in[0], 2, -1), 0, 1)
		x = fn.Slice(x, fn.SliceConfig{Stop: []int{2, 3}})
		return []trace.Value{fn.Pad(fn.Concat(0, fn.Flatten(x, 1)), fn.PadConfig{})}
	}, []trace.Type{trace.TypeOf(trace.Float32, 2, 3)})
	if len(p.Eqns) != 0 {
		t.Errorf("want no equations:\n%v", p)
	}
}
