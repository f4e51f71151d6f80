package fn

import (
	"fmt"
	"math"
	"slices"
	"testing"

	"github.com/pullback-go/pullback/trace"
)

// array is an array of a dtype and shape with these elements, made without any operation.
func array(d trace.DType, elems []float64, shape ...int) trace.Value {
	var a *trace.Array
	switch d {
	case trace.Bool:
		a = trace.ArrayOf(converted(elems, func(x float64) bool { return x != 0 }), shape...)
	case trace.Int32:
		a = trace.ArrayOf(converted(elems, func(x float64) int32 { return int32(x) }), shape...)
	case trace.Int64:
		a = trace.ArrayOf(converted(elems, func(x float64) int64 { return int64(x) }), shape...)
	case trace.Float32:
		a = trace.ArrayOf(converted(elems, func(x float64) float32 { return float32(x) }), shape...)
	case trace.Float64:
		a = trace.ArrayOf(slices.Clone(elems), shape...)
	default:
		a = trace.NewArray(trace.TypeOf(d, shape...))
		a.Convert(trace.ArrayOf(elems, shape...))
	}
	return trace.FromArray(a)
}

// vector is an array of one axis.
func vector(d trace.DType, elems ...float64) trace.Value { return array(d, elems, len(elems)) }

func converted[E any](elems []float64, f func(x float64) E) []E {
	out := make([]E, len(elems))
	for i, x := range elems {
		out[i] = f(x)
	}
	return out
}

// waves is an f64 array whose elements all differ and lie between -1 and 1.
func waves(seed float64, shape ...int) trace.Value {
	x := make([]float64, trace.TypeOf(trace.Float64, shape...).Size())
	for i := range x {
		x[i] = math.Sin(seed + 1.7*float64(i))
	}
	return array(trace.Float64, x, shape...)
}

// caseOf is the i-th of several cases of an operand. Its elements are rotated by i places
// and floats are scaled, so that cases differ even with one element.
func caseOf(x trace.Value, i int) trace.Value {
	elems := x.Float64s()
	if n := len(elems); n > 0 {
		elems = slices.Concat(elems[i%n:], elems[:i%n])
	}
	if x.DType().IsFloat() {
		for k := range elems {
			elems[k] *= 1 + float64(i)/4
		}
	}
	return array(x.DType(), elems, x.Shape()...)
}

// batchHolds checks the batch rule of an op. Whichever operands carry three cases, row i
// of each output is the op's output for case i alone.
func batchHolds(t *testing.T, op trace.Op, in ...trace.Value) {
	t.Helper()
	const size = 3
	for choice := 1; choice < 1<<len(in); choice++ {
		batched, batch := make([]bool, len(in)), slices.Clone(in)
		cases := [size][]trace.Value{slices.Clone(in), slices.Clone(in), slices.Clone(in)}
		for k, x := range in {
			if batched[k] = choice>>k&1 == 1; !batched[k] {
				continue
			}
			var all []float64
			for i := range cases {
				cases[i][k] = caseOf(x, i)
				all = append(all, cases[i][k].Float64s()...)
			}
			batch[k] = array(x.DType(), all, prepend(size, x.Shape())...)
		}
		got := op.Batch(size, batch, batched)
		for i := range cases {
			for o, want := range trace.Bind(op, cases[i]...) {
				if typ := trace.TypeOf(want.DType(), prepend(size, want.Shape())...); !got[o].Type().Equal(typ) {
					t.Fatalf("%s, batched %v: output %d is %v, want %v", trace.Describe(op), batched, o, got[o].Type(), typ)
				}
				row := got[o].Float64s()[i*want.Size() : (i+1)*want.Size()]
				wantClose(t, fmt.Sprintf("%s, batched %v: case %d", trace.Describe(op), batched, i), row, want.Float64s(), 1e-6)
			}
		}
	}
}

// slopesHold checks the VJP of an op of f64 arrays against difference quotients, element
// by element.
func slopesHold(t *testing.T, op trace.Op, in ...trace.Value) {
	t.Helper()
	const h = 1e-5
	y := trace.Bind(op, in...)
	want, ct := make([]bool, len(in)), make([]trace.Value, len(y))
	for i := range want {
		want[i] = true
	}
	for i, v := range y {
		ct[i] = array(v.DType(), waves(float64(2+i), v.Shape()...).Float64s(), v.Shape()...)
	}
	cts := op.VJP(in, y, ct, want)
	if len(cts) != len(in) {
		t.Fatalf("%s: %d cotangents for %d operands", trace.Describe(op), len(cts), len(in))
	}
	for k, x := range in {
		if x.DType() != trace.Float64 {
			continue
		}
		quotients := make([]float64, x.Size())
		for i := range quotients {
			weighted := func(by float64) (sum float64) {
				elems := slices.Clone(x.Float64s())
				elems[i] += by
				moved := slices.Clone(in)
				moved[k] = array(trace.Float64, elems, x.Shape()...)
				return inner(trace.Bind1(op, moved...), ct[0])
			}
			quotients[i] = (weighted(h) - weighted(-h)) / (2 * h)
		}
		got := make([]float64, x.Size())
		if !cts[k].IsAbsent() {
			if !cts[k].Type().Equal(x.Type()) {
				t.Fatalf("%s: the cotangent of operand %d is %v, want %v", trace.Describe(op), k, cts[k].Type(), x.Type())
			}
			got = cts[k].Float64s()
		}
		wantClose(t, fmt.Sprintf("%s: operand %d", trace.Describe(op), k), got, quotients, 1e-8)
	}
}

// inner is the sum of products of the elements.
func inner(a, b trace.Value) (sum float64) {
	y := b.Float64s()
	for i, x := range a.Float64s() {
		sum += x * y[i]
	}
	return sum
}

// wantClose wants elements within tol of those wanted, relative to the larger of 1 and
// the largest of them. Elements that are not finite must be equal.
func wantClose(t *testing.T, what string, got, want []float64, tol float64) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("%s: %d elements, want %d", what, len(got), len(want))
	}
	scale := 1.0
	for _, w := range want {
		if !math.IsNaN(w) && !math.IsInf(w, 0) {
			scale = max(scale, math.Abs(w))
		}
	}
	for i, w := range want {
		if g := got[i]; !(math.Abs(g-w) <= tol*scale) && g != w && (g == g || w == w) {
			t.Fatalf("%s: element %d is %v, want %v\n got %v\nwant %v", what, i, g, w, got, want)
		}
	}
}

// wantReason checks an error of Infer, in full. An empty text wants no error.
func wantReason(t *testing.T, op trace.Op, text string, in ...trace.Type) {
	t.Helper()
	_, err := op.Infer(in)
	if got := fmt.Sprint(err); text == "" && err != nil || text != "" && got != text {
		t.Errorf("%s of %v: got error %q, want %q", trace.Describe(op), in, got, text)
	}
}

// typed is a type as short as it prints: typed(trace.Float32, 2, 3) is f32[2 3].
func typed(d trace.DType, shape ...int) trace.Type { return trace.TypeOf(d, shape...) }

// everyType are the dtypes, wideType those that are computed in, and numberTypes those
// with arithmetic.
var (
	everyType   = append([]trace.DType{trace.Uint8, trace.Int8, trace.BFloat16, trace.Float16}, wideType...)
	wideType    = []trace.DType{trace.Bool, trace.Int32, trace.Int64, trace.Float32, trace.Float64}
	numberTypes = wideType[1:]
	floatTypes  = wideType[3:]
)

var negZero = math.Copysign(0, -1)
