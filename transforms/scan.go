package transforms

import (
	"fmt"
	"slices"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/trace"
)

// Scan returns a function that threads a carry through a step for each row of xs:
//
//	carry, ys[i] = step(carry, xs[i])   for i = 0, 1, ...
//
// and returns the last carry and the stacked ys. Every leaf of xs has the length of the
// loop as its axis 0, which may be 0. The carry keeps its structure and types; a weak
// leaf of init, as [fn.Scalar] gives, takes the dtype that the step makes of it. The step
// is traced. All iterations share the values that it captures, and these are
// differentiated through. What the step computes from captured values alone is computed
// once, and not at all if there are no rows. Reverse mode keeps the residuals of every
// iteration; put Checkpoint around the step to keep only the carries.
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

// strengthened returns the initial carry with its weak leaves cast to the dtype of the
// step's result where that is not weak. It returns nil if nothing changes.
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
	all := make(trace.Mask, len(rows))
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

// scanFlat traces a step and applies the loop. If reverse is true, it runs from the last
// row to the first.
func scanFlat(step func(carry, row []Value) (next, y []Value), init, rows []Value, length int, reverse bool) (carry, ys []Value) {
	return bindScan(recordStep(step, init, rows, length), init, rows, length, reverse)
}

// recordStep traces a step. What the step computes from captured values alone is computed
// once, before the loop. If there is no row it must not be computed at all, so it stays
// in the body.
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

// bindScan applies the loop over a step to the captured values, the initial carry and the
// rows.
func bindScan(step *trace.Program, init, rows []Value, length int, reverse bool) (carry, ys []Value) {
	n := len(init)
	closed, captured := step.Closed()
	op := newScan(trace.Loop{Body: closed, Consts: len(captured), Carry: n, Length: length, Reverse: reverse})
	out := trace.Bind(op, slices.Concat(captured, init, rows)...)
	return out[:n], out[n:]
}

// scan is the loop as an op. Its operands are the constants, the initial carry and the
// rows; its outputs are the last carry and the stacked results.
type scan struct {
	trace.Loop
	ruled bool
}

func newScan(l trace.Loop) *scan { return &scan{l, hasRules(l.Body)} }

func (s *scan) AsLoop() trace.Loop             { return s.Loop }
func (s *scan) WithLoop(l trace.Loop) trace.Op { return newScan(l) }

func (s *scan) Name() string { return "scan" }

func (s *scan) String() string {
	direction := ""
	if s.Reverse {
		direction = ", reverse"
	}
	return fmt.Sprintf("scan{consts:%d carry:%d length:%d%s}", s.Consts, s.Carry, s.Length, direction)
}

func (s *scan) Bodies() []*trace.Program    { return []*trace.Program{s.Body} }
func (s *scan) Eval(in, out []*trace.Array) { evalByRun(s, in, out) }
func (s *scan) hasRules() bool              { return s.ruled }
func (s *scan) discharge() trace.Op         { return s.WithBodies([]*trace.Program{dischargeProgram(s.Body)}) }

// VJP replaces operands of which only the type is known by zeros. The loop is linear in
// such operands.
func (s *scan) VJP(in, _, ct []Value, want []bool) []Value {
	return vjpByLinearize(s, zerosForUnknown(in, ct[0]), ct, want)
}

func (s *scan) WithBodies(bodies []*trace.Program) trace.Op {
	l := s.Loop
	l.Body = bodies[0]
	return newScan(l)
}

func (s *scan) bindBodies(bodies []*trace.Program, in []Value) []Value {
	l := s.Loop
	closed, captured := bodies[0].Closed()
	l.Body, l.Consts = closed, l.Consts+len(captured)
	return trace.Bind(newScan(l), slices.Concat(captured, in)...)
}

// flows finds the sites of the step. A value that comes back through the carry may have
// passed any of them.
func (s *scan) flows(f *finder, b *body, i int, in []flow) []flow {
	e := &b.Eqns[i]
	inner := f.walk(f.inside(b, i, s.Body, 0), s.bodyFlow(f.graph, in), b.result.Of(e.Out), trace.AllMarked(len(s.Body.Out)))
	return slices.Repeat([]flow{f.graph.union(append(inner, f.graph.union(in)))}, len(e.Out))
}

func (s *scan) dependent(marked trace.Mask) trace.Mask {
	_, out := s.spreadOver(marked)
	return out
}

