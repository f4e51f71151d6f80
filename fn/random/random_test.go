package random_test

import (
	"math"
	"slices"
	"sort"
	"strings"
	"testing"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/fn/random"
	krandom "github.com/pullback-go/pullback/internal/kernel/random"
	"github.com/pullback-go/pullback/trace"
	"github.com/pullback-go/pullback/transforms"
)

var normals = random.Normal(random.Key(77), trace.Float64, 5, 2)

// draws are the functions that draw from a key.
var draws = map[string]func(key trace.Value) trace.Value{
	"split":            func(key trace.Value) trace.Value { return random.Split(key, 3) },
	"fold_in":          func(key trace.Value) trace.Value { return random.FoldIn(key, 5) },
	"bits":             func(key trace.Value) trace.Value { return random.Bits(key, 2, 5) },
	"uniform":          func(key trace.Value) trace.Value { return random.Uniform(key, trace.Float64, 3, 4) },
	"uniform32":        func(key trace.Value) trace.Value { return random.Uniform(key, trace.Float32, 7) },
	"normal":           func(key trace.Value) trace.Value { return random.Normal(key, trace.Float64, 5) },
	"normal32":         func(key trace.Value) trace.Value { return random.Normal(key, trace.Float32) },
	"bernoulli":        func(key trace.Value) trace.Value { return random.Bernoulli(key, 0.4, 9) },
	"fold_in_step":     func(key trace.Value) trace.Value { return random.FoldIn(key, trace.Scalar(int64(9))) },
	"randint":          func(key trace.Value) trace.Value { return random.Randint(key, -4, 1<<40, 5) },
	"exponential":      func(key trace.Value) trace.Value { return random.Exponential(key, trace.Float64, 4) },
	"gumbel32":         func(key trace.Value) trace.Value { return random.Gumbel(key, trace.Float32, 4) },
	"laplace":          func(key trace.Value) trace.Value { return random.Laplace(key, trace.Float64, 4) },
	"logistic":         func(key trace.Value) trace.Value { return random.Logistic(key, trace.Float64, 4) },
	"cauchy":           func(key trace.Value) trace.Value { return random.Cauchy(key, trace.Float64, 4) },
	"rademacher":       func(key trace.Value) trace.Value { return random.Rademacher(key, trace.Int32, 4) },
	"orthogonal":       func(key trace.Value) trace.Value { return random.Orthogonal(key, trace.Float64, 3, 2) },
	"gamma":            func(key trace.Value) trace.Value { return random.Gamma(key, trace.New([]float64{0.5, 3}, 2), 4, 2) },
	"gamma32":          func(key trace.Value) trace.Value { return random.Gamma(key, scalar(trace.Float32, 0.7), 4) },
	"beta":             func(key trace.Value) trace.Value { return random.Beta(key, fn.Scalar(2), trace.Scalar(0.5), 4) },
	"dirichlet":        func(key trace.Value) trace.Value { return random.Dirichlet(key, trace.New([]float64{1, 2, 3}, 3), 2) },
	"student_t":        func(key trace.Value) trace.Value { return random.StudentT(key, fn.Scalar(3), 4) },
	"truncated_normal": func(key trace.Value) trace.Value { return random.TruncatedNormal(key, fn.Scalar(-1), fn.Scalar(2), 4) },
	"poisson":          func(key trace.Value) trace.Value { return random.Poisson(key, trace.New([]float64{2, 30}, 2), 3, 2) },
	"categorical": func(key trace.Value) trace.Value {
		return random.Categorical(key, trace.New([]float64{0, 1, 2, 3, 4, 5}, 2, 3), 4)
	},
	"choice": func(key trace.Value) trace.Value { return random.Choice(key, normals, random.ChoiceConfig{}, 3) },
	"choice_p": func(key trace.Value) trace.Value {
		return random.Choice(key, normals, random.ChoiceConfig{P: fn.Square(fn.At(normals, fn.Rest, 0))}, 3)
	},
	"choice_without": func(key trace.Value) trace.Value {
		return random.Choice(key, normals, random.ChoiceConfig{WithoutReplacement: true}, 3)
	},
	"choice_without_p": func(key trace.Value) trace.Value {
		return random.Choice(key, normals, random.ChoiceConfig{WithoutReplacement: true, P: fn.Square(fn.At(normals, fn.Rest, 0))}, 3)
	},
	"multivariate_normal": func(key trace.Value) trace.Value {
		return random.MultivariateNormal(key, fn.Zeros(trace.TypeOf(trace.Float64, 2)), trace.New([]float64{2, 1, 1, 3}, 2, 2), 3)
	},
	"permutation": func(key trace.Value) trace.Value { return random.Permutation(key, 11) },
}

