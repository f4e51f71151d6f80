package kernel

import (
	"math/bits"
	"sync"
	"unsafe"
)

// scratch is memory borrowed for the length of a call. It is kept in words so that one pool serves
// every element type; none of them holds pointers.
type scratch struct{ words []uint64 }

// scratchPools holds free scratch by size: pool c has buffers of 1<<c words.
var scratchPools [48]sync.Pool

// borrow returns n elements of unspecified content, and the scratch to give back with release when
// they are no longer used.
func borrow[E arithmetic](n int) ([]E, *scratch) {
	var e E
	words := (n*int(unsafe.Sizeof(e)) + 7) / 8
	class := bits.Len(uint(max(words, 64) - 1))
	s, _ := scratchPools[class].Get().(*scratch)
	if s == nil {
		s = &scratch{make([]uint64, 1<<class)}
	}
	return unsafe.Slice((*E)(unsafe.Pointer(&s.words[0])), n), s
}

// release gives borrowed memory back.
func release(s *scratch) {
	scratchPools[bits.Len(uint(len(s.words)-1))].Put(s)
}
