package fn

import (
	"fmt"
	"math"
	"slices"

	karray "github.com/pullback-go/pullback/internal/kernel/array"
	klayout "github.com/pullback-go/pullback/internal/kernel/layout"
	"github.com/pullback-go/pullback/trace"
)

// SliceConfig says which elements [Slice] takes. A list has an entry for each of the
// first axes; the axes after them are taken whole. An empty list means its default on
// every axis.
type SliceConfig struct {
	// Start is the first index. By default it is the first of the axis, or the last one
	// if the step is negative.
	Start []int
	// Stop is the index before which to end, going by Step. By default the axis is taken
	// to its end.
	Stop []int
	// Step is the distance from one index to the next, 1 by default. A negative step goes
	// backward. 0 is an error.
	Step []int
}

// Begin and End are values for Start and Stop. They stand for the places before the first
// and after the last element.
const (
	Begin = math.MinInt
	End   = math.MaxInt
)

// Slice takes the elements at Start, Start + Step, ... before Stop along each axis. The
// bounds are those of Python: a negative one counts from the last element (-1), and one
// outside of the axis is moved to its border. Along an axis of length 5, {Start: 1, Stop:
// 4} takes 1 2 3, {Start: -2, Stop: End} takes 3 4, {Start: 3, Stop: Begin, Step: -2}
// takes 3 1, and {Start: 3, Stop: 3} takes nothing.
func Slice(x trace.Value, c SliceConfig) trace.Value {
	defer trace.Naming("slice", x)
	op := wholeSlice(x.Shape())
	for _, list := range [][]int{c.Start, c.Stop, c.Step} {
		if len(list) > x.Rank() {
			refuse("slice", []trace.Value{x}, "%v has %d entries for %d axes", list, len(list), x.Rank())
		}
	}
	for a, n := range x.Shape() {
		step := entry(c.Step, a, 1)
		if step == 0 {
			refuse("slice", []trace.Value{x}, "the step along axis %d is 0: use 1 to take every element", a)
		}
		first, stop := 0, End
		if step < 0 {
			first, stop = End, Begin
		}
		op.Start[a], op.Size[a] = sliceBounds(entry(c.Start, a, first), entry(c.Stop, a, stop), step, n)
		if op.Size[a] > 1 {
			op.Step[a] = step
		}
	}
	return op.apply(x)
}

// entry returns the a-th of a list, or otherwise if the list ends before it.
func entry(list []int, a, otherwise int) int {
	if a < len(list) {
		return list[a]
	}
	return otherwise
}

// sliceBounds returns where a slice of an axis of length n starts and how many elements
// it has.
func sliceBounds(start, stop, step, n int) (from, size int) {
	low, high := 0, n
	if step < 0 {
		low, high = -1, n-1
	}
	inside := func(i int) int {
		if i < 0 {
			i += n
		}
		return min(max(i, low), high)
	}
	from, to := inside(start), inside(stop)
	covered, apart := to-from, uint(step)
	if step < 0 {
		covered, apart = from-to, -uint(step) // the negative of the least int is no int, but it is a uint
	}
	if covered <= 0 {
		return 0, 0
	}
	return from, int(uint(covered-1)/apart) + 1
}

// Index is element i of axis 0, which is dropped: a row of a matrix. A negative i counts
// from the last. An i outside of the axis is an error.
func Index(x trace.Value, i int) trace.Value {
	defer trace.Naming("index", x)
	if x.Rank() == 0 {
		refuse("index", []trace.Value{x}, "a scalar has no elements to choose from")
	}
	n := x.Shape()[0]
	at := fromEnd(i, n)
	if at < 0 || at >= n {
		refuse("index", []trace.Value{x}, "index %d is outside of axis 0, which has length %d", i, n)
	}
	return Reshape(part(x, 0, at, at+1), x.Shape()[1:]...)
}

type slice struct{ Start, Size, Step []int }

