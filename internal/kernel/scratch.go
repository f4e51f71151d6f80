package kernel

import (
	"math/bits"
	"sync"
	"unsafe"
)

// scratch is memory borrowed for the length of a call: 1<<class words. It is kept in words so that one
// pool serves every element type; none of them holds pointers.
type scratch struct {
	first *uint64
	class int
}

// scratchPools holds free scratch by class.
var scratchPools [48]sync.Pool

// borrow returns n elements of unspecified content, and the scratch to give back with release when
// they are no longer used.
func borrow[E arithmetic](n int) ([]E, scratch) {
	var e E
	words := (n*int(unsafe.Sizeof(e)) + 7) / 8
	class := bits.Len(uint(max(words, 64) - 1))
	first, _ := scratchPools[class].Get().(*uint64)
	if first == nil {
		first = unsafe.SliceData(make([]uint64, 1<<class))
	}
	return unsafe.Slice((*E)(unsafe.Pointer(first)), n), scratch{first, class}
}

// release gives borrowed memory back.
func release(s scratch) { scratchPools[s.class].Put(s.first) }
