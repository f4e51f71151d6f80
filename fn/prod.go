package fn

import (
	"slices"

	kelementwise "github.com/pullback-go/pullback/internal/kernel/elementwise"
	"github.com/pullback-go/pullback/trace"
)

// Prod multiplies the elements along the named axes, which are dropped. An empty axis
// gives 1. The derivative with respect to an element is the product of the others, even
// if some are 0. Integers wrap, those of one byte in i32, which the result then is.
func Prod(x trace.Value, axes ...int) trace.Value {
	defer trace.Naming("prod", x)
	return trace.Bind1(prod{sortedAxes(axes, x.Rank())}, x)
}

type prod struct{ Axes []int }

func (prod) Name() string     { return "prod" }
func (prod) Kind() trace.Kind { return trace.KindReduction + ".prod" }

func (op prod) Infer(in []trace.Type) ([]trace.Type, error) {
	if err := wantNumbers(in[0]); err != nil {
		return nil, err
	}
	return inferReduce(totals(in[0]), op.Axes)
}

func (op prod) Eval(in, out []*trace.Array) {
	reduceNumbers(op.Axes, in[0], out[0], kelementwise.Prod, kelementwise.Prod, kelementwise.Prod, kelementwise.Prod)
}

func (op prod) VJP(in, _, ct []trace.Value, _ []bool) []trace.Value {
	x := in[0]
	perm := slices.Concat(without(allAxes(x.Rank()), op.Axes), op.Axes)
	last := Transpose(x, perm...)
	kept := x.Rank() - len(op.Axes)
	each := productOfOthers(Flatten(last, kept), ct[0])
	return []trace.Value{Transpose(Reshape(each, last.Shape()...), inverse(perm)...)}
}

// productOfOthers returns, for each element along the last axis of x, ct times the
// product of the others. It never divides: it multiplies pairs in a binary tree, and on
// the way down each of a pair gets the product of the other.
func productOfOthers(x, ct trace.Value) trace.Value {
	axis, n := x.Rank()-1, x.Dim(-1)
	width := 1
	for width < n {
		width *= 2
	}
	high := make([]int, x.Rank())
	high[axis] = width - n
	x = Pad(x, PadConfig{High: high, Value: 1})
	var lefts, rights []trace.Value
	for ; width > 1; width /= 2 {
		left, right := everyOther(x, 0), everyOther(x, 1)
		lefts, rights = append(lefts, left), append(rights, right)
		x = Mul(left, right)
	}
	others := ExpandDims(ct, -1)
	for i := len(lefts) - 1; i >= 0; i-- {
		pairs := Stack(-1, Mul(others, rights[i]), Mul(others, lefts[i]))
		others = Flatten(pairs, axis)
	}
	return part(others, axis, 0, n)
}

// everyOther returns every other element along the last axis, from the given one on. The
// axis has an even length.
func everyOther(x trace.Value, from int) trace.Value {
	axis := x.Rank() - 1
	op := wholeSlice(x.Shape())
	op.Start[axis], op.Size[axis] = from, op.Size[axis]/2
	if op.Size[axis] > 1 {
		op.Step[axis] = 2
	}
	return op.apply(x)
}

func (op prod) Batch(_ int, in []trace.Value, _ []bool) []trace.Value {
	return trace.Bind(prod{shifted(op.Axes, 1)}, in[0])
}
