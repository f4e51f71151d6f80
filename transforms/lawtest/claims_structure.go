package lawtest

import (
	"fmt"
	"slices"

	"github.com/pullback-go/pullback/trace"
)

// rowwise computes rows by themselves, one and several at a time, and holds them to the
// rows of the whole.
func (c *claims) rowwise(op trace.Rowwise) {
	types := trace.TypesOfValues(c.in)
	by := make([]bool, len(c.in))
	for j := range by {
		by[j] = op.ByRow(types, j)
	}
	if !slices.Contains(by, true) {
		return
	}
	in := c.other(true)
	whole := c.value(in)
	if whole == nil {
		return
	}
	n := whole[0].Dim(0)
	for j, v := range in {
		if by[j] && (v.Rank() == 0 || v.Dim(0) != n) {
			c.failf("operand %d, a %v, is read by rows of the output %v", j, v.Type(), whole[0].Type())
			return
		}
	}
	for lo := range n {
		for hi := lo + 1; hi <= n; hi++ {
			part, want := slices.Clone(in), slices.Clone(whole)
			for j, v := range in {
				if by[j] {
					part[j] = rowsOf(v, lo, hi)
				}
			}
			for i, v := range whole {
				want[i] = rowsOf(v, lo, hi)
			}
			got := c.eval(c.op, part, poison)
			if got == nil {
				return
			}
			if f := near64(got, want); f != "" {
				c.failf("rows %d to %d: %s", lo, hi, f)
				return
			}
		}
	}
}

// rowsOf are the rows from lo to hi.
func rowsOf(v Value, lo, hi int) Value {
	shape := slices.Clone(v.Shape())
	each := 0
	if shape[0] > 0 {
		each = v.Size() / shape[0]
	}
	shape[0] = hi - lo
	return trace.FromArray(v.Array().Part(lo*each, trace.TypeOf(v.DType(), shape...)))
}

// linear holds that the output is additive and homogeneous in operands together, and that
// the VJP by them does not look at them.
func (c *claims) linear(op trace.Linear) {
	for _, mask := range masks(len(c.in)) {
		if !op.LinearIn(mask) {
			continue
		}
		c.additive(mask)
		c.blind(mask)
	}
}

func (c *claims) additive(mask []bool) {
	in := c.other(true)
	for i, v := range in {
		if mask[i] && v.DType() != trace.Float64 {
			return
		}
	}
	other, both := c.other(true), slices.Clone(in)
	for i := range in {
		if mask[i] {
			both[i] = combine([]float64{2, -3}, in[i], other[i])
		} else {
			other[i] = in[i]
		}
	}
	x, y, got := c.value(in), c.value(other), c.value(both)
	if x == nil || y == nil || x[0].DType() != trace.Float64 {
		return
	}
	if f := apart(got[0], combine([]float64{2, -3}, x[0], y[0]), 1e-9, 1); f != "" && finite(x[:1]) == "" {
		c.failf("linear in %s: %s", among(mask), f)
	}
}

// blind takes the VJP by the operands of the mask without their values.
func (c *claims) blind(mask []bool) {
	in := c.other(true)
	out := c.value(in)
	if out == nil || !floatsOnly(out[:1]) {
		return
	}
	hidden, ct := slices.Clone(in), make([]Value, len(out))
	for i := range in {
		if mask[i] {
			hidden[i] = trace.Unknown(in[i].Type())
		}
	}
	unknown := make([]Value, len(out))
	for i, y := range out {
		ct[i], unknown[i] = Normal().Value(c.rand, y.Type()), trace.Unknown(y.Type())
	}
	var seen, blind []Value
	err := trace.Try(func() { seen, blind = c.op.VJP(in, out, ct, mask), c.op.VJP(hidden, unknown, ct, mask) })
	if err != nil {
		c.failf("the VJP by %s: %v", among(mask), err)
		return
	}
	for i := range mask {
		if mask[i] && !seen[i].IsAbsent() {
			if f := differs(blind[i:i+1], seen[i:i+1]); f != "" {
				c.failf("the VJP by %s without its value: %s", among(mask), f)
			}
		}
	}
}

// selects holds the first output to the elements of the operand that the second names.
func (c *claims) selects(op trace.Selector) {
	in := c.other(true)
	out := c.value(in)
	plane := op.Selects(trace.TypesOfValues(in))
	if out == nil || plane == 0 || out[0].Size() == 0 {
		return
	}
	planes := in[0].Size() / plane
	each := out[0].Size() / max(1, planes)
	x, y, at := in[0].Float64s(), out[0].Float64s(), out[1].Float64s()
	for k := range y {
		if from := x[k/each*plane+int(at[k])]; from != y[k] {
			c.failf("output %d is %v, found at %v, where there is %v", k, y[k], at[k], from)
			return
		}
	}
}

// scatters adds up by the places that the second operand says.
func (c *claims) scatters(op trace.Scatterer) {
	plane, ok := op.Scatters(trace.TypesOfValues(c.in))
	in := c.other(true)
	out := c.value(in)
	if !ok || out == nil || plane == 0 || in[0].Size() == 0 {
		return
	}
	each := in[0].Size() / (out[0].Size() / plane)
	want := make([]float64, out[0].Size())
	for k, x := range in[0].Float64s() {
		want[k/each*plane+int(in[1].Float64s()[k])] += x
	}
	if f := near64(out, []Value{fromFloats(want, out[0].Type())}); f != "" {
		c.failf("%s", f)
	}
}

