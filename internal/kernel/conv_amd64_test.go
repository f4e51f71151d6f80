//go:build !purego

package kernel

import (
	"fmt"
	"math/rand/v2"
	"testing"
)

// TestConvInParts: images that do not fit into memory together are worked on one by one, and the weights'
// sums go on from one to the next.
func TestConvInParts(t *testing.T) {
	before := haloBlock
	defer func() { haloBlock = before }()
	r := rand.New(rand.NewPCG(23, 24))
	for _, haloBlock = range []int{1, 9000} {
		for i, s := range []Conv{square(4, 1, 29, 6, 5, 3, 1), square(3, 2, 60, 10, 6, 3, 2), square(3, 1, 33, 5, 4, 4, 1)} {
			runConv[float32](t, r, fmt.Sprint(haloBlock, i), s)
			runConv[float64](t, r, fmt.Sprint(haloBlock, i), s)
		}
	}
}
