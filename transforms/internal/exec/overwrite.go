package exec

import (
	"slices"

	"github.com/pullback-go/pullback/trace"
)

// Overwrite asks that a value of the program be written over an argument, which the
// caller no longer needs. That is done where the value is the argument, or what
// operations made of it that change some of its elements, and nothing reads the argument,
// or what is made of it in between, afterwards.
type Overwrite struct{ Argument, Value trace.Var }

// Overwritten reports, for each of [Options.Overwrite], whether it is done.
func (pl *Plan) Overwritten() []bool { return pl.overwritten }

// overwrite does what is asked, if it can be done.
func (pl *Plan) overwrite(last []int) {
	if len(pl.options.Overwrite) == 0 {
		return
	}
	made, results := make([]int, len(pl.source)), make([]bool, len(pl.source))
	for i := range pl.program.Eqns {
		for _, v := range pl.program.Eqns[i].Out {
			made[v] = i + 1
		}
	}
	for _, v := range pl.program.Out {
		results[pl.root(v)] = true
	}
	over := map[trace.Var]trace.Var{} // the argument that a variable is written over
	for _, o := range pl.options.Overwrite {
		changes, ok := pl.changes(o, made, last, results)
		for _, v := range changes {
			over[v] = o.Argument
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
func (pl *Plan) changes(o Overwrite, made, last []int, results []bool) (changes []trace.Var, ok bool) {
	r := pl.root(o.Value)
	for r != o.Argument {
		i := made[r] - 1
		if i < 0 || pl.source[r].kind != unused {
			return nil, false
		}
		from, ok := pl.changedBy(i)
		if !ok || last[from] != i || results[from] {
			return nil, false
		}
		changes = append(changes, r)
		r = from
	}
	return changes, true
}

// changedBy is the variable whose memory equation i may have for its output: that of
// operand 0, if the op works in place and reads it as no other operand.
func (pl *Plan) changedBy(i int) (r trace.Var, ok bool) {
	e := &pl.program.Eqns[i]
	if _, ok := e.Op.(trace.InPlace); !ok {
		return 0, false
	}
	r = pl.root(e.In[0])
	return r, !slices.ContainsFunc(e.In[1:], func(v trace.Var) bool { return pl.root(v) == r })
}
