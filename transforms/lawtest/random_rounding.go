package lawtest

import (
	"math"
	"math/rand/v2"
	"slices"

	"github.com/pullback-go/pullback/trace"
)

// rounded reports whether a program magnifies rounding so much that got, for its result
// i, is as good as want: products, convolutions, normalizations and reductions may add up
// in another order when they are compiled or batched, and what follows may be infinite
// there, or jump. So the reference is computed again several times, each such operation
// off by some units in the last place of its largest element. An element of got may lie
// where these lie, or be NaN or infinite where one of them is. Operations on elements are
// exact: what a guard does is never a matter of rounding.
func rounded(w ways, i int, got, want Value, derived bool) bool {
	if !got.Type().Equal(want.Type()) {
		return false
	}
	ranges := make([]span, want.Size())
	_, failed := guarded(func() []Value {
		p := trace.Record(w.f, trace.TypesOfValues(w.in)).Inlined(bodyOf)
		r := Rand("rounding")
		for k := range 100 {
			for j, y := range disturbed(p, w.in, r, k%2 == 1)[i].Float64s() {
				ranges[j].add(y)
			}
		}
		return nil
	})
	if failed != "" {
		return false
	}
	noise := 0.0 // of a derivative, whose terms may all cancel but for rounding
	for _, s := range ranges {
		if d := s.high - s.low; derived && d > noise {
			noise = d
		}
	}
	close := want.Float64s()
	for j, x := range got.Float64s() {
		if ranges[j].has(x, noise) {
			close[j] = x
		}
	}
	return disagree(got, fromFloats(close, want.Type()), derived) == ""
}

// bodyOf is the program that a call stands for, nil if op is none.
func bodyOf(op trace.Op) *trace.Program {
	if b, ok := op.(interface{ Body() *trace.Program }); ok {
		return b.Body()
	}
	return nil
}

// span is what an element may be: between the numbers met, and a little beyond, or one of
// the special values met.
type span struct {
	met               bool
	low, high         float64
	nan, above, below bool
}

func (s *span) add(x float64) {
	switch {
	case x != x:
		s.nan = true
	case math.IsInf(x, 1):
		s.above = true
	case math.IsInf(x, -1):
		s.below = true
	case !s.met:
		s.met, s.low, s.high = true, x, x
	default:
		s.low, s.high = min(s.low, x), max(s.high, x)
	}
}

// has reports whether x may be the element, as the numbers met may all be off by noise.
func (s *span) has(x, noise float64) bool {
	switch {
	case x != x:
		return s.nan
	case math.IsInf(x, 1):
		return s.above
	case math.IsInf(x, -1):
		return s.below
	}
	d := max(noise, s.high-s.low)
	return s.met && s.low-d <= x && x <= s.high+d
}

// disturbed runs a program with the outputs of what is not exact moved, and if it is
// wild, made infinite or NaN where sums may overflow.
func disturbed(p *trace.Program, in []Value, r *rand.Rand, wild bool) []Value {
	env := p.Env(in)
	for k := range p.Eqns {
		e := &p.Eqns[k]
		operands := env.Get(e.In)
		env.Step(e)
		if !exactOp(e.Op, operands) {
			env.Set(e.Out, moved(e.Op, env.Get(e.Out), operands, r, wild))
		}
	}
	return env.Get(p.Out)
}

// exactOp reports whether an operation computes the same bits wherever it does: from no
// floats, on elements, or where it only picks or moves them.
func exactOp(op trace.Op, in []Value) bool {
	floats := func(v Value) bool { return v.DType().IsFloat() }
	if !slices.ContainsFunc(in, floats) {
		return true
	}
	switch op := op.(type) {
	case trace.Elementwise, trace.Selector:
		return true
	case trace.Kinded:
		return op.Kind().Is(trace.KindShaping)
	}
	return false
}

// moved are outputs off by some units in the last place of the largest terms: those of
// their own element, or, as an algorithm may mix elements, those of all. Where operands
// are so large that their sums may overflow, it depends on the order what is infinite and
// what is NaN; wild outputs are that here and there.
func moved(op trace.Op, out, operands []Value, r *rand.Rand, wild bool) []Value {
	vs, terms := make([]Value, len(out)), largestTerms(op, out, operands, r)
	mixed := r.IntN(2) == 0
	for i, v := range out {
		vs[i] = v
		if !v.DType().IsFloat() {
			continue
		}
		units, huge := 0x1p-48, 1e150
		if v.DType() == trace.Float32 {
			units, huge = 0x1p-20, 1e18
		}
		overflows := wild && largestOf(operands) > huge
		data, all := v.Float64s(), largest(terms[i])
		for j, x := range data {
			off := units * terms[i][j]
			if mixed {
				off = units * all
			}
			by := off * (2*r.Float64() - 1)
			if r.IntN(4) == 0 { // nearly nothing, of which a slope may make much
				by = math.Ldexp(by, -r.IntN(100))
			}
			data[j] = x + by
			if whole := math.Round(x); math.Abs(x-whole) <= off && r.IntN(4) == 0 {
				data[j] = whole // which another order may give exactly
			}
			if overflows && r.IntN(2) == 0 {
				data[j] = []float64{x, math.NaN(), math.Inf(1), math.Inf(-1)}[r.IntN(4)]
			}
		}
		vs[i] = fromFloats(data, v.Type())
	}
	return vs
}

// largestTerms is about how large the terms are whose sums the elements of the outputs
// are: as large as outputs for operands of the same magnitudes and other signs, which may
// cancel less.
func largestTerms(op trace.Op, out, operands []Value, r *rand.Rand) [][]float64 {
	terms := make([][]float64, len(out))
	note := func(vs []Value) {
		for i, v := range vs {
			for j, x := range v.Float64s() {
				if x = math.Abs(x); x > terms[i][j] && !math.IsInf(x, 1) {
					terms[i][j] = x
				}
			}
		}
	}
	for i, v := range out {
		terms[i] = make([]float64, v.Size())
	}
	note(out)
	for range 8 {
		in := make([]Value, len(operands))
		for j, v := range operands {
			in[j] = v
			if v.DType().IsFloat() {
				sign, data := float64(1-2*r.IntN(2)), v.Float64s()
				for k, x := range data {
					data[k] = math.Copysign(x, sign)
				}
				in[j] = fromFloats(data, v.Type())
			}
		}
		if vs, failed := guarded(func() []Value { return trace.Bind(op, in...) }); failed == "" {
			note(vs)
		}
	}
	return terms
}
