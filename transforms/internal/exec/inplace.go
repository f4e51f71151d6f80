package exec

import (
	"cmp"
	"slices"

	"github.com/pullback-go/pullback/trace"
)

// heirs finds the variables that are written over others. An elementwise operation reads
// an element for the last time when it writes the one in its place. In a fusion, that
// holds too for what the fusion has read before, tile by tile. An operation in place
// writes over the operand that it changes.
type heirs struct {
	*Plan
	steps []int // by equation, the step it is run in
	last  []int // by variable that owns memory, the last equation that needs it
	taken []bool
	step  int // whose fusion dying is about
	dying map[legacy][]trace.Var
}

// legacy is what two variables have in common of which one may be written over the other.
type legacy struct {
	dtype  trace.DType
	size   int
	inside *strip
}

func newHeirs(pl *Plan, last []int) *heirs {
	return &heirs{Plan: pl, steps: pl.stepsOf(), last: last, taken: make([]bool, len(pl.program.Types)), step: -1}
}

func (h *heirs) legacy(v trace.Var) legacy {
	t := h.program.Types[v]
	return legacy{t.DType, t.Size(), h.inside[v]}
}

// inherited is the buffer of a variable, not taken yet, that nothing needs after equation
// i, if the output v of that may be written over it.
func (h *heirs) inherited(v trace.Var, i int) (buffer int, ok bool) {
	e, k := &h.program.Eqns[i], h.steps[i]
	if r, ok := changedBy(h.Plan, i); ok && h.ends(r, k) && h.last[r] <= i && h.legacy(r) == h.legacy(v) {
		return h.take(r), true
	}
	if _, ok := e.Op.(trace.Elementwise); !ok {
		return 0, false
	}
	s := h.Plan.steps[k].fusion
	if s == nil {
		for _, u := range e.In {
			if r := h.root(u); h.ends(r, k) && h.last[r] <= i && h.legacy(r) == h.legacy(v) {
				return h.take(r), true
			}
		}
		return 0, false
	}
	if h.step != k {
		h.step, h.dying = k, h.endsIn(s, k)
	}
	list := h.dying[h.legacy(v)]
	if len(list) == 0 || h.last[list[0]] > i {
		return 0, false
	}
	h.dying[h.legacy(v)] = list[1:]
	return h.take(list[0]), true
}

// ends reports whether a variable's own memory is needed for the last time in a step.
func (h *heirs) ends(r trace.Var, step int) bool {
	h.visits++
	return h.source[r].kind == inMemory && !h.taken[r] && h.steps[h.last[r]] == step
}

// endsIn is what a fusion needs last of all, by what may be written there, the first to
// end first. What it makes itself is not planned yet.
func (h *heirs) endsIn(s *fusion, step int) map[legacy][]trace.Var {
	dying := map[legacy][]trace.Var{}
	for _, r := range s.external {
		if h.ends(r, step) {
			dying[h.legacy(r)] = append(dying[h.legacy(r)], r)
		}
	}
	for _, list := range dying {
		slices.SortStableFunc(list, func(a, b trace.Var) int { return cmp.Compare(h.last[a], h.last[b]) })
	}
	return dying
}

func (h *heirs) take(r trace.Var) int {
	h.taken[r] = true
	return h.source[r].index
}
