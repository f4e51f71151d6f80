package lawtest

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"github.com/pullback-go/pullback/trace"
	"pgregory.net/rapid"
)

// Programs draws random programs of 2 to 12 forms over all operations of package fn and
// the caller's own, with guards and calls: small arrays of all dtypes, with NaN,
// infinities, zeros of both signs, subnormal and huge numbers among them.
func Programs(ops ...Op) *rapid.Generator[*Program] {
	return rapid.Custom(func(t *rapid.T) *Program { return draw(choices(t), ops) })
}

// Seeded draws such programs as [Programs] does, but without rapid: one seed and number
// give one program. [Search] looks through many of them.
func Seeded(seed, number uint64, ops ...Op) *Program {
	return draw(rand.New(rand.NewPCG(seed, number)).IntN, ops)
}

// choices draws whole numbers from 0 to n-1 by rapid, which shrinks them to 0.
func choices(t *rapid.T) func(n int) int {
	return func(n int) int { return int(spreadOut(rapid.Uint32().Draw(t, "choice")) % uint32(n)) }
}

// spreadOut is a number for each number, and 0 for 0: rapid draws small ones more often,
// and no form is to be drawn more often for that.
func spreadOut(x uint32) uint32 {
	x = (x ^ x>>16) * 0x85ebca6b
	x = (x ^ x>>13) * 0xc2b2ae35
	return x ^ x>>16
}

func draw(intn func(n int) int, ops []Op) *Program {
	g := newDrawer(intn)
	g.float = []trace.DType{
		trace.Float64, trace.Float32, trace.Float64, trace.Float32, trace.Float64, trace.Float32, trace.Float16, trace.BFloat16,
	}[g.intn(8)]
	for range 1 + g.intn(2) {
		g.argument(trace.TypeOf(g.float, g.shape()...))
	}
	g.forms = everyForm
	if len(ops) > 0 {
		g.forms = slices.Concat(everyForm, forms(ops))
	}
	for range 2 + g.intn(11) {
		g.form(g.forms)
	}
	g.block.out = g.unused()
	g.p.tidy()
	return g.p
}

// drawer draws a program step by step, computing each as it goes, so that types and sizes
// of what follows are known.
type drawer struct {
	// intn draws from 0 to n-1.
	intn func(n int) int
	p    *Program
	// block is the function that steps are added to, root the outermost.
	block, root *block
	scope       []variable
	depth       int // of functions in functions that may still be begun
	// forms are what functions are drawn from, calls those of them that have functions in
	// turn.
	forms, calls []form
	float        trace.DType
	// smooth is the shape of a smooth program, which is made of one shape and functions
	// with small derivatives alone.
	smooth []int
	own    []form // of a smooth program
	values Sampler
}

func newDrawer(intn func(n int) int) *drawer {
	b := &block{}
	return &drawer{intn: intn, p: &Program{body: b}, block: b, root: b, depth: 2}
}

// chance is true once in n times.
func (g *drawer) chance(n int) bool { return g.intn(n) == 0 }

func (g *drawer) pick(words ...int) int { return words[g.intn(len(words))] }

// form adds a form from a table, drawn by weight. One that does not fit leaves nothing
// behind, and another is drawn.
func (g *drawer) form(forms []form) {
	total := weightOf(forms)
	for try := 0; try < 4; try++ {
		at, i := g.intn(total), -1
		for at >= 0 {
			i++
			at -= forms[i].weight
		}
		if g.attempt(func() bool { forms[i].draw(g); return true }) {
			return
		}
	}
}

func weightOf(forms []form) (total int) {
	for _, f := range forms {
		total += f.weight
	}
	return total
}

// form is one thing that a program may do: some steps.
type form struct {
	weight int
	draw   func(g *drawer)
}

// misfit is the panic that ends an attempt.
type misfit struct{}

// attempt runs f; if that fails, or panics because something did not fit, what it added
// is taken back.
func (g *drawer) attempt(f func() bool) (ok bool) {
	steps, scope, args, b, depth := len(g.block.steps), len(g.scope), len(g.root.in), g.block, g.depth
	defer func() {
		if r := recover(); r != nil {
			if _, fits := r.(misfit); !fits {
				panic(r)
			}
			ok = false
		}
		if !ok {
			g.block, b.steps, g.scope, g.root.in, g.depth = b, b.steps[:steps], g.scope[:scope], g.root.in[:args], depth
		}
	}()
	return f()
}

// largestArray is how many elements an array of a program may have that is not smooth.
const largestArray = 64

// emit adds a step; what does not fit its operation ends the attempt.
func (g *drawer) emit(f *callable, args ...any) variable {
	s := &stmt{fun: f, args: args}
	var y Value
	if err := g.try(func() { y = s.value(g.p.samples) }); err != nil || y.Size() > largestArray && g.values == nil {
		panic(misfit{})
	}
	s.out = g.variable(y)
	g.block.steps = append(g.block.steps, s)
	g.scope = append(g.scope, s.out)
	return s.out
}

// try notes panics of Go's own as faults.
func (g *drawer) try(f func()) (err error) {
	defer func() {
		if r := recover(); r != nil {
			if _, ok := r.(misfit); ok {
				panic(r)
			}
			err = fmt.Errorf("panic: %v", r)
			g.p.faults = append(g.p.faults, err.Error())
		}
	}()
	return trace.Try(f)
}

func (g *drawer) variable(sample Value) variable {
	g.p.samples = append(g.p.samples, sample)
	return variable(len(g.p.samples) - 1)
}

func (g *drawer) typeOf(v variable) trace.Type { return g.p.samples[v].Type() }

// argument adds an argument to the program.
func (g *drawer) argument(t trace.Type) variable { return g.argumentOf(g.sample(t)) }

