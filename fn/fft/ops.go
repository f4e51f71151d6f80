package fft

import "github.com/pullback-go/pullback/trace"

// Ops returns one operation of each type in this package, as [fn.Ops] does.
func Ops() []trace.Op {
	return []trace.Op{
		halfTransform{}, realTransform{}, transform{},
	}
}
