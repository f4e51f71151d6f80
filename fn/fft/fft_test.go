package fft_test

import (
	"fmt"
	"math"
	"math/cmplx"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/fn/fft"
	"github.com/pullback-go/pullback/trace"
	"github.com/pullback-go/pullback/transforms"
	"github.com/pullback-go/pullback/transforms/lawtest"
)

type value = trace.Value

func normal(seed uint64, d trace.DType, shape ...int) value {
	return lawtest.Normal().Value(rand.New(rand.NewPCG(seed, 1)), trace.TypeOf(d, shape...))
}

// direct is the sum that a transform stands for.
func direct(re, im []float64, sign float64) (outRe, outIm []float64) {
	n := len(re)
	for k := range n {
		sum := complex128(0)
		for j := range n {
			sum += complex(re[j], im[j]) * cmplx.Rect(1, sign*2*math.Pi*float64(j*k%n)/float64(n))
		}
		outRe, outIm = append(outRe, real(sum)), append(outIm, imag(sum))
	}
	return outRe, outIm
}

// lengths are 1, small ones, powers, primes on either side of the limit, and products of
// large primes.
var lengths = []int{1, 2, 3, 4, 5, 6, 7, 8, 9, 12, 15, 16, 30, 47, 53, 64, 97, 100, 101, 106, 128, 159, 202, 210, 331}

func TestTransformsAreTheirSums(t *testing.T) {
	for _, n := range lengths {
		for d, tol := range map[trace.DType]float64{trace.Float32: 1e-6, trace.Float64: 1e-14} {
			re, im := normal(1, d, n), normal(2, d, n)
			wantRe, wantIm := direct(re.Float64s(), im.Float64s(), -1)
			gotRe, gotIm := fft.FFT(re, im, 0, fft.Config{})
			near(t, fmt.Sprint("fft ", n), fn.Concat(0, gotRe, gotIm), slices.Concat(wantRe, wantIm), tol)
			wantRe, wantIm = direct(re.Float64s(), im.Float64s(), 1)
			gotRe, gotIm = fft.IFFT(re, im, 0, fft.Config{Norm: fft.Forward})
			near(t, fmt.Sprint("ifft ", n), fn.Concat(0, gotRe, gotIm), slices.Concat(wantRe, wantIm), tol)
			wantRe, wantIm = direct(re.Float64s(), make([]float64, n), -1)
			gotRe, gotIm = fft.RFFT(re, 0, fft.Config{})
			near(t, fmt.Sprint("rfft ", n), fn.Concat(0, gotRe, gotIm), slices.Concat(wantRe[:n/2+1], wantIm[:n/2+1]), tol)
			near(t, fmt.Sprint("irfft ", n), fft.IRFFT(gotRe, gotIm, 0, fft.Config{N: n}), re.Float64s(), tol)
		}
	}
}

func near(t *testing.T, what string, got value, want []float64, tol float64) {
	t.Helper()
	t.Run(what, func(t *testing.T) {
		lawtest.Close(t, got, fn.Cast(trace.New(want, got.Shape()...), got.DType()), tol*math.Sqrt(1+float64(len(want))))
	})
}

// IRFFT does not use the imaginary parts of elements that are their own conjugates.
func TestIRFFTOfAnyHalf(t *testing.T) {
	for _, n := range []int{1, 2, 7, 8, 53, 106} {
		re, im := normal(1, trace.Float64, n/2+1), normal(2, trace.Float64, n/2+1)
		wholeRe, wholeIm := make([]float64, n), make([]float64, n)
		for k := range n {
			j, sign := k, 1.0
			if 2*k > n {
				j, sign = n-k, -1
			}
			wholeRe[k], wholeIm[k] = re.At(j), sign*im.At(j)
			if k == 0 || 2*k == n {
				wholeIm[k] = 0
			}
		}
		want, _ := direct(wholeRe, wholeIm, 1)
		near(t, fmt.Sprint(n), fft.IRFFT(re, im, 0, fft.Config{N: n, Norm: fft.Forward}), want, 1e-14)
	}
}

