package parallel

import (
	"errors"
	"fmt"
	"slices"
	"testing"

	"github.com/pullback-go/pullback/internal/kernel/kerneltest"
)

// TestCallBlocks: the one who works alone does all blocks, in order.
func TestCallBlocks(t *testing.T) {
	for _, s := range [][3]int{{23, 5, 5}, {20, 5, 4}, {3, 1, 3}, {7, 4, 2}} {
		var got [][2]int
		c := new(call)
		c.begin(s[0], s[1], s[2], function(func(lo, hi int) { got = append(got, [2]int{lo, hi}) }))
		if !c.open() {
			t.Errorf("%v: no blocks are left at first", s)
		}
		c.work()
		if c.open() || c.failed != s[2] || c.cause != nil {
			t.Errorf("%v: open %v, failed at %d with %v", s, c.open(), c.failed, c.cause)
		}
		var want [][2]int
		for lo := 0; lo < s[0]; lo += s[1] {
			want = append(want, [2]int{lo, min(s[0], lo+s[1])})
		}
		if !slices.Equal(got, want) {
			t.Errorf("%v: got %v, want %v", s, got, want)
		}
		c.work() // which finds nothing to do
		if len(got) != len(want) {
			t.Errorf("%v: a second worker did %v", s, got[len(want):])
		}
	}
}

// TestCallFails: the first block by position counts, in whatever order they fail, and no
// more blocks are handed out. A call that begins anew knows of no failure.
func TestCallFails(t *testing.T) {
	for _, order := range [][]int{{1, 2, 4}, {4, 2, 1}, {2, 1, 4}, {4, 1, 2}} {
		c := new(call)
		c.begin(50, 10, 5, nil)
		for _, block := range order {
			c.fail(block, fmt.Sprint("block ", block))
			if c.open() {
				t.Errorf("%v: blocks are handed out after block %d failed", order, block)
			}
		}
		if c.failed != 1 || c.cause != "block 1" {
			t.Errorf("%v: failed at %d with %v, want 1", order, c.failed, c.cause)
		}
		c.begin(50, 10, 5, nil)
		if c.failed != 5 || !c.open() {
			t.Errorf("begun anew: failed at %d, open %v", c.failed, c.open())
		}
	}
}

// TestCallWorkEndsWhereItFails: what a block panics with is kept, the blocks after it are
// not done.
func TestCallWorkEndsWhereItFails(t *testing.T) {
	cause, done := errors.New("cause"), 0
	c := new(call)
	c.begin(50, 10, 5, function(func(lo, _ int) {
		if lo == 20 {
			panic(cause)
		}
		done++
	}))
	c.work()
	if done != 2 || c.failed != 2 || c.cause != error(cause) || c.open() {
		t.Errorf("%d blocks were done, failed at %d with %v, open %v", done, c.failed, c.cause, c.open())
	}
}

// TestSpin: what is done already needs no wait, what comes while it is looked for is
// noticed, and what never comes ends the wait.
func TestSpin(t *testing.T) {
	for _, when := range []int{1, 2, 7, 16} { // within one look at the clock
		looks := 0
		if !spin(func() bool { looks++; return looks == when }) || looks != when {
			t.Errorf("done at look %d: looked %d times", when, looks)
		}
	}
	if spin(func() bool { return false }) {
		t.Error("what never comes has come")
	}
}

// TestParallelAfterPanics: a call that failed leaves nothing to those that follow.
func TestParallelAfterPanics(t *testing.T) {
	cause := errors.New("cause")
	kerneltest.WithCores(2, func() {
		for range 20 {
			if got := kerneltest.Caught(func() { Run(8, 2, func(int, int) { panic(cause) }) }); got != error(cause) {
				t.Fatalf("panicked with %v, want the value itself", got)
			}
			checkBlocks(t, 9, 2)
		}
	})
}

// TestParallelOnTheCaller: one block, or any on one core, are offered to nobody.
func TestParallelOnTheCaller(t *testing.T) {
	offered := func(cores, n, grain int) (blocks [][2]int, offers int64) {
		kerneltest.WithCores(cores, func() {
			before := workers.offered.Load()
			body := func(lo, hi int) { blocks = append(blocks, [2]int{lo, hi}) }
			if cores == 1 || n <= grain {
				Run(n, grain, body)
				Split(n, grain, function(body))
			} else {
				Run(n, grain, func(int, int) {})
				Split(n, grain, function(func(int, int) {}))
			}
			offers = workers.offered.Load() - before
		})
		return blocks, offers
	}
	for _, c := range []struct {
		cores, n, grain int
		blocks          [][2]int
		offers          int64
	}{
		{4, 5, 5, [][2]int{{0, 5}}, 0}, {4, 4, 5, [][2]int{{0, 4}}, 0}, {4, 0, 5, nil, 0}, {4, -3, 5, nil, 0}, {4, 6, 5, nil, 2},
		{1, 6, 5, [][2]int{{0, 5}, {5, 6}}, 0}, {1, 9, 3, [][2]int{{0, 3}, {3, 6}, {6, 9}}, 0},
	} {
		blocks, offers := offered(c.cores, c.n, c.grain)
		if want := append(slices.Clone(c.blocks), c.blocks...); !slices.Equal(blocks, want) || offers != c.offers {
			t.Errorf("%+v: got the blocks %v, and %d offers", c, blocks, offers)
		}
	}
}

// TestSplitKeepsNothing: the copy of a job that is kept for the next one refers to
// nothing.
func TestSplitKeepsNothing(t *testing.T) {
	type job = lending[float64]
	kerneltest.WithCores(2, func() {
		x := make([]float64, 6)
		for range 10 {
			Split(6, 2, job{x, 2})
		}
		kept := jobPool[job]().Get().(*job)
		if kept.x != nil || kept.s != 0 {
			t.Errorf("kept is %+v", *kept)
		}
	})
	first, second := jobPool[job](), jobPool[job]()
	if first != second {
		t.Error("a type of jobs has two pools")
	}
	if first == jobPool[lending[float32]]() {
		t.Error("two types of jobs have one pool")
	}
}

func TestGrainBelowOne(t *testing.T) {
	for _, grain := range []int{0, -3} {
		want := fmt.Sprintf("kernel: parallel.Run: the grain is %d, want at least 1", grain)
		for _, n := range []int{-1, 0, 5} {
			if got := fmt.Sprint(kerneltest.Caught(func() { Run(n, grain, func(int, int) {}) })); got != want {
				t.Errorf("%d by %d: panicked with %q, want %q", n, grain, got, want)
			}
		}
	}
}

// lending is a job that refers to memory.
type lending[T float32 | float64] struct {
	x []T
	s T
}

func (l lending[T]) Run(lo, hi int) {
	for i := range l.x[lo:hi] {
		l.x[lo+i] *= l.s
	}
}
