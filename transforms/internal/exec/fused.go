package exec

import (
	"slices"
	"sync"

	kparallel "github.com/pullback-go/pullback/internal/kernel/parallel"
	"github.com/pullback-go/pullback/trace"
)

const (
	// tileSize is the number of elements that go through all operations of a fusion
	// before the next elements do. It is chosen so that several arrays of this size fit
	// the L1 cache.
	tileSize = 4096
	// fusionGrain is the smallest number of elements worth using another core for.
	fusionGrain = 4 * tileSize
)

// fusion is a fused loop: elementwise equations over arrays of one size, computed tile by
// tile in one pass over memory.
type fusion struct {
	size      int
	eqns      []int         // in order
	fills     []call        // run once, before the first tile
	calls     []call        // run for every tile: the equations, and the calls that fill tiles with constants
	external  []trace.Var   // variables whose arrays are read or written in place
	dtypes    []trace.DType // of the external variables
	broadcast []trace.Var   // variables whose arrays are repeated into tiles
	temps     []trace.DType // of the temporaries, which live in tiles
	arena     *arenaSize    // of the plan
	pool      sync.Pool     // of *tile
}

// call is an operation on the arrays of a tile, given by number: first the external
// arrays, then the temporaries.
type call struct {
	op       trace.Op
	in       []int
	out      int
	spreader trace.Spreader // op, if it repeats broadcast[from]
	from     int
}

// length returns the length of a tile.
func (f *fusion) length() int { return min(tileSize, f.size) }

// run computes the equations of f, with t if it is not nil. The external arrays begin at
// element base of the full arrays; broadcast arrays are repeated to the full arrays.
func (f *fusion) run(arenas *sync.Pool, t *tile, external, broadcast []*trace.Array, base int) {
	if t != nil {
		f.runTiles(t, external, broadcast, base, 0, f.size)
		return
	}
	kparallel.Run(f.size, fusionGrain, func(lo, hi int) { f.runPart(arenas, external, broadcast, base, lo, hi) })
}

// runPart computes the elements from lo up to hi, with a tile and an arena that no other
// goroutine has.
func (f *fusion) runPart(arenas *sync.Pool, external, broadcast []*trace.Array, base, lo, hi int) {
	t, _ := f.pool.Get().(*tile)
	if t == nil {
		t = newTile(f)
	}
	m, _ := arenas.Get().(*arena)
	if m == nil {
		m = newArena(*f.arena)
	}
	t.take(f, m)
	f.runTiles(t, external, broadcast, base, lo, hi)
	arenas.Put(m)
	f.pool.Put(t)
}

// runTiles computes the elements from lo up to hi, tile by tile.
func (f *fusion) runTiles(t *tile, external, broadcast []*trace.Array, base, lo, hi int) {
	t.length[0] = f.length()
	for _, c := range f.fills {
		t.one[0] = t.windows[c.out]
		t.one[0].Show(t.memory[c.out-len(external)], 0, t.length[:])
		c.op.Eval(nil, t.one[:])
	}
	for ; lo < hi; lo += tileSize {
		f.compute(t, external, broadcast, base, lo, min(lo+tileSize, hi))
	}
	for i := range external {
		t.windows[i].Show(nil, 0, t.length[:])
	}
}

// compute runs all operations on the elements from lo up to hi.
func (f *fusion) compute(t *tile, external, broadcast []*trace.Array, base, lo, hi int) {
	t.length[0] = hi - lo
	for i, a := range external {
		t.windows[i].Show(a, lo, t.length[:])
	}
	for i, m := range t.memory {
		t.windows[len(external)+i].Show(m, 0, t.length[:])
	}
	for i, c := range f.calls {
		if c.spreader != nil {
			c.spreader.Spread(broadcast[c.from], t.out[i][0], base+lo)
		} else {
			c.op.Eval(t.in[i], t.out[i])
		}
	}
}

// tile is one goroutine's view of the arrays of a fusion.
type tile struct {
	memory  []*trace.Array // of the temporaries, while the fusion runs
	windows []*trace.Array // of the external arrays, then of memory
	length  [1]int         // the shape of all windows
	in, out [][]*trace.Array
	one     [1]*trace.Array
}

func newTile(f *fusion) *tile {
	t := &tile{memory: make([]*trace.Array, len(f.temps))}
	for _, d := range slices.Concat(f.dtypes, f.temps) {
		t.windows = append(t.windows, trace.NewView(trace.TypeOf(d, 0)))
	}
	for _, c := range f.calls {
		in := make([]*trace.Array, len(c.in))
		for i, place := range c.in {
			in[i] = t.windows[place]
		}
		t.in, t.out = append(t.in, in), append(t.out, []*trace.Array{t.windows[c.out]})
	}
	return t
}

// newTiles returns, by step, a tile for each fusion that a single goroutine runs. The
// tiles share their memory.
func newTiles(steps []step, size arenaSize) []*tile {
	var m *arena
	list := make([]*tile, len(steps))
	for i, st := range steps {
		if f := st.fusion; f != nil && f.size <= fusionGrain {
			if m == nil {
				m = newArena(size)
			}
			list[i] = newTile(f)
			list[i].take(f, m)
		}
	}
	return list
}

// take assigns memory to the temporaries.
func (t *tile) take(f *fusion, m *arena) {
	var next [len(arena{})]int
	for i, d := range f.temps {
		t.memory[i] = m[d][next[d]]
		next[d]++
	}
}

// arena is the memory in which one goroutine runs fusions, by dtype. Its arrays are as
// long as the longest tile of the plan.
type arena [trace.Float64 + 1][]*trace.Array

func newArena(s arenaSize) *arena {
	m := new(arena)
	for d, count := range s.count {
		for range count {
			m[d] = append(m[d], trace.NewArray(trace.TypeOf(trace.DType(d), s.length)))
		}
	}
	return m
}

// arenaSize is the number of arrays of each dtype in an arena, and their length.
type arenaSize struct {
	count  [len(arena{})]int
	length int
}

// admit makes the arena large enough for a fusion.
func (s *arenaSize) admit(f *fusion) {
	var count [len(arena{})]int
	for _, d := range f.temps {
		count[d]++
	}
	for d, n := range count {
		s.count[d] = max(s.count[d], n)
	}
	s.length = max(s.length, f.length())
}

func (s *arenaSize) bytes() int {
	n := 0
	for d, count := range s.count {
		n += count * s.length * trace.DType(d).Bytes()
	}
	return n
}
