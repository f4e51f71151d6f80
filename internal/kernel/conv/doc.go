// Package conv holds convolutions with up to three spatial axes, and their adjoints
// towards the input and the weights. There are several algorithms for each, and
// [Forward], [Input] and [Weights] choose one by the geometry and the instructions in
// use. A [Small] convolution is worked out once for many calls, and [Difference] computes
// one output from two others.
package conv

//go:generate go run -C ../asm ./conv
