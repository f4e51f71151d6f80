package fn

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/pullback-go/pullback/trace"
)

// adjoints are a convolution and its two adjoints, for operands of these shapes.
type adjoints struct {
	forward conv
	x, w, y []int
}

// drawAdjoints draws a convolution. Its windows may leave some of the input unread.
func drawAdjoints(r *rand.Rand) adjoints {
	rank, groups := 1+r.IntN(3), 1+r.IntN(2)
	c := adjoints{conv{Groups: groups}, []int{1 + r.IntN(2), groups * (1 + r.IntN(2))}, []int{groups * (1 + r.IntN(2)), 0}, nil}
	c.w[1] = c.x[1] / groups
	c.y = []int{c.x[0], c.w[0]}
	op := &c.forward
	for range rank {
		k, s, d, low, high := 1+r.IntN(3), 1+r.IntN(3), 1+r.IntN(2), r.IntN(3), r.IntN(3)
		n := max(1, (k-1)*d+1-low-high) + r.IntN(4)
		op.Stride, op.Dilation = append(op.Stride, s), append(op.Dilation, d)
		op.Padding, op.PaddingHigh = append(op.Padding, low), append(op.PaddingHigh, high)
		c.x, c.w, c.y = append(c.x, n), append(c.w, k), append(c.y, (n+low+high-(k-1)*d-1)/s+1)
	}
	return c
}

// plainConv is conv(x, w) by its definition.
func (c adjoints) plainConv(x, w trace.Value) []float64 {
	op, rank := c.forward, len(c.x)-2
	xs, ws := x.Float64s(), w.Float64s()
	y := make([]float64, volume(c.y))
	for i := range y {
		at := unflat(i, c.y)
		for j := range volume(c.w[1:]) {
			k := unflat(j, c.w[1:])
			from := []int{at[0], at[1]/(c.w[0]/op.Groups)*c.w[1] + k[0]}
			inside := true
			for a := range rank {
				p := at[2+a]*op.Stride[a] + k[1+a]*op.Dilation[a] - op.Padding[a]
				inside = inside && p >= 0 && p < c.x[2+a]
				from = append(from, p)
			}
			if inside {
				y[i] += xs[flat(from, c.x)] * ws[flat(append([]int{at[1]}, k...), c.w)]
			}
		}
	}
	return y
}

// unflat is the index of the i-th element of a shape; flat is its inverse.
func unflat(i int, shape []int) []int {
	index := make([]int, len(shape))
	for a := len(shape) - 1; a >= 0; a-- {
		index[a], i = i%shape[a], i/shape[a]
	}
	return index
}

func flat(index, shape []int) (i int) {
	for a, n := range shape {
		i = i*n + index[a]
	}
	return i
}

// The three are adjoint to each other: ⟨y, conv(x, w)⟩ = ⟨conv_input(y, w), x⟩ =
// ⟨conv_weights(x, y), w⟩.
func TestConvsAreAdjoint(t *testing.T) {
	r := rand.New(rand.NewPCG(54, 1))
	for n := range 60 {
		c := drawAdjoints(r)
		x, w, y := waves(float64(n), c.x...), waves(float64(n+1), c.w...), waves(float64(n+2), c.y...)
		of := trace.Bind1(c.forward, x, w)
		wantClose(t, fmt.Sprintf("%s of %v and %v", trace.Describe(c.forward), c.x, c.w), of.Float64s(), c.plainConv(x, w), 1e-13)
		towardsX, towardsW := trace.Bind1(c.forward.towardsInput(c.x), y, w), trace.Bind1(c.forward.towardsWeights(c.w), x, y)
		if !slices.Equal(towardsX.Shape(), c.x) || !slices.Equal(towardsW.Shape(), c.w) {
			t.Fatalf("%s: the adjoints are %v and %v, want the shapes %v and %v", trace.Describe(c.forward), towardsX.Type(), towardsW.Type(), c.x, c.w)
		}
		want := inner(of, y)
		wantClose(t, trace.Describe(c.forward), []float64{inner(towardsX, x), inner(towardsW, w)}, []float64{want, want}, 1e-12)
		if n < 12 {
			slopesHold(t, c.forward.towardsInput(c.x), y, w)
			slopesHold(t, c.forward.towardsWeights(c.w), x, y)
			batchHolds(t, c.forward, x, w)
			batchHolds(t, c.forward.towardsInput(c.x), y, w)
			batchHolds(t, c.forward.towardsWeights(c.w), x, y)
			batchHolds(t, convTranspose{c.forward.towardsInput(c.x)}, y, w)
		}
	}
}

