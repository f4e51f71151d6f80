package onnx

import (
	"maps"
	"slices"
)

// Operators returns the names of all operators.
func Operators() []string { return slices.Sorted(maps.Keys(operators)) }

// Refusals returns the names of operators that are refused with a reason.
func Refusals() []string { return slices.Sorted(maps.Keys(refusals)) }

// WithFile gives a file's content to a function, as Load does.
func WithFile(path string, use func(data []byte) error) error { return withFile(path, use) }
