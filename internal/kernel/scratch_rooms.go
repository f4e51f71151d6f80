package kernel

import (
	"cmp"
	"slices"
	"sync"
	"unsafe"
	"weak"
)

// room is memory that is lent in parts to whoever needs much of it at the moment,
// whatever for: so what is held is about what is used at one time, and not the most of
// each size that ever was. A room of which nothing is lent may be collected.
type room struct {
	words int
	idle  weak.Pointer[uint64]
	first *uint64 // while anything is lent
	lent  []part  // by place
}

// part is the words from lo up to hi.
type part struct{ lo, hi int }

const (
	roomWords = 256 << 10 // of a room, at least
	partWords = 512       // parts are of whole pages
)

// hall is all rooms, the largest first: where they serve, the others are given up.
type hall struct {
	lock  sync.Mutex
	rooms []*room
}

var rooms hall

// lend returns at least n words, from a new room if there is no place in one.
func (h *hall) lend(n int) *uint64 {
	n = ceilDiv(n, partWords) * partWords
	h.lock.Lock()
	defer h.lock.Unlock()
	for i := 0; i < len(h.rooms); {
		r := h.rooms[i]
		if !r.enter() {
			h.rooms = slices.Delete(h.rooms, i, i+1)
			continue
		}
		if first := r.lend(n); first != nil {
			return first
		}
		r.leave()
		i++
	}
	r := newRoom(max(n, roomWords))
	i, _ := slices.BinarySearchFunc(h.rooms, r, func(a, b *room) int { return cmp.Compare(b.words, a.words) })
	h.rooms = slices.Insert(h.rooms, i, r)
	return r.lend(n)
}

// takeBack ends the loan of a part.
func (h *hall) takeBack(first *uint64) {
	h.lock.Lock()
	defer h.lock.Unlock()
	for _, r := range h.rooms {
		if r.takeBack(first) {
			return
		}
	}
	panic("kernel: scratch is given back that is not lent")
}

func newRoom(words int) *room {
	first := unsafe.SliceData(make([]uint64, words))
	return &room{words: words, idle: weak.Make(first), first: first}
}

// enter keeps the memory from being collected, and reports whether it has not been
// already.
func (r *room) enter() bool {
	if r.first == nil {
		r.first = r.idle.Value()
	}
	return r.first != nil
}

// leave lets it be collected, unless a part is lent.
func (r *room) leave() {
	if len(r.lent) == 0 {
		r.first = nil
	}
}

// lend returns n words at the first place where they fit, nil if there is none.
func (r *room) lend(n int) *uint64 {
	at, i := 0, 0
	for ; i < len(r.lent) && r.lent[i].lo-at < n; i++ {
		at = r.lent[i].hi
	}
	if i == len(r.lent) && r.words-at < n {
		return nil
	}
	r.lent = slices.Insert(r.lent, i, part{at, at + n})
	return (*uint64)(unsafe.Add(unsafe.Pointer(r.first), 8*at))
}

// takeBack ends the loan of a part, if it is one of the room's.
func (r *room) takeBack(first *uint64) bool {
	at := int(uintptr(unsafe.Pointer(first))-uintptr(unsafe.Pointer(r.first))) / 8
	i := slices.IndexFunc(r.lent, func(p part) bool { return p.lo == at })
	if i < 0 {
		return false
	}
	r.lent = slices.Delete(r.lent, i, i+1)
	r.leave()
	return true
}

// lentParts is how many parts of rooms are lent.
func lentParts() int {
	rooms.lock.Lock()
	defer rooms.lock.Unlock()
	n := 0
	for _, r := range rooms.rooms {
		n += len(r.lent)
	}
	return n
}
