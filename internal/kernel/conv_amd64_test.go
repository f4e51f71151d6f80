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
	for _, haloBlock = range []int{1, 4000} {
		for i, s := range []Conv{square(5, 1, 3, 6, 9, 3, 1), square(4, 2, 4, 10, 8, 3, 2), square(3, 3, 3, 3, 7, 3, 1)} {
			runConv[float32](t, r, fmt.Sprint(haloBlock, i), s)
			runConv[float64](t, r, fmt.Sprint(haloBlock, i), s)
		}
	}
}
