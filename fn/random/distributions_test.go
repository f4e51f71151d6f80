package random_test

import (
	"math"
	"testing"

	"gonum.org/v1/gonum/mathext"
	"gonum.org/v1/gonum/stat/distuv"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/fn/random"
	"github.com/pullback-go/pullback/trace"
	"github.com/pullback-go/pullback/transforms"
	"github.com/pullback-go/pullback/transforms/lawtest"
)

// scalar is a number of a dtype.
func scalar(d trace.DType, x float64) trace.Value { return fn.Cast(trace.Scalar(x), d) }

// distributions are draws of numbers with their distribution functions.
var distributions = []struct {
	name string
	draw func(key trace.Value, d trace.DType, n int) trace.Value
	cdf  func(x float64) float64
}{
	{"Exponential", standard(random.Exponential), distuv.Exponential{Rate: 1}.CDF},
	{"Gumbel", standard(random.Gumbel), distuv.GumbelRight{Mu: 0, Beta: 1}.CDF},
	{"Logistic", standard(random.Logistic), func(x float64) float64 { return 1 / (1 + math.Exp(-x)) }},
	{"Laplace", standard(random.Laplace), distuv.Laplace{Mu: 0, Scale: 1}.CDF},
	{"Cauchy", standard(random.Cauchy), func(x float64) float64 { return 0.5 + math.Atan(x)/math.Pi }},
	{"Gamma0.2", gammaOf(0.2), distuv.Gamma{Alpha: 0.2, Beta: 1}.CDF},
	{"Gamma0.7", gammaOf(0.7), distuv.Gamma{Alpha: 0.7, Beta: 1}.CDF},
	{"Gamma1", gammaOf(1), distuv.Gamma{Alpha: 1, Beta: 1}.CDF},
	{"Gamma20", gammaOf(20), distuv.Gamma{Alpha: 20, Beta: 1}.CDF},
	{"Gamma1e5", gammaOf(1e5), distuv.Gamma{Alpha: 1e5, Beta: 1}.CDF},
	{"LogGamma0.001", func(key trace.Value, d trace.DType, n int) trace.Value {
		return random.LogGamma(key, scalar(d, 0.001), n)
	},
		func(y float64) float64 { return math.Exp(0.001*y) / math.Gamma(1.001) }}, // but for e^y, which is small
	{"Beta", func(key trace.Value, d trace.DType, n int) trace.Value {
		return random.Beta(key, scalar(d, 0.4), scalar(d, 2.5), n)
	}, distuv.Beta{Alpha: 0.4, Beta: 2.5}.CDF},
	{"Dirichlet", func(key trace.Value, d trace.DType, n int) trace.Value {
		return fn.At(random.Dirichlet(key, fn.Cast(trace.New([]float64{0.5, 1, 2}, 3), d), n), fn.Rest, 1)
	}, distuv.Beta{Alpha: 1, Beta: 2.5}.CDF},
	{"StudentT", func(key trace.Value, d trace.DType, n int) trace.Value {
		return random.StudentT(key, scalar(d, 1.5), n)
	},
		distuv.StudentsT{Mu: 0, Sigma: 1, Nu: 1.5}.CDF},
	{"TruncatedNormal", truncatedTo(-0.5, 2), between(-0.5, 2)}, {"TruncatedNormalTail", truncatedTo(4, math.Inf(1)), between(4, math.Inf(1))},
	{"TruncatedNormalLow", truncatedTo(math.Inf(-1), -6), between(math.Inf(-1), -6)},
	{"MultivariateNormal", func(key trace.Value, d trace.DType, n int) trace.Value {
		mean, cov := trace.New([]float64{1, 2}, 2), trace.New([]float64{1, 0.8, 0.8, 4}, 2, 2)
		return fn.At(random.MultivariateNormal(key, fn.Cast(mean, d), fn.Cast(cov, d), n), fn.Rest, 1)
	}, distuv.Normal{Mu: 2, Sigma: 2}.CDF},
	{"Orthogonal", func(key trace.Value, d trace.DType, n int) trace.Value {
		return fn.At(random.Orthogonal(key, d, 3, n), fn.Rest, 0, 0) // an element of a unit vector in 3 dimensions
	}, func(x float64) float64 { return (x + 1) / 2 }},
}

