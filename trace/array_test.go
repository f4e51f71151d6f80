package trace_test

import (
	"math"
	"slices"
	"testing"

	"github.com/pullback-go/pullback/trace"
)

// inEveryDType runs a test for each type of elements.
func inEveryDType(t *testing.T, tests ...func(t *testing.T)) {
	t.Helper()
	if len(tests) != int(trace.Float64) {
		t.Fatalf("%d tests for %d dtypes", len(tests), trace.Float64)
	}
	for i, f := range tests {
		t.Run(trace.DType(i+1).String(), f)
	}
}

// counted is n elements, none like its neighbours: numbers from 1 on, or two bools and a
// third that differs.
func counted[E trace.Elem](n int) []E {
	out := make([]E, n)
	for i := range out {
		switch p := any(&out[i]).(type) {
		case *bool:
			*p = i%3 == 1
		case *uint8:
			*p = uint8(i + 1)
		case *int8:
			*p = int8(i + 1)
		case *trace.BF16:
			*p = trace.ToBF16(float32(i + 1))
		case *trace.F16:
			*p = trace.ToF16(float32(i + 1))
		case *int32:
			*p = int32(i + 1)
		case *int64:
			*p = int64(i + 1)
		case *float32:
			*p = float32(i + 1)
		case *float64:
			*p = float64(i + 1)
		}
	}
	return out
}

// A part is the elements from an index on, in its own shape. It shares them, and ends
// where its type says: what is appended to it goes elsewhere.
func TestPart(t *testing.T) {
	inEveryDType(t, part[bool], part[uint8], part[int8], part[int32], part[int64], part[trace.BF16], part[trace.F16], part[float32], part[float64])
}

func part[E trace.Elem](t *testing.T) {
	const n = 7
	d := trace.DTypeOf[E]()
	for from := range n + 1 {
		for size := range n + 1 - from {
			a := trace.ArrayOf(counted[E](n), n)
			p := a.Part(from, trace.TypeOf(d, 1, size))
			got := trace.Elems[E](p)
			if !p.Type().Equal(trace.TypeOf(d, 1, size)) || !slices.Equal(got, counted[E](n)[from:from+size]) {
				t.Fatalf("%d elements from %d on are %v of %v", size, from, got, p.Type())
			}
			if cap(got) != size {
				t.Errorf("%d elements from %d on have room for %d", size, from, cap(got))
			}
			var zero E
			for i := range got {
				got[i] = zero
				if trace.Elems[E](a)[from+i] != zero {
					t.Errorf("element %d of a part from %d on is not that of the array", i, from)
				}
			}
		}
	}
	other := d%trace.Float64 + 1
	wantReason(t, "the memory of "+d.String()+"[7] was asked for as "+other.String()+": ask for its own dtype", func() {
		trace.ArrayOf(counted[E](n), n).Part(0, trace.TypeOf(other, n))
	})
	if p := trace.ArrayOf(counted[E](n), n).Part(3, trace.Type{DType: d}); p.Shape() == nil || !slices.Equal(trace.Elems[E](p), counted[E](n)[3:4]) {
		t.Errorf("a scalar part is %v of shape %#v", trace.Elems[E](p), p.Shape())
	}
}

// Arrays share if they begin at one element, whatever their sizes and shapes. An array of
// no elements shares with itself alone.
func TestShares(t *testing.T) {
	inEveryDType(t, shares[bool], shares[uint8], shares[int8], shares[int32], shares[int64], shares[trace.BF16], shares[trace.F16], shares[float32], shares[float64])
}

