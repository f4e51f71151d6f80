package exec

import (
	"sync"

	kparallel "github.com/pullback-go/pullback/internal/kernel/parallel"
	"github.com/pullback-go/pullback/trace"
)

const (
	// tileSize is how many elements go through all operations of a sweep before the next
	// ones do: some arrays of them fit the L1 cache.
	tileSize = 4096
	// sweepGrain is how many elements are worth another core.
	sweepGrain = 4 * tileSize
)

// sweep is elementwise equations over arrays of one size, computed tile by tile: one way
// through memory for all of them.
type sweep struct {
	size    int
	eqns    []int         // in order
	fills   []call        // before the first tile
	calls   []call        // for every tile: the equations, and what fills tiles with constants that they read
	outside []trace.Var   // whose arrays are read or written in place
	sources []trace.Var   // whose arrays are repeated into tiles
	held    []trace.DType // memory of a tile's own
	pool    sync.Pool     // of *tile
}

// call is an operation on arrays of a tile, by number: those outside first, then those
// held.
type call struct {
	op       trace.Op
	in       []int
	out      int
	spreader trace.Spreader // op, if it repeats sources[from]
	from     int
}

// arena is the memory with which one goroutine sweeps, by dtype: arrays as long as the
// longest tile of the plan.
type arena [trace.Float64 + 1][]*trace.Array

// tile is what one goroutine sees of the arrays of a sweep.
type tile struct {
	memory  []*trace.Array // of what is held, while a sweep runs
	windows []*trace.Array // of the arrays outside, then of memory
	nothing []*trace.Array // for windows of the arrays outside, so that they keep none of them
	in, out [][]*trace.Array
	one     [1]*trace.Array
}

// length is that of a tile.
func (s *sweep) length() int { return min(tileSize, s.size) }

func (pl *Plan) newTile(s *sweep) *tile {
	t := &tile{memory: make([]*trace.Array, len(s.held))}
	for _, v := range s.outside {
		none := trace.TypeOf(pl.program.Types[v].DType, 0)
		t.windows, t.nothing = append(t.windows, trace.NewArray(none)), append(t.nothing, trace.NewArray(none))
	}
	for _, d := range s.held {
		t.windows = append(t.windows, trace.NewArray(trace.TypeOf(d, 0)))
	}
	for _, c := range s.calls {
		in := make([]*trace.Array, len(c.in))
		for i, place := range c.in {
			in[i] = t.windows[place]
		}
		t.in, t.out = append(t.in, in), append(t.out, []*trace.Array{t.windows[c.out]})
	}
	return t
}

// tiles returns, by step, a tile for each sweep that one goroutine runs. They share their
// memory.
func (pl *Plan) tiles() []*tile {
	var m *arena
	list := make([]*tile, len(pl.steps))
	for i, st := range pl.steps {
		if s := st.sweep; s != nil && s.size <= sweepGrain {
			if m == nil {
				m = pl.newArena()
			}
			list[i] = pl.newTile(s)
			list[i].take(s, m)
		}
	}
	return list
}

// take gives what is held its memory.
func (t *tile) take(s *sweep, m *arena) {
	var next [len(arena{})]int
	for i, d := range s.held {
		t.memory[i] = m[d][next[d]]
		next[d]++
	}
}

// sweep runs s over arrays of the variables outside and of the sources, with a tile if
// there is one. The arrays outside begin at element base of what the sources are repeated
// to.
func (pl *Plan) sweep(s *sweep, t *tile, outside, sources []*trace.Array, base int) {
	if t != nil {
		s.run(t, outside, sources, base, 0, s.size)
		return
	}
	kparallel.Run(s.size, sweepGrain, func(lo, hi int) { pl.sweepPart(s, outside, sources, base, lo, hi) })
}

// sweepPart sweeps over the elements from lo to hi, with a tile that no other goroutine
// has.
func (pl *Plan) sweepPart(s *sweep, outside, sources []*trace.Array, base, lo, hi int) {
	t, _ := s.pool.Get().(*tile)
	if t == nil {
		t = pl.newTile(s)
	}
	m, _ := pl.arenas.Get().(*arena)
	if m == nil {
		m = pl.newArena()
	}
	t.take(s, m)
	s.run(t, outside, sources, base, lo, hi)
	pl.arenas.Put(m)
	s.pool.Put(t)
}

// run computes the elements from lo to hi, tile by tile.
func (s *sweep) run(t *tile, outside, sources []*trace.Array, base, lo, hi int) {
	for _, c := range s.fills {
		t.one[0] = t.windows[c.out]
		t.one[0].Window(t.memory[c.out-len(outside)], 0, s.length())
		c.op.Eval(nil, t.one[:])
	}
	for ; lo < hi; lo += tileSize {
		s.compute(t, outside, sources, base, lo, min(lo+tileSize, hi))
	}
	for i, none := range t.nothing {
		t.windows[i].Window(none, 0, 0)
	}
}

// compute runs all operations on the elements from lo to hi.
func (s *sweep) compute(t *tile, outside, sources []*trace.Array, base, lo, hi int) {
	for i, a := range outside {
		t.windows[i].Window(a, lo, hi)
	}
	for i, m := range t.memory {
		t.windows[len(outside)+i].Window(m, 0, hi-lo)
	}
	for i, c := range s.calls {
		if c.spreader != nil {
			c.spreader.Spread(sources[c.from], t.out[i][0], base+lo)
		} else {
			c.op.Eval(t.in[i], t.out[i])
		}
	}
}

// arena is how many arrays of each dtype an arena has, and how long they are.
type room struct {
	count  [len(arena{})]int
	length int
}

func (r *room) admit(s *sweep) {
	var count [len(arena{})]int
	for _, d := range s.held {
		count[d]++
	}
	for d, n := range count {
		r.count[d] = max(r.count[d], n)
	}
	r.length = max(r.length, s.length())
}

func (r *room) bytes() int {
	n := 0
	for d, count := range r.count {
		n += count * r.length * trace.DType(d).Bytes()
	}
	return n
}

func (pl *Plan) newArena() *arena {
	m := new(arena)
	for d, count := range pl.room.count {
		for range count {
			m[d] = append(m[d], trace.NewArray(trace.TypeOf(trace.DType(d), pl.room.length)))
		}
	}
	return m
}
