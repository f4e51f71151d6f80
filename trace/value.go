package trace

import (
	"errors"
	"fmt"
	"io"
)

// Value is an array, known (concrete) or still to come (traced). Values are small,
// immutable and comparable; the zero Value is absent: it stands for "nothing here",
// flattening skips it, and an operation on it is an error.
type Value struct{ c *cell }

// cell is what a Value points to. With an array it is concrete; with a trace it is a
// variable of that trace; with neither it is known by type alone (see [Unknown]), or
// could not be computed.
type cell struct {
	typ   Type
	array *Array
	trace *Trace
	id    Var
	weak  bool
	late  *late
}

// New returns a concrete value that holds a copy of data under the given shape; without a
// shape it is a vector of len(data). An empty shape that is not nil, as [Value.Shape]
// gives of a scalar, is a shape: that of a scalar. So New(v.Float64s(), v.Shape()...) has
// the shape of v, whatever that is. For shapes that may be nil use [ArrayOf] and
// [FromArray], to which no shape is that of a scalar; for one number, [Scalar]. New
// panics with an *Error if the number of elements does not fit.
func New[E Elem](data []E, shape ...int) Value {
	if shape == nil {
		shape = []int{len(data)}
	}
	return FromArray(ArrayOf(append(make([]E, 0, len(data)), data...), shape...))
}

// Scalar returns a concrete value of rank 0.
func Scalar[E Elem](x E) Value { return FromArray(ArrayOf([]E{x})) }

// Weak returns a concrete float64 scalar that takes the dtype of what it is combined
// with.
func Weak(x float64) Value { return Scalar(x).WithWeak(true) }

// WithWeak returns v as a value that takes the dtype of what it is combined with, or as
// one that does not. Only float64 can be weak; what is of another dtype, or absent, is
// returned as it is.
func (v Value) WithWeak(weak bool) Value {
	if v.c == nil || v.c.weak == weak || v.c.typ.DType != Float64 {
		return v
	}
	c := *v.c
	c.weak = weak
	return Value{&c}
}

// FromArray returns the array as a concrete value, without copying; the array must not be
// written afterwards.
func FromArray(a *Array) Value { return Value{&cell{typ: a.typ, array: a}} }

// Unknown returns a value of which only the type is known. It stands for an argument where
// only types matter, as in the example of a function that is to be traced or compiled.
// Transposition puts it in the place of the operands an op is linear in. Computing
// anything from it panics with an *Error.
func Unknown(t Type) Value { return Value{&cell{typ: t}} }

// isUnknown reports whether only the type of v is known.
func (v Value) isUnknown() bool {
	return v.c != nil && v.c.array == nil && v.c.trace == nil && v.c.late == nil
}

var errUnknown = errors.New("a value known by type alone (see trace.Unknown), and there is nothing to compute with")

// IsAbsent reports whether v is the zero Value.
func (v Value) IsAbsent() bool { return v.c == nil }

// IsConcrete reports whether v's elements are known.
func (v Value) IsConcrete() bool { return v.c != nil && v.c.array != nil }

// IsTraced reports whether v is a variable of a trace.
func (v Value) IsTraced() bool { return v.c != nil && v.c.trace != nil }

// IsWeak reports whether v takes the dtype of what it is combined with. An operation
// whose float operands are all weak has weak results, concrete or traced.
func (v Value) IsWeak() bool { return v.c != nil && v.c.weak }

// Same reports whether both are one variable of one trace, or hold one array.
func Same(v, w Value) bool {
	if v.c == nil || w.c == nil || v.c == w.c {
		return v.c == w.c
	}
	if v.c.array != nil {
		return v.c.array == w.c.array
	}
	return v.c.trace != nil && v.c.trace == w.c.trace && v.c.id == w.c.id
}

// Type returns the type of v; its shape is not nil, of a scalar either (see [New]). It
// panics with an *Error if v is absent.
func (v Value) Type() Type {
	if v.c == nil {
		panic(Errorf("the type of an %w was asked for: was a field never set?", errAbsent))
	}
	t := v.c.typ
	if t.Shape == nil {
		t.Shape = []int{}
	}
	return t
}

var errAbsent = errors.New("absent value (the zero trace.Value)")

// DType returns the dtype of v.
func (v Value) DType() DType { return v.Type().DType }

// Shape returns the shape of v, which must not be changed; empty, but not nil, of a
// scalar.
func (v Value) Shape() []int { return v.Type().Shape }

// Rank returns the number of axes of v.
func (v Value) Rank() int { return len(v.Type().Shape) }

