package fn

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/mathext"

	"github.com/pullback-go/pullback/trace"
)

// The functions of this file are elementwise, for floats, and computed in float64. Their
// formulas are in Abramowitz and Stegun, "Handbook of Mathematical Functions", 1964.

// Erfc is 1 - erf x, also where that is tiny.
func Erfc(x trace.Value) trace.Value { return elementwise(erfc{}, x) }

type erfc struct{}

func (erfc) Name() string         { return "erfc" }
func (erfc) At(x float64) float64 { return math.Erfc(x) }
func (erfc) Deriv(x, _ trace.Value) trace.Value {
	return Neg(erf{}.Deriv(x, x))
}

// ErfInv is the inverse of [Erf] on [-1, 1], ±Inf at the ends, and NaN elsewhere.
func ErfInv(x trace.Value) trace.Value { return elementwise(erfInv{}, x) }

type erfInv struct{}

func (erfInv) Name() string         { return "erf_inv" }
func (erfInv) At(x float64) float64 { return math.Erfinv(x) }
func (erfInv) Deriv(_, y trace.Value) trace.Value {
	return Scale(Exp(Square(y)), math.Sqrt(math.Pi)/2)
}

// NormalCDF is the probability that a standard normal variable is at most x. It is
// accurate in both tails.
func NormalCDF(x trace.Value) trace.Value { return normalCDF(x) }

// LogNormalCDF is the logarithm of [NormalCDF], also where that is 0 in floats.
func LogNormalCDF(x trace.Value) trace.Value { return elementwise(logCDF{}, x) }

type logCDF struct{}

func (logCDF) Name() string { return "log_normal_cdf" }

func (logCDF) At(x float64) float64 {
	switch {
	case x > 0:
		return math.Log1p(-0.5 * math.Erfc(x/math.Sqrt2))
	case x > -20:
		return math.Log(0.5 * math.Erfc(-x/math.Sqrt2))
	}
	return -x*x/2 - math.Log(-x) - math.Log(2*math.Pi)/2 + math.Log(tailSeries(x))
}

func (logCDF) Deriv(x, _ trace.Value) trace.Value { return elementwise(mills{}, x) }

// tailSeries is 1 - 1/x² + 3/x⁴ - 15/x⁶ ..., which is Φ(x) |x|/φ(x) for x far below 0.
func tailSeries(x float64) float64 {
	sum, term, square := 1.0, 1.0, x*x
	for k := 1.0; k < 18; k += 2 {
		term *= -k / square
		sum += term
	}
	return sum
}

// mills is φ/Φ, the inverse of Mills' ratio in the lower tail.
type mills struct{}

func (mills) Name() string { return "inverse_mills_ratio" }

func (mills) At(x float64) float64 {
	if x < -20 {
		return -x / tailSeries(x)
	}
	return density{}.At(x) / cdf{}.At(x)
}

func (mills) Deriv(x, y trace.Value) trace.Value { return Neg(Mul(y, Add(x, y))) }

// NormalQuantile is the inverse of [NormalCDF] on [0, 1], ±Inf at the ends, and NaN
// elsewhere.
func NormalQuantile(p trace.Value) trace.Value { return elementwise(quantile{}, p) }

type quantile struct{}

func (quantile) Name() string { return "normal_quantile" }

func (quantile) At(p float64) float64 {
	switch {
	case p == 0:
		return math.Inf(-1)
	case p == 1:
		return math.Inf(1)
	case p > 0 && p < 1:
		return mathext.NormalQuantile(p)
	}
	return math.NaN()
}

func (quantile) Deriv(_, y trace.Value) trace.Value {
	return Scale(Exp(Scale(Square(y), 0.5)), math.Sqrt(2*math.Pi))
}

// Logit is log(p/(1 - p)), the inverse of [Sigmoid].
func Logit(p trace.Value) trace.Value {
	defer trace.Naming("logit", p)
	return Sub(Log(p), Log1p(Neg(p)))
}

