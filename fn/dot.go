package fn

import (
	"fmt"
	"slices"

	"github.com/pullback-go/pullback/trace"
)

// DotConfig says which axes a product sums over and which are its batch axes. The i-th of
// ContractA is paired with the i-th of ContractB, and likewise the batch axes. The axes
// of a pair have equal lengths. Negative axes count from the last.
type DotConfig struct {
	ContractA, ContractB []int
	BatchA, BatchB       []int
}

// DotGeneral is the product of two arrays of one dtype. It sums over the contracted axes,
// separately for each index of the batch axes. The result has the batch axes, then the
// other axes of a, then the other axes of b. Without contracted axes it is the outer
// product. A contraction of length 0 gives zeros. Products of u8 or i8 are i32.
func DotGeneral(a, b trace.Value, c DotConfig) trace.Value {
	defer trace.Naming("dot_general", a, b)
	a, b = promoted(a, b)
	return trace.Bind1(dot{
		ends(c.ContractA, a.Rank()), ends(c.ContractB, b.Rank()),
		ends(c.BatchA, a.Rank()), ends(c.BatchB, b.Rank()),
	}, a, b)
}

// ends applies fromEnd to each axis and keeps their order.
func ends(axes []int, rank int) []int {
	out := make([]int, len(axes))
	for i, a := range axes {
		out[i] = fromEnd(a, rank)
	}
	return out
}

// Dot is the product of matrices and vectors. It sums over the last axis of a and the
// first axis of b: Dot(a[m k], b[k n]) is the matrix product c[m n], and the product of
// two vectors is a scalar. For arrays of more axes see [MatMul] and [DotGeneral].
func Dot(a, b trace.Value) trace.Value {
	defer trace.Naming("dot", a, b)
	a, b = promoted(a, b)
	if a.Rank() == 0 || b.Rank() == 0 {
		refuse("dot", []trace.Value{a, b}, "a scalar has no inner dimension: use fn.Mul")
	}
	if a.Rank() > 2 || b.Rank() > 2 {
		refuse("dot", []trace.Value{a, b}, "more than two axes: use fn.MatMul for batches of matrices, or fn.DotGeneral")
	}
	return contract(a, b, a.Rank()-1, 0)
}

// contract sums the product over one axis of each operand.
func contract(a, b trace.Value, axisA, axisB int) trace.Value {
	return trace.Bind1(dot{[]int{axisA}, []int{axisB}, []int{}, []int{}}, a, b)
}

// MatMul is NumPy's matrix product. It sums over the last axis of a and the last but one
// of b. The axes before these are batches, which broadcast: MatMul(a[n 1 i j], b[h j k])
// is c[n h i k]. A vector a stands for one row and a vector b for one column; the result
// then lacks that axis too.
func MatMul(a, b trace.Value) trace.Value {
	defer trace.Naming("matmul", a, b)
	a, b = promoted(a, b)
	if a.Rank() == 0 || b.Rank() == 0 {
		refuse("matmul", []trace.Value{a, b}, "a scalar has no inner dimension: use fn.Mul")
	}
	if b.Rank() <= 2 || a.Rank() == 1 {
		return contract(a, b, a.Rank()-1, max(b.Rank()-2, 0))
	}
	lead, err := BroadcastShapes(a.Shape()[:a.Rank()-2], b.Shape()[:b.Rank()-2])
	if err != nil {
		refuse("matmul", []trace.Value{a, b}, "batch axes: %v", err)
	}
	if k, l := a.Dim(-1), b.Dim(-2); k != l {
		refuse("matmul", []trace.Value{a, b}, "inner dimensions differ: %d and %d", k, l)
	}
	batch, n := allAxes(len(lead)), len(lead)
	a = BroadcastTo(a, slices.Concat(lead, a.Shape()[a.Rank()-2:])...)
	b = BroadcastTo(b, slices.Concat(lead, b.Shape()[b.Rank()-2:])...)
	return trace.Bind1(dot{[]int{n + 1}, []int{n}, batch, batch}, a, b)
}