// A batched transposed convolution is one too, and it prints without its embedded type.
func TestConvTransposeKeepsItsName(t *testing.T) {
	op := convTranspose{convInput{[]int{2}, []int{1}, []int{1}, 1, []int{5}}}
	const want = "conv_transpose{Stride:[2] Padding:[1] Dilation:[1] Groups:1 Size:[5]}"
	if got := trace.Describe(op); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	for _, batched := range [][]bool{{true, false}, {false, true}, {true, true}} {
		types := []trace.Type{typed(trace.Float64, 1, 2, 3), typed(trace.Float64, 2, 4, 3)}
		for i, b := range batched {
			if b {
				types[i].Shape = prepend(2, types[i].Shape)
			}
		}
		p := trace.Record(func(in []trace.Value) []trace.Value { return op.Batch(2, in, batched) }, types)
		if !slices.ContainsFunc(p.Eqns, func(e trace.Eqn) bool { return e.Op.Name() == "conv_transpose" }) {
			t.Errorf("batched %v it becomes\n%v", batched, p)
		}
	}
}

// The number of outputs determines the high padding. It is below 0 if the end is not
// read.
func TestForwardOfAdjoints(t *testing.T) {
	tests := []struct{ stride, padding, dilation, in, k, out, want int }{
		{1, 0, 1, 5, 2, 4, 0}, {1, 1, 1, 5, 3, 5, 1}, {2, 0, 1, 6, 3, 2, -1}, {3, 0, 1, 7, 1, 2, -3}, {1, 2, 2, 4, 3, 5, 3}, {1, 0, 1, 2, 2, 3, 2},
	}
	for _, c := range tests {
		op := forwardConv([]int{c.stride}, []int{c.padding}, []int{c.dilation}, 3, []int{c.in}, []int{c.k}, []int{c.out})
		if op.PaddingHigh[0] != c.want || op.Groups != 3 || op.Stride[0] != c.stride || op.Padding[0] != c.padding || op.Dilation[0] != c.dilation {
			t.Errorf("%+v: got %s", c, trace.Describe(op))
		}
	}
}

func TestConvTransposeSizes(t *testing.T) {
	tests := []struct {
		n, k, want int
		c          ConvTransposeConfig
	}{
		{4, 3, 6, ConvTransposeConfig{}}, {4, 3, 9, ConvTransposeConfig{Stride: []int{2}}}, {4, 3, 7, ConvTransposeConfig{Stride: []int{2}, Padding: []int{1}}},
		{4, 3, 8, ConvTransposeConfig{Stride: []int{2}, Padding: []int{1}, OutputPadding: []int{1}}}, {4, 3, 8, ConvTransposeConfig{Dilation: []int{2}}},
		{4, 3, 9, ConvTransposeConfig{Dilation: []int{2}, OutputPadding: []int{1}}}, {1, 1, 1, ConvTransposeConfig{Stride: []int{3}}}, {1, 2, 0, ConvTransposeConfig{Padding: []int{1}}},
	}
	for _, test := range tests {
		y := ConvTranspose(waves(1, 1, 2, test.n), waves(2, 2, 1, test.k), test.c)
		if want := trace.TypeOf(trace.Float64, 1, 1, test.want); !y.Type().Equal(want) {
			t.Errorf("%d elements, windows of %d, %+v: got %v, want %v", test.n, test.k, test.c, y.Type(), want)
		}
	}
}

