package fn_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/trace"
	"github.com/pullback-go/pullback/transforms"
)

// poolCase is a pooling, drawn at random within what its parameters allow.
type poolCase struct {
	kernel, stride, padding, dilation []int
	ceil                              bool
	x                                 trace.Value
	out                               []int
}

func drawPool(r *rand.Rand, dilate bool) poolCase {
	c := poolCase{ceil: r.IntN(2) == 0}
	shape := []int{1 + r.IntN(2), 1 + r.IntN(3)}
	c.out = slices.Clone(shape)
	for range 1 + r.IntN(3) {
		k, s, d, n := 1+r.IntN(4), 1+r.IntN(3), 1, 3+r.IntN(5)
		if dilate {
			d = 1 + r.IntN(2)
		}
		pad := r.IntN(k/2 + 1)
		out := plainOutputs(n, k, s, pad, d, c.ceil)
		if out < 1 {
			return drawPool(r, dilate)
		}
		c.kernel, c.stride, c.padding, c.dilation = append(c.kernel, k), append(c.stride, s), append(c.padding, pad), append(c.dilation, d)
		shape, c.out = append(shape, n), append(c.out, out)
	}
	c.x = whole(r, numbers[2+r.IntN(2)], shape...)
	return c
}

// plainOutputs is the documented number of windows, rounded down or up. A last window
// that begins past the axis and the padding before it does not count.
func plainOutputs(n, k, s, pad, d int, ceil bool) int {
	count := float64(n+2*pad-d*(k-1)-1)/float64(s) + 1
	if !ceil {
		return int(math.Floor(count))
	}
	count = math.Ceil(count)
	if (count-1)*float64(s) >= float64(n+pad) {
		count--
	}
	return int(count)
}

// eachWindow calls f with every output index and the elements of x in its window, nil for
// those in the padding.
func (c poolCase) eachWindow(f func(out []int, window []*float64)) {
	x := gridOf(c.x)
	eachIndex(c.out, func(out []int) {
		var window []*float64
		eachIndex(c.kernel, func(k []int) {
			from := slices.Clone(out)
			for a := range k {
				from[2+a] = out[2+a]*c.stride[a] - c.padding[a] + k[a]*c.dilation[a]
				if from[2+a] >= x.shape[2+a]+c.padding[a] {
					return // nothing lies past the padding
				}
			}
			window = append(window, x.at(from...))
		})
		f(out, window)
	})
}

func TestMaxPoolAgainstLoops(t *testing.T) {
	r := rand.New(rand.NewPCG(20, 20))
	for range 300 {
		c := drawPool(r, true)
		want := newGrid(c.out...)
		c.eachWindow(func(out []int, window []*float64) {
			best := math.Inf(-1)
			for _, v := range window {
				if v != nil {
					best = math.Max(best, *v)
				}
			}
			*want.at(out...) = best
		})
		config := fn.MaxPoolConfig{Kernel: c.kernel, Stride: c.stride, Padding: c.padding, Dilation: c.dilation, CeilMode: c.ceil}
		want.equals(t, fmt.Sprintf("max_pool of %v by %+v", c.x.Type(), config), fn.MaxPool(c.x, config), 0)
	}
}

func TestAvgPoolAgainstLoops(t *testing.T) {
	r := rand.New(rand.NewPCG(21, 21))
	for range 300 {
		c := drawPool(r, false)
		exclude, divisor := r.IntN(2) == 0, r.IntN(2)*5
		want := newGrid(c.out...)
		c.eachWindow(func(out []int, window []*float64) {
			total, count := 0.0, 0
			for _, v := range window {
				if v != nil {
					total += *v
				}
				if v != nil || !exclude {
					count++
				}
			}
			if divisor != 0 {
				count = divisor
			}
			*want.at(out...) = total / float64(count)
		})
		config := fn.AvgPoolConfig{Kernel: c.kernel, Stride: c.stride, Padding: c.padding, CeilMode: c.ceil, ExcludePadding: exclude, Divisor: divisor}
		want.equals(t, fmt.Sprintf("avg_pool of %v by %+v", c.x.Type(), config), fn.AvgPool(c.x, config), 1e-6)
	}
}

