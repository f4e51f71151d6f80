package opt

import "github.com/pullback-go/pullback/trace"

// Options say what the passes may take for granted.
type Options struct {
	// ExactZeros switches the conventions off, so that a program is optimised only as
	// IEEE 754 allows.
	ExactZeros bool
	// Direct leaves every operation the way to compute it that it has.
	Direct bool
}

// The conventions. Relevance takes a layer apart by the signs of inputs, weights and
// outputs, and much of what that gives is zero: the negative part of what a ReLU gave,
// and all that it is multiplied by. IEEE 754 does not allow to say so, since no operation
// is safe from a NaN in the data: min(NaN, 0) is NaN, and so are 0·∞ and 0/0. These are
// all exceptions that the passes make, and this file is the only place that makes them:
//
//  1. What is zero or NaN in every element, whatever the data, is zero: zeros take its
//     place, and it is not computed. The NaN of an x shows in the result by x⁺ all the
//     same. Excepted is what a comparison or a selection reads: that would decide
//     otherwise.
//  2. Zeros have no sign: x + 0 is x.
//
// They hold for equations that rules and derivatives made, see [trace.Eqn.Derived], a
// CustomVJP's backward function among them. They never hold for what the user wrote, be
// it on a gradient. And the first only ever makes zeros: that a mask or a comparison may
// go is never concluded from what is zero by it.
type conventions struct{ on bool }

// vanish reports whether the output of an equation is zero by convention 1, or exactly
// +0.
func (c conventions) vanish(e *trace.Eqn, out trace.Sign) bool {
	return out == trace.PosZero || c.on && e.Derived && isZeroOrNaN(out) && out&trace.Zero != 0
}

func isZeroOrNaN(s trace.Sign) bool { return s&^(trace.Zero|trace.NaN) == 0 }

// loosened is the classes of an output under convention 2: as there may be either zero,
// nothing is concluded from the sign of one.
func (c conventions) loosened(e *trace.Eqn, out trace.Sign) trace.Sign {
	if c.on && e.Derived && out&trace.Zero != 0 && len(e.In) > 0 {
		return out | trace.Zero
	}
	return out
}

// readings are operands' classes as an equation may take them: as they are and, under
// convention 2, with all zeros of one sign. Bools are not touched.
func (c conventions) readings(e *trace.Eqn, in []trace.Sign, floats []bool) [][]trace.Sign {
	all := [][]trace.Sign{in}
	if !c.on || !e.Derived {
		return all
	}
	for _, zero := range []trace.Sign{trace.PosZero, trace.NegZero} {
		signed := make([]trace.Sign, len(in))
		for j, s := range in {
			if signed[j] = s; floats[j] && s&trace.Zero != 0 {
				signed[j] = s&^trace.Zero | zero
			}
		}
		all = append(all, signed)
	}
	return all
}

// alike reports whether elements of the classes a and b are the same number, or under
// convention 2 zeros, for an output a of e.
func (c conventions) alike(e *trace.Eqn, a, b trace.Sign) bool {
	switch a {
	case trace.NegInf, trace.NegZero, trace.PosZero, trace.PosInf, trace.NaN:
		if a == b {
			return true
		}
	}
	return c.on && e.Derived && (a|b)&^trace.Zero == 0
}
