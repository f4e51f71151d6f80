package lawtest

import (
	"fmt"
	"go/parser"
	"go/token"
	"math"
	"strings"
	"testing"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/trace"
)

// chain is a program of steps, each a function of the results so far, on one argument.
func chain(x Value, steps ...func(g *drawer, at []variable) variable) *Program {
	g := newDrawer(Rand("chain").IntN)
	at := []variable{g.argumentOf(x)}
	for _, step := range steps {
		at = append(at, step(g, at))
	}
	g.block.out = at[len(at)-1:]
	g.p.tidy()
	return g.p
}

// unary is a step that applies f to result i.
func unary(name string, f func(Value) Value, i int) func(g *drawer, at []variable) variable {
	return func(g *drawer, at []variable) variable { return g.emit(callableOf(name, f), at[i]) }
}

// binary is a step that applies f to results i and j.
func binary(name string, f func(x, y Value) Value, i, j int) func(g *drawer, at []variable) variable {
	return func(g *drawer, at []variable) variable { return g.emit(callableOf(name, f), at[i], at[j]) }
}

// calls lists the names of the steps of a program.
func calls(p *Program) string {
	var out []string
	for _, s := range p.body.all() {
		out = append(out, s.fun.code)
	}
	return strings.Join(out, " ")
}

// A program is shrunk to what is to blame, whatever lies before, after and beside it.
func TestShrink(t *testing.T) {
	x := trace.New([]float64{0.3, -2, 5}, 3)
	exp, neg, sqrt := unary("Exp", fn.Exp, 0), unary("Neg", fn.Neg, 1), unary("Square", fn.Square, 2)
	calling := func(names ...string) func(*Program) bool {
		return func(p *Program) bool {
			for _, name := range names {
				if !strings.Contains(calls(p), name) {
					return false
				}
			}
			return true
		}
	}
	for _, tt := range []struct {
		name  string
		p     *Program
		fails func(*Program) bool
		want  string
	}{
		{"the first step", chain(x, exp, neg, sqrt), calling("Exp"), "Exp"},
		{"a step between", chain(x, exp, neg, sqrt), calling("Neg"), "Neg"},
		{"the last step", chain(x, exp, neg, sqrt), calling("Square"), "Square"},
		{"two steps", chain(x, exp, neg, sqrt), calling("Exp", "Square"), "Exp Square"},
		{"one of two operands", chain(x, exp, unary("Neg", fn.Neg, 0), binary("Add", fn.Add, 1, 2)), calling("Add"), "Add"},
		{"all of them", chain(x, exp, neg, sqrt), calling("Exp", "Neg", "Square"), "Exp Neg Square"},
		{"no step at all", chain(x, exp), func(*Program) bool { return true }, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			q := shrink(tt.p, tt.fails)
			if got := calls(q); got != tt.want {
				t.Errorf("got the steps %q, want %q", got, tt.want)
			}
			if !tt.fails(q) {
				t.Error("what is left does not fail")
			}
			if f := differs(q.Apply(q.Args()), q.Results()); f != "" {
				t.Errorf("its results are not those of its arguments: %s", f)
			}
		})
	}
}

// Elements of arguments that do not matter become 1.
func TestShrinkMakesArgumentsPlain(t *testing.T) {
	p := chain(trace.New([]float64{0.3, -2, 5, math.Inf(1)}, 4), unary("Exp", fn.Exp, 0))
	negative := func(p *Program) bool { return len(p.Args()) == 1 && p.Args()[0].Float64s()[1] < 0 }
	if got := shrink(p, negative).Args()[0].Float64s(); fmt.Sprint(got) != "[1 -2 1 1]" {
		t.Errorf("got %v", got)
	}
	if got := p.Args()[0].Float64s()[0]; got != 0.3 {
		t.Errorf("the program itself was changed: %v", got)
	}
}

