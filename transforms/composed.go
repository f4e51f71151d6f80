package transforms

import "github.com/pullback-go/pullback/trace"

// sitesHolder is an op that finds the sites in it by itself.
type sitesHolder interface {
	// flows finds the sites of equation i of a body, whose operands have these flows, and
	// returns the flow of each output.
	flows(f *finder, b *body, i int, in []flow) []flow
}

// composed is an op that computes its outputs by bodies: a call, a loop or a choice. This
// is what the transforms ask of it beside derivatives.
type composed interface {
	trace.Bodied
	// bindBodies applies the op with other bodies on the same operands. What these
	// captured becomes operands.
	bindBodies(bodies []*trace.Program, in []Value) []Value
	sitesHolder
	// linearIn says why the op is not linear in the marked operands jointly, by what eqn
	// says of the equations in its bodies; nil if it is. strict refuses an output that does
	// not depend on them.
	linearIn(marked, zero trace.Mask, eqn linearity, strict bool) error
	// dependent marks the outputs that depend on marked operands.
	dependent(marked trace.Mask) trace.Mask
}