func (g *drawer) argumentOf(sample Value) variable {
	v := g.variable(sample)
	g.root.in, g.scope = append(g.root.in, v), append(g.scope, v)
	return v
}

var arrayConstant = callableOf("%s", func(v Value) Value { return v })

// fresh is a new array of a type: an argument or a constant; in a smooth program, which
// has one argument, a constant.
func (g *drawer) fresh(t trace.Type) variable {
	if g.block == g.root && g.values == nil && g.chance(2) {
		return g.argument(t)
	}
	return g.emit(arrayConstant, g.sample(t))
}

// find draws a visible variable whose type is as wanted, most often a late one; ok is
// false if there is none.
func (g *drawer) find(fits func(t trace.Type) bool) (v variable, ok bool) {
	last := variable(-1)
	for i := len(g.scope) - 1; i >= 0; i-- {
		if v := g.scope[i]; fits(g.typeOf(v)) {
			if last = v; !g.chance(3) {
				break
			}
		}
	}
	return last, last >= 0
}

// want is find, or else the attempt ends.
func (g *drawer) want(fits func(t trace.Type) bool) variable {
	v, ok := g.find(fits)
	if !ok {
		panic(misfit{})
	}
	return v
}

// like is a variable of exactly the type, or a fresh one.
func (g *drawer) like(t trace.Type) variable {
	if v, ok := g.find(t.Equal); ok && !g.chance(6) {
		return v
	}
	return g.fresh(t)
}

func floats(t trace.Type) bool  { return t.DType.IsFloat() }
func numbers(t trace.Type) bool { return t.DType != trace.Bool }
func bools(t trace.Type) bool   { return t.DType == trace.Bool }
func whole(t trace.Type) bool   { return t.DType.IsInt() }
func anyType(trace.Type) bool   { return true }

// ranked is for types of at least n axes.
func ranked(n int, also func(trace.Type) bool) func(trace.Type) bool {
	return func(t trace.Type) bool { return t.Rank() >= n && also(t) }
}

// shape draws a small shape.
func (g *drawer) shape() []int {
	shapes := [][]int{{}, {1}, {2}, {3}, {5}, {9}, {2, 3}, {3, 2}, {1, 3}, {2, 1}, {2, 2, 3}, {1, 2, 5}, {2, 2, 4}, {1, 1, 3, 3}, {1, 2, 4, 4}, {0}, {0, 2}, {2, 0}}
	return shapes[g.intn(len(shapes))]
}

// unused lists the results that nothing uses, at least the last: what the program
// returns.
func (g *drawer) unused() []variable {
	used := map[variable]bool{}
	g.root.uses(func(v variable) { used[v] = true })
	var out []variable
	for _, s := range g.root.steps {
		if !used[s.out] {
			out = append(out, s.out)
		}
	}
	if len(out) == 0 {
		out = g.root.in[:1]
	}
	return out
}

// uses calls f for each use of a variable in b.
func (b *block) uses(f func(variable)) {
	for _, s := range b.steps {
		for _, a := range s.args {
			switch a := a.(type) {
			case variable:
				f(a)
			case *block:
				a.uses(f)
			}
		}
	}
	for _, v := range b.out {
		f(v)
	}
}

// sample draws an array: of special values, small whole numbers, numbers of one sign, all
// equal, or ordinary ones.
func (g *drawer) sample(t trace.Type) Value {
	if g.values != nil {
		return fromFloats(g.values(rand.New(rand.NewPCG(uint64(g.intn(1<<20)), 2)), t.Size()), t)
	}
	data := make([]float64, t.Size())
	style, first := g.intn(8), g.element(t.DType, g.intn(3))
	for i := range data {
		switch style {
		case 0:
			data[i] = first
		case 1:
			data[i] = math.Abs(g.element(t.DType, 1))
		case 2:
			data[i] = -math.Abs(g.element(t.DType, 1))
		case 3:
			data[i] = g.element(t.DType, g.intn(2))
		case 4, 5:
			data[i] = g.element(t.DType, 2)
		default:
			data[i] = g.element(t.DType, 1)
		}
	}
	return fromFloats(data, t)
}

// element draws a special number, a whole one or an ordinary one.
func (g *drawer) element(d trace.DType, kind int) float64 {
	switch {
	case !d.IsFloat():
		return float64(g.intn(6) - 2)
	case kind == 1 || g.chance(3):
		return float64(g.intn(7)-3) / float64(1+g.intn(2))
	case kind == 0:
		return specials[d][g.intn(len(specials[d]))]
	}
	return float64(g.intn(4001)-2000) / 1000
}

// specials are the numbers that arithmetic is odd about, for each dtype of floats.
var specials = map[trace.DType][]float64{
	trace.Float16:  {math.NaN(), math.Inf(1), math.Inf(-1), 0, math.Copysign(0, -1), 6e-8, -1e-5, 65504, -60000, 256, 1e-4, 1, -1, 0, 2},
	trace.BFloat16: {math.NaN(), math.Inf(1), math.Inf(-1), 0, math.Copysign(0, -1), 1e-40, -1e-39, 3e38, -1e38, 1e19, 1e-20, 1, -1, 0, 2},
	trace.Float32:  {math.NaN(), math.Inf(1), math.Inf(-1), 0, math.Copysign(0, -1), 1e-45, -1e-40, 3e38, -1e38, 1e19, 1e-20, 1, -1, 0, 2},
	trace.Float64:  {math.NaN(), math.Inf(1), math.Inf(-1), 0, math.Copysign(0, -1), 5e-324, -1e-310, 1e308, -1e308, 1e154, 1e-160, 1, -1, 0, 2},
}
