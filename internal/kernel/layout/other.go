//go:build purego || !amd64

package layout

import (
	"github.com/pullback-go/pullback/internal/kernel/array"
)

// Without other instructions, plain loops do all of it.

func transposeVectors[E any](_, _ []E, _, _, _, _ int) (int, int) { return 0, 0 }

func largestIndices[I array.Integer](_ []I) (int64, int) { return 0, 0 }