func (s *scan) Infer(in []trace.Type) ([]trace.Type, error) {
	args := append([]trace.Type{}, in...)
	for i := s.Mapped(); i < len(in); i++ {
		if in[i].Rank() == 0 || in[i].Shape[0] != s.Length {
			return nil, fmt.Errorf("operand %d is %v, want %d rows", i, in[i], s.Length)
		}
		args[i] = unbatched(in[i])
	}
	out, err := inferBody(s.Body, args)
	if err != nil {
		return nil, err
	}
	for i := range out {
		if i >= s.Carry {
			out[i] = trace.Type{DType: out[i].DType, Shape: append([]int{s.Length}, out[i].Shape...)}
		} else if c := in[s.Consts+i]; !out[i].Equal(c) {
			return nil, fmt.Errorf("the step turns carry %d from %v into %v; it must keep its type", i, c, out[i])
		}
	}
	return out, nil
}

// Run runs the loop step by step.
func (s *scan) Run(in []Value) []Value {
	n := s.Mapped()
	args := append([]Value{}, in...)
	ys := make([][]Value, len(s.Body.Out)-s.Carry)
	for k := range s.Length {
		i := s.Row(k)
		for j := n; j < len(in); j++ {
			args[j] = fn.Index(in[j], i)
		}
		out := s.Body.Apply(args...)
		copy(args[s.Consts:n], out[:s.Carry])
		for j, y := range out[s.Carry:] {
			ys[j] = append(ys[j], y)
		}
	}
	out := append([]Value{}, args[s.Consts:n]...)
	for j, rows := range ys {
		out = append(out, s.stack(j, rows))
	}
	return out
}

func (s *scan) stack(j int, rows []Value) Value {
	if s.Length == 0 {
		t := s.Body.Types[s.Body.Out[s.Carry+j]]
		return fn.Zeros(trace.Type{DType: t.DType, Shape: append([]int{0}, t.Shape...)})
	}
	if s.Reverse {
		for a, b := 0, len(rows)-1; a < b; a, b = a+1, b-1 {
			rows[a], rows[b] = rows[b], rows[a]
		}
	}
	return fn.Stack(0, rows...)
}

// spreadOver marks what depends on marked operands after any number of steps: in has the
// operands, including carries that become marked, and out the results.
func (s *scan) spreadOver(marked trace.Mask) (in, out trace.Mask) {
	in = append(trace.Mask{}, marked...)
	for {
		reached := make(trace.Mask, len(s.Body.Types))
		for i, v := range s.Body.In {
			reached[v] = in[i]
		}
		for i := range s.Body.Eqns {
			if reached.AnyOf(s.Body.Eqns[i].In) {
				reached.Set(s.Body.Eqns[i].Out)
			}
		}
		out = reached.Of(s.Body.Out)
		grown := false
		for i := range s.Carry {
			if out[i] && !in[s.Consts+i] {
				in[s.Consts+i], grown = true, true
			}
		}
		if !grown {
			for i := range s.Carry {
				out[i] = in[s.Consts+i]
			}
			return in, out
		}
	}
}

// bodyFlow returns the flow of the body's arguments, including what comes back through
// the carry.
func (s *scan) bodyFlow(g *flowGraph, in []flow) []flow {
	marked := make(trace.Mask, len(in))
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
	n := s.Mapped()
	args := append([]Value{}, in...)
	for i, b := range marked {
		switch {
		case b && i < n && !batched[i]:
			args[i] = fn.Expand(in[i], 0, size)
		case b && i >= n:
			args[i] = swapped(in[i])
		}
	}
	carry, ys := scanFlat(func(carry, row []Value) ([]Value, []Value) {
		step := append(append(append([]Value{}, args[:s.Consts]...), carry...), row...)
		out := applyBatchedTo(s.Body, size, step, marked, marked[s.Consts:n])
		return out[:s.Carry], out[s.Carry:]
	}, args[s.Consts:n], args[n:], s.Length, s.Reverse)
	for i, c := range carry {
		if !marked[s.Consts+i] {
			carry[i] = fn.Expand(c, 0, size)
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

// LinearIn makes a loop transposable. Its VJP is that of its body, and the residuals do
// not contain the operands that it is linear in.
func (s *scan) LinearIn(marked []bool) bool { return notLinear(s, marked, noZeros) == nil }

// linearIn returns an error that says why the loop is not linear in the marked operands
// jointly. If strict is true, a result that does not depend on them but seems to because
// of a carry is an error too.
func (s *scan) linearIn(marked, zero trace.Mask, eqn linearity, strict bool) error {
	in, out := s.spreadOver(marked)
	fixed := slices.Clone(zero)
	for i := range fixed {
		fixed[i] = fixed[i] && (i < s.Consts || i >= s.Mapped()) // a carry is zero only at the start
	}
	linear, zeros, err := linearIn(s.Body, in, fixed, eqn)
	if err != nil || !strict {
		return err
	}
	return addsConstant(s.Body, out, linear, zeros)
}
