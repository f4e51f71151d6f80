package scratch

import (
	"fmt"
	"math/rand/v2"
	"runtime"
	"runtime/debug"
	"slices"
	"sync"
	"testing"
	"unsafe"
)

func TestScratchClasses(t *testing.T) {
	last := -1
	for words := 1; words <= classWords; words += 1 + words/50 {
		class := classOf(words)
		n := wordsOf(class)
		if n < words || words > 64 && 4*n > 5*words+4 {
			t.Fatalf("%d words are of class %d, which has %d", words, class, n)
		}
		if class > last && wordsOf(class-1) >= words && words > 64 {
			t.Fatalf("%d words are of class %d, and would fit the one before", words, class)
		}
		last = max(last, class)
	}
	if most := classOf(classWords); most >= len(classes) {
		t.Errorf("blocks are of class %d, there are %d", most, len(classes))
	}
	if a, s := Borrow[float32](1001); len(a) != 1001 || s.class == inArena || wordsOf(s.class) < 501 {
		t.Errorf("%d elements of class %d", len(a), s.class)
	}
}

// loans are spans that are lent, with what was written to them.
type loans struct {
	arenas arenaList
	all    []loan
	mark   uint64
}

type loan struct {
	words []uint64
	mark  uint64
}

func (l *loans) borrow(n int) {
	words := unsafe.Slice(l.arenas.lend(n), n)
	l.mark++
	for i := range words {
		words[i] = l.mark
	}
	l.all = append(l.all, loan{words, l.mark})
}

func (l *loans) release(t *testing.T, i int) {
	t.Helper()
	for _, w := range l.all[i].words {
		if w != l.all[i].mark {
			t.Fatalf("what was written to span %d is %d", l.all[i].mark, w)
		}
	}
	l.arenas.end(&l.all[i].words[0])
	l.all = slices.Delete(l.all, i, i+1)
}

// held is the words of the arena that have not been collected.
func (l *loans) held() int {
	n := 0
	for _, r := range l.arenas.list {
		if r.first != nil || r.idle.Value() != nil {
			n += r.words
		}
	}
	return n
}

// Parts do not overlap, in whatever order they are lent and taken back, and live as long
// as they are lent.
func TestArenasLendPartsOnce(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	var l loans
	for step := range 2000 {
		if n := len(l.all); n > 0 && (n > 12 || r.IntN(2) == 0) {
			l.release(t, r.IntN(n))
		} else {
			l.borrow(classWords + r.IntN(1<<(13+r.IntN(6))))
		}
		if step%100 == 0 {
			runtime.GC()
		}
	}
	for len(l.all) > 0 {
		l.release(t, 0)
	}
}

// What a collection leaves is about what is lent at that time, whatever sizes there are,
// and between two of them arenas are made only where none that is held has a place. No
// other collection comes between: the result would depend on the tests around.
func TestArenasAreShared(t *testing.T) {
	defer debug.SetGCPercent(debug.SetGCPercent(-1))
	const most = 3*arenaWords + 2*classWords // lent at one time
	r := rand.New(rand.NewPCG(3, 4))
	var l loans
	for i := range 300 {
		n := classWords + 1 + r.IntN(2*arenaWords)
		l.borrow(n)
		l.borrow(n / 2)
		if i%10 == 9 {
			if held := l.held(); held > 3*most {
				t.Errorf("%d words are held between collections, of which at most %d were lent at one time", held, most)
			}
			runtime.GC()
			if held := l.held(); held > 2*most {
				t.Errorf("%d words are held after a collection, of which at most %d are lent", held, most)
			}
		}
		l.release(t, r.IntN(2))
		l.release(t, 0)
	}
}

// Memory of which nothing is lent is collected; the largest arena serves first, so that a
// smaller one that is not needed is among it.
func TestArenasAreCollected(t *testing.T) {
	var l loans
	l.borrow(arenaWords)
	l.borrow(2 * arenaWords)
	l.release(t, 0)
	l.release(t, 0)
	l.borrow(arenaWords / 2)
	runtime.GC()
	if small, large := l.arenas.list[1], l.arenas.list[0]; small.idle.Value() != nil || large.idle.Value() == nil || large.words != 2*arenaWords {
		t.Errorf("arenas of %d and %d words, of which the first is in use, are left as %v and %v",
			large.words, small.words, large.idle.Value() != nil, small.idle.Value() != nil)
	}
	l.borrow(2 * arenaWords)
	if n := len(l.arenas.list); n != 2 {
		t.Errorf("there are %d arenas, want one in use, and a new one in place of one that was collected", n)
	}
	l.release(t, 0)
	l.release(t, 0)
}

// Goroutines share arenas without seeing each other's memory.
func TestBorrowIsConcurrent(t *testing.T) {
	var all sync.WaitGroup
	for g := range 8 {
		all.Go(func() {
			for i := range 200 {
				x, s := Borrow[float32]((i%7 + 1) * 20_000)
				for j := range x {
					x[j] = float32(g)
				}
				runtime.Gosched()
				if i := slices.IndexFunc(x, func(v float32) bool { return v != float32(g) }); i >= 0 {
					t.Errorf("goroutine %d finds %v", g, x[i])
				}
				Release(s)
			}
		})
	}
	all.Wait()
}

func BenchmarkBorrow(b *testing.B) {
	for _, n := range []int{1 << 10, 1 << 20} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				_, s := Borrow[float32](n)
				_, other := Borrow[float32](n / 2)
				Release(other)
				Release(s)
			}
		})
	}
}

func TestScratch(t *testing.T) {
	for _, n := range []int{0, 1, 63, 64, 65, 1000, 1 << 16} {
		x, s := Borrow[float32](n)
		if len(x) != n {
			t.Errorf("borrowed %d elements, want %d", len(x), n)
		}
		y, s2 := Borrow[float64](n)
		for i := range x {
			x[i], y[i] = 1, 2
		}
		for i := range x {
			if x[i] != 1 || y[i] != 2 {
				t.Fatalf("size %d: two borrowed slices overlap at %d", n, i)
			}
		}
		Release(s)
		Release(s2)
	}
}
