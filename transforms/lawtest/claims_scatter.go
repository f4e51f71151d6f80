package lawtest

import "github.com/pullback-go/pullback/trace"

// moves holds the elements of the output to be elements of the operands, or constants.
func (c *claims) moves(trace.Mover) {
	in, other := c.other(true), c.other(true)
	for i, v := range in {
		if !v.DType().IsFloat() {
			other[i] = v // where from is the same
		}
	}
	y, z := c.value(in), c.value(other)
	if y == nil || z == nil || !y[0].DType().IsFloat() {
		return
	}
	from := map[float64]bool{}
	for _, v := range in {
		for _, x := range v.Float64s() {
			from[x], from[float64(float32(x))] = true, true
		}
	}
	again := z[0].Float64s()
	for k, x := range y[0].Float64s() {
		if !from[x] && x != again[k] {
			c.failf("%v at %v is no element of an operand", x, coordinates(k, y[0].Shape()))
			return
		}
	}
}

// picks holds the joint cotangent of two applications to the sum of theirs.
func (c *claims) picks(op trace.Picker) {
	in, other := c.other(true), c.other(true)
	other[0] = in[0]
	y, z := c.value(in), c.value(other)
	if !op.Joins(op) || y == nil || z == nil || !y[0].DType().IsFloat() {
		return
	}
	u, v := Normal().Value(c.rand, y[0].Type()), Normal().Value(c.rand, z[0].Type())
	want := make([]bool, len(in))
	want[0] = true
	a := op.VJP(in, y, []Value{u}, want)[0]
	b := op.VJP(other, z, []Value{v}, want)[0]
	joint := op.Joint(in[0].Type(), []trace.Pick{{Op: op, Rest: in[1:], CT: u}, {Op: op, Rest: other[1:], CT: v}})
	x, w := a.Float64s(), b.Float64s()
	for i := range x {
		x[i] += w[i]
	}
	if f := near64([]Value{joint}, []Value{fromFloats(x, a.Type())}); f != "" {
		c.failf("two together: %s", f)
	}
}

// accumulates holds the operation that adds to a first operand to the sum of both, and to
// its own claims.
func (c *claims) accumulates(op trace.Accumulator) {
	onto, ok := op.Onto()
	if !ok {
		return
	}
	in := c.other(true)
	y := c.value(in)
	if y == nil {
		return
	}
	base := shuffled(c.rand, y[0])
	if base.DType().IsFloat() {
		base = Normal().Value(c.rand, base.Type())
	}
	sum, b := y[0].Float64s(), base.Float64s()
	for i := range sum {
		sum[i] += b[i]
	}
	operands := append([]Value{base}, in...)
	if f := near64(c.eval(onto, operands, poison), []Value{fromFloats(sum, base.Type())}); f != "" {
		c.failf("%s", f)
	}
	if c.depth > 0 {
		return
	}
	inner := &claims{op: onto, rand: c.rand, in: operands, depth: 1}
	inner.all()
	for _, f := range inner.faults {
		c.failf("%s", f)
	}
}

// inMemory holds what is written where the first operand lies to what is written
// elsewhere.
func (c *claims) inMemory(trace.InPlace) {
	for _, in := range c.samples() {
		want := c.value(in)
		if want == nil {
			continue
		}
		arrays := make([]*trace.Array, len(in))
		for i, v := range in {
			arrays[i] = v.Array()
		}
		arrays[0] = copied(in[0])
		c.op.Eval(arrays, arrays[:1])
		if f := differs([]Value{trace.FromArray(arrays[0])}, want); f != "" {
			c.failf("%s", f)
			return
		}
	}
}