func shares[E trace.Elem](t *testing.T) {
	d := trace.DTypeOf[E]()
	a, b := trace.ArrayOf(counted[E](6), 6), trace.ArrayOf(counted[E](6), 6)
	none := trace.ArrayOf([]E{}, 0)
	view := trace.NewView(trace.TypeOf(d))
	view.Show(a, 0, []int{2})
	for _, c := range []struct {
		name string
		x, y *trace.Array
		want bool
	}{
		{"an array and itself", a, a, true},
		{"equal arrays", a, b, false},
		{"an array and all of it", a, a.Part(0, trace.TypeOf(d, 2, 3)), true},
		{"an array and its beginning", a, a.Part(0, trace.TypeOf(d)), true},
		{"an array and a view of its beginning", a, view, true},
		{"an array and its end", a, a.Part(1, trace.TypeOf(d, 5)), false},
		{"two parts from one element on", a.Part(2, trace.TypeOf(d, 3)), a.Part(2, trace.TypeOf(d, 1, 2)), true},
		{"parts that overlap", a.Part(2, trace.TypeOf(d, 3)), a.Part(3, trace.TypeOf(d, 3)), false},
		{"nothing and itself", none, none, true},
		{"nothing and nothing", none, trace.ArrayOf([]E{}, 0), false},
		{"an array and nothing of it", a, a.Part(0, trace.TypeOf(d, 0)), false},
	} {
		if got, swapped := c.x.Shares(c.y), c.y.Shares(c.x); got != c.want || swapped != c.want {
			t.Errorf("%s: got %v and %v, want %v", c.name, got, swapped, c.want)
		}
		if same := c.x.Place() == c.y.Place(); same != c.want {
			t.Errorf("%s: equal places %v, want %v", c.name, same, c.want)
		}
	}
}

// The memory of an array has the Go type of its dtype and no other.
func TestElemsOfAnotherDType(t *testing.T) {
	asks := []func(a *trace.Array){
		func(a *trace.Array) { trace.Elems[bool](a) }, func(a *trace.Array) { trace.Elems[uint8](a) }, func(a *trace.Array) { trace.Elems[int8](a) },
		func(a *trace.Array) { trace.Elems[int32](a) }, func(a *trace.Array) { trace.Elems[int64](a) },
		func(a *trace.Array) { trace.Elems[trace.BF16](a) }, func(a *trace.Array) { trace.Elems[trace.F16](a) },
		func(a *trace.Array) { trace.Elems[float32](a) }, func(a *trace.Array) { trace.Elems[float64](a) },
	}
	for d := trace.Bool; d <= trace.Float64; d++ {
		a := trace.NewArray(trace.TypeOf(d, 2, 3))
		for i, ask := range asks {
			as := trace.DType(i + 1)
			if as == d {
				ask(a)
				continue
			}
			wantReason(t, "the memory of "+d.String()+"[2 3] was asked for as "+as.String()+": ask for its own dtype", func() { ask(a) })
		}
	}
}

// Elements become the nearest float64, and all of them do.
func TestFloat64sOfLimits(t *testing.T) {
	negative := math.Copysign(0, -1)
	for _, c := range []struct {
		v    Value
		want []float64
	}{
		{trace.New([]bool{false, true, true, false}), []float64{0, 1, 1, 0}},
		{trace.New([]int32{math.MinInt32, -1, 0, math.MaxInt32}), []float64{-1 << 31, -1, 0, 1<<31 - 1}},
		{trace.New([]int64{math.MinInt64, math.MaxInt64, 1<<53 + 1, -3}), []float64{-1 << 63, 1 << 63, 1 << 53, -3}},
		{trace.New([]float32{0.1, math.MaxFloat32, math.SmallestNonzeroFloat32}), []float64{float64(float32(0.1)), math.MaxFloat32, math.SmallestNonzeroFloat32}},
		{trace.New([]float32{float32(negative), float32(math.Inf(-1)), float32(math.NaN())}), []float64{negative, math.Inf(-1), math.NaN()}},
		{trace.New([]float64{negative, math.Inf(1), math.NaN(), 5e-324}), []float64{negative, math.Inf(1), math.NaN(), 5e-324}},
		{trace.New([]int64{}, 3, 0), []float64{}},
	} {
		got := c.v.Float64s()
		if !slices.EqualFunc(got, c.want, sameFloat) {
			t.Errorf("%v: got %v, want %v", c.v, got, c.want)
		}
	}
}

