package trace

import (
	"strings"
	"unsafe"
)

// Memory is room for arrays of any dtype, in words of 8 bytes. It is for whoever plans where arrays lie.
type Memory []uint64

// NewMemory returns room for so many bytes, whatever they are. Where there are many, to set them to zero would take as long as to write what is
// meant to be there; a [strings.Builder] is what the standard library has that does not.
func NewMemory(bytes int) Memory {
	const many = 32 << 10
	words := (bytes + 7) / 8
	if bytes < many {
		return make(Memory, words)
	}
	var b strings.Builder
	b.Grow(8 * words)
	return unsafe.Slice((*uint64)(unsafe.Pointer(unsafe.StringData(b.String()))), words)
}

// NewOutput returns an array for an operation to write: its elements are whatever was there. It panics as [NewArray] does.
func NewOutput(t Type) *Array {
	if err := t.allocatable(); err != nil {
		panic(Errorf("new array: %w", err))
	}
	return NewMemory(t.Size()*t.DType.Bytes()).Array(0, t)
}

// Array is an array that begins at a byte, which is a multiple of its elements' size. Its elements are whatever was there, and not valid before
// they are written. It panics with an *Error if it does not fit.
func (m Memory) Array(at int, t Type) *Array {
	if each := t.DType.Bytes(); at < 0 || at%each != 0 || at+t.Size()*each > 8*len(m) {
		panic(Errorf("an array %v at byte %d of %d", t, at, 8*len(m)))
	}
	switch t.DType {
	case Bool:
		return arrayIn[bool](m, at, t)
	case Int32:
		return arrayIn[int32](m, at, t)
	case Int64:
		return arrayIn[int64](m, at, t)
	case Float32:
		return arrayIn[float32](m, at, t)
	}
	return arrayIn[float64](m, at, t)
}

func arrayIn[E Elem](m Memory, at int, t Type) *Array {
	n := t.Size()
	if n == 0 {
		return newArray(t, []E{})
	}
	first := (*E)(unsafe.Add(unsafe.Pointer(unsafe.SliceData(m)), at))
	return newArray(t, unsafe.Slice(first, n))
}
