package fn

import (
	"fmt"
	"math"
	"slices"
	"testing"

	"github.com/pullback-go/pullback/trace"
)

// planar is the convolution with windows of 3×3 and a padding of 1. square gives its
// operand types for a number of images, channels and pixels.
var planar = conv{[]int{1, 1}, []int{1, 1}, []int{1, 1}, []int{1, 1}, 1}

func square3x3(d trace.DType, images, channels, pixels int) []trace.Type {
	return []trace.Type{typed(d, images, channels, pixels, pixels), typed(d, channels, channels, 3, 3)}
}

func TestFactorOfWeights(t *testing.T) {
	tests := []struct {
		v, u, w []float32
		s       float32
		ok      bool
	}{
		{[]float32{1, -2, 4}, []float32{1, 0, 1}, []float32{0, -2, 3}, 1, true},
		{[]float32{1, -2, 4}, []float32{2, 0, 1}, []float32{0, -4, 7}, 2, true},
		{[]float32{1, -2, 4}, []float32{-1, 0, 1}, []float32{0, 2, -5}, -1, true},
		{[]float32{1, -2, 4}, []float32{1, 0, 1}, []float32{0, -2, 2}, 0, false},
		{[]float32{1, -2, 4}, []float32{1, 0, 1}, []float32{0, -2, 3 + 1e-5}, 0, false},
		{[]float32{0, 0}, []float32{0, 0}, []float32{0, 0}, 1, true},
		{[]float32{0, 0}, []float32{1, 0}, []float32{0, 0}, 0, false},
		{[]float32{0, 1}, []float32{1, 1}, []float32{0, 0}, 0, false},
		{[]float32{1, 2}, []float32{1, 2}, []float32{-1, -2}, 0, false}, // the difference is 0, with a factor of 0
		{[]float32{1e-30, 0}, []float32{1e20, 0}, []float32{0, 0}, inf32, false},
		{[]float32{1, float32(nan)}, []float32{1, 0}, []float32{0, 1}, 0, false},
	}
	for _, test := range tests {
		if s, ok := factor(test.v, test.u, test.w); ok != test.ok || ok && s != test.s {
			t.Errorf("%v + %v of %v: got %v, %v, want %v, %v", test.u, test.w, test.v, s, ok, test.s, test.ok)
		}
	}
}

func TestWeightsInProportion(t *testing.T) {
	tests := []struct {
		w, u []float32
		want bool
	}{
		{[]float32{1, -1, 0}, []float32{4, 4, 0}, true}, {[]float32{1, -1}, []float32{-4, 4.001}, false}, {[]float32{0, 1}, []float32{1e-30, 0}, false},
		{[]float32{1, 5}, []float32{0, -1}, true}, {[]float32{float32(nan)}, []float32{1}, false}, {[]float32{1}, []float32{float32(nan)}, false}, {nil, nil, true},
	}
	for _, test := range tests {
		if got := inProportion(test.w, test.u); got != test.want {
			t.Errorf("%v and %v: got %v, want %v", test.w, test.u, got, test.want)
		}
	}
}

// restCase has weights v and their parts u and w. conv(x, w) is computed as the
// difference of conv(x, v) and conv(x, u).
type restCase struct {
	name  string
	part  func(i int, v float64) float64 // w, of v
	scale float64
	least float32
}

var restCases = []restCase{
	{"positive part", func(_ int, v float64) float64 { return max(v, 0) }, 1, 1.0 / 16},
	{"half", func(_ int, v float64) float64 { return v / 2 }, 1, 0},
	{"twice the negative part", func(_ int, v float64) float64 { return 2 * min(v, 0) }, 2, 1.0 / 16},
	{"a sixth", func(_ int, v float64) float64 { return v / 6 }, 1, 1.0 / 16},
}

// restOf returns the op, its factors and the operands of a case.
func restOf(t *testing.T, c restCase) (trace.Op, []trace.Value) {
	t.Helper()
	x := Cast(waves(1, 2, 32, 5, 6), trace.Float32)
	v := waves(2, 4, 32, 3, 3).Float64s()
	w, u := make([]float64, len(v)), make([]float64, len(v))
	for i, a := range v {
		v[i] = float64(float32(math.Round(a*256) / 256)) // so that differences are exact
		w[i] = float64(float32(c.part(i, v[i])))
		u[i] = float64(float32(c.scale*v[i] - w[i]))
	}
	of := func(elems []float64) trace.Value { return array(trace.Float32, elems, 4, 32, 3, 3) }
	op, s := planar.Difference([]trace.Type{x.Type(), of(v).Type()}, of(v).Array(), of(u).Array(), of(w).Array())
	if op == nil {
		t.Fatalf("%s: the convolution is no rest", c.name)
	}
	yv, yu := trace.Bind1(planar, x, of(v)), trace.Bind1(planar, x, of(u))
	return op, []trace.Value{x, of(w), trace.FromArray(s), yv, yu}
}

func TestConvolutionsAsRests(t *testing.T) {
	for _, c := range restCases {
		op, in := restOf(t, c)
		if got := op.(convDifference); got.Least != c.least || got.Name() != "conv_difference" {
			t.Errorf("%s: computed down to %v, want %v", c.name, got.Least, c.least)
		}
		wantElems(t, in[2], "f32[4]", slices.Repeat([]float64{c.scale}, 4)...)
		want := trace.Bind1(planar, Cast(in[0], trace.Float64), Cast(in[1], trace.Float64))
		wantClose(t, c.name, trace.Bind1(op, in...).Float64s(), want.Float64s(), 1e-5)
	}
}

