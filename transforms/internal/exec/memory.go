package exec

import (
	"cmp"
	"slices"

	"github.com/pullback-go/pullback/trace"
)

// buffer is a part of the planned memory of its dtype. It belongs to one variable, or to several that are written one over the other.
type buffer struct {
	dtype    trace.DType
	size     int
	from, to int // the steps at which it is first written and last needed
	at       int // where it begins
}

// assign gives every variable that is neither an argument nor a result its memory.
func (pl *Plan) assign(last []int) {
	p, steps := pl.program, pl.stepsOf()
	for i := range p.Eqns {
		for _, v := range p.Eqns[i].Out {
			if pl.source[v].kind != unused {
				continue
			}
			b, ok := pl.inherited(i, last)
			if !ok {
				b = len(pl.buffers)
				pl.buffers = append(pl.buffers, buffer{dtype: p.Types[v].DType, size: p.Types[v].Size(), from: steps[i]})
			}
			pl.source[v], pl.buffers[b].to = source{planned, b}, steps[max(last[v], i)]
		}
	}
	pl.place()
	for d, n := range pl.extent {
		pl.peak += n * trace.DType(d).Bytes()
	}
	pl.peak += pl.room.bytes()
	for _, i := range pl.results {
		t := p.Types[pl.root(p.Out[i])]
		pl.peak += t.Size() * t.DType.Bytes()
	}
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

// inherited is the buffer of an operand that nothing needs after equation i, if that may write over it: an elementwise operation reads an
// element for the last time when it writes the one in its place.
func (pl *Plan) inherited(i int, last []int) (int, bool) {
	e := &pl.program.Eqns[i]
	if _, ok := e.Op.(trace.Elementwise); !ok {
		return 0, false
	}
	for _, v := range e.In {
		r := pl.root(v)
		if from := pl.source[r]; from.kind == planned && last[r] == i && pl.program.Types[r].DType == pl.program.Types[e.Out[0]].DType {
			return from.index, true
		}
	}
	return 0, false
}

// place decides where buffers begin, the largest first: each at the lowest place where no other lies that is needed at the same time.
//
// Pisarchyk and Lee, "Efficient Memory Management for Deep Neural Net Inference", 2020: greedy by size.
func (pl *Plan) place() {
	order := make([]*buffer, len(pl.buffers))
	for i := range pl.buffers {
		order[i] = &pl.buffers[i]
	}
	slices.SortStableFunc(order, func(a, b *buffer) int { return cmp.Compare(b.size, a.size) })
	var placed [len(pl.extent)][]*buffer // by place
	for _, b := range order {
		others := placed[b.dtype]
		for _, o := range others {
			if o.from > b.to || o.to < b.from {
				continue
			}
			if b.at+b.size <= o.at {
				break
			}
			b.at = max(b.at, b.aligned(o.at+o.size))
		}
		i, _ := slices.BinarySearchFunc(others, b, func(o, b *buffer) int { return cmp.Compare(o.at, b.at) })
		placed[b.dtype] = slices.Insert(others, i, b)
		pl.extent[b.dtype] = max(pl.extent[b.dtype], b.at+b.size)
	}
}

// aligned is the next index from n on where the buffer may begin: at a cache line, unless it is small.
func (b *buffer) aligned(n int) int {
	const small, line = 4096, 64
	if b.size*b.dtype.Bytes() < small {
		return n
	}
	each := line / b.dtype.Bytes()
	return (n + each - 1) / each * each
}
