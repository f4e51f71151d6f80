package exec

import (
	"cmp"
	"slices"

	"github.com/pullback-go/pullback/trace"
)

// heirs finds variables that can be written over others. An elementwise operation reads
// an element for the last time when it writes the element in its place. In a fusion the
// same holds, tile by tile, for everything that the fusion has read before. An operation
// in place writes over the operand that it changes.
type heirs struct {
	*Plan
	steps []int // by equation: the step that runs it
	last  []int // by variable that owns memory: the last equation that needs it
	taken []bool
	step  int // the step that dying is about
	dying map[legacy][]trace.Var
}

// legacy describes a variable's memory. One variable can be written over another only if
// their legacies are equal.
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

// inherited returns a buffer that the output v of equation i may be written over: one
// that is not taken yet and that nothing needs after the equation.
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

// ends reports whether a step is the last to need the memory that a variable owns.
func (h *heirs) ends(r trace.Var, step int) bool {
	h.visits++
	return h.source[r].kind == inMemory && !h.taken[r] && h.steps[h.last[r]] == step
}

// endsIn returns the variables that a fusion is the last to need, by legacy, those needed
// last at the end. Variables that the fusion itself makes are not planned yet, so they
// are not included.
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
