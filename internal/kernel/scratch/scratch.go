// Package scratch lends memory for the length of a call. What is borrowed holds anything:
// a kernel writes what it reads.
package scratch

import (
	"fmt"
	"math"
	"math/bits"
	"sync"
	"sync/atomic"
	"unsafe"

	"github.com/pullback-go/pullback/internal/kernel/array"
)

// Loan is memory borrowed for the length of a call: a block of its own, of a class of
// sizes, or a span of an arena. Memory is kept in words, so that it serves every element
// type. None of them holds pointers.
type Loan struct {
	first *uint64
	class int // of a block, or inArena
}

const inArena = -1

// classWords is the size of the largest class, in words. Each core keeps some blocks of
// each class, which is no matter as long as they are small.
const classWords = 16 << 10

// classes holds the free blocks of each class.
var classes [4 * 12]sync.Pool

// classOf is the smallest class of at least so many words. There are four classes from
// one power of two to the next, so that at most a fifth of a block is unused.
func classOf(words int) int {
	high := bits.Len(uint(max(words, 64)-1)) - 3
	return 4*high + (max(words, 64)-1)>>high - 4
}

// wordsOf is the size of a class in words.
func wordsOf(class int) int { return (class%4 + 5) << (class / 4) }

// Borrow returns n elements of unspecified content, and the loan to give back with
// [Release] when they are no longer used. It panics if there cannot be so many: a wrong
// size must not become a wrong slice.
func Borrow[E array.Arithmetic](n int) ([]E, Loan) {
	size := array.SizeOf[E]()
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
func lendWords(words int) (*uint64, Loan) {
	if words > classWords {
		first := arenas.lend(words)
		return first, Loan{first, inArena}
	}
	class := classOf(words)
	first, _ := classes[class].Get().(*uint64)
	if first == nil {
		first = unsafe.SliceData(make([]uint64, wordsOf(class)))
	}
	return first, Loan{first, class}
}

// Poison sets whether all memory that is borrowed holds what no kernel may use, until
// restore is called. It is for tests.
func Poison(on bool) (restore func()) {
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

// Release gives borrowed memory back.
func Release(s Loan) {
	if s.class == inArena {
		arenas.end(s.first)
	} else {
		classes[s.class].Put(s.first)
	}
}