// Entropy is -x log x for x > 0, 0 at 0, and -Inf below.
func Entropy(x trace.Value) trace.Value {
	defer trace.Naming("entropy", x)
	return Where(Less(x, Scalar(0)), Scalar(math.Inf(-1)), Neg(XLogY(x, x)))
}

// LogGamma is log |Γ(x)|, +Inf where Γ has a pole: at 0, -1, -2, ...
func LogGamma(x trace.Value) trace.Value { return elementwise(logGamma{}, x) }

type logGamma struct{}

func (logGamma) Name() string                       { return "log_gamma" }
func (logGamma) At(x float64) float64               { y, _ := math.Lgamma(x); return y }
func (logGamma) Deriv(x, _ trace.Value) trace.Value { return Digamma(x) }

// LogBeta is log B(a, b) = log Γ(a) + log Γ(b) - log Γ(a + b), for positive a and b.
func LogBeta(a, b trace.Value) trace.Value {
	defer trace.Naming("log_beta", a, b)
	return Sub(Add(LogGamma(a), LogGamma(b)), LogGamma(Add(a, b)))
}

// Digamma is the derivative of [LogGamma], ψ(x) = Γ'(x)/Γ(x). It is NaN at the poles.
func Digamma(x trace.Value) trace.Value { return Polygamma(0, x) }

// Polygamma is the derivative of order n of [Digamma]. For n above 0 it is
//
//	ψₙ(x) = (-1)ⁿ⁺¹ n! Σ_k 1/(x + k)ⁿ⁺¹   (k = 0, 1, ...)
//
// It is NaN at the poles 0, -1, -2, ... Below 0 its error is relative to the largest term.
func Polygamma(n int, x trace.Value) trace.Value {
	return elementwise(polygamma{n}, x)
}

type polygamma struct{ Order int }

func (f polygamma) Name() string {
	if f.Order == 0 {
		return "digamma"
	}
	return "polygamma"
}

func (f polygamma) Check() error {
	if f.Order < 0 || f.Order > 150 {
		return fmt.Errorf("the order %d is not from 0 to 150", f.Order)
	}
	return nil
}

func (f polygamma) At(x float64) float64 {
	switch {
	case math.IsNaN(x) || math.IsInf(x, -1) || x <= 0 && x == math.Floor(x):
		return math.NaN()
	case f.Order == 0:
		return digamma(x)
	}
	n := float64(f.Order + 1)
	sum := 0.0 // the terms with x + k below 1, which the zeta function does not take
	for ; x < 1; x++ {
		sum += math.Pow(x, -n)
	}
	if !math.IsInf(x, 1) {
		sum += mathext.Zeta(n, x)
	}
	return math.Pow(-1, n) * math.Gamma(n) * sum
}

// digamma goes by the recurrence ψ(x) = ψ(x+1) - 1/x to where the asymptotic series
// holds, from the other side of 1/2 by reflection.
func digamma(x float64) float64 {
	if x < 0 {
		whole := math.Floor(x + 0.5)
		return digamma(1-x) - math.Pi/math.Tan(math.Pi*(x-whole))
	}
	const root, less = 1.4616321449683623, 1.4616321449683623412626595e0 - 1.4616321449683623
	if d := x - root; math.Abs(d) < 0.1 { // a Taylor series, as ψ is 0 there
		d -= less
		sum := 0.0
		for k := 24; k >= 1; k-- {
			sum = (sum + math.Pow(-1, float64(k+1))*mathext.Zeta(float64(k+1), root)) * d
		}
		return sum
	}
	y := 0.0
	for ; x < 10; x++ {
		y -= 1 / x
	}
	square := 1 / (x * x)
	series := square * (1.0/12 - square*(1.0/120-square*(1.0/252-square*(1.0/240-square*(1.0/132-square*(691.0/32760-square/12))))))
	return y + math.Log(x) - 0.5/x - series
}

func (f polygamma) Deriv(x, _ trace.Value) trace.Value { return Polygamma(f.Order+1, x) }