// A draw under Vmap and Jit has the bits of the draw by itself, at any depth.
func TestDrawsAreTheSameUnderTransforms(t *testing.T) {
	keys := random.Split(random.Key(1), 6)
	for name, f := range draws {
		got := transforms.Vmap(f)(keys)
		square := fn.Reshape(keys, 2, 3)
		nested := transforms.Vmap(transforms.Vmap(f))(square)
		for i := range 6 {
			key, tol := fn.Index(keys, i), 0.0
			if name == "multivariate_normal" {
				tol = 1e-15 // a product of matrices may add up in another order
			}
			want := f(key)
			near(t, name+" under Vmap", fn.Index(got, i).Float64s(), want.Float64s(), tol)
			near(t, name+" under two Vmaps", fn.Index(fn.Index(nested, i/3), i%3).Float64s(), want.Float64s(), tol)
			near(t, name+" under Jit", transforms.Jit(f)(key).Float64s(), want.Float64s(), 0)
		}
	}
}

// What draws from a key says that it uses the key up; what folds a number in does not.
func TestDrawsUseKeysUp(t *testing.T) {
	for name, f := range draws {
		twice := func(key trace.Value) []trace.Value { return []trace.Value{f(key), f(key)} }
		err := trace.Try(func() { transforms.CheckKeys(twice)(random.Key(1)) })
		if found := err != nil && strings.Contains(err.Error(), "used before"); found == strings.HasPrefix(name, "fold_in") {
			t.Errorf("%s twice: %v", name, err)
		}
	}
}

// The stream of a key never changes: a draw is the same in the next version.
func TestDrawsAreFixed(t *testing.T) {
	k0, k1 := krandom.Threefry2x32(0, 42, math.MaxUint32, 3)
	word := func(i uint32) uint64 {
		a, b := krandom.Threefry2x32(k0, k1, 0, i)
		return uint64(a)<<32 | uint64(b)
	}
	bits := trace.Data[int64](random.Bits(random.Key(42), 2))
	uniform := random.Uniform(random.Key(42), trace.Float64, 2).Float64s()
	half := random.Uniform(random.Key(42), trace.Float32, 2).Float64s()
	for i := range 2 {
		w := word(uint32(i))
		if uint64(bits[i]) != w || uniform[i] != float64(w>>11)/(1<<53) || half[i] != float64(w>>40)/(1<<24) {
			t.Errorf("element %d: %v %v %v of the word %x", i, bits[i], uniform[i], half[i], w)
		}
	}
	want := []int64{7, 9, 2, 3, 0, 5, 6, 4, 1, 8}
	if got := trace.Data[int64](random.Permutation(random.Key(7), 10)); !slices.Equal(got, want) {
		t.Errorf("a permutation of 10 is %v, was %v", got, want)
	}
}

// Keys derived in different ways from one key, and from different keys, differ: no key
// appears twice.
func TestKeysDiffer(t *testing.T) {
	seen := map[int64]string{}
	add := func(what string, keys trace.Value) {
		for _, k := range trace.Data[int64](keys) {
			if before, ok := seen[k]; ok {
				t.Fatalf("%d is among %s and %s", k, before, what)
			}
			seen[k] = what
		}
	}
	for seed := range int64(4) {
		key := random.Key(seed)
		add("seeds", key)
		add("splits", random.Split(key, 500))
		add("bits", random.Bits(key, 500))
		for i := range int64(100) {
			add("folds", random.FoldIn(key, i-50))
		}
	}
	near(t, "a shorter split begins the longer", random.Split(random.Key(3), 2).Float64s(), random.Split(random.Key(3), 5).Float64s()[:2], 0)
}

// kolmogorov is √n times the largest distance between the sample's distribution and the
// given one. It exceeds 1.95 in one of a thousand samples.
func kolmogorov(sample []float64, cdf func(float64) float64) float64 {
	sort.Float64s(sample)
	n, most := float64(len(sample)), 0.0
	for i, x := range sample {
		p := cdf(x)
		most = max(most, math.Abs(p-float64(i)/n), math.Abs(float64(i+1)/n-p))
	}
	return most * math.Sqrt(n)
}

