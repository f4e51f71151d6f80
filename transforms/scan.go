package transforms

import (
	"fmt"
	"slices"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/trace"
)

// Scan returns the function that threads a carry through a step for each row of xs:
//
//	carry, ys[i] = step(carry, xs[i])   for i = 0, 1, ...
//
// and returns the last carry and the stacked ys. Every leaf of xs has the length of the
// loop as its axis 0, which may be 0. The carry keeps its structure and types; a weak
// leaf of init, as [fn.Scalar] gives, takes the dtype that the step makes of it. The step
// is traced; what it captures is shared by all iterations and differentiated through, and
// what it computes of captured values alone is computed once, if there is a row at all.
// Reverse mode keeps the residuals of every iteration; put Checkpoint around the step to
// keep only the carries.
func Scan[C, X, Y any](step func(C, X) (C, Y)) func(init C, xs X) (C, Y) {
	return func(init C, xs X) (C, Y) {
		carry, cs := trace.Flatten(init)
		rows, rs := trace.Flatten(xs)
		length := scanLength(rows, rs)
		for {
			var ys *trace.Structure
			var weak []bool
			stronger := carry
			program := recordStep(func(c, row []Value) ([]Value, []Value) {
				next, y := step(unflatten[C](cs, weakAs(c, weakness(carry))), unflatten[X](rs, weakAs(row, weakness(rows))))
				state := matched(stepsCarry, next, cs)
				requireAll(state, cs)
				if stronger = strengthened(carry, state); stronger != nil {
					return c, nil
				}
				for i, v := range state {
					state[i] = fitted(stepsCarry, cs.Path(i), v, carry[i].Type())
				}
				var out []Value
				out, ys = trace.Flatten(y)
				weak = weakness(out)
				return state, out
			}, carry, rows, length)
			if stronger != nil {
				carry = stronger
				continue
			}
			out, stacked := bindScan(program, carry, rows, length, false)
			return unflatten[C](cs, weakAs(out, weakness(carry))), unflatten[Y](ys, weakAs(stacked, weak))
		}
	}
}

const stepsCarry = "carry that Scan's step returned"

// strengthened returns the initial carry with the dtype of what the step makes of it
// where only that is not weak, nil if it is so already.
func strengthened(init, next []Value) []Value {
	out := slices.Clone(init)
	for i, v := range next {
		if !v.IsWeak() {
			out[i] = fn.Promote(init[i], v.DType())
		}
	}
	if slices.Equal(weakness(out), weakness(init)) {
		return nil
	}
	return out
}

func requireAll(carry []Value, s *trace.Structure) {
	for i, v := range carry {
		if v.IsAbsent() {
			panic(trace.Errorf("the carry that Scan's step returned has nothing at %s, where the initial carry has a value", leafName(s.Path(i))))
		}
	}
}

func scanLength(rows []Value, s *trace.Structure) int {
	if len(rows) == 0 {
		panic(trace.Errorf("Scan over no rows: xs has no leaves, so the number of steps is not known"))
	}
	all := make([]bool, len(rows))
	for i, v := range rows {
		if all[i] = true; v.Rank() == 0 {
			panic(trace.Errorf("Scan over %s, the scalar %v, which has no rows", leafName(s.Path(i)), v.Type()))
		}
		if v.Dim(0) != rows[0].Dim(0) {
			panic(trace.Errorf("Scan over %d rows at %s and %d at %s", rows[0].Dim(0), leafName(s.Path(0)), v.Dim(0), leafName(s.Path(i))))
		}
	}
	return rows[0].Dim(0)
}

// scanFlat traces a step and applies the loop. Backward loops run from the last row to
// the first.
func scanFlat(step func(carry, row []Value) (next, y []Value), init, rows []Value, length int, reverse bool) (carry, ys []Value) {
	return bindScan(recordStep(step, init, rows, length), init, rows, length, reverse)
}

// recordStep traces a step. What it computes of captured values alone is computed once,
// before the loop, and not at all if there is no step: then it stays in the body.
func recordStep(step func(carry, row []Value) (next, y []Value), init, rows []Value, length int) *trace.Program {
	types := trace.TypesOfValues(init)
	for _, v := range rows {
		types = append(types, unbatched(v.Type()))
	}
	n := len(init)
	body := func(in []Value) []Value {
		next, y := step(in[:n], in[n:])
		return append(append([]Value{}, next...), y...)
	}
	if length == 0 {
		return trace.RecordBody(body, types, init, rows)
	}
	return trace.Record(body, types)
}

// bindScan applies the loop over a step, on what that captured, the initial carry and the
// rows.
func bindScan(step *trace.Program, init, rows []Value, length int, reverse bool) (carry, ys []Value) {
	n := len(init)
	closed, captured := step.Closed()
	op := newScan(scan{body: closed, consts: len(captured), carry: n, length: length, reverse: reverse})
	out := trace.Bind(op, slices.Concat(captured, init, rows)...)
	return out[:n], out[n:]
}

// scan is the loop as an op: operands are the constants, the initial carry and the rows;
// outputs the last carry and the stacked results.
type scan struct {
	body          *trace.Program // of constants, carry and one row; to carry and results
	consts, carry int
	length        int
	reverse       bool
	ruled         bool
}

func newScan(s scan) *scan {
	s.ruled = hasRules(s.body)
	return &s
}

func (s *scan) Name() string { return "scan" }

func (s *scan) String() string {
	direction := ""
	if s.reverse {
		direction = ", reverse"
	}
	return fmt.Sprintf("scan{consts:%d carry:%d length:%d%s}", s.consts, s.carry, s.length, direction)
}

