package trace

// Sign is the set of signs that the elements of an array may have. A zero is Zero, whatever its own sign bit is; of a bool, false is Zero
// and true is Positive. The set says nothing of NaN, which may be among the elements in any case.
type Sign uint8

// The signs, and the set of all, which is what is known of any array.
const (
	Negative Sign = 1 << iota
	Zero
	Positive
	AnySign = Negative | Zero | Positive
)

// Signed is an Op that knows more of the signs of its outputs than that they are any.
type Signed interface {
	Op
	// Signs returns the signs of the outputs, given those of the operands, as real arithmetic has them but for underflow: a product
	// with Zero is Zero, whatever the other factor is. Of integers, which wrap, it is not asked.
	Signs(in []Sign) []Sign
}

// SignSimplifier is an Op that may be the identity on, or a simpler operation of, its operands once their signs are known.
type SignSimplifier interface {
	Op
	// SimplifySigns is like the Simplify of a [Simplifier], and as exact as the Signs of [Signed].
	SimplifySigns(in []Sign) (op Op, operands []int, ok bool)
}

// Elementwise is an Op with one output, each element of which depends only on the elements of the operands at the same place in
// row-major order. Operands and output have one size.
type Elementwise interface {
	Op
	Elementwise()
}

// Selector is an Op that picks elements of its first operand, plane by plane. Its first output has them, its second says where in its plane
// each was found. In row-major order the outputs of a plane follow each other, as its elements do.
type Selector interface {
	Op
	// Selects returns the number of elements of a plane, for operands of these types.
	Selects(in []Type) int
}

// Scatterer is an Op that adds up the elements of its first operand, plane by plane, at the places that its second operand says.
type Scatterer interface {
	Op
	// Scatters returns the number of elements of a plane of the output, for operands of these types; ok is false if the places do not lie
	// as those of a [Selector].
	Scatters(in []Type) (plane int, ok bool)
}

// SignOf returns the sign of a number. Of one so small that float32 may round it to zero, it is a set with Zero; of NaN it is any.
func SignOf(x float64) Sign {
	const tiny = 1e-37
	switch {
	case x >= tiny:
		return Positive
	case x > 0:
		return Zero | Positive
	case x == 0:
		return Zero
	case x <= -tiny:
		return Negative
	case x < 0:
		return Negative | Zero
	}
	return AnySign
}

// Negated returns the signs of -x.
func (s Sign) Negated() Sign { return s&Zero | s&Negative<<2 | s&Positive>>2 }

// Times returns the signs of products, which may underflow.
func (s Sign) Times(t Sign) Sign {
	if s == Zero || t == Zero {
		return Zero
	}
	return s.pairs(t, func(a, b Sign) Sign {
		switch {
		case a == Zero || b == Zero:
			return Zero
		case a == b:
			return Zero | Positive
		}
		return Negative | Zero
	})
}

// Over returns the signs of quotients. Those of anything but zero by zero depend on the zero's sign bit.
func (s Sign) Over(t Sign) Sign {
	if s != Zero && t&Zero != 0 {
		return AnySign
	}
	return s.Times(t)
}

// Plus returns the signs of sums.
func (s Sign) Plus(t Sign) Sign {
	return s.pairs(t, func(a, b Sign) Sign {
		switch {
		case a == Zero:
			return b
		case b == Zero || a == b:
			return a
		}
		return AnySign
	})
}

// Map returns the union of f over the signs of the set.
func (s Sign) Map(f func(Sign) Sign) Sign {
	var out Sign
	for one := Negative; one <= Positive; one <<= 1 {
		if s&one != 0 {
			out |= f(one)
		}
	}
	return out
}

func (s Sign) pairs(t Sign, f func(a, b Sign) Sign) Sign {
	return s.Map(func(a Sign) Sign { return t.Map(func(b Sign) Sign { return f(a, b) }) })
}

// Compared returns the signs that a - b may have in exact arithmetic, for a of the signs s and b of the signs t.
func (s Sign) Compared(t Sign) Sign {
	return s.pairs(t, func(a, b Sign) Sign {
		switch {
		case a == b && a != Zero:
			return AnySign
		case a < b:
			return Negative
		case a > b:
			return Positive
		}
		return Zero
	})
}

var signNames = [...]string{"none", "< 0", "= 0", "<= 0", "> 0", "!= 0", ">= 0", "any"}

// String returns the set as a relation to zero, such as >= 0.
func (s Sign) String() string { return signNames[s&AnySign] }
