package lawtest

import (
	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/trace"
)

// rooted holds an operation to being affine in operand 0 where its root is constant: the
// output less that at zero is what the derivative there makes of the operand.
func (c *claims) rooted(op trace.Rooted) {
	in := c.other(true)
	at0 := append([]Value{fn.ZerosLike(in[0])}, in[1:]...)
	y, y0 := c.value(in), c.value(at0)
	if y == nil || y0 == nil || finite(y) != "" || finite(y0) != "" {
		return
	}
	ct := magnitude.Value(c.rand, y[0].Type())
	want := make([]bool, len(in))
	want[0] = true
	pulled := op.VJPAtRoot(in, y, []Value{ct}, want)[0]
	got := fn.SumAll(fn.Mul(pulled, in[0]))
	less := fn.SumAll(fn.Mul(ct, fn.Sub(y[0], y0[0])))
	if f := apart(got, less, 100*tolerances[got.DType()], 1); f != "" {
		c.failf("<pull(ct), x> and <ct, f(x) - f(0)>: %s", f)
	}
}

// sumsToOne holds that the output adds up to 1 along the axis.
func (c *claims) sumsToOne(op trace.Distribution) {
	y := c.value(c.other(true))
	if y == nil || y[0].Size() == 0 {
		return
	}
	sums := fn.Sum(y[0], op.DistributionAxis())
	if f := apart(sums, fn.OnesLike(sums), 100*tolerances[sums.DType()], 0); f != "" {
		c.failf("sums along axis %d: %s", op.DistributionAxis(), f)
	}
}
