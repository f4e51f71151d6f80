package trace_test

import (
	"math"
	"testing"

	"github.com/pullback-go/pullback/trace"
)

func TestDTypes(t *testing.T) {
	tests := []struct {
		d            trace.DType
		name         string
		bytes        int
		float, whole bool
	}{
		{trace.Invalid, "invalid", 0, false, false}, {trace.Bool, "bool", 1, false, false}, {trace.Int32, "i32", 4, false, true},
		{trace.Uint8, "u8", 1, false, true}, {trace.Int8, "i8", 1, false, true}, {trace.BFloat16, "bf16", 2, true, false}, {trace.Float16, "f16", 2, true, false},
		{trace.Int64, "i64", 8, false, true}, {trace.Float32, "f32", 4, true, false}, {trace.Float64, "f64", 8, true, false},
		{trace.DType(10), "dtype(10)", 0, false, false}, {trace.DType(255), "dtype(255)", 0, false, false},
	}
	for _, tt := range tests {
		if tt.d.String() != tt.name || tt.d.Bytes() != tt.bytes || tt.d.IsFloat() != tt.float || tt.d.IsInt() != tt.whole {
			t.Errorf("got %v %d %v %v, want %+v", tt.d, tt.d.Bytes(), tt.d.IsFloat(), tt.d.IsInt(), tt)
		}
	}
}

func TestDTypeOf(t *testing.T) {
	got := []trace.DType{
		trace.DTypeOf[bool](), trace.DTypeOf[uint8](), trace.DTypeOf[int8](), trace.DTypeOf[int32](), trace.DTypeOf[int64](),
		trace.DTypeOf[trace.BF16](), trace.DTypeOf[trace.F16](), trace.DTypeOf[float32](), trace.DTypeOf[float64](),
	}
	for i, d := range got {
		if d != trace.DType(i+1) {
			t.Errorf("dtype %d: got %v", i+1, d)
		}
	}
}

func TestTypePrints(t *testing.T) {
	wantText(t, trace.TypeOf(trace.Float32, 8, 3, 32, 32).String(), "f32[8 3 32 32]")
	wantText(t, trace.TypeOf(trace.Bool).String(), "bool[]")
	wantText(t, trace.Type{DType: trace.Int64, Shape: []int{0}}.String(), "i64[0]")
}

func TestTypeSizeAndRank(t *testing.T) {
	tests := []struct {
		typ        trace.Type
		rank, size int
	}{{f64(), 0, 1}, {f64(0), 1, 0}, {f64(2, 3, 4), 3, 24}, {f64(5, 0, 7), 3, 0}}
	for _, tt := range tests {
		if tt.typ.Rank() != tt.rank || tt.typ.Size() != tt.size {
			t.Errorf("%v: got rank %d size %d, want %d %d", tt.typ, tt.typ.Rank(), tt.typ.Size(), tt.rank, tt.size)
		}
	}
}

func TestTypeEqual(t *testing.T) {
	base := f64(2, 3)
	if !base.Equal(f64(2, 3)) || !f64().Equal(trace.Type{DType: trace.Float64, Shape: []int{}}) {
		t.Error("equal types are not Equal")
	}
	for _, other := range []trace.Type{f64(3, 2), f64(2), f64(2, 3, 1), f64(), trace.TypeOf(trace.Float32, 2, 3)} {
		if base.Equal(other) || other.Equal(base) {
			t.Errorf("%v and %v are Equal", base, other)
		}
	}
}

func TestImpossibleTypes(t *testing.T) {
	tests := []struct {
		typ  trace.Type
		want string
	}{
		{trace.Type{}, "new array: invalid is not a dtype"},
		{trace.TypeOf(trace.DType(99), 2), "new array: dtype(99) is not a dtype"},
		{f64(2, -1, 3), "new array: axis 1 of f64[2 -1 3] has a negative length"},
		{f64(1 << 59), "new array: f64[576460752303423488] has more bytes than memory can address"},
		{f64(1<<31, 1<<31), "new array: f64[2147483648 2147483648] has more bytes than memory can address"},
		{trace.TypeOf(trace.Bool, math.MaxInt, 2), "new array: bool[9223372036854775807 2] has more bytes than memory can address"},
		{f64(1<<40, 0, 1<<40), "new array: f64[1099511627776 0 1099511627776] has more bytes than memory can address"},
	}
	for _, tt := range tests {
		wantReason(t, tt.want, func() { trace.NewArray(tt.typ) })
	}
}

// Epsilon and Limits are what conversion makes of the numbers beside them.
func TestEpsilonAndLimits(t *testing.T) {
	for d := trace.Bool; d <= trace.Float64; d++ {
		least, largest := d.Limits()
		in := func(x float64) float64 { return trace.Convert(trace.Scalar(x), d).Float64() }
		if in(least) != least || in(largest) != largest {
			t.Errorf("%v: the limits %v and %v are none of its numbers", d, least, largest)
		}
		e := d.Epsilon()
		if !d.IsFloat() {
			if e != 0 {
				t.Errorf("%v: epsilon is %v", d, e)
			}
			continue
		}
		if in(1+e) != 1+e || in(1+e/2) != 1 {
			t.Errorf("%v: epsilon is %v", d, e)
		}
		if beyond := largest * (1 + e/2); d != trace.Float64 && !math.IsInf(in(beyond), 1) {
			t.Errorf("%v: %v is %v, beyond the largest %v", d, beyond, in(beyond), largest)
		}
	}
	if e, least := trace.Invalid.Epsilon(), trace.DType(99).Bytes(); e != 0 || least != 0 {
		t.Errorf("got %v and %v", e, least)
	}
}
