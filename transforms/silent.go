package transforms

import "github.com/pullback-go/pullback/trace"

// muter is an op with bodies that are not exchanged by WithBodies.
type muter interface {
	trace.Op
	// muted returns the op without the effects in its bodies.
	muted() trace.Op
}

// silent returns a program without its effects, at any depth, for a part of a function
// that is computed again.
func silent(p *trace.Program) *trace.Program { return p.Silent(muted) }

// muted returns an op without the effects in its bodies.
func muted(op trace.Op) trace.Op {
	if !trace.HasEffect(op) {
		return op
	}
	switch op := op.(type) {
	case muter:
		return op.muted()
	case trace.Bodied:
		bodies := make([]*trace.Program, len(op.Bodies()))
		for i, b := range op.Bodies() {
			bodies[i] = silent(b)
		}
		return op.WithBodies(bodies)
	}
	return op
}

// isEffect reports whether an equation is there for its effect alone. It is no use of its
// operands that rules and derivatives count.
func isEffect(e *trace.Eqn) bool {
	_, ok := e.Op.(trace.Effect)
	return ok
}
