package fn

import (
	"math"

	"github.com/pullback-go/pullback/trace"
)

// This file says what is known of the classes of outputs, family by family, for
// operations on elements; signs_functions.go does for functions of one number, and
// signs_structural.go for the others. An operation that is in none may have outputs of
// any class.

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

// SimplifySigns knows that x + -0 is x, and x + 0 too but for an x of -0.
func (add) SimplifySigns(in []trace.Sign) (trace.Op, []int, bool) {
	if addsNothing(in[0], in[1]) {
		return nil, []int{1}, true
	}
	return nil, []int{0}, addsNothing(in[1], in[0])
}

// addsNothing reports whether numbers of the classes zero leave those that they are added
// to as they are.
func addsNothing(zero, to trace.Sign) bool {
	return zero == trace.NegZero || zero&^trace.Zero == 0 && to&trace.NegZero == 0
}

// SimplifySigns knows that -0 - x is -x, and 0 - x too but for an x of +0.
func (sub) SimplifySigns(in []trace.Sign) (trace.Op, []int, bool) {
	if addsNothing(in[1].Negated(), in[0]) {
		return nil, []int{0}, true
	}
	return neg{}, []int{1}, addsNothing(in[0], in[1].Negated())
}

func (maximum) Elementwise() {}
func (minimum) Elementwise() {}
func (rem) Elementwise()     {}
func (pow) Elementwise()     {}
func (prelu) Elementwise()   {}

func (maximum) Signs(in []trace.Sign) []trace.Sign { return oneSign(most(in[0], in[1])) }
func (minimum) Signs(in []trace.Sign) []trace.Sign { return oneSign(least(in[0], in[1])) }

func (clamp) Elementwise()  {}
func (within) Elementwise() {}

func (op clamp) Signs(in []trace.Sign) []trace.Sign { return oneSign(clamped(in[0], op.Low, op.High)) }

// clamped is the classes of min(max(x, low), high).
func clamped(x trace.Sign, low, high float64) trace.Sign {
	return least(most(x, trace.SignOf(low)), trace.SignOf(high))
}

// SimplifySigns knows clamps that cut nothing off.
func (op clamp) SimplifySigns(in []trace.Sign) (trace.Op, []int, bool) {
	return nil, []int{0}, reaches(in[0], op.Low) && reaches(in[0].Negated(), -op.High)
}

// reaches reports whether no number of the classes x is below the bound, and no zero has
// a smaller sign.
func reaches(x trace.Sign, bound float64) bool {
	least, b := x&-x, trace.SignOf(bound)
	if math.IsInf(bound, 0) || bound == 0 {
		return least >= b
	}
	return least > b // and so above all of its classes
}

// Signs is true, false or both for the elements of each class.
func (op within) Signs(in []trace.Sign) []trace.Sign {
	return oneSign(in[0].Map(func(x trace.Sign) trace.Sign {
		return least(op.beyond(x, op.Low), op.beyond(x.Negated(), -op.High))
	}))
}

// beyond is whether elements of the class x lie on the right side of a lower bound, which
// includes an infinite one.
func (op within) beyond(x trace.Sign, bound float64) trace.Sign {
	open := op.Open && !math.IsInf(bound, 0)
	return x.Compared(trace.SignOf(bound)).Map(func(d trace.Sign) trace.Sign {
		return truth(d == trace.Positive || d == trace.PosZero && !open)
	})
}

// truth is the class of a bool.
func truth(b bool) trace.Sign {
	if b {
		return trace.Positive
	}
	return trace.PosZero
}

func (compare) Elementwise() {}

func (op compare) Signs(in []trace.Sign) []trace.Sign {
	return oneSign(in[0].Compared(in[1]).Map(func(d trace.Sign) trace.Sign { return truth(op.Relation.holds(d)) }))
}

// holds reports whether the relation holds for an outcome of [trace.Sign.Compared]:
// beside NaN only notEqual does.
func (r relation) holds(d trace.Sign) bool {
	switch r {
	case equal:
		return d == trace.PosZero
	case notEqual:
		return d != trace.PosZero
	case less:
		return d == trace.Negative
	case lessEqual:
		return d == trace.Negative || d == trace.PosZero
	case greater:
		return d == trace.Positive
	}
	return d == trace.Positive || d == trace.PosZero
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
	return nil, []int{2}, in[0] == trace.PosZero
}

func (mask) Signs(in []trace.Sign) []trace.Sign {
	return oneSign(in[0].Map(func(c trace.Sign) trace.Sign {
		if c == trace.Positive {
			return in[1]
		}
		return trace.PosZero
	}))
}

// SimplifySigns knows masks that let everything through, or keep +0 from nothing else.
func (mask) SimplifySigns(in []trace.Sign) (trace.Op, []int, bool) {
	return nil, []int{1}, in[0] == trace.Positive || in[1] == trace.PosZero
}

func (not) Signs(in []trace.Sign) []trace.Sign {
	return oneSign(in[0].Map(func(c trace.Sign) trace.Sign { return truth(c == trace.PosZero) }))
}

func (op logic) Signs(in []trace.Sign) []trace.Sign {
	switch op.Connective {
	case "and":
		return oneSign(least(in[0], in[1]))
	case "or":
		return oneSign(most(in[0], in[1]))
	}
	return oneSign(in[0].Map(func(a trace.Sign) trace.Sign {
		return in[1].Map(func(b trace.Sign) trace.Sign { return truth(a != b) })
	}))
}

// Signs allows for numbers that a smaller dtype cannot hold, or that are cut to whole
// ones. As a bool, NaN is true.
func (op cast) Signs(in []trace.Sign) []trace.Sign {
	return oneSign(in[0].Map(func(x trace.Sign) trace.Sign {
		switch {
		case op.To == trace.Bool:
			return truth(x&trace.Zero == 0)
		case x == trace.Negative:
			return trace.NegInf | trace.Negative | trace.NegZero
		case x == trace.Positive:
			return trace.PosZero | trace.Positive | trace.PosInf
		}
		return x
	}))
}
