//go:build !purego

package conv

import (
	"math"

	"github.com/pullback-go/pullback/internal/kernel/array"
	"github.com/pullback-go/pullback/internal/kernel/cpu"
)

// subtract is [subtractPlain] by vectors.
func subtract(y, a, b []float32, s, least float32, cancels []uint8) bool {
	const lanes = 8
	n := len(y)
	if cpu.InUse() == cpu.Plain || n < lanes {
		return subtractPlain(y, a, b, s, least, cancels)
	}
	a, b, cancels = a[:n], b[:n], cancels[:array.CeilDiv(n, lanes)]
	numbers := [3]float32{s, least, float32(math.Inf(1))}
	found := differenceF32(array.Start(y), array.Start(a), array.Start(b), array.Start(cancels), array.Start(numbers[:]), n/lanes)
	if n%lanes > 0 { // the last vector overlaps the one before
		last := n - lanes
		found = differenceF32(array.Start(y[last:]), array.Start(a[last:]), array.Start(b[last:]), array.Start(cancels[n/lanes:]), array.Start(numbers[:]), 1) || found
	}
	return found
}
