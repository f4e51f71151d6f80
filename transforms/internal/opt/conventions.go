package opt

import "github.com/pullback-go/pullback/trace"

// Options say what the passes may assume.
type Options struct {
	// ExactZeros switches the conventions off, so that a program is optimized only as
	// IEEE 754 allows.
	ExactZeros bool
	// Direct keeps the algorithm that every operation has.
	Direct bool
}

// The conventions. Relevance splits a layer by the signs of inputs, weights and outputs,
// and many of the parts are zero: the negative part of a ReLU's output, and everything it
// is multiplied by. IEEE 754 does not allow an optimizer to conclude this, because the
// data may contain a NaN: min(NaN, 0) is NaN, and so are 0·∞ and 0/0. The passes make two
// exceptions to IEEE 754, and this file is the only place that makes them:
//
//  1. A value whose elements are all zero or NaN, whatever the data, is replaced by zeros
//     and not computed. A NaN in x still shows in the result, by way of x⁺. A value that
//     a comparison or a selection reads is excepted: zeros would change the decision.
//  2. Zeros have no sign: x + 0 is x.
//
// They hold for equations that rules and derivatives made, a CustomVJP's backward
// function included, see [trace.Eqn.Derived]. They never hold for operations that the
// user wrote, even on a gradient. The first convention only ever makes zeros. A zero that
// it makes is never a reason to remove a mask or a comparison.
type conventions struct{ on bool }

// vanish reports whether the output of an equation is zero by convention 1, or exactly
// +0.
func (c conventions) vanish(e *trace.Eqn, out trace.Sign) bool {
	return out == trace.PosZero || c.on && e.Derived && isZeroOrNaN(out) && out&trace.Zero != 0
}

func isZeroOrNaN(s trace.Sign) bool { return s&^(trace.Zero|trace.NaN) == 0 }

// loosened returns the classes of an output under convention 2. Either zero is possible,
// so nothing is concluded from the sign of a zero.
func (c conventions) loosened(e *trace.Eqn, out trace.Sign) trace.Sign {
	if c.on && e.Derived && out&trace.Zero != 0 && len(e.In) > 0 {
		return out | trace.Zero
	}
	return out
}

// readings returns the operands' classes as an equation may take them: unchanged and,
// under convention 2, with all zeros of one sign. Bools stay unchanged.
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

// alike reports whether elements of the classes a and b are the same number, where a is
// the class of an output of e. Under convention 2, zeros of different signs are the same
// number.
func (c conventions) alike(e *trace.Eqn, a, b trace.Sign) bool {
	switch a {
	case trace.NegInf, trace.NegZero, trace.PosZero, trace.PosInf, trace.NaN:
		if a == b {
			return true
		}
	}
	return c.on && e.Derived && (a|b)&^trace.Zero == 0
}
