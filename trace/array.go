package trace

// Array is a block of memory with a type: row-major, contiguous. Kernels read and write
// Arrays; everything else sees Values. An Array that has become a Value is never written
// again.
type Array struct {
	typ  Type
	data any // *[]E, with E the element type: a pointer, so that Window need not allocate
}

// NewArray returns a zeroed array. It panics with an *Error if the type is impossible (a
// negative axis, too large) or the array larger than [MemoryLimit].
func NewArray(t Type) *Array {
	if err := t.allocatable(); err != nil {
		panic(Errorf("new array: %w", err))
	}
	n := t.Size()
	switch t.DType {
	case Bool:
		return newArray(t, make([]bool, n))
	case Int32:
		return newArray(t, make([]int32, n))
	case Int64:
		return newArray(t, make([]int64, n))
	case Float32:
		return newArray(t, make([]float32, n))
	}
	return newArray(t, make([]float64, n))
}

// ArrayOf wraps data, without copying it, as an array of the given shape; no shape is
// that of a scalar. The caller gives up data. It panics with an *Error if the length does
// not fit the shape.
func ArrayOf[E Elem](data []E, shape ...int) *Array {
	t := Type{DTypeOf[E](), append([]int{}, shape...)}
	if err := t.valid(); err != nil {
		panic(Errorf("array: %w", err))
	}
	if len(data) != t.Size() {
		panic(Errorf("array: %d elements do not fill %v, which has %d", len(data), t, t.Size()))
	}
	return newArray(t, data)
}

// Type returns the array's type.
func (a *Array) Type() Type { return a.typ }

// DType returns the dtype of the array's elements.
func (a *Array) DType() DType { return a.typ.DType }

// Shape returns the array's shape, which must not be changed.
func (a *Array) Shape() []int { return a.typ.Shape }

// Elems returns the array's memory, row-major. It panics with an *Error if E is not the
// Go type of its dtype.
func Elems[E Elem](a *Array) []E {
	d, ok := a.data.(*[]E)
	if !ok {
		panic(Errorf("the memory of %v was asked for as %v: ask for its own dtype", a.typ, DTypeOf[E]()))
	}
	return *d
}

// newArray is an array of a type; the shape of a scalar becomes empty, not nil (see
// [New]).
func newArray[E Elem](t Type, data []E) *Array {
	if t.Shape == nil {
		t.Shape = []int{}
	}
	return &Array{t, &data}
}

// Float64s returns a copy of the elements as float64; true is 1.
func (a *Array) Float64s() []float64 {
	out := make([]float64, a.typ.Size())
	switch d := a.data.(type) {
	case *[]bool:
		for i, v := range *d {
			if v {
				out[i] = 1
			}
		}
	case *[]int32:
		widen(out, *d)
	case *[]int64:
		widen(out, *d)
	case *[]float32:
		widen(out, *d)
	case *[]float64:
		copy(out, *d)
	}
	return out
}

func widen[E int32 | int64 | float32](out []float64, d []E) {
	for i, v := range d {
		out[i] = float64(v)
	}
}

// Part returns the part of a's memory that begins at an index as an array of another type
// with the same dtype, which ends within a.
func (a *Array) Part(from int, t Type) *Array {
	to := from + t.Size()
	switch d := a.data.(type) {
	case *[]bool:
		return newArray(t, (*d)[from:to:to])
	case *[]int32:
		return newArray(t, (*d)[from:to:to])
	case *[]int64:
		return newArray(t, (*d)[from:to:to])
	case *[]float32:
		return newArray(t, (*d)[from:to:to])
	}
	return newArray(t, Elems[float64](a)[from:to:to])
}

// Shares reports whether two arrays begin at the same memory.
func (a *Array) Shares(b *Array) bool { return a.Place() == b.Place() }

// Place returns what is equal for arrays that share memory, see [Array.Shares], and only
// for those.
func (a *Array) Place() any {
	if a.typ.Size() == 0 {
		return a
	}
	switch d := a.data.(type) {
	case *[]bool:
		return &(*d)[0]
	case *[]int32:
		return &(*d)[0]
	case *[]int64:
		return &(*d)[0]
	case *[]float32:
		return &(*d)[0]
	}
	return &Elems[float64](a)[0]
}

// CopyFrom copies the elements of src, which has the same dtype and size.
func (a *Array) CopyFrom(src *Array) {
	switch d := a.data.(type) {
	case *[]bool:
		copy(*d, Elems[bool](src))
	case *[]int32:
		copy(*d, Elems[int32](src))
	case *[]int64:
		copy(*d, Elems[int64](src))
	case *[]float32:
		copy(*d, Elems[float32](src))
	case *[]float64:
		copy(*d, Elems[float64](src))
	}
}

// Window makes a, which is no Value's, the elements from lo to hi of another array of its
// dtype, as a vector. It shares memory, and does not allocate once a has been a window.
func (a *Array) Window(of *Array, lo, hi int) {
	if len(a.typ.Shape) != 1 {
		a.typ.Shape = make([]int, 1)
	}
	a.typ.Shape[0] = hi - lo
	a.point(of, lo, hi)
}

// point makes the elements from lo to hi of another array those of a.
func (a *Array) point(of *Array, lo, hi int) {
	switch d := a.data.(type) {
	case *[]bool:
		*d = Elems[bool](of)[lo:hi:hi]
	case *[]int32:
		*d = Elems[int32](of)[lo:hi:hi]
	case *[]int64:
		*d = Elems[int64](of)[lo:hi:hi]
	case *[]float32:
		*d = Elems[float32](of)[lo:hi:hi]
	case *[]float64:
		*d = Elems[float64](of)[lo:hi:hi]
	}
}

// NewView returns an array of a type that has no memory before [Array.Show].
func NewView(t Type) *Array {
	v := NewArray(Type{t.DType, []int{0}})
	v.typ = t
	return v
}

// Show makes a view the elements of another array of its dtype from an index on, as many
// as its type has. It shares memory, and does not allocate.
func (a *Array) Show(of *Array, from int) { a.point(of, from, from+a.typ.Size()) }

// Close leaves a view without memory.
func (a *Array) Close() {
	switch d := a.data.(type) {
	case *[]bool:
		*d = nil
	case *[]int32:
		*d = nil
	case *[]int64:
		*d = nil
	case *[]float32:
		*d = nil
	case *[]float64:
		*d = nil
	}
}
