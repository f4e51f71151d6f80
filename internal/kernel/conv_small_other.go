//go:build purego || !amd64

package kernel

// Without other instructions, no convolution is a SmallConv.

func copyPieces[T Float](_ []T, _ int, _ []T, _, _ int, _ []int64) {}

func multiplySteps[T Float](_ []T, _ int, _ []T, _ int, _ []T, _ []int64, _, _, _ int, _ bool) {}
