package fn_test

import (
	"testing"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/trace"
)

// The work of products and convolutions is two operations for every pair of elements that
// meet. Adjoints have the work of their convolution.
func TestFLOPs(t *testing.T) {
	zeros := func(shape ...int) trace.Value { return fn.Zeros(trace.TypeOf(trace.Float32, shape...)) }
	conv := fn.ConvConfig{Padding: []int{1, 0}, Stride: []int{2, 1}, Groups: 2}
	convolve := func(x, w trace.Value) trace.Value { return fn.Conv(x, w, conv) }
	for name, c := range map[string]struct {
		f    func(a, b trace.Value) trace.Value
		a, b trace.Value
		want int64
	}{
		"dot":             {fn.Dot, zeros(3, 5), zeros(5, 7), 2 * 3 * 5 * 7},
		"vectors":         {fn.Dot, zeros(5), zeros(5), 2 * 5},
		"batched":         {fn.MatMul, zeros(2, 3, 5), zeros(2, 5, 7), 2 * 2 * 3 * 5 * 7},
		"conv":            {convolve, zeros(3, 4, 7, 6), zeros(10, 2, 3, 2), 2 * 3 * 10 * 4 * 5 * 2 * 3 * 2},
		"towards input":   {func(x, w trace.Value) trace.Value { return adjoint(convolve, x, w, 0) }, zeros(3, 4, 7, 6), zeros(10, 2, 3, 2), 2 * 3 * 10 * 4 * 5 * 2 * 3 * 2},
		"towards weights": {func(x, w trace.Value) trace.Value { return adjoint(convolve, x, w, 1) }, zeros(3, 4, 7, 6), zeros(10, 2, 3, 2), 2 * 3 * 10 * 4 * 5 * 2 * 3 * 2},
	} {
		p := trace.Record(func(in []trace.Value) []trace.Value { return []trace.Value{c.f(in[0], in[1])} }, trace.TypesOfValues([]trace.Value{c.a, c.b}))
		e := p.Eqns[len(p.Eqns)-1]
		if got := e.Op.(trace.Costed).FLOPs(p.TypesOf(e.In)); got != c.want {
			t.Errorf("%s: %d, want %d", name, got, c.want)
		}
	}
}

// adjoint returns the cotangent of operand i for a cotangent of ones, as the last
// equation.
func adjoint(f func(a, b trace.Value) trace.Value, a, b trace.Value, i int) trace.Value {
	in := []trace.Value{a, b}
	y := f(a, b)
	p := trace.Record(func(in []trace.Value) []trace.Value { return []trace.Value{f(in[0], in[1])} }, trace.TypesOfValues(in))
	want := []bool{i == 0, i == 1}
	return p.Eqns[0].Op.VJP(in, []trace.Value{y}, []trace.Value{fn.OnesLike(y)}, want)[i]
}
