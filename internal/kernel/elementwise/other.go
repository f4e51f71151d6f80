//go:build purego || !amd64

package elementwise

import (
	"github.com/pullback-go/pullback/internal/kernel/array"
	"github.com/pullback-go/pullback/internal/kernel/cpu"
)

// Without other instructions, plain loops do all of it.

func combineVectors[T array.Arithmetic](op, []T, []T, []T) int { return 0 }

func evaluateVectors[T array.Float](realFunction, []T, []T) bool { return false }

func reshapeVectors[T array.Float](_ shapedFunction, _, _ []T, _ [3]float64) bool { return false }

func foldVectors[T array.Arithmetic](op, *[cpu.Bytes256 / 4]T, []T) (results, done int) { return 0, 0 }

func addFourVectors[T array.Arithmetic](_, _ []T, _ int) int { return 0 }

func mulAddVectors[T array.Number](_, _, _, _ []T) int { return 0 }

func scaleVectors[T array.Number](_, _ []T, _ T) int { return 0 }

func clampVectors[T array.Number](_, _ []T, _, _ T) int { return 0 }

func compareVectors[T array.Number](relation, []bool, []T, []T) int { return 0 }

func withinVectors[T array.Float](_ []bool, _ []T, _, _ T) int { return 0 }

func selectVectors[E array.Element](_ []E, _ []bool, _, _ []E) int { return 0 }

func fillVectors[E any](_, _ []E, _, _ int) int { return 0 }

func keepVectors[T array.Element](_ []T, _ []bool, _ []T) int { return 0 }

func indicatorVectors[T array.Number](_ []T, _ []bool) int { return 0 }

func castVectors[D, S array.Number](_ []D, _ []S) int { return 0 }

func normalizeVectors[T array.Float](_, _ []T, _ [3]float64) int { return 0 }