// Size returns the number of elements of v.
func (v Value) Size() int { return v.Type().Size() }

// Dim returns the length of an axis; a negative axis counts from the last. It panics with
// an *Error if there is none.
func (v Value) Dim(axis int) int {
	s := v.Shape()
	if axis < -len(s) || axis >= len(s) {
		panic(Errorf("%v has no axis %d: it has %d, from 0 on, or from -1 on backward", v.Type(), axis, len(s)))
	}
	if axis < 0 {
		axis += len(s)
	}
	return s[axis]
}

// Array returns the array that a concrete value holds, without copying: it must not be
// written. On a traced value it panics with an *Error, because there are no elements
// before the program runs.
func (v Value) Array() *Array {
	if v.c == nil {
		panic(Errorf("the elements of an %w were asked for: was a field never set?", errAbsent))
	}
	if v.c.late != nil {
		panic(v.c.late.err)
	}
	if v.isUnknown() {
		panic(Errorf("the elements of %v were asked for, which is %w", v.c.typ, errUnknown))
	}
	if v.c.array == nil {
		panic(Errorf("the elements of a traced %v were asked for while its function is being traced: its data are not known yet. "+
			"For a choice that depends on data use fn.Where (elementwise) or transforms.Cond (one of two functions), not a Go if", v.c.typ))
	}
	return v.c.array
}

// Float64 returns the only element of a concrete value. It panics with an *Error if there
// is more than one.
func (v Value) Float64() float64 {
	a := v.Array()
	if a.typ.Size() != 1 {
		panic(Errorf("%v has %d elements, not one: use Float64s, or choose one with fn.Index", a.typ, a.typ.Size()))
	}
	return a.Float64s()[0]
}

// Float64s returns a copy of the elements of a concrete value, row-major, as float64;
// true is 1.
func (v Value) Float64s() []float64 { return v.Array().Float64s() }

// Data returns a copy of the elements of a concrete value, row-major. It panics with an
// *Error if E is not the Go type of v's dtype.
func Data[E Elem](v Value) []E {
	a := v.Array()
	if want := DTypeOf[E](); a.DType() != want {
		panic(Errorf("the data of %v were asked for as %v: ask for its own dtype, or use fn.Cast first", a.typ, want))
	}
	return append([]E{}, Elems[E](a)...)
}

// At returns one element of a concrete value as float64; true is 1. It takes a place along
// each axis, which may be negative to count from the end. It panics with an *Error if
// there is no such element.
func (v Value) At(place ...int) float64 {
	shape := v.Shape()
	if len(place) != len(shape) {
		panic(Errorf("the element at %v of %v was asked for: give a place along each of its %d axes", place, v.Type(), len(shape)))
	}
	flat := 0
	for axis, i := range place {
		if i < -shape[axis] || i >= shape[axis] {
			panic(Errorf("%v has no element at %v: axis %d has %d, from 0 on, or from -1 on backward", v.Type(), place, axis, shape[axis]))
		}
		if i < 0 {
			i += shape[axis]
		}
		flat = flat*shape[axis] + i
	}
	one := bare(Type{DType: v.DType()})
	one.data.show(v.Array(), flat, 1)
	return one.Float64s()[0]
}

// String prints a concrete value as its type and its elements in nested brackets, of long
// axes the head and the tail; a value that is not concrete as its type.
func (v Value) String() string { return v.text("%v") }

// Format prints a value by a directive of package fmt. Under %v and %s that is what String
// gives, with the precision, if there is one, for each element. Under any other verb, as
// %.3g, %6.2f or %d, it is the elements alone, without the type, each by that directive:
//
//	fmt.Printf("loss %.3f, weights %.2g\n", loss, w) // loss 0.123, weights [0.5 -0.25]
func (v Value) Format(s fmt.State, verb rune) {
	text := ""
	switch precision, given := s.Precision(); {
	case verb != 'v' && verb != 's' && v.IsConcrete():
		text = elemsAs(fmt.FormatString(s, verb), v.c.array)
	case given:
		text = v.text(fmt.Sprintf("%%.%dv", precision))
	default:
		text = v.text("%v")
	}
	io.WriteString(s, text) // an error is that of the caller's writer, which fmt reports
}

// text is the type of a value and its elements by a directive.
func (v Value) text(directive string) string {
	switch {
	case v.c == nil:
		return "absent"
	case v.isUnknown():
		return "unknown " + v.c.typ.String()
	case v.c.array == nil:
		return "traced " + v.c.typ.String()
	}
	return v.c.typ.String() + " " + elemsAs(directive, v.c.array)
}
