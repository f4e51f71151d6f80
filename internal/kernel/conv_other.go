//go:build purego || !amd64

package kernel

// Without other instructions, no convolution is lowered.

func lowerForward[T Float](_, _, _ []T, _ Conv) bool { return false }

func lowerInput[T Float](_, _, _ []T, _ Conv) bool { return false }

func weigh[T Float](_, _, _ []T, _ Conv) bool { return false }

func weighParts[T Float](_, _, _ []T, _ Conv) bool { return false }

func weighColumns[T Float](_, _, _ []T, _ Conv) bool { return false }

func weighDots[T Float](_, _, _ []T, _ Conv) bool { return false }

func weighLines[T Float](_, _, _ []T, _ Conv) bool { return false }

func lineInput[T Float](_, _, _ []T, _ Conv) bool { return false }

func lineForward[T Float](_, _, _ []T, _ Conv) bool { return false }

func even[T Float](_, _ []T) int { return 0 }

func subtract(y, a, b []float32, s, least float32, cancels []uint8) bool {
	return subtractPlain(y, a, b, s, least, cancels)
}