func standard(f func(key trace.Value, d trace.DType, shape ...int) trace.Value) func(key trace.Value, d trace.DType, n int) trace.Value {
	return func(key trace.Value, d trace.DType, n int) trace.Value { return f(key, d, n) }
}

func gammaOf(a float64) func(key trace.Value, d trace.DType, n int) trace.Value {
	return func(key trace.Value, d trace.DType, n int) trace.Value { return random.Gamma(key, scalar(d, a), n) }
}

func truncatedTo(lower, upper float64) func(key trace.Value, d trace.DType, n int) trace.Value {
	return func(key trace.Value, d trace.DType, n int) trace.Value {
		return random.TruncatedNormal(key, scalar(d, lower), scalar(d, upper), n)
	}
}

// between is the distribution function of a truncated normal distribution, from the tail
// where it is accurate.
func between(lower, upper float64) func(x float64) float64 {
	above := func(x float64) float64 { return math.Erfc(x / math.Sqrt2) }
	below := func(x float64) float64 { return math.Erfc(-x / math.Sqrt2) }
	return func(x float64) float64 {
		if lower > 0 {
			return (above(lower) - above(x)) / (above(lower) - above(upper))
		}
		return (below(x) - below(lower)) / (below(upper) - below(lower))
	}
}

// Samples have their distributions, by the test of Kolmogorov and Smirnov.
func TestSamplesHaveTheirDistributions(t *testing.T) {
	seeds := int64(3)
	if testing.Short() {
		seeds = 1
	}
	for _, c := range distributions {
		for seed := range seeds {
			for _, d := range []trace.DType{trace.Float32, trace.Float64} {
				x := c.draw(random.Key(seed), d, 20000)
				if x.DType() != d || x.Size() != 20000 {
					t.Errorf("%s is %v", c.name, x.Type())
				}
				if k := kolmogorov(x.Float64s(), c.cdf); !(k < 1.95) {
					t.Errorf("%s %v: distance %v", c.name, d, k)
				}
			}
		}
	}
}

// chiSquare is the distance of counts of 20,000 draws from probabilities, by the number that
// one in a thousand samples exceeds.
func chiSquare(counts map[int64]int, probability func(k int64) float64, upTo int64) float64 {
	sum, cells, rest, restP := 0.0, 0, 20000, 1.0
	for k := range upTo {
		p := probability(k)
		if p*20000 < 8 {
			continue
		}
		sum += math.Pow(float64(counts[k])-20000*p, 2) / (20000 * p)
		cells, rest, restP = cells+1, rest-counts[k], restP-p
	}
	if restP*20000 > 8 {
		sum += math.Pow(float64(rest)-20000*restP, 2) / (20000 * restP)
		cells++
	}
	return sum / distuv.ChiSquared{K: float64(cells - 1)}.Quantile(0.999)
}

