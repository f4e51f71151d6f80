package trace

import "unsafe"

// Array is a block of memory with a type: row-major, contiguous. Kernels read and write
// Arrays; everything else sees Values. An Array that has become a Value is never written
// again.
type Array struct {
	typ  Type
	data elements
}

// elements are the memory of an array: a *vec[E], with E the Go type of the array's
// dtype.
type elements interface {
	// make takes new memory, of zeros, for n elements.
	make(n int)
	// lie takes the n elements that begin at a byte of m.
	lie(m Memory, at, n int)
	// clear makes all elements zeros.
	clear()
	// show takes the n elements of another array from an index on, which has the same
	// dtype; of nil, none.
	show(of *Array, from, n int)
	// copy copies the elements of another array, which has the same dtype.
	copy(of *Array)
	// copyPart copies n elements of another array of the same dtype, from an index on, to
	// an index.
	copyPart(to int, of *Array, from, n int)
	// at is the element at a flat index.
	at(i int) any
	// place is the address of the first element. There is one.
	place() any
	// start is where the elements are, and how many.
	start() (unsafe.Pointer, int)
}

// vec is what holds the elements of an array. An array keeps its vec and changes which
// slice it is, so that showing others does not allocate.
type vec[E Elem] []E

func (v *vec[E]) make(n int)     { *v = make(vec[E], n) }
func (v *vec[E]) clear()         { clear(*v) }
func (v *vec[E]) copy(of *Array) { copy(*v, Elems[E](of)) }
func (v *vec[E]) copyPart(to int, of *Array, from, n int) {
	copy((*v)[to:to+n], Elems[E](of)[from:from+n])
}
func (v *vec[E]) at(i int) any { return (*v)[i] }
func (v *vec[E]) place() any   { return &(*v)[0] }
func (v *vec[E]) start() (unsafe.Pointer, int) {
	return unsafe.Pointer(unsafe.SliceData(*v)), len(*v)
}

func (v *vec[E]) show(of *Array, from, n int) {
	if of == nil {
		*v = nil
		return
	}
	*v = Elems[E](of)[from : from+n : from+n]
}

// NewArray returns a zeroed array. It panics with an *Error if the type is impossible (a
// negative axis, too large) or the array larger than [MemoryLimit].
func NewArray(t Type) *Array {
	if err := t.allocatable(); err != nil {
		panic(Errorf("new array: %w", err))
	}
	a := bare(t)
	a.data.make(t.Size())
	return a
}

// bare is an array of a type without its elements.
func bare(t Type) *Array {
	switch t.DType {
	case Bool:
		return newArray[bool](t, nil)
	case Uint8:
		return newArray[uint8](t, nil)
	case Int8:
		return newArray[int8](t, nil)
	case BFloat16:
		return newArray[BF16](t, nil)
	case Float16:
		return newArray[F16](t, nil)
	case Int32:
		return newArray[int32](t, nil)
	case Int64:
		return newArray[int64](t, nil)
	case Float32:
		return newArray[float32](t, nil)
	}
	return newArray[float64](t, nil)
}

// newArray is an array of a type; the shape of a scalar becomes empty, not nil (see
// [New]). One allocation has both parts of it.
func newArray[E Elem](t Type, data []E) *Array {
	if t.Shape == nil {
		t.Shape = []int{}
	}
	a := &struct {
		Array
		vec vec[E]
	}{Array{typ: t}, data}
	a.data = &a.vec
	return &a.Array
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
	d, ok := a.data.(*vec[E])
	if !ok {
		panic(Errorf("the memory of %v was asked for as %v: ask for its own dtype", a.typ, DTypeOf[E]()))
	}
	return *d
}

// Bits returns the array's memory, row-major, as unsigned integers of the size of its
// elements. It is for what moves elements and does not look at them: one function then
// does for all dtypes of a size. It panics with an *Error if U has another size.
func Bits[U uint8 | uint16 | uint32 | uint64](a *Array) []U {
	var u U
	if int(unsafe.Sizeof(u)) != a.DType().Bytes() {
		panic(Errorf("the bits of %v were asked for %d bytes at a time: ask for the %d of an element", a.typ, unsafe.Sizeof(u), a.DType().Bytes()))
	}
	at, n := a.data.start()
	return unsafe.Slice((*U)(at), n)
}

// Float64s returns a copy of the elements as float64; true is 1.
func (a *Array) Float64s() []float64 {
	out := make([]float64, a.typ.Size())
	switch d := a.data.(type) {
	case *vec[bool]:
		for i, v := range *d {
			if v {
				out[i] = 1
			}
		}
	case *vec[uint8]:
		widen(out, *d)
	case *vec[int8]:
		widen(out, *d)
	case *vec[BF16]:
		widenHalves(out, *d)
	case *vec[F16]:
		widenHalves(out, *d)
	case *vec[int32]:
		widen(out, *d)
	case *vec[int64]:
		widen(out, *d)
	case *vec[float32]:
		widen(out, *d)
	case *vec[float64]:
		copy(out, *d)
	}
	return out
}

func widen[E uint8 | int8 | int32 | int64 | float32](out []float64, d []E) {
	for i, v := range d {
		out[i] = float64(v)
	}
}

func widenHalves[E interface{ Float32() float32 }](out []float64, d []E) {
	for i, v := range d {
		out[i] = float64(v.Float32())
	}
}

// Clear sets all elements to 0, or false.
func (a *Array) Clear() { a.data.clear() }

// CopyFrom copies the elements of src, which has the same dtype and size.
func (a *Array) CopyFrom(src *Array) { a.data.copy(src) }

// CopyPart copies n elements of src, which has the same dtype, from the flat index from on
// to the index to and what follows it.
func (a *Array) CopyPart(to int, src *Array, from, n int) { a.data.copyPart(to, src, from, n) }

// Shares reports whether two arrays begin at the same memory.
func (a *Array) Shares(b *Array) bool { return a.Place() == b.Place() }

// Place returns what is equal for arrays that share memory, see [Array.Shares], and only
// for those.
func (a *Array) Place() any {
	if a.typ.Size() == 0 {
		return a
	}
	return a.data.place()
}

// Part returns the part of a's memory that begins at an index as an array of another type
// with the same dtype, which ends within a.
func (a *Array) Part(from int, t Type) *Array {
	part := NewView(t)
	part.data.show(a, from, t.Size())
	return part
}

// NewView returns an array that has no memory of its own: it has none before
// [Array.Show]. It panics with an *Error if its dtype is none.
func NewView(t Type) *Array {
	if err := (Type{DType: t.DType}).valid(); err != nil {
		panic(Errorf("new array: %w", err))
	}
	return bare(t)
}

// Show makes a view the part of another array of its dtype that begins at an index and
// has a shape. It shares memory, and does not allocate; shape is kept, not copied. Of nil
// it shows nothing, whatever the shape, and keeps no memory from being collected.
func (a *Array) Show(of *Array, from int, shape []int) {
	a.typ.Shape = shape
	a.data.show(of, from, a.typ.Size())
}
