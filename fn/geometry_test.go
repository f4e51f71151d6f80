package fn_test

import (
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/fn/random"
	"github.com/pullback-go/pullback/trace"
	"github.com/pullback-go/pullback/transforms"
)

// geometryCase is a call whose sizes exceed an int once they are multiplied. It has the
// right value, or an error that names the operation refuses it.
type geometryCase struct {
	name  string
	call  func() trace.Value
	want  []float64 // nil for an error
	error string
}

func (c geometryCase) check(t *testing.T) {
	t.Helper()
	var got trace.Value
	err := trace.Try(func() { got = c.call() })
	switch {
	case c.want == nil && err == nil:
		t.Errorf("got %v, want an error", got.Type())
	case c.want == nil && !strings.Contains(err.Error(), c.error):
		t.Errorf("got %v, want %q in it", err, c.error)
	case c.want != nil && err != nil:
		t.Errorf("got %v, want %v", err, c.want)
	case c.want != nil && !slices.Equal(got.Float64s(), c.want):
		t.Errorf("got %v, want %v", got.Float64s(), c.want)
	}
}

func ones(d trace.DType, shape ...int) trace.Value { return fn.Ones(trace.TypeOf(d, shape...)) }

func repeated(v float64, n int) []float64 { return slices.Repeat([]float64{v}, n) }

func checkGeometry(t *testing.T, cases []geometryCase) {
	for _, c := range cases {
		t.Run(c.name, c.check)
	}
}

// TestFaultB8 has sizes that overflow an int. They must not give Go's panics, wrong
// shapes, misleading messages or a hang.
func TestFaultB8(t *testing.T) {
	one := func(shape ...int) trace.Value { return ones(trace.Float64, shape...) }
	const k = 1 << 40
	checkGeometry(t, []geometryCase{
		{"stride of a transposed convolution", func() trace.Value {
			return fn.ConvTranspose(one(1, 1, 3), one(1, 1, 3), fn.ConvTransposeConfig{Stride: []int{math.MaxInt}})
		}, nil, "make more outputs than memory can address"},
		{"stride of one window", func() trace.Value {
			return fn.ConvTranspose(one(1, 1, 1), one(1, 1, 3), fn.ConvTransposeConfig{Stride: []int{math.MaxInt}})
		}, repeated(1, 3), ""},
		{"dilation", func() trace.Value {
			return fn.Conv(one(1, 1, 4), one(1, 1, 5), fn.ConvConfig{Dilation: []int{1 << 62}})
		}, nil, "conv(f64[1 1 4], f64[1 1 5]): spatial axis 0: 4 elements with padding 0 and 0 hold no window of 5 elements"},
		{"dilation of one element", func() trace.Value {
			return fn.Conv(one(1, 1, 4), one(1, 1, 1), fn.ConvConfig{Dilation: []int{math.MaxInt}})
		}, repeated(1, 4), ""},
		{"padding of a transposed convolution", func() trace.Value {
			return fn.ConvTranspose(one(1, 1, 3), one(1, 1, 3), fn.ConvTransposeConfig{Padding: []int{math.MaxInt}})
		}, nil, "leave no output with padding 9223372036854775807"},
		{"padding", func() trace.Value {
			return fn.Conv(one(1, 1, 4), one(1, 1, 2), fn.ConvConfig{Padding: []int{math.MaxInt}})
		}, nil, "are more than memory can address: use less padding"},
		{"high padding", func() trace.Value {
			return fn.Conv(one(1, 1, 4), one(1, 1, 2), fn.ConvConfig{PaddingHigh: []int{math.MaxInt - 3}})
		}, nil, "are more than memory can address: use less padding"},
		{"kernel and dilation", func() trace.Value {
			return fn.MaxPool(one(1, 1, 2), fn.MaxPoolConfig{Kernel: []int{k}, Dilation: []int{k}})
		}, nil, "max_pool(f64[1 1 2]): spatial axis 0: 2 elements with padding 0 hold no window of 1099511627776 elements"},
		{"step", func() trace.Value { return fn.Slice(one(3), fn.SliceConfig{Step: []int{math.MaxInt}}) }, repeated(1, 1), ""},
		{"dilation of a pooling", func() trace.Value {
			return fn.MaxPool(one(1, 1, 4), fn.MaxPoolConfig{Kernel: []int{5}, Stride: []int{1}, Dilation: []int{1 << 62}})
		}, nil, "hold no window of 5 elements"},
		{"padding that takes away", func() trace.Value { return fn.Pad(one(4), fn.PadConfig{Low: []int{math.MinInt}}) },
			nil, "elements cannot be taken away"},
		{"padding by the largest", func() trace.Value {
			return fn.Pad(one(4), fn.PadConfig{Low: []int{math.MaxInt}, High: []int{math.MaxInt}})
		},
			nil, "are more than memory can address"},
		{"outputs of an adaptive pooling", func() trace.Value { return fn.AdaptiveAvgPool(one(1, 1, 3), 1<<45) },
			nil, "more bytes than memory can address"},
		{"shape that wraps to nothing", func() trace.Value { return fn.Reshape(one(0), 1<<32, 1<<32) }, nil, "reshape"},
		{"shape that is open", func() trace.Value { return fn.Reshape(one(3), -1, 1<<32, 1<<32) }, nil, "reshape"},
		{"repeats", func() trace.Value { return fn.Expand(one(3), 0, math.MaxInt) }, nil, "more bytes than memory can address"},
		{"tiles", func() trace.Value { return fn.Tile(one(3), math.MaxInt) }, nil, "more bytes than memory can address"},
		{"count", func() trace.Value { return fn.Iota(trace.TypeOf(trace.Int64, 1<<32, 1<<32), 0) }, nil, "more bytes than memory can address"},
		{"classes", func() trace.Value { return fn.OneHot(trace.Scalar(int64(0)), math.MaxInt, trace.Float32) }, nil, "more bytes than memory can address"},
		{"draws", func() trace.Value { return random.Uniform(random.Key(1), trace.Float64, 1<<32, 1<<32) }, nil, "more bytes than memory can address"},
	})
}

