package fn

import (
	"math"

	"github.com/pullback-go/pullback/trace"
)

// This file says what is known of the signs of outputs, family by family, for operations on elements; signs_structural.go does for
// the others. An operation that is in neither may have outputs of any sign.

// signed is a function that knows the signs of its values.
type signed interface{ Sign(x trace.Sign) trace.Sign }

func oneSign(s trace.Sign) []trace.Sign { return []trace.Sign{s} }

func (unary[F]) Elementwise() {}

func (op unary[F]) Signs(in []trace.Sign) []trace.Sign {
	if f, ok := any(op.Func).(signed); ok {
		return oneSign(f.Sign(in[0]))
	}
	return oneSign(trace.AnySign)
}

// SimplifySigns knows functions that are the identity on some signs.
func (op unary[F]) SimplifySigns(in []trace.Sign) (trace.Op, []int, bool) {
	f, ok := any(op.Func).(interface{ Identity(x trace.Sign) bool })
	return nil, []int{0}, ok && f.Identity(in[0])
}

// most is the signs of the larger of two numbers.
func most(s, t trace.Sign) trace.Sign {
	return s.Map(func(a trace.Sign) trace.Sign {
		return t.Map(func(b trace.Sign) trace.Sign { return max(a, b) })
	})
}

// least is the signs of the smaller of two numbers.
func least(s, t trace.Sign) trace.Sign { return most(s.Negated(), t.Negated()).Negated() }

// notNegative is what is left of signs once Negative has become Zero.
func notNegative(x trace.Sign) trace.Sign {
	if x&trace.Negative != 0 {
		x |= trace.Zero
	}
	return x &^ trace.Negative
}

// magnitude is the signs of |x|.
func magnitude(x trace.Sign) trace.Sign { return (x | x.Negated()) &^ trace.Negative }

// orZero adds Zero, for what may underflow or be empty.
func orZero(x trace.Sign) trace.Sign { return x | trace.Zero }

func (relu) Sign(x trace.Sign) trace.Sign       { return notNegative(x) }
func (relu) Identity(x trace.Sign) bool         { return x&trace.Negative == 0 }
func (relu6) Sign(x trace.Sign) trace.Sign      { return notNegative(x) }
func (abs) Sign(x trace.Sign) trace.Sign        { return magnitude(x) }
func (abs) Identity(x trace.Sign) bool          { return x&trace.Negative == 0 }
func (square) Sign(x trace.Sign) trace.Sign     { return x.Times(x) &^ trace.Negative }
func (exp) Sign(trace.Sign) trace.Sign          { return trace.Zero | trace.Positive }
func (sigmoid) Sign(trace.Sign) trace.Sign      { return trace.Zero | trace.Positive }
func (hardSigmoid) Sign(trace.Sign) trace.Sign  { return trace.Zero | trace.Positive }
func (cdf) Sign(trace.Sign) trace.Sign          { return trace.Zero | trace.Positive }
func (density) Sign(trace.Sign) trace.Sign      { return trace.Zero | trace.Positive }
func (sign) Sign(x trace.Sign) trace.Sign       { return x }
func (tanh) Sign(x trace.Sign) trace.Sign       { return oddSign(x) }
func (erf) Sign(x trace.Sign) trace.Sign        { return oddSign(x) }
func (atan) Sign(x trace.Sign) trace.Sign       { return oddSign(x) }
func (softsign) Sign(x trace.Sign) trace.Sign   { return oddSign(x) }
func (silu) Sign(x trace.Sign) trace.Sign       { return oddSign(x) }
func (gelu) Sign(x trace.Sign) trace.Sign       { return oddSign(x) }
func (geluTanh) Sign(x trace.Sign) trace.Sign   { return oddSign(x) }
func (reciprocal) Sign(x trace.Sign) trace.Sign { return trace.Positive.Over(x) }

// oddSign is for functions with the sign of their argument, which may underflow.
func oddSign(x trace.Sign) trace.Sign {
	if x == trace.Zero {
		return x
	}
	return orZero(x)
}

// Sign keeps what sqrt says of arguments below zero, NaN, from counting as a fact.
func (sqrt) Sign(x trace.Sign) trace.Sign {
	if x&trace.Negative != 0 {
		return trace.AnySign
	}
	return x
}

// Sign needs a slope of at least 0.
func (f leakyReLU) Sign(x trace.Sign) trace.Sign {
	if !(f.Slope >= 0) {
		return trace.AnySign
	}
	return x.Map(func(s trace.Sign) trace.Sign {
		if s == trace.Negative {
			return s | trace.Zero
		}
		return s
	})
}

func (f leakyReLU) Identity(x trace.Sign) bool { return x&trace.Negative == 0 }

func (add) Elementwise() {}
func (sub) Elementwise() {}
func (mul) Elementwise() {}
func (div) Elementwise() {}
func (neg) Elementwise() {}

func (add) Signs(in []trace.Sign) []trace.Sign { return oneSign(in[0].Plus(in[1])) }
func (sub) Signs(in []trace.Sign) []trace.Sign { return oneSign(in[0].Plus(in[1].Negated())) }
func (mul) Signs(in []trace.Sign) []trace.Sign { return oneSign(in[0].Times(in[1])) }
func (div) Signs(in []trace.Sign) []trace.Sign { return oneSign(in[0].Over(in[1])) }
func (neg) Signs(in []trace.Sign) []trace.Sign { return oneSign(in[0].Negated()) }

