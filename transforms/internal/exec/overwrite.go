package exec

import (
	"slices"

	"github.com/pullback-go/pullback/trace"
)

// overwriting asks that a value of the program be written over an argument, which the
// caller no longer needs. That is done where the value is the argument, or what
// operations made of it that change some of its elements, and nothing reads the argument,
// or what is made of it in between, afterwards.
type overwriting struct{ argument, value trace.Var }

// overwriter finds out what can be written over arguments.
type overwriter struct {
	*Plan
	made    []int // by variable: one more than the equation that assigns it
	last    []int // by variable that owns memory: the last equation that needs it
	results []bool
}

// overwriteArguments does what is asked, if it can be done.
func overwriteArguments(pl *Plan, all []overwriting, last []int) {
	if len(all) == 0 {
		return
	}
	w := overwriter{pl, make([]int, len(pl.source)), last, make([]bool, len(pl.source))}
	for i := range pl.program.Eqns {
		for _, v := range pl.program.Eqns[i].Out {
			w.made[v] = i + 1
		}
	}
	for _, v := range pl.program.Out {
		w.results[pl.root(v)] = true
	}
	over := map[trace.Var]trace.Var{} // the argument that a variable is written over
	for _, o := range all {
		changes, ok := w.changes(o)
		for _, v := range changes {
			over[v] = o.argument
		}
		pl.overwritten = append(pl.overwritten, ok)
	}
	for v := range pl.source { // those changed, and aliases of them
		if argument, ok := over[pl.root(trace.Var(v))]; ok {
			pl.source[v] = source{alias, int(argument)}
		}
	}
}

// changes are the variables that an argument becomes, by operations in place, until it is
// the value.
func (w overwriter) changes(o overwriting) (changes []trace.Var, ok bool) {
	r := w.root(o.value)
	for r != o.argument {
		i := w.made[r] - 1
		if i < 0 || w.source[r].kind != unassigned {
			return nil, false
		}
		from, ok := changedBy(w.Plan, i)
		if !ok || w.last[from] != i || w.results[from] {
			return nil, false
		}
		changes = append(changes, r)
		r = from
	}
	return changes, true
}

// changedBy is the variable whose memory equation i may have for its output: that of
// operand 0, if the op works in place and reads it as no other operand.
func changedBy(pl *Plan, i int) (r trace.Var, ok bool) {
	e := &pl.program.Eqns[i]
	if _, ok := e.Op.(trace.InPlace); !ok {
		return 0, false
	}
	r = pl.root(e.In[0])
	return r, !slices.ContainsFunc(e.In[1:], func(v trace.Var) bool { return pl.root(v) == r })
}
