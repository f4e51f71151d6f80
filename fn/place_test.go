package fn_test

import (
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/trace"
	"github.com/pullback-go/pullback/transforms"
	"github.com/pullback-go/pullback/transforms/lawtest"
)

// pickCase is an array 0, 1, 2, ... of a shape, places, and what NumPy picks by them.
type pickCase struct {
	X        []int
	Places   []any
	Shape    []int
	Elements []float64
}

func pickCases(t *testing.T) (cases []pickCase) {
	t.Helper()
	text, err := os.ReadFile("testdata/places.json")
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(text, &cases); err != nil {
		t.Fatal(err)
	}
	for _, c := range cases {
		for i, p := range c.Places {
			c.Places[i] = placeOf(p)
		}
	}
	return cases
}

func placeOf(p any) any {
	numbers := func(of any) (out []float64) {
		for _, x := range of.([]any) {
			out = append(out, x.(float64))
		}
		return out
	}
	switch p := p.(type) {
	case float64:
		return int(p)
	case string:
		return map[string]fn.Marker{"new": fn.NewAxis, "rest": fn.Rest, "every": fn.Every}[p]
	case map[string]any:
		if span, ok := p["span"].([]any); ok {
			step := int(span[2].(float64))
			start, stop := fn.Begin, fn.End
			if step < 0 {
				start, stop = fn.End, fn.Begin
			}
			if span[0] != nil {
				start = int(span[0].(float64))
			}
			if span[1] != nil {
				stop = int(span[1].(float64))
			}
			return fn.SpanStep(start, stop, step)
		}
		var shape []int
		for _, n := range numbers(p["shape"]) {
			shape = append(shape, int(n))
		}
		if index, ok := p["index"]; ok {
			return fn.Cast(trace.FromArray(trace.ArrayOf(numbers(index), shape...)), trace.Int64)
		}
		var mask []bool
		for _, m := range p["mask"].([]any) {
			mask = append(mask, m.(bool))
		}
		return trace.New(mask, shape...)
	}
	panic(fmt.Sprintf("no place: %v", p))
}

// At picks what NumPy picks.
func TestAtAgainstNumPy(t *testing.T) {
	for i, c := range pickCases(t) {
		x := fn.Iota(trace.TypeOf(trace.Int64, volumeOf(c.X)), 0)
		y := fn.At(fn.Reshape(x, c.X...), c.Places...)
		if !slices.Equal(y.Shape(), c.Shape) || !slices.Equal(y.Float64s(), c.Elements) {
			t.Fatalf("case %d: %v at %v is %v, want %v of shape %v", i, c.X, c.Places, y, c.Elements, c.Shape)
		}
	}
}

func volumeOf(shape []int) int { return trace.TypeOf(trace.Bool, shape...).Size() }

// An update changes the elements that At picks, one after another, and no others.
func TestUpdatesAgainstLoops(t *testing.T) {
	r := lawtest.Rand(t.Name())
	for i, c := range pickCases(t) {
		x, v := normals(r, c.X...), normals(r, c.Shape...)
		for mode, update := range map[string]struct {
			f    func(x, v trace.Value, places ...any) trace.Value
			loop func(a, b float64) float64
		}{
			"set": {fn.Set, func(_, b float64) float64 { return b }},
			"add": {fn.AddAt, func(a, b float64) float64 { return a + b }},
			"mul": {fn.MulAt, func(a, b float64) float64 { return a * b }},
			"max": {fn.MaxAt, func(a, b float64) float64 { return max(a, b) }},
			"min": {fn.MinAt, func(a, b float64) float64 { return min(a, b) }},
		} {
			want := x.Float64s()
			for k, at := range c.Elements {
				want[int(at)] = update.loop(want[int(at)], v.Float64s()[k])
			}
			f := func(x, v trace.Value) trace.Value { return update.f(x, v, c.Places...) }
			what := fmt.Sprintf("case %d: %s of %v at %v", i, mode, c.X, c.Places)
			near(t, what, f(x, v).Float64s(), want, 1e-13)
			if i%8 == 0 {
				near(t, what+", compiled", transforms.JitN(f)(x, v).Float64s(), want, 1e-13)
			}
		}
	}
}

