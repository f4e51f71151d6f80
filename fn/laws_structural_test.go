package fn_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/trace"
	"github.com/pullback-go/pullback/transforms/lawtest"
)

// tree is a list of operands.
type tree = []trace.Value

// normals is an f64 array of normal random numbers.
func normals(r *rand.Rand, shape ...int) trace.Value {
	return normalOf(r, trace.TypeOf(trace.Float64, shape...))
}

// random is normal random numbers for a float type, and zeros for any other.
func normalOf(r *rand.Rand, t trace.Type) trace.Value {
	if !t.DType.IsFloat() {
		return fn.Zeros(t)
	}
	data := make([]float64, t.Size())
	for i := range data {
		data[i] = r.NormFloat64()
	}
	return fn.Cast(trace.FromArray(trace.ArrayOf(data, t.Shape...)), t.DType)
}

func randomLike(r *rand.Rand, vs tree) tree {
	out := make(tree, len(vs))
	for i, v := range vs {
		out[i] = normalOf(r, v.Type())
	}
	return out
}

// onlyFloats keeps the values that have a derivative.
func onlyFloats(vs tree) tree {
	var out tree
	for _, v := range vs {
		if v.DType().IsFloat() {
			out = append(out, v)
		}
	}
	return out
}

// moved is x + h·u on the floats.
func moved(x, u tree, h float64) tree {
	out := append(tree(nil), x...)
	for i := range x {
		if x[i].DType().IsFloat() {
			out[i] = fn.Add(x[i], fn.Mul(fn.Scalar(h), u[i]))
		}
	}
	return out
}

// near fails unless got is want, relative to the largest of want.
func near(t *testing.T, what string, got, want []float64, tol float64) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("%s: %d elements, want %d", what, len(got), len(want))
	}
	scale := 1.0
	for _, w := range want {
		scale = math.Max(scale, math.Abs(w))
	}
	for i := range got {
		if !(math.Abs(got[i]-want[i]) <= tol*scale) {
			t.Fatalf("%s: element %d is %v, want %v\n got %v\nwant %v", what, i, got[i], want[i], short(got), short(want))
		}
	}
}

func short(xs []float64) []float64 { return xs[:min(len(xs), 40)] }

func nearAll(t *testing.T, what string, got, want tree, tol float64) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("%s: %d values, want %d", what, len(got), len(want))
	}
	for i := range got {
		if !got[i].Type().Equal(want[i].Type()) {
			t.Fatalf("%s: value %d is %v, want %v", what, i, got[i].Type(), want[i].Type())
		}
		near(t, fmt.Sprintf("%s: value %d", what, i), got[i].Float64s(), want[i].Float64s(), tol)
	}
}

// holds holds f to all laws at points around x. Factors close to 1 keep zeros; integers,
// which may be indices, are at most reversed.
func holds(t *testing.T, f operation, x ...trace.Value) {
	t.Helper()
	inputs := make([]lawtest.Input, len(x))
	for i, v := range x {
		inputs[i] = lawtest.Input{Shape: v.Shape(), DType: v.DType(), Sampler: around(v)}
	}
	lawtest.LawsWith(t, lawtest.Config{}, f, inputs...)
}

// count is how many random cases of laws a test looks at: of n a third in short mode.
func count(n int) int {
	if testing.Short() {
		return n / 3
	}
	return n
}

func around(x trace.Value) lawtest.Sampler {
	given := x.Float64s()
	return func(r *rand.Rand, n int) []float64 {
		data := make([]float64, n)
		for i := range data {
			data[i] = given[i%len(given)]
		}
		switch {
		case x.DType().IsFloat():
			for i := range data {
				data[i] *= 1 + 0.01*r.NormFloat64()
			}
		case r.IntN(2) == 0:
			slices.Reverse(data)
		}
		return data
	}
}

type structuralLaw struct {
	name string
	f    func(x tree) trace.Value
	in   tree
}

