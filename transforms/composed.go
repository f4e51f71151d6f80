package transforms

import "github.com/pullback-go/pullback/trace"

// sitesHolder is an op that finds the sites inside of it by itself.
type sitesHolder interface {
	// flows finds the sites of equation i of a body, whose operands have the flows in. It
	// returns the flow of each output.
	flows(f *finder, b *body, i int, in []flow) []flow
}

// composed is an op that computes its outputs by bodies: a call, a loop or a choice. Its
// methods are what transforms need from it apart from derivatives.
type composed interface {
	trace.Bodied
	// bindBodies applies the op with other bodies to the same operands. Values that the
	// bodies captured become operands.
	bindBodies(bodies []*trace.Program, in []Value) []Value
	sitesHolder
	// linearIn returns an error that says why the op is not linear in the marked operands
	// jointly, nil if it is. eqn decides this for the equations in the bodies. If strict
	// is true, an output that does not depend on the marked operands is an error too.
	linearIn(marked, zero trace.Mask, eqn linearity, strict bool) error
	// dependent marks the outputs that depend on marked operands.
	dependent(marked trace.Mask) trace.Mask
}