// sameFloat tells -0 from 0, and takes all NaNs for one.
func sameFloat(a, b float64) bool {
	return math.Float64bits(a) == math.Float64bits(b) || a != a && b != b
}

// A copy has the bits of its source, whatever their shapes, and none of its memory.
func TestCopyFromCopiesBits(t *testing.T) {
	payload := math.Float64frombits(0x7ff8_0000_0000_1234)
	src := trace.ArrayOf([]float64{math.Copysign(0, -1), payload, math.Inf(-1), 4, 5, 6}, 2, 3)
	dst := trace.NewArray(f64(3, 2))
	dst.CopyFrom(src)
	for i, x := range trace.Elems[float64](src) {
		if y := trace.Elems[float64](dst)[i]; math.Float64bits(x) != math.Float64bits(y) {
			t.Errorf("element %d is %v, want %v", i, y, x)
		}
	}
	if !dst.Type().Equal(f64(3, 2)) || dst.Shares(src) {
		t.Errorf("the copy is %v, and shares memory: %v", dst.Type(), dst.Shares(src))
	}
	inEveryDType(t, copied[bool], copied[uint8], copied[int8], copied[int32], copied[int64], copied[trace.BF16], copied[trace.F16], copied[float32], copied[float64])
}

func copied[E trace.Elem](t *testing.T) {
	src, dst := trace.ArrayOf(counted[E](5), 5), trace.NewArray(trace.TypeOf(trace.DTypeOf[E](), 5))
	dst.CopyFrom(src)
	if !slices.Equal(trace.Elems[E](dst), counted[E](5)) || !slices.Equal(trace.Elems[E](src), counted[E](5)) {
		t.Errorf("got %v of %v", trace.Elems[E](dst), trace.Elems[E](src))
	}
	other := trace.NewArray(trace.TypeOf(trace.DTypeOf[E]()%trace.Float64+1, 5))
	wantReason(t, "the memory of "+other.Type().String()+" was asked for as "+dst.DType().String()+": ask for its own dtype", func() { dst.CopyFrom(other) })
}

// A view takes no memory of its own, however large its type. It shows scalars and
// nothing, too.
func TestViewsOfAllTypes(t *testing.T) {
	inEveryDType(t, viewOf[bool], viewOf[uint8], viewOf[int8], viewOf[int32], viewOf[int64], viewOf[trace.BF16], viewOf[trace.F16], viewOf[float32], viewOf[float64])
	wantReason(t, "new array: invalid is not a dtype", func() { trace.NewView(trace.Type{Shape: []int{2}}) })
	wantReason(t, "new array: dtype(10) is not a dtype", func() { trace.NewView(trace.TypeOf(trace.Float64+1, 2)) })
}

func viewOf[E trace.Elem](t *testing.T) {
	d := trace.DTypeOf[E]()
	large := trace.NewView(trace.TypeOf(d, 1<<20, 1<<20))
	if got := trace.Elems[E](large); len(got) != 0 || large.Type().Size() != 1<<40 {
		t.Errorf("%v has %d elements of its own", large.Type(), len(got))
	}
	a := trace.ArrayOf(counted[E](6), 2, 3)
	scalar, none := trace.NewView(trace.TypeOf(d)), trace.NewView(trace.TypeOf(d, 4, 0))
	for from := range 6 {
		scalar.Show(a, from, scalar.Shape())
		none.Show(a, from, none.Shape())
		if got := trace.Elems[E](scalar); !slices.Equal(got, counted[E](6)[from:from+1]) || cap(got) != 1 {
			t.Errorf("the scalar at %d is %v with room for %d", from, got, cap(got))
		}
		if got := trace.Elems[E](none); len(got) != 0 || cap(got) != 0 {
			t.Errorf("nothing at %d is %v with room for %d", from, got, cap(got))
		}
	}
	other := trace.NewArray(trace.TypeOf(d%trace.Float64+1, 6))
	wantReason(t, "the memory of "+other.Type().String()+" was asked for as "+d.String()+": ask for its own dtype", func() { scalar.Show(other, 0, nil) })
}

