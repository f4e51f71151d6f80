package lawtest

import (
	"slices"

	"github.com/pullback-go/pullback/trace"
)

// stores holds what an operation makes of a dtype of storage, bit for bit, to what it makes
// of the same numbers in the dtype of the example. NaNs and infinities are among them.
func (c *claims) stores(op trace.Storer) {
	for _, d := range []trace.DType{trace.Uint8, trace.Int8, trace.BFloat16, trace.Float16} {
		in := c.other(false)
		narrow, changed := slices.Clone(in), false
		for j, v := range in {
			if op.StoresIn(j) && v.DType().IsFloat() == d.IsFloat() && v.DType() != trace.Bool {
				narrow[j] = trace.Convert(v, d)
				in[j], changed = trace.Convert(narrow[j], v.DType()), true
			}
		}
		if !changed {
			continue
		}
		want, got := c.value(in), c.eval(c.op, narrow, poison)
		if want == nil {
			continue
		}
		if got == nil {
			c.failf("it computes %v, and fails on %v", trace.TypesOfValues(in), trace.TypesOfValues(narrow))
			return
		}
		for i, v := range want {
			want[i] = trace.Convert(v, got[i].DType())
		}
		if f := differs(got, want); f != "" {
			c.failf("of %v: %s", d, f)
		}
	}
}
