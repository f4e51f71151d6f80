//go:build purego || !amd64

package kernel

// Without other instructions, plain loops do all of it.

func copySteps[T Float](_, _ []T, _, _, _ int) bool { return false }

func transposeSquares[T Float](_ []T, _ int, _ []T, _, _, _ int) (int, int) { return 0, 0 }

func dotVectors[T Float](_, _ []T) (T, int) { return 0, 0 }

func dotRows[T Float](_, _ []T, _ int, _ []T) (int, int) { return 0, 0 }

func addSomeColumns[T Float](_, _ []T, _ int, _ []T) int { return 0 }

func subtract(y, a, b []float32, s, least float32, cancels []uint8) bool {
	return subtractPlain(y, a, b, s, least, cancels)
}

func even[T Float](_, _ []T) int { return 0 }