// A shrinker that is asked too often stops at what it has.
func TestShrinkGivesUp(t *testing.T) {
	p, asked := Seeded(1, 1), 0
	shrink(p, func(q *Program) bool { asked++; return true })
	if asked > 2000 {
		t.Errorf("asked %d times", asked)
	}
}

// Differences are sorted by what is there and what should be, and numbers differ only
// beyond rounding.
func TestDisagree(t *testing.T) {
	nan, inf := math.NaN(), math.Inf(1)
	vec := func(xs ...float64) Value { return trace.New(xs) }
	single := func(xs ...float32) Value { return trace.New(xs) }
	for _, tt := range []struct {
		name      string
		got, want Value
		derived   bool
		class     string
	}{
		{"equal", vec(1, nan, inf), vec(1, nan, inf), false, ""},
		{"rounding", vec(1+1e-14, 100), vec(1, 100), false, ""},
		{"beyond rounding", vec(1 + 1e-8), vec(1), false, "number for number"},
		{"relative to the largest", vec(1+1e-11, 1e4), vec(1, 1e4), false, ""},
		{"rounding of float32", single(1 + 1e-6), single(1), false, ""},
		{"beyond that of float32", single(1.001), single(1), false, "number for number"},
		{"NaN got", vec(nan), vec(1), false, "NaN for number"},
		{"NaN wanted", vec(1), vec(nan), false, "number for NaN"},
		{"infinity got", vec(inf), vec(1), false, "Inf for number"},
		{"other infinity", vec(-inf), vec(inf), false, "Inf for Inf"},
		{"a derivative where that is NaN", vec(1), vec(nan), true, ""},
		{"a derivative where that is infinite", vec(nan), vec(inf), true, ""},
		{"a derivative that is NaN", vec(nan), vec(1), true, "NaN for number"},
		{"integers are exact", trace.New([]int64{1000001}), trace.New([]int64{1000000}), false, "number for number"},
		{"bools", trace.New([]bool{true}), trace.New([]bool{false}), false, "number for number"},
		{"shapes", vec(1, 1), vec(1), false, "type"},
		{"dtypes", single(1), vec(1), false, "type"},
		{"absent", Value{}, vec(1), false, "type"},
		{"both absent", Value{}, Value{}, false, ""},
		{"zeros of both signs", vec(math.Copysign(0, -1)), vec(0), false, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			fault := disagree(tt.got, tt.want, tt.derived)
			class := fault
			if fault != "" {
				class = classOf("result 0: " + fault)
			}
			if class != tt.class {
				t.Errorf("got %q, of class %q, want class %q", fault, class, tt.class)
			}
		})
	}
}

func TestClassesOfFaults(t *testing.T) {
	for fault, want := range map[string]string{
		"": "", "error: model.go:7: dot: no": "error", "panic: index out of range": "panic",
		"result 3: NaN for number: at [0] got NaN, want 1": "NaN for number",
	} {
		if got := classOf(fault); got != want {
			t.Errorf("%q: got %q, want %q", fault, got, want)
		}
	}
}

// What Go panics with and what the module refuses are told apart.
func TestGuarded(t *testing.T) {
	for _, tt := range []struct {
		f    func() []Value
		want string
	}{
		{func() []Value { return []Value{fn.Scalar(1)} }, ""},
		{func() []Value { var none []Value; return none[1:] }, "panic: "},
		{func() []Value { return []Value{fn.Add(trace.New([]float64{1, 2}), trace.New([]float64{1, 2, 3}))} }, "error: "},
	} {
		out, failed := guarded(tt.f)
		if !strings.HasPrefix(failed, tt.want) || (failed == "") != (len(out) == 1) || (tt.want == "") != (failed == "") {
			t.Errorf("got %v and %q, want %q", out, failed, tt.want)
		}
	}
}

