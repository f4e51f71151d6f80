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
