//go:build purego || !amd64

package elementwise

import (
	"github.com/pullback-go/pullback/internal/kernel/array"
)

// Without other instructions, plain loops do all of it.

func sumVectors[T array.Float](_ []T) (float64, int) { return 0, 0 }

func squaresVectors[T array.Float](_ []T, _ float64) (float64, int) { return 0, 0 }

func standardizeVectors[T array.Float](_, _, _, _ []T, _ [2]float64) int { return 0 }

func expSumVectors[T array.Float](_, _ []T, _ float64) (float64, bool) { return 0, false }
