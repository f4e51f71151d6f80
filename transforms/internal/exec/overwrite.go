package exec

import (
	"slices"

	"github.com/pullback-go/pullback/trace"
)

// overwriting asks to write a value of the program over an argument that the caller no
// longer needs. This is done if the value is the argument itself, or if operations that
// change some elements made the value from it. In addition, nothing may read the
// argument, or an intermediate value, after the operation that changes it.
type overwriting struct{ argument, value trace.Var }

// overwriter finds values that can be written over arguments.
type overwriter struct {
	*Plan
	made    []int // by variable: one more than the equation that assigns it
	last    []int // by variable that owns memory: the last equation that needs it
	results []bool
}

// overwriteArguments does each overwriting that is possible.
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
	over := map[trace.Var]trace.Var{} // by variable: the argument that it is written over
	for _, o := range all {
		changes, ok := w.changes(o)
		for _, v := range changes {
			over[v] = o.argument
		}
		pl.overwritten = append(pl.overwritten, ok)
	}
	for v := range pl.source { // the changed variables and their aliases
		if argument, ok := over[pl.root(trace.Var(v))]; ok {
			pl.source[v] = source{alias, int(argument)}
		}
	}
}

// changes returns the variables that an argument becomes, one after another, by
// operations in place, until it is the value.
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

// changedBy returns the variable whose memory equation i may use for its output. This is
// operand 0, if the op works in place and no other operand has the same memory.
func changedBy(pl *Plan, i int) (r trace.Var, ok bool) {
	e := &pl.program.Eqns[i]
	if _, ok := e.Op.(trace.InPlace); !ok {
		return 0, false
	}
	r = pl.root(e.In[0])
	return r, !slices.ContainsFunc(e.In[1:], func(v trace.Var) bool { return pl.root(v) == r })
}
