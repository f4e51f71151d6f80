package opt_test

import (
	"math"
	"testing"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/trace"
	"github.com/pullback-go/pullback/transforms"
	"github.com/pullback-go/pullback/transforms/internal/opt"
	"github.com/pullback-go/pullback/transforms/lawtest"
)

// parts is a function of data and constant weights that treats their signs differently,
// with the number of convolutions it needs.
type parts struct {
	name  string
	f     func(x, w Value) Value
	convs int
}

func plus(w Value) Value  { return fn.Maximum(w, fn.Scalar(0)) }
func minus(w Value) Value { return fn.Minimum(w, fn.Scalar(0)) }

// byChannel multiplies each output channel of weights by a number of its own.
func byChannel(w Value) Value {
	s := lawtest.Between(0.5, 2).Value(lawtest.Rand("factors"), trace.TypeOf(trace.Float64, w.Dim(0)))
	return fn.Mul(w, fn.BroadcastIn(fn.Cast(s, w.DType()), w.Shape(), 0))
}

var partsTable = []parts{
	{"the whole and both parts", func(x, w Value) Value {
		return fn.Sub(fn.Mul(same3(x, w), same3(x, plus(w))), same3(x, minus(w)))
	}, 2},
	{"the parts first", func(x, w Value) Value {
		return fn.Add(fn.Mul(same3(x, plus(w)), same3(x, minus(w))), same3(x, w))
	}, 2},
	{"parts of weights with a factor for each channel", func(x, w Value) Value {
		v := byChannel(w)
		return fn.Sub(fn.Mul(same3(x, w), same3(x, plus(v))), same3(x, minus(v)))
	}, 2},
	{"more of one sign in each", func(x, w Value) Value { // as the two forward passes of LRP-γ
		more := func(part Value) Value { return fn.Add(w, fn.Mul(fn.Scalar(0.25), part)) }
		return fn.Sub(fn.Mul(same3(x, w), same3(x, more(plus(w)))), same3(x, more(minus(w))))
	}, 2},
	{"parts that do not add up", func(x, w Value) Value {
		return fn.Sub(fn.Mul(same3(x, w), same3(x, plus(w))), same3(x, fn.Minimum(w, fn.Scalar(0.001))))
	}, 3},
	{"parts of other data", func(x, w Value) Value {
		return fn.Sub(fn.Mul(same3(x, w), same3(x, plus(w))), same3(fn.Tanh(x), minus(w)))
	}, 3},
	{"an operation as cheap as a subtraction", func(x, w Value) Value {
		w = fn.Slice(w, fn.SliceConfig{Stop: []int{5, 10, 3, 3}})
		x = fn.Slice(x, fn.SliceConfig{Stop: []int{2, 10, 6, 7}})
		return fn.Sub(fn.Mul(same3(x, w), same3(x, plus(w))), same3(x, minus(w)))
	}, 3},
	{"the parts twice", func(x, w Value) Value {
		f := func(x Value) Value { return fn.Sub(fn.Mul(same3(x, w), same3(x, plus(w))), same3(x, minus(w))) }
		return fn.Add(f(x), f(fn.Tanh(x)))
	}, 4},
}

// In float32, a layer's output for one part of its weights is computed from its output
// for all of them and for the other part.
func TestByDifference(t *testing.T) {
	for _, c := range partsTable {
		t.Run(c.name, func(t *testing.T) {
			for d, tolerance := range map[trace.DType]float64{trace.Float32: 2e-6, trace.Float64: 1e-14} {
				x := fn.Cast(lawtest.Between(-1, 1).Value(lawtest.Rand("parts"), trace.TypeOf(trace.Float64, 2, 15, 6, 7)), d)
				w := fn.Cast(lawtest.Between(-1, 1).Value(lawtest.Rand("parts.w"), trace.TypeOf(trace.Float64, 5, 15, 3, 3)), d)
				p, _ := opt.Optimize(recordWith(func(x Value, in []Value) Value { return c.f(x, in[0]) }, x, w), opt.Options{})
				if err := p.Check(); err != nil {
					t.Fatal(err)
				}
				all := count(p, "conv", "conv_difference")
				if got := count(p, "conv"); d == trace.Float32 && got != c.convs || d == trace.Float64 && got != all {
					t.Errorf("%v: %d convolutions of %d, want %d\n%s", d, got, all, c.convs, p)
				}
				lawtest.Close(t, p.Apply(x)[0], c.f(x, w), tolerance)
				applied, f := func(x Value) Value { return p.Apply(x)[0] }, func(x Value) Value { return c.f(x, w) }
				lawtest.Close(t, transforms.Pull(applied, fn.OnesLike)(x), transforms.Pull(f, fn.OnesLike)(x), tolerance)
				rows := fn.Stack(0, x, fn.Tanh(x))
				lawtest.Close(t, transforms.Vmap(applied)(rows), transforms.Vmap(f)(rows), tolerance)
			}
		})
	}
}

// A channel whose weights are all zeros has no factor. A channel that is not finite does
// not add up.
func TestByDifferenceOddWeights(t *testing.T) {
	x, w := wide("odd parts")
	f := func(x, w Value) Value { return fn.Sub(fn.Mul(same3(x, w), same3(x, plus(w))), same3(x, minus(w))) }
	odd := func(v float32) Value {
		a := trace.NewArray(w.Type())
		copy(trace.Elems[float32](a), trace.Elems[float32](w.Array()))
		for i := range 32 * 9 {
			trace.Elems[float32](a)[32*9+i] = v // of the second channel
		}
		return trace.FromArray(a)
	}
	for v, convs := range map[float32]int{0: 2, float32(math.Inf(1)): 3} {
		w := odd(v)
		p, _ := opt.Optimize(recordWith(func(x Value, in []Value) Value { return f(x, in[0]) }, x, w), opt.Options{})
		if got := count(p, "conv"); got != convs {
			t.Errorf("weights %v: %d convolutions, want %d\n%s", v, got, convs, p)
		}
		if v == 0 {
			lawtest.Close(t, p.Apply(x)[0], f(x, w), 4e-6)
		}
	}
}
