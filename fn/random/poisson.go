package random

import (
	"math"

	"github.com/pullback-go/pullback/trace"
)

// Poisson draws counts with the Poisson distribution, i64, for a mean rate ≥ 0 that
// broadcasts to the shape. A rate that is negative, NaN, or larger than 2⁶² is a *trace.Error
// when the operation runs. Rates below 10 multiply uniform numbers, others use the
// transformed rejection of Hörmann, "The Transformed Rejection Method for Generating Poisson
// Random Variables", 1993, algorithm PTRS. Counts have no derivative.
func Poisson(key, rate trace.Value, shape ...int) trace.Value {
	defer trace.Naming("poisson", key, rate)
	return trace.Bind1(poisson{}, key, spreadOver(key, parameter("poisson", rate), shape))
}

type poisson struct{}

func (poisson) Name() string { return "poisson" }

func (poisson) Infer(in []trace.Type) ([]trace.Type, error) {
	return []trace.Type{trace.TypeOf(trace.Int64, in[1].Shape...)}, checkDraws(in)
}

func (poisson) Eval(in, out []*trace.Array) {
	rates, y := in[1].Float64s(), trace.Elems[int64](out[0])
	for _, rate := range rates {
		if !(rate >= 0 && rate <= 1<<62) {
			panic(trace.Errorf("poisson: the rate is %v: want 0 to 2⁶²", rate))
		}
	}
	eachDraw(in[0], len(y), 20, func(i int, w *words) {
		if rates[i] < 10 {
			y[i] = fewEvents(rates[i], w)
		} else {
			y[i] = manyEvents(rates[i], w)
		}
	})
}

// fewEvents counts events at exponential distances in a time of the rate.
func fewEvents(rate float64, w *words) int64 {
	left, n := math.Exp(-rate), int64(0)
	for p := w.uniform(); p > left; p *= w.uniform() {
		n++
	}
	return n
}

// manyEvents is algorithm PTRS.
func manyEvents(rate float64, w *words) int64 {
	b := 0.931 + 2.53*math.Sqrt(rate)
	a := -0.059 + 0.02483*b
	inverse := 1.1239 + 1.1328/(b-3.4)
	most := 0.9277 - 3.6224/(b-2)
	for {
		u, v := w.uniform()-0.5, w.uniform()
		s := 0.5 - math.Abs(u)
		k := math.Floor((2*a/s+b)*u + rate + 0.43)
		if s >= 0.07 && v <= most {
			return int64(k)
		}
		if k < 0 || s < 0.013 && v > s {
			continue
		}
		logarithm, _ := math.Lgamma(k + 1)
		if math.Log(v*inverse/(a/(s*s)+b)) <= k*math.Log(rate)-rate-logarithm {
			return int64(k)
		}
	}
}

func (poisson) UsesKeys() {}

func (poisson) VJP(_, _, _ []trace.Value, _ []bool) []trace.Value { return make([]trace.Value, 2) }

func (op poisson) Batch(size int, in []trace.Value, batched []bool) []trace.Value {
	return trace.Bind(op, allBatched(size, in, batched)...)
}
