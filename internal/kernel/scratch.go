package kernel

import (
	"math/bits"
	"sync"
	"unsafe"
)

// scratch is memory borrowed for the length of a call: a piece of its own, as many words as its class has, or a part of a room. It is kept in
// words so that it serves every element type; none of them holds pointers.
type scratch struct {
	first *uint64
	class int
	room  *room // nil for a piece
}

// smallWords is how many words a piece has at most. Each core keeps some pieces of each class, which is no matter as long as they are small.
const smallWords = 8 << 10

// pieces holds free pieces by class.
var pieces [4 * 12]sync.Pool

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
	s := borrowWords((n*int(unsafe.Sizeof(e)) + 7) / 8)
	return unsafe.Slice((*E)(unsafe.Pointer(s.first)), n), s
}

func borrowWords(n int) scratch {
	if n > smallWords {
		return rooms.lend(n)
	}
	class := classOf(n)
	first, _ := pieces[class].Get().(*uint64)
	if first == nil {
		first = unsafe.SliceData(make([]uint64, wordsOf(class)))
	}
	return scratch{first: first, class: class}
}

// release gives borrowed memory back.
func release(s scratch) {
	if s.room != nil {
		rooms.takeBack(s)
	} else {
		pieces[s.class].Put(s.first)
	}
}
