package kernel

import (
	"math/bits"
	"sync"
	"unsafe"
)

// scratch is memory borrowed for the length of a call: as many words as its class has. It is kept in words so
// that one pool serves every element type; none of them holds pointers.
type scratch struct {
	first *uint64
	class int
}

// scratchPools holds free scratch by class.
var scratchPools [4 * 48]sync.Pool

// classOf is the smallest class of at least so many words. There are four from one power of two to the next,
// so that no more than a fifth is in vain.
func classOf(words int) int {
	high := bits.Len(uint(max(words, 64)-1)) - 3
	return 4*high + (max(words, 64)-1)>>high - 4
}

// wordsOf is how many words scratch of a class has.
func wordsOf(class int) int { return (class%4 + 5) << (class / 4) }

// borrow returns n elements of unspecified content, and the scratch to give back with release when
// they are no longer used.
func borrow[E arithmetic](n int) ([]E, scratch) {
	var e E
	words := (n*int(unsafe.Sizeof(e)) + 7) / 8
	class := classOf(words)
	first, _ := scratchPools[class].Get().(*uint64)
	if first == nil {
		first = unsafe.SliceData(make([]uint64, wordsOf(class)))
	}
	return unsafe.Slice((*E)(unsafe.Pointer(first)), n), scratch{first, class}
}

// release gives borrowed memory back.
func release(s scratch) { scratchPools[s.class].Put(s.first) }
