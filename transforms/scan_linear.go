package transforms

import (
	"slices"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/trace"
)

func (s *scan) linearize(want trace.Mask) linearization {
	active, _ := s.spreadOver(want)
	l := &linearScan{scan: s}
	for i, v := range s.Body.In {
		active[i] = active[i] && s.Body.Types[v].DType.IsFloat()
		switch {
		case !active[i]:
		case i < s.Consts:
			l.weights = append(l.weights, i)
		case i < s.Mapped():
			l.carries = append(l.carries, i)
		default:
			l.inputs = append(l.inputs, i)
		}
	}
	l.body = linearizeProgram(s.Body, active)
	return l
}

// linearScan is the linearization of a loop. Its residuals are the constants of the loop,
// and the stacked residuals of all steps except those that are constants.
type linearScan struct {
	*scan
	body *linearProgram
	// weights, carries and inputs are the active arguments of the step: its constants,
	// carries and rows.
	weights, carries, inputs []int
	// fixed says for each residual of a step which constant it is, -1 if it is stacked.
	// It is known after forward.
	fixed []int
}

func (l *linearScan) forward(in []Value) (out, res []Value) {
	n := l.Mapped()
	given := len(l.Body.Out) - l.Carry
	consts := in[:l.Consts]
	carry, ys := scanFlat(func(carry, row []Value) ([]Value, []Value) {
		t := trace.Newest(carry, row)
		args := slices.Concat(t.LiftAll(consts), carry, row)
		out, r := l.body.forward(args)
		return out[:l.Carry], append(slices.Clone(out[l.Carry:]), l.stackable(r, args[:l.Consts])...)
	}, in[l.Consts:n], in[n:], l.Length, l.Reverse)
	return slices.Concat(carry, ys[:given]), slices.Concat(consts, ys[given:])
}

// stackable drops the residuals that are constants of the loop, and notes which constants
// they are.
func (l *linearScan) stackable(res, consts []Value) []Value {
	l.fixed = make([]int, len(res))
	var rest []Value
	for i, r := range res {
		l.fixed[i] = slices.IndexFunc(consts, func(c Value) bool { return trace.Same(r, c) })
		if l.fixed[i] < 0 {
			rest = append(rest, r)
		}
	}
	return rest
}

// whole reassembles the residuals of one step.
func (l *linearScan) whole(consts, stacked []Value) []Value {
	out, next := make([]Value, len(l.fixed)), 0
	for i, j := range l.fixed {
		if j >= 0 {
			out[i] = consts[j]
			continue
		}
		out[i] = stacked[next]
		next++
	}
	return out
}

// backward loops in the other direction. Its carry holds the cotangents of the active
// carries and the sums of the cotangents of the active constants.
func (l *linearScan) backward(res, ct []Value) []Value {
	consts, stacked := res[:l.Consts], res[l.Consts:]
	last := make([]Value, len(l.Body.In))
	copy(last[l.Consts:], ct[:l.Carry])
	init := l.filled(append(slices.Clone(l.carries), l.weights...), last, ct)
	given, rows := present(ct[l.Carry:]), append(slices.Clone(stacked), compact(ct[l.Carry:])...)
	carry, ys := scanFlat(func(carry, row []Value) ([]Value, []Value) {
		outs := make([]Value, l.Carry)
		for k, i := range l.carries {
			outs[i-l.Consts] = carry[k]
		}
		in := l.body.backward(l.whole(consts, row[:len(stacked)]), append(outs, spread(row[len(stacked):], given)...))
		next := l.filled(l.carries, in, carry, row)
		for k, i := range l.weights {
			next = append(next, add(carry[len(l.carries)+k], in[i]))
		}
		return next, l.filled(l.inputs, in, carry, row)
	}, init, rows, l.Length, !l.Reverse)
	cts := make([]Value, len(l.Body.In))
	put(cts, append(slices.Clone(l.carries), l.weights...), carry)
	put(cts, l.inputs, ys)
	return cts
}

// push loops in the same direction, with the tangents of the active carries as its carry.
func (l *linearScan) push(res, tangents []Value) []Value {
	consts, stacked := res[:l.Consts], res[l.Consts:]
	moving := make([]Value, len(l.inputs)) // tangents of rows
	for k, i := range l.inputs {
		moving[k] = tangents[i]
	}
	given, rows := present(moving), append(slices.Clone(stacked), compact(moving)...)
	carry, ys := scanFlat(func(carry, row []Value) ([]Value, []Value) {
		in := make([]Value, len(tangents))
		copy(in, tangents[:l.Consts])
		put(in, l.carries, carry)
		put(in, l.inputs, spread(row[len(stacked):], given))
		out := l.body.push(l.whole(consts, row[:len(stacked)]), in)
		y := make([]Value, len(out)-l.Carry)
		for j, v := range out[l.Carry:] {
			y[j] = l.orZero(v, l.Body.Out[l.Carry+j], carry, row)
		}
		next := make([]Value, len(l.carries))
		for k, i := range l.carries {
			next[k] = l.orZero(out[i-l.Consts], l.Body.In[i], carry, row)
		}
		return next, y
	}, l.filled(l.carries, tangents, tangents), rows, l.Length, l.Reverse)
	out := make([]Value, l.Carry)
	for k, i := range l.carries {
		out[i-l.Consts] = carry[k]
	}
	return append(out, ys...)
}

// filled returns the entries of vals for arguments of the step. Absent entries become
// zeros, in the trace of the values present in lists.
func (l *linearScan) filled(arguments []int, vals []Value, lists ...[]Value) []Value {
	out := make([]Value, len(arguments))
	for k, i := range arguments {
		out[k] = l.orZero(vals[i], l.Body.In[i], lists...)
	}
	return out
}

// orZero returns v. If v is absent, it returns zeros of the type of a variable of the
// step.
func (l *linearScan) orZero(v Value, like trace.Var, lists ...[]Value) Value {
	if !v.IsAbsent() {
		return v
	}
	return fn.FillAs(firstPresent(slices.Concat(lists...)), l.Body.Types[like], 0)
}

// put sets entries of vals.
func put(vals []Value, at []int, to []Value) {
	for k, i := range at {
		vals[i] = to[k]
	}
}
