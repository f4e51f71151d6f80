//go:build purego || !amd64

package conv

import (
	"github.com/pullback-go/pullback/internal/kernel/array"
)

// Without other instructions, no convolution is a Small.

func copyPieces[T array.Float](_ []T, _ int, _ []T, _, _ int, _ []int64) {}

func multiplySteps[T array.Float](_ []T, _ int, _ []T, _ int, _ []T, _ []int64, _, _, _ int, _ bool) {
}