// kind holds that there is one.
func (c *claims) kind(op trace.Kinded) {
	if op.Kind() == "" {
		c.failf("it has none")
	}
}

// costs holds that there is a cost where something is computed.
func (c *claims) costs(op trace.Costed) {
	if n := op.FLOPs(trace.TypesOfValues(c.in)); n < 0 || n == 0 && len(c.in) > 1 && c.in[0].Size()*c.in[1].Size()*c.inferred(0).Size() > 0 {
		c.failf("%d operations", n)
	}
}

// mixes holds that what is read element by element has as many as the output.
func (c *claims) mixes(op trace.Mixed) {
	for j, v := range c.in {
		if op.ElementwiseIn(j) && v.Size() != c.inferred(0).Size() {
			c.failf("operand %d, a %v, is read by the elements of %v", j, v.Type(), c.inferred(0))
		}
	}
}

// runs holds what the operation computes by others to what it evaluates.
func (c *claims) runs(op trace.Runner) {
	want := c.value(c.in)
	if want == nil {
		return
	}
	if f := near64(op.Run(c.in), want); f != "" {
		c.failf("%s", f)
	}
}

// alternatives holds the other way to the same numbers, relative to the largest, and the
// claims of what computes it.
func (c *claims) alternatives(op trace.Alternative) {
	for _, relative := range []bool{false, true} {
		other, ok := op.Alternative(trace.TypesOfValues(c.in), relative)
		if !ok || c.depth > 0 {
			continue
		}
		in := c.other(true)
		want := c.value(in)
		if want == nil {
			continue
		}
		if f := near64(c.eval(other, in, poison), want); f != "" {
			c.failf("as %s: %s", trace.Describe(other), f)
		}
		inner := &claims{op: other, rand: c.rand, in: c.other(true), depth: 1}
		inner.all()
		for _, f := range inner.faults {
			c.failf("as %s: %s", trace.Describe(other), f)
		}
	}
}

// lowers holds the operations that stand for it to the same numbers, special ones
// included.
func (c *claims) lowers(op trace.Lowerer) {
	for _, mask := range masks(len(c.in)) {
		for _, in := range append(c.samples(), c.other(true)) {
			constant := make([]Value, len(in))
			for i, v := range in {
				if mask[i] {
					constant[i] = v
				}
			}
			want := c.value(in)
			if lower := op.Lower(in, constant); lower != nil && want != nil {
				if f := near64(lower, want); f != "" {
					c.failf("lowered with constant %s: %s", among(mask), f)
					return
				}
			}
		}
	}
}

// channels holds factors moved into the weights to factors on the data or on the output.
func (c *claims) channels(op trace.Channeled) {
	in := c.other(true)
	y := c.value(in)
	if y == nil {
		return
	}
	types := trace.TypesOfValues(in)
	for weights := range 2 {
		data := in[1-weights]
		for axis := range y[0].Rank() {
			if scale, ok := op.ScaleOutput(types, weights, axis); ok {
				f := Between(0.5, 2).Value(c.rand, trace.TypeOf(y[0].DType(), y[0].Dim(axis)))
				scaled := slices.Clone(in)
				scaled[weights] = scale(in[weights], f)
				c.channel(fmt.Sprintf("output axis %d by operand %d", axis, weights), c.value(scaled), op.Scale(y[0], f, axis))
			}
		}
		for axis := range data.Rank() {
			if scale, ok := op.ScaleInput(types, weights, axis); ok {
				f := Between(0.5, 2).Value(c.rand, trace.TypeOf(data.DType(), data.Dim(axis)))
				scaled, moved := slices.Clone(in), slices.Clone(in)
				scaled[weights], moved[1-weights] = scale(in[weights], f), op.Scale(data, f, axis)
				c.channel(fmt.Sprintf("input axis %d by operand %d", axis, weights), c.value(scaled), c.value(moved)[0])
			}
		}
	}
}

func (c *claims) channel(what string, got []Value, want Value) {
	if f := near64(got, []Value{want}); f != "" {
		c.failf("scaled along %s: %s", what, f)
	}
}

// subtracts holds the output for the rest of weights to what is computed from them.
func (c *claims) subtracts(op trace.Differencer) {
	in := c.other(true)
	if len(in) != 2 {
		return
	}
	v := in[1]
	u, w := v.Float64s(), v.Float64s()
	for i := range u {
		u[i], w[i] = max(u[i], 0), min(w[i], 0) // u + w = v
	}
	plus, minus := fromFloats(u, v.Type()), fromFloats(w, v.Type())
	rest, s := op.Difference(trace.TypesOfValues(in), v.Array(), plus.Array(), minus.Array())
	if rest == nil {
		return
	}
	yv, yu, want := c.value(in), c.value([]Value{in[0], plus}), c.value([]Value{in[0], minus})
	operands := []Value{in[0], minus, trace.FromArray(s), yv[0], yu[0]}
	if f := near64(c.eval(rest, operands, poison), want); f != "" {
		c.failf("the rest: %s", f)
	}
	inner := &claims{op: rest, rand: c.rand, in: operands, depth: 1}
	if m, ok := rest.(trace.Mixed); ok {
		inner.mixes(m)
	}
	inner.poisoned(trace.TypesOfValues(want))
	c.faults = append(c.faults, inner.faults...)
}
