package trace

import "unsafe"

// Memory is room for arrays of any dtype, in words of 8 bytes. It is for whoever plans
// where arrays lie.
type Memory []uint64

// NewMemory returns room for so many bytes, whatever they are. Large blocks are not
// zeroed, because zeroing takes as long as the operation that will overwrite them. It
// panics with an *Error for a number of bytes that memory cannot have.
func NewMemory(bytes int) Memory {
	const many = 32 << 10
	if bytes < 0 || bytes > addressable {
		panic(Errorf("memory of %d bytes: memory has 0 to %d", bytes, addressable))
	}
	words := (bytes + 7) / 8
	if bytes < many {
		return make(Memory, words)
	}
	m := unzeroed(words)
	if bytes >= 4*hugePage {
		useHugePages(unsafe.Slice((*byte)(unsafe.Pointer(&m[0])), bytes))
	}
	return m
}

// hugePage is the size of a large page of memory. The system finds a page at the first
// touch of each, so large ones make the first use of a large block many times faster.
const hugePage = 2 << 20

// NewOutput returns an array for an operation to write: its elements are whatever was
// there. It panics as [NewArray] does.
func NewOutput(t Type) *Array {
	if err := t.allocatable(); err != nil {
		panic(Errorf("new array: %w", err))
	}
	return NewMemory(t.Bytes()).Array(0, t)
}

// Array is an array that begins at a byte, which is a multiple of its elements' size. Its
// elements are whatever was there, and not valid before they are written. It panics with
// an *Error if it does not fit.
func (m Memory) Array(at int, t Type) *Array {
	each := t.DType.Bytes()
	if t.valid() != nil || at < 0 || at%each != 0 || t.Size()*each > 8*len(m)-at {
		panic(Errorf("an array %v at byte %d of %d", t, at, 8*len(m)))
	}
	a := bare(t)
	a.data.lie(m, at, t.Size())
	return a
}

func (v *vec[E]) lie(m Memory, at, n int) {
	if n == 0 {
		*v = vec[E]{}
		return
	}
	*v = unsafe.Slice((*E)(unsafe.Add(unsafe.Pointer(unsafe.SliceData(m)), at)), n)
}
