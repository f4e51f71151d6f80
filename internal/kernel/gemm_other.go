//go:build purego || !amd64

package kernel

// multiply is the plain product, where there are no other instructions.
func multiply[T Float, A left[T], B right[T]](c []T, ldc int, a A, i0, i1 int, b B, j0, j1, steps int, accumulate bool) {
	multiplyPlain(c, ldc, a, i0, i1, b, j0, j1, steps, accumulate)
}

func dotVectors[T Float](_, _ []T) (T, int) { return 0, 0 }

func dotRows[T Float](_, _ []T, _ int, _ []T) (int, int) { return 0, 0 }

func addSomeColumns[T Float](_, _ []T, _ int, _ []T) int { return 0 }

func copySteps[T Float](_, _ []T, _, _, _ int) bool { return false }

func transposeSquares[T Float](_ []T, _ int, _ []T, _, _, _ int) (int, int) { return 0, 0 }
