package rules

import (
	"fmt"
	"hash/fnv"
	"math"
	"slices"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/trace"
)

// bound is one side of a box. It prints as its text.
type bound struct {
	name, text string
	value      trace.Value
}

func newBound(name string, v trace.Value) bound {
	switch {
	case v.IsAbsent():
		panic(trace.Errorf("rules.ZBox: %s is absent: give the lowest and the highest value of the input, as fn.Scalar(-1)", name))
	case !v.DType().IsFloat():
		panic(trace.Errorf("rules.ZBox: %s is %v, not a float: use fn.Scalar, or fn.Cast it to the dtype of the input", name, v.Type()))
	case v.IsConcrete() && slices.ContainsFunc(v.Float64s(), math.IsNaN):
		panic(trace.Errorf("rules.ZBox: %s, %v, has NaN among its elements", name, v.Type()))
	}
	return bound{name, printBound(v), v}
}

func isNumber(v trace.Value) bool { return v.IsConcrete() && v.Rank() == 0 }

// printBound prints a number as it is, and an array as its type and a checksum.
func printBound(v trace.Value) string {
	switch {
	case v.IsWeak() && isNumber(v):
		return fmt.Sprint(v.Float64())
	case !v.IsConcrete() || v.Rank() == 0:
		return v.String()
	}
	sum := fnv.New64a()
	for _, x := range v.Float64s() {
		bits := math.Float64bits(x)
		for range 8 {
			sum.Write([]byte{byte(bits)})
			bits >>= 8
		}
	}
	return fmt.Sprintf("%v#%016x", v.Type(), sum.Sum64())
}

func (b bound) String() string { return b.text }

// at returns the bound with the shape of an operand.
func (b bound) at(x trace.Value) trace.Value {
	v := b.value
	if v.IsWeak() {
		v = fn.Cast(v, x.DType())
	}
	shape := append([]int{}, v.Shape()...)
	for len(shape) < x.Rank() {
		shape = append(shape, 1)
	}
	if len(shape) > x.Rank() || v.DType() != x.DType() {
		b.refuse(x)
	}
	v = fn.Reshape(v, shape...)
	if len(shape) > 0 && shape[0] > x.Dim(0) {
		v = fn.Slice(v, fn.SliceConfig{Stop: []int{x.Dim(0)}})
	}
	if got, err := fn.BroadcastShapes(v.Shape(), x.Shape()); err != nil || !slices.Equal(got, x.Shape()) {
		b.refuse(x)
	}
	return fn.BroadcastTo(v, x.Shape()...)
}

func (b bound) refuse(x trace.Value) {
	if b.value.DType() != x.DType() {
		panic(trace.Errorf("ZBox: the bound %s is %v, the input %v: fn.Cast it to %v, or use fn.Scalar", b.name, b.value.Type(), x.Type(), x.DType()))
	}
	panic(trace.Errorf("ZBox: the bound %s, %v, does not broadcast to the input, %v: with axes of length 1 appended on the right, every "+
		"axis must have length 1 or that of the input; only the first may be longer", b.name, b.value.Type(), x.Type()))
}
