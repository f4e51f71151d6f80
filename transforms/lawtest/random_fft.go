package lawtest

import (
	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/fn/fft"
	"github.com/pullback-go/pullback/trace"
)

// fourierForms transform along axes. What has two results is drawn as their sum, with one of
// them scaled.
var fourierForms = []form{
	{3, func(g *drawer) {
		x := g.operand(ranked(1, floats))
		t := g.typeOf(x)
		c := fft.Config{N: g.pick(0, 0, 1, 3, 4), Norm: fft.Norm(g.intn(3))}
		switch at := g.intn(t.Rank()); g.intn(4) {
		case 0:
			g.emit(fftCall, x, g.like(t), at, c)
		case 1:
			g.emit(ifftCall, x, g.like(t), at, c)
		case 2:
			g.emit(rfftCall, x, at, c)
		case 3:
			g.emit(callableOf("fft.IRFFT", fft.IRFFT), x, g.like(t), at, c)
		}
	}},
	{1, func(g *drawer) {
		x := g.operand(ranked(2, floats))
		g.emit([]*callable{fft2Call, ifft2Call}[g.intn(2)], x, g.like(g.typeOf(x)), fft.Norm(g.intn(3)))
	}},
	{1, func(g *drawer) {
		shift := []*callable{callableOf("fft.FFTShift", fft.FFTShift), callableOf("fft.IFFTShift", fft.IFFTShift)}[g.intn(2)]
		g.emit(shift, g.operand(ranked(1, anyType)), 0)
	}},
	{1, func(g *drawer) {
		frequencies := []*callable{callableOf("fft.FFTFreq", fft.FFTFreq), callableOf("fft.RFFTFreq", fft.RFFTFreq)}[g.intn(2)]
		g.emit(frequencies, g.float, g.pick(1, 2, 5), 0.5)
	}},
}

var (
	fftCall  = callableOf(pairCode("fft.FFT"), func(re, im Value, axis int, c fft.Config) Value { return sumOf(fft.FFT(re, im, axis, c)) })
	ifftCall = callableOf(pairCode("fft.IFFT"), func(re, im Value, axis int, c fft.Config) Value { return sumOf(fft.IFFT(re, im, axis, c)) })
	rfftCall = callableOf("func(x trace.Value, axis int, c fft.Config) trace.Value { a, b := fft.RFFT(x, axis, c); return fn.Sub(a, fn.Mul(b, fn.Scalar(0.5))) }(%s, %s, %s)",
		func(x Value, axis int, c fft.Config) Value { return sumOf(fft.RFFT(x, axis, c)) })
	fft2Call  = callableOf(planeCode("fft.FFT2"), func(re, im Value, m fft.Norm) Value { return sumOf(fft.FFT2(re, im, m)) })
	ifft2Call = callableOf(planeCode("fft.IFFT2"), func(re, im Value, m fft.Norm) Value { return sumOf(fft.IFFT2(re, im, m)) })
)

func sumOf(a, b trace.Value) trace.Value { return fn.Sub(a, fn.Mul(b, fn.Scalar(0.5))) }

func pairCode(name string) string {
	return "func(re, im trace.Value, axis int, c fft.Config) trace.Value { a, b := " + name + "(re, im, axis, c); return fn.Sub(a, fn.Mul(b, fn.Scalar(0.5))) }(%s, %s, %s, %s)"
}

func planeCode(name string) string {
	return "func(re, im trace.Value, m fft.Norm) trace.Value { a, b := " + name + "(re, im, m); return fn.Sub(a, fn.Mul(b, fn.Scalar(0.5))) }(%s, %s, %s)"
}
