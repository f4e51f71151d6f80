package testutil

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strings"

	"github.com/pullback-go/pullback/trace"
	"github.com/pullback-go/pullback/transforms"
)

// pairing is two ways to compute one thing of a random program, which have to agree.
type pairing struct {
	name string
	// derived results are compared only where the first way gives finite numbers: 0·y is
	// 0 in a compiled derivative.
	derived bool
	weight  int
	// code writes as Go what is made of f, and prints both ways.
	code func(p *Random, d *draft) string
	ways func(p *Random, d *draft) ways
}

// ways are two functions that have to agree.
type ways struct {
	// want is the first way, the reference.
	want, got func() []Value
	// f of in is the reference once more, as a function that can be traced.
	f  func([]Value) []Value
	in []Value
}

// draft is what a pairing draws beside the program.
type draft struct {
	r            *rand.Rand
	seed, number uint64
	composite    transforms.Composite
}

func newDraft(seed, number uint64, c transforms.Composite) *draft {
	return &draft{rand.New(rand.NewPCG(seed, number)), seed, number, c}
}

// seeds are cotangents for the results, or tangents for the arguments: small numbers, of
// which some are 0.
func (d *draft) seeds(types []trace.Type) []Value {
	out := make([]Value, len(types))
	for i, t := range types {
		data := make([]float64, t.Size())
		for j := range data {
			if t.DType.IsFloat() {
				data[j] = float64(d.r.IntN(5)-1) / 2
			}
		}
		out[i] = fromFloats(data, t)
	}
	return out
}

// made is a function that is made of a program, and how to write it given f.
type made struct {
	of   func(p *Random, d *draft) func([]Value) []Value
	code func(p *Random, d *draft) string
}

var (
	plain = made{func(p *Random, _ *draft) func([]Value) []Value { return p.Apply }, func(*Random, *draft) string { return "g := f\n" }}
	pull  = made{
		func(p *Random, d *draft) func([]Value) []Value { return pulled(p.Apply, d.seeds(p.outTypes())) },
		func(p *Random, d *draft) string { return "g := " + pullCode("f", d.seeds(p.outTypes())) },
	}
	push = made{
		func(p *Random, d *draft) func([]Value) []Value { return pushed(p.Apply, d.seeds(p.inTypes())) },
		func(p *Random, d *draft) string {
			return "g := func(in []trace.Value) []trace.Value {\n\t_, t := transforms.JVP(f)(in, " + list(d.seeds(p.inTypes())) + ")\n\treturn t\n}\n"
		},
	}
	pullTwice = made{
		func(p *Random, d *draft) func([]Value) []Value {
			first := pulled(p.Apply, d.seeds(p.outTypes()))
			return pulled(first, d.seeds(p.inTypes()))
		},
		func(p *Random, d *draft) string {
			first := "h := " + pullCode("f", d.seeds(p.outTypes()))
			return first + "g := " + pullCode("h", d.seeds(p.inTypes()))
		},
	}
	pullRules = made{
		func(p *Random, d *draft) func([]Value) []Value {
			return pulled(transforms.WithRules(d.composite, p.Apply), d.seeds(p.outTypes()))
		},
		func(p *Random, d *draft) string {
			return fmt.Sprintf("// c is %v\ng := ", d.composite) + pullCode("transforms.WithRules(c, f)", d.seeds(p.outTypes()))
		},
	}
)

// pulled is the pullback of f for fixed cotangents.
func pulled(f func([]Value) []Value, ct []Value) func([]Value) []Value {
	return transforms.Pull(f, func([]Value) []Value { return ct })
}

func pullCode(f string, ct []Value) string {
	return "transforms.Pull(" + f + ", func([]trace.Value) []trace.Value { return " + list(ct) + " })\n"
}

// pushed is the tangents of f along u.
func pushed(f func([]Value) []Value, u []Value) func([]Value) []Value {
	return func(in []Value) []Value {
		_, t := transforms.JVP(f)(in, u)
		return t
	}
}

