package lawtest

import (
	"math"
	"slices"

	"github.com/pullback-go/pullback/trace"
)

// elementwise holds an operation on elements to three things: a part of the operands
// gives that part of the output; the output may lie in the memory of an operand; and no
// element depends on another place.
func (c *claims) elementwise(trace.Elementwise) {
	for _, in := range c.samples() {
		want := c.value(in)
		if want == nil {
			continue
		}
		n := want[0].Size()
		for _, v := range in {
			if v.Size() != n {
				c.failf("an operand %v, an output %v", v.Type(), want[0].Type())
				return
			}
		}
		for _, cut := range [][2]int{{0, n / 2}, {n / 2, n}, {n / 3, min(n, n/3+1)}} {
			c.part(in, want[0], cut[0], cut[1])
		}
		for j, v := range in {
			if v.DType() == want[0].DType() {
				c.inPlace(in, want[0], j)
			}
		}
	}
}

// part evaluates the elements from lo to hi alone, as vectors: that is how a sweep sees
// them.
func (c *claims) part(in []Value, want Value, lo, hi int) {
	arrays := make([]*trace.Array, len(in))
	for i, v := range in {
		arrays[i] = v.Array().Part(lo, trace.TypeOf(v.DType(), hi-lo))
	}
	out := poison(trace.TypeOf(want.DType(), hi-lo))
	c.op.Eval(arrays, []*trace.Array{out})
	if f := differs(valuesOf([]*trace.Array{out}), valuesOf([]*trace.Array{want.Array().Part(lo, out.Type())})); f != "" {
		c.failf("the elements %d to %d alone: %s", lo, hi, f)
	}
}

// inPlace evaluates into the memory of operand j.
func (c *claims) inPlace(in []Value, want Value, j int) {
	arrays := make([]*trace.Array, len(in))
	for i, v := range in {
		arrays[i] = copied(v)
	}
	out := arrays[j].Part(0, want.Type())
	c.op.Eval(arrays, []*trace.Array{out})
	if f := differs(valuesOf([]*trace.Array{out}), []Value{want}); f != "" {
		c.failf("into the memory of operand %d: %s", j, f)
	}
}

func copied(v Value) *trace.Array {
	a := trace.NewArray(v.Type())
	a.CopyFrom(v.Array())
	return a
}

// signOf is the set with the sign of x alone: of the smallest numbers SignOf says more.
func signOf(x float64) trace.Sign {
	switch {
	case x != x || x == 0 || math.IsInf(x, 0):
		return trace.SignOf(x)
	case x > 0:
		return trace.SignOf(1)
	}
	return trace.SignOf(-1)
}

func signsOf(v Value) trace.Sign {
	var s trace.Sign
	for _, x := range v.Float64s() {
		s |= signOf(x)
	}
	return s
}

// signSamples are operands with elements of few signs, so that something is known of
// them, and of many.
func (c *claims) signSamples() [][]Value {
	var out [][]Value
	for range 24 {
		out = append(out, c.other(false))
	}
	return append(out, c.in)
}

// signs holds what is told of outputs to the elements they have.
func (c *claims) signs(op trace.Signed) {
	for _, in := range c.signSamples() {
		out := c.value(in)
		if out == nil {
			continue
		}
		known := make([]trace.Sign, len(in))
		for i, v := range in {
			known[i] = signsOf(v)
		}
		for i, told := range op.Signs(known) {
			if out[i].DType().IsInt() {
				continue
			}
			for k, y := range out[i].Float64s() {
				if signOf(y)&^told != 0 {
					c.failf("of operands %v output %d is told to be %v, and has %v at %v: %v", known, i, told, y, coordinates(k, out[i].Shape()), in)
					return
				}
			}
		}
		c.signsGrow(op, known)
	}
}

// signsGrow holds that more signs of an operand never give fewer of an output.
func (c *claims) signsGrow(op trace.Signed, known []trace.Sign) {
	few := op.Signs(known)
	for j := range known {
		wide := slices.Clone(known)
		wide[j] |= trace.Sign(c.rand.Uint32()) & trace.AnySign
		if c.in[j].DType() == trace.Bool {
			wide[j] &= trace.SignOf(0) | trace.SignOf(1)
		}
		for i, many := range op.Signs(wide) {
			if few[i]&^many != 0 && !c.inferred(i).DType.IsInt() {
				c.failf("of %v output %d is %v, but of %v only %v", known, i, few[i], wide, many)
			}
		}
	}
}