// Updates broadcast, weak scalars take the dtype, and bools can be set.
func TestSetConverts(t *testing.T) {
	x := trace.New([]float32{1, 2, 3, 4, 5, 6}, 2, 3)
	for want, y := range map[string]trace.Value{
		"f32[2 3] [[1 0.5 3] [4 0.5 6]]": fn.Set(x, fn.Scalar(0.5), fn.Every, 1),
		"f32[2 3] [[7 8 9] [7 8 9]]":     fn.Set(x, trace.New([]float32{7, 8, 9})),
		"f32[2 3] [[1 2 3] [7 7 7]]":     fn.Set(x, fn.Scalar(7), -1),
		"f32[2 3] [[0 0 3] [0 5 0]]":     fn.Set(x, fn.Scalar(0), trace.New([]bool{true, true, false, true, false, true}, 2, 3)),
		"f32[2 3] [[11 2 3] [4 5 6]]":    fn.AddAt(x, fn.Scalar(10), 0, 0),
		"bool[2] [true true]":            fn.Set(trace.New([]bool{false, true}), trace.Scalar(true), 0),
		"f32[2 3] [[1 2 9] [4 5 9]]":     transforms.Jit(func(i trace.Value) trace.Value { return fn.Set(x, fn.Scalar(9), fn.Rest, i) })(trace.Scalar(int32(-1))),
		"f32[2 3] [[0 2 0] [4 0 6]]": transforms.Jit(func(x trace.Value) trace.Value {
			return fn.Set(x, fn.Scalar(0), fn.Equal(fn.Rem(x, fn.Scalar(2)), fn.Scalar(1)))
		})(x),
		"f32[2 3] [[10 20 30] [4 5 6]]": transforms.Jit(func(m trace.Value) trace.Value { return fn.MulAt(x, fn.Scalar(10), m) })(trace.New([]bool{true, false})),
		"i64[] 3":                       fn.Set(trace.Scalar(int64(2)), trace.Scalar(int64(3))),
		"f32[2 3] [[1 2 3] [4 4 6]]":    fn.DynamicUpdateSlice(x, trace.New([]float32{4, 4}, 1, 2), trace.Scalar(int64(1)), trace.Scalar(int64(0))),
		"f32[2 2] [[2 3] [5 6]]":        fn.DynamicSlice(x, []trace.Value{trace.Scalar(int64(5)), trace.Scalar(int64(1))}, 2, 2),
		"f32[1 2] [[1 2]]":              fn.DynamicSlice(x, []trace.Value{trace.Scalar(int64(-5)), trace.Scalar(int64(0))}, 1, 2),
	} {
		if y.String() != want {
			t.Errorf("got %v, want %s", y, want)
		}
	}
}

func TestPlaceErrors(t *testing.T) {
	x := trace.New([]float64{1, 2, 3, 4, 5, 6}, 2, 3)
	for _, c := range []struct {
		call func()
		want string
	}{
		{func() { fn.At(x, 2) }, "at(f64[2 3]): index 2 is outside of axis 0, which has length 2"},
		{func() { fn.At(x, 0, 0, 0) }, "at(f64[2 3]): the places name 3 axes, and f64[2 3] has 2"},
		{func() { fn.At(x, "all") }, "at(f64[2 3]): place 0 is of type string: use an int, fn.Span"},
		{func() { fn.At(x, fn.Rest, fn.Rest) }, "at(f64[2 3]): place 1 is fn.Rest, and so is another"},
		{func() { fn.At(x, fn.SpanStep(0, 2, 0)) }, "the step of a span is 0"},
		{func() { fn.At(x, []bool{true}) }, "a mask of shape [1] does not fit axes 0 to 0 of f64[2 3]"},
		{func() { fn.At(x, trace.Scalar(true)) }, "place 0 is a bool scalar"},
		{func() { fn.At(x, trace.Scalar(1.0)) }, "place 0: "},
		{func() { fn.At(x, trace.Value{}) }, "place 0 is absent"},
		{func() { fn.At(x, fn.Marker(9)) }, "place 0 is no marker"},
		{func() { fn.At(x, []int{0, 1}, []int{0, 1, 2}) }, "the indices do not broadcast"},
		{func() { fn.At(x, []int{0, 5}) }, "index"},
		{func() { fn.At(x, []int{0, -3}) }, "index"},
		{func() {
			transforms.Jit(func(m trace.Value) trace.Value { return fn.At(x, m) })(trace.New([]bool{true, false}))
		},
			"place 0 is a mask bool[2] whose elements are not known yet, so the number of picked ones is not either: use fn.Where"},
		{func() { fn.Set(x, trace.New([]float64{1, 2}), 0) }, "set(f64[2 3], f64[2]): the values f64[2] do not broadcast to [3], the shape of what the places name"},
		{func() { fn.Set(x, trace.New([]float32{1}), 0) }, "the values are f32, and the array is f64: convert them with fn.Cast"},
		{func() { fn.Set(x, x, 0) }, "do not broadcast to [3]"},
		{func() { fn.DynamicSlice(x, nil, 1, 1) }, "dynamic_slice(f64[2 3]): 0 starts and 2 sizes: want one for each of 2 axes"},
		{func() { fn.DynamicSlice(x, []trace.Value{trace.Scalar(int64(0)), trace.Scalar(1.0)}, 1, 1) }, "start 1 is f64[]: want an integer scalar"},
		{func() { fn.DynamicSlice(x, []trace.Value{trace.Scalar(int64(0)), trace.Scalar(int64(0))}, 1, 4) }, "the block has length 4 along axis 1: want 0 to 3"},
	} {
		if err := trace.Try(c.call); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("the error is %v, want %s", err, c.want)
		}
	}
}

