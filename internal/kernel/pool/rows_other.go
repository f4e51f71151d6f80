//go:build purego || !amd64

package pool

import (
	"github.com/pullback-go/pullback/internal/kernel/array"
)

// Without other instructions, plain loops do all of it.

func hasRows[T array.Number]() bool { return false }

func maxRows[T array.Number](_ []T, _ []int32, _ []T, _ []int64, _, _ int, _ *row) bool { return false }

func meanRow[T array.Float](_, _ []T, _ []int, _ T, _ row) {}

func spreadVectors[T array.Float](_, _ []T, _ bool) int { return 0 }
