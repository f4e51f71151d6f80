package transforms_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/trace"
	"github.com/pullback-go/pullback/transforms"
)

func ExampleParseProgram() {
	p, err := transforms.ParseProgram([]byte(`program(a f64[3])
  const b f64[] = [0.5]
  c f64[3] = fn.unary[fn.sin](a)
  d f64[3] = fn.expand{Shape:[3] Axes:[]}(b)
  e f64[3] = fn.mul(c, d)
  f f64[] = fn.sum{Axes:[0]}(e)
  return f
`))
	fmt.Println(err, p.Apply(trace.New([]float64{0, 1, 2})))
	// Output: <nil> [f64[] 0.8753842058167891]
}

// readBack writes a program, reads it, and writes it again.
func readBack(t *testing.T, p *trace.Program) *trace.Program {
	t.Helper()
	text, err := p.MarshalText()
	if err != nil {
		t.Fatal(err)
	}
	q, err := transforms.ParseProgram(text)
	if err != nil {
		t.Fatalf("%v in\n%s", err, text)
	}
	if second, err := q.MarshalText(); err != nil || string(second) != string(text) {
		t.Fatalf("written again: %v\n%s\nwant\n%s", err, second, text)
	}
	if q.Listing() != p.Listing() {
		t.Fatalf("read:\n%s\nwant\n%s", q.Listing(), p.Listing())
	}
	for i, e := range p.Eqns {
		if _, calls := e.Op.(trace.Caller); !calls && !trace.SameOp(e.Op, q.Eqns[i].Op) {
			t.Errorf("%s is not the same op", trace.Describe(e.Op))
		}
	}
	return q
}

// Layers, loops, choices and derivatives of them are read as they were written, and compute
// the same.
func TestParseCompositions(t *testing.T) {
	w := trace.New([]float64{1, -2, 3, 0.1, 5e-324, 1e300}, 3, 2)
	layer := func(x Value) Value {
		return transforms.Named(transforms.Layer{Kind: "block", Path: "a \"b\"\n)"}, func(x, w Value) Value { return fn.Tanh(fn.MatMul(x, w)) })(x, w)
	}
	f := func(x Value) Value {
		x = transforms.Checkpoint(layer, transforms.CheckpointConfig{Names: []string{"x = 1"}})(x)
		x = transforms.CheckpointName(x, "n = {1}")
		x, _ = transforms.Scan(func(c, i Value) (Value, Value) { return fn.Mul(c, fn.Add(c, i)), i }, transforms.ScanConfig{Reverse: true})(x, vector(1, 2))
		x = transforms.Cond(fn.Greater(fn.Sum(x, 0), num(0)), fn.Neg, fn.Exp)(x)
		x = transforms.Switch(fn.ArgMax(x, 0), fn.Square, fn.Sin, fn.Cos)(x)
		return fn.Add(transforms.StopGradient(x), x)
	}
	while := func(x Value) Value {
		return transforms.While(func(x Value) Value { return fn.Less(fn.SumAll(x), num(100)) }, func(x Value) Value { return fn.Add(x, num(1)) })(x)
	}
	x := vector(0.5, -1, 2)
	for name, g := range map[string]Func{
		"f": f, "while": while, "Grad": transforms.Grad(sumOf(f)), "Grad of Grad": transforms.Grad(sumOf(transforms.Grad(sumOf(f)))),
		"Vmap": func(x Value) Value { return transforms.Vmap(f)(fn.Stack(0, x, fn.Neg(x))) },
	} {
		p := transforms.Program(g, x)
		q := readBack(t, p)
		sameBits(t, name, q.Apply(x)[0], p.Apply(x)[0])
		sameBits(t, name+", compiled", transforms.Jit(func(x Value) Value { return q.Apply(x)[0] })(x), transforms.Jit(func(x Value) Value { return p.Apply(x)[0] })(x))
	}
}

// What holds a function of Go has no text, and says so.
func TestProgramsWithoutText(t *testing.T) {
	x := vector(1, 2)
	square := func(x Value) Value { return fn.Square(x) }
	for name, f := range map[string]Func{
		"print": func(x Value) Value { transforms.Print("%v", x); return x },
		"custom_vjp": transforms.CustomVJP(square, func(x Value) (Value, Value) { return square(x), x },
			func(x, ct Value) Value { return ct }),
		"square": transforms.WithRules(composite{"all", func(*Site) transforms.Rule { return bent{1} }}, square),
	} {
		if _, err := transforms.Program(f, x).MarshalText(); err == nil || !strings.HasPrefix(err.Error(), "the text of a program: "+name+": it holds a ") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestParseFaults(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"", "line 1 of a program: want program("},
		{"program(a f64[2]", "want a closing bracket"},
		{"program(a f64[2])\n", "want a line that begins with"},
		{"program(a f64[2], a f64[])\n  return a\n", "want a new variable"},
		{"program(a f65[2])\n  return a\n", `variable a: "f65" is no dtype`},
		{"program(a f64[-2])\n  return a\n", "negative length"},
		{"program(a f64[2])\n  return b\n", `line 3 of a program: there is no variable "b"`},
		{"program()\n  const a f64[2] = [1]\n  return a\n", "constant f64[2] has 1 elements"},
		{"program()\n  const a i32[1] = [1.5]\n  return a\n", "element 0 of a constant"},
		{"program(a f64[2])\n  b f64[2] = fn.nothing(a)\n  return b\n", `there is no op "fn.nothing"`},
		{"program(a f64[2])\n  b f64[] = fn.sum{Axis:0}(a)\n  return b\n", "want a field of fn.sum"},
		{"program(a f64[2])\n  b f64[] = fn.sum{Axes:[x]}(a)\n  return b\n", "invalid syntax"},
		{"program(a f64[2])\n  b f64[] = fn.sum{Axes:[0]}{}(a)\n  return b\n", "after its fields"},
		{"program(a f64[2])\n  b f64[3] = fn.neg(a)\n  return b\n", "result b is f64[3], inferred f64[2]"},
		{"program(a f64[2])\n  return a\nmore\n", "there is more text"},
		{"program(a f64[2])\n  b f64[2] = *transforms.call{body:@1}(a)\n  return b\n", "want @0 for the next body"},
		{"program(a f64[2])\n  b f64[2] = *transforms.call{body:@0}(a)\n  return b\n", "want     program("},
	} {
		if _, err := transforms.ParseProgram([]byte(c.text)); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%q: got %v, want %q", c.text, err, c.want)
		}
	}
}

// No text panics, and what is read can be written.
func FuzzParseProgram(f *testing.F) {
	x := vector(1, 2)
	for _, g := range []Func{fn.Exp, func(x Value) Value { return transforms.For(2, func(_, c Value) Value { return fn.Mul(c, c) })(x) },
		func(x Value) Value { return transforms.CheckpointName(fn.Reshape(x, 2, 1), "é\"") }} {
		text, err := transforms.Program(g, x).MarshalText()
		if err != nil {
			f.Fatal(err)
		}
		f.Add(string(text))
	}
	f.Fuzz(func(t *testing.T, text string) {
		p, err := transforms.ParseProgram([]byte(text))
		if err != nil {
			return
		}
		if _, err := p.MarshalText(); err != nil {
			t.Errorf("read, and not written: %v", err)
		}
	})
}
