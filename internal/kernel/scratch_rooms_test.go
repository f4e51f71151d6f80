package kernel

import (
	"fmt"
	"math"
	"testing"
	"unsafe"
)

// at is where a part begins in its room, in words; -1 if there is none.
func (r *room) at(first *uint64) int {
	if first == nil {
		return -1
	}
	return int(uintptr(unsafe.Pointer(first))-uintptr(unsafe.Pointer(r.first))) / 8
}

// TestRoomLendsTheFirstPlace: parts lie one behind the other, a part that is taken back
// makes a place that serves what fits, and what fits nowhere gets none.
func TestRoomLendsTheFirstPlace(t *testing.T) {
	r := newRoom(2048)
	var parts []*uint64
	lend := func(n, want int) {
		t.Helper()
		first := r.lend(n)
		if got := r.at(first); got != want {
			t.Fatalf("%d words are lent at %d, want %d", n, got, want)
		}
		if first != nil {
			parts = append(parts, first)
		}
	}
	takeBack := func(i int) {
		t.Helper()
		if !r.takeBack(parts[i]) {
			t.Fatalf("part %d is not taken back", i)
		}
	}
	lend(2049, -1)
	lend(512, 0)    // part 0
	lend(1024, 512) // part 1
	lend(512, 1536) // part 2
	lend(1, -1)     // it is full
	takeBack(1)     // the middle
	lend(1025, -1)  // one word too many
	lend(512, 512)  // part 3, the first half of it
	lend(513, -1)   // of which half is left
	takeBack(0)     // there are two places now
	lend(513, -1)   // neither of which is large enough
	lend(512, 0)    // part 4
	lend(512, 1024) // part 5
	takeBack(2)     // the last
	lend(513, -1)   // which ends with the room
	lend(512, 1536) // part 6
	if r.takeBack((*uint64)(unsafe.Add(unsafe.Pointer(parts[3]), 8))) {
		t.Error("what lies within a part is taken back")
	}
	if r.leave(); r.first == nil || !r.enter() {
		t.Error("a room is left while parts are lent")
	}
	for _, i := range []int{4, 6, 3} {
		takeBack(i)
		if r.first == nil {
			t.Error("a room is left while a part is lent")
		}
	}
	if takeBack(5); r.first != nil {
		t.Error("an empty room is kept from being collected")
	}
}

// TestRoomLendsAllOfIt has one part as large as the room.
func TestRoomLendsAllOfIt(t *testing.T) {
	r := newRoom(512)
	first := r.lend(512)
	if r.at(first) != 0 || r.lend(1) != nil || len(r.lent) != 1 || r.lent[0] != (part{0, 512}) {
		t.Errorf("lent are %v", r.lent)
	}
}

// TestHallRounds: parts are whole pages, rooms have a size at least, and the largest is
// first.
func TestHallRounds(t *testing.T) {
	var h hall
	a, b := h.lend(1), h.lend(partWords)
	if len(h.rooms) != 1 || h.rooms[0].words != roomWords {
		t.Fatalf("there are %d rooms", len(h.rooms))
	}
	if got := h.rooms[0].at(b) - h.rooms[0].at(a); got != partWords {
		t.Errorf("parts begin %d words apart, want %d", got, partWords)
	}
	c := h.lend(roomWords - 2*partWords + 1) // one word too many
	d := h.lend(3*roomWords + 1)
	e := h.lend(2 * roomWords)
	var words []int
	for _, r := range h.rooms {
		words = append(words, r.words)
	}
	checkEqual(t, words, []int{3*roomWords + partWords, 2 * roomWords, roomWords, roomWords})
	for _, first := range []*uint64{d, b, e, c, a} {
		h.takeBack(first)
	}
	for i, r := range h.rooms {
		if len(r.lent) != 0 || r.first != nil {
			t.Errorf("of room %d, %v are lent", i, r.lent)
		}
	}
	const want = "kernel: scratch is given back that is not lent"
	for _, first := range []*uint64{a, new(uint64)} {
		if got := fmt.Sprint(caught(func() { h.takeBack(first) })); got != want {
			t.Errorf("panicked with %q, want %q", got, want)
		}
	}
	if !h.lock.TryLock() {
		t.Error("the lock is held after a panic")
	}
}

