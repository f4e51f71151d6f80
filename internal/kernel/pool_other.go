//go:build purego || !amd64

package kernel

// Without other instructions, plain loops do all of it.

func hasRows[T Number]() bool { return false }

func maxRows[T Number](_ []T, _ []int32, _ []T, _ []int64, _, _ int, _ *row) bool { return false }

func meanRow[T Float](_, _ []T, _ []int, _ T, _ row) {}

func spreadVectors[T Float](_, _ []T, _ bool) int { return 0 }
