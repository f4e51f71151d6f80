package random

import (
	"math"
	"slices"

	"gonum.org/v1/gonum/mathext"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/trace"
)

// Gamma draws from the gamma distribution with density x^(a-1) exp(-x)/Γ(a), a > 0; NaN for
// any other a. The parameter broadcasts to the shape, and gives its dtype; a number has f64. It
// is exp of [LogGamma].
//
// The derivative with respect to a is that of the inverse distribution function: Figurnov et
// al., "Implicit Reparameterization Gradients", 2018. Those of higher order are exact, too.
func Gamma(key, a trace.Value, shape ...int) trace.Value {
	defer trace.Naming("gamma", key, a)
	return fn.Exp(logGammas("gamma", key, a, shape))
}

// LogGamma draws logarithms of [Gamma] numbers. They are finite for small a, where the
// numbers themselves are so small that they are 0. It uses the method of Marsaglia and Tsang,
// "A Simple Method for Generating Gamma Variables", 2000: for a < 1 with a+1, and log(u)/a
// added.
func LogGamma(key, a trace.Value, shape ...int) trace.Value {
	defer trace.Naming("log_gamma", key, a)
	return logGammas("log_gamma", key, a, shape)
}

func logGammas(name string, key, a trace.Value, shape []int) trace.Value {
	return trace.Bind1(logGamma{}, key, spreadOver(key, parameter(name, a), shape))
}

// Beta draws from the beta distribution with density in proportion to x^(a-1) (1-x)^(b-1),
// a, b > 0. Parameters and derivatives are as in [Gamma]: it is x/(x+y) for Gamma numbers x
// and y.
func Beta(key, a, b trace.Value, shape ...int) trace.Value {
	defer trace.Naming("beta", key, a, b)
	a, b = parameters("beta", a, b)
	keys := Split(key, 2)
	x, y := logGammas("beta", nth(keys, 0), a, shape), logGammas("beta", nth(keys, 1), b, shape)
	return fn.Sigmoid(fn.Sub(x, y))
}

// nth is a key of each row of keys.
func nth(keys trace.Value, i int) trace.Value { return fn.At(keys, fn.Rest, i) }

// Dirichlet draws from the Dirichlet distribution: vectors of positive numbers whose sum is
// 1, y[shape... b... n] for alpha[b... n]. They are [Gamma] numbers divided by their sum, and
// have derivatives as these do.
func Dirichlet(key, alpha trace.Value, shape ...int) trace.Value {
	defer trace.Naming("dirichlet", key, alpha)
	if alpha = parameter("dirichlet", alpha); alpha.Rank() == 0 {
		trace.Refuse("dirichlet", []trace.Value{key, alpha}, "want the parameters of a vector on the last axis")
	}
	return fn.Softmax(logGammas("dirichlet", key, alpha, slices.Concat(shape, alpha.Shape())), -1)
}

// StudentT draws from Student's t distribution with df > 0 degrees of freedom: a normal number
// divided by the root of a chi-square number, over df. Parameter and derivative are as in
// [Gamma].
func StudentT(key, df trace.Value, shape ...int) trace.Value {
	defer trace.Naming("student_t", key, df)
	df = parameter("student_t", df)
	keys := Split(key, 2)
	half := fn.Mul(df, fn.Scalar(0.5))
	logs := logGammas("student_t", nth(keys, 1), half, shape) // of half a chi-square number
	scale := fn.Exp(fn.Mul(fn.Sub(fn.Log(spreadOver(key, half, shape)), logs), fn.Scalar(0.5)))
	return fn.Mul(Normal(nth(keys, 0), df.DType(), shape...), scale)
}

// parameters are two of one dtype, the one that is not weak.
func parameters(name string, a, b trace.Value) (trace.Value, trace.Value) {
	if a.IsWeak() {
		a = fn.Promote(a, b.DType())
	} else if b.IsWeak() {
		b = fn.Promote(b, a.DType())
	}
	return parameter(name, a), parameter(name, b)
}