// TestBorrowSizes: where pieces end and rooms begin, in elements of each size.
func TestBorrowSizes(t *testing.T) {
	checkBorrow[uint8](t, 8*smallWords)
	checkBorrow[int32](t, 2*smallWords)
	checkBorrow[float64](t, smallWords)
}

func checkBorrow[E arithmetic](t *testing.T, most int) {
	t.Helper()
	before := lentParts()
	for _, n := range []int{0, 1, 7, most - 1, most, most + 1} {
		x, s := borrow[E](n)
		if len(x) != n || cap(x) != n || (s.class == inRoom) != (n > most) {
			t.Errorf("%d elements: got %d, of class %d", n, len(x), s.class)
		}
		if got := lentParts() - before; got != oneIf(n > most) {
			t.Errorf("%d elements: %d parts of rooms are lent", n, got)
		}
		release(s)
	}
	if got := lentParts(); got != before {
		t.Errorf("%d parts of rooms are lent, before there were %d", got, before)
	}
}

// TestBorrowNoSuchSize: a size that no slice has is refused before anything is lent.
func TestBorrowNoSuchSize(t *testing.T) {
	for _, c := range []struct {
		run  func()
		want string
	}{
		{func() { borrow[float64](-1) }, "kernel: scratch for -1 elements of 8 bytes: there is no such size"},
		{func() { borrow[uint8](math.MinInt) }, "kernel: scratch for -9223372036854775808 elements of 1 bytes: there is no such size"},
		{func() { borrow[uint8](math.MaxInt) }, "kernel: scratch for 9223372036854775807 elements of 1 bytes: there is no such size"},
		{func() { borrow[float32](1 << 61) }, "kernel: scratch for 2305843009213693952 elements of 4 bytes: there is no such size"},
		{func() { borrow[int64](1 << 60) }, "kernel: scratch for 1152921504606846976 elements of 8 bytes: there is no such size"},
	} {
		if got := fmt.Sprint(caught(c.run)); got != c.want {
			t.Errorf("panicked with %q, want %q", got, c.want)
		}
	}
}

// TestPoison: all that is borrowed is NaN or negative, to the last element, where poison
// is on.
func TestPoison(t *testing.T) {
	defer poisonAll(true)()
	for _, n := range []int{1, 2, 3, 64, 129, 1001} {
		singles, s1 := borrow[float32](n)
		doubles, s2 := borrow[float64](n)
		ints, s3 := borrow[int32](n)
		flags, s4 := borrow[uint8](n)
		for i := range n {
			if singles[i] == singles[i] || doubles[i] == doubles[i] || ints[i] != -1 || flags[i] != 255 {
				t.Fatalf("element %d of %d: got %v, %v, %v and %v", i, n, singles[i], doubles[i], ints[i], flags[i])
			}
		}
		for _, s := range []scratch{s1, s2, s3, s4} {
			release(s)
		}
	}
}

// TestScratchClassesAreTheirOwn: a piece as large as a class says is of that class, and
// classes grow.
func TestScratchClassesAreTheirOwn(t *testing.T) {
	if got := classOf(1); got != classOf(64) || wordsOf(got) != 64 || classOf(0) != got {
		t.Errorf("the smallest pieces are of class %d, which has %d words", got, wordsOf(got))
	}
	for class := classOf(64); class <= classOf(smallWords); class++ {
		if got := classOf(wordsOf(class)); got != class {
			t.Errorf("%d words are of class %d, want %d", wordsOf(class), got, class)
		}
		if got := classOf(wordsOf(class) + 1); got != class+1 {
			t.Errorf("%d words are of class %d, want %d", wordsOf(class)+1, got, class+1)
		}
	}
}
