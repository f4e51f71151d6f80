package trace

import (
	"math"
	"strings"
)

// Sign is the set of the classes that the elements of an array may be of: the sign of a
// finite number, the two zeros, the two infinities, and NaN. Every number of IEEE 754 is
// of one class. Of a bool, false is PosZero and true is Positive. An integer is Negative,
// PosZero or Positive.
type Sign uint8

// The classes, in the order of their numbers. NaN has no place in it.
const (
	NegInf   Sign = 1 << iota // -∞
	Negative                  // finite, below 0
	NegZero                   // -0
	PosZero                   // +0
	Positive                  // finite, above 0
	PosInf                    // +∞
	NaN
)

// Sets of classes. AnySign is what is known of the floats in any argument.
const (
	Zero    = NegZero | PosZero
	Finite  = Negative | Zero | Positive
	AnyReal = NegInf | Finite | PosInf
	AnySign = AnyReal | NaN
)

// AnyOf returns what is known of any array of a dtype.
func AnyOf(d DType) Sign {
	switch {
	case d.IsFloat():
		return AnySign
	case d == Bool:
		return PosZero | Positive
	}
	return Negative | PosZero | Positive
}

// SignOf returns the class of a number, and further ones where its rounding to float32
// may be of another.
func SignOf(x float64) Sign {
	const tiny = 1e-37
	switch {
	case x != x:
		return NaN
	case math.Signbit(x):
		return SignOf(-x).Negated()
	case x == 0:
		return PosZero
	case x < tiny:
		return PosZero | Positive
	case x <= math.MaxFloat32:
		return Positive
	case math.IsInf(x, 1):
		return PosInf
	}
	return Positive | PosInf
}

// Negated returns the classes of -x.
func (s Sign) Negated() Sign {
	return s&NaN | s&NegInf<<5 | s&Negative<<3 | s&NegZero<<1 | s&PosZero>>1 | s&Positive>>3 | s&PosInf>>5
}

// Times returns the classes of products, which may overflow and underflow. A product of
// zero and an infinity is NaN.
func (s Sign) Times(t Sign) Sign { return s.pairs(t, timesOne) }

func timesOne(a, b Sign) Sign {
	var size Sign // of the product, as if it were not below 0
	switch both := a | b; {
	case both&NaN != 0, both&Zero != 0 && both&(NegInf|PosInf) != 0:
		return NaN
	case both&Zero != 0:
		size = PosZero
	case both&(NegInf|PosInf) != 0:
		size = PosInf
	default:
		size = PosZero | Positive | PosInf
	}
	if a < PosZero != (b < PosZero) {
		return size.Negated()
	}
	return size
}

// Over returns the classes of quotients: NaN of 0/0 and ∞/∞, an infinity of anything else
// by zero.
func (s Sign) Over(t Sign) Sign { return s.Times(t.inverted()) }

// inverted returns the classes of 1/x, as if it were neither rounded nor out of range.
func (s Sign) inverted() Sign {
	out := s & (Negative | Positive | NaN)
	for _, p := range [][2]Sign{{NegInf, NegZero}, {NegZero, NegInf}, {PosZero, PosInf}, {PosInf, PosZero}} {
		if s&p[0] != 0 {
			out |= p[1]
		}
	}
	return out
}

// Plus returns the classes of sums. ∞ - ∞ is NaN, x - x is +0.
func (s Sign) Plus(t Sign) Sign { return s.pairs(t, plusOne) }

func plusOne(a, b Sign) Sign {
	switch both := a | b; {
	case both&NaN != 0, both == NegInf|PosInf:
		return NaN
	case both&(NegInf|PosInf) != 0:
		return both & (NegInf | PosInf)
	case both == Zero:
		return PosZero
	case both&^Zero == 0: // of one sign
		return both
	case both == Negative:
		return Negative | NegInf
	case both == Positive:
		return Positive | PosInf
	case both&Zero != 0:
		return both &^ Zero
	}
	return Negative | PosZero | Positive
}

// Compared returns how a may compare with b, for a of the classes s and b of the classes
// t: Negative if a < b, PosZero if a = b, Positive if a > b, and NaN if one of them is
// NaN.
func (s Sign) Compared(t Sign) Sign {
	return s.pairs(t, func(a, b Sign) Sign {
		switch both := a | b; {
		case both&NaN != 0:
			return NaN
		case both == Negative, both == Positive:
			return Negative | PosZero | Positive
		case a == b, both&^Zero == 0:
			return PosZero
		case a < b:
			return Negative
		}
		return Positive
	})
}

// Map returns the union of f over the classes of the set.
func (s Sign) Map(f func(Sign) Sign) Sign {
	var out Sign
	for s != 0 {
		one := s & -s
		out |= f(one)
		s &^= one
	}
	return out
}

func (s Sign) pairs(t Sign, f func(a, b Sign) Sign) Sign {
	var out Sign
	for ; s != 0; s &= s - 1 {
		for u := t; u != 0; u &= u - 1 {
			out |= f(s&-s, u&-u)
		}
	}
	return out
}

var classNames = [...]string{"-Inf", "< 0", "-0", "+0", "> 0", "+Inf", "NaN"}

// String lists the classes, as {+0 > 0}, or any.
func (s Sign) String() string {
	if s == AnySign {
		return "any"
	}
	var names []string
	for i, name := range classNames {
		if s>>i&1 != 0 {
			names = append(names, name)
		}
	}
	return "{" + strings.Join(names, ", ") + "}"
}
