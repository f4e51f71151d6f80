package fn_test

import (
	"encoding/json"
	"fmt"
	"math"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/fn/random"
	"github.com/pullback-go/pullback/trace"
	"github.com/pullback-go/pullback/transforms"
)

// The dtypes of storage: what other operations than moves compute, and how.

var stored = []trace.DType{trace.Uint8, trace.Int8, trace.BFloat16, trace.Float16}

func halvesOf(d trace.DType, bits []uint16) trace.Value {
	a := trace.NewArray(trace.TypeOf(d, len(bits)))
	copy(trace.Bits[uint16](a), bits)
	return trace.FromArray(a)
}

// Arithmetic of halves has the bits of NumPy's (f16) and PyTorch's (bf16), of a NaN that
// it is one.
func TestHalvesAgainstOthers(t *testing.T) {
	text, err := os.ReadFile("testdata/halves.json")
	if err != nil {
		t.Fatal(err)
	}
	var cases map[string]struct {
		A, B  []uint16
		Cases map[string][]uint16
	}
	if err := json.Unmarshal(text, &cases); err != nil {
		t.Fatal(err)
	}
	of := map[string]func(a, b trace.Value) trace.Value{
		"add": fn.Add, "sub": fn.Sub, "mul": fn.Mul, "div": fn.Div, "maximum": fn.Maximum,
		"sqrt": func(a, _ trace.Value) trace.Value { return fn.Sqrt(a) },
		"sum":  func(a, _ trace.Value) trace.Value { return fn.Sum(fn.At(a, fn.Range{Stop: 16, Step: 1}), 0) },
	}
	for name, d := range map[string]trace.DType{"f16": trace.Float16, "bf16": trace.BFloat16} {
		a, b := halvesOf(d, cases[name].A), halvesOf(d, cases[name].B)
		for op, want := range cases[name].Cases {
			got := of[op](a, b)
			if got.DType() != d {
				t.Errorf("%s of %s is %v", op, name, got.Type())
				continue
			}
			values, wanted := got.Float64s(), halvesOf(d, want).Float64s()
			for i, bits := range trace.Bits[uint16](got.Array()) {
				if bits != want[i] && (values[i] == values[i] || wanted[i] == wanted[i]) {
					t.Errorf("%s %s, element %d: got %v, want %v", name, op, i, values[i], wanted[i])
				}
			}
		}
	}
}

// Of operations that are not stored, the dtype stays, and no other may be mixed in; a
// number takes it.
func TestStoredDTypesStay(t *testing.T) {
	for _, d := range stored {
		x := fn.Cast(trace.New([]float64{1, 2, 3, 100}), d)
		for name, y := range map[string]trace.Value{
			"add": fn.Add(x, x), "scalar": fn.Mul(x, fn.Scalar(2)), "neg": fn.Neg(x), "sort": fn.Sort(x, 0), "max": fn.Max(x, 0), "clamp": fn.Clamp(x, 0, 2),
			"where": fn.Where(fn.Greater(x, fn.Scalar(1)), x, fn.Scalar(7)), "take": fn.Take(x, trace.New([]int8{0, 3}), 0), "iota": fn.Iota(trace.TypeOf(d, 4), 0),
			"one-hot": fn.OneHot(trace.New([]uint8{1}), 3, d), "full": fn.Full(trace.TypeOf(d, 2), 3), "arange": fn.Arange(d, 0, 4, 1),
		} {
			if y.DType() != d {
				t.Errorf("%s of %v is %v", name, d, y.Type())
			}
		}
		for _, other := range append([]trace.DType{trace.Int32, trace.Float32}, stored...) {
			if other == d {
				continue
			}
			want := fmt.Sprintf("dtypes differ: %v and %v; convert one of them with fn.Cast", d, other)
			if err := trace.Try(func() { fn.Add(x, fn.Cast(x, other)) }); err == nil || !containsText(err, want) {
				t.Errorf("%v and %v: got %v", d, other, err)
			}
		}
	}
}

func containsText(err error, want string) bool {
	return err != nil && strings.Contains(err.Error(), want)
}

