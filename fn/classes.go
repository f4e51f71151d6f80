package fn

import "github.com/pullback-go/pullback/trace"

// The classes of numbers that an operation's outputs may be of (see [trace.Sign]) stand
// beside the operation. Here is what several of them share. An operation that says
// nothing may have outputs of any class.

func oneSign(s trace.Sign) []trace.Sign { return []trace.Sign{s} }

const infinite = trace.NegInf | trace.PosInf

// most is the classes of the larger of two numbers: +0 is larger than -0, and NaN wins.
func most(s, t trace.Sign) trace.Sign {
	return s.Map(func(a trace.Sign) trace.Sign {
		return t.Map(func(b trace.Sign) trace.Sign { return max(a, b) }) // NaN is the last class
	})
}

// least is the classes of the smaller of two numbers.
func least(s, t trace.Sign) trace.Sign { return most(s.Negated(), t.Negated()).Negated() }

// truth is the class of a bool.
func truth(b bool) trace.Sign {
	if b {
		return trace.Positive
	}
	return trace.PosZero
}

// signBit reports whether a number of the classes may have its sign bit set.
func signBit(x trace.Sign) bool { return x&(trace.NegInf|trace.Negative|trace.NegZero) != 0 }

// share is for functions that rise from 0 at -∞ to a positive number.
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

// odd is for functions with the sign of their argument, which may underflow.
func odd(x trace.Sign) trace.Sign {
	switch x {
	case trace.Negative:
		return x | trace.NegZero
	case trace.Positive:
		return x | trace.PosZero
	}
	return x
}

// gate is for functions x·σ(x) with 0 < σ < 1, which go to 0 at -∞.
func gate(x trace.Sign) trace.Sign {
	if x == trace.NegInf {
		return trace.Zero
	}
	return odd(x)
}

// summed is the classes of sums of any number of elements, none included, in any order:
// so a sum of finite numbers of both signs, parts of which may overflow either way, may
// be anything. Zeros of either sign may come out of zeros.
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

// averaged is that of sums which are divided by their number; of nothing it is NaN.
func averaged(x trace.Sign) trace.Sign { return summed(x) | trace.NaN }

// productSigns is the classes of sums of products, some of which may be with zeros around
// an operand.
func productSigns(in []trace.Sign) []trace.Sign {
	return oneSign(summed((in[0] | trace.PosZero).Times(in[1] | trace.PosZero)))
}
