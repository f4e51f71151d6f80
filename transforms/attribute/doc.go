// Package attribute has attributors: functions of a model that return the function from
// an input to what each of its elements contributes to the output.
//
//	heat := attribute.SmoothGrad(model, attribute.Class(3), attribute.SmoothGradConfig{})(x)
//
// A model f maps a batch x[n ...] to y[n ...], each sample by itself. A [Target] says
// what of the output is explained. An attribution has the type of x unless its
// documentation says otherwise.
//
// Every attributor is a function of values like any other: it may be differentiated,
// mapped and compiled, and the f that it is given may come from transforms.WithRules. It
// then follows the rules wherever it asks for a gradient, and its own derivatives are the
// true ones.
//
// Attributors that evaluate f at many points do so in chunks, one after another by
// transforms.Scan, each mapped by transforms.Vmap: compiled, they need the memory of one
// chunk. The field Chunk of their configs bounds how many copies of x are computed at
// once. By default these are as many as have about a hundred thousand elements, which is
// a single image of 224 by 224 pixels, or all twenty copies of a small one. It changes
// results by no more than rounding.
package attribute

import (
	"github.com/pullback-go/pullback/trace"
)

// Value is an array, known or still to come; see [trace.Value].
type Value = trace.Value
