package fn

import (
	"reflect"
	"testing"

	"github.com/pullback-go/pullback/trace"
)

// A simpler op computes the same. An op that does something is kept.
func TestSimplifyStructure(t *testing.T) {
	x := trace.TypeOf(trace.Float32, 2, 1, 3)
	identity := trace.Op(nil)
	for _, c := range []struct {
		op   trace.Simplifier
		ok   bool
		want trace.Op
	}{
		{reshape{[]int{2, 1, 3}}, true, identity},
		{reshape{[]int{2, 3, 1}}, false, nil},
		{transpose{[]int{0, 1, 2}}, true, identity},
		{transpose{[]int{1, 0, 2}}, true, reshape{[]int{1, 2, 3}}},
		{transpose{[]int{0, 2, 1}}, true, reshape{[]int{2, 3, 1}}},
		{transpose{[]int{2, 1, 0}}, false, nil},
		{expand{[]int{2, 1, 1, 3}, []int{0, 1, 3}}, true, reshape{[]int{2, 1, 1, 3}}},
		{expand{[]int{2, 4, 3}, []int{0, 1, 2}}, false, nil},
		{slice{[]int{0, 0, 0}, []int{2, 1, 3}, []int{1, 1, 1}}, true, identity},
		{slice{[]int{1, 0, 0}, []int{2, 1, 3}, []int{-1, 1, 1}}, false, nil},
		{slice{[]int{0, 0, 1}, []int{2, 1, 2}, []int{1, 1, 1}}, false, nil},
		{pad{[]int{2, 1, 3}, []int{0, 0, 0}, []int{1, 1, 1}, 7}, true, identity},
		{pad{[]int{2, 2, 3}, []int{0, 0, 0}, []int{1, 1, 1}, 7}, false, nil},
		{pad{[]int{2, 1, 3}, []int{1, 0, 0}, []int{-1, 1, 1}, 7}, false, nil},
	} {
		got, operands, ok := c.op.Simplify([]trace.Type{x})
		if ok != c.ok || ok && (!reflect.DeepEqual(got, c.want) || !reflect.DeepEqual(operands, []int{0})) {
			t.Errorf("%s on %v: %v of %v, %v; want %v, %v", trace.Describe(c.op), x, got, operands, ok, c.want, c.ok)
		}
	}
}
