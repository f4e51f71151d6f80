package kernel

import (
	"fmt"
	"math"
	"math/bits"
	"sync"
	"sync/atomic"
	"unsafe"
)

// scratch is memory borrowed for the length of a call: a piece of its own, as many words
// as its class has, or a part of a room. It is kept in words so that it serves every
// element type; none of them holds pointers.
type scratch struct {
	first *uint64
	class int // of a piece, or inRoom
}

const inRoom = -1

// smallWords is how many words a piece has at most. Each core keeps some pieces of each
// class, which is no matter as long as they are small.
const smallWords = 16 << 10

// pieces holds free pieces by class.
var pieces [4 * 12]sync.Pool

// classOf is the smallest class of at least so many words. There are four from one power
// of two to the next, so that no more than a fifth is in vain.
func classOf(words int) int {
	high := bits.Len(uint(max(words, 64)-1)) - 3
	return 4*high + (max(words, 64)-1)>>high - 4
}

// wordsOf is how many words scratch of a class has.
func wordsOf(class int) int { return (class%4 + 5) << (class / 4) }

// borrow returns n elements of unspecified content, and the scratch to give back with
// release when they are no longer used. It panics if there cannot be so many: a wrong
// size must not become a wrong slice.
func borrow[E arithmetic](n int) ([]E, scratch) {
	size := sizeOf[E]()
	if n < 0 || n > (math.MaxInt-7)/size {
		panic(fmt.Sprintf("kernel: scratch for %d elements of %d bytes: there is no such size", n, size))
	}
	first, s := lendWords((n*size + 7) / 8)
	if poisoned.Load() {
		poison(unsafe.Slice(first, (n*size+7)/8))
	}
	return unsafe.Slice((*E)(unsafe.Pointer(first)), n), s
}

// lendWords returns at least so many words.
func lendWords(words int) (*uint64, scratch) {
	if words > smallWords {
		first := rooms.lend(words)
		return first, scratch{first, inRoom}
	}
	class := classOf(words)
	first, _ := pieces[class].Get().(*uint64)
	if first == nil {
		first = unsafe.SliceData(make([]uint64, wordsOf(class)))
	}
	return first, scratch{first, class}
}

// poisonAll sets whether all memory that is borrowed holds what no kernel may use, until
// restore is called. It is for tests.
func poisonAll(on bool) (restore func()) {
	before := poisoned.Swap(on)
	return func() { poisoned.Store(before) }
}

var poisoned atomic.Bool

// poison fills memory with the bits of NaNs in either float type, which are negative
// numbers as integers.
func poison(words []uint64) {
	for i := range words {
		words[i] = math.MaxUint64
	}
}

// release gives borrowed memory back.
func release(s scratch) {
	if s.class == inRoom {
		rooms.takeBack(s.first)
	} else {
		pieces[s.class].Put(s.first)
	}
}
