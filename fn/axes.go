package fn

import (
	"fmt"
	"slices"

	"github.com/pullback-go/pullback/trace"
)

// fromEnd counts a negative axis from the last of rank axes. An axis that does not exist
// is returned as it is, so that Infer can name it.
func fromEnd(axis, rank int) int {
	if axis < 0 && axis >= -rank {
		return axis + rank
	}
	return axis
}

// sortedAxes applies fromEnd to each axis and sorts the axes.
func sortedAxes(axes []int, rank int) []int {
	out := make([]int, len(axes))
	for i, a := range axes {
		out[i] = fromEnd(a, rank)
	}
	slices.Sort(out)
	return out
}

// allAxes returns the axes 0 to rank-1.
func allAxes(rank int) []int {
	axes := make([]int, rank)
	for i := range axes {
		axes[i] = i
	}
	return axes
}

// checkAxis reports an axis that t does not have.
func checkAxis(axis int, t trace.Type) error {
	if axis >= 0 && axis < t.Rank() {
		return nil
	}
	if t.Rank() == 0 {
		return fmt.Errorf("axis %d does not exist: %v is a scalar", axis, t)
	}
	return fmt.Errorf("axis %d does not exist: %v has axes 0 to %d (or -%d to -1, from the end)", axis, t, t.Rank()-1, t.Rank())
}

// checkAxes reports an axis that t does not have or that is named twice. The axes are
// sorted.
func checkAxes(axes []int, t trace.Type) error {
	for i, a := range axes {
		if err := checkAxis(a, t); err != nil {
			return err
		}
		if i > 0 && axes[i-1] == a {
			return fmt.Errorf("axis %d is named twice", a)
		}
	}
	return nil
}

// checkNamed is checkAxes for operations that need at least one axis. To name none means
// neither all axes nor nothing to do: it is an error.
func checkNamed(axes []int, t trace.Type) error {
	if len(axes) == 0 {
		return errNoAxes
	}
	return checkAxes(axes, t)
}

// shifted adds by to each axis, to make room for batch axes at the front.
func shifted(axes []int, by int) []int {
	out := make([]int, len(axes))
	for i, a := range axes {
		out[i] = a + by
	}
	return out
}

// volume returns the number of elements of an array of this shape.
func volume(shape []int) int {
	n := 1
	for _, d := range shape {
		n *= d
	}
	return n
}

// around splits a shape at an axis: the number of elements before it, its length, and the
// number of elements after it.
func around(shape []int, axis int) (outer, n, inner int) {
	return volume(shape[:axis]), shape[axis], volume(shape[axis+1:])
}

// refuse panics with a *trace.Error for operands for which no op is made. The error has
// the form of those that Bind reports.
func refuse(name string, in []trace.Value, format string, args ...any) {
	trace.Refuse(name, in, format, args...)
}

// toFront returns v with the batch as axis 0. A batched operand already has it there; any
// other is repeated along a new axis.
func toFront(v trace.Value, batched bool, size int) trace.Value {
	if batched {
		return v
	}
	return Expand(v, 0, size)
}

// scaling multiplies factors into weights, see [trace.Channeled].
type scaling = func(w, factors trace.Value) trace.Value

// scaleAxis multiplies weights by factors along one of their axes.
func scaleAxis(axis int) scaling {
	return func(w, factors trace.Value) trace.Value { return Mul(w, BroadcastIn(factors, w.Shape(), axis)) }
}
