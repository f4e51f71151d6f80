//go:build purego || !amd64

package conv

import (
	"github.com/pullback-go/pullback/internal/kernel/array"
)

// Without other instructions, there is no implicit GEMM.

func forwardImplicit[T array.Float](_, _, _ []T, _ Geometry) bool { return false }

func inputImplicit[T array.Float](_, _, _ []T, _ Geometry) bool { return false }

func weightsDirect[T array.Float](_, _, _ []T, _ Geometry) bool { return false }

func weightsBySplits[T array.Float](_, _, _ []T, _ Geometry) bool { return false }

func weightsByColumns[T array.Float](_, _, _ []T, _ Geometry) bool { return false }

func weightsByDots[T array.Float](_, _, _ []T, _ Geometry) bool { return false }

func weightsByLines[T array.Float](_, _, _ []T, _ Geometry) bool { return false }

func inputByLines[T array.Float](_, _, _ []T, _ Geometry) bool { return false }

func forwardByLines[T array.Float](_, _, _ []T, _ Geometry) bool { return false }

func even[T array.Float](_, _ []T) int { return 0 }

func subtract(y, a, b []float32, s, least float32, cancels []uint8) bool {
	return subtractPlain(y, a, b, s, least, cancels)
}
