package random

import (
	"testing"

	"github.com/pullback-go/pullback/internal/kernel/kerneltest"
)

// TestRandomPanics: the message names the kernel, the operand and both lengths.
func TestRandomPanics(t *testing.T) {
	x4 := make([]float64, 4)
	kerneltest.WantPanic(t, "random.Normals: words has 3 elements, want 4", func() { Normals(x4, make([]uint64, 3)) })
}
