package fft

import (
	"math"
	"math/bits"
	"math/cmplx"
	"sync"

	"gonum.org/v1/gonum/dsp/fourier"
)

// complexPlan transforms complex numbers in one direction, and in the other, without a
// factor. It has memory that it writes, so goroutines do not share it.
type complexPlan interface {
	Coefficients(dst, seq []complex128) []complex128
	Sequence(dst, coeff []complex128) []complex128
}

// realPlan transforms real numbers to half of the complex ones, and back.
type realPlan interface {
	Coefficients(dst []complex128, seq []float64) []complex128
	Sequence(dst []float64, coeff []complex128) []float64
}

// plans keeps plans of each length for the next transform.
type plans[P any] struct {
	byLength sync.Map // of *sync.Pool
	make     func(n int) P
}

var (
	complexPlans = &plans[complexPlan]{make: newComplexPlan}
	realPlans    = &plans[realPlan]{make: newRealPlan}
)

func (p *plans[P]) get(n int) P {
	if pool, ok := p.byLength.Load(n); ok {
		if plan, ok := pool.(*sync.Pool).Get().(P); ok {
			return plan
		}
	}
	return p.make(n)
}

func (p *plans[P]) put(n int, plan P) {
	pool, _ := p.byLength.LoadOrStore(n, &sync.Pool{})
	pool.(*sync.Pool).Put(plan)
}

func newComplexPlan(n int) complexPlan {
	if largestFactor(n) > manyTimes {
		return newChirp(n)
	}
	return fourier.NewCmplxFFT(n)
}

func newRealPlan(n int) realPlan {
	if largestFactor(n) > manyTimes {
		return realChirp{newChirp(n), make([]complex128, n)}
	}
	return fourier.NewFFT(n)
}

// manyTimes is up to which prime factor the recursion over factors takes less time than the
// convolution.
const manyTimes = 50

func largestFactor(n int) int {
	largest := 1
	for p := 2; p*p <= n; p++ {
		for n%p == 0 {
			n, largest = n/p, p
		}
	}
	return max(n, largest)
}

// chirp computes the transform of a length n with large prime factors as a convolution:
// with w_j = exp(πi j²/n), and as -2jk = (k-j)² - k² - j²,
//
//	y_k = w̄_k Σ_j x_j w̄_j w_{k-j}.
//
// Bluestein, "A Linear Filtering Approach to the Computation of Discrete Fourier Transform",
// 1970. The convolution has the length of a power of two.
type chirp struct {
	wave, kernel, work []complex128
	plan               *fourier.CmplxFFT
}

func newChirp(n int) *chirp {
	size := 1 << bits.Len(uint(2*n-1))
	c := &chirp{make([]complex128, n), make([]complex128, size), make([]complex128, size), fourier.NewCmplxFFT(size)}
	for j := range n {
		high, low := bits.Mul64(uint64(j), uint64(j))
		square := bits.Rem64(high, low, 2*uint64(n)) // exp has the period 2n
		c.wave[j] = cmplx.Rect(1, math.Pi*float64(square)/float64(n))
		c.kernel[j] = c.wave[j]
		c.kernel[(size-j)%size] = c.wave[j]
	}
	c.plan.Coefficients(c.kernel, c.kernel)
	return c
}

func (c *chirp) Coefficients(dst, seq []complex128) []complex128 {
	clear(c.work)
	for j, x := range seq {
		c.work[j] = x * cmplx.Conj(c.wave[j])
	}
	c.plan.Coefficients(c.work, c.work)
	for k, y := range c.kernel {
		c.work[k] *= y
	}
	c.plan.Sequence(c.work, c.work)
	by := complex(1/float64(len(c.work)), 0)
	for k, w := range c.wave {
		dst[k] = c.work[k] * cmplx.Conj(w) * by
	}
	return dst
}

// Sequence is the transform of the conjugate, conjugated.
func (c *chirp) Sequence(dst, coeff []complex128) []complex128 {
	for j, x := range coeff {
		dst[j] = cmplx.Conj(x)
	}
	c.Coefficients(dst, dst)
	for j, x := range dst {
		dst[j] = cmplx.Conj(x)
	}
	return dst
}

// realChirp is the transform of a real array by a complex one.
type realChirp struct {
	*chirp
	whole []complex128
}

func (r realChirp) Coefficients(dst []complex128, seq []float64) []complex128 {
	for j, x := range seq {
		r.whole[j] = complex(x, 0)
	}
	copy(dst, r.chirp.Coefficients(r.whole, r.whole))
	return dst
}

func (r realChirp) Sequence(dst []float64, coeff []complex128) []float64 {
	n := len(r.whole)
	copy(r.whole, coeff)
	r.whole[0] = complex(real(coeff[0]), 0)
	for k := 1; k < len(coeff); k++ {
		r.whole[n-k] = cmplx.Conj(coeff[k])
	}
	if n%2 == 0 {
		r.whole[n/2] = complex(real(coeff[n/2]), 0)
	}
	for j, x := range r.chirp.Sequence(r.whole, r.whole) {
		dst[j] = real(x)
	}
	return dst
}