// TestFaultB8AdaptivePoolOfManyPlaces records a pooling to 2³³ outputs without going
// through all of them.
func TestFaultB8AdaptivePoolOfManyPlaces(t *testing.T) {
	p := trace.Record(func(in []trace.Value) []trace.Value {
		return []trace.Value{fn.AdaptiveAvgPool(in[0], 1<<33)}
	}, []trace.Type{trace.TypeOf(trace.Float64, 1, 1, 3)})
	if got := p.TypesOf(p.Out)[0]; !got.Equal(trace.TypeOf(trace.Float64, 1, 1, 1<<33)) {
		t.Errorf("got %v", got)
	}
}

// TestFaultC1 has dilations with which a kernel could write and read outside of its
// arrays.
func TestFaultC1(t *testing.T) {
	n := func(seed int64, s ...int) trace.Value { return random.Normal(random.Key(seed), trace.Float32, s...) }
	checkGeometry(t, []geometryCase{
		{"write", func() trace.Value {
			return fn.ConvTranspose(n(1, 1, 10, 50), n(2, 10, 2, 7), fn.ConvTransposeConfig{Dilation: []int{3074457345618258604}, Groups: 2})
		}, nil, "make more outputs than memory can address"},
		{"read", func() trace.Value {
			return fn.Conv(n(1, 1, 128, 5, 47), n(2, 40, 16, 1, 6), fn.ConvConfig{Stride: []int{1, 2}, Dilation: []int{1, 3689348814741910324}, Groups: 8})
		}, nil, "hold no window of 6 elements, 3689348814741910324 apart"},
	})
}

// TestFaultC3 has sums and products of sizes that would wrap around, and then give wrong
// results or Go's own panics.
func TestFaultC3(t *testing.T) {
	x := trace.New([]float32{1, 2, 3, 4}, 4)
	y, z := fn.Reshape(x, 1, 1, 4), fn.Reshape(x, 1, 1, 2, 2)
	slice := func(step int) func() trace.Value {
		return func() trace.Value { return fn.Slice(x, fn.SliceConfig{Step: []int{step}}) }
	}
	grad := func(x, w trace.Value, stride ...int) func() trace.Value {
		return func() trace.Value {
			return transforms.Grad(func(x trace.Value) trace.Value { return fn.SumAll(fn.Conv(x, w, fn.ConvConfig{Stride: stride})) })(x)
		}
	}
	one := func(shape ...int) trace.Value { return ones(trace.Float32, shape...) }
	inner := []float64{1, 1, 1, 0, 1, 1, 1, 0, 1, 1, 1, 0, 0, 0, 0, 0}
	cases := []geometryCase{
		{"step MaxInt", slice(math.MaxInt), []float64{1}, ""},
		{"step MinInt", slice(math.MinInt), []float64{4}, ""},
		{"step MinInt+1", slice(math.MinInt + 1), []float64{4}, ""},
		{"step 3", slice(3), []float64{1, 4}, ""},
		{"step -3", slice(-3), []float64{4, 1}, ""},
		{"pad MinInt", func() trace.Value { return fn.Pad(x, fn.PadConfig{Low: []int{math.MinInt}}) }, nil, "cannot be taken away"},
		{"pool of dilation", func() trace.Value {
			return fn.MaxPool(y, fn.MaxPoolConfig{Kernel: []int{5}, Dilation: []int{1 << 62}, Stride: []int{1}})
		}, nil, "hold no window of 5 elements"},
		{"compiled", func() trace.Value {
			conv := func(x trace.Value) trace.Value {
				return fn.Conv(x, one(1, 1, 5), fn.ConvConfig{Dilation: []int{1 << 62}})
			}
			return transforms.Jit(conv)(one(1, 1, 40))
		}, nil, "hold no window of 5 elements"},
		{"gradient of one window", grad(z, one(1, 1, 2, 2), math.MaxInt, math.MaxInt), repeated(1, 4), ""},
		{"gradient 2-D 1<<31", grad(one(1, 1, 4, 4), one(1, 1, 3, 3), 1<<31, 1<<31), inner, ""},
		{"gradient 2-D 1<<32", grad(one(1, 1, 4, 4), one(1, 1, 3, 3), 1<<32, 1<<32), inner, ""},
		{"gradient 2-D MaxInt", grad(one(1, 1, 4, 4), one(1, 1, 3, 3), math.MaxInt, math.MaxInt), inner, ""},
		{"gradient 1-D MaxInt", grad(one(1, 1, 4), one(1, 1, 2), math.MaxInt), []float64{1, 1, 0, 0}, ""},
		{"gradient of distant windows", grad(one(1, 1, 1001), one(1, 1, 1), 1000), slices.Concat([]float64{1}, repeated(0, 999), []float64{1}), ""},
		{"dilation MaxInt", func() trace.Value {
			return fn.Conv(y, one(1, 1, 2), fn.ConvConfig{Dilation: []int{math.MaxInt}})
		}, nil, "hold no window of 2 elements"},
		{"transposed dilation MaxInt", func() trace.Value {
			return fn.ConvTranspose(y, one(1, 1, 2), fn.ConvTransposeConfig{Dilation: []int{math.MaxInt}})
		}, nil, "make more outputs than memory can address"},
		{"transposed stride 1<<62", func() trace.Value {
			return fn.ConvTranspose(y, one(1, 1, 2), fn.ConvTransposeConfig{Stride: []int{1 << 62}})
		}, nil, "make more outputs than memory can address"},
		{"pool of one window", func() trace.Value {
			return fn.MaxPool(y, fn.MaxPoolConfig{Kernel: []int{2}, Stride: []int{math.MaxInt}, CeilMode: true})
		}, []float64{2}, ""},
	}
	checkGeometry(t, cases)
}