// spreadOver broadcasts a parameter to what is drawn: for each key an array of the shape.
func spreadOver(key, x trace.Value, shape []int) trace.Value {
	return fn.BroadcastTo(x, slices.Concat(key.Shape(), shape)...)
}

// logGamma draws the logarithm of a gamma number for each parameter, of operand 1.
type logGamma struct{}

func (logGamma) Name() string { return "log_gamma" }

func (logGamma) Infer(in []trace.Type) ([]trace.Type, error) {
	return in[1:2:2], checkDraws(in)
}

func (logGamma) Eval(in, out []*trace.Array) {
	a, y := in[1].Float64s(), make([]float64, out[0].Type().Size())
	eachDraw(in[0], len(y), 20, func(i int, w *words) { y[i] = marsagliaTsang(a[i], w) })
	store(out[0], y)
}

// marsagliaTsang draws the logarithm of a gamma number.
func marsagliaTsang(a float64, w *words) float64 {
	if !(a > 0) || math.IsInf(a, 1) {
		if a > 0 {
			return a
		}
		return math.NaN()
	}
	small := 0.0
	if a < 1 {
		small = math.Log(w.uniform()) / a
		a++
	}
	d := a - 1.0/3
	c := 1 / math.Sqrt(9*d)
	for {
		z := w.normal()
		t := 1 + c*z
		if t <= 0 {
			continue
		}
		v := t * t * t
		if math.Log(w.uniform()) < z*z/2+d-d*v+d*math.Log(v) {
			return math.Log(d) + math.Log(v) + small
		}
	}
}

func (logGamma) UsesKeys() {}

func (logGamma) VJP(in, out, ct []trace.Value, _ []bool) []trace.Value {
	return []trace.Value{{}, fn.Mul(ct[0], trace.Bind1(gammaSlope{1, false}, in[1], out[0]))}
}

func (op logGamma) Batch(size int, in []trace.Value, batched []bool) []trace.Value {
	return trace.Bind(op, allBatched(size, in, batched)...)
}

// gammaSlope has what the derivatives of logGamma are made of, at a and y. With the density q
// = exp(ay - exp(y))/Γ(a) of logarithms of gamma numbers and their distribution function P,
//
//	D_k = -(∂^k P/∂a^k)/q,   E_k = (∂^k q/∂a^k)/q   if Density is set.
//
// dy/da = D_1 where P does not change. All derivatives are such again:
//
//	∂D_k/∂a = D_{k+1} - D_k E_1,   ∂D_k/∂y = -E_k - D_k (a - exp(y)),
//	∂E_k/∂a = E_{k+1} - E_k E_1,   ∂E_k/∂y = k E_{k-1}.
type gammaSlope struct {
	K       int
	Density bool
}

func (gammaSlope) Name() string { return "gamma_slope" }

func (gammaSlope) Infer(in []trace.Type) ([]trace.Type, error) { return in[:1:1], sameFloats(in) }

func (op gammaSlope) Eval(in, out []*trace.Array) {
	a, logs, y := in[0].Float64s(), in[1].Float64s(), make([]float64, out[0].Type().Size())
	inBlocks(len(y), 400, func(i int) { y[i] = op.at(a[i], logs[i]) })
	store(out[0], y)
}

func (op gammaSlope) at(a, y float64) float64 {
	if !(a > 0) || y != y || math.IsInf(a, 1) || math.IsInf(y, 0) {
		return math.NaN()
	}
	factorial := 1.0
	for k := 2; k <= op.K; k++ {
		factorial *= float64(k)
	}
	density := densityTaylor(a, y, op.K)
	switch x := math.Exp(y); {
	case op.Density:
		return factorial * density[op.K]
	case x < a+1:
		return -factorial * density.times(lowerTaylor(a, x, op.K))[op.K]
	default:
		return factorial * density.times(upperTaylor(a, x, op.K))[op.K]
	}
}

