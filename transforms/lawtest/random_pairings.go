package lawtest

import (
	"fmt"
	"math/rand/v2"
	"strings"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/trace"
	"github.com/pullback-go/pullback/transforms"
)

// pairing is two ways to compute one thing of a random program, which have to agree.
type pairing struct {
	name string
	// derived results are compared only where the first way gives finite numbers: 0·y is
	// 0 in a compiled derivative.
	derived bool
	// ruled ones are about a composite.
	ruled  bool
	weight int
	// code writes as Go what is made of f, and prints both ways.
	code func(p *Program, d *draft) string
	ways func(p *Program, d *draft) ways
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
	of   func(p *Program, d *draft) func([]Value) []Value
	code func(p *Program, d *draft) string
}

var (
	plain = made{func(p *Program, _ *draft) func([]Value) []Value { return p.Apply }, func(*Program, *draft) string { return "g := f\n" }}
	pull  = made{
		func(p *Program, d *draft) func([]Value) []Value { return pulled(p.Apply, d.seeds(p.outTypes())) },
		func(p *Program, d *draft) string { return "g := " + pullCode("f", d.seeds(p.outTypes())) },
	}
	push = made{
		func(p *Program, d *draft) func([]Value) []Value { return pushed(p.Apply, d.seeds(p.inTypes())) },
		func(p *Program, d *draft) string {
			return "g := func(in []trace.Value) []trace.Value {\n\t_, t := transforms.JVP(f)(in, " + list(d.seeds(p.inTypes())) + ")\n\treturn t\n}\n"
		},
	}
	pullTwice = made{
		func(p *Program, d *draft) func([]Value) []Value {
			first := pulled(p.Apply, d.seeds(p.outTypes()))
			return pulled(first, d.seeds(p.inTypes()))
		},
		func(p *Program, d *draft) string {
			first := "h := " + pullCode("f", d.seeds(p.outTypes()))
			return first + "g := " + pullCode("h", d.seeds(p.inTypes()))
		},
	}
	pullRules = made{
		func(p *Program, d *draft) func([]Value) []Value {
			return pulled(transforms.WithRules(d.composite, p.Apply), d.seeds(p.outTypes()))
		},
		func(p *Program, d *draft) string {
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
		name: name, weight: weight, derived: name != "Jit(f) = f", ruled: strings.Contains(name, "WithRules"),
		code: func(p *Program, d *draft) string { return m.code(p, d) + "fmt.Println(g(in), transforms.Jit(g)(in))\n" },
		ways: func(p *Program, d *draft) ways {
			g := m.of(p, d)
			return ways{func() []Value { return g(p.Args()) }, func() []Value { return transforms.Jit(g)(p.Args()) }, g, p.Args()}
		},
	}
}

// checkpointed pairs a function of f with the same of its Checkpoint.
func checkpointed(name string, weight int, m made, jit bool) pairing {
	return pairing{
		name: name, weight: weight, derived: jit,
		code: func(p *Program, d *draft) string {
			return m.code(p, d) + "// and the same of transforms.Checkpoint(f)\nfmt.Println(g(in))\n"
		},
		ways: func(p *Program, d *draft) ways {
			g := m.of(p, d)
			kept := &Program{body: &block{in: p.body.in, out: p.body.out}, samples: p.samples, apply: transforms.Checkpoint(p.Apply)}
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
		code: func(p *Program, d *draft) string {
			code, rows := m.code(p, d), p.rows(d.r)
			return code + "batch := " + list(transposed(rows)) + "\nfmt.Println(transforms.Vmap(g)(batch), transforms.Jit(transforms.Vmap(g))(batch))\n"
		},
		ways: func(p *Program, d *draft) ways {
			f := m.of(p, d)
			rows := p.rows(d.r)
			batch, g := transposed(rows), transforms.Vmap(f)
			if jit {
				g = transforms.Jit(g)
			}
			return ways{func() []Value { return eachRow(f, rows) }, func() []Value { return g(batch) }, byRow(f, len(rows)), batch}
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

// byRow is f of each row of a batch, as a function that can be traced. It is not Vmap(f):
// where that is wrong, it is no measure of rounding.
func byRow(f func([]Value) []Value, n int) func(batch []Value) []Value {
	return func(batch []Value) []Value {
		var out []Value
		columns := map[int][]Value{}
		for k := range n {
			row := make([]Value, len(batch))
			for i, v := range batch {
				row[i] = fn.Index(v, k)
			}
			out = f(row)
			for i, y := range out {
				columns[i] = append(columns[i], y)
			}
		}
		for i := range out {
			out[i] = fn.Stack(0, columns[i]...)
		}
		return out
	}
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
