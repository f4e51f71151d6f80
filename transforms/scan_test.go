package transforms_test

import (
	"fmt"
	"testing"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/trace"
	"github.com/pullback-go/pullback/transforms"
)

type cell struct{ H, C Value }

// recurrent is a small recurrent network: it has a carry of two leaves, rows of two
// leaves and a shared weight.
type recurrent struct {
	Init cell
	Rows struct{ X, Gate Value }
	W    Value
}

func (m recurrent) step(c cell, row struct{ X, Gate Value }) (cell, cell) {
	h := fn.Tanh(fn.Add(fn.MatMul(c.H, m.W), row.X))
	next := cell{h, fn.Add(fn.Mul(c.C, row.Gate), h)}
	return next, cell{fn.Mul(h, h), fn.Sin(next.C)}
}

func (m recurrent) scanned() []Value {
	c, ys := transforms.Scan(m.step)(m.Init, m.Rows)
	return []Value{c.H, c.C, ys.H, ys.C}
}

// unrolled computes the loop without Scan.
func (m recurrent) unrolled() []Value {
	var hs, cs []Value
	c := m.Init
	for i := range m.Rows.X.Dim(0) {
		var y cell
		c, y = m.step(c, struct{ X, Gate Value }{fn.Index(m.Rows.X, i), fn.Index(m.Rows.Gate, i)})
		hs, cs = append(hs, y.H), append(cs, y.C)
	}
	return []Value{c.H, c.C, fn.Stack(0, hs...), fn.Stack(0, cs...)}
}

func newRecurrent(seed uint64, steps int) recurrent {
	r := seeded(seed)
	m := recurrent{Init: cell{draw(r, 3), draw(r, 3)}, W: draw(r, 3, 3)}
	m.Rows.X, m.Rows.Gate = draw(r, steps, 3), draw(r, steps, 3)
	return m
}

// A loop equals the unrolled loop, to third order, forward and in reverse, with respect
// to the carry, the rows and the values that the step captured.
func TestScanIsTheUnrolledLoop(t *testing.T) {
	m, v := newRecurrent(70, 4), newRecurrent(71, 4)
	loss := func(f func(recurrent) []Value) func(recurrent) Value {
		return func(m recurrent) Value {
			out := num(0)
			for i, y := range f(m) {
				out = fn.Add(out, fn.Mul(num(float64(i+1)), fn.SumAll(fn.Mul(y, y))))
			}
			return out
		}
	}
	same := func(what string, got, wanted any) {
		t.Helper()
		g, _ := trace.Flatten(got)
		w, s := trace.Flatten(wanted)
		for i := range w {
			want(t, what+s.Path(i), g[i], w[i])
		}
	}
	scanned, unrolled := loss(recurrent.scanned), loss(recurrent.unrolled)
	same("value", m.scanned(), m.unrolled())
	same("Jit", transforms.Jit(recurrent.scanned)(m), m.unrolled())
	same("Grad", transforms.Grad(scanned)(m), transforms.Grad(unrolled)(m))
	same("HVP", transforms.HVP(scanned)(m, v), transforms.HVP(unrolled)(m, v))
	square := func(f func(recurrent) Value) func(recurrent) Value {
		return func(m recurrent) Value {
			g := transforms.Grad(f)(m)
			return fn.Add(fn.SumAll(fn.Mul(g.W, g.W)), fn.SumAll(fn.Mul(g.Rows.X, g.Init.H)))
		}
	}
	same("Grad of Grad", transforms.Grad(square(scanned))(m), transforms.Grad(square(unrolled))(m))
	same("HVP of Grad", transforms.HVP(square(scanned))(m, v), transforms.HVP(square(unrolled))(m, v))
	_, tangent := transforms.JVP(recurrent.scanned)(m, v)
	_, expected := transforms.JVP(recurrent.unrolled)(m, v)
	same("JVP", tangent, expected)
	for name, partial := range map[string]recurrent{"W": {W: v.W}, "Init.C": {Init: cell{C: v.Init.C}}, "Init.H": {Init: cell{H: v.Init.H}}} {
		_, tangent := transforms.JVP(recurrent.scanned)(m, partial)
		_, expected := transforms.JVP(recurrent.unrolled)(m, partial)
		same("JVP by "+name, tangent, expected)
	}
	_, pull := transforms.VJP(recurrent.scanned)(m)
	_, plain := transforms.VJP(recurrent.unrolled)(m)
	for i := range 4 {
		ct := make([]Value, 4)
		ct[i] = m.unrolled()[i]
		same(fmt.Sprintf("VJP of result %d alone", i), pull(ct), plain(ct))
	}
	compiled := transforms.Jit(transforms.Grad(scanned))
	same("Jit of Grad", compiled(m), transforms.Grad(unrolled)(m))
}