func (s *scan) Bodies() []*trace.Program    { return []*trace.Program{s.body} }
func (s *scan) Eval(in, out []*trace.Array) { evalByRun(s, in, out) }
func (s *scan) hasRules() bool              { return s.ruled }
func (s *scan) discharge() trace.Op         { return s.withBodies([]*trace.Program{dischargeProgram(s.body)}) }

// VJP replaces operands known by type alone by zeros: the loop is linear in them.
func (s *scan) VJP(in, _, ct []Value, want []bool) []Value {
	return vjpByLinearize(s, zerosForUnknown(in, ct[0]), ct, want)
}

func (s *scan) withBodies(bodies []*trace.Program) trace.Op {
	d := *s
	d.body = bodies[0]
	return newScan(d)
}

// rows is the index of the first operand that is mapped over.
func (s *scan) rows() int { return s.consts + s.carry }

func (s *scan) Infer(in []trace.Type) ([]trace.Type, error) {
	args := append([]trace.Type{}, in...)
	for i := s.rows(); i < len(in); i++ {
		if in[i].Rank() == 0 || in[i].Shape[0] != s.length {
			return nil, fmt.Errorf("operand %d is %v, want %d rows", i, in[i], s.length)
		}
		args[i] = unbatched(in[i])
	}
	out, err := inferBody(s.body, args)
	if err != nil {
		return nil, err
	}
	for i := range out {
		if i >= s.carry {
			out[i] = trace.Type{DType: out[i].DType, Shape: append([]int{s.length}, out[i].Shape...)}
		} else if c := in[s.consts+i]; !out[i].Equal(c) {
			return nil, fmt.Errorf("the step turns carry %d from %v into %v; it must keep its type", i, c, out[i])
		}
	}
	return out, nil
}

// Run loops at once.
func (s *scan) Run(in []Value) []Value {
	n := s.rows()
	args := append([]Value{}, in...)
	ys := make([][]Value, len(s.body.Out)-s.carry)
	for k := range s.length {
		i := k
		if s.reverse {
			i = s.length - 1 - k
		}
		for j := n; j < len(in); j++ {
			args[j] = fn.Index(in[j], i)
		}
		out := s.body.Apply(args...)
		copy(args[s.consts:n], out[:s.carry])
		for j, y := range out[s.carry:] {
			ys[j] = append(ys[j], y)
		}
	}
	out := append([]Value{}, args[s.consts:n]...)
	for j, rows := range ys {
		out = append(out, s.stack(j, rows))
	}
	return out
}

func (s *scan) stack(j int, rows []Value) Value {
	if s.length == 0 {
		t := s.body.Types[s.body.Out[s.carry+j]]
		return fn.Zeros(trace.Type{DType: t.DType, Shape: append([]int{0}, t.Shape...)})
	}
	if s.reverse {
		for a, b := 0, len(rows)-1; a < b; a, b = a+1, b-1 {
			rows[a], rows[b] = rows[b], rows[a]
		}
	}
	return fn.Stack(0, rows...)
}

// spreadOver marks what depends on marked operands after any number of steps: operands
// with the carries that get marked, and results.
func (s *scan) spreadOver(marked []bool) (in, out []bool) {
	in = append([]bool{}, marked...)
	for {
		reached := make([]bool, len(s.body.Types))
		for i, v := range s.body.In {
			reached[v] = in[i]
		}
		for i := range s.body.Eqns {
			if marks(reached, s.body.Eqns[i].In) {
				setAll(reached, s.body.Eqns[i].Out)
			}
		}
		out = flags(reached, s.body.Out)
		grown := false
		for i := range s.carry {
			if out[i] && !in[s.consts+i] {
				in[s.consts+i], grown = true, true
			}
		}
		if !grown {
			for i := range s.carry {
				out[i] = in[s.consts+i]
			}
			return in, out
		}
	}
}

// bodyFlow is the flow of the body's arguments, with what comes around through the carry.
func (s *scan) bodyFlow(g *flowGraph, in []flow) []flow {
	marked := make([]bool, len(in))
	for i, f := range in {
		marked[i] = f.data
	}
	marked, _ = s.spreadOver(marked)
	all := g.union(in)
	out := append([]flow{}, in...)
	for i := range out {
		if marked[i] && !out[i].data {
			out[i] = all
		}
	}
	return out
}

func (s *scan) Batch(size int, in []Value, batched []bool) []Value {
	marked, _ := s.spreadOver(batched)
	n := s.rows()
	args := append([]Value{}, in...)
	for i, b := range marked {
		switch {
		case b && i < n && !batched[i]:
			args[i] = fn.BroadcastTo(in[i], append([]int{size}, in[i].Shape()...)...)
		case b && i >= n:
			args[i] = swapped(in[i])
		}
	}
	carry, ys := scanFlat(func(carry, row []Value) ([]Value, []Value) {
		step := append(append(append([]Value{}, args[:s.consts]...), carry...), row...)
		out := applyBatchedTo(s.body, size, step, marked, marked[s.consts:n])
		return out[:s.carry], out[s.carry:]
	}, args[s.consts:n], args[n:], s.length, s.reverse)
	for i, c := range carry {
		if !marked[s.consts+i] {
			carry[i] = fn.BroadcastTo(c, append([]int{size}, c.Shape()...)...)
		}
	}
	for i, y := range ys {
		ys[i] = swapped(y)
	}
	return append(carry, ys...)
}

// swapped exchanges the first two axes: the cases of a batch and the steps of a loop.
func swapped(x Value) Value {
	perm := make([]int, x.Rank())
	for i := range perm {
		perm[i] = i
	}
	perm[0], perm[1] = 1, 0
	return fn.Transpose(x, perm...)
}