func TestConvAdjointErrors(t *testing.T) {
	input := convInput{[]int{2}, []int{1}, []int{1}, 2, []int{5}}
	y, w := typed(trace.Float32, 3, 4, 3), typed(trace.Float32, 4, 2, 3)
	wantReason(t, input, "", y, w)
	wantReason(t, input, "dtypes differ: f32 and f64; convert one of them with fn.Cast", y, typed(trace.Float64, 4, 2, 3))
	wantReason(t, input, "i32[3 4 3] is not a float array: fn.Cast it to f32 or f64", typed(trace.Int32, 3, 4, 3), typed(trace.Int32, 4, 2, 3))
	wantReason(t, input, "want 3 axes, of which 1 spatial, on both sides", y, typed(trace.Float32, 4, 2))
	wantReason(t, input, "want 3 axes, of which 1 spatial, on both sides", typed(trace.Float32, 4, 2), w)
	wantReason(t, input, "channels differ: 4 in the first operand, 6 on axis 0 of w", y, typed(trace.Float32, 6, 2, 3))
	wantReason(t, input, "the 3 channels of the first operand do not split into 2 groups", typed(trace.Float32, 3, 3, 3), typed(trace.Float32, 3, 2, 3))
	wantReason(t, input, "spatial axis 0: 0 windows of 3 elements with stride 2, padding 1 and dilation 1 do not lie on 5 elements", typed(trace.Float32, 3, 4, 0), w)
	wantReason(t, input, "spatial axis 0: 3 windows of 0 elements with stride 2, padding 1 and dilation 1 do not lie on 5 elements", y, typed(trace.Float32, 4, 2, 0))

	weights := convWeights{[]int{2}, []int{1}, []int{1}, 2, []int{3}}
	x := typed(trace.Float32, 3, 4, 5)
	wantReason(t, weights, "", x, y)
	wantReason(t, weights, "dtypes differ: f32 and f64; convert one of them with fn.Cast", x, typed(trace.Float64, 3, 4, 3))
	wantReason(t, weights, "batch dimensions differ: 3 and 2", x, typed(trace.Float32, 2, 4, 3))
	wantReason(t, weights, "the 3 input channels do not split into 2 groups", typed(trace.Float32, 3, 3, 5), y)
	wantReason(t, weights, "the 5 output channels do not split into 2 groups", x, typed(trace.Float32, 3, 5, 3))
	wantReason(t, weights, "spatial axis 0: 0 windows of 3 elements with stride 2, padding 1 and dilation 1 do not lie on 5 elements", x, typed(trace.Float32, 3, 4, 0))

	one := func(shape ...int) trace.Value { return waves(1, shape...) }
	wantError(t, "conv_transpose(f64[1 2 0], f64[2 1 3]): spatial axis 0: 0 elements and a window of 3 leave no output with padding 0",
		func() { ConvTranspose(one(1, 2, 0), one(2, 1, 3), ConvTransposeConfig{}) })
	wantError(t, "conv_transpose(f64[1 2 4], f64[2 1 3]): spatial axis 0: OutputPadding 2 is not less than the stride 2 or the dilation 1",
		func() {
			ConvTranspose(one(1, 2, 4), one(2, 1, 3), ConvTransposeConfig{Stride: []int{2}, OutputPadding: []int{2}})
		})
	wantError(t, "conv_transpose: Groups is -2: use 1, or 0 for the same, for all channels together", func() { ConvTranspose(one(1, 2, 4), one(2, 1, 3), ConvTransposeConfig{Groups: -2}) })
	wantError(t, "conv_transpose: OutputPadding has 2 entries, [0 0], for 1 spatial axes: give one for each",
		func() { ConvTranspose(one(1, 2, 4), one(2, 1, 3), ConvTransposeConfig{OutputPadding: []int{0, 0}}) })
}
