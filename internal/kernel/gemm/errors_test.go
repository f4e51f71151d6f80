package gemm

import (
	"testing"

	"github.com/pullback-go/pullback/internal/kernel/kerneltest"
)

// TestGemmPanics: the message names the kernel, the operand and both lengths.
func TestGemmPanics(t *testing.T) {
	x4, x6, i4 := make([]float32, 4), make([]float32, 6), make([]int64, 4)
	kerneltest.WantPanic(t, "gemm.Mul: a has 4 elements, want at least 6", func() { Mul(2, 2, 3, x4, 3, 1, x6, 2, 1, x4, 2, false) })
	kerneltest.WantPanic(t, "gemm.Mul: b has 4 elements, want at least 6", func() { Mul(2, 2, 3, x6, 3, 1, x4, 2, 1, x4, 2, false) })
	kerneltest.WantPanic(t, "gemm.Mul: c has 4 elements, want at least 5", func() { Mul(2, 2, 3, x6, 3, 1, x6, 2, 1, x4, 3, false) })
	kerneltest.WantPanic(t, "gemm.MulInt: c has 4 elements, want at least 5", func() { MulInt(2, 2, 1, i4, 1, 1, i4, 2, 1, i4, 3, false) })
}