// Integers of one byte wrap one by one, as Go's do, and are added up in i32.
func TestBytes(t *testing.T) {
	u, i := trace.New([]uint8{0, 1, 200, 255}), trace.New([]int8{-128, -1, 1, 127})
	for _, c := range []struct {
		name string
		got  trace.Value
		typ  string
		want []float64
	}{
		{"u8 sum", fn.Add(u, u), "u8[4]", []float64{0, 2, 144, 254}},
		{"u8 negated", fn.Neg(u), "u8[4]", []float64{0, 255, 56, 1}},
		{"i8 product", fn.Mul(i, i), "i8[4]", []float64{0, 1, 1, 1}},
		{"i8 size", fn.Abs(i), "i8[4]", []float64{-128, 1, 1, 127}},
		{"u8 bits not", fn.BitNot(u), "u8[4]", []float64{255, 254, 55, 0}},
		{"i8 bits not", fn.BitNot(i), "i8[4]", []float64{127, 0, -2, -128}},
		{"i8 bits", fn.PopCount(i), "i8[4]", []float64{1, 8, 1, 7}},
		{"u8 bits", fn.PopCount(u), "u8[4]", []float64{0, 1, 3, 8}},
		{"i8 halves", fn.ShiftRight(i, fn.Scalar(1)), "i8[4]", []float64{-64, -1, 0, 63}},
		{"u8 doubled", fn.ShiftLeft(u, fn.Scalar(1)), "u8[4]", []float64{0, 2, 144, 254}},
		{"u8 total", fn.SumAll(u), "i32[]", []float64{456}},
		{"one u8 total", fn.SumAll(fn.Index(u, 3)), "i32[]", []float64{255}},
		{"u8 sums", fn.CumSum(u, 0), "i32[4]", []float64{0, 1, 201, 456}},
		{"i8 product of all", fn.Prod(fn.At(i, fn.Range{Start: 1, Stop: 4, Step: 1}), 0), "i32[]", []float64{-127}},
		{"i8 products", fn.CumProd(i, 0), "i32[4]", []float64{-128, 128, 128, 16256}},
		{"i8 dot", fn.Dot(i, i), "i32[]", []float64{32515}},
		{"back from the end", fn.At(fn.Iota(trace.TypeOf(trace.Int64, 300), 0), trace.New([]int8{-1, 2})), "i64[2]", []float64{299, 2}},
		{"count down", fn.Arange(trace.Uint8, 5, 0, -2), "u8[3]", []float64{5, 3, 1}},
	} {
		if c.got.Type().String() != c.typ || !slices.Equal(c.got.Float64s(), c.want) {
			t.Errorf("%s: got %v, want %s %v", c.name, c.got, c.typ, c.want)
		}
	}
}

// Derivatives of halves are halves, of any order, compiled and batched alike; sums in
// between are rounded once.
func TestDerivativesOfHalves(t *testing.T) {
	f := func(x trace.Value) trace.Value { return fn.SumAll(fn.Mul(fn.Exp(x), fn.Mul(x, fn.Scalar(3)))) }
	for _, d := range []trace.DType{trace.BFloat16, trace.Float16} {
		x := fn.Cast(trace.New([]float64{0, 0.5, -1, 2}), d)
		slope := transforms.Grad(f)
		got := slope(x)
		if got.DType() != d {
			t.Fatalf("the gradient of %v is %v", d, got.Type())
		}
		for i, v := range x.Float64s() {
			if want := 3 * (1 + v) * math.Exp(v); math.Abs(got.Float64s()[i]-want) > 0.02*(1+math.Abs(want)) {
				t.Errorf("%v: the slope at %v is %v, want %v", d, v, got.Float64s()[i], want)
			}
		}
		second := transforms.Grad(func(x trace.Value) trace.Value { return fn.SumAll(slope(x)) })
		for name, pair := range map[string][2]trace.Value{
			"compiled": {transforms.Jit(slope)(x), got}, "second order, compiled": {transforms.Jit(second)(x), second(x)},
			"batched": {fn.Index(transforms.Vmap(slope)(fn.Stack(0, x, x)), 1), got},
		} {
			if !pair[0].Type().Equal(pair[1].Type()) || !slices.Equal(pair[0].Float64s(), pair[1].Float64s()) {
				t.Errorf("%v, %s: got %v, want %v", d, name, pair[0], pair[1])
			}
		}
	}
}

// Uniform numbers stay below 1, and are multiples of the last bit there.
func TestUniformHalves(t *testing.T) {
	for d, precision := range map[trace.DType]float64{trace.Float16: 1 << 11, trace.BFloat16: 1 << 8} {
		u := random.Uniform(random.Key(3), d, 20000)
		total := 0.0
		for _, x := range u.Float64s() {
			if x < 0 || x >= 1 || x*precision != math.Trunc(x*precision) {
				t.Fatalf("%v: %v", d, x)
			}
			total += x
		}
		if mean := total/20000 + 0.5/precision; math.Abs(mean-0.5) > 0.01 || u.DType() != d {
			t.Errorf("%v: the mean of %v is %v", d, u.Type(), mean)
		}
		if n := random.Normal(random.Key(3), d, 4); n.DType() != d {
			t.Errorf("normal numbers are %v", n.Type())
		}
	}
}

// Weights in half the memory: stored as f16, computed in f32.
func ExampleCast_storage() {
	w := trace.New([]float32{0.1, -2.5, 1000.25})
	half := fn.Cast(w, trace.Float16)
	fmt.Println(half, half.Type().Bytes(), "bytes")
	fmt.Println(fn.Mul(half, fn.Scalar(2)))
	fmt.Println(fn.Cast(half, trace.Float32))
	// Output:
	// f16[3] [0.1 -2.5 1000] 6 bytes
	// f16[3] [0.2 -5 2000]
	// f32[3] [0.099975586 -2.5 1000]
}