func (add) SimplifySigns(in []trace.Sign) (trace.Op, []int, bool) {
	if in[0] == trace.Zero {
		return nil, []int{1}, true
	}
	return nil, []int{0}, in[1] == trace.Zero
}

func (sub) SimplifySigns(in []trace.Sign) (trace.Op, []int, bool) {
	if in[1] == trace.Zero {
		return nil, []int{0}, true
	}
	return neg{}, []int{1}, in[0] == trace.Zero
}

func (maximum) Elementwise() {}
func (minimum) Elementwise() {}
func (rem) Elementwise()     {}
func (pow) Elementwise()     {}
func (prelu) Elementwise()   {}

func (maximum) Signs(in []trace.Sign) []trace.Sign {
	return oneSign(most(in[0], in[1]))
}

func (minimum) Signs(in []trace.Sign) []trace.Sign {
	return oneSign(least(in[0], in[1]))
}

func (clamp) Elementwise()  {}
func (within) Elementwise() {}

func (op clamp) Signs(in []trace.Sign) []trace.Sign {
	return oneSign(least(most(in[0], trace.SignOf(op.Low)), trace.SignOf(op.High)))
}

// SimplifySigns knows clamps that cut off one sign.
func (op clamp) SimplifySigns(in []trace.Sign) (trace.Op, []int, bool) {
	below := math.IsInf(op.Low, -1) || op.Low == 0 && in[0]&trace.Negative == 0
	above := math.IsInf(op.High, 1) || op.High == 0 && in[0]&trace.Positive == 0
	return nil, []int{0}, below && above
}

// Signs is true, false or both for the elements of each sign.
func (op within) Signs(in []trace.Sign) []trace.Sign {
	low, high := trace.SignOf(op.Low), trace.SignOf(op.High)
	return oneSign(in[0].Map(func(s trace.Sign) trace.Sign {
		above, below := op.beyond(s, low), op.beyond(s.Negated(), high.Negated())
		if math.IsInf(op.Low, -1) {
			above = trace.Positive
		}
		if math.IsInf(op.High, 1) {
			below = trace.Positive
		}
		return least(above, below)
	}))
}

// beyond is whether elements of the sign s lie on the right side of a lower bound.
func (op within) beyond(s, bound trace.Sign) trace.Sign {
	return s.Compared(bound).Map(func(d trace.Sign) trace.Sign {
		return truth(d == trace.Positive || d == trace.Zero && !op.Open)
	})
}

// truth is the sign of a bool.
func truth(b bool) trace.Sign {
	if b {
		return trace.Positive
	}
	return trace.Zero
}

func (compare) Elementwise() {}

func (op compare) Signs(in []trace.Sign) []trace.Sign {
	return oneSign(in[0].Compared(in[1]).Map(func(d trace.Sign) trace.Sign { return truth(op.Relation.holds(d)) }))
}

// holds reports whether the relation holds for a difference of the sign d.
func (r relation) holds(d trace.Sign) bool {
	switch r {
	case equal:
		return d == trace.Zero
	case notEqual:
		return d != trace.Zero
	case less:
		return d < trace.Zero
	case lessEqual:
		return d <= trace.Zero
	case greater:
		return d > trace.Zero
	}
	return d >= trace.Zero
}

func (where) Elementwise() {}
func (mask) Elementwise()  {}
func (not) Elementwise()   {}
func (logic) Elementwise() {}
func (cast) Elementwise()  {}

func (where) Signs(in []trace.Sign) []trace.Sign {
	return oneSign(in[0].Map(func(c trace.Sign) trace.Sign {
		if c == trace.Positive {
			return in[1]
		}
		return in[2]
	}))
}

func (where) SimplifySigns(in []trace.Sign) (trace.Op, []int, bool) {
	if in[0] == trace.Positive {
		return nil, []int{1}, true
	}
	return nil, []int{2}, in[0] == trace.Zero
}

func (mask) Signs(in []trace.Sign) []trace.Sign {
	return oneSign(in[0].Map(func(c trace.Sign) trace.Sign {
		if c == trace.Positive {
			return in[1]
		}
		return trace.Zero
	}))
}

func (mask) SimplifySigns(in []trace.Sign) (trace.Op, []int, bool) {
	return nil, []int{1}, in[0] == trace.Positive
}

func (not) Signs(in []trace.Sign) []trace.Sign {
	return oneSign(in[0].Map(func(c trace.Sign) trace.Sign { return truth(c == trace.Zero) }))
}

func (op logic) Signs(in []trace.Sign) []trace.Sign {
	switch op.Connective {
	case "and":
		return oneSign(least(in[0], in[1]))
	case "or":
		return oneSign(most(in[0], in[1]))
	}
	return oneSign(in[0].Compared(in[1]).Map(func(d trace.Sign) trace.Sign { return truth(d != trace.Zero) }))
}

// Signs allows for underflow, and for numbers that are cut to whole ones.
func (op cast) Signs(in []trace.Sign) []trace.Sign {
	if op.To == trace.Bool {
		return oneSign(in[0].Map(func(s trace.Sign) trace.Sign { return truth(s != trace.Zero) }))
	}
	return oneSign(oddSign(in[0]))
}
