package scratch

import (
	"fmt"
	"math"
	"testing"
	"unsafe"

	"github.com/pullback-go/pullback/internal/kernel/array"
	"github.com/pullback-go/pullback/internal/kernel/kerneltest"
)

// at is where a span begins in its arena, in words; -1 if there is none.
func (r *arena) at(first *uint64) int {
	if first == nil {
		return -1
	}
	return int(uintptr(unsafe.Pointer(first))-uintptr(unsafe.Pointer(r.first))) / 8
}

// TestArenaLendsTheFirstPlace: spans lie one behind the other, a span that is taken back
// makes a place that serves what fits, and what fits nowhere gets none.
func TestArenaLendsTheFirstPlace(t *testing.T) {
	r := newArena(2048)
	var spans []*uint64
	lend := func(n, want int) {
		t.Helper()
		first := r.lend(n)
		if got := r.at(first); got != want {
			t.Fatalf("%d words are lent at %d, want %d", n, got, want)
		}
		if first != nil {
			spans = append(spans, first)
		}
	}
	takeBack := func(i int) {
		t.Helper()
		if !r.end(spans[i]) {
			t.Fatalf("span %d is not taken back", i)
		}
	}
	lend(2049, -1)
	lend(512, 0)    // span 0
	lend(1024, 512) // span 1
	lend(512, 1536) // span 2
	lend(1, -1)     // it is full
	takeBack(1)     // the middle
	lend(1025, -1)  // one word too many
	lend(512, 512)  // span 3, the first half of it
	lend(513, -1)   // of which half is left
	takeBack(0)     // there are two places now
	lend(513, -1)   // neither of which is large enough
	lend(512, 0)    // span 4
	lend(512, 1024) // span 5
	takeBack(2)     // the last
	lend(513, -1)   // which ends with the arena
	lend(512, 1536) // span 6
	if r.end((*uint64)(unsafe.Add(unsafe.Pointer(spans[3]), 8))) {
		t.Error("what lies within a span is taken back")
	}
	if r.leave(); r.first == nil || !r.enter() {
		t.Error("an arena is left while spans are lent")
	}
	for _, i := range []int{4, 6, 3} {
		takeBack(i)
		if r.first == nil {
			t.Error("an arena is left while a span is lent")
		}
	}
	if takeBack(5); r.first != nil {
		t.Error("an empty arena is kept from being collected")
	}
}

// TestArenaLendsAllOfIt has one span as large as the arena.
func TestArenaLendsAllOfIt(t *testing.T) {
	r := newArena(512)
	first := r.lend(512)
	if r.at(first) != 0 || r.lend(1) != nil || len(r.lent) != 1 || r.lent[0] != (span{0, 512}) {
		t.Errorf("lent are %v", r.lent)
	}
}

// TestArenasRound: spans are whole pages, arenas have a size at least, and the largest is
// first.
func TestArenasRound(t *testing.T) {
	var h arenaList
	a, b := h.lend(1), h.lend(spanWords)
	if len(h.list) != 1 || h.list[0].words != arenaWords {
		t.Fatalf("there are %d arenas", len(h.list))
	}
	if got := h.list[0].at(b) - h.list[0].at(a); got != spanWords {
		t.Errorf("spans begin %d words apart, want %d", got, spanWords)
	}
	c := h.lend(arenaWords - 2*spanWords + 1) // one word too many
	d := h.lend(3*arenaWords + 1)
	e := h.lend(2 * arenaWords)
	var words []int
	for _, r := range h.list {
		words = append(words, r.words)
	}
	kerneltest.WantEqual(t, words, []int{3*arenaWords + spanWords, 2 * arenaWords, arenaWords, arenaWords})
	for _, first := range []*uint64{d, b, e, c, a} {
		h.end(first)
	}
	for i, r := range h.list {
		if len(r.lent) != 0 || r.first != nil {
			t.Errorf("of arena %d, %v are lent", i, r.lent)
		}
	}
	const want = "kernel: scratch is given back that is not lent"
	for _, first := range []*uint64{a, new(uint64)} {
		if got := fmt.Sprint(kerneltest.Caught(func() { h.end(first) })); got != want {
			t.Errorf("panicked with %q, want %q", got, want)
		}
	}
	if !h.lock.TryLock() {
		t.Error("the lock is held after a panic")
	}
}

