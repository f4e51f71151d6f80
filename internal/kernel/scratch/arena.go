package scratch

import (
	"cmp"
	"slices"
	"sync"
	"unsafe"
	"weak"

	"github.com/pullback-go/pullback/internal/kernel/array"
)

// arena hands out spans of one large block, so that the memory held follows what is used
// at one time. Free blocks of each size would be the most of each size that ever was
// used. An arena of which nothing is lent may be collected.
type arena struct {
	words int
	idle  weak.Pointer[uint64]
	first *uint64 // while anything is lent
	lent  []span  // by place
}

// span is the words from lo up to hi.
type span struct{ lo, hi int }

const (
	arenaWords = 256 << 10 // of an arena, at least
	spanWords  = 512       // a span is a number of whole pages
)

// arenaList keeps arenas, the largest first. Smaller ones are dropped when larger ones
// suffice.
type arenaList struct {
	lock sync.Mutex
	list []*arena
}

var arenas arenaList

// lend returns at least n words, from a new arena if there is no place in one.
func (l *arenaList) lend(n int) *uint64 {
	n = array.CeilDiv(n, spanWords) * spanWords
	l.lock.Lock()
	defer l.lock.Unlock()
	for i := 0; i < len(l.list); {
		a := l.list[i]
		if !a.enter() {
			l.list = slices.Delete(l.list, i, i+1)
			continue
		}
		if first := a.lend(n); first != nil {
			return first
		}
		a.leave()
		i++
	}
	a := newArena(max(n, arenaWords))
	i, _ := slices.BinarySearchFunc(l.list, a, func(a, b *arena) int { return cmp.Compare(b.words, a.words) })
	l.list = slices.Insert(l.list, i, a)
	return a.lend(n)
}

// end ends the loan of a span.
func (l *arenaList) end(first *uint64) {
	l.lock.Lock()
	defer l.lock.Unlock()
	for _, a := range l.list {
		if a.end(first) {
			return
		}
	}
	panic("kernel: scratch is given back that is not lent")
}

func newArena(words int) *arena {
	first := unsafe.SliceData(make([]uint64, words))
	return &arena{words: words, idle: weak.Make(first), first: first}
}

// enter keeps the memory from being collected, and reports whether it has not been
// already.
func (a *arena) enter() bool {
	if a.first == nil {
		a.first = a.idle.Value()
	}
	return a.first != nil
}

// leave lets it be collected, unless a span is lent.
func (a *arena) leave() {
	if len(a.lent) == 0 {
		a.first = nil
	}
}

// lend returns n words at the first place where they fit, nil if there is none.
func (a *arena) lend(n int) *uint64 {
	at, i := 0, 0
	for ; i < len(a.lent) && a.lent[i].lo-at < n; i++ {
		at = a.lent[i].hi
	}
	if i == len(a.lent) && a.words-at < n {
		return nil
	}
	a.lent = slices.Insert(a.lent, i, span{at, at + n})
	return (*uint64)(unsafe.Add(unsafe.Pointer(a.first), 8*at))
}

// end ends the loan of a span, if it is one of the arena's.
func (a *arena) end(first *uint64) bool {
	at := int(uintptr(unsafe.Pointer(first))-uintptr(unsafe.Pointer(a.first))) / 8
	i := slices.IndexFunc(a.lent, func(p span) bool { return p.lo == at })
	if i < 0 {
		return false
	}
	a.lent = slices.Delete(a.lent, i, i+1)
	a.leave()
	return true
}

// Lent is how many spans of arenas are lent. It is for tests, which see to it that a
// kernel gives back what it borrows.
func Lent() int {
	arenas.lock.Lock()
	defer arenas.lock.Unlock()
	n := 0
	for _, a := range arenas.list {
		n += len(a.lent)
	}
	return n
}