func (c *claims) inferred(output int) trace.Type {
	types, _ := c.op.Infer(trace.TypesOfValues(c.in))
	return types[output]
}

// signsSimplify holds the simpler operation to the same bits.
func (c *claims) signsSimplify(op trace.SignSimplifier) {
	for _, in := range c.signSamples() {
		known := make([]trace.Sign, len(in))
		for i, v := range in {
			known[i] = signsOf(v)
		}
		simple, operands, ok := op.SimplifySigns(known)
		if !ok || c.inferred(0).DType.IsInt() {
			continue
		}
		if want := c.value(in); want != nil {
			c.simple(in, want, simple, operands)
		}
	}
}

// simplifies holds the simpler operation to the same bits.
func (c *claims) simplifies(op trace.Simplifier) {
	simple, operands, ok := op.Simplify(trace.TypesOfValues(c.in))
	if !ok {
		return
	}
	for _, in := range c.samples() {
		if want := c.value(in); want != nil {
			c.simple(in, want, simple, operands)
		}
	}
}

func (c *claims) simple(in, want []Value, simple trace.Op, operands []int) {
	picked := make([]Value, len(operands))
	for i, j := range operands {
		picked[i] = in[j]
	}
	got := picked[:1]
	if simple != nil {
		got = c.eval(simple, picked, poison)
	} else if len(picked) != 1 {
		c.failf("the identity on %d operands", len(picked))
		return
	}
	if got == nil {
		c.failf("%s fails on %v", trace.Describe(simple), picked)
	} else if f := differs(got, want); f != "" {
		c.failf("%s for operands %v", f, in)
	}
}

// aliases holds that the outputs are the operands, element for element.
func (c *claims) aliases(op trace.Aliaser) {
	if !op.Alias() {
		return
	}
	for _, in := range c.samples() {
		out := c.value(in)
		if len(out) != len(in) {
			c.failf("%d outputs of %d operands", len(out), len(in))
			return
		}
		for i, v := range in {
			same := trace.FromArray(copied(v).Part(0, out[i].Type()))
			if f := differs([]Value{same}, out[i:i+1]); f != "" || v.Size() != out[i].Size() {
				c.failf("%s", f)
			}
		}
	}
}

// uniform holds that there is one number everywhere.
func (c *claims) uniform(trace.Uniform) {
	if len(c.in) != 0 {
		c.failf("it has %d operands", len(c.in))
		return
	}
	y := c.value(nil)
	data := y[0].Float64s()
	for _, x := range data {
		if math.Float64bits(x) != math.Float64bits(data[0]) {
			c.failf("%v and %v", data[0], x)
			return
		}
	}
}

// spreads holds every part, computed by itself, to that part of the whole.
func (c *claims) spreads(op trace.Spreader) {
	if len(c.in) != 1 {
		c.failf("it has %d operands", len(c.in))
		return
	}
	whole := c.value(c.in)
	if whole == nil {
		return
	}
	n := whole[0].Size()
	for lo := 0; lo < n; lo++ {
		for hi := lo + 1; hi <= n; hi += 1 + c.rand.IntN(7) {
			part := poison(trace.TypeOf(whole[0].DType(), hi-lo))
			op.Spread(c.in[0].Array(), part, lo)
			if f := differs(valuesOf([]*trace.Array{part}), valuesOf([]*trace.Array{whole[0].Array().Part(lo, part.Type())})); f != "" {
				c.failf("the elements %d to %d: %s", lo, hi, f)
				return
			}
		}
	}
}

// nonexpansive moves the operands by little, and sees the output move by little.
func (c *claims) nonexpansive(trace.Nonexpansive) {
	in := c.other(true)
	y := c.value(in)
	if y == nil || !y[0].DType().IsFloat() {
		return
	}
	const by, most = 1e-2, 64
	for j, v := range in {
		if !v.DType().IsFloat() {
			continue
		}
		moved := slices.Clone(in)
		data := v.Float64s()
		for i := range data {
			data[i] += by * (c.rand.Float64() - 0.5)
		}
		moved[j] = fromFloats(data, v.Type())
		z := c.value(moved)
		for i, x := range z[0].Float64s() {
			if w := y[0].Float64s()[i]; !(math.Abs(x-w) <= most*by) && w == w && x != w {
				c.failf("operand %d off by %v moves the output from %v to %v", j, by, w, x)
				return
			}
		}
	}
}
