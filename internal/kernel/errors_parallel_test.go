package kernel

import "testing"

// TestParallelPanics gives operands one element too many or too few, and sizes that do not exist: the message names
// the kernel, the operand and both lengths.
func TestParallelPanics(t *testing.T) {
	checkPanic(t, "Parallel: the grain is 0, want at least 1", func() { Parallel(3, 0, func(lo, hi int) {}) })
}
