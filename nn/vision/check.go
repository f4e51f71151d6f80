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

// most is the largest number of a config. Products of a few such numbers with small ones
// are still an int; that the arrays would be too large is reported where they are made.
const most = 1 << 24

// orUsual returns n, a number of a config, or its usual value if n is 0. It panics if n
// is negative or larger than most.
func orUsual(of, name string, n, usual int) int {
	if n < 0 || n > most {
		panic(trace.Errorf("vision.%s: %s is %d: use a number from 1 to %d, or 0 for the usual %d", of, name, n, most, usual))
	}
	if n == 0 {
		return usual
	}
	return n
}

// mostBlocks is far more than any published model has in a stage. A slip of a digit must
// not use up all memory.
const mostBlocks = 1000

func checkDepths(of, name string, depths []int) {
	if slices.Min(depths) < 1 || slices.Max(depths) > mostBlocks {
		panic(trace.Errorf("vision.%s: %s is %v: want 1 to %d in each stage", of, name, depths, mostBlocks))
	}
}

// checkFactor returns a factor of a config, or 1 if it is 0. It panics unless 0 ≤ f ≤
// 100.
func checkFactor(of, name string, f float64) float64 {
	if !(f >= 0 && f <= 100) {
		panic(trace.Errorf("vision.%s: %s is %v: use a factor from 0 to 100; 0 means 1", of, name, f))
	}
	if f == 0 {
		return 1
	}
	return f
}
