//go:build purego || !amd64

package kernel

// Without other instructions, plain loops do all of it.

func combineVectors[T arithmetic](op, []T, []T, []T) int { return 0 }

func evaluateVectors[T Float](realFunction, []T, []T) bool { return false }
