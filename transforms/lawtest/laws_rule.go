package lawtest

import (
	"math"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/trace"
	"github.com/pullback-go/pullback/transforms"
	"pgregory.net/rapid"
)

// RuleConfig says how far the laws of a composite go. The zero value leaves conservation
// out.
type RuleConfig struct {
	// Order is the highest derivative of the relevance that is compared with finite
	// differences, from 1 to 3; 0 means 1.
	Order int
	// Tolerance of the comparison with finite differences; 0 means 1e-6.
	Tolerance float64
	// Absorbed is how much of the relevance r of the output does not reach the data: what
	// biases and stabilizers take up. A ledger adds it up. If it is there, relevance is
	// conserved: what reaches the data and what is absorbed are all of r.
	Absorbed func(in []Value, r Value) float64
}

// RuleLaws holds the rules that a composite gives a function to these laws:
//
//   - the function computes what it does without rules, bit for bit;
//   - the relevance of the data, as a function of data, parameters and the relevance of
//     the output, keeps the laws of [LawsWith]: so its derivatives are central
//     differences;
//   - the relevance under Vmap is that of each row;
//   - where the relevance is linear in that of the output, the JVP is its transpose;
//   - relevance is conserved, if the config says what is absorbed.
//
// The data are in[0]; the parameters are the other operands. Rules with a stabilizer jump
// where an output changes its sign: sample where none does, or give them a large one.
func RuleLaws(t rapid.TB, c transforms.Composite, rc RuleConfig, f func(in []Value) Value, inputs ...Input) {
	t.Helper()
	l := &laws{rand: Rand(t.Name()), inputs: inputs}
	var in []Value
	for _, i := range inputs {
		in = append(in, i.draw(l.rand))
	}
	r := &ruledFunction{c, f, in, Value{}}
	l.try("the function with rules", func() {
		y := f(in)
		r.out = magnitude.Value(l.rand, y.Type())
		l.group(
			func() { r.transparent(l, y) },
			func() { r.rows(l) },
			func() { r.transposed(l) },
			func() { r.conserved(l, rc.Absorbed) },
		)
	})
	for _, fault := range l.faults {
		t.Errorf("%v: %s", c, fault)
	}
	if len(l.faults) > 0 {
		return
	}
	n := len(inputs)
	relevance := func(in []Value) Value { return r.relevance(in[0], in[1:n], in[n]) }
	target := Input{Shape: r.out.Shape(), DType: r.out.DType()}
	LawsWith(t, Config{Order: max(rc.Order, 1), Tolerance: rc.Tolerance}, relevance, append(append([]Input{}, inputs...), target)...)
}

// ruledFunction is a function with rules, at a point.
type ruledFunction struct {
	c   transforms.Composite
	f   func(in []Value) Value
	in  []Value
	out Value // the relevance of the output
}

// ruled is the function of the data with rules.
func (r *ruledFunction) ruled(parameters []Value) func(x Value) Value {
	return transforms.WithRules(r.c, r.of(parameters))
}

func (r *ruledFunction) of(parameters []Value) func(x Value) Value {
	return func(x Value) Value { return r.f(append([]Value{x}, parameters...)) }
}

// relevance is that of the data x for the relevance out of the output.
func (r *ruledFunction) relevance(x Value, parameters []Value, out Value) Value {
	return transforms.Pull(r.ruled(parameters), func(Value) Value { return out })(x)
}

func (r *ruledFunction) transparent(l *laws, y Value) {
	if fault := differs([]Value{r.ruled(r.in[1:])(r.in[0])}, []Value{y}); fault != "" {
		l.failf("with rules the function computes something else: %s", fault)
	}
}

// rows holds the pullback of a batch to the rows.
func (r *ruledFunction) rows(l *laws) {
	var xs, outs, want []Value
	for range 2 {
		x, out := l.inputs[0].draw(l.rand), magnitude.Value(l.rand, r.out.Type())
		xs, outs = append(xs, x), append(outs, out)
		want = append(want, r.relevance(x, r.in[1:], out))
	}
	_, pull := transforms.VJP(transforms.Vmap(r.ruled(r.in[1:])))(stack(xs))
	l.same("the relevance of Vmap", []Value{pull(stack(outs))}, []Value{stack(want)}, rounding)
}

// transposed holds <r, JVP u> to <relevance, u>, unless the relevance is not linear in r.
func (r *ruledFunction) transposed(l *laws) {
	x, out := r.in[0], r.out
	other, u := magnitude.Value(l.rand, out.Type()), magnitude.Value(l.rand, x.Type())
	pull := func(out Value) Value { return r.relevance(x, r.in[1:], out) }
	got := pull(fn.Sub(out, fn.Mul(other, fn.Scalar(2))))
	linear := apart(got, fn.Sub(pull(out), fn.Mul(pull(other), fn.Scalar(2))), exact, floor) == ""
	var tangent Value
	err := trace.Try(func() { _, tangent = transforms.JVP(r.ruled(r.in[1:]))(x, u) })
	switch {
	case !linear && err == nil:
		l.failf("the relevance is not linear in that of the output, and there is a JVP")
	case !linear:
	case err != nil:
		l.failf("the JVP: %v", err)
	default:
		a, size := inner([]Value{out}, []Value{tangent})
		b, more := inner([]Value{pull(out)}, []Value{u})
		if !(math.Abs(a-b) <= exact*(size+more)) {
			l.failf("the JVP is not the transpose of the rules: <r, JVP u> is %v, <relevance, u> is %v", a, b)
		}
	}
}

func (r *ruledFunction) conserved(l *laws, absorbed func(in []Value, r Value) float64) {
	if absorbed == nil {
		return
	}
	total := func(v Value) float64 { return fn.SumAll(v).Float64() }
	start, got, kept := total(r.out), total(r.relevance(r.in[0], r.in[1:], r.out)), absorbed(r.in, r.out)
	_, size := inner([]Value{r.out}, []Value{fn.OnesLike(r.out)})
	if scale := size + math.Abs(got) + math.Abs(kept); !(math.Abs(start-got-kept) <= exact*scale) {
		l.failf("relevance is not conserved: of %v, %v reaches the data and %v is absorbed; %v is missing", start, got, kept, start-got-kept)
	}
}
