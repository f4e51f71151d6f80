package lawtest

import (
	"hash/fnv"
	"math"
	"math/rand/v2"

	"github.com/pullback-go/pullback/trace"
)

// Value is an array, known or still to come; see [trace.Value].
type Value = trace.Value

// Sampler draws n elements of an array.
type Sampler func(r *rand.Rand, n int) []float64

// margin is how far from a kink a sampler stays, and distinct elements from each other:
// well over the steps of finite differences.
const margin = 0.05

// Between draws uniformly from lo up to hi.
func Between(lo, hi float64) Sampler {
	return each(func(r *rand.Rand) float64 { return lo + (hi-lo)*r.Float64() })
}

// Normal draws from the standard normal distribution.
func Normal() Sampler { return each((*rand.Rand).NormFloat64) }

// AwayFrom draws from the standard normal distribution, but nothing within 0.05 of one of
// the points: the kinks of a function.
func AwayFrom(points ...float64) Sampler { return Normal().AwayFrom(points...) }

// Distinct draws numbers around 0 of which no two are closer than 0.05, for functions
// that compare the elements of an array.
func Distinct() Sampler {
	return func(r *rand.Rand, n int) []float64 {
		out := make([]float64, n)
		for i, place := range r.Perm(n) {
			out[i] = margin * (2*(float64(place)-float64(n)/2) + r.Float64())
		}
		return out
	}
}

// AwayFrom draws from s again whatever is within 0.05 of one of the points.
func (s Sampler) AwayFrom(points ...float64) Sampler {
	return each(func(r *rand.Rand) float64 {
		for range 1000 {
			if x := s(r, 1)[0]; !near(x, points) {
				return x
			}
		}
		panic("lawtest: a sampler draws nothing but points to keep away from")
	})
}

func near(x float64, points []float64) bool {
	for _, p := range points {
		if math.Abs(x-p) < margin {
			return true
		}
	}
	return false
}

func each(draw func(r *rand.Rand) float64) Sampler {
	return func(r *rand.Rand, n int) []float64 {
		out := make([]float64, n)
		for i := range out {
			out[i] = draw(r)
		}
		return out
	}
}

// Value draws an array. Integers are rounded down; a bool is whether the number is at
// least 0.5.
func (s Sampler) Value(r *rand.Rand, t trace.Type) Value { return fromFloats(s(r, t.Size()), t) }

// Rand is a generator with a text as its seed, such as the name of a test.
func Rand(seed string) *rand.Rand {
	h := fnv.New64a()
	h.Write([]byte(seed))
	return rand.New(rand.NewPCG(h.Sum64(), 1))
}

func fromFloats(data []float64, t trace.Type) Value {
	whole := make([]float64, len(data))
	for i, x := range data {
		switch {
		case t.DType == trace.Bool && x < 0.5:
		case t.DType.IsInt():
			whole[i] = math.Floor(x)
		default:
			whole[i] = x
		}
	}
	out := trace.NewArray(t)
	out.Convert(trace.ArrayOf(whole, t.Shape...))
	return trace.FromArray(out)
}
