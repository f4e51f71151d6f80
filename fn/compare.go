package fn

import (
	"fmt"

	kelementwise "github.com/pullback-go/pullback/internal/kernel/elementwise"
	"github.com/pullback-go/pullback/trace"
)

// Equal reports where a = b, elementwise; NaN equals nothing. Comparisons broadcast like
// [Add], return bools, and have no derivative.
func Equal(a, b trace.Value) trace.Value { return trueWhere(equal, a, b) }

// NotEqual reports where a ≠ b, elementwise; NaN differs from everything, itself
// included.
func NotEqual(a, b trace.Value) trace.Value { return trueWhere(notEqual, a, b) }

// Less reports where a < b, elementwise. It is false where one is NaN.
func Less(a, b trace.Value) trace.Value { return trueWhere(less, a, b) }

// LessEqual reports where a ≤ b, elementwise. It is false where one is NaN.
func LessEqual(a, b trace.Value) trace.Value { return trueWhere(lessEqual, a, b) }

// Greater reports where a > b, elementwise. It is false where one is NaN.
func Greater(a, b trace.Value) trace.Value { return trueWhere(greater, a, b) }

// GreaterEqual reports where a ≥ b, elementwise. It is false where one is NaN.
func GreaterEqual(a, b trace.Value) trace.Value { return trueWhere(greaterEqual, a, b) }

// IsNaN reports where x is NaN. Integers never are.
func IsNaN(x trace.Value) trace.Value {
	defer trace.Naming("is_nan", x)
	return NotEqual(x, x)
}

// IsFinite reports where x is neither NaN nor infinite. Integers always are finite.
func IsFinite(x trace.Value) trace.Value {
	defer trace.Naming("is_finite", x)
	d := Sub(x, x) // 0 exactly where x is finite, else NaN
	return Equal(d, d)
}

// IsInf reports where x is +Inf or -Inf. Integers never are.
func IsInf(x trace.Value) trace.Value {
	defer trace.Naming("is_inf", x)
	return And(Not(IsNaN(x)), Not(IsFinite(x)))
}

func trueWhere(r relation, a, b trace.Value) trace.Value {
	defer trace.Naming(string(r), a, b)
	a, b = agree(a, b)
	return trace.Bind1(compare{r}, a, b)
}

// relation names a comparison.
type relation string

// holds reports whether the relation holds for an outcome of [trace.Sign.Compared]. With
// a NaN only notEqual does.
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

const (
	equal        relation = "equal"
	notEqual     relation = "not_equal"
	less         relation = "less"
	lessEqual    relation = "less_equal"
	greater      relation = "greater"
	greaterEqual relation = "greater_equal"
)

type compare struct{ Relation relation }

func (op compare) Name() string   { return string(op.Relation) }
func (op compare) String() string { return string(op.Relation) }

func (op compare) Infer(in []trace.Type) ([]trace.Type, error) {
	if err := same(in[0], in[1]); err != nil {
		return nil, err
	}
	if in[0].DType == trace.Bool && op.Relation != equal && op.Relation != notEqual {
		return nil, fmt.Errorf("%v has no order: only fn.Equal and fn.NotEqual compare bools", in[0])
	}
	return []trace.Type{trace.TypeOf(trace.Bool, in[0].Shape...)}, nil
}

func (op compare) Eval(in, out []*trace.Array) {
	if in[0].DType() == trace.Bool {
		op.evalBools(trace.Elems[bool](out[0]), trace.Elems[bool](in[0]), trace.Elems[bool](in[1]))
		return
	}
	onNumber(in[0].DType(), relate[int32], relate[int64], relate[float32], relate[float64])(op.Relation, trace.Elems[bool](out[0]), in)
}

func (op compare) evalBools(dst, a, b []bool) {
	kelementwise.Xor(dst, a, b)
	if op.Relation == equal {
		kelementwise.Not(dst, dst)
	}
}

func relate[T number](r relation, dst []bool, in []*trace.Array) {
	a, b := trace.Elems[T](in[0]), trace.Elems[T](in[1])
	switch r {
	case equal:
		kelementwise.Equal(dst, a, b)
	case notEqual:
		kelementwise.NotEqual(dst, a, b)
	case less:
		kelementwise.Less(dst, a, b)
	case lessEqual:
		kelementwise.LessEqual(dst, a, b)
	case greater:
		kelementwise.Less(dst, b, a)
	case greaterEqual:
		kelementwise.LessEqual(dst, b, a)
	}
}

func (compare) VJP(_, _, _ []trace.Value, _ []bool) []trace.Value { return make([]trace.Value, 2) }

func (op compare) Batch(size int, in []trace.Value, batched []bool) []trace.Value {
	return trace.Bind(op, allBatched(size, in, batched)...)
}

func (compare) Elementwise() {}

func (op compare) Signs(in []trace.Sign) []trace.Sign {
	return oneSign(in[0].Compared(in[1]).Map(func(d trace.Sign) trace.Sign { return truth(op.Relation.holds(d)) }))
}
