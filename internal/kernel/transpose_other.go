//go:build purego || !amd64

package kernel

// Without other instructions, plain loops do all of it.

func transposeVectors[E any](_, _ []E, _, _, _, _ int) (int, int) { return 0, 0 }

func largestIndices[I Integer](_ []I) (int64, int) { return 0, 0 }