// The difference has the derivatives and the batch rule of the convolution of its data
// and weights.
func TestRestIsTheConvolution(t *testing.T) {
	op, in := restOf(t, restCases[0])
	y := trace.Bind1(op, in...)
	ct := Cast(waves(3, y.Shape()...), trace.Float32)
	for _, want := range [][]bool{{true, true, true, true, true}, {true, false, false, false, false}, {false, true, false, false, true}} {
		got := op.VJP(in, []trace.Value{y}, []trace.Value{ct}, want)
		plain := planar.VJP(in[:2], []trace.Value{y}, []trace.Value{ct}, want[:2])
		if len(got) != 5 || !got[2].IsAbsent() || !got[3].IsAbsent() || !got[4].IsAbsent() {
			t.Fatalf("wanted %v: got %v", want, got)
		}
		for i, p := range plain {
			if p.IsAbsent() != got[i].IsAbsent() || want[i] && !same64(got[i].Float64s(), p.Float64s()) {
				t.Errorf("wanted %v: the cotangent of operand %d is not that of the convolution", want, i)
			}
		}
	}
	images := Stack(0, in[0], Neg(in[0]))
	rows := op.Batch(2, append([]trace.Value{images}, in[1:]...), []bool{true, false, false, false, false})[0]
	plain := trace.Bind1(planar, in[0], in[1])
	wantClose(t, "batch", rows.Float64s(), slices.Concat(plain.Float64s(), Neg(plain).Float64s()), 1e-5)
}

func TestRestSays(t *testing.T) {
	op := convDifference{conv: conv{[]int{1}, []int{0}, []int{0}, []int{1}, 1}, Least: 0.0625}
	const text = "conv_difference{Stride:[1] Padding:[0] PaddingHigh:[0] Dilation:[1] Groups:1} down to 0.0625"
	if got := trace.Describe(op); got != text {
		t.Errorf("got %s, want %s", got, text)
	}
	d := trace.Float32
	x, w, s, y := typed(d, 2, 3, 5), typed(d, 4, 3, 2), typed(d, 4), typed(d, 2, 4, 4)
	if got := op.FLOPs([]trace.Type{x, w, s, y, y}); got != 2*2*4*4 {
		t.Errorf("%d operations, want two for each output", got)
	}
	for j, want := range []bool{false, false, false, true, true} {
		if op.ElementwiseIn(j) != want {
			t.Errorf("operand %d is read by element: %v, want %v", j, !want, want)
		}
	}
	const reason = "want f32, a factor for each of 4 output channels, and two results f32[2 4 4]"
	wantReason(t, op, "", x, w, s, y, y)
	wantReason(t, op, "3 operands, want x, w, factors and two results", x, w, s)
	wantReason(t, op, reason, x, w, typed(d, 3), y, y)
	wantReason(t, op, reason, x, w, typed(trace.Float64, 4), y, y)
	wantReason(t, op, reason, x, w, s, typed(d, 2, 4, 5), y)
	wantReason(t, op, reason, x, w, s, y, typed(d, 2, 4))
	wantReason(t, op, "channels differ: x has 3, w reads 2 in each of 1 groups", x, typed(d, 4, 2, 2), s, y, y)
	wide := func(t trace.Type) trace.Type { return typed(trace.Float64, t.Shape...) }
	wantReason(t, op, "want f32, a factor for each of 4 output channels, and two results f64[2 4 4]", wide(x), wide(w), wide(s), wide(y), wide(y))
}

// There is no difference for few terms, for float64, or for weights that are no parts of
// each other.
func TestWhatIsNoRest(t *testing.T) {
	weights := func(d trace.DType, shape ...int) (w, zeros *trace.Array) {
		v := Cast(waves(1, shape...), d)
		return v.Array(), ZerosLike(v).Array()
	}
	for _, c := range []struct {
		d     trace.DType
		shape []int
		want  bool
	}{
		{trace.Float32, []int{2, 32, 3}, true}, {trace.Float32, []int{2, 31, 3}, false}, {trace.Float64, []int{2, 32, 3}, false}, {trace.Float32, []int{0, 32, 3}, true},
	} {
		v, zeros := weights(c.d, c.shape...)
		in := []trace.Type{typed(c.d, 1, c.shape[1], 9), v.Type()}
		op, s := conv{Groups: 1}.Difference(in, v, zeros, v)
		if (op != nil) != c.want || c.want && !slices.Equal(s.Shape(), c.shape[:1]) {
			t.Errorf("%v%v: got %v with the factors %v", c.d, c.shape, op, s)
		}
		if c.shape[0] == 0 {
			continue
		}
		if op, s := (conv{Groups: 1}).Difference(in, v, v, v); c.want && fmt.Sprint(trace.FromArray(s)) != "f32[2] [2 2]" {
			t.Errorf("of twice the weights: got %v, %v", op, s)
		}
		if op, _ := (conv{Groups: 1}).Difference(in, zeros, v, v); op != nil {
			t.Errorf("of no weights: got %v", op)
		}
	}
}