// structuralLaws are the operations of this package that move, reduce and combine
// elements, at shapes with all axes different.
func structuralLaws() []structuralLaw {
	r := rand.New(rand.NewPCG(1, 2))
	a := normals(r, 2, 3, 4)
	ints := func(n int64, shape ...int) trace.Value {
		data := make([]int64, fn.Zeros(trace.TypeOf(trace.Bool, shape...)).Size())
		for i := range data {
			data[i] = r.Int64N(n)
		}
		return trace.New(data, shape...)
	}
	one := func(f func(trace.Value) trace.Value) func(tree) trace.Value {
		return func(x tree) trace.Value { return f(x[0]) }
	}
	zeros := trace.New([]float64{2, 0, 3, 0.5, 0, -1, 5, 0, 0, 7, 11, 13, 0, 0, 0}, 5, 3)
	square := func(x trace.Value) trace.Value { return fn.Mul(x, x) }
	return []structuralLaw{
		{"Sum", one(func(x trace.Value) trace.Value { return square(fn.Sum(x, 0, -1)) }), tree{a}},
		{"Sum/middle", one(func(x trace.Value) trace.Value { return fn.Sum(x, 1) }), tree{a}},
		{"SumAll", one(func(x trace.Value) trace.Value { return square(fn.SumAll(x)) }), tree{a}},
		{"Sum/empty", one(func(x trace.Value) trace.Value { return fn.Sum(x, 1) }), tree{normals(r, 2, 0, 3)}},
		{"Mean", one(func(x trace.Value) trace.Value { return square(fn.Mean(x, 0, 2)) }), tree{a}},
		{"MeanAll", one(fn.MeanAll), tree{a}},
		{"Var", one(func(x trace.Value) trace.Value { return fn.Var(x, false, 0, 2) }), tree{a}},
		{"Prod", one(func(x trace.Value) trace.Value { return fn.Prod(x, 0, 2) }), tree{normals(r, 2, 3, 2)}},
		{"Prod/zeros", one(func(x trace.Value) trace.Value { return fn.Prod(x, 0) }), tree{zeros}},
		{"Prod/one", one(func(x trace.Value) trace.Value { return fn.Prod(x, 1) }), tree{normals(r, 3, 1, 2)}},
		{"Prod/empty", one(func(x trace.Value) trace.Value { return fn.Prod(x, 1) }), tree{normals(r, 3, 0)}},
		{"Max", one(func(x trace.Value) trace.Value { return square(fn.Max(x, 0, 2)) }), tree{a}},
		{"Min", one(func(x trace.Value) trace.Value { return square(fn.Min(x, 1)) }), tree{a}},
		{"CumSum", one(func(x trace.Value) trace.Value { return square(fn.CumSum(x, 1)) }), tree{a}},
		{"CumSum/exclusive", one(func(x trace.Value) trace.Value {
			return square(fn.CumSumWith(x, 1, fn.CumSumConfig{Exclusive: true, Reverse: true}))
		}), tree{a}},
		{"Sort", one(func(x trace.Value) trace.Value { return square(fn.Sort(x, 1)) }), tree{a}},
		{"TopK", one(func(x trace.Value) trace.Value { y, _ := fn.TopK(x, 2, 2, false); return square(y) }), tree{a}},
		{"Reshape", one(func(x trace.Value) trace.Value { return square(fn.Reshape(x, 6, -1)) }), tree{a}},
		{"Transpose", one(func(x trace.Value) trace.Value { return square(fn.Transpose(x, 1, 2, 0)) }), tree{a}},
		{"Squeeze", one(func(x trace.Value) trace.Value { return fn.Squeeze(x, 1) }), tree{normals(r, 2, 1, 3)}},
		{"ExpandDims", one(func(x trace.Value) trace.Value { return square(fn.ExpandDims(x, 1)) }), tree{a}},
		{"Concat", func(x tree) trace.Value { return square(fn.Concat(1, x...)) }, tree{a, normals(r, 2, 1, 4), normals(r, 2, 2, 4)}},
		{"Stack", func(x tree) trace.Value { return square(fn.Stack(-1, x...)) }, tree{a, normals(r, 2, 3, 4)}},
		{"Slice", one(func(x trace.Value) trace.Value {
			return square(fn.Slice(x, fn.SliceConfig{Start: []int{0, 2, 3}, Stop: []int{1, fn.Begin, 0}, Step: []int{1, -1, -2}}))
		}), tree{a}},
		{"Index", one(func(x trace.Value) trace.Value { return square(fn.Index(x, -1)) }), tree{a}},
		{"Pad", one(func(x trace.Value) trace.Value {
			return square(fn.Pad(x, fn.PadConfig{Low: []int{1, 0, -1}, High: []int{0, 2, 1}, Value: 0.5}))
		}), tree{a}},
		{"Pad/reflect", one(func(x trace.Value) trace.Value {
			return square(fn.Pad(x, fn.PadConfig{Low: []int{1, 0, -1}, High: []int{0, 3, 1}, Mode: fn.PadReflect}))
		}), tree{a}},
		{"Tril", one(func(x trace.Value) trace.Value { return square(fn.Tril(x, 1)) }), tree{a}},
		{"PixelShuffle", one(func(x trace.Value) trace.Value { return square(fn.PixelShuffle(x, 2)) }), tree{normals(r, 2, 4, 3)}},
		{"SpaceToDepth", one(func(x trace.Value) trace.Value { return square(fn.SpaceToDepth(x, 2)) }), tree{normals(r, 1, 2, 4, 2)}},
		{"Resize/linear", one(func(x trace.Value) trace.Value {
			return square(fn.Resize(x, fn.ResizeConfig{Axes: []int{0, 2}, Size: []int{3, 5}, Mode: fn.ResizeLinear}))
		}), tree{a}},
		{"Resize/cubic", one(func(x trace.Value) trace.Value {
			return square(fn.Resize(x, fn.ResizeConfig{Axes: []int{1}, Size: []int{2}, Mode: fn.ResizeCubic, Antialias: true, Coordinates: fn.CropAndResize,
				Low: []float64{-0.25}, High: []float64{0.75}, Extrapolation: 3}))
		}), tree{a}},
		{"Flip", one(func(x trace.Value) trace.Value { return square(fn.Flip(x, 0, 2)) }), tree{a}},
		{"Tile", one(func(x trace.Value) trace.Value { return square(fn.Tile(x, 2, 1, 3)) }), tree{normals(r, 2, 3, 1)}},
		{"TakeAlong", func(x tree) trace.Value { return square(fn.TakeAlong(x[0], x[1], 1)) }, tree{a, ints(3, 2, 5, 4)}},
		{"AddAlong", func(x tree) trace.Value { return square(fn.AddAlong(x[0], x[1], -1, 5)) }, tree{a, ints(5, 2, 3, 4)}},
		{"Take", func(x tree) trace.Value { return square(fn.Take(x[0], x[1], 1)) }, tree{a, ints(3, 5, 2)}},
		{"Take/scalar", func(x tree) trace.Value { return square(fn.Take(x[0], x[1], -1)) }, tree{a, ints(4)}},
		{"AddTake", func(x tree) trace.Value { return square(fn.AddTake(x[0], x[1], 1, 5)) }, tree{a, ints(5, 3)}},
		{"TakeND", func(x tree) trace.Value { return square(fn.TakeND(x[0], x[1], 1)) }, tree{a, ints(3, 2, 5, 2)}},
		{"ScatterAlong", func(x tree) trace.Value { return square(fn.ScatterAlong(x[0], x[1], x[2], 1, fn.ScatterSet)) }, tree{a, ints(3, 2, 5, 4), normals(r, 2, 5, 4)}},
		{"ScatterAlong/max", func(x tree) trace.Value { return square(fn.ScatterAlong(x[0], x[1], x[2], 1, fn.ScatterMax)) }, tree{a, ints(3, 2, 2, 4), normals(r, 2, 2, 4)}},
		{"ScatterND", func(x tree) trace.Value { return square(fn.ScatterND(x[0], x[1], x[2], fn.ScatterSet)) }, tree{a, ints(2, 3, 2), normals(r, 3, 4)}},
		{"ScatterND/mul", func(x tree) trace.Value { return fn.ScatterND(x[0], x[1], x[2], fn.ScatterMul) }, tree{normals(r, 2, 3), ints(2, 3, 1), normals(r, 3, 3)}},
		{"Linear", func(x tree) trace.Value { return fn.Linear(x[0], x[1], x[2]) }, tree{normals(r, 2, 4), normals(r, 3, 4), normals(r, 3)}},
		{"Dot/vectors", func(x tree) trace.Value { return fn.Dot(x[0], x[1]) }, tree{normals(r, 4), normals(r, 4)}},
		{"Dot/matrices", func(x tree) trace.Value { return fn.Dot(x[0], x[1]) }, tree{normals(r, 2, 4), normals(r, 4, 3)}},
		{"Dot/empty", func(x tree) trace.Value { return fn.Dot(x[0], x[1]) }, tree{normals(r, 2, 0), normals(r, 0, 3)}},
		{"MatMul", func(x tree) trace.Value { return fn.MatMul(x[0], x[1]) }, tree{normals(r, 2, 1, 3, 4), normals(r, 5, 4, 2)}},
		{"DotGeneral", func(x tree) trace.Value {
			return fn.DotGeneral(x[0], x[1], fn.DotConfig{ContractA: []int{3, 0}, ContractB: []int{1, 2}, BatchA: []int{2}, BatchB: []int{-1}})
		}, tree{normals(r, 2, 5, 3, 4), normals(r, 6, 4, 2, 3)}},
		{"DotGeneral/outer", func(x tree) trace.Value { return fn.DotGeneral(x[0], x[1], fn.DotConfig{}) }, tree{normals(r, 2, 3), normals(r, 4)}},
		{"Einsum", func(x tree) trace.Value { return fn.Einsum("aab,b...,...a->a...", x...) }, tree{normals(r, 2, 2, 3), normals(r, 3, 4), normals(r, 4, 2)}},
		{"OneHot", func(x tree) trace.Value { return fn.Mul(x[0], fn.OneHot(x[1], 4, trace.Float64)) }, tree{normals(r, 3, 4), ints(4, 3)}},
	}
}

