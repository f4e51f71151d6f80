// Package attribute has attributors. An attributor takes a model and returns a function
// that computes how much each element of an input contributes to the output.
//
//	heat := attribute.SmoothGrad(model, attribute.Class(3), attribute.SmoothGradConfig{})(x)
//
// A model f maps a batch x[n ...] to y[n ...], each sample by itself. A [Target] says
// which part of the output to explain. An attribution has the type of x unless its
// documentation says otherwise.
//
// Every attributor returns a function of values like any other, which may be
// differentiated, mapped and compiled. The model f may come from transforms.WithRules.
// The attributor then follows the rules wherever it takes a gradient, and its own
// derivatives are the true ones.
//
// Attributors that evaluate f at many points do so in chunks. The chunks run one after
// another by transforms.Scan, and the points of each are mapped by transforms.Vmap.
// Compiled, they need the memory of one chunk. The field Chunk of their configs bounds
// how many copies of x are computed at once. By default these copies have about a hundred
// thousand elements together, which is a single image of 224 by 224 pixels, or all twenty
// copies of a small one. The chunk changes results by no more than rounding.
package attribute

import (
	"github.com/pullback-go/pullback/trace"
)

// Value is an array, known or still to be computed; see [trace.Value].
type Value = trace.Value
