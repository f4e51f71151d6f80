package trace_test

import (
	"math"
	"runtime"
	"slices"
	"testing"

	"github.com/pullback-go/pullback/trace"
)

// Arrays of every dtype lie in memory where they are said to, and end there.
func TestMemory(t *testing.T) {
	m := trace.NewMemory(100)
	memory(t, m, 3, []bool{true, false, true, true})
	memory(t, m, 4, []int32{1, -2, 3, 4})
	memory(t, m, 8, []int64{1, -2, 3, 4})
	memory(t, m, 52, []float32{1, -2, 3, 4})
	memory(t, m, 72, []float64{1, -2, 3, 4})
	ints, bools := m.Array(0, trace.TypeOf(trace.Int32, 2)), m.Array(4, trace.TypeOf(trace.Bool, 4))
	trace.Elems[int32](ints)[1] = 1 << 16
	if got := trace.Elems[bool](bools); !slices.Equal(got, []bool{false, false, true, false}) {
		t.Errorf("the bytes of an int are %v as bools", got)
	}
	if a := m.Array(104, trace.TypeOf(trace.Float64, 0, 3)); a.Type().Size() != 0 {
		t.Errorf("an empty array is %v", a.Type())
	}
}

func memory[E trace.Elem](t *testing.T, m trace.Memory, at int, data []E) {
	t.Helper()
	a := m.Array(at, trace.TypeOf(trace.DTypeOf[E](), 2, 2))
	copy(trace.Elems[E](a), data)
	again := trace.Elems[E](m.Array(at, trace.TypeOf(trace.DTypeOf[E](), 4)))
	if !slices.Equal(again, data) || cap(again) != 4 {
		t.Errorf("at %d are %v of %d, want %v", at, again, cap(again), data)
	}
}

func TestMemoryErrors(t *testing.T) {
	m := trace.NewMemory(20)
	for _, c := range []struct {
		at   int
		want string
	}{
		{8, "an array f64[3] at byte 8 of 24"}, {-8, "an array f64[3] at byte -8 of 24"}, {4, "an array f64[3] at byte 4 of 24"},
	} {
		err := trace.Try(func() { m.Array(c.at, trace.TypeOf(trace.Float64, 3)) })
		if err == nil || !endsWith(err.Error(), c.want) {
			t.Errorf("at %d: got %v, want %s", c.at, err, c.want)
		}
	}
}

// TestFaultH5: large memory was taken from an empty string, which need not have a place.
// Blocks that are alive at the same time are each their own, and sizes that memory cannot
// have are refused.
func TestFaultH5(t *testing.T) {
	const words = 5000
	var blocks []trace.Memory
	for i := range 20 {
		m := trace.NewMemory(8*words - i%8)
		if len(m) != words {
			t.Fatalf("%d words, want %d", len(m), words)
		}
		for j := range m {
			m[j] = uint64(i)
		}
		blocks = append(blocks, m)
		runtime.GC()
	}
	for i, m := range blocks {
		for j, v := range m {
			if v != uint64(i) {
				t.Fatalf("word %d of block %d is %d", j, i, v)
			}
		}
	}
	for _, bytes := range []int{-1, math.MinInt, math.MaxInt} {
		if err := trace.Try(func() { trace.NewMemory(bytes) }); err == nil {
			t.Errorf("there is memory of %d bytes", bytes)
		}
	}
	for _, typ := range []trace.Type{{}, trace.TypeOf(trace.Float64, -1), trace.TypeOf(trace.Float64, 1<<31, 1<<31)} {
		if err := trace.Try(func() { trace.NewMemory(64).Array(0, typ) }); err == nil {
			t.Errorf("there is an array of type %v in 64 bytes", typ)
		}
	}
}

func endsWith(s, end string) bool { return len(s) >= len(end) && s[len(s)-len(end):] == end }

// An output has its type and room for all of its elements, however large it is, and is
// refused where an array would be.
func TestNewOutput(t *testing.T) {
	for _, d := range everyDType {
		for _, n := range []int{0, 1, 7, 5000, 33333} {
			a := trace.NewOutput(trace.TypeOf(d, n))
			b := trace.NewArray(trace.TypeOf(d, n))
			if a.CopyFrom(b); !a.Type().Equal(b.Type()) || !slices.Equal(a.Float64s(), b.Float64s()) {
				t.Errorf("%v[%d]: %v", d, n, a.Type())
			}
		}
	}
	if err := trace.Try(func() { trace.NewOutput(trace.TypeOf(trace.Float32, 2, -1)) }); err == nil {
		t.Error("an output with an axis of length -1")
	}
}

// The errors of memory say what was asked for, and what there may be.
func TestErrorsOfMemory(t *testing.T) {
	m := trace.NewMemory(16)
	for _, c := range []struct {
		want string
		f    func()
	}{
		{"memory of -1 bytes: memory has 0 to 140737488355327", func() { trace.NewMemory(-1) }},
		{"memory of 140737488355328 bytes: memory has 0 to 140737488355327", func() { trace.NewMemory(1 << 47) }},
		{"new array: axis 1 of f32[2 -1] has a negative length", func() { trace.NewOutput(trace.TypeOf(trace.Float32, 2, -1)) }},
		{"new array: invalid is not a dtype", func() { trace.NewOutput(trace.Type{}) }},
		{"an array f64[2] at byte 8 of 16", func() { m.Array(8, trace.TypeOf(trace.Float64, 2)) }},
		{"an array i32[1] at byte 16 of 16", func() { m.Array(16, trace.TypeOf(trace.Int32, 1)) }},
		{"an array i32[1] at byte 2 of 16", func() { m.Array(2, trace.TypeOf(trace.Int32, 1)) }},
		{"an array bool[1] at byte -1 of 16", func() { m.Array(-1, trace.TypeOf(trace.Bool, 1)) }},
		{"an array bool[17] at byte 0 of 16", func() { m.Array(0, trace.TypeOf(trace.Bool, 17)) }},
		{"an array f32[0] at byte 20 of 16", func() { m.Array(20, trace.TypeOf(trace.Float32, 0)) }},
	} {
		wantReason(t, c.want, c.f)
	}
	for at, typ := range map[int]trace.Type{0: trace.TypeOf(trace.Float64, 2), 8: trace.TypeOf(trace.Float32, 2), 12: trace.TypeOf(trace.Int32, 1), 15: trace.TypeOf(trace.Bool, 1), 16: trace.TypeOf(trace.Int64, 0)} {
		if a := m.Array(at, typ); !a.Type().Equal(typ) {
			t.Errorf("at byte %d: %v", at, a.Type())
		}
	}
}