// Each norm, numbers of elements that are not the length of the axis, and axes other than
// the last.
func TestOptions(t *testing.T) {
	x := normal(3, trace.Float64, 5, 4, 3)
	for _, n := range []int{0, 2, 4, 7} {
		for _, m := range []fft.Norm{fft.Backward, fft.Ortho, fft.Forward} {
			c := fft.Config{N: n, Norm: m}
			length := n
			if n == 0 {
				length = 4
			}
			cut := fn.Pad(x, fn.PadConfig{High: []int{0, length - 4, 0}})
			re, im := fft.FFT(x, value{}, 1, c)
			plainRe, plainIm := fft.FFT(cut, fn.ZerosLike(cut), -2, fft.Config{})
			by := map[fft.Norm]float64{fft.Backward: 1, fft.Ortho: 1 / math.Sqrt(float64(length)), fft.Forward: 1 / float64(length)}[m]
			lawtest.Close(t, re, fn.Mul(plainRe, fn.Scalar(by)), 1e-15)
			lawtest.Close(t, im, fn.Mul(plainIm, fn.Scalar(by)), 1e-15)
			backRe, backIm := fft.IFFT(re, im, 1, fft.Config{Norm: m})
			lawtest.Close(t, backRe, cut, 1e-15)
			lawtest.Close(t, fn.Add(backIm, cut), cut, 1e-15)
			halfRe, halfIm := fft.RFFT(x, 1, c)
			lawtest.Close(t, fft.IRFFT(halfRe, halfIm, 1, fft.Config{N: length, Norm: m}), cut, 1e-15)
			lawtest.Close(t, halfRe, fn.At(re, fn.Every, fn.Span(0, length/2+1)), 1e-15)
		}
	}
	re, im := fft.FFT2(x, value{}, fft.Ortho)
	oneRe, oneIm := fft.FFT(x, value{}, 1, fft.Config{Norm: fft.Ortho})
	oneRe, oneIm = fft.FFT(oneRe, oneIm, 2, fft.Config{Norm: fft.Ortho})
	lawtest.Close(t, re, oneRe, 1e-15)
	lawtest.Close(t, im, oneIm, 1e-15)
	re, im = fft.IFFT2(re, im, fft.Ortho)
	lawtest.Close(t, re, x, 1e-15)
	lawtest.Close(t, fn.Add(im, x), x, 1e-15)
}

func joined(re, im value) value { return fn.Stack(0, re, fn.Mul(im, fn.Scalar(0.5))) }

func TestLaws(t *testing.T) {
	for name, f := range map[string]func(re, im value) value{
		"FFT":      func(re, im value) value { return joined(fft.FFT(re, im, 1, fft.Config{})) },
		"FFTShort": func(re, im value) value { return joined(fft.FFT(re, im, 1, fft.Config{N: 3})) },
		"IFFT":     func(re, im value) value { return joined(fft.IFFT(re, im, -1, fft.Config{Norm: fft.Ortho, N: 7})) },
		"FFT2":     func(re, im value) value { return joined(fft.FFT2(re, im, fft.Backward)) },
		"IFFT2":    func(re, im value) value { return joined(fft.IFFT2(re, im, fft.Forward)) },
		"FFTShift": func(re, im value) value { return fn.Mul(fft.FFTShift(re), fft.IFFTShift(im, 2)) },
		"IRFFT":    func(re, im value) value { return fft.IRFFT(re, im, 1, fft.Config{}) },
		"IRFFTOdd": func(re, im value) value { return fft.IRFFT(re, im, 0, fft.Config{N: 3, Norm: fft.Forward}) },
		"RFFT":     func(re, im value) value { return fn.Mul(joined(fft.RFFT(re, 1, fft.Config{})), fn.SumAll(im)) },
		"RFFTLong": func(re, im value) value { return fn.Mul(joined(fft.RFFT(re, -2, fft.Config{N: 5})), fn.SumAll(im)) },
	} {
		t.Run(name, func(t *testing.T) {
			lawtest.LawsWith(t, lawtest.Config{}, func(in []value) value { return f(in[0], in[1]) },
				lawtest.Input{Shape: []int{2, 4, 3}}, lawtest.Input{Shape: []int{2, 4, 3}})
		})
	}
}

func TestFrequencies(t *testing.T) {
	for n, want := range map[int][]float64{1: {0}, 4: {0, 1, -2, -1}, 5: {0, 1, 2, -2, -1}} {
		got := fn.Mul(fft.FFTFreq(trace.Float64, n, 0.5), fn.Scalar(float64(n)/2))
		lawtest.Close(t, got, trace.New(want, n), 1e-15)
		shifted := fft.FFTShift(got)
		for i := range n {
			if shifted.At(i) != float64(i-n/2) {
				t.Errorf("shifted: %v", shifted)
			}
		}
		lawtest.Close(t, fft.IFFTShift(shifted), got, 0)
	}
	lawtest.Close(t, fft.RFFTFreq(trace.Float32, 5, 0.1), trace.New([]float32{0, 2, 4}, 3), 1e-7)
	x := normal(1, trace.Float64, 4, 3)
	lawtest.Close(t, fft.FFTShift(x, 1), fn.Roll(x, 1, 1), 0)
	lawtest.Close(t, fft.FFTShift(x), fn.Roll(fn.Roll(x, 1, 1), 2, 0), 0)
}