// An array keeps its elements when a view of it comes to show nothing.
func TestShowNothing(t *testing.T) {
	a := trace.ArrayOf(counted[float32](4), 4)
	v := trace.NewView(trace.TypeOf(trace.Float32, 2))
	v.Show(a, 1, v.Shape())
	v.Show(nil, 0, v.Shape())
	if got := trace.Elems[float32](a); !slices.Equal(got, []float32{1, 2, 3, 4}) || !v.Type().Equal(trace.TypeOf(trace.Float32, 2)) {
		t.Errorf("the array has %v, the view is %v", got, v.Type())
	}
}

// A new array has as many zeros as its type says, and its own memory; the shape of a
// scalar is not nil.
func TestNewArrayOfEveryType(t *testing.T) {
	inEveryDType(t, newArrayOf[bool], newArrayOf[uint8], newArrayOf[int8], newArrayOf[int32], newArrayOf[int64], newArrayOf[trace.BF16], newArrayOf[trace.F16], newArrayOf[float32], newArrayOf[float64])
}

func newArrayOf[E trace.Elem](t *testing.T) {
	d := trace.DTypeOf[E]()
	for _, shape := range [][]int{nil, {}, {0}, {5}, {2, 3}, {4, 0, 2}, {1, 1, 1, 7}} {
		a := trace.NewArray(trace.Type{DType: d, Shape: shape})
		if a.Shape() == nil || !slices.Equal(a.Shape(), shape) || a.DType() != d {
			t.Errorf("an array of shape %v is %v", shape, a.Type())
		}
		if got := trace.Elems[E](a); !slices.Equal(got, make([]E, a.Type().Size())) {
			t.Errorf("an array of shape %v has %v", shape, got)
		}
		if a.Shares(trace.NewArray(a.Type())) {
			t.Errorf("two arrays of shape %v share memory", shape)
		}
		wrapped := trace.ArrayOf(make([]E, a.Type().Size()), shape...)
		if wrapped.Shape() == nil || !wrapped.Type().Equal(a.Type()) {
			t.Errorf("elements wrapped in shape %v are %v", shape, wrapped.Type())
		}
	}
}

// A part is copied bit for bit, of every dtype, and nothing beside it is touched.
func TestCopyPart(t *testing.T) {
	for _, c := range []struct{ dst, src *trace.Array }{
		{trace.ArrayOf([]bool{true, true, true, true}, 4), trace.ArrayOf([]bool{true, false, false}, 3)},
		{trace.ArrayOf([]uint8{9, 9, 9, 9}, 4), trace.ArrayOf([]uint8{1, 2, 3}, 3)},
		{trace.ArrayOf([]trace.F16{9, 9, 9, 9}, 4), trace.ArrayOf([]trace.F16{1, 2, 3}, 3)},
		{trace.ArrayOf([]int32{9, 9, 9, 9}, 4), trace.ArrayOf([]int32{1, 2, 3}, 3)},
		{trace.ArrayOf([]int64{9, 9, 9, 9}, 4), trace.ArrayOf([]int64{1, 2, 3}, 3)},
		{trace.ArrayOf([]float32{9, 9, 9, 9}, 4), trace.ArrayOf([]float32{1, 2, 3}, 3)},
		{trace.ArrayOf([]float64{9, 9, 9, 9}, 4), trace.ArrayOf([]float64{1, 2, 3}, 3)},
	} {
		was, from := c.dst.Float64s(), c.src.Float64s()
		c.dst.CopyPart(1, c.src, 1, 2)
		if got, want := c.dst.Float64s(), []float64{was[0], from[1], from[2], was[3]}; !slices.Equal(got, want) {
			t.Errorf("%v: got %v, want %v", c.dst.Type(), got, want)
		}
		c.dst.CopyPart(4, c.src, 3, 0)
	}
}
