package lawtest

import (
	"fmt"
	"math"
	"math/rand/v2"

	"github.com/pullback-go/pullback/trace"
	"pgregory.net/rapid"
)

// Input describes an operand of a function under test.
type Input struct {
	Shape   []int
	Sampler Sampler // nil: Normal()
	// Fixed operands are not differentiated, as those of another dtype than Float64.
	Fixed bool
	DType trace.DType // zero: Float64
}

func (in Input) typ() trace.Type {
	if in.DType == trace.Invalid {
		return trace.TypeOf(trace.Float64, in.Shape...)
	}
	return trace.TypeOf(in.DType, in.Shape...)
}

func (in Input) differentiated() bool { return !in.Fixed && in.typ().DType == trace.Float64 }

func (in Input) draw(r *rand.Rand) Value {
	if in.Sampler == nil {
		return Normal().Value(r, in.typ())
	}
	return in.Sampler.Value(r, in.typ())
}

// Config says how far the laws go. The zero value goes as far as they do.
type Config struct {
	// Order is the highest derivative that is compared with finite differences, from 1 to
	// 3; 0 means 3.
	Order int
	// Tolerance of the comparison with finite differences; 0 means 1e-6.
	Tolerance float64
}

// Laws holds a function of one float64 array to the laws listed at [LawsWith].
func Laws(t rapid.TB, f func(x Value) Value, sample Sampler, shape ...int) {
	t.Helper()
	LawsWith(t, Config{}, func(in []Value) Value { return f(in[0]) }, Input{Shape: shape, Sampler: sample})
}

// LawsWith holds a function of several arrays, at points drawn from their samplers, to
//
//   - derivatives: <ct, df/du> by central differences = <VJP(ct), u>; the same for the
//     VJP as a function of the operands and of ct, and for the VJP of that, so up to
//     third derivatives;
//   - duality: <ct, JVP(u)> = <VJP(ct), u>, for all operands together and each alone, and
//     for the VJP;
//   - the VJP is linear in ct, has the types of the operands, and by one operand alone is
//     what it is by all of them;
//   - Hessians are symmetric: reverse over reverse, forward over reverse and reverse over
//     forward agree;
//   - Vmap of f, of its VJP and of its JVP are the rows one by one, with any of the
//     operands batched; Vmap of Vmap too; the VJP of Vmap is Vmap of the VJP;
//   - f traced, and f under Jit, is f; so are its VJP and the VJP of that; their programs
//     are sound;
//   - at special numbers, as NaN, infinities, zeros of both signs, subnormal and huge
//     ones, f under Jit is f, and its VJP is where that is finite;
//   - f of f32 is f of f64 within rounding, and so is its VJP; in f32, f16 and bf16 f has
//     results of that dtype, about as large as those for f32, unless it captures arrays of
//     f64;
//   - where f takes bools or integers in the place of all operands of a dtype, scalars, or
//     no elements along an axis, it has the laws of batches and of Jit there; it may refuse
//     them with a *trace.Error, but not with a panic of Go;
//   - Vmap over no case has results with no rows, over one case that row, under Jit too.
//
// Derivatives are taken by the operands in float64 that are not Fixed; if there are none,
// or f is not of float64, only the laws of batches and of Jit are left. Each axis should
// have another length. The name of t is the seed of the points. Samplers may be asked for
// another number of elements than the shape has.
//
// [Untried] lists what no function was held to.
func LawsWith(t rapid.TB, c Config, f func(in []Value) Value, inputs ...Input) {
	t.Helper()
	if c.Order == 0 {
		c.Order = 3
	}
	if c.Tolerance == 0 {
		c.Tolerance = 1e-6
	}
	types, diff := make([]trace.Type, len(inputs)), make([]bool, len(inputs))
	for i, in := range inputs {
		types[i], diff[i] = in.typ(), in.differentiated()
	}
	l := &laws{Config: c, rand: Rand(t.Name()), inputs: inputs}
	l.try("tracing f", func() {
		l.all(newFunction("f", func(in []Value) []Value { return []Value{f(in)} }, types, diff))
	})
	for _, fault := range l.faults {
		t.Errorf("%s", fault)
	}
}

// laws is one run of all laws. They come in groups: what a group looks at ends with the
// first law that is broken, as later ones would only repeat it.
type laws struct {
	Config
	rand   *rand.Rand
	inputs []Input
	faults []string
	before int // faults of earlier groups
}

func (l *laws) broken() bool { return len(l.faults) > l.before }

func (l *laws) group(laws ...func()) {
	l.before = len(l.faults)
	for _, law := range laws {
		if !l.broken() {
			law()
		}
	}
}

func (l *laws) all(f *function) {
	x := l.draw(f)
	y := f.apply(x)
	if fault := finite(y); fault != "" {
		l.failf("f: %s; sample where f is finite", fault)
		return
	}
	if f.differentiable() {
		l.group(func() { l.derivatives(f) }, func() { l.single(f) }, func() { l.hessian(f, x) })
		l.group(func() { l.batchedDerivatives(f) })
	}
	if len(f.in) > 0 {
		l.group(func() { l.batched(f) })
	}
	l.group(func() { l.compiled(f, x) })
	l.group(func() { l.edges(f, x) })
}

// draw draws the operands of f: those of the function under test from their samplers,
// cotangents and tangents from Normal.
func (l *laws) draw(f *function) []Value {
	out := make([]Value, len(f.in))
	for i, t := range f.in {
		if i < len(l.inputs) {
			out[i] = l.inputs[i].draw(l.rand)
		} else {
			out[i] = Normal().Value(l.rand, t)
		}
	}
	return out
}

// magnitude draws from 0.5 to 1 with either sign: no element is too small to matter.
var magnitude = each(func(r *rand.Rand) float64 { return math.Copysign(0.5+0.5*r.Float64(), r.Float64()-0.5) })

// direction draws one array for each type.
func (l *laws) direction(types []trace.Type) []Value {
	out := make([]Value, len(types))
	for i, t := range types {
		out[i] = magnitude.Value(l.rand, t)
	}
	return out
}

func (l *laws) failf(format string, args ...any) {
	l.faults = append(l.faults, fmt.Sprintf(format, args...))
}

// try turns the *trace.Error of a law into a failure of the test that says which law it
// was.
func (l *laws) try(what string, law func()) {
	if err := trace.Try(law); err != nil {
		l.failf("%s: %v", what, err)
	}
}

// same compares lists of values.
func (l *laws) same(what string, got, want []Value, tol float64) {
	if len(got) != len(want) {
		l.failf("%s: %d values, want %d", what, len(got), len(want))
		return
	}
	for i := range want {
		if fault := apart(got[i], want[i], tol, floor); fault != "" {
			l.failf("%s, value %d: %s", what, i, fault)
		}
	}
}
