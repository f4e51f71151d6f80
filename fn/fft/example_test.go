package fft_test

import (
	"fmt"

	"github.com/pullback-go/pullback/fn/fft"
	"github.com/pullback-go/pullback/trace"
)

// The frequencies of a transform of four samples, in order.
func ExampleFFTShift() {
	f := fft.FFTFreq(trace.Float64, 4, 0.5)
	fmt.Println(f, fft.FFTShift(f))
	// Output: f64[4] [0 0.5 -1 -0.5] f64[4] [-1 -0.5 0 0.5]
}

// A program of a transform, read from text.
func ExampleOps() {
	p, err := trace.Parse([]byte(`program(a f64[4])
  b f64[3], c f64[3] = fft.halfTransform(a)
  return b
`), fft.Ops()...)
	fmt.Println(err, p.Apply(trace.New([]float64{1, 2, 3, 4})))
	// Output: <nil> [f64[3] [10 -2 -2]]
}
