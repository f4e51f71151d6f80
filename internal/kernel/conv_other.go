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