func (op gammaSlope) VJP(in, out, ct []trace.Value, want []bool) []trace.Value {
	a, y, own := in[0], in[1], out[0]
	at := func(k int, density bool) trace.Value {
		if k == 0 {
			return fn.OnesLike(a) // E_0
		}
		return trace.Bind1(gammaSlope{k, density}, a, y)
	}
	cts := make([]trace.Value, 2)
	if want[0] {
		cts[0] = fn.Mul(ct[0], fn.Sub(at(op.K+1, op.Density), fn.Mul(own, at(1, true))))
	}
	if want[1] && op.Density {
		cts[1] = fn.Mul(ct[0], fn.Mul(fn.Scalar(float64(op.K)), at(op.K-1, true)))
	} else if want[1] {
		cts[1] = fn.Neg(fn.Mul(ct[0], fn.Add(at(op.K, true), fn.Mul(own, fn.Sub(a, fn.Exp(y))))))
	}
	return cts
}

func (op gammaSlope) Batch(size int, in []trace.Value, batched []bool) []trace.Value {
	return trace.Bind(op, allBatched(size, in, batched)...)
}

// taylor has the first coefficients of a power series in a change δ of a.
type taylor []float64

func (s taylor) times(t taylor) taylor {
	out := make(taylor, len(s))
	for i, x := range s {
		for j := range len(s) - i {
			out[i+j] += x * t[j]
		}
	}
	return out
}

// divide divides s by c + d δ.
func (s taylor) divide(c, d float64) {
	for i := range s {
		if i > 0 {
			s[i] -= d * s[i-1]
		}
		s[i] /= c
	}
}

// over is s/t.
func (s taylor) over(t taylor) taylor {
	out := make(taylor, len(s))
	for i := range s {
		rest := s[i]
		for j := range i {
			rest -= out[j] * t[i-j]
		}
		out[i] = rest / t[0]
	}
	return out
}

// densityTaylor is the series of q(a+δ, y)/q(a, y) up to δ^k. The logarithm has the
// coefficients y - ψ(a) and -(-1)^j ζ(j, a)/j, for Hurwitz's zeta function.
func densityTaylor(a, y float64, k int) taylor {
	logarithm := make(taylor, k+1)
	for j := 1; j <= k; j++ {
		if j == 1 {
			logarithm[1] = y - mathext.Digamma(a)
			continue
		}
		logarithm[j] = mathext.Zeta(float64(j), a) / float64(j)
		if j%2 == 0 {
			logarithm[j] = -logarithm[j]
		}
	}
	out := make(taylor, k+1) // of exp: n·e_n = Σ j l_j e_{n-j}
	out[0] = 1
	for n := 1; n <= k; n++ {
		for j := 1; j <= n; j++ {
			out[n] += float64(j) * logarithm[j] * out[n-j] / float64(n)
		}
	}
	return out
}

// lowerTaylor is the series of P/q = Σ x^n/(a (a+1) ... (a+n)), n from 0, at a+δ.
func lowerTaylor(a, x float64, k int) taylor {
	term := make(taylor, k+1)
	term[0] = 1
	term.divide(a, 1)
	sum := slices.Clone(term)
	for n := 1.0; ; n++ {
		for i := range term {
			term[i] *= x
		}
		term.divide(a+n, 1)
		small := true
		for i, t := range term {
			sum[i] += t
			small = small && math.Abs(t) <= 1e-17*math.Abs(sum[i])
		}
		if small {
			return sum
		}
	}
}

// upperTaylor is the series of (1-P)/q at a+δ, by the continued fraction
//
//	1/(x+1-a - 1(1-a)/(x+3-a - 2(2-a)/(x+5-a - ...))),
//
// from the last of so many levels that the rest does not count.
func upperTaylor(a, x float64, k int) taylor {
	levels := 40 + int(6000/(x-a+20)+8*math.Sqrt(a))
	tail := make(taylor, k+1)
	for n := float64(levels); n >= 0; n-- {
		below := make(taylor, k+1) // x+2n+1-a-δ - tail
		for i, t := range tail {
			below[i] = -t
		}
		below[0] += x + 2*n + 1 - a
		if k > 0 {
			below[1]--
		}
		above := make(taylor, k+1) // n(n-a-δ), and 1 at the top
		if above[0] = n * (n - a); n == 0 {
			above[0] = 1
		} else if k > 0 {
			above[1] = -n
		}
		tail = above.over(below)
	}
	return tail
}
