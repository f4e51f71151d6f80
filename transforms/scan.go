package transforms

import (
	"fmt"
	"slices"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/trace"
)

// ScanConfig changes how [Scan] goes through the rows. The zero value is the plain loop.
type ScanConfig struct {
	// Length is the number of steps. It is needed only if xs has no leaves; where it has,
	// it must be 0 or the number of their rows.
	Length int
	// Reverse runs from the last row to the first. ys[i] still belongs to xs[i].
	Reverse bool
	// Unroll is the number of steps that are written out in one body of the compiled loop,
	// which saves the overhead of short steps and takes longer to compile; 0 means 1.
	Unroll int
}

// Scan returns a function that threads a carry through a step for each row of xs:
//
//	carry, ys[i] = step(carry, xs[i])   for i = 0, 1, ...
//
// and returns the last carry and the stacked ys. Every leaf of xs has the length of the
// loop as its axis 0, which may be 0. If xs has no leaves, [ScanConfig] gives the length.
// The carry keeps its structure and types; a weak leaf of init, as [fn.Scalar] gives,
// takes the dtype that the step makes of it. The step is traced. All iterations share the
// values that it captures, and these are differentiated through. What the step computes
// from captured values alone is computed once, and not at all if there are no rows.
// Reverse mode keeps the residuals of every iteration; put Checkpoint around the step to
// keep only the carries. See [For] for steps without rows, [While] for a number of steps
// that depends on the data, and [AssociativeScan] for steps that can be computed in
// parallel.
func Scan[C, X, Y any](step func(C, X) (C, Y), config ...ScanConfig) func(init C, xs X) (C, Y) {
	c := theOnly(config)
	return func(init C, xs X) (C, Y) { return scanTree(stepsCarry, step, c, init, xs) }
}