// Whatever law is broken, what is reported is Go: a function, arguments and both ways.
func TestReportsAreGo(t *testing.T) {
	composite := &counting{}
	for i := range pairings {
		law := &pairings[i]
		t.Run(law.name, func(t *testing.T) {
			reported := 0
			for number := range uint64(30) {
				p := Seeded(13, number)
				if !law.fits(p) {
					continue
				}
				d := &disagreement{law: law.name, fault: "result 0: one line\nand another", program: p, code: law.code(p, newDraft(1, number, composite))}
				text := d.String()
				source := "package p\nfunc main() {\n" + strings.ReplaceAll(text, "// with\n"+callHelpers, "") + "}\n"
				if _, err := parser.ParseFile(token.NewFileSet(), "", source, 0); err != nil {
					t.Fatalf("number %d: %v\n%s", number, err, text)
				}
				for _, part := range []string{"// " + law.name + "\n", "// result 0: one line\n// and another\n", "f := func(in []trace.Value)", "in := []trace.Value{", "fmt.Println("} {
					if !strings.Contains(text, part) {
						t.Fatalf("number %d: %q is not in\n%s", number, part, text)
					}
				}
				reported++
			}
			if reported < 3 {
				t.Errorf("the law fits %d of 30 programs", reported)
			}
		})
	}
}

// A report brings the functions that its program calls and no package has.
func TestReportsBringHelpers(t *testing.T) {
	with, without := 0, 0
	for number := range uint64(400) {
		d := &disagreement{program: Seeded(17, number)}
		text := d.program.String()
		needs := strings.Contains(text, "slope(") || strings.Contains(text, "rows(") || strings.Contains(text, "custom(") || strings.Contains(text, "seen(")
		if has := strings.Contains(d.String(), callHelpers); has != needs {
			t.Fatalf("number %d: helpers %v, want %v\n%s", number, has, needs, text)
		}
		if needs {
			with++
		} else {
			without++
		}
	}
	if with == 0 || without == 0 {
		t.Errorf("%d programs need helpers and %d do not", with, without)
	}
}

// rapid prints what it draws by %#v.
func TestProgramsPrintAsGoSyntax(t *testing.T) {
	p := Seeded(1, 2)
	if got := fmt.Sprintf("%#v", p); got != p.String() {
		t.Errorf("got %s\nwant %s", got, p)
	}
}

// The rows of a batch are the program's own arguments and others of their types, with the
// same integers.
func TestRowsOfAProgram(t *testing.T) {
	for number := range uint64(50) {
		p := Seeded(19, number)
		rows := p.rows(Rand("rows"))
		if len(rows) != 3 || differs(rows[0], p.Args()) != "" {
			t.Fatalf("number %d: the first of %d rows is %v, want %v", number, len(rows), rows[0], p.Args())
		}
		for _, row := range rows[1:] {
			for i, v := range p.Args() {
				if !row[i].Type().Equal(v.Type()) {
					t.Errorf("number %d: a row has %v for %v", number, row[i].Type(), v.Type())
				}
			}
		}
	}
}

// byRow is f of each row, whatever f makes of them.
func TestByRow(t *testing.T) {
	x, n := trace.New([]float64{1, 2, 3, 4, 5, 6}, 3, 2), trace.New([]int64{7, 8, 9}, 3)
	f := func(in []Value) []Value { return []Value{fn.Sum(in[0], 0), fn.Greater(in[0], fn.Scalar(2)), in[1]} }
	got := byRow(f, 3)([]Value{x, n})
	want := []Value{trace.New([]float64{3, 7, 11}), trace.New([]bool{false, false, true, true, true, true}, 3, 2), n}
	if fault := differs(got, want); fault != "" {
		t.Error(fault)
	}
	p := trace.Record(byRow(f, 3), []trace.Type{x.Type(), n.Type()})
	if fault := differs(p.Apply(x, n), want); fault != "" {
		t.Errorf("traced: %s", fault)
	}
}

func TestSamplersThatFindNothing(t *testing.T) {
	defer func() {
		if got := fmt.Sprint(recover()); got != "lawtest: a sampler draws nothing but points to keep away from" {
			t.Errorf("got %q", got)
		}
	}()
	Between(0, 0.01).AwayFrom(0)(Rand("none"), 1)
}
