//go:build purego || !amd64

package random

import (
	"github.com/pullback-go/pullback/internal/kernel/array"
)

// Without other instructions, plain loops do all of it.

func randomVectors(_ []uint64, _, _ uint32, _ uint64) int { return 0 }

func normalVectors[T array.Float](_ []T, _ []uint64) bool { return false }
