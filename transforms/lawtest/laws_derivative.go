package lawtest

import (
	"fmt"
	"math"

	"github.com/pullback-go/pullback/trace"
)

// exact is the tolerance of laws that hold but for rounding.
const exact = 1e-10

// derivatives compares f, its VJP and the VJP of that with finite differences.
func (l *laws) derivatives(f *function) {
	var chain []*function
	for order := 1; order <= l.Order && !l.broken(); order++ {
		chain = append(chain, f)
		l.try(fmt.Sprintf("the derivative of %s", f.name), func() {
			in := l.draw(f)
			l.difference(f, in)
			l.duality(f, in)
			l.linearity(f, in)
			for k, g := range chain {
				g.hasSlopes(order - k)
			}
			if order < l.Order {
				f = f.vjp()
			}
		})
	}
}

// few is how many elements are looked at one by one.
const few = 200

// difference holds <ct, df/du> to <VJP(ct), u>: for f itself element by element, else
// along two random directions.
func (l *laws) difference(f *function, in []Value) {
	ct := l.direction(f.out)
	g := f.pull(in, ct)
	elements := 0
	for _, v := range g {
		elements += v.Size()
	}
	if elements <= few && len(f.in) == len(l.inputs) {
		l.slopes(f, in, ct, g)
		return
	}
	for range 2 {
		l.slope(f, in, ct, g)
	}
}

// noise is what finite differences of <ct, f> may be off by, as a magnitude that the
// tolerance is relative to.
func (l *laws) noise(f *function, in, ct []Value) float64 {
	_, value := inner(ct, f.run(in))
	return 1e-4*value + floor*largestOf(ct)
}

// slope compares along one direction.
func (l *laws) slope(f *function, in, ct, g []Value) {
	u := l.direction(trace.TypesOfValues(g))
	want, size := inner(ct, differences(f.run, in, f.spread(u)))
	got, other := inner(g, u)
	scale := size + other + l.noise(f, in, ct)
	if d := math.Abs(got - want); !(d <= l.Tolerance*scale) {
		l.failf("the VJP of %s: along a random direction it gives %v, central differences give %v (apart by %.3g of %.3g, tolerance %.3g)",
			f.name, got, want, d/scale, scale, l.Tolerance)
		l.slopes(f, in, ct, g)
	}
}

// slopes compares element by element.
func (l *laws) slopes(f *function, in, ct, g []Value) {
	noise := l.noise(f, in, ct)
	for k, operand := range f.operands() {
		if fault := apart(g[k], f.gradient(in, ct, operand), l.Tolerance, noise); fault != "" {
			l.failf("the VJP of %s against central differences, operand %d, a %v: %s", f.name, operand, g[k].Type(), fault)
		}
	}
}

// gradient is that of <ct, f> by one operand, from central differences.
func (f *function) gradient(in, ct []Value, operand int) Value {
	out := make([]float64, in[operand].Size())
	for i := range out {
		unit := make([]float64, len(out))
		unit[i] = 1
		u := make([]Value, len(in))
		u[operand] = trace.FromArray(trace.ArrayOf(unit, in[operand].Shape()...))
		out[i], _ = inner(ct, differences(f.run, in, u))
	}
	return trace.FromArray(trace.ArrayOf(out, in[operand].Shape()...))
}

// duality holds <ct, JVP(u)> to <VJP(ct), u>.
func (l *laws) duality(f *function, in []Value) {
	ct, u := l.direction(f.out), l.direction(trace.TypesOfValues(f.pick(in)))
	tangent, cotangent := f.push(in, u), f.pull(in, ct)
	l.types("the JVP of "+f.name, tangent, f.out)
	l.types("the VJP of "+f.name, cotangent, trace.TypesOfValues(f.pick(in)))
	if l.broken() {
		return
	}
	a, size := inner(ct, tangent)
	b, other := inner(cotangent, u)
	if d := math.Abs(a - b); !(d <= exact*(size+other+floor)) {
		l.failf("duality of %s by operands %v: <ct, JVP u> = %v, <VJP ct, u> = %v", f.name, f.operands(), a, b)
	}
}

func (l *laws) types(what string, got []Value, want []trace.Type) {
	for i, t := range want {
		if !got[i].Type().Equal(t) {
			l.failf("%s: value %d is %v, want %v", what, i, got[i].Type(), t)
		}
	}
}

// operands lists those that f is differentiated by.
func (f *function) operands() []int {
	var out []int
	for i, d := range f.diff {
		if d {
			out = append(out, i)
		}
	}
	return out
}

// linearity holds VJP(a·v + b·w) to a·VJP(v) + b·VJP(w).
func (l *laws) linearity(f *function, in []Value) {
	v, w, c := l.direction(f.out), l.direction(f.out), []float64{1.75, -0.5}
	both := make([]Value, len(v))
	for i := range v {
		both[i] = combine(c, v[i], w[i])
	}
	pv, pw := f.pull(in, v), f.pull(in, w)
	want := make([]Value, len(pv))
	for i := range pv {
		want[i] = combine(c, pv[i], pw[i])
	}
	l.same("linearity of the VJP of "+f.name, f.pull(in, both), want, exact)
}

// single differentiates by each operand alone: the cotangents are the same, and nothing
// else is asked for.
func (l *laws) single(f *function) {
	if len(f.operands()) < 2 {
		return
	}
	in := l.draw(f)
	ct := l.direction(f.out)
	all := f.spread(f.pull(in, ct))
	for _, operand := range f.operands() {
		g := f.by(operand)
		l.try(fmt.Sprintf("f by operand %d alone", operand), func() {
			l.same(fmt.Sprintf("the VJP of f by operand %d alone", operand), g.pull(in, ct), all[operand:operand+1], exact)
			l.duality(g, in)
			if l.Order > 1 {
				h := g.vjp()
				l.duality(h, l.draw(h))
			}
		})
	}
}

// hessian compares the three ways to the second derivative of <ct, f> along u.
func (l *laws) hessian(f *function, in []Value) {
	if l.Order < 2 {
		return
	}
	ct, u := l.direction(f.out), l.direction(trace.TypesOfValues(f.pick(in)))
	l.try("the Hessian of f", func() {
		gradient := newFunction("the gradient", func(in []Value) []Value { return f.pull(in, ct) }, f.in, f.diff)
		slope := newFunction("the slope", func(in []Value) []Value { return f.push(in, u) }, f.in, f.diff)
		want := gradient.push(in, u)
		l.same("symmetry of the Hessian: reverse over reverse against forward over reverse", gradient.pull(in, u), want, exact)
		l.same("the Hessian: reverse over forward against forward over reverse", slope.pull(in, ct), want, exact)
	})
}