// GammaInc is the lower incomplete gamma function, divided by Γ(a): the probability that
// a gamma variable of shape a > 0 is at most x ≥ 0. It is differentiable in x; asking for
// the derivative in a panics with a *trace.Error.
func GammaInc(a, x trace.Value) trace.Value { return ofTwo(gammaInc{}, a, x) }

// GammaIncC is 1 - [GammaInc], also where that is tiny.
func GammaIncC(a, x trace.Value) trace.Value { return ofTwo(gammaInc{true}, a, x) }

type gammaInc struct{ Upper bool }

func (f gammaInc) Name() string {
	if f.Upper {
		return "gamma_inc_c"
	}
	return "gamma_inc"
}

func (f gammaInc) At(a, x float64) float64 {
	if !(a > 0 && x >= 0) || math.IsInf(a, 1) {
		return math.NaN()
	}
	if math.IsInf(x, 1) || x == 0 {
		if f.Upper == (x == 0) {
			return 1
		}
		return 0
	}
	if f.Upper {
		return mathext.GammaIncRegComp(a, x)
	}
	return mathext.GammaIncReg(a, x)
}

func (f gammaInc) Slopes(a, x, _ trace.Value) (byA, byX func() trace.Value) {
	return func() trace.Value {
			panic(trace.Errorf("%s has no derivative by its first operand: put StopGradient around it", f.Name()))
		}, func() trace.Value {
			slope := Exp(Sub(Sub(XLogY(Shift(a, -1), x), x), LogGamma(a)))
			if f.Upper {
				return Neg(slope)
			}
			return slope
		}
}

// I0 is the modified Bessel function of the first kind of order 0.
func I0(x trace.Value) trace.Value { return elementwise(bessel{0, false}, x) }

// I1 is the modified Bessel function of the first kind of order 1.
func I1(x trace.Value) trace.Value { return elementwise(bessel{1, false}, x) }

// I0e is exp(-|x|) [I0](x), which does not overflow.
func I0e(x trace.Value) trace.Value { return elementwise(bessel{0, true}, x) }

// I1e is exp(-|x|) [I1](x), which does not overflow.
func I1e(x trace.Value) trace.Value { return elementwise(bessel{1, true}, x) }

// bessel is the modified Bessel function of some order, times exp(-|x|) if Scaled is set.
type bessel struct {
	Order  int
	Scaled bool
}

func (f bessel) Name() string {
	if f.Scaled {
		return "bessel_ie"
	}
	return "bessel_i"
}

func (f bessel) At(x float64) float64 {
	a, n := math.Abs(x), float64(f.Order)
	sign := 1.0
	if x < 0 && f.Order%2 == 1 {
		sign = -1
	}
	switch {
	case math.IsInf(a, 1):
		if f.Scaled {
			return sign * 0
		}
		return sign * a
	case a < 30+n*n:
		// Σ (x/2)^(2k+n) / (k! (k+n)!), of positive terms, scaled all along.
		lg, _ := math.Lgamma(n + 1)
		term := math.Exp(n*math.Log(a/2) - lg - a)
		if f.Order == 0 {
			term = math.Exp(-a)
		}
		sum := term
		for k := 1.0; term > sum*1e-18 && term > 0; k++ {
			term *= a / 2 / k * (a / 2 / (k + n))
			sum += term
		}
		if f.Scaled {
			return sign * sum
		}
		return sign * sum * math.Exp(a)
	}
	// The asymptotic series 1/√(2πx) (1 - (μ-1)/(8x) + (μ-1)(μ-9)/(2! (8x)²) ...), μ = 4n².
	term, sum := 1.0, 1.0
	for k := 1.0; k < 40 && math.Abs(term) > 1e-18; k++ {
		term *= -(4*n*n - (2*k-1)*(2*k-1)) / (k * 8 * a)
		sum += term
	}
	sum /= math.Sqrt(2 * math.Pi * a)
	if f.Scaled {
		return sign * sum
	}
	return sign * sum * math.Exp(a)
}

