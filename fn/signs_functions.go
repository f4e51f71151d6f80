package fn

import "github.com/pullback-go/pullback/trace"

// signed is a function that knows the class of its value for an argument of each class.
type signed interface{ Sign(x trace.Sign) trace.Sign }

// identical is a function that is the identity on some classes, bit for bit.
type identical interface{ Identity(x trace.Sign) bool }

func (unary[F]) Elementwise() {}

func (op unary[F]) Signs(in []trace.Sign) []trace.Sign {
	if f, ok := any(op.Func).(signed); ok {
		return oneSign(in[0].Map(f.Sign))
	}
	return oneSign(trace.AnySign)
}

// SimplifySigns knows functions that are the identity on some classes.
func (op unary[F]) SimplifySigns(in []trace.Sign) (trace.Op, []int, bool) {
	f, ok := any(op.Func).(identical)
	return nil, []int{0}, ok && f.Identity(in[0])
}

// signBit reports whether a number of the classes may have its sign bit set.
func signBit(x trace.Sign) bool { return x&(trace.NegInf|trace.Negative|trace.NegZero) != 0 }

func (relu) Sign(x trace.Sign) trace.Sign  { return most(x, trace.PosZero) }
func (relu) Identity(x trace.Sign) bool    { return !signBit(x) }
func (relu6) Sign(x trace.Sign) trace.Sign { return clamped(x, 0, 6) }
func (abs) Sign(x trace.Sign) trace.Sign   { return most(x, x.Negated()) }
func (abs) Identity(x trace.Sign) bool     { return !signBit(x) }

func (square) Sign(x trace.Sign) trace.Sign     { return x.Times(x) }
func (reciprocal) Sign(x trace.Sign) trace.Sign { return reciprocalSign(x) }
func (rsqrt) Sign(x trace.Sign) trace.Sign      { return reciprocalSign(sqrt{}.Sign(x)) }

// reciprocalSign is the class of 1/x, which may be too large for a dtype but not too
// small.
func reciprocalSign(x trace.Sign) trace.Sign {
	if x&infinite != 0 {
		return trace.Positive.Over(x)
	}
	return trace.Positive.Over(x) &^ trace.Zero
}

// Sign is that of x, where there is a root.
func (sqrt) Sign(x trace.Sign) trace.Sign {
	if x == trace.NegInf || x == trace.Negative {
		return trace.NaN
	}
	return x
}

func (log) Sign(x trace.Sign) trace.Sign {
	switch x = (sqrt{}).Sign(x); {
	case x&trace.Zero != 0:
		return trace.NegInf
	case x == trace.Positive:
		return trace.Finite
	}
	return x
}

func (exp) Sign(x trace.Sign) trace.Sign {
	if x == trace.Positive {
		return x | trace.PosInf
	}
	if x == trace.PosInf {
		return x
	}
	return share(x)
}

func (sigmoid) Sign(x trace.Sign) trace.Sign     { return share(x) }
func (hardSigmoid) Sign(x trace.Sign) trace.Sign { return share(x) }
func (cdf) Sign(x trace.Sign) trace.Sign         { return share(x) }

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

func (density) Sign(x trace.Sign) trace.Sign {
	if x&trace.Zero != 0 {
		return trace.Positive
	}
	return share(least(x, x.Negated()))
}

func (sign) Sign(x trace.Sign) trace.Sign {
	switch x {
	case trace.NegInf:
		return trace.Negative
	case trace.PosInf:
		return trace.Positive
	}
	return x
}

func (tanh) Sign(x trace.Sign) trace.Sign     { return odd(sign{}.Sign(x)) }
func (erf) Sign(x trace.Sign) trace.Sign      { return odd(sign{}.Sign(x)) }
func (atan) Sign(x trace.Sign) trace.Sign     { return odd(sign{}.Sign(x)) }
func (softsign) Sign(x trace.Sign) trace.Sign { return odd(sign{}.Sign(x)) }
func (silu) Sign(x trace.Sign) trace.Sign     { return gate(x) }
func (gelu) Sign(x trace.Sign) trace.Sign     { return gate(x) }
func (geluTanh) Sign(x trace.Sign) trace.Sign { return gate(x) }

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

func (f leakyReLU) Sign(x trace.Sign) trace.Sign {
	if x == trace.Positive || x == trace.PosInf {
		return x
	}
	return x.Times(trace.SignOf(f.Slope))
}

// Identity holds for zeros too, if the slope keeps them.
func (f leakyReLU) Identity(x trace.Sign) bool {
	keeps := trace.SignOf(f.Slope)&^(trace.PosZero|trace.Positive) == 0
	return x&(trace.NegInf|trace.Negative) == 0 && (keeps || x&trace.Zero == 0)
}