// compiled pairs a function with itself under Jit.
func compiled(name string, weight int, m made) pairing {
	return pairing{
		name: name, weight: weight, derived: name != "Jit(f) = f",
		code: func(p *Random, d *draft) string { return m.code(p, d) + "fmt.Println(g(in), transforms.Jit(g)(in))\n" },
		ways: func(p *Random, d *draft) ways {
			g := m.of(p, d)
			return ways{func() []Value { return g(p.Args()) }, func() []Value { return transforms.Jit(g)(p.Args()) }, g, p.Args()}
		},
	}
}

// checkpointed pairs a function of f with the same of its Checkpoint.
func checkpointed(name string, weight int, m made, jit bool) pairing {
	return pairing{
		name: name, weight: weight, derived: jit,
		code: func(p *Random, d *draft) string {
			return m.code(p, d) + "// and the same of transforms.Checkpoint(f)\nfmt.Println(g(in))\n"
		},
		ways: func(p *Random, d *draft) ways {
			g := m.of(p, d)
			kept := &Random{body: &block{in: p.body.in, out: p.body.out}, samples: p.samples, apply: transforms.Checkpoint(p.Apply)}
			h := m.of(kept, newDraft(d.seed, d.number, d.composite))
			if jit {
				h = transforms.Jit(h)
			}
			return ways{func() []Value { return g(p.Args()) }, func() []Value { return h(p.Args()) }, g, p.Args()}
		},
	}
}

// batched pairs a function of three rows, one by one, with its Vmap.
func batched(name string, weight int, m made, derived, jit bool) pairing {
	return pairing{
		name: name, weight: weight, derived: derived,
		code: func(p *Random, d *draft) string {
			code, rows := m.code(p, d), p.rows(d.r)
			return code + "batch := " + list(transposed(rows)) + "\nfmt.Println(transforms.Vmap(g)(batch), transforms.Jit(transforms.Vmap(g))(batch))\n"
		},
		ways: func(p *Random, d *draft) ways {
			f := m.of(p, d)
			rows := p.rows(d.r)
			batch, g := transposed(rows), transforms.Vmap(f)
			if jit {
				g = transforms.Jit(g)
			}
			return ways{func() []Value { return eachRow(f, rows) }, func() []Value { return g(batch) }, transforms.Vmap(f), batch}
		},
	}
}

func eachRow(f func([]Value) []Value, rows [][]Value) []Value {
	var results [][]Value
	for _, in := range rows {
		results = append(results, f(in))
	}
	return transposed(results)
}

var pairings = []pairing{
	compiled("Jit(f) = f", 48, plain),
	compiled("Jit(Pull(f)) = Pull(f)", 20, pull),
	compiled("Jit(JVP(f)) = JVP(f)", 5, push),
	compiled("Jit(Pull(Pull(f))) = Pull(Pull(f))", 5, pullTwice),
	compiled("Jit(Pull(WithRules(c, f))) = Pull(WithRules(c, f))", 7, pullRules),
	checkpointed("Checkpoint(f) = f", 2, plain, false),
	checkpointed("Jit(Pull(Checkpoint(f))) = Pull(f)", 3, pull, true),
	batched("Vmap(f) = f row by row", 4, plain, false, false),
	batched("Jit(Vmap(f)) = f row by row", 3, plain, false, true),
	batched("Vmap(Pull(f)) = Pull(f) row by row", 2, pull, true, false),
	batched("Jit(Vmap(Pull(f))) = Pull(f) row by row", 1, pull, true, true),
}

// rows are three lists of arguments: those of the program, and two with the elements in
// another order.
func (p *Random) rows(r *rand.Rand) [][]Value {
	out := [][]Value{p.Args()}
	for range 2 {
		row := make([]Value, len(p.body.in))
		for i, v := range p.Args() {
			data, g := v.Float64s(), newDrawer(r.IntN)
			other := g.sample(v.Type()).Float64s()
			for j := range data {
				if r.IntN(2) == 0 {
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
