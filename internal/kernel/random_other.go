//go:build purego || !amd64

package kernel

// Without other instructions, plain loops do all of it.

func randomVectors(_ []uint64, _, _ uint32, _ uint64) int { return 0 }

func normalVectors[T Float](_ []T, _ []uint64) bool { return false }