func TestCountsHaveTheirDistributions(t *testing.T) {
	poisson := func(rate float64) (func(key trace.Value) trace.Value, func(k int64) float64) {
		return func(key trace.Value) trace.Value { return random.Poisson(key, trace.Scalar(rate), 20000) },
			func(k int64) float64 { return distuv.Poisson{Lambda: rate}.Prob(float64(k)) }
	}
	p := []float64{0.1, 0, 0.5, 0.15, 0.25}
	probability := func(k int64) float64 { return p[k] }
	rows, weights := fn.Iota(trace.TypeOf(trace.Int64, 5), 0), trace.New(p, 5)
	logits := fn.Log(weights)
	keys := random.Split(random.Key(99), 20000)
	type counted struct {
		draw        func(key trace.Value) trace.Value
		probability func(k int64) float64
		upTo        int64
	}
	cases := map[string]counted{
		"Categorical": {func(key trace.Value) trace.Value { return random.Categorical(key, logits, 20000) }, probability, 5},
		"Choice": {func(key trace.Value) trace.Value {
			return random.Choice(key, rows, random.ChoiceConfig{P: fn.Cast(weights, trace.Float32)}, 20000)
		}, probability, 5},
		"ChoiceUniform": {func(key trace.Value) trace.Value { return random.Choice(key, rows, random.ChoiceConfig{}, 20000) },
			func(int64) float64 { return 0.2 }, 5},
		"ChoiceFirst": {func(key trace.Value) trace.Value {
			many := random.Choice(fn.Add(keys, key), rows, random.ChoiceConfig{P: weights, WithoutReplacement: true}, 2)
			return fn.At(many, fn.Rest, 0)
		}, probability, 5},
		"ChoiceSecond": {func(key trace.Value) trace.Value {
			many := random.Choice(fn.Add(keys, key), rows, random.ChoiceConfig{P: weights, WithoutReplacement: true}, 2)
			return fn.At(many, fn.Rest, 1)
		}, func(k int64) float64 {
			sum := 0.0
			for j, q := range p {
				if int64(j) != k {
					sum += q * p[k] / (1 - q)
				}
			}
			return sum
		}, 5},
		"Randint": {func(key trace.Value) trace.Value {
			return fn.Add(random.Randint(key, -3, 4, 20000), fn.Scalar(3))
		}, func(int64) float64 { return 1.0 / 7 }, 7},
		"Rademacher": {func(key trace.Value) trace.Value {
			return fn.Cast(fn.Add(random.Rademacher(key, trace.Float32, 20000), fn.Scalar(1)), trace.Int64)
		}, func(k int64) float64 { return float64(1-k%2) / 2 }, 3},
	}
	for name, rate := range map[string]float64{"Poisson0": 0, "Poisson0.3": 0.3, "Poisson9": 9, "Poisson10": 10, "Poisson200": 200} {
		draw, probability := poisson(rate)
		cases[name] = counted{draw, probability, 400}
	}
	for name, c := range cases {
		for seed := range int64(3) {
			counts := map[int64]int{}
			for _, k := range trace.Data[int64](c.draw(random.Key(seed))) {
				if counts[k]++; k < 0 || k >= c.upTo || c.probability(k) == 0 {
					t.Fatalf("%s draws %d", name, k)
				}
			}
			if name != "Poisson0" && !(chiSquare(counts, c.probability, c.upTo) < 1) {
				t.Errorf("%s: chi² is %v of what it may be: %v", name, chiSquare(counts, c.probability, c.upTo), counts)
			}
		}
	}
}

// Large rates have their mean and variance.
func TestPoissonOfLargeRates(t *testing.T) {
	const n = 20000
	for _, rate := range []float64{1e5, 1e12} {
		sum, squares := 0.0, 0.0
		for _, k := range random.Poisson(random.Key(1), trace.Scalar(rate), n).Float64s() {
			sum, squares = sum+(k-rate), squares+(k-rate)*(k-rate)
		}
		if !(math.Abs(sum/n) < 3.3*math.Sqrt(rate/n)) || !(math.Abs(squares/n/rate-1) < 3.3*math.Sqrt(2.0/n)) {
			t.Errorf("rate %v: the mean is off by %v, the variance is %v", rate, sum/n, squares/n)
		}
	}
}

// Choices without replacement are all different, and the slopes go to the rows.
func TestChoice(t *testing.T) {
	x := fn.Mul(fn.Iota(trace.TypeOf(trace.Float64, 6, 2), 0), fn.Scalar(10))
	for _, c := range []random.ChoiceConfig{{WithoutReplacement: true}, {WithoutReplacement: true, P: trace.New([]float64{1, 1, 1, 1, 1, 0}, 6)}} {
		y := random.Choice(random.Key(3), x, c, 5)
		seen := map[float64]bool{}
		for i := range 5 {
			seen[y.At(i, 0)] = true
		}
		if len(seen) != 5 || !c.P.IsAbsent() && seen[50] {
			t.Errorf("%v", y)
		}
		slope := transforms.Grad(func(x trace.Value) trace.Value { return fn.SumAll(random.Choice(random.Key(3), x, c, 5)) })(x)
		if fn.SumAll(slope).Float64() != 10 || fn.Max(slope, 0, 1).Float64() != 1 {
			t.Errorf("the slope is %v", slope)
		}
	}
	if got := random.Choice(random.Key(1), fn.Zeros(trace.TypeOf(trace.Float64, 0, 3)), random.ChoiceConfig{}, 0); got.Size() != 0 {
		t.Errorf("no rows of none are %v", got)
	}
}