func TestAdaptivePoolsAgainstLoops(t *testing.T) {
	r := rand.New(rand.NewPCG(22, 22))
	for range 100 {
		shape, size := []int{2, 3}, []int{}
		for range 1 + r.IntN(3) {
			shape, size = append(shape, 1+r.IntN(6)), append(size, 1+r.IntN(7))
		}
		x := normals(r, shape...)
		mean, most := newGrid(append([]int{2, 3}, size...)...), newGrid(append([]int{2, 3}, size...)...)
		eachIndex(mean.shape, func(out []int) {
			var window []float64
			eachIndex(shape[2:], func(at []int) {
				for a, i := range at {
					low := math.Floor(float64(out[2+a]*shape[2+a]) / float64(size[a]))
					high := math.Ceil(float64((out[2+a]+1)*shape[2+a]) / float64(size[a]))
					if float64(i) < low || float64(i) >= high {
						return
					}
				}
				window = append(window, *gridOf(x).at(slices.Concat(out[:2], at)...))
			})
			*mean.at(out...), *most.at(out...) = plainMean(window), slices.Max(window)
		})
		what := fmt.Sprintf("of %v to %v", shape, size)
		mean.equals(t, "adaptive mean "+what, fn.AdaptiveAvgPool(x, size...), 1e-14)
		most.equals(t, "adaptive maximum "+what, fn.AdaptiveMaxPool(x, size...), 0)
	}
}

// Of equal maxima the first gets the cotangent; NaN wins.
func TestMaxPoolTies(t *testing.T) {
	x := trace.New([]float64{1, 1, 1, 1, 0, 2, 2, 2}, 1, 1, 2, 4)
	pool := func(x trace.Value) trace.Value { return fn.MaxPool(x, fn.MaxPoolConfig{Kernel: []int{2, 2}}) }
	g := transforms.Grad(func(x trace.Value) trace.Value { return fn.SumAll(pool(x)) })(x)
	near(t, "gradient", g.Float64s(), []float64{0, 0, 0, 0, 0, 1, 1, 0}, 0)
	y := pool(trace.New([]float64{1, math.NaN(), 3, 4, 5, 6, 7, 8}, 1, 1, 2, 4)).Float64s()
	if !math.IsNaN(y[0]) || y[1] != 8 {
		t.Errorf("pooling a NaN gives %v", y)
	}
	ints := fn.MaxPool(fn.Cast(x, trace.Int32), fn.MaxPoolConfig{Kernel: []int{1, 2}})
	near(t, "integers", ints.Float64s(), []float64{1, 1, 2, 2}, 0)
}

// An op prints its parameters, not its windows.
func TestPoolsPrintShort(t *testing.T) {
	x := trace.TypeOf(trace.Float32, 1, 2, 224, 224)
	for want, f := range map[string]func(x trace.Value) trace.Value{
		"max_pool{Kernel:[3 3] Stride:[2 2] Padding:[1 1] Ceil:true}": func(x trace.Value) trace.Value {
			return fn.MaxPool(x, fn.MaxPoolConfig{Kernel: []int{3, 3}, Stride: []int{2, 2}, Padding: []int{1, 1}, CeilMode: true})
		},
		"max_pool{Kernel:[3 3] Stride:[3 3] Dilation:[2 1]}": func(x trace.Value) trace.Value {
			return fn.MaxPool(x, fn.MaxPoolConfig{Kernel: []int{3, 3}, Dilation: []int{2, 1}})
		},
		"avg_pool{Kernel:[2 2] Stride:[2 2] ExcludePadding:true Divisor:3}": func(x trace.Value) trace.Value {
			return fn.AvgPool(x, fn.AvgPoolConfig{Kernel: []int{2, 2}, ExcludePadding: true, Divisor: 3})
		},
		"avg_pool{Adaptive:[7 7]}": func(x trace.Value) trace.Value { return fn.AdaptiveAvgPool(x, 7, 7) },
	} {
		p := trace.Record(func(in []trace.Value) []trace.Value { return []trace.Value{f(in[0])} }, []trace.Type{x})
		if got := trace.Describe(p.Eqns[0].Op); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
}

// The indices are row-major within a plane, and lead to the values.
func TestMaxPoolIndices(t *testing.T) {
	r := rand.New(rand.NewPCG(62, 1))
	for range 60 {
		c := drawPool(r, true)
		config := fn.MaxPoolConfig{Kernel: c.kernel, Stride: c.stride, Padding: c.padding, Dilation: c.dilation, CeilMode: c.ceil}
		y, index := fn.MaxPoolIndices(c.x, config)
		if want := trace.TypeOf(trace.Int64, c.out...); !index.Type().Equal(want) {
			t.Fatalf("the indices are %v, want %v", index.Type(), want)
		}
		near(t, "values", y.Float64s(), fn.MaxPool(c.x, config).Float64s(), 0)
		picked := fn.TakeAlong(fn.Flatten(c.x, 2), fn.Flatten(index, 2), 2)
		near(t, "at the indices", picked.Float64s(), y.Float64s(), 0)
	}
	x := trace.New([]float64{1, 5, 5, 2, 5, 0}, 1, 1, 2, 3)
	_, index := fn.MaxPoolIndices(x, fn.MaxPoolConfig{Kernel: []int{2, 2}, Stride: []int{1, 1}})
	near(t, "first of equal ones", index.Float64s(), []float64{1, 1}, 0)
}
