package onnx

import (
	"slices"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/trace"
	"github.com/pullback-go/pullback/transforms"
)

var controlOperators = map[string]operator{
	"If":   {run: choose},
	"Loop": {run: loop, numbers: []int{0, 1}},
	"Scan": {run: scan},
}

// bodyOf returns a body that a node must have.
func (c *call) bodyOf(name string) *graph {
	body := c.bodies[name]
	if body == nil {
		panic(trace.Errorf("it has no graph %s", name))
	}
	return body
}

// choose runs the branch that a condition says. If the condition is known when the
// function is traced, only that branch is traced.
func choose(c *call) []trace.Value {
	then, otherwise := c.bodyOf("then_branch"), c.bodyOf("else_branch")
	pred := c.arg(0)
	if pred.Size() != 1 || pred.DType() != trace.Bool {
		panic(trace.Errorf("the condition is %v, want one bool", pred.Type()))
	}
	branch := func(g *graph) func(struct{}) []trace.Value {
		return func(struct{}) []trace.Value { return c.scope.body(g, nil) }
	}
	return transforms.Cond(fn.Reshape(pred, []int{}...), branch(then), branch(otherwise))(struct{}{})
}

// loop runs a body a known number of times. A long loop whose values keep their types is
// a transforms.Scan. In any other, each iteration is traced by itself: the values that it
// hands on may change their shapes, and what it computes may depend on the number of the
// iteration. The body may end the loop early by a condition that is known when the
// function is traced.
func loop(c *call) []trace.Value {
	body := c.bodyOf("body")
	trips := int(^uint(0) >> 1)
	if c.has(0) {
		trips = c.integer(0, "the trip count")
	}
	going := !c.has(1) || c.known(c.arg(1))
	carried := slices.Clone(c.in[min(2, len(c.in)):])
	if len(body.inputs) != 2+len(carried) || len(body.outputs) < 1+len(carried) {
		panic(trace.Errorf("its body has %d inputs and %d outputs, want two more and one more than the %d values that it hands on", len(body.inputs), len(body.outputs), len(carried)))
	}
	if going && trips > mostTraced && trips <= mostTrips && c.steady && c.keepsTypes(body, carried) {
		final, rows := c.scanLoop(body, trips, carried)
		return append(final, rows...)
	}
	rows := make([][]trace.Value, len(body.outputs)-1-len(carried))
	for i := 0; going && i < trips; i++ {
		in := append([]trace.Value{trace.Scalar(int64(i)), trace.Scalar(true)}, carried...)
		out := c.scope.body(body, in)
		going = c.known(out[0])
		carried = out[1 : 1+len(carried)]
		for j, row := range out[1+len(carried):] {
			rows[j] = append(rows[j], row)
		}
		if i == mostTrips {
			panic(trace.Errorf("it runs more than %d times: its trip count is too large, or its condition never ends it", mostTrips))
		}
	}
	for j, list := range rows {
		if len(list) == 0 {
			carried = append(carried, c.noRows(body.outputs[1+len(c.in)-2+j]))
			continue
		}
		carried = append(carried, fn.Stack(0, list...))
	}
	return carried
}

// mostTraced is how often a loop may run for each iteration to be traced by itself.
const mostTraced = 8

// keepsTypes reports whether the values that a loop carries have the same types after an
// iteration whose number is not known.
func (c *call) keepsTypes(body *graph, carried []trace.Value) bool {
	var program *trace.Program
	err := trace.Try(func() {
		program = trace.Record(func(in []trace.Value) []trace.Value {
			return c.scope.body(body, slices.Concat(in[:1], []trace.Value{trace.Scalar(true)}, in[1:]))[1 : 1+len(carried)]
		}, append([]trace.Type{trace.TypeOf(trace.Int64)}, trace.TypesOfValues(carried)...))
	})
	return err == nil && slices.EqualFunc(program.TypesOf(program.Out), carried, func(t trace.Type, v trace.Value) bool { return t.Equal(v.Type()) })
}

// scanLoop runs a loop as a scan over the numbers of the iterations.
func (c *call) scanLoop(body *graph, trips int, carried []trace.Value) (final, rows []trace.Value) {
	step := func(state []trace.Value, i trace.Value) ([]trace.Value, []trace.Value) {
		out := c.scope.body(body, slices.Concat([]trace.Value{i, trace.Scalar(true)}, state))[1:]
		return out[:len(carried)], out[len(carried):]
	}
	return transforms.Scan(step)(carried, fn.Iota(trace.TypeOf(trace.Int64, trips), 0))
}