// The derivative of a gamma number follows the inverse distribution function.
func TestGammaSlopes(t *testing.T) {
	for _, a := range []float64{0.05, 0.4, 0.99, 1, 2.5, 9, 60, 1000} {
		y := random.LogGamma(random.Key(4), trace.Scalar(a), 40).Float64s()
		draw := func(a trace.Value) trace.Value { return random.LogGamma(random.Key(4), a, 40) }
		each := transforms.Pull(draw, fn.OnesLike)(fn.Expand(trace.Scalar(a), 0, 40)).Float64s()
		for i, slope := range each {
			x := math.Exp(y[i])
			h := 1e-4 * a
			quantile := func(a2 float64) float64 {
				if x < a {
					return math.Log(mathext.GammaIncRegInv(a2, mathext.GammaIncReg(a, x)))
				}
				return math.Log(mathext.GammaIncRegCompInv(a2, mathext.GammaIncRegComp(a, x)))
			}
			want := (8*(quantile(a+h)-quantile(a-h)) - (quantile(a+2*h) - quantile(a-2*h))) / (12 * h)
			if x < 1e-8 { // P = x^a/Γ(a+1)
				want = (mathext.Digamma(a+1) - y[i]) / a
			}
			if !(math.Abs(slope-want) <= 1e-6*math.Abs(want)) {
				t.Errorf("a = %v, y = %v: the slope is %v, want %v", a, y[i], slope, want)
			}
		}
	}
}

// The slope of logarithms of gamma numbers is a function of a and the number with
// derivatives of its own, on either side of where the way to compute it changes.
func TestGammaSlopesHaveLaws(t *testing.T) {
	for name, y := range map[string]lawtest.Sampler{"Low": lawtest.Between(-3, 0), "High": lawtest.Between(1.3, 2.5)} {
		t.Run(name, func(t *testing.T) {
			lawtest.LawsWith(t, lawtest.Config{}, func(in []trace.Value) trace.Value { return random.LogGammaSlope(in[0], in[1]) },
				lawtest.Input{Shape: []int{3, 2}, Sampler: lawtest.Between(0.3, 2)}, lawtest.Input{Shape: []int{3, 2}, Sampler: y})
		})
	}
	for _, a := range []float64{0.1, 1, 30, 1e4, 1e6} { // both ways meet
		at := func(x float64) float64 {
			return random.LogGammaSlope(trace.Scalar(a), trace.Scalar(math.Log(x))).Float64()
		}
		if low, high := at((a+1)*(1-1e-9)), at((a+1)*(1+1e-9)); !(math.Abs(low-high) <= 1e-7*math.Abs(low)) {
			t.Errorf("a = %v: %v and %v", a, low, high)
		}
	}
}

// The draws with parameters have the derivatives of the inverse distribution function.
func TestTruncatedNormalSlopes(t *testing.T) {
	for _, limits := range [][2]float64{{-1, 2}, {0.5, 0.7}, {3, 9}, {-8, -4}} {
		draw := func(in []trace.Value) trace.Value { return random.TruncatedNormal(random.Key(6), in[0], in[1], 7) }
		lower, upper := lawtest.Between(limits[0], limits[0]+1e-3), lawtest.Between(limits[1], limits[1]+1e-3)
		lawtest.LawsWith(t, lawtest.Config{}, draw, lawtest.Input{Sampler: lower}, lawtest.Input{Shape: []int{7}, Sampler: upper})
	}
	slope := transforms.Grad(transforms.Grad(func(l trace.Value) trace.Value {
		return fn.SumAll(random.TruncatedNormal(random.Key(1), l, fn.Scalar(1), 3))
	}))(trace.Scalar(math.Inf(-1))).Float64()
	if slope != 0 {
		t.Errorf("the slope by an infinite limit is %v", slope)
	}
}

func TestMultivariateNormalSlopes(t *testing.T) {
	lawtest.LawsWith(t, lawtest.Config{}, func(in []trace.Value) trace.Value {
		return random.MultivariateNormal(random.Key(6), in[0], fn.Add(in[1], fn.Mul(fn.Eye(trace.Float64, 3), fn.Scalar(4))), 2)
	}, lawtest.Input{Shape: []int{3}}, lawtest.Input{Shape: []int{3, 3}, Sampler: lawtest.Between(-1, 1)})
}

