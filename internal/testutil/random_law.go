package testutil

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strings"

	"github.com/pullback-go/pullback/trace"
	"github.com/pullback-go/pullback/transforms"
)

// rows are three lists of arguments: those of the program, and two with some elements
// replaced; or with integers, which may be indices, in another order.
func (p *Random) rows(r *rand.Rand) [][]Value {
	out := [][]Value{p.Args()}
	g := newDrawer(r.IntN)
	for range 2 {
		row := make([]Value, len(p.body.in))
		for i, v := range p.Args() {
			if v.DType().IsInt() && g.chance(2) {
				row[i] = shuffled(r, v)
				continue
			}
			data, other := v.Float64s(), g.sample(v.Type()).Float64s()
			for j := range data {
				if g.chance(2) {
					data[j] = other[j]
				}
			}
			row[i] = fromFloats(data, v.Type())
		}
		out = append(out, row)
	}
	return out
}

func (p *Random) inTypes() []trace.Type  { return trace.TypesOfValues(p.Args()) }
func (p *Random) outTypes() []trace.Type { return trace.TypesOfValues(p.Results()) }

// Disagreement is a law that a random program breaks.
type Disagreement struct {
	Law string
	// Fault is what differs; Class sorts such faults roughly.
	Fault, Class string
	Program      *Random
	seed, number uint64
	code         string
}

// String prints the fault and the program as Go.
func (d *Disagreement) String() string {
	helpers := ""
	if text := d.Program.String(); strings.Contains(text, "slope(") || strings.Contains(text, "rows(") || strings.Contains(text, "custom(") {
		helpers = "// with\n" + callHelpers
	}
	return fmt.Sprintf("// seed %d, number %d: %s\n// %s\n%s%s%s", d.seed, d.number, d.Law, strings.ReplaceAll(d.Fault, "\n", "\n// "), d.Program, d.code, helpers)
}

// Agree draws the random program of a seed and number and holds one law to it: what is
// compiled, batched or checkpointed computes what the program does, NaN where that is
// NaN, infinite where that is infinite, and else equal within rounding, relative to the
// largest magnitude; compiled derivatives are finite and equal where they are finite when
// they are not compiled. It returns nil if the law holds, and the program, shrunk, if it
// does not. The composite is for the derivatives with rules.
func Agree(seed, number uint64, composites ...transforms.Composite) (*Random, *Disagreement) {
	p := DrawRandom(seed, number)
	if len(p.faults) > 0 {
		return p, &Disagreement{"no panic", p.faults[0], "panic", p, seed, number, ""}
	}
	r := rand.New(rand.NewPCG(seed, ^number))
	law := pairings[drawn(r)]
	finite, derives := p.slopes()
	switch {
	case !finite:
		return p, nil // a compiled derivative may be finite there, and what is made of it something else
	case derives || len(p.body.in) == 0 || law.derived && !p.keepFloats():
		law = pairings[0]
	}
	c := composites[r.IntN(len(composites))]
	draw := func() *draft { return newDraft(seed, number, c) }
	fault := law.fault(p, draw())
	if fault == "" {
		return p, nil
	}
	class := classOf(fault)
	q := shrink(p, func(q *Random) bool { return classOf(law.fault(q, draw())) == class })
	return p, &Disagreement{law.name, law.fault(q, draw()), class, q, seed, number, law.code(q, draw())}
}

func drawn(r *rand.Rand) int {
	total := 0
	for _, p := range pairings {
		total += p.weight
	}
	at := r.IntN(total)
	for i, p := range pairings {
		if at -= p.weight; at < 0 {
			return i
		}
	}
	return 0
}

// slopes reports whether there are derivatives in p, and whether all of them are finite.
func (p *Random) slopes() (finite, any bool) {
	finite = true
	for _, s := range p.body.all() {
		if s.fun == pullCall || s.fun == jvpCall {
			any = true
			finite = finite && allFinite(p.samples[s.out])
		}
	}
	return finite, any
}

func allFinite(v Value) bool { return finite([]Value{v}) == "" }

// keepFloats leaves the program only results that have derivatives; false if there are
// none, or nothing to differentiate by.
func (p *Random) keepFloats() bool {
	var out []variable
	for _, v := range p.body.out {
		if p.samples[v].DType().IsFloat() {
			out = append(out, v)
		}
	}
	by := false
	for _, t := range p.inTypes() {
		by = by || t.DType.IsFloat()
	}
	if len(out) == 0 || !by {
		return false
	}
	p.body.out = out
	return true
}

// fault says how the two ways differ on p, "" if they do not.
func (l *pairing) fault(p *Random, d *draft) string {
	both := l.ways(p, d)
	w, failed := guarded(both.want)
	if failed != "" {
		if strings.HasPrefix(failed, "panic") {
			return failed
		}
		return "" // the operation does not fit these data, as a division by zero
	}
	g, failed := guarded(both.got)
	if failed != "" {
		return failed
	}
	for i := range w {
		if f := disagree(g[i], w[i], l.derived); f != "" && !rounded(both, i, g[i], w[i], l.derived) {
			return fmt.Sprintf("result %d: %s", i, f)
		}
	}
	return ""
}

// guarded runs f and returns what it panicked with: an error of the module's, or a panic
// of Go's.
func guarded(f func() []Value) (out []Value, failed string) {
	defer func() {
		if r := recover(); r != nil {
			failed = fmt.Sprintf("panic: %v", r)
		}
	}()
	if err := trace.Try(func() { out = f() }); err != nil {
		return nil, "error: " + err.Error()
	}
	return out, ""
}

// disagree says where got is not want, "" if nowhere.
func disagree(got, want Value, derived bool) string {
	tol := 1e-12
	if !want.IsAbsent() && want.DType() == trace.Float32 {
		tol = 1e-5
	}
	return disagreeBy(got, want, derived, tol)
}

// disagreeBy is disagree with a tolerance for floats, relative to the largest magnitude.
func disagreeBy(got, want Value, derived bool, tol float64) string {
	if got.IsAbsent() || want.IsAbsent() || !got.Type().Equal(want.Type()) {
		if f := apart(got, want, 0, 0); f != "" {
			return "type: " + f
		}
		return ""
	}
	g, w := got.Float64s(), want.Float64s()
	scale := largest(w)
	switch want.DType() {
	case trace.Float64:
		scale = max(scale, 1e-300)
	case trace.Float32:
		scale = max(scale, 1e-37)
	default:
		tol = 0
	}
	for i := range w {
		a, b := g[i], w[i]
		if a == b || a != a && b != b || derived && (b != b || math.IsInf(b, 0)) || math.Abs(a-b) <= tol*scale {
			continue
		}
		return fmt.Sprintf("%s: at %v got %v, want %v in %v", kindOf(a, b), coordinates(i, want.Shape()), a, b, want)
	}
	return ""
}

// kindOf names a difference.
func kindOf(got, want float64) string {
	word := func(x float64) string {
		switch {
		case x != x:
			return "NaN"
		case math.IsInf(x, 0):
			return "Inf"
		}
		return "number"
	}
	return word(got) + " for " + word(want)
}

// classOf is a fault without its details.
func classOf(fault string) string {
	_, rest, ok := strings.Cut(fault, ": ")
	switch {
	case fault == "":
		return ""
	case strings.HasPrefix(fault, "result") && ok:
		kind, _, _ := strings.Cut(rest, ":")
		return kind
	case strings.HasPrefix(fault, "error"):
		return "error"
	}
	return "panic"
}
