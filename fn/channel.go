package fn

import (
	"slices"

	"github.com/pullback-go/pullback/trace"
)

// scaling makes weights that take up factors, see [trace.Channeled].
type scaling = func(w, factors trace.Value) trace.Value

// scaleAxis multiplies weights by factors along one of their axes.
func scaleAxis(axis int) scaling {
	return func(w, factors trace.Value) trace.Value { return Mul(w, BroadcastIn(factors, w.Shape(), axis)) }
}

// scaleGroups multiplies weights w[o m ...] by factors[groups·m]: those for group g are the g-th m factors, and serve the g-th part of
// axis 0.
func scaleGroups(groups int) scaling {
	return func(w, factors trace.Value) trace.Value {
		o, m := w.Shape()[0], w.Shape()[1]
		each := BroadcastIn(Reshape(factors, groups, m), []int{groups, o / groups, m}, 0, 2)
		return Mul(w, BroadcastIn(Reshape(each, o, m), w.Shape(), 0, 1))
	}
}

// channelsOnly is the scaling of weights along the channels, axis 1, of a convolution whose second operand they are.
func channelsOnly(weights, axis int, s scaling) (scaling, bool) { return s, weights == 1 && axis == 1 }

func (op conv) ScaleOutput(_ []trace.Type, weights, axis int) (scaling, bool) {
	return channelsOnly(weights, axis, scaleAxis(0))
}

func (op conv) ScaleInput(_ []trace.Type, weights, axis int) (scaling, bool) {
	return channelsOnly(weights, axis, scaleGroups(op.Groups))
}

func (op convInput) ScaleOutput(_ []trace.Type, weights, axis int) (scaling, bool) {
	return channelsOnly(weights, axis, scaleGroups(op.Groups))
}

func (op convInput) ScaleInput(_ []trace.Type, weights, axis int) (scaling, bool) {
	return channelsOnly(weights, axis, scaleAxis(0))
}

// ScaleOutput scales along an axis of the product that the weights have: a batch axis or one of their free axes.
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

// ScaleInput scales along the axis of the weights that goes with the axis of the data: contracted with it, or the same batch.
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

func (conv) Scale(x, factors trace.Value, axis int) trace.Value { return scaleAxis(axis)(x, factors) }
func (convInput) Scale(x, factors trace.Value, axis int) trace.Value {
	return scaleAxis(axis)(x, factors)
}
func (dot) Scale(x, factors trace.Value, axis int) trace.Value { return scaleAxis(axis)(x, factors) }
