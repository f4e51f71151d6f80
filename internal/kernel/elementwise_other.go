//go:build purego || !amd64

package kernel

// Without other instructions, plain loops do all of it.

func combineVectors[T arithmetic](op, []T, []T, []T) int { return 0 }

func evaluateVectors[T Float](realFunction, []T, []T) bool { return false }

func reshapeVectors[T Float](_ shapedFunction, _, _ []T, _ [3]float64) bool { return false }

const bits256 = 32 // the size of lanes that nothing is written to

func foldVectors[T arithmetic](op, *[bits256 / 4]T, []T) (results, done int) { return 0, 0 }

func addFourVectors[T arithmetic](_, _ []T, _ int) int { return 0 }

func mulAddVectors[T Number](_, _, _, _ []T) int { return 0 }

func scaleVectors[T Number](_, _ []T, _ T) int { return 0 }

func clampVectors[T Number](_, _ []T, _, _ T) int { return 0 }

func compareVectors[T Number](relation, []bool, []T, []T) int { return 0 }

func withinVectors[T Float](_ []bool, _ []T, _, _ T) int { return 0 }

func selectVectors[E element](_ []E, _ []bool, _, _ []E) int { return 0 }

func fillVectors[E any](_, _ []E, _, _ int) int { return 0 }

func keepVectors[T Number](_ []T, _ []bool, _ []T) int { return 0 }

func indicatorVectors[T Number](_ []T, _ []bool) int { return 0 }

func castVectors[D, S Number](_ []D, _ []S) int { return 0 }

func normalizeVectors[T Float](_, _ []T, _ [3]float64) int { return 0 }
