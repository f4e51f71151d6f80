package lawtest

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strings"

	"github.com/pullback-go/pullback/trace"
	"github.com/pullback-go/pullback/transforms"
	"pgregory.net/rapid"
)

// rows are three lists of arguments: those of the program, and two with some elements
// replaced; or with integers, which may be indices, in another order.
func (p *Program) rows(r *rand.Rand) [][]Value {
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

func (p *Program) inTypes() []trace.Type  { return trace.TypesOfValues(p.Args()) }
func (p *Program) outTypes() []trace.Type { return trace.TypesOfValues(p.Results()) }

// disagreement is a law that a random program breaks.
type disagreement struct {
	law string
	// fault is what differs; class sorts such faults roughly.
	fault, class string
	program      *Program
	// name says which program it was, code what the law makes of it.
	name, code string
}

// String prints the fault and the program as Go.
func (d *disagreement) String() string {
	helpers := ""
	if text := d.program.String(); strings.Contains(text, "slope(") || strings.Contains(text, "rows(") || strings.Contains(text, "custom(") || strings.Contains(text, "seen(") {
		helpers = "// with\n" + callHelpers
	}
	return fmt.Sprintf("// %s%s\n// %s\n%s%s%s", d.name, d.law, strings.ReplaceAll(d.fault, "\n", "\n// "), d.program, d.code, helpers)
}

// Agree holds a program to these laws: what is compiled, batched or checkpointed computes
// what the program does, NaN where that is NaN, infinite where that is infinite, and else
// equal within rounding, relative to the largest magnitude; compiled derivatives, also
// those with each composite's rules, are finite and equal where they are finite when they
// are not compiled. A law that does not hold is reported together with a program, printed
// as Go, that is shrunk as far as it still breaks the law in the same way. Rapid then goes
// on to shrink by itself, as long as -rapid.shrinktime says.
func Agree(t rapid.TB, p *Program, composites ...transforms.Composite) {
	t.Helper()
	for i := range pairings {
		law, with := &pairings[i], composites
		if !law.ruled {
			with = []transforms.Composite{nil}
		}
		for _, c := range with {
			if d := law.breach(p.clone(), func() *draft { return newDraft(1, 1, c) }); d != nil {
				t.Fatalf("%s", d)
			}
		}
	}
}

// breach holds a law to a program if it fits the program, and returns nil if it holds.
func (l *pairing) breach(p *Program, draw func() *draft) *disagreement {
	if len(p.faults) > 0 {
		return &disagreement{law: "no panic", fault: p.faults[0], class: "panic", program: p}
	}
	if !l.fits(p) {
		return nil
	}
	fault := l.fault(p, draw())
	if fault == "" {
		return nil
	}
	class := classOf(fault)
	q := shrink(p, func(q *Program) bool { return classOf(l.fault(q, draw())) == class })
	return &disagreement{law: l.name, fault: l.fault(q, draw()), class: class, program: q, code: l.code(q, draw())}
}

// fits reports whether a law may be asked of a program, which it leaves the results that
// the law is about.
func (l *pairing) fits(p *Program) bool {
	finite, derives := p.slopes()
	switch {
	case !finite:
		return false // a compiled derivative may be finite there, and what is made of it something else
	case l == &pairings[0]:
		return true
	}
	return !derives && len(p.body.in) > 0 && (!l.derived || p.keepFloats())
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
func (p *Program) slopes() (finite, any bool) {
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
func (p *Program) keepFloats() bool {
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
func (l *pairing) fault(p *Program, d *draft) string {
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
	tol := 0.0
	if !want.IsAbsent() {
		tol = tolerances[want.DType()]
	}
	return disagreeBy(got, want, derived, tol)
}

// tolerances are what rounding in another order may make of floats, relative to the largest
// magnitude. Of a dtype of storage that is two units in the last place: it was computed
// with more, and may be rounded to either side.
var tolerances = map[trace.DType]float64{trace.Float64: 1e-12, trace.Float32: 1e-5, trace.Float16: 0x1p-9, trace.BFloat16: 0x1p-6}

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
	case trace.Float32, trace.BFloat16:
		scale = max(scale, 1e-37)
	case trace.Float16:
		scale = max(scale, 0x1p-14)
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
