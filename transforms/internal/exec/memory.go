package exec

import (
	"math"

	"github.com/pullback-go/pullback/trace"
)

// buffer is a part of the planned memory. It belongs to one variable, or to several that
// are written one over the other.
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
	p := pl.program
	h := pl.newHeirs(last)
	for i := range p.Eqns {
		for _, v := range p.Eqns[i].Out {
			if pl.source[v].kind == unused {
				pl.source[v] = source{planned, pl.bufferOf(v, i, h)}
			}
		}
	}
	pl.place()
	pl.peak = plus(pl.extent, pl.room.bytes())
	for _, i := range pl.results {
		pl.peak = plus(pl.peak, bytesOf(p.Types[pl.root(p.Out[i])]))
	}
}

// bufferOf is the buffer of a variable that equation i makes: a new one, or that of a
// variable which it is written over.
func (pl *Plan) bufferOf(v trace.Var, i int, h *heirs) int {
	written, read := h.steps[i], h.steps[max(h.last[v], i)]
	if pl.inside[v] == nil { // all parts of a strip need it
		if s := pl.stripOf(written); s != nil {
			written = s.first
		}
		if s := pl.stripOf(read); s != nil {
			read = s.last
		}
	}
	b, ok := h.inherited(v, i)
	if !ok {
		b = len(pl.buffers)
		pl.buffers = append(pl.buffers, newBuffer(pl.typeOf(v), written))
	}
	pl.buffers[b].to = read
	return b
}

// plus adds numbers of bytes, which may be more than there are numbers.
func plus(a, b int) int {
	if a > math.MaxInt-b {
		return math.MaxInt
	}
	return a + b
}

// findInside notes which variables are written and read in one strip alone, for the rows
// that it works on.
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

// stepsOf is the step that each equation is run in, or the one before it if it is not
// run.
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