func TestScanOfNoRows(t *testing.T) {
	m := newRecurrent(72, 0)
	out := m.scanned()
	sameBits(t, "carry", out[0], m.Init.H)
	sameBits(t, "rows", out[2], trace.New([]float64{}, 0, 3))
	g := transforms.Grad(func(m recurrent) Value { return fn.SumAll(fn.Mul(m.scanned()[1], num(2))) })(m)
	want(t, "cotangent of the carry", g.Init.C, vector(2, 2, 2))
	want(t, "cotangent of the weight", g.W, fn.ZerosLike(m.W))
	sameBits(t, "Jit", transforms.Jit(recurrent.scanned)(m)[1], m.Init.C)
}

// Integers may be carried, mapped over and returned.
func TestScanOfIntegers(t *testing.T) {
	type carry struct{ N, X Value }
	f := func(x Value) Value {
		c, seen := transforms.Scan(func(c carry, row Value) (carry, Value) {
			even := fn.Equal(fn.Rem(row, num(2)), num(0))
			return carry{fn.Add(c.N, row), fn.Where(even, fn.Mul(c.X, x), c.X)}, even
		})(carry{trace.Scalar(int64(0)), fn.OnesLike(x)}, trace.New([]int64{1, 2, 4, 5}))
		sum := fn.Cast(fn.Add(c.N, fn.Sum(fn.Cast(seen, trace.Int64), 0)), trace.Float64)
		return fn.Mul(c.X, sum) // x²·(12 + 2)
	}
	for name, f := range map[string]Func{"eager": f, "Jit": transforms.Jit(f)} {
		want(t, name, f(num(3)), trace.Scalar(126.0))
		want(t, name+": Grad", transforms.Grad(f)(num(3)), trace.Scalar(84.0))
		want(t, name+": Grad of Grad", transforms.Grad(transforms.Grad(f))(num(3)), trace.Scalar(28.0))
		want(t, name+": Vmap of Grad", transforms.Vmap(transforms.Grad(f))(vector(1, 3)), vector(28, 84))
	}
}

func TestScanErrors(t *testing.T) {
	type pair struct{ A, B Value }
	x := vector(1, 2)
	keep := func(c pair, row Value) (pair, Value) { return c, row }
	for want, f := range map[string]func(){
		"the carry that Scan's step returned at .A is f64[], want f64[2]": func() {
			transforms.Scan(func(c pair, row Value) (pair, Value) { return pair{row, c.B}, row })(pair{x, x}, x)
		},
		"the carry that Scan's step returned has nothing at .B": func() {
			transforms.Scan(func(c pair, row Value) (pair, Value) { return pair{A: c.A}, row })(pair{x, x}, x)
		},
		"the carry that Scan's step returned has a leaf at .B, what it belongs to has none": func() {
			transforms.Scan(func(c pair, row Value) (pair, Value) { return pair{c.A, row}, row })(pair{A: x}, x)
		},
		"Scan over its only leaf, the scalar f64[], which has no rows": func() { transforms.Scan(keep)(pair{x, x}, trace.Scalar(1.0)) },
		"Scan over 2 rows at .A and 3 at .B": func() {
			transforms.Scan(func(c Value, row pair) (Value, Value) { return c, row.A })(x, pair{x, vector(1, 2, 3)})
		},
		"Scan over no rows": func() { transforms.Scan(func(c Value, row []Value) (Value, Value) { return c, c })(x, nil) },
	} {
		if got := message(t, f); !containsAll(got, "scan_test.go:", want) {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}
