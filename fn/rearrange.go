package fn

import (
	"slices"

	"github.com/pullback-go/pullback/trace"
)

// Split cuts x along an axis into n parts of equal length.
func Split(x trace.Value, n, axis int) []trace.Value {
	defer trace.Naming("split", x)
	axis = axisOf("split", x, axis)
	if n < 1 || x.Dim(axis)%n != 0 {
		refuse("split", []trace.Value{x}, "axis %d of length %d has no %d equal parts; SplitAt cuts anywhere", axis, x.Dim(axis), n)
	}
	var at []int
	for i := 1; i < n; i++ {
		at = append(at, i*x.Dim(axis)/n)
	}
	return SplitAt(x, axis, at...)
}

// SplitAt cuts x along an axis before the given places, which ascend: SplitAt(x, 0, 2, 5)
// is x[:2], x[2:5] and x[5:]. A place counts from the end if it is negative, and one
// beyond the axis leaves an empty part.
func SplitAt(x trace.Value, axis int, at ...int) []trace.Value {
	defer trace.Naming("split_at", x)
	axis = axisOf("split_at", x, axis)
	n, from := x.Dim(axis), 0
	var out []trace.Value
	for _, to := range append(slices.Clone(at), End) {
		if to < 0 {
			to += n
		}
		if to = min(max(to, 0), n); to < from {
			refuse("split_at", []trace.Value{x}, "the places %v do not ascend along axis %d of length %d", at, axis, n)
		}
		out = append(out, part(x, axis, from, to))
		from = to
	}
	return out
}

// axisOf returns an axis counted from the first, and refuses one that x does not have.
func axisOf(name string, x trace.Value, axis int) int {
	axis = fromEnd(axis, x.Rank())
	if err := checkAxis(axis, x.Type()); err != nil {
		refuse(name, []trace.Value{x}, "%v", err)
	}
	return axis
}

// Roll moves each element by so many places along an axis. Those that leave it at one end
// come in at the other.
func Roll(x trace.Value, by, axis int) trace.Value {
	defer trace.Naming("roll", x)
	axis = axisOf("roll", x, axis)
	n := x.Dim(axis)
	if n == 0 {
		return x
	}
	by = wholeModOf(by, n)
	if by == 0 {
		return x
	}
	return Concat(axis, part(x, axis, n-by, n), part(x, axis, 0, n-by))
}

// Repeat repeats each element n times along an axis: 1 2 becomes 1 1 2 2. [Tile] repeats
// the axis as a whole.
func Repeat(x trace.Value, n, axis int) trace.Value {
	defer trace.Naming("repeat", x)
	axis = axisOf("repeat", x, axis)
	shape := slices.Clone(x.Shape())
	wide := Expand(x, axis+1, n)
	shape[axis] *= n
	return Reshape(wide, shape...)
}

// MoveAxis moves an axis to another place. The others keep their order.
func MoveAxis(x trace.Value, from, to int) trace.Value {
	defer trace.Naming("move_axis", x)
	from, to = axisOf("move_axis", x, from), axisOf("move_axis", x, to)
	perm := slices.Delete(allAxes(x.Rank()), from, from+1)
	return Transpose(x, slices.Insert(perm, to, from)...)
}

// SwapAxes exchanges two axes.
func SwapAxes(x trace.Value, a, b int) trace.Value {
	defer trace.Naming("swap_axes", x)
	a, b = axisOf("swap_axes", x, a), axisOf("swap_axes", x, b)
	perm := allAxes(x.Rank())
	perm[a], perm[b] = b, a
	return Transpose(x, perm...)
}

// Diff is the difference of neighbors along an axis, x_{i+1} - x_i, taken n times.
func Diff(x trace.Value, n, axis int) trace.Value {
	defer trace.Naming("diff", x)
	axis = axisOf("diff", x, axis)
	if n < 0 {
		refuse("diff", []trace.Value{x}, "differences of order %d: give an order that is not negative", n)
	}
	for range min(n, x.Dim(axis)) {
		if x.Dim(axis) == 0 {
			break
		}
		length := x.Dim(axis)
		x = Sub(part(x, axis, 1, length), part(x, axis, 0, length-1))
	}
	return x
}

// Diagonal is the diagonal of the matrices that two axes of x make, as the last axis of
// the result, in the place of the two: element i is x[i, i+offset], or x[i-offset, i] for
// an offset below 0.
func Diagonal(x trace.Value, offset, axis1, axis2 int) trace.Value {
	defer trace.Naming("diagonal", x)
	axis1, axis2 = axisOf("diagonal", x, axis1), axisOf("diagonal", x, axis2)
	if axis1 == axis2 {
		refuse("diagonal", []trace.Value{x}, "axis %d is named twice: a diagonal runs through two", axis1)
	}
	kept := without(allAxes(x.Rank()), sortedAxes([]int{axis1, axis2}, x.Rank()))
	m := Transpose(x, append(kept, axis1, axis2)...)
	rows, columns := m.Dim(-2), m.Dim(-1)
	offset = min(max(offset, -rows), columns) // all beyond are empty
	row, column := max(-offset, 0), max(offset, 0)
	n := max(min(rows-row, columns-column), 0)
	flat := Flatten(m, len(kept))
	op := wholeSlice(flat.Shape())
	op.Size[len(kept)] = n
	if n > 0 {
		op.Start[len(kept)] = row*columns + column
	}
	if n > 1 {
		op.Step[len(kept)] = columns + 1
	}
	return op.apply(flat)
}

// Diag makes matrices with the last axis of x as their diagonal, which is moved up by
// offset, or down if it is negative. All other elements are 0. [Diagonal] is the way
// back.
func Diag(x trace.Value, offset int) trace.Value {
	defer trace.Naming("diag", x)
	axis := axisOf("diag", x, -1)
	n, by := x.Dim(axis), max(offset, -offset)
	if by < 0 || by > longest {
		refuse("diag", []trace.Value{x}, "a diagonal moved by %d is more than memory can address", offset)
	}
	// Rows of n + 1 elements that begin with the diagonal are, cut at the end, the matrix.
	rows := padded(ExpandDims(x, axis+1), axis+1, 0, n, 0)
	matrix := slices.Concat(x.Shape()[:axis], []int{n, n})
	m := Reshape(part(Flatten(rows, axis), axis, 0, n*n), matrix...)
	c := PadConfig{Low: make([]int, axis+2), High: make([]int, axis+2)}
	if offset > 0 {
		c.Low[axis+1], c.High[axis] = by, by
	} else {
		c.Low[axis], c.High[axis+1] = by, by
	}
	return Pad(m, c)
}

// Trace is the sum of the diagonal of the matrices on the last two axes, which are
// dropped.
func Trace(x trace.Value) trace.Value {
	defer trace.Naming("trace", x)
	if x.Rank() < 2 {
		refuse("trace", []trace.Value{x}, "want matrices on the last two axes")
	}
	return Sum(Diagonal(x, 0, -2, -1), -1)
}
