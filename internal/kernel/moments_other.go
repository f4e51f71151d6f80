//go:build purego || !amd64

package kernel

// Without other instructions, plain loops do all of it.

func sumVectors[T Float](_ []T) (float64, int) { return 0, 0 }

func squaresVectors[T Float](_ []T, _ float64) (float64, int) { return 0, 0 }

func standardizeVectors[T Float](_, _, _, _ []T, _ [2]float64) int { return 0 }

func expSumVectors[T Float](_, _ []T, _ float64) (float64, bool) { return 0, false }
