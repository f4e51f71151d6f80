package random

import "github.com/pullback-go/pullback/trace"

// LogGammaSlope is the derivative of a logarithm y of a gamma number with respect to a.
func LogGammaSlope(a, y trace.Value) trace.Value { return trace.Bind1(gammaSlope{1, false}, a, y) }

// QuantileBetween is below which the part u of the normal distribution between limits lies.
var QuantileBetween = quantileBetween