// TestPaddingFarAway has windows so far apart that they cover almost nothing but padding.
// No memory is used for it.
func TestPaddingFarAway(t *testing.T) {
	const far = 1 << 40
	for _, d := range []trace.DType{trace.Float32, trace.Float64} {
		for channels := 1; channels <= 5; channels += 4 {
			x, w := ones(d, 1, channels, 4, 4), ones(d, channels, channels, 2, 2)
			c := fn.ConvConfig{Stride: []int{far, far}, Padding: []int{far, far}, PaddingHigh: []int{far, far}}
			f := func(x, w trace.Value) trace.Value { return fn.Conv(x, w, c) }
			y := f(x, w)
			if got := fn.SumAll(y).Float64s()[0]; got != float64(4*channels*channels) {
				t.Errorf("%v, %d channels: the sum of %v is %v", d, channels, y.Type(), got)
			}
			dx := transforms.Grad(func(x trace.Value) trace.Value { return fn.SumAll(f(x, w)) })(x)
			dw := transforms.Grad(func(w trace.Value) trace.Value { return fn.SumAll(f(x, w)) })(w)
			if a, b := fn.SumAll(dx).Float64s()[0], fn.SumAll(dw).Float64s()[0]; a != float64(4*channels*channels) || b != a {
				t.Errorf("%v, %d channels: the gradients add up to %v and %v", d, channels, a, b)
			}
		}
	}
}

// TestManyPlacesOfNothing has arrays without elements. Their other axes may have any
// length, and nothing counts along these.
func TestManyPlacesOfNothing(t *testing.T) {
	const far = 1 << 40
	none := ones(trace.Float32, 0, 2, 3)
	long := ones(trace.Float32, 2, 0, far)
	for name, f := range map[string]func() trace.Value{
		"adaptive pool":     func() trace.Value { return fn.AdaptiveAvgPool(none, far) },
		"adaptive max pool": func() trace.Value { return fn.AdaptiveMaxPool(none, far) },
		"pool":              func() trace.Value { return fn.AvgPool(long, fn.AvgPoolConfig{Kernel: []int{2}}) },
		"gradient of a pool": func() trace.Value {
			return transforms.Grad(func(x trace.Value) trace.Value { return fn.SumAll(fn.AdaptiveMaxPool(x, 2*far)) })(none)
		},
		"count":  func() trace.Value { return fn.Iota(trace.TypeOf(trace.Float32, far, 0), 0) },
		"concat": func() trace.Value { return fn.Concat(1, ones(trace.Float32, far, 0), ones(trace.Float32, far, 0)) },
		"slice":  func() trace.Value { return fn.Slice(long, fn.SliceConfig{Start: []int{1}}) },
		"pad":    func() trace.Value { return fn.Pad(long, fn.PadConfig{High: []int{1, 0, 0}}) },
		"conv": func() trace.Value {
			return fn.Conv(none, ones(trace.Float32, 2, 2, 1), fn.ConvConfig{Padding: []int{far}})
		},
	} {
		if got := f(); got.Size() != 0 {
			t.Errorf("%s: got %v", name, got.Type())
		}
	}
}
