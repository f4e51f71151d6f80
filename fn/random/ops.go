package random

import "github.com/pullback-go/pullback/trace"

// Ops returns one operation of each type in this package, as [fn.Ops] does.
func Ops() []trace.Op {
	return []trace.Op{
		draw{}, foldIn{}, gammaSlope{}, logGamma{}, poisson{}, randint{}, truncatedNormal{},
	}
}
