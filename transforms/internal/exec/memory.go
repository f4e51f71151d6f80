package exec

import (
	"cmp"
	"slices"

	"github.com/pullback-go/pullback/trace"
)

// buffer is a part of the planned memory. It belongs to one variable, or to several that are written one over the other.
type buffer struct {
	size     int // in bytes
	align    int // where it may begin: at a multiple of so many bytes
	from, to int // the steps at which it is first written and last needed
	at       int // where it begins
}

func newBuffer(t trace.Type, step int) buffer {
	const small, line = 4096, 64
	b := buffer{size: bytesOf(t), align: t.DType.Bytes(), from: step}
	if b.size >= small {
		b.align = line
	}
	return b
}

func bytesOf(t trace.Type) int { return t.Size() * t.DType.Bytes() }

// assign gives every variable that is neither an argument nor a result its memory.
func (pl *Plan) assign(last []int) {
	p, steps := pl.program, pl.stepsOf()
	taken := make([]bool, len(p.Types))
	for i := range p.Eqns {
		for _, v := range p.Eqns[i].Out {
			if pl.source[v].kind != unused {
				continue
			}
			from, ok := pl.inherited(i, last, taken, steps)
			b, written, read := pl.source[from].index, steps[i], steps[max(last[v], i)]
			if pl.inside[v] == nil { // all parts of a strip need it
				if s := pl.stripOf(written); s != nil {
					written = s.first
				}
				if s := pl.stripOf(read); s != nil {
					read = s.last
				}
			}
			if ok {
				taken[from] = true
			} else {
				b = len(pl.buffers)
				pl.buffers = append(pl.buffers, newBuffer(pl.typeOf(v), written))
			}
			pl.source[v], pl.buffers[b].to = source{planned, b}, read
		}
	}
	pl.place()
	pl.peak = pl.extent + pl.room.bytes()
	for _, i := range pl.results {
		pl.peak += bytesOf(p.Types[pl.root(p.Out[i])])
	}
}

// findInside notes which variables are written and read in one strip alone, for the rows that it works on.
func (pl *Plan) findInside(last []int) {
	pl.inside = make([]*strip, len(pl.source))
	steps, made := pl.stepsOf(), pl.makers()
	for v, from := range pl.source {
		if from.kind == unused && made[v] >= 0 {
			if s := pl.stripOf(made[v]); s != nil && steps[last[v]] <= s.last {
				pl.inside[v] = s
			}
		}
	}
}

// typeOf is the type of a variable, with the rows that there is memory for.
func (pl *Plan) typeOf(v trace.Var) trace.Type {
	t := pl.program.Types[v]
	if s := pl.inside[pl.root(v)]; s != nil {
		return rowsOfType(t, s.most)
	}
	return t
}

// stepsOf is the step that each equation is run in, or the one before it if it is not run.
func (pl *Plan) stepsOf() []int {
	steps := make([]int, len(pl.program.Eqns))
	for k, eqns := range pl.Steps() {
		for _, i := range eqns {
			steps[i] = k
		}
	}
	for i := 1; i < len(steps); i++ {
		steps[i] = max(steps[i], steps[i-1])
	}
	return steps
}

// inherited is a variable, not taken yet, that nothing needs after equation i, if that may write over its memory: an elementwise operation reads an
// element for the last time when it writes the one in its place. In a sweep it is also one that the sweep has read before, tile by tile.
func (pl *Plan) inherited(i int, last []int, taken []bool, steps []int) (trace.Var, bool) {
	e := &pl.program.Eqns[i]
	if _, ok := e.Op.(trace.Elementwise); !ok {
		return 0, false
	}
	read := e.In
	if s := pl.steps[steps[i]].sweep; s != nil {
		read = s.outside
	}
	for _, v := range read {
		r := pl.root(v)
		if from := pl.source[r]; from.kind == planned && !taken[r] && last[r] <= i && steps[last[r]] == steps[i] && pl.inside[r] == pl.inside[e.Out[0]] && sameSize(pl.program.Types[r], pl.program.Types[e.Out[0]]) {
			return r, true
		}
	}
	return 0, false
}

func sameSize(a, b trace.Type) bool { return a.DType == b.DType && a.Size() == b.Size() }

// place decides where buffers begin, the largest first: each at the lowest place where no other lies that is needed at the same time.
//
// Pisarchyk and Lee, "Efficient Memory Management for Deep Neural Net Inference", 2020: greedy by size.
func (pl *Plan) place() {
	order := make([]*buffer, len(pl.buffers))
	for i := range pl.buffers {
		order[i] = &pl.buffers[i]
	}
	slices.SortStableFunc(order, func(a, b *buffer) int { return cmp.Compare(b.size, a.size) })
	var placed []*buffer // by place
	for _, b := range order {
		for _, o := range placed {
			if o.from > b.to || o.to < b.from {
				continue
			}
			if b.at+b.size <= o.at {
				break
			}
			b.at = max(b.at, b.aligned(o.at+o.size))
		}
		i, _ := slices.BinarySearchFunc(placed, b, func(o, b *buffer) int { return cmp.Compare(o.at, b.at) })
		placed = slices.Insert(placed, i, b)
		pl.extent = max(pl.extent, b.at+b.size)
	}
}

// aligned is the next byte from n on where the buffer may begin.
func (b *buffer) aligned(n int) int { return (n + b.align - 1) / b.align * b.align }
