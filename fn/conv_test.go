package fn_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/trace"
)

// convCase is a convolution with whole numbers, drawn at random.
type convCase struct {
	config     fn.ConvConfig
	x, w       trace.Value
	low, high  []int
	stride     []int
	dilation   []int
	groups     int
	outChannel int
}

func drawConv(r *rand.Rand, d trace.DType) convCase {
	rank := 1 + r.IntN(3)
	c := convCase{groups: 1 + r.IntN(3)}
	list := func(low, n int) []int {
		out := make([]int, rank)
		for i := range out {
			out[i] = low + r.IntN(n)
		}
		return out
	}
	c.low, c.high, c.stride, c.dilation = list(0, 3), list(0, 3), list(1, 3), list(1, 2)
	kernel, size := list(1, 3), list(0, 4)
	for a, k := range kernel {
		size[a] += max((k-1)*c.dilation[a]+1-c.low[a]-c.high[a], 0)
	}
	in, out := c.groups*(1+r.IntN(2)), c.groups*(1+r.IntN(3))
	c.x = whole(r, d, slices.Concat([]int{1 + r.IntN(3), in}, size)...)
	c.w = whole(r, d, slices.Concat([]int{out, in / c.groups}, kernel)...)
	c.config = fn.ConvConfig{Stride: c.stride, Padding: c.low, PaddingHigh: c.high, Dilation: c.dilation, Groups: c.groups}
	c.outChannel = out
	return c
}

// plain is the double sum of the definition.
func (c convCase) plain() grid {
	x, w := gridOf(c.x), gridOf(c.w)
	shape := []int{x.shape[0], c.outChannel}
	for a, s := range c.stride {
		reach := (w.shape[2+a]-1)*c.dilation[a] + 1
		shape = append(shape, (x.shape[2+a]+c.low[a]+c.high[a]-reach)/s+1)
	}
	y := newGrid(shape...)
	c.eachTerm(y.shape, w.shape, func(at, from, weight []int) {
		if v := x.at(from...); v != nil {
			*y.at(at...) += *v * *w.at(weight...)
		}
	})
	return y
}

// eachTerm calls f for every term, with its index in the output, in the input (which may
// be outside) and in the weights.
func (c convCase) eachTerm(y, w []int, f func(at, from, weight []int)) {
	eachIndex(slices.Concat(y, w[1:]), func(index []int) {
		at, k := index[:len(y)], index[len(y):]
		group := at[1] / (c.outChannel / c.groups)
		from := []int{at[0], group*w[1] + k[0]}
		for a, s := range c.stride {
			from = append(from, at[2+a]*s+k[1+a]*c.dilation[a]-c.low[a])
		}
		f(at, from, slices.Concat([]int{at[1]}, k))
	})
}

func TestConvAgainstLoops(t *testing.T) {
	r := rand.New(rand.NewPCG(12, 12))
	for range 300 {
		c := drawConv(r, []trace.DType{trace.Float32, trace.Float64}[r.IntN(2)])
		what := fmt.Sprintf("conv of %v and %v by %+v", c.x.Type(), c.w.Type(), c.config)
		c.plain().equals(t, what, fn.Conv(c.x, c.w, c.config), 0)
	}
}

func TestConvDefaults(t *testing.T) {
	r := rand.New(rand.NewPCG(13, 13))
	x, w := whole(r, trace.Float64, 2, 3, 5, 4), whole(r, trace.Float64, 4, 3, 2, 3)
	c := convCase{x: x, w: w, low: []int{0, 0}, high: []int{0, 0}, stride: []int{1, 1}, dilation: []int{1, 1}, groups: 1, outChannel: 4}
	c.plain().equals(t, "the zero config", fn.Conv(x, w, fn.ConvConfig{}), 0)
	c.low, c.high = []int{1, 2}, []int{1, 2}
	c.plain().equals(t, "symmetric padding", fn.Conv(x, w, fn.ConvConfig{Padding: []int{1, 2}}), 0)
}