// mostTrips bounds how often a loop may run.
const mostTrips = 1 << 20

// known returns a condition of a loop, which must be known when the function is traced.
func (c *call) known(cond trace.Value) bool {
	if cond.IsTraced() {
		panic(trace.Errorf("how often it runs depends on the elements of an input, and so it is not known when the function is traced"))
	}
	if cond.Size() != 1 {
		panic(trace.Errorf("the condition is %v, want one bool", cond.Type()))
	}
	return intsOf(cond)[0] != 0
}

// noRows returns the stack of no rows of a type.
func (c *call) noRows(p Port) trace.Value {
	shape := []int{0}
	for _, d := range p.Dims {
		shape = append(shape, max(d.Size, 0))
	}
	if p.DType == trace.Invalid {
		panic(trace.Errorf("it runs 0 times, and the file does not say of what type its output %s is", quote(p.Name)))
	}
	if p.DType == trace.Float32 {
		p.DType = c.float()
	}
	return fn.Zeros(trace.TypeOf(p.DType, shape...))
}

// scan threads values through a body, for each row of other values.
func scan(c *call) []trace.Value {
	body := c.bodyOf("body")
	n := c.int("num_scan_inputs", 0)
	in := c.in
	batched := c.version < 9
	if batched { // with sequence lengths in front, and a batch axis
		in = in[min(1, len(in)):]
	}
	states := len(in) - n
	if n < 1 || states < 0 || len(body.inputs) != len(in) || len(body.outputs) < states {
		panic(trace.Errorf("it has %d operands and %d scan inputs, its body has %d inputs and %d outputs", len(in), n, len(body.inputs), len(body.outputs)))
	}
	if batched {
		if c.has(0) {
			panic(trace.Errorf("sequence lengths of their own are not supported"))
		}
		return c.batchedScan(body, in, states)
	}
	axes, back := c.scanList("scan_input_axes", n), c.scanList("scan_input_directions", n)
	var rows []trace.Value
	for i, x := range in[states:] {
		if x.IsAbsent() || x.Rank() == 0 {
			panic(trace.Errorf("scan input %d is %v, want an axis to go along", i, typeText(x)))
		}
		at := axis(axes[i], x.Rank())
		if back[i] != 0 {
			x = fn.Flip(x, at)
		}
		rows = append(rows, fn.Transpose(x, moved(x.Rank(), at, 0)...))
	}
	final, stacked := c.scanRows(body, in[:states], rows)
	outs := len(stacked)
	axes, back = c.scanList("scan_output_axes", outs), c.scanList("scan_output_directions", outs)
	for i, y := range stacked {
		at := axis(axes[i], y.Rank())
		y = fn.Transpose(y, moved(y.Rank(), 0, at)...)
		if back[i] != 0 {
			y = fn.Flip(y, at)
		}
		final = append(final, y)
	}
	return final
}

// scanList returns a list of n numbers, zeros by default.
func (c *call) scanList(name string, n int) []int { return c.perAxis(name, n, 0) }

// scanRows scans over axis 0 of all rows.
func (c *call) scanRows(body *graph, init, rows []trace.Value) (final, stacked []trace.Value) {
	step := func(state, row []trace.Value) ([]trace.Value, []trace.Value) {
		out := c.scope.body(body, slices.Concat(state, row))
		return out[:len(init)], out[len(init):]
	}
	return transforms.Scan(step)(init, rows)
}

// batchedScan is the operator before opset 9: all operands have a batch axis in front,
// and the rows are along the next one.
func (c *call) batchedScan(body *graph, in []trace.Value, states int) []trace.Value {
	back := c.scanList("directions", len(in)-states)
	type pair struct{ Init, Rows []trace.Value }
	one := func(p pair) pair {
		for i, x := range p.Rows {
			if back[i] != 0 {
				p.Rows[i] = fn.Flip(x, 0)
			}
		}
		final, stacked := c.scanRows(body, p.Init, p.Rows)
		return pair{final, stacked}
	}
	out := transforms.Vmap(one)(pair{slices.Clone(in[:states]), slices.Clone(in[states:])})
	return append(out.Init, out.Rows...)
}
