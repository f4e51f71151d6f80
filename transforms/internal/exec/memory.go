package exec

import (
	"math"

	"github.com/pullback-go/pullback/trace"
)

// buffer is a part of the planned memory. It belongs to one variable, or to several that
// are written over each other.
type buffer struct {
	size     int // in bytes
	align    int // the start is a multiple of this many bytes
	from, to int // the steps that first write and last need it
	at       int // the byte where it begins
}

func newBuffer(t trace.Type, step int) buffer {
	const small, line = 4096, 64
	b := buffer{size: t.Bytes(), align: t.DType.Bytes(), from: step}
	if b.size >= small {
		b.align = line
	}
	return b
}

// assignMemory assigns memory to every variable that is neither an argument nor a result.
func assignMemory(pl *Plan, last []int) {
	p, h := pl.program, newHeirs(pl, last)
	for i := range p.Eqns {
		for _, v := range p.Eqns[i].Out {
			if pl.source[v].kind == unassigned {
				pl.source[v] = source{inMemory, bufferOf(h, v, i)}
			}
		}
	}
	pl.extent = place(pl.buffers, len(pl.steps), &pl.visits)
	pl.peak = plus(pl.extent, pl.arena.bytes())
	for _, i := range pl.results {
		pl.peak = plus(pl.peak, p.Types[pl.root(p.Out[i])].Bytes())
	}
	for _, st := range pl.steps {
		if st.nested != nil {
			pl.peak = plus(pl.peak, st.nested.bytes())
		}
	}
}

// bufferOf returns the buffer of a variable that equation i makes: a new one, or that of
// a variable which it is written over.
func bufferOf(h *heirs, v trace.Var, i int) int {
	pl, written, read := h.Plan, h.steps[i], h.steps[max(h.last[v], i)]
	if pl.inside[v] == nil { // every part of a strip needs it
		if s := pl.strips.of(written); s != nil {
			written = s.first
		}
		if s := pl.strips.of(read); s != nil {
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

// plus adds numbers of bytes. A sum that overflows becomes the largest int.
func plus(a, b int) int {
	if a > math.MaxInt-b {
		return math.MaxInt
	}
	return a + b
}