func TestStructuralLaws(t *testing.T) {
	for _, law := range structuralLaws() {
		t.Run(law.name, func(t *testing.T) { holds(t, law.f, law.in...) })
	}
}

// convLaws are the convolutions and poolings.
func convLaws() []structuralLaw {
	r := rand.New(rand.NewPCG(3, 4))
	of := func(c fn.ConvConfig) func(tree) trace.Value {
		return func(x tree) trace.Value { return fn.Conv(x[0], x[1], c) }
	}
	adjoint := func(c fn.ConvTransposeConfig) func(tree) trace.Value {
		return func(x tree) trace.Value { return fn.ConvTranspose(x[0], x[1], c) }
	}
	pool := func(f func(trace.Value) trace.Value) func(tree) trace.Value {
		return func(x tree) trace.Value { y := f(x[0]); return fn.Mul(y, y) }
	}
	image := lawtest.Distinct().Value(r, trace.TypeOf(trace.Float64, 2, 3, 5, 6)) // maxima are compared
	return []structuralLaw{
		{"Conv/1", of(fn.ConvConfig{Stride: []int{2}, Padding: []int{1}}), tree{normals(r, 2, 3, 6), normals(r, 4, 3, 2)}},
		{"Conv/2", of(fn.ConvConfig{Padding: []int{1, 0}, PaddingHigh: []int{2, 1}, Stride: []int{2, 1}}), tree{normals(r, 2, 3, 5, 4), normals(r, 4, 3, 3, 2)}},
		{"Conv/groups", of(fn.ConvConfig{Groups: 2, Dilation: []int{2, 1}}), tree{normals(r, 3, 4, 5, 4), normals(r, 6, 2, 2, 3)}},
		{"Conv/depthwise", of(fn.ConvConfig{Groups: 3, Padding: []int{1}}), tree{normals(r, 2, 3, 5), normals(r, 6, 1, 2)}},
		{"Conv/unused", of(fn.ConvConfig{Stride: []int{3}}), tree{normals(r, 1, 2, 7), normals(r, 3, 2, 2)}},
		{"Conv/3", of(fn.ConvConfig{Stride: []int{1, 2, 1}, Padding: []int{0, 1, 1}}), tree{normals(r, 1, 2, 3, 4, 2), normals(r, 3, 2, 2, 3, 1)}},
		{"Conv/none", of(fn.ConvConfig{}), tree{normals(r, 0, 2, 3), normals(r, 3, 2, 2)}},
		{"Conv/no channels in", of(fn.ConvConfig{}), tree{normals(r, 2, 0, 3), normals(r, 3, 0, 2)}},
		{"Conv/no channels out", of(fn.ConvConfig{}), tree{normals(r, 2, 3, 4), normals(r, 0, 3, 2)}},
		{"ConvTranspose/1", adjoint(fn.ConvTransposeConfig{Stride: []int{3}, OutputPadding: []int{2}}), tree{normals(r, 2, 3, 4), normals(r, 3, 4, 2)}},
		{"ConvTranspose/2", adjoint(fn.ConvTransposeConfig{Stride: []int{2, 1}, Padding: []int{1, 0}, Dilation: []int{1, 2}}), tree{normals(r, 2, 3, 3, 2), normals(r, 3, 4, 3, 2)}},
		{"ConvTranspose/groups", adjoint(fn.ConvTransposeConfig{Groups: 2}), tree{normals(r, 3, 4, 3), normals(r, 4, 3, 2)}},
		{"AvgPool", pool(func(x trace.Value) trace.Value {
			return fn.AvgPool(x, fn.AvgPoolConfig{Kernel: []int{3, 2}, Stride: []int{2, 2}, Padding: []int{1, 0}, CeilMode: true})
		}), tree{image}},
		{"AvgPool/exclude", pool(func(x trace.Value) trace.Value {
			return fn.AvgPool(x, fn.AvgPoolConfig{Kernel: []int{3}, Stride: []int{2}, Padding: []int{1}, ExcludePadding: true})
		}), tree{normals(r, 2, 3, 6)}},
		{"AvgPool/divisor", pool(func(x trace.Value) trace.Value {
			return fn.AvgPool(x, fn.AvgPoolConfig{Kernel: []int{2, 1, 2}, Divisor: 3})
		}), tree{normals(r, 1, 2, 4, 2, 3)}},
		{"AdaptiveAvgPool", pool(func(x trace.Value) trace.Value { return fn.AdaptiveAvgPool(x, 3, 4) }), tree{image}},
		{"MaxPool", pool(func(x trace.Value) trace.Value {
			return fn.MaxPool(x, fn.MaxPoolConfig{Kernel: []int{3, 2}, Stride: []int{1, 2}, Padding: []int{1, 1}, Dilation: []int{2, 1}, CeilMode: true})
		}), tree{image}},
		{"MaxPool/1", pool(func(x trace.Value) trace.Value { return fn.MaxPool(x, fn.MaxPoolConfig{Kernel: []int{2}}) }), tree{normals(r, 2, 3, 5)}},
		{"AdaptiveMaxPool", pool(func(x trace.Value) trace.Value { return fn.AdaptiveMaxPool(x, 2, 4) }), tree{image}},
	}
}

func TestConvLaws(t *testing.T) {
	for _, law := range convLaws() {
		t.Run(law.name, func(t *testing.T) { holds(t, law.f, law.in...) })
	}
}