// A batch has the bits of its rows, and a compiled function those of the function.
func TestBits(t *testing.T) {
	f := func(x value) value { return joined(fft.FFT(x, fn.Sin(x), 0, fft.Config{Norm: fft.Ortho})) }
	for _, d := range []trace.DType{trace.Float32, trace.Float64} {
		x := normal(1, d, 6, 53)
		batch := transforms.Vmap(f)(x)
		for i := range 6 {
			lawtest.Close(t, fn.Index(batch, i), f(fn.Index(x, i)), 0)
			lawtest.Close(t, transforms.Jit(f)(fn.Index(x, i)), f(fn.Index(x, i)), 0)
		}
	}
}

func TestEmptyTransforms(t *testing.T) {
	re, im := fft.FFT(fn.Zeros(trace.TypeOf(trace.Float64, 0)), value{}, 0, fft.Config{Norm: fft.Ortho})
	none, _ := fft.RFFT(fn.Zeros(trace.TypeOf(trace.Float64, 0, 4)), 1, fft.Config{})
	padded, _ := fft.FFT(fn.Zeros(trace.TypeOf(trace.Float64, 2, 0)), value{}, 1, fft.Config{N: 3})
	if re.Size() != 0 || im.Size() != 0 || none.Dim(1) != 3 || padded.Size() != 6 {
		t.Errorf("%v %v %v %v", re, im, none, padded)
	}
}

func TestErrors(t *testing.T) {
	x := normal(1, trace.Float64, 3)
	for _, c := range []struct {
		call func()
		want string
	}{
		{func() { fft.FFT(x, fn.Cast(x, trace.Float32), 0, fft.Config{}) }, "fft(f64[3], f32[3]): the real part is f64[3], the imaginary part f32[3]: want equal types"},
		{func() { fft.FFT(fn.Cast(x, trace.Int32), value{}, 0, fft.Config{}) }, "i32[3] is not a float array: fn.Cast it to f32 or f64"},
		{func() { fft.RFFT(x, 1, fft.Config{}) }, "rfft(f64[3]): there is no axis 1"},
		{func() { fft.IFFT(x, x, 0, fft.Config{N: -2}) }, "N is -2: want at least 1, or 0 for the length of the axis"},
		{func() { fft.FFT2(fn.Expand(x, 0, 2), value{}, 7) }, "there is no norm Norm(7): want Backward, Ortho or Forward"},
		{func() { fft.RFFT(fn.Zeros(trace.TypeOf(trace.Float64, 0)), 0, fft.Config{}) }, "rfft(f64[0]): axis 0 has no elements"},
		{func() {
			fft.IRFFT(fn.Index(fn.Expand(x, 0, 1), 0), x, 0, fft.Config{N: 2})
			fft.IRFFT(fn.At(x, fn.Span(0, 1)), value{}, 0, fft.Config{})
		},
			"axis 0 has 1 elements, which is too few for an even N: set N"},
		{func() { fft.FFTFreq(trace.Int32, 3, 1) }, "fft_freq: there are frequencies of f32 and f64, not of i32"},
		{func() { fft.RFFTFreq(trace.Float64, 0, 1) }, "rfft_freq: there are 0 elements: want at least 1"},
		{func() { fft.FFTFreq(trace.Float64, 3, 0) }, "fft_freq: the distance of samples is 0: want a number other than 0"},
	} {
		if err := trace.Try(c.call); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("the error is %v, want %s", err, c.want)
		}
	}
}

// A filter that keeps the low frequencies of a signal.
func ExampleRFFT() {
	signal := trace.New([]float64{1, 3, 1, 3, 1, 3, 1, 3}, 8)
	re, im := fft.RFFT(signal, 0, fft.Config{})
	low := fn.Less(fft.RFFTFreq(trace.Float64, 8, 1), fn.Scalar(0.25))
	fmt.Println(fft.IRFFT(fn.Mask(low, re), fn.Mask(low, im), 0, fft.Config{}))
	// Output:
	// f64[8] [2 2 2 2 2 2 2 2]
}