// The transposed convolution adds each element, times the weights, where the convolution
// would have read it.
func TestConvTransposeAgainstLoops(t *testing.T) {
	r := rand.New(rand.NewPCG(14, 14))
	done := 0
	for done < 200 {
		rank := 1 + r.IntN(3)
		groups := 1 + r.IntN(2)
		config := fn.ConvTransposeConfig{Groups: groups}
		shape := []int{1 + r.IntN(2), groups * (1 + r.IntN(2)), 1 + r.IntN(3)}
		weights := []int{shape[1], shape[2]}
		shape[2] *= groups
		y := slices.Clone(shape[:2])
		for range rank {
			n, k, s, d, pad := 1+r.IntN(4), 1+r.IntN(3), 1+r.IntN(3), 1+r.IntN(2), r.IntN(2)
			extra := r.IntN(max(s, d))
			config.Stride, config.Dilation = append(config.Stride, s), append(config.Dilation, d)
			config.Padding, config.OutputPadding = append(config.Padding, pad), append(config.OutputPadding, extra)
			y, weights = append(y, n), append(weights, k)
			shape = append(shape, (n-1)*s-2*pad+d*(k-1)+extra+1)
		}
		shape = slices.Delete(shape, 1, 2)
		if slices.Min(shape) < 0 {
			continue
		}
		done++
		x, w := whole(r, trace.Float64, y...), whole(r, trace.Float64, weights...)
		want := newGrid(shape...)
		c := convCase{low: config.Padding, stride: config.Stride, dilation: config.Dilation, groups: groups, outChannel: y[1]}
		c.eachTerm(y, weights, func(from, at, weight []int) {
			if v := want.at(at...); v != nil {
				*v += *gridOf(x).at(from...) * *gridOf(w).at(weight...)
			}
		})
		want.equals(t, fmt.Sprintf("conv_transpose of %v and %v by %+v", y, weights, config), fn.ConvTranspose(x, w, config), 0)
	}
}

func TestConvRandomLaws(t *testing.T) {
	r := rand.New(rand.NewPCG(15, 15))
	for range count(15) {
		c := drawConv(r, trace.Float64)
		t.Run(fmt.Sprintf("%v %v %+v", c.x.Type(), c.w.Type(), c.config), func(t *testing.T) {
			holds(t, func(x tree) trace.Value { return fn.Conv(x[0], x[1], c.config) }, c.x, c.w)
		})
	}
}

func TestConvPropagatesNaN(t *testing.T) {
	x := trace.New([]float64{1, math.NaN(), 3, 4, 5}, 1, 1, 5)
	y := fn.Conv(x, trace.New([]float64{0, 0}, 1, 1, 2), fn.ConvConfig{})
	for i, v := range y.Float64s() {
		if math.IsNaN(v) != (i < 2) {
			t.Errorf("output %d is %v", i, v)
		}
	}
}

// Composites match these kinds.
func TestStructuralKinds(t *testing.T) {
	x := fn.Zeros(trace.TypeOf(trace.Float32, 1, 2, 3))
	w := fn.Zeros(trace.TypeOf(trace.Float32, 2, 2, 1))
	for want, f := range map[trace.Kind]func(x trace.Value) trace.Value{
		trace.KindConvStandard.WithRank(1):   func(x trace.Value) trace.Value { return fn.Conv(x, w, fn.ConvConfig{}) },
		trace.KindConvTransposed.WithRank(1): func(x trace.Value) trace.Value { return fn.ConvTranspose(x, w, fn.ConvTransposeConfig{}) },
		trace.KindDense:                      func(x trace.Value) trace.Value { return fn.MatMul(x, fn.Zeros(trace.TypeOf(trace.Float32, 3, 2))) },
		trace.KindAvgPool.WithRank(1):        func(x trace.Value) trace.Value { return fn.AdaptiveAvgPool(x, 1) },
		trace.KindMaxPool.WithRank(1):        func(x trace.Value) trace.Value { return fn.AdaptiveMaxPool(x, 1) },
		trace.KindMean:                       func(x trace.Value) trace.Value { return fn.Mean(x, 1) },
		"reduce.sum":                         func(x trace.Value) trace.Value { return fn.Sum(x, 1) },
		"reduce.max":                         func(x trace.Value) trace.Value { return fn.Max(x, 1) },
		"shape.reshape":                      func(x trace.Value) trace.Value { return fn.Flatten(x, 1) },
		"shape.concat":                       func(x trace.Value) trace.Value { return fn.Concat(1, x, x) },
	} {
		p := trace.Record(func(in []trace.Value) []trace.Value { return []trace.Value{f(in[0])} }, []trace.Type{x.Type()})
		if len(p.Eqns) != 1 {
			t.Errorf("%s is not one equation:\n%v", want, p)
			continue
		}
		if k, ok := p.Eqns[0].Op.(trace.Kinded); !ok || k.Kind() != want {
			t.Errorf("%s: the op is %s", want, trace.Describe(p.Eqns[0].Op))
		}
	}
}
