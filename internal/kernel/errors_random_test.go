package kernel

import "testing"

// TestRandomPanics gives operands one element too many or too few, and sizes that do not exist: the message names
// the kernel, the operand and both lengths.
func TestRandomPanics(t *testing.T) {
	x4 := make([]float64, 4)
	checkPanic(t, "Normals: words has 3 elements, want 4", func() { Normals(x4, make([]uint64, 3)) })
}
