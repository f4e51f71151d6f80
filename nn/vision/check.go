package vision

import (
	"slices"

	"github.com/pullback-go/pullback/trace"
)

// checkImages panics unless x is a batch of images with three channels, each at least the
// given number of pixels high and wide.
func checkImages(model string, x trace.Value, least int) {
	if x.Rank() != 4 || x.Dim(1) != 3 || x.Dim(2) < least || x.Dim(3) < least {
		panic(trace.Errorf("%s of %v: want images x[n 3 h w] with h and w at least %d", model, x.Type(), least))
	}
}

// orUsual returns n, a number of a config, or its usual value if n is 0. It panics if n
// is negative.
func orUsual(of, name string, n, usual int) int {
	if n < 0 {
		panic(trace.Errorf("vision.%s: %s is %d: use a positive number, or 0 for the usual %d", of, name, n, usual))
	}
	if n == 0 {
		return usual
	}
	return n
}

func checkDepths(of, name string, depths []int) {
	if slices.Min(depths) < 1 {
		panic(trace.Errorf("vision.%s: %s is %v: want at least 1 in each stage", of, name, depths))
	}
}