func TestDistributions(t *testing.T) {
	uniform := func(x float64) float64 { return min(max(x, 0), 1) }
	normal := func(x float64) float64 { return math.Erfc(-x/math.Sqrt2) / 2 }
	for seed := range int64(3) {
		for _, d := range []trace.DType{trace.Float32, trace.Float64} {
			u := random.Uniform(random.Key(seed), d, 100, 200).Float64s()
			if slices.Min(u) < 0 || slices.Max(u) >= 1 {
				t.Errorf("uniform %v from %v to %v", d, slices.Min(u), slices.Max(u))
			}
			if k := kolmogorov(u, uniform); !(k < 1.95) {
				t.Errorf("uniform %v: distance %v", d, k)
			}
			if k := kolmogorov(random.Normal(random.Key(seed), d, 100, 200).Float64s(), normal); !(k < 1.95) {
				t.Errorf("normal %v: distance %v", d, k)
			}
		}
		heads := fn.SumAll(fn.Cast(random.Bernoulli(random.Key(seed), 0.3, 20000), trace.Float64)).Float64() / 20000
		if !(math.Abs(heads-0.3) < 3.3*math.Sqrt(0.21/20000)) {
			t.Errorf("%v heads of probability 0.3", heads)
		}
	}
	if fn.SumAll(fn.Cast(random.Bernoulli(random.Key(1), 0, 999), trace.Int32)).Float64() != 0 ||
		fn.SumAll(fn.Cast(random.Bernoulli(random.Key(1), 1, 999), trace.Int32)).Float64() != 999 {
		t.Error("certain draws are not certain")
	}
}

// Neighbors in a draw, and draws from neighboring keys, are uncorrelated.
func TestDrawsAreUncorrelated(t *testing.T) {
	const n = 20000
	a, b := random.Normal(random.Key(1), trace.Float64, n).Float64s(), random.Normal(random.Key(2), trace.Float64, n).Float64s()
	for lag := range 4 {
		own, cross := 0.0, 0.0
		for i := range n - lag {
			own += a[i] * a[i+lag]
			cross += a[i] * b[i+lag]
		}
		if lag > 0 && !(math.Abs(own) < 4*math.Sqrt(n)) || !(math.Abs(cross) < 4*math.Sqrt(n)) {
			t.Errorf("lag %d: correlations %v and %v", lag, own/n, cross/n)
		}
	}
}

// Each of the six orders of three comes up as often as any other.
func TestPermutationsAreUniform(t *testing.T) {
	const n = 6000
	counts := map[[3]int64]int{}
	orders := trace.Data[int64](random.Permutation(random.Split(random.Key(5), n), 3))
	for i := range n {
		counts[[3]int64(orders[3*i:])]++
	}
	chi := 0.0
	for _, c := range counts {
		chi += math.Pow(float64(c)-n/6, 2) / (n / 6)
	}
	if len(counts) != 6 || !(chi < 20.5) { // once in a thousand samples
		t.Errorf("chi² is %v of %v", chi, counts)
	}
}

func TestRandomErrors(t *testing.T) {
	key := random.Key(1)
	for _, c := range []struct {
		call func()
		want string
	}{
		{func() { random.Split(fn.Cast(key, trace.Int32), 2) }, "split(i32[]): a key is i64, not i32[]: make one by random.Key"},
		{func() { random.FoldIn(trace.New([]float32{1}), 2) }, "fold_in(f32[1]): a key is i64, not f32[1]: make one by random.Key"},
		{func() { random.Uniform(key, trace.Int32, 2) }, "uniform(i64[]): there are uniform numbers of floats, as f32, not of i32"},
		{func() { random.Normal(key, trace.Bool, 2) }, "normal(i64[]): there are normal numbers of floats, as f32, not of bool"},
		{func() { random.Bits(key, 2, -1) }, "bits(i64[]): the shape [2 -1] has a negative length"},
		{func() { random.Bernoulli(key, 1.5, 2) }, "bernoulli: the probability is 1.5: want 0 to 1"},
	} {
		if err := trace.Try(c.call); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("the error is %v, want %s", err, c.want)
		}
	}
}

// near wants elements within tol, relative to the larger of 1 and the largest of them.
func near(t *testing.T, what string, got, want []float64, tol float64) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("%s: %d elements, want %d", what, len(got), len(want))
	}
	scale := 1.0
	for _, w := range want {
		scale = math.Max(scale, math.Abs(w))
	}
	for i := range got {
		if !(math.Abs(got[i]-want[i]) <= tol*scale) {
			t.Fatalf("%s: element %d is %v, want %v", what, i, got[i], want[i])
		}
	}
}