// Linear is a fully connected layer, y = x Wᵀ + b along the last axis of x[... in]. w[out
// in] and b[out] have PyTorch's layout. An absent b (the zero Value) means no bias.
func Linear(x, w, b trace.Value) trace.Value {
	defer trace.Naming("linear", x, w, b)
	if x.Rank() == 0 || w.Rank() != 2 {
		refuse("linear", []trace.Value{x, w}, "want x[... in] and w[out in]")
	}
	y := contract(x, w, x.Rank()-1, 1)
	if b.IsAbsent() {
		return y
	}
	if b.Rank() != 1 || b.Shape()[0] != w.Shape()[0] {
		refuse("linear", []trace.Value{x, w, b}, "want a bias of %d elements, one for each row of w", w.Shape()[0])
	}
	return Add(y, b)
}

// dot is the product. Its axes are those of [DotConfig], counted from the first.
type dot struct{ ContractA, ContractB, BatchA, BatchB []int }

func (dot) Name() string                { return "dot" }
func (dot) Kind() trace.Kind            { return trace.KindDense }
func (dot) LinearIn(marked []bool) bool { return !every(marked) }

func (op dot) Infer(in []trace.Type) ([]trace.Type, error) {
	a, b := in[0], in[1]
	if a.DType != b.DType {
		return nil, fmt.Errorf("dtypes differ: %v and %v; convert one of them with fn.Cast", a.DType, b.DType)
	}
	if err := wantNumbers(a); err != nil {
		return nil, err
	}
	if err := checkSide(a, op.ContractA, op.BatchA); err != nil {
		return nil, err
	}
	if err := checkSide(b, op.ContractB, op.BatchB); err != nil {
		return nil, err
	}
	if err := matching("inner", a, b, op.ContractA, op.ContractB); err != nil {
		return nil, err
	}
	if err := matching("batch", a, b, op.BatchA, op.BatchB); err != nil {
		return nil, err
	}
	shape := slices.Concat(permuted(a.Shape, op.BatchA), permuted(a.Shape, op.freeA(a.Rank())), permuted(b.Shape, op.freeB(b.Rank())))
	return []trace.Type{trace.TypeOf(totals(a).DType, shape...)}, nil
}

// checkSide reports axes of one operand that do not exist or are named twice.
func checkSide(t trace.Type, contracted, batch []int) error {
	return checkAxes(sortedAxes(slices.Concat(contracted, batch), t.Rank()), t)
}

// matching reports pairs of axes of different lengths.
func matching(what string, a, b trace.Type, axesA, axesB []int) error {
	if len(axesA) != len(axesB) {
		return fmt.Errorf("%d %s axes of a, %v, for %d of b, %v: name them in pairs", len(axesA), what, axesA, len(axesB), axesB)
	}
	for i, k := range axesA {
		if m, n := a.Shape[k], b.Shape[axesB[i]]; m != n {
			return fmt.Errorf("%s dimensions differ: %d and %d", what, m, n)
		}
	}
	return nil
}

// freeA and freeB are the axes of an operand that are neither contracted nor batch,
// ascending.
func (op dot) freeA(rank int) []int { return others(rank, op.ContractA, op.BatchA) }
func (op dot) freeB(rank int) []int { return others(rank, op.ContractB, op.BatchB) }

// others returns the axes below rank that are in neither list.
func others(rank int, a, b []int) []int { return appendOthers(make([]int, 0, rank), rank, a, b) }

func appendOthers(out []int, rank int, a, b []int) []int {
	for axis := range rank {
		if !slices.Contains(a, axis) && !slices.Contains(b, axis) {
			out = append(out, axis)
		}
	}
	return out
}

// swapped is the product with the operands exchanged.
func (op dot) swapped() dot { return dot{op.ContractB, op.ContractA, op.BatchB, op.BatchA} }

func (op dot) VJP(in, _, ct []trace.Value, want []bool) []trace.Value {
	a, b := in[0].Type(), in[1].Type()
	nBatch, nA := len(op.BatchA), len(op.freeA(a.Rank()))
	axes := allAxes(ct[0].Rank())
	batch, freeA, freeB := axes[:nBatch], axes[nBatch:nBatch+nA], axes[nBatch+nA:]
	return pair(want,
		func() trace.Value { return op.towardsA(ct[0], in[1], a.Rank(), batch, freeA, freeB) },
		func() trace.Value { return op.swapped().towardsA(ct[0], in[0], b.Rank(), batch, freeB, freeA) })
}

