//go:build purego || !amd64

package kernel

import (
	"github.com/pullback-go/pullback/internal/kernel/array"
)

// Without other instructions, no convolution is lowered.

func lowerForward[T array.Float](_, _, _ []T, _ Conv) bool { return false }

func lowerInput[T array.Float](_, _, _ []T, _ Conv) bool { return false }

func weigh[T array.Float](_, _, _ []T, _ Conv) bool { return false }

func weighParts[T array.Float](_, _, _ []T, _ Conv) bool { return false }

func weighColumns[T array.Float](_, _, _ []T, _ Conv) bool { return false }

func weighDots[T array.Float](_, _, _ []T, _ Conv) bool { return false }

func weighLines[T array.Float](_, _, _ []T, _ Conv) bool { return false }

func lineInput[T array.Float](_, _, _ []T, _ Conv) bool { return false }

func lineForward[T array.Float](_, _, _ []T, _ Conv) bool { return false }

func even[T array.Float](_, _ []T) int { return 0 }

func subtract(y, a, b []float32, s, least float32, cancels []uint8) bool {
	return subtractPlain(y, a, b, s, least, cancels)
}
