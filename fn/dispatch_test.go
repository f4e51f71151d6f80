package fn

import (
	"fmt"
	"sync"
	"testing"

	"github.com/pullback-go/pullback/trace"
)

// Each dtype chooses its own instance. A dtype that Infer would not have admitted is
// named.
func TestChoiceByDType(t *testing.T) {
	tests := []struct {
		d             trace.DType
		float, number string
	}{
		{trace.Bool, "", ""}, {trace.Int32, "", "i32"}, {trace.Int64, "", "i64"},
		{trace.Float32, "f32", "f32"}, {trace.Float64, "f64", "f64"}, {trace.Invalid, "", ""}, {trace.Float16, "", ""}, {trace.Uint8, "", ""},
	}
	for _, test := range tests {
		chosen := func(want string, choose func() string) {
			defer func() {
				got := recover()
				if refused := fmt.Sprintf("fn: no kernel for %v, which is not a float", test.d); want == "" && got != refused || want != "" && got != nil {
					t.Errorf("%v: got the panic %v, want %q", test.d, got, want)
				}
			}()
			if got := choose(); got != want {
				t.Errorf("%v: got %s, want %q", test.d, got, want)
			}
		}
		chosen(test.float, func() string { return onFloat(test.d, "f32", "f64") })
		chosen(test.number, func() string { return onNumber(test.d, "i32", "i64", "f32", "f64") })
	}
	for _, d := range everyType {
		if got := onBits(d, 1, 2, 4, 8); got != d.Bytes() {
			t.Errorf("%v: got the instance of %d bytes", d, got)
		}
	}
}

// Blocks cover every element once, whatever their number.
func TestBlocksCoverAll(t *testing.T) {
	for _, n := range []int{0, 1, grain - 1, grain, grain + 1, 5*grain + 3} {
		var mu sync.Mutex
		seen, blocks := make([]int, n), 0
		inBlocks(n, func(lo, hi int) {
			mu.Lock()
			defer mu.Unlock()
			blocks++
			for i := lo; i < hi; i++ {
				seen[i]++
			}
		})
		for i, times := range seen {
			if times != 1 {
				t.Fatalf("%d of %d is in %d blocks", i, n, times)
			}
		}
		if most := (n + grain - 1) / grain; blocks > max(1, most) {
			t.Errorf("%d elements are in %d blocks, want at most %d", n, blocks, most)
		}
	}
}

// Two operands of an elementwise operation have one type. Otherwise the error says what
// differs.
func TestTypesOfPairs(t *testing.T) {
	x := typed(trace.Float32, 2, 3)
	const bools = "bool[2] has no arithmetic: use fn.Any or fn.All, or fn.Cast it to numbers"
	tests := []struct {
		a, b            trace.Type
		numbers, floats string
	}{
		{x, x, "", ""},
		{x, typed(trace.Float64, 2, 3), "dtypes differ: f32 and f64; convert one of them with fn.Cast", "dtypes differ: f32 and f64; convert one of them with fn.Cast"},
		{x, typed(trace.Float32, 3), "shapes [2 3] and [3] differ: fn.BroadcastTo makes them equal", "shapes [2 3] and [3] differ: fn.BroadcastTo makes them equal"},
		{x, typed(trace.Float32, 2), "shapes [2 3] and [2] do not broadcast: axis -1 has the lengths 3 and 2, neither equal nor 1",
			"shapes [2 3] and [2] do not broadcast: axis -1 has the lengths 3 and 2, neither equal nor 1"},
		{typed(trace.Int64, 2), typed(trace.Int64, 2), "", "i64[2] is not a float array: fn.Cast it to f32 or f64"},
		{typed(trace.Bool, 2), typed(trace.Bool, 2), bools, "bool[2] is not a float array: fn.Cast it to f32 or f64"},
	}
	for _, test := range tests {
		in := []trace.Type{test.a, test.b}
		for i, infer := range []func([]trace.Type) ([]trace.Type, error){sameNumbers, sameFloats} {
			out, err := infer(in)
			text, want := "", []string{test.numbers, test.floats}[i]
			if err != nil {
				text = err.Error()
			}
			if text != want {
				t.Errorf("%v: got %q, want %q", in, text, want)
			}
			if err == nil && (len(out) != 1 || !out[0].Equal(test.a) || cap(out) != 1) {
				t.Errorf("%v: got %v with room for %d", in, out, cap(out))
			}
		}
	}
}
