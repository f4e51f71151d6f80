package fn

import "github.com/pullback-go/pullback/trace"

// Each operation says in its own file which classes of numbers its outputs may have (see
// [trace.Sign]). This file holds what several of them share. An operation that says
// nothing may have outputs of any class.

func oneSign(s trace.Sign) []trace.Sign { return []trace.Sign{s} }

const infinite = trace.NegInf | trace.PosInf

// most returns the classes of the larger of two numbers: +0 is larger than -0, and NaN
// wins.
func most(s, t trace.Sign) trace.Sign {
	return s.Map(func(a trace.Sign) trace.Sign {
		return t.Map(func(b trace.Sign) trace.Sign { return max(a, b) }) // NaN is the last class
	})
}

// least returns the classes of the smaller of two numbers.
func least(s, t trace.Sign) trace.Sign { return most(s.Negated(), t.Negated()).Negated() }

// truth returns the class of a bool.
func truth(b bool) trace.Sign {
	if b {
		return trace.Positive
	}
	return trace.PosZero
}

// signBit reports whether a number of the classes may have its sign bit set.
func signBit(x trace.Sign) bool { return x&(trace.NegInf|trace.Negative|trace.NegZero) != 0 }

// share is the Sign of functions that rise from 0 at -∞ to a positive number.
func share(x trace.Sign) trace.Sign {
	switch x {
	case trace.NaN:
		return x
	case trace.NegInf:
		return trace.PosZero
	case trace.Negative:
		return trace.PosZero | trace.Positive
	}
	return trace.Positive
}

// odd is the Sign of functions that have the sign of their argument and may underflow.
func odd(x trace.Sign) trace.Sign {
	switch x {
	case trace.Negative:
		return x | trace.NegZero
	case trace.Positive:
		return x | trace.PosZero
	}
	return x
}

// gate is the Sign of functions x·σ(x) with 0 < σ < 1, which go to 0 at -∞.
func gate(x trace.Sign) trace.Sign {
	if x == trace.NegInf {
		return trace.Zero
	}
	return odd(x)
}

// summed returns the classes of sums of any number of elements, including none, in any
// order. Partial sums may overflow either way, so a sum of finite numbers of both signs
// may be anything. Zeros may add up to a zero of either sign.
func summed(x trace.Sign) trace.Sign {
	out := x | trace.Zero
	if x&trace.Negative != 0 {
		out |= trace.NegInf
	}
	if x&trace.Positive != 0 {
		out |= trace.PosInf
	}
	if out&infinite == infinite {
		out |= trace.NaN
	}
	return out
}

// averaged is summed for sums that are divided by the number of their elements. The mean
// of no elements is NaN.
func averaged(x trace.Sign) trace.Sign { return summed(x) | trace.NaN }

// productSigns returns the classes of sums of products. Some factors may be zeros that
// lie around an operand.
func productSigns(in []trace.Sign) []trace.Sign {
	return oneSign(summed((in[0] | trace.PosZero).Times(in[1] | trace.PosZero)))
}
