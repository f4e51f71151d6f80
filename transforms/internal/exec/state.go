package exec

import "github.com/pullback-go/pullback/trace"

// state is the memory of one call.
type state struct {
	arrays  []*trace.Array   // by variable, those in the plan's memory and their aliases
	in, out [][]*trace.Array // by step; for a fusion, the broadcast and the external arrays
	whole   []*trace.Array   // by view number: the whole array of which in or out has some rows
	tiles   []*tile          // by step, for fusions that a single goroutine runs
	frames  []*frame         // by step, for equations with bodies
}

func newState(pl *Plan) *state {
	p, n := pl.program, len(pl.steps)
	s := &state{arrays: make([]*trace.Array, len(p.Types)), in: make([][]*trace.Array, n), out: make([][]*trace.Array, n), frames: make([]*frame, n)}
	memory := trace.NewMemory(pl.extent)
	for v := range pl.source {
		if from := pl.source[pl.root(trace.Var(v))]; from.kind == inMemory && pl.hasArray(trace.Var(v)) {
			s.arrays[v] = memory.Array(pl.buffers[from.index].at, pl.typeOf(trace.Var(v)))
		}
	}
	for i, st := range pl.steps {
		in, out := pl.operands(st)
		s.in[i], s.out[i] = make([]*trace.Array, len(in)), make([]*trace.Array, len(out))
		if st.nested != nil {
			s.frames[i] = st.nested.newFrame()
		}
	}
	s.whole = make([]*trace.Array, pl.viewed)
	for _, st := range pl.strips {
		for _, o := range st.viewed {
			*s.operand(o) = trace.NewView(rowsOfType(p.Types[o.variable], st.most))
		}
	}
	for _, o := range pl.own {
		*s.place(o) = pl.array(o.variable, s, nil, nil)
	}
	s.tiles = newTiles(pl.steps, pl.arena)
	return s
}

// place returns where a state has the array of an operand. If a strip sees some rows of
// the array, this is the whole array.
func (s *state) place(o operand) **trace.Array {
	if o.view > 0 {
		return &s.whole[o.view-1]
	}
	return s.operand(o)
}

// operand returns where a step finds the array of an operand.
func (s *state) operand(o operand) **trace.Array {
	if o.written {
		return &s.out[o.step][o.at]
	}
	return &s.in[o.step][o.at]
}