// What is set has the cotangent, what is replaced has none, and derivatives of all orders
// and batches are right.
func TestPlaceLaws(t *testing.T) {
	ids := trace.New([]int64{2, 0, 2})
	for name, f := range map[string]func(in []trace.Value) trace.Value{
		"at":     func(in []trace.Value) trace.Value { return fn.Square(fn.At(in[0], ids, fn.NewAxis, fn.Span(1, 3))) },
		"at two": func(in []trace.Value) trace.Value { return fn.Square(fn.At(in[0], ids, []int{3, -1, 0})) },
		"set":    func(in []trace.Value) trace.Value { return fn.Square(fn.Set(in[0], in[1], ids, 1)) },
		"add":    func(in []trace.Value) trace.Value { return fn.Square(fn.AddAt(in[0], in[1], ids, -1)) },
		"mul":    func(in []trace.Value) trace.Value { return fn.MulAt(in[0], in[1], ids, 0) },
		"max":    func(in []trace.Value) trace.Value { return fn.Square(fn.MaxAt(in[0], in[1], ids, 0)) },
		"dynamic": func(in []trace.Value) trace.Value {
			return fn.Square(fn.DynamicSlice(in[0], []trace.Value{trace.Scalar(int64(1)), trace.Scalar(int64(7))}, 2, 2))
		},
	} {
		t.Run(name, func(t *testing.T) {
			lawtest.LawsWith(t, lawtest.Config{}, f, lawtest.Input{Shape: []int{3, 4}}, lawtest.Input{Shape: []int{3}})
		})
	}
	traced := func(in []trace.Value) trace.Value { return fn.Square(fn.Set(in[0], in[1], in[2])) }
	lawtest.LawsWith(t, lawtest.Config{}, traced, lawtest.Input{Shape: []int{5, 2}}, lawtest.Input{Shape: []int{3, 2}},
		lawtest.Input{Shape: []int{3}, DType: trace.Int64, Sampler: lawtest.Between(-5, 5)})
}

// A compiled loop sets and adds elements of a long carry in place.
func TestUpdatesOfACarryAreInPlace(t *testing.T) {
	const n, steps = 10000, 50
	x, ids := fn.Iota(trace.TypeOf(trace.Float64, n), 0), fn.Iota(trace.TypeOf(trace.Int64, steps), 0)
	for name, update := range map[string]func(c, v trace.Value, places ...any) trace.Value{"set": fn.Set, "add": fn.AddAt} {
		f := func(x trace.Value) trace.Value {
			c, _ := transforms.Scan(func(c, i trace.Value) (trace.Value, []trace.Value) {
				return update(c, fn.Mul(fn.At(c, i), fn.Scalar(2)), fn.Add(i, fn.Scalar(1))), nil
			})(x, ids)
			return c
		}
		c, err := transforms.Compile(f, x)
		if err != nil {
			t.Fatal(err)
		}
		if got := c.Memory(); got > 8*n+8*n/10 {
			t.Errorf("%s: a loop needs %d bytes for an array of %d", name, got, 8*n)
		}
		near(t, name, transforms.Jit(f)(x).Float64s(), f(x).Float64s(), 0)
	}
}

func ExampleAt() {
	x := trace.New([]float64{1, 2, 3, 4, 5, 6}, 2, 3)
	fmt.Println(fn.At(x, -1))
	fmt.Println(fn.At(x, fn.Every, fn.Span(1, 3)))
	fmt.Println(fn.At(x, fn.Rest, []int{2, 0}))
	fmt.Println(fn.At(x, fn.NewAxis, 0, fn.SpanStep(fn.End, fn.Begin, -1)))
	// Output:
	// f64[3] [4 5 6]
	// f64[2 2] [[2 3] [5 6]]
	// f64[2 2] [[3 1] [6 4]]
	// f64[1 3] [[3 2 1]]
}

func ExampleSet() {
	x := fn.Zeros(trace.TypeOf(trace.Float64, 2, 3))
	x = fn.Set(x, fn.Scalar(1), 0, fn.Span(1, fn.End))
	x = fn.AddAt(x, trace.New([]float64{5, 7}), fn.Every, trace.Scalar(int64(0)))
	fmt.Println(x)
	// Output: f64[2 3] [[5 1 1] [7 0 0]]
}
