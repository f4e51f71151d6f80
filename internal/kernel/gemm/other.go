//go:build purego || !amd64

package gemm

import (
	"github.com/pullback-go/pullback/internal/kernel/array"
)

// Multiply is the plain product, where there are no other instructions.
func Multiply[T array.Float, A Left[T], B Right[T]](c []T, ldc int, a A, i0, i1 int, b B, j0, j1, steps int, accumulate bool) {
	multiplyPlain(c, ldc, a, i0, i1, b, j0, j1, steps, accumulate)
}

func dotVectors[T array.Float](_, _ []T) (T, int) { return 0, 0 }

func dotRows[T array.Float](_, _ []T, _ int, _ []T) (int, int) { return 0, 0 }

func addSomeColumns[T array.Float](_, _ []T, _ int, _ []T) int { return 0 }

func copySteps[T array.Float](_, _ []T, _, _, _ int) bool { return false }

func transposeSquares[T array.Float](_ []T, _ int, _ []T, _, _, _ int) (int, int) { return 0, 0 }
