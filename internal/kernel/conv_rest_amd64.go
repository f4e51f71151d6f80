//go:build !purego

package kernel

import "math"

// subtract is [subtractPlain] by vectors.
func subtract(y, a, b []float32, s, least float32, cancels []uint8) bool {
	const lanes = 8
	n := len(y)
	if isa() == plain || n < lanes {
		return subtractPlain(y, a, b, s, least, cancels)
	}
	a, b, cancels = a[:n], b[:n], cancels[:ceilDiv(n, lanes)]
	numbers := [3]float32{s, least, float32(math.Inf(1))}
	found := restF32(start(y), start(a), start(b), start(cancels), start(numbers[:]), n/lanes)
	if n%lanes > 0 { // the last vector overlaps the one before
		last := n - lanes
		found = restF32(start(y[last:]), start(a[last:]), start(b[last:]), start(cancels[n/lanes:]), start(numbers[:]), 1) || found
	}
	return found
}