// Parameters of other functions of gamma numbers have slopes that agree with those of
// their means, averaged over many draws.
func TestMeansOfSlopes(t *testing.T) {
	const n = 40000
	mean := func(f func(a trace.Value) trace.Value, a float64) float64 {
		return transforms.Grad(func(a trace.Value) trace.Value { return fn.MeanAll(f(a)) })(trace.Scalar(a)).Float64()
	}
	for name, c := range map[string]struct {
		f    func(a trace.Value) trace.Value
		want float64 // d mean / da
	}{
		"gamma": {func(a trace.Value) trace.Value { return random.Gamma(random.Key(1), a, n) }, 1},
		"beta":  {func(a trace.Value) trace.Value { return random.Beta(random.Key(1), a, fn.Scalar(3), n) }, 3 / (4.5 * 4.5)},
		"dirichlet": {func(a trace.Value) trace.Value {
			return fn.At(random.Dirichlet(random.Key(1), fn.Concat(0, fn.Expand(a, 0, 1), trace.New([]float64{1, 2}, 2)), n), fn.Rest, 0)
		}, 3 / (4.5 * 4.5)},
		"student_t": {func(a trace.Value) trace.Value {
			return fn.Square(random.StudentT(random.Key(1), fn.Add(a, fn.Scalar(10)), n))
		}, -2 / (9.5 * 9.5)},
	} {
		if got := mean(c.f, 1.5); !(math.Abs(got-c.want) < 0.05*math.Abs(c.want)) {
			t.Errorf("%s: the mean of the slope is %v, want %v", name, got, c.want)
		}
	}
}

// Parameters outside of what a distribution has give NaN; extreme ones give numbers.
func TestExtremeParameters(t *testing.T) {
	for _, a := range []float64{0, -1, math.NaN()} {
		if got := random.Gamma(random.Key(1), trace.Scalar(a)).Float64(); !math.IsNaN(got) {
			t.Errorf("gamma of %v is %v", a, got)
		}
	}
	for _, a := range []float64{1e-300, 1e-8, 1e15, 1e300} {
		got := random.LogGamma(random.Key(1), trace.Scalar(a)).Float64()
		if math.IsNaN(got) || a > 1 && !(math.Abs(got-math.Log(a)) < 1e-6) {
			t.Errorf("log_gamma of %v is %v", a, got)
		}
	}
	tiny := random.Dirichlet(random.Key(2), trace.New([]float64{1e-9, 1e-9, 1e-9}, 3), 50)
	lawtest.Close(t, fn.Sum(tiny, 1), fn.Ones(trace.TypeOf(trace.Float64, 50)), 1e-15)
	for _, c := range [][4]float64{{40, 50, 0.5, 40}, {-50, -40, 0.5, -40}, {1, 1, 0.3, 1}, {2, 1, 0.5, math.NaN()}, {math.Inf(-1), math.Inf(1), 0.5, 0}} {
		if got := random.QuantileBetween(c[0], c[1], c[2]); got != c[3] && !(math.IsNaN(got) && math.IsNaN(c[3])) {
			t.Errorf("the quantile %v between %v and %v is %v, want %v", c[2], c[0], c[1], got, c[3])
		}
	}
}

// A traced number gives the key that a constant gives, for an array of keys and numbers too.
func TestFoldInOfValues(t *testing.T) {
	keys := random.Split(random.Key(5), 3)
	steps := trace.New([]int32{7, 8, 9}, 3)
	got := trace.Data[int64](random.FoldIn(keys, steps))
	folded := transforms.Vmap(func(step trace.Value) trace.Value { return random.FoldIn(random.Key(5), step) })(steps)
	for i := range 3 {
		if want := random.FoldIn(fn.Index(keys, i), 7+i); trace.Data[int64](want)[0] != got[i] {
			t.Errorf("key %d is %v, want %v", i, got[i], want)
		}
		if want := random.FoldIn(random.Key(5), int64(7+i)); trace.Data[int64](want)[0] != trace.Data[int64](folded)[i] {
			t.Errorf("step %d: %v, want %v", i, folded, want)
		}
	}
	jitted := transforms.Jit(func(step trace.Value) trace.Value { return random.FoldIn(keys, step) })(trace.Scalar(int64(4)))
	near(t, "FoldIn under Jit", jitted.Float64s(), random.FoldIn(keys, 4).Float64s(), 0)
}