// Deriv is the mean of the functions of the neighboring orders, less sign(x) y if scaled.
func (f bessel) Deriv(x, y trace.Value) trace.Value {
	up := elementwise(bessel{f.Order + 1, f.Scaled}, x)
	slope := up
	if f.Order > 0 {
		slope = Scale(Add(up, elementwise(bessel{f.Order - 1, f.Scaled}, x)), 0.5)
	}
	if f.Scaled {
		slope = Sub(slope, Mul(Sign(x), y))
	}
	return slope
}

// Sinc is sin(πx)/(πx), 1 at 0.
func Sinc(x trace.Value) trace.Value { return elementwise(sinc{0}, x) }

// sinc is a derivative of Sinc.
type sinc struct{ Order int }

func (f sinc) Name() string { return "sinc" }

func (f sinc) At(x float64) float64 {
	n := float64(f.Order)
	switch a := math.Abs(x); {
	case math.IsInf(x, 0):
		return 0
	case a < 1+n/4:
		// The Taylor series Σ (-1)^k π^2k x^2k / (2k+1)!, differentiated term by term.
		k := float64((f.Order + 1) / 2)
		term := math.Pow(-1, k) * math.Pow(math.Pi, 2*k) * math.Pow(x, 2*k-n) / (2*k + 1) / math.Gamma(2*k-n+1)
		sum := term
		for range 30 {
			term *= -math.Pi * math.Pi * x * x * (2*k + 1) / (2*k + 3) / ((2*k - n + 1) * (2*k - n + 2))
			k++
			sum += term
		}
		return sum
	}
	// x y⁽ⁿ⁾ + n y⁽ⁿ⁻¹⁾ = πⁿ⁻¹ sin(πx + nπ/2), from sin(πx) = πx y.
	sine, cosine := math.Sincos(math.Pi * math.Mod(x, 2))
	y, turn := sine/(math.Pi*x), [4]float64{sine, cosine, -sine, -cosine}
	for k := 1; k <= f.Order; k++ {
		y = (math.Pow(math.Pi, float64(k-1))*turn[k%4] - float64(k)*y) / x
	}
	return y
}

func (f sinc) Deriv(x, _ trace.Value) trace.Value { return elementwise(sinc{f.Order + 1}, x) }

// Cbrt is the cube root, also of negative numbers. Its derivative at 0 is +Inf.
func Cbrt(x trace.Value) trace.Value { return elementwise(cbrt{}, x) }

type cbrt struct{}

func (cbrt) Name() string                       { return "cbrt" }
func (cbrt) At(x float64) float64               { return math.Cbrt(x) }
func (cbrt) Deriv(_, y trace.Value) trace.Value { return Reciprocal(Scale(Square(y), 3)) }

// Exp2 is 2^x.
func Exp2(x trace.Value) trace.Value { return elementwise(exp2{}, x) }

type exp2 struct{}

func (exp2) Name() string                       { return "exp2" }
func (exp2) At(x float64) float64               { return math.Exp2(x) }
func (exp2) Deriv(_, y trace.Value) trace.Value { return Scale(y, math.Ln2) }

// Log2 is the logarithm to the base 2, -Inf at 0 and NaN below.
func Log2(x trace.Value) trace.Value { return elementwise(log2{}, x) }

type log2 struct{}

func (log2) Name() string                       { return "log2" }
func (log2) At(x float64) float64               { return math.Log2(x) }
func (log2) Deriv(x, _ trace.Value) trace.Value { return Reciprocal(Scale(x, math.Ln2)) }

// Log10 is the logarithm to the base 10, -Inf at 0 and NaN below.
func Log10(x trace.Value) trace.Value { return elementwise(log10{}, x) }

type log10 struct{}

func (log10) Name() string                       { return "log10" }
func (log10) At(x float64) float64               { return math.Log10(x) }
func (log10) Deriv(x, _ trace.Value) trace.Value { return Reciprocal(Scale(x, math.Ln10)) }