// wholeSlice takes everything from an array of this shape.
func wholeSlice(shape []int) slice {
	step := make([]int, len(shape))
	for i := range step {
		step[i] = 1
	}
	return slice{make([]int, len(shape)), slices.Clone(shape), step}
}

// apply slices x, unless the slice is all of it.
func (op slice) apply(x trace.Value) trace.Value {
	if op.whole(x.Shape()) {
		return x
	}
	return trace.Bind1(op, x)
}

// whole reports whether the slice is all of an array of this shape, in order.
func (op slice) whole(shape []int) bool {
	for a, n := range shape {
		if op.Size[a] != n || op.Size[a] > 1 && op.Step[a] != 1 {
			return false
		}
	}
	return true
}

func (slice) Name() string         { return "slice" }
func (slice) Kind() trace.Kind     { return trace.KindShaping + ".slice" }
func (slice) LinearIn([]bool) bool { return true }

func (op slice) Infer(in []trace.Type) ([]trace.Type, error) {
	if len(op.Size) != in[0].Rank() {
		return nil, fmt.Errorf("the slice is of %d axes, %v has %d", len(op.Size), in[0], in[0].Rank())
	}
	for a, n := range in[0].Shape {
		if err := inAxis(a, n, op.Start[a], op.Size[a], op.Step[a]); err != nil {
			return nil, err
		}
	}
	return []trace.Type{trace.TypeOf(in[0].DType, op.Size...)}, nil
}

// inAxis reports indices that do not all lie in axis a of length n. There are size of
// them from start on, step apart.
func inAxis(a, n, start, size, step int) error {
	last := start + (size-1)*step
	if size == 0 || size > 0 && min(start, last) >= 0 && max(start, last) < n {
		return nil
	}
	return fmt.Errorf("indices %d to %d are not all in axis %d, which has length %d", start, last, a, n)
}

func (op slice) Eval(in, out []*trace.Array) {
	onBits(in[0].DType(), sliceElems[uint8], sliceElems[uint16], sliceElems[uint32], sliceElems[uint64])(op, in, out)
}

func sliceElems[E karray.Bits](op slice, in, out []*trace.Array) {
	klayout.Slice(trace.Bits[E](out[0]), trace.Bits[E](in[0]), in[0].Shape(), op.Start, op.Size, op.Step)
}

func (op slice) VJP(in, _, ct []trace.Value, _ []bool) []trace.Value {
	return []trace.Value{trace.Bind1(pad{in[0].Shape(), op.Start, op.Step, 0}, ct[0])}
}

// Joins says that the cotangents of all slices of an array are added up at once.
func (op slice) Joins(other trace.Op) bool {
	_, ok := other.(slice)
	return ok
}

// Joint adds all cotangents to one array of zeros.
func (op slice) Joint(t trace.Type, picks []trace.Pick) trace.Value {
	sum := addSlices{Shape: t.Shape}
	var cts []trace.Value
	for _, p := range picks {
		s := p.Op.(slice)
		sum.Start, sum.Step, cts = append(sum.Start, s.Start), append(sum.Step, s.Step), append(cts, p.CT)
	}
	return trace.Bind1(sum, cts...)
}

func (op slice) Batch(size int, in []trace.Value, _ []bool) []trace.Value {
	return trace.Bind(slice{prepend(0, op.Start), prepend(size, op.Size), prepend(1, op.Step)}, in[0])
}

// Simplify removes a slice that takes everything.
func (op slice) Simplify(in []trace.Type) (trace.Op, []int, bool) {
	return nil, []int{0}, op.whole(in[0].Shape)
}

func (slice) Moves() {}

func (slice) StoresIn(int) bool { return true }

func (slice) Signs(in []trace.Sign) []trace.Sign { return in[:1:1] }

// prepend returns the list with x in front.
func prepend(x int, list []int) []int { return append([]int{x}, list...) }
