package conv

import (
	"testing"

	"github.com/pullback-go/pullback/internal/kernel/kerneltest"
)

// TestConvPanics: the message names the kernel, the operand and both lengths.
func TestConvPanics(t *testing.T) {
	x4, x6 := make([]float32, 4), make([]float32, 6)
	conv := Geometry{Batch: 1, Groups: 1, CIn: 1, COut: 1, In: [3]int{1, 1, 6}, Kernel: [3]int{1, 1, 3}, Out: [3]int{1, 1, 4},
		Stride: [3]int{1, 1, 1}, Dilation: [3]int{1, 1, 1}}
	odd, still := conv, conv
	odd.Groups, odd.CIn = 2, 3
	still.Stride[2] = 0
	kerneltest.WantPanic(t, "conv.Forward: y has 6 elements, want 4", func() { Forward(x6, x6, x4[:3], conv) })
	kerneltest.WantPanic(t, "conv.Input: dx has 4 elements, want 6", func() { Input(x4, x4, x4[:3], conv) })
	kerneltest.WantPanic(t, "conv.Weights: dw has 4 elements, want 3", func() { Weights(x4, x6, x4, conv) })
	kerneltest.WantPanic(t, "conv.Forward: 2 groups do not divide 3 and 1 channels", func() { Forward(x4, x6, x4, odd) })
	kerneltest.WantPanic(t, "conv.Input: stride [1 1 0] and dilation [1 1 1], want at least 1", func() { Input(x4, x6, x4, still) })
}