// towardsA returns the cotangent of a: ct, whose axes are given, times b, summed over the
// free axes of b. The product can be taken in two orders. If one of them leaves the axes
// in the order of a, towardsA takes that one.
func (op dot) towardsA(ct, b trace.Value, rankA int, batch, freeA, freeB []int) trace.Value {
	// The contracted axes of b come out of the product in ascending order. Each stands
	// for its partner in a.
	partners := slices.Clone(op.ContractA)
	slices.SortFunc(partners, func(x, y int) int {
		return op.ContractB[slices.Index(op.ContractA, x)] - op.ContractB[slices.Index(op.ContractA, y)]
	})
	back := dot{freeB, op.freeB(b.Rank()), batch, op.BatchB}
	free := op.freeA(rankA)
	ctFirst, ctLast := slices.Concat(op.BatchA, free, partners), slices.Concat(op.BatchA, partners, free)
	if slices.IsSorted(ctLast) && !slices.IsSorted(ctFirst) {
		return trace.Bind1(back.swapped(), b, ct)
	}
	return Transpose(trace.Bind1(back, ct, b), inverse(ctFirst)...)
}

func (op dot) Batch(_ int, in []trace.Value, batched []bool) []trace.Value {
	a, b := op, op
	if batched[0] {
		a.ContractA, a.BatchA = shifted(op.ContractA, 1), shifted(op.BatchA, 1)
	}
	if batched[1] {
		b.ContractB, b.BatchB = shifted(op.ContractB, 1), shifted(op.BatchB, 1)
	}
	wide := dot{a.ContractA, b.ContractB, a.BatchA, b.BatchB}
	if batched[0] && batched[1] {
		wide.BatchA, wide.BatchB = prepend(0, wide.BatchA), prepend(0, wide.BatchB)
		return trace.Bind(wide, in...)
	}
	// The batch is a free axis of one operand. It comes out after the batch axes of the
	// product and, if the operand is b, after the free axes of a.
	at := len(op.BatchA)
	if batched[1] {
		at += len(wide.freeA(in[0].Rank()))
	}
	return []trace.Value{moveAxis(trace.Bind1(wide, in...), at, 0)}
}

// ScaleOutput scales along an axis of the product that comes from the weights: a batch
// axis or one of their free axes.
func (op dot) ScaleOutput(in []trace.Type, weights, axis int) (scaling, bool) {
	freeA, freeB := op.freeA(in[0].Rank()), op.freeB(in[1].Rank())
	ofA := slices.Concat(op.BatchA, freeA, slices.Repeat([]int{-1}, len(freeB)))
	ofB := slices.Concat(op.BatchB, slices.Repeat([]int{-1}, len(freeA)), freeB)
	at := [2][]int{ofA, ofB}[weights]
	if axis >= len(at) || at[axis] < 0 {
		return nil, false
	}
	return scaleAxis(at[axis]), true
}

// ScaleInput scales along the axis of the weights that is paired with the axis of the
// data, by contraction or as a batch axis.
func (op dot) ScaleInput(_ []trace.Type, weights, axis int) (scaling, bool) {
	own, other := slices.Concat(op.ContractB, op.BatchB), slices.Concat(op.ContractA, op.BatchA)
	if weights == 0 {
		own, other = other, own
	}
	i := slices.Index(other, axis)
	if i < 0 {
		return nil, false
	}
	return scaleAxis(own[i]), true
}

func (dot) Scale(x, factors trace.Value, axis int) trace.Value { return scaleAxis(axis)(x, factors) }

// FLOPs counts a multiplication and an addition for each pair of elements that meet.
func (op dot) FLOPs(in []trace.Type) int64 {
	return 2 * int64(in[0].Size()) * int64(lengthOf(in[1].Shape, op.freeB(in[1].Rank())))
}

func (dot) Signs(in []trace.Sign) []trace.Sign { return productSigns(in) }