// TestBorrowSizes: where blocks end and arenas begin, in elements of each size.
func TestBorrowSizes(t *testing.T) {
	checkBorrow[uint8](t, 8*classWords)
	checkBorrow[int32](t, 2*classWords)
	checkBorrow[float64](t, classWords)
}

func checkBorrow[E array.Arithmetic](t *testing.T, most int) {
	t.Helper()
	before := Lent()
	for _, n := range []int{0, 1, 7, most - 1, most, most + 1} {
		x, s := Borrow[E](n)
		if len(x) != n || cap(x) != n || (s.class == inArena) != (n > most) {
			t.Errorf("%d elements: got %d, of class %d", n, len(x), s.class)
		}
		if got := Lent() - before; got != kerneltest.OneIf(n > most) {
			t.Errorf("%d elements: %d spans of arena are lent", n, got)
		}
		Release(s)
	}
	if got := Lent(); got != before {
		t.Errorf("%d spans of arena are lent, before there were %d", got, before)
	}
}

// TestBorrowNoSuchSize: a size that no slice has is refused before anything is lent.
func TestBorrowNoSuchSize(t *testing.T) {
	for _, c := range []struct {
		run  func()
		want string
	}{
		{func() { Borrow[float64](-1) }, "kernel: scratch for -1 elements of 8 bytes: there is no such size"},
		{func() { Borrow[uint8](math.MinInt) }, "kernel: scratch for -9223372036854775808 elements of 1 bytes: there is no such size"},
		{func() { Borrow[uint8](math.MaxInt) }, "kernel: scratch for 9223372036854775807 elements of 1 bytes: there is no such size"},
		{func() { Borrow[float32](1 << 61) }, "kernel: scratch for 2305843009213693952 elements of 4 bytes: there is no such size"},
		{func() { Borrow[int64](1 << 60) }, "kernel: scratch for 1152921504606846976 elements of 8 bytes: there is no such size"},
	} {
		if got := fmt.Sprint(kerneltest.Caught(c.run)); got != c.want {
			t.Errorf("panicked with %q, want %q", got, c.want)
		}
	}
}

// TestPoison: all that is borrowed is NaN or negative, to the last element, where poison
// is on.
func TestPoison(t *testing.T) {
	defer Poison(true)()
	for _, n := range []int{1, 2, 3, 64, 129, 1001} {
		singles, s1 := Borrow[float32](n)
		doubles, s2 := Borrow[float64](n)
		ints, s3 := Borrow[int32](n)
		flags, s4 := Borrow[uint8](n)
		for i := range n {
			if singles[i] == singles[i] || doubles[i] == doubles[i] || ints[i] != -1 || flags[i] != 255 {
				t.Fatalf("element %d of %d: got %v, %v, %v and %v", i, n, singles[i], doubles[i], ints[i], flags[i])
			}
		}
		for _, s := range []Loan{s1, s2, s3, s4} {
			Release(s)
		}
	}
}

// TestScratchClassesAreTheirOwn: a block as large as a class says is of that class, and
// classes grow.
func TestScratchClassesAreTheirOwn(t *testing.T) {
	if got := classOf(1); got != classOf(64) || wordsOf(got) != 64 || classOf(0) != got {
		t.Errorf("the smallest blocks are of class %d, which has %d words", got, wordsOf(got))
	}
	for class := classOf(64); class <= classOf(classWords); class++ {
		if got := classOf(wordsOf(class)); got != class {
			t.Errorf("%d words are of class %d, want %d", wordsOf(class), got, class)
		}
		if got := classOf(wordsOf(class) + 1); got != class+1 {
			t.Errorf("%d words are of class %d, want %d", wordsOf(class)+1, got, class+1)
		}
	}
}