// scanTree is Scan. Errors call the carry that the step returns what.
func scanTree[C, X, Y any](what string, step func(C, X) (C, Y), c ScanConfig, init C, xs X) (C, Y) {
	carry, cs := trace.Flatten(init)
	rows, rs := trace.Flatten(xs)
	length := c.length(rows, rs)
	for {
		var ys *trace.Structure
		var weak []bool
		stronger := carry
		program := recordStep(func(c, row []Value) ([]Value, []Value) {
			next, y := step(unflatten[C](cs, weakAs(c, weakness(carry))), unflatten[X](rs, weakAs(row, weakness(rows))))
			state := matched(what, next, cs)
			requireAll(what, state, cs)
			if stronger = strengthened(carry, state); stronger != nil {
				return c, nil
			}
			for i, v := range state {
				state[i] = fitted(what, cs.Path(i), v, carry[i].Type())
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
		out, stacked := c.bind(program, carry, rows, length)
		return unflatten[C](cs, weakAs(out, weakness(carry))), unflatten[Y](ys, weakAs(stacked, weak))
	}
}

// For returns a function that applies body n times to a carry, with the number of the
// step, an i64[] from 0 on:
//
//	c = body(i, c)   for i = 0, 1, ... n-1
//
// Apart from that it is [Scan], with its derivatives and costs.
func For[C any](n int, body func(i Value, c C) C) func(C) C {
	if n < 0 {
		panic(trace.Errorf("For of %d steps: give a number that is not negative", n))
	}
	return func(init C) C {
		last, _ := scanTree("carry that For's body returned", func(c C, i Value) (C, struct{}) { return body(i, c), struct{}{} }, ScanConfig{}, init, fn.Iota(trace.TypeOf(trace.Int64, n), 0))
		return last
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

// requireAll refuses a carry, which errors call what, with absent leaves.
func requireAll(what string, carry []Value, s *trace.Structure) {
	for i, v := range carry {
		if v.IsAbsent() {
			panic(trace.Errorf("the %s has nothing at %s, where the initial carry has a value", what, leafName(s.Path(i))))
		}
	}
}

// length returns the number of steps over rows.
func (c ScanConfig) length(rows []Value, s *trace.Structure) int {
	if c.Length < 0 || c.Unroll < 0 {
		panic(trace.Errorf("Scan with a length of %d and an unrolling of %d: give numbers that are not negative", c.Length, c.Unroll))
	}
	if len(rows) == 0 && c.Length == 0 {
		panic(trace.Errorf("Scan over no rows: xs has no leaves, so the number of steps is not known: set ScanConfig.Length, or use For"))
	}
	if len(rows) == 0 {
		return c.Length
	}
	n := rowsOf("Scan", rows, s)
	if c.Length != 0 && n != c.Length {
		panic(trace.Errorf("Scan over %d rows with a ScanConfig.Length of %d: leave Length 0 where xs has leaves", n, c.Length))
	}
	return n
}

// bind applies the loop over a recorded step. If it is unrolled, rows that are left over
// get a loop of their own.
func (c ScanConfig) bind(step *trace.Program, carry, rows []Value, length int) (last, ys []Value) {
	k := min(c.Unroll, length)
	if k <= 1 {
		return bindScan(step, carry, rows, length, c.Reverse)
	}
	many, whole := c.unrolled(step, len(carry), len(rows), k), length/k*k
	part := func(lo, hi int) []Value {
		out := make([]Value, len(rows))
		for i, v := range rows {
			out[i] = fn.Slice(v, fn.SliceConfig{Start: []int{lo}, Stop: []int{hi}})
		}
		return out
	}
	inChunks := func() (out []Value) {
		cut := part(0, whole)
		for i, v := range cut {
			cut[i] = fn.Reshape(v, append([]int{whole / k, k}, v.Shape()[1:]...)...)
		}
		carry, out = bindScan(many, carry, cut, whole/k, c.Reverse)
		for i, y := range out {
			out[i] = fn.Reshape(y, append([]int{whole}, y.Shape()[2:]...)...)
		}
		return out
	}
	oneByOne := func() (out []Value) {
		if whole < length {
			carry, out = bindScan(step, carry, part(whole, length), length-whole, c.Reverse)
		}
		return out
	}
	var rest []Value
	if c.Reverse {
		rest = oneByOne()
		ys = inChunks()
	} else {
		ys = inChunks()
		rest = oneByOne()
	}
	for i, r := range rest {
		ys[i] = fn.Concat(0, ys[i], r)
	}
	return carry, ys
}

// unrolled returns a step that is k steps of another one.
func (c ScanConfig) unrolled(step *trace.Program, carries, rows, k int) *trace.Program {
	types := step.TypesOf(step.In)
	for i := carries; i < carries+rows; i++ {
		types[i] = trace.TypeOf(types[i].DType, append([]int{k}, types[i].Shape...)...)
	}
	return trace.Record(func(in []Value) []Value {
		carry, ys := in[:carries], make([][]Value, len(step.Out)-carries)
		for j := range ys {
			ys[j] = make([]Value, k)
		}
		for n := range k {
			if c.Reverse {
				n = k - 1 - n
			}
			args := slices.Clone(carry)
			for _, row := range in[carries:] {
				args = append(args, fn.Index(row, n))
			}
			out := step.Apply(args...)
			carry = out[:carries]
			for j, y := range out[carries:] {
				ys[j][n] = y
			}
		}
		out := slices.Clone(carry)
		for _, y := range ys {
			out = append(out, fn.Stack(0, y...))
		}
		return out
	}, types)
}

// scanFlat traces a step and applies the loop. If reverse is true, it runs from the last
// row to the first.
func scanFlat(step func(carry, row []Value) (next, y []Value), init, rows []Value, length int, reverse bool) (carry, ys []Value) {
	return bindScan(recordStep(step, init, rows, length), init, rows, length, reverse)
}

// recordStep traces a step. What the step computes from captured values alone is computed
// once, before the loop, but for effects. If there is no row it must not be computed at
// all, so it stays in the body.
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
	return trace.RecordStep(body, types, init, rows)
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
